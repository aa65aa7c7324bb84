"""The dialog that hands a contact on or asks a colleague: what can be pressed, and who is free."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from agents import presence
from agents.models import Licence
from bpo.kernel import clock
from interactions import offers, transfers
from interactions.models import Interaction, Leg, LegState
from tests import factories as make
from tests.interactions.scripted import Scene, accepted, scene
from tests.interactions.test_console_views import desk_of, url
from tests.invariants import broken_invariants

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Scene:
    return scene()


def buttons(page: str) -> dict[str, bool]:
    """What the dialog's visible buttons do, and whether they can be pressed."""
    found = re.findall(r'<button class="btn[^>]*name="how" value="(\w+)"([^>]*)>', page)
    return {how: "disabled" not in rest for how, rest in found}


def test_nobody_can_be_asked_when_nobody_is_there(acme: Scene) -> None:
    bea, leg = desk_of(acme.bea), accepted(acme)
    assert buttons(bea.get(url("transfer", leg) + "?warm=1").content.decode()) == {"consult": False}
    assert buttons(bea.get(url("transfer", leg)).content.decode()) == {"consult": False, "blind": False}
    make.agent("Dee Dunn", licensed=acme.acme, available=True)
    assert buttons(bea.get(url("transfer", leg)).content.decode()) == {"consult": True, "blind": True}


def test_of_a_line_whoever_is_free_the_longest_is_asked_and_goes_on_there(acme: Scene) -> None:
    """Dee and Eve answer for repairs, which Bea does not; Flo answers for orders alone."""
    second = make.queue(acme.acme, "Second line", wants={"repairs": 3})
    dee, eve = (make.agent(name, licensed=acme.acme, skills={"repairs": 4}) for name in ("Dee Dunn", "Eve Ely"))
    make.agent("Flo Ford", licensed=acme.acme, available=True)
    bea, leg = desk_of(acme.bea), accepted(acme)
    to_second = {"to": f"queue:{second.public_id}", "how": "consult", "note": "Its screen flickers."}
    answer = bea.post(url("transfer", leg), to_second)
    assert "Nobody who may answer there is signed in" in answer.content.decode()
    for each, seconds in ((dee, 10), (eve, 60)):
        presence.connected(each, uuid4(), "test")
        presence.go_available(each, by=each, at=clock.now() - timedelta(seconds=seconds))
    tiles = bea.get(url("transfer", leg) + "?warm=1").content.decode()
    assert f'value="queue:{second.public_id}" required' in tiles
    assert bea.post(url("transfer", leg), to_second).status_code == 200
    asked = Leg.objects.get(interaction=leg.interaction, role="consult")
    assert (asked.agent, asked.lane.queue if asked.lane else None) == (eve, second)
    offers.decline(asked, by=eve, reason="In a break")
    assert bea.post(url("transfer", leg), to_second).status_code == 200
    asked = Leg.objects.get(interaction=leg.interaction, role="consult", state=LegState.OFFERED)
    assert asked.agent == dee
    offers.accept(asked, by=dee)
    assert Interaction.objects.get(pk=leg.interaction_id).queue == acme.line, "while she only helps it stays"
    assert bea.post(url("consult-complete", leg)).status_code == 200
    contact = Interaction.objects.get(pk=leg.interaction_id)
    assert (contact.queue, contact.lane, contact.state) == (second, asked.lane, "active")
    assert broken_invariants() == []


def test_of_a_line_in_which_all_are_busy_nobody_is_asked(acme: Scene) -> None:
    leg, second = accepted(acme), make.queue(acme.acme, "Second line")
    dee = make.agent("Dee Dunn", licensed=acme.acme, available=True)
    bea, line = desk_of(acme.bea), rf'value="queue:{second.public_id}"([^>]*)>(.*?)</label>'
    (rest, told), *_ = re.findall(line, bea.get(url("transfer", leg) + "?warm=1").content.decode(), re.S)
    assert "disabled" not in rest
    assert "free" in told
    make.offer(dee, make.waiting(second, "voice"))
    (rest, told), *_ = re.findall(line, bea.get(url("transfer", leg) + "?warm=1").content.decode(), re.S)
    assert "disabled" in rest
    assert "Nobody of Second line is free to be asked now" in told
    answer = bea.post(url("transfer", leg), {"to": f"queue:{second.public_id}", "how": "consult"})
    assert "Nobody of Second line is free to be asked now" in answer.content.decode()
    leg.refresh_from_db()
    assert leg.state == LegState.HANDLING


def colleagues(page: str) -> list[tuple[str, str, bool]]:
    """Each colleague of the dialog: the name, the words beside it and below, and whether one can choose her."""
    tiles = re.findall(r'<input type="radio" name="to" value="agent:[^"]+"([^>]*)>(.*?)</label>', page, re.S)
    told = [(rest, re.findall(r">\s*([^<>]*\w[^<>]*?)\s*<", words)) for rest, words in tiles]
    return [(name, ", ".join(words), "disabled" not in rest) for rest, (name, *words) in told]


def test_who_can_take_it_stands_first_the_others_below_with_the_reason(acme: Scene) -> None:
    leg = accepted(acme)
    gus = make.agent("Gus Grant", licensed=acme.acme, available=True)
    presence.take_break(gus, "lunch")
    make.agent("Ada Abel", licensed=acme.acme)
    dee = make.agent("Dee Dunn", licensed=acme.acme, available=True)
    make.agent("Eve Ellis", licensed=acme.acme, available=True)
    hal = make.agent("Hal Hart", licensed=acme.acme, available=True)
    Licence.objects.filter(agent=hal).update(state="training")
    mail = transfers.offer_to(make.waiting(acme.line, "email"), dee, made_by="Sue", why={}, at=clock.now())
    offers.accept(mail, by=dee)
    assert colleagues(desk_of(acme.bea).get(url("transfer", leg)).content.decode()) == [
        ("Eve Ellis", "free", True),
        ("Dee Dunn", "busy", True),
        ("Gus Grant", "Gus Grant is away: lunch.", False),
        ("Ada Abel", "Ada Abel is signed out.", False),
        ("Hal Hart", "Hal Hart is still in training for Acme.", False),
    ]
