"""What the desk says an agent does with a call: calling, talking, on hold; at the top, in the list, over the work."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from agents import presence
from bpo.kernel import clock
from interactions import handling, outbound
from interactions.models import Leg
from tests.interactions.scripted import Scene, accepted, scene
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Scene:
    return scene()


def said(of: Scene, leg: Leg) -> tuple[str, ...]:
    """The words of the three places."""
    bea = desk_of(of.bea)
    pages = {name: bea.get(url(name)).content.decode() for name in ("top", "items")}
    pages["bar"] = bea.get(url("work", leg)).content.decode().split('class="callbar"')[1].split('class="controls"')[0]
    words = re.compile(r"Calling|Talking|On hold")
    return tuple(found[0] for found in (words.findall(page) for page in pages.values()))


def test_a_call_that_has_reached_nobody_is_not_a_talk(acme: Scene) -> None:
    leg = outbound.start_call(acme.ann, acme.line, by=acme.bea)
    assert said(acme, leg) == ("Calling",) * 3
    outbound.dialled(leg, by=acme.bea)
    assert said(acme, leg) == ("Calling",) * 3
    outbound.report(leg, "reached", by=acme.bea)
    assert said(acme, leg) == ("Talking",) * 3


def test_whom_a_colleague_reached_is_reached_for_whoever_has_the_call_next(acme: Scene) -> None:
    leg = outbound.start_call(acme.ann, acme.line, by=acme.bea)
    next_one = Leg(interaction=leg.interaction, client=leg.client, channel="voice", state="handling")
    assert outbound.is_calling(next_one)
    outbound.report(leg, "reached", by=acme.bea)
    assert not outbound.is_calling(next_one)


def test_a_call_that_came_in_is_a_talk_or_on_hold(acme: Scene) -> None:
    leg = accepted(acme, "voice")
    assert said(acme, leg) == ("Talking",) * 3
    handling.hold(leg, by=acme.bea)
    assert said(acme, leg) == ("On hold",) * 3


def test_talk_and_hold_are_told_apart(acme: Scene) -> None:
    began: datetime = clock.now()
    leg = accepted(acme, "voice", at=began)
    Leg.objects.filter(pk=leg.pk).update(accepted_at=began)
    bea = desk_of(acme.bea)

    def clocks(seconds: int, *names: str) -> list[list[str]]:
        with clock.set_to(began + timedelta(seconds=seconds)):
            pages = [bea.get(url(name, leg) if name == "work" else url(name)).content.decode() for name in names]
        pages = [page.split('class="callbar"')[-1].split('class="controls"')[0] for page in pages]
        return [re.findall(r">(\d+:\d\d)<", page) for page in pages]

    handling.hold(leg, by=acme.bea, at=began + timedelta(seconds=60))
    assert clocks(90, "work") == [["0:30", "1:00"]], "half a minute on hold, a minute talked before"
    handling.resume(leg, by=acme.bea, at=began + timedelta(seconds=100))
    assert clocks(130, "work") == [["1:30", "0:40"]], "talked without the hold, and held"
    top, items = clocks(130, "top", "items")
    assert top[0] == items[0] == "1:30", "the same wherever it stands"


def test_who_missed_an_offer_with_work_in_hand_can_be_available_at_once(acme: Scene) -> None:
    bea = desk_of(acme.bea)
    accepted(acme, "email")
    assert "Be available" not in bea.get(url("top")).content.decode()
    presence.not_responding(acme.bea, clock.now())
    assert "Be available" in bea.get(url("top")).content.decode()


def test_who_was_sent_away_for_misses_is_told_why_and_how_to_come_back(acme: Scene) -> None:
    bea = desk_of(acme.bea)
    presence.missed_out(acme.bea, 3, clock.now())
    assert "You missed several offers in a row" in bea.get(url("idle")).content.decode()
    bea.post(url("available"))
    accepted(acme, "email")
    presence.missed_out(acme.bea, 3, clock.now())
    words = bea.get(url("top")).content.decode()
    assert "Away, missed offers" in words and "Nothing is offered to you until you are available." in words
    assert "Be available" in words and "Missed 3" not in words
    bea.post(url("available"))
    assert "Nothing is offered" not in bea.get(url("top")).content.decode()


def test_the_top_is_not_told_where_it_goes_when_it_aims_there_itself(acme: Scene) -> None:
    """htmx looks for a place it is told from the pressed button, which news may have taken off the page meanwhile."""
    bea = desk_of(acme.bea)
    assert 'hx-target="#top-state"' in bea.get(url("top")).content.decode()
    assert "HX-Retarget" not in bea.post(url("available"), headers={"HX-Target": "top-state"})
    assert bea.post(url("available"))["HX-Retarget"] == "#top-state"
