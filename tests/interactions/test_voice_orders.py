"""What an exchange is asked to do, by the picture it has and the picture it is to have; what it tells is understood."""

from __future__ import annotations

import json

import pytest

from clients.models import Exchange
from interactions.adapters import EXCHANGES, VOICES
from interactions.adapters.voice import (
    CUSTOMER,
    Answer,
    Bridge,
    HangUp,
    Happened,
    Hold,
    NotUnderstood,
    Order,
    Part,
    Party,
    Picture,
    Record,
    Ring,
    Snoop,
    Transfer,
    orders,
)
from interactions.models import Carrier

BEA, CAL = Party("bea", Part.PRIMARY, "agent-bea"), Party("cal", Part.CONSULT, "agent-cal")
CAL_HAS_IT = Party("cal", Part.PRIMARY, "agent-cal")
SUE = Party("sue", Part.LISTEN, "user-sue")
NOBODY, RUNG = Picture(), Picture(ringing=(BEA,))
TALK = Picture(parties=(BEA,))
HELD = Picture(parties=(BEA,), held=True)
ASKED = Picture(parties=(BEA,), ringing=(CAL,), held=True)
CONSULTED = Picture(parties=(BEA, CAL), held=True)
THREE = Picture(parties=(BEA, CAL))
HANDED = Picture(parties=(CAL_HAS_IT,))
BOTH = (("customer", "bea"), ("bea", "customer"))

STEPS: dict[str, tuple[Picture, Picture, list[Order]]] = {
    "nothing": (TALK, TALK, []),
    "an offer rings": (NOBODY, RUNG, [Ring("bea", "agent-bea", on=True)]),
    "it is missed": (RUNG, NOBODY, [Ring("bea", "agent-bea", on=False)]),
    "missed, and rings the next": (
        RUNG, Picture(ringing=(CAL,)),
        [Ring("bea", "agent-bea", on=False), Ring("cal", "agent-cal", on=True)],
    ),
    "accepted": (RUNG, TALK, [Answer("bea", "agent-bea"), Bridge(BOTH)]),
    "put on hold": (TALK, HELD, [Bridge(()), Hold(on=True)]),
    "resumed": (HELD, TALK, [Bridge(BOTH), Hold(on=False)]),
    "a colleague is asked": (HELD, ASKED, [Ring("cal", "agent-cal", on=True)]),
    "she is there": (ASKED, CONSULTED, [Bridge((("bea", "cal"), ("cal", "bea")))]),
    "three talk": (
        CONSULTED, THREE,
        [
            Bridge((*BOTH[:1], ("customer", "cal"), BOTH[1], ("bea", "cal"), ("cal", "customer"), ("cal", "bea"))),
            Hold(on=False),
        ],
    ),
    "handed over": (
        THREE, HANDED,
        [Transfer("cal", "agent-cal", "bea"), Bridge((("customer", "cal"), ("cal", "customer")))],
    ),
    "back in line from hold": (HELD, NOBODY, [Transfer("", "", "bea"), Hold(on=False)]),
    "a supervisor listens": (TALK, Picture(parties=(BEA, SUE)), [Snoop("sue", "user-sue", "listen")]),
    "and joins in": (
        Picture(parties=(BEA, SUE)), Picture(parties=(BEA, Party("sue", Part.BARGE, "user-sue"))),
        [Snoop("sue", "user-sue", "barge")],
    ),
    "and leaves": (Picture(parties=(BEA, SUE)), TALK, [Snoop("sue", "user-sue", "")]),
    "recorded": (TALK, Picture(parties=(BEA,), recording="on"), [Record("on")]),
    "over": (THREE, Picture(over=True), [HangUp()]),
    "in vain": (Picture(), Picture(over=True, words="We call you back."), [HangUp("We call you back.")]),
    "over long since": (Picture(over=True), Picture(over=True), []),
    "from a picture that was never told": (NOBODY, HELD, [Answer("bea", "agent-bea"), Hold(on=True)]),
}  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
def test_an_exchange_is_brought_from_one_picture_to_the_next(step: str) -> None:
    before, after, asked = STEPS[step]
    assert orders(before, after) == asked
    assert orders(after, after) == []


def test_who_hears_whom() -> None:
    barges = Picture(parties=(BEA, Party("sue", Part.BARGE), Party("lee", Part.LISTEN)))
    assert barges.hears("customer", "sue") and barges.hears("bea", "sue") and barges.hears("lee", "customer")
    assert not barges.hears("lee", "sue") and not barges.hears("bea", "lee") and not barges.hears("nobody", "bea")
    whispers = Picture(parties=(BEA, Party("sue", Part.WHISPER)))
    assert whispers.hears("bea", "sue") and not whispers.hears("customer", "sue")
    assert not HELD.hears(CUSTOMER, "bea") and not HELD.hears("bea", CUSTOMER)


@pytest.mark.parametrize("picture", [NOBODY, RUNG, CONSULTED, Picture(parties=(BEA, SUE), recording="paused")])
def test_a_picture_is_kept_as_json(picture: Picture) -> None:
    assert Picture.of(json.loads(json.dumps(picture.kept()))) == picture


def test_whatever_carries_a_call_is_known_by_one_name() -> None:
    assert set(VOICES) == {"", *Carrier.values}
    assert set(EXCHANGES) == set(Exchange.values) < set(Carrier.values)
    assert {name for name, adapter in VOICES.items() if adapter.in_pages} == {"web"}


def test_what_an_exchange_tells_is_understood() -> None:
    event = EXCHANGES["http"].parse({"event": "arrived", "call": "c1", "number": "+12125550133", "more": [1]})
    assert (event.kind, event.call, event.number) == (Happened.ARRIVED, "c1", "+12125550133")


@pytest.mark.parametrize(
    "told",
    [
        {}, {"event": "sneezed", "call": "c1"}, {"event": "key", "call": ""}, {"event": "key", "call": "c" * 201},
        {"event": "key", "call": 7}, {"event": ["key"], "call": "c1"}, {"event": "key", "call": "c1", "key": "11"},
        {"event": "connected", "call": "c1", "leg": "l1", "side": "both"}, {"event": "connected", "call": "c1"},
        {"event": "ringing", "call": "c1"}, {"event": "failed", "call": "c1", "why": "busy"},
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_said(told: dict[str, object]) -> None:
    with pytest.raises(NotUnderstood):
        EXCHANGES["http"].parse(told)
