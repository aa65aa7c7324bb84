"""The messages beside themselves: her page says two things at one moment, or the sweep comes in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event
from typing import Any

import pytest

from bpo.kernel import clock
from clients.models import EntryPoint
from interactions import pieces, voicemails
from interactions.models import Callback, Interaction, Recording, Voicemail
from interactions.pieces import Piece
from tests.flows.floor import Day, at_once
from tests.flows.test_at_the_same_moment import with_own_connection
from tests.flows.test_voicemail import NUMBER
from tests.flows.test_voicemail import closed as closed
from tests.flows.test_voicemail import door as door
from tests.flows.test_voicemail import line as line
from tests.kernel.test_webm import recorded

pytestmark = pytest.mark.storm
TIMES = range(3)
ANN = voicemails.Speaker(key="ann-speaks-0123456789", number=NUMBER)


def spoken(at: EntryPoint, seconds: int = 3) -> Voicemail:
    """She has said something, and speaks on."""
    message = voicemails.begin(at, ANN)
    for piece in range(seconds):
        hears(message, piece)
    return message


def hears(message: Voicemail, number: int, at: datetime | None = None) -> int:
    assert message.recording is not None
    piece = Piece(number, recorded(number + 1)[number], bytes.fromhex("40ff1000"))
    return voicemails.take_piece(message, message.recording.public_id, piece, at=at or clock.now())


@pytest.mark.parametrize("act", ["again", "discard", "send", "sweep"])
def test_a_piece_is_being_written(day: Day, closed: EntryPoint, monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    """Whoever comes meanwhile waits for it; neither waits for the other for ever."""
    message, written, add = spoken(closed), Event(), pieces.add

    def slowly(*given: Any, **more: Any) -> None:
        add(*given, **more)
        written.set()
        time.sleep(0.5)

    at = clock.now()
    acts: dict[str, Callable[[], object]] = {
        "again": lambda: voicemails.begin(closed, ANN, at=at),
        "discard": lambda: voicemails.throw_away(message),
        "send": lambda: voicemails.send(message, at=at),
        "sweep": lambda: voicemails.left_open(at + voicemails.OPEN_FOR),
    }

    def comes() -> Any:
        assert written.wait(10)
        return acts[act]()

    monkeypatch.setattr(pieces, "add", slowly)
    with ThreadPoolExecutor(2) as pool:
        results = [pool.submit(with_own_connection, step) for step in (lambda: hears(message, 3, at), comes)]
        assert [done.exception(30) for done in results] == [None, None]
    assert Recording.objects.count() == (0 if act == "discard" else 1)
    if act in ("send", "sweep"):
        assert Interaction.objects.count() == 1
        assert voicemails.lasted_ms(Voicemail.objects.get()) == 4000, "the piece is in it"


@pytest.mark.parametrize("_time", TIMES)
def test_sent_in_two_tabs(day: Day, closed: EntryPoint, _time: int) -> None:
    message = spoken(closed)
    at_once(lambda: voicemails.send(message), lambda: voicemails.send(message))
    assert Interaction.objects.count() == Callback.objects.count() == Recording.objects.count() == 1


@pytest.mark.parametrize("_time", TIMES)
def test_sent_while_the_sweep_finds_it_left_open(day: Day, closed: EntryPoint, _time: int) -> None:
    message, later = spoken(closed), clock.now() + voicemails.UNHEARD
    at_once(lambda: voicemails.send(message), lambda: voicemails.left_open(later))
    assert Interaction.objects.count() == Callback.objects.count() == Recording.objects.count() == 1
