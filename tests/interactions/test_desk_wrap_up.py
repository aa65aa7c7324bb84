"""What wrap-up says and chooses by itself: what a call led to, what a transfer left, the figures of this leg."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from bpo.kernel import clock
from clients.models import Disposition, Policy
from interactions import callbacks, handling, outbound, transfers
from interactions import wrap_up as closing_up
from interactions.models import Callback, CallbackOrigin, EndedBy, Leg
from tests import factories as make
from tests.interactions.scripted import Scene, accepted, scene
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Scene:
    made = scene()
    Policy.objects.filter(client=made.acme).update(callback_attempts=2, callback_retry_minutes=30)
    for code in ("answered", "not-reached", "wrong-number", "handed-on"):
        make.disposition(made.acme, code.replace("-", " ").capitalize(), code=code)
    return made


def called_back(of: Scene) -> Leg:
    promised = callbacks.promise(
        of.acme, customer=of.ann, number="+16145550173", queue=of.line, origin=CallbackOrigin.AGENT, by=of.bea
    )
    return outbound.start_callback(promised, by=of.bea)


def chosen(page: str) -> list[str]:
    return re.findall(r'name="ending" value="([^"]*)" checked', page)


def wrap_up(of: Scene, leg: Leg) -> str:
    return desk_of(of.bea).get(url("work", leg)).content.decode()


@pytest.mark.parametrize(
    ("result", "words", "ending"),
    [
        ("no_answer", "No answer. Next try ", "not-reached"),
        ("voicemail_left", "Left a voicemail. Next try ", "not-reached"),
        ("wrong_number", "The promise ended: the number was wrong.", "wrong-number"),
    ],
)
def test_a_report_says_what_it_led_to_and_chooses_its_ending(acme: Scene, result: str, words: str, ending: str) -> None:
    leg = outbound.report(called_back(acme), result, by=acme.bea)
    page = wrap_up(acme, leg)
    assert words in page
    assert chosen(page) == [ending]


def test_the_second_try_says_what_came_of_the_first(acme: Scene) -> None:
    first = called_back(acme)
    assert "Try 1" not in wrap_up(acme, first)
    outbound.report(first, "voicemail_left", by=acme.bea)
    first.refresh_from_db()
    closing_up.finish(first, by=acme.bea, disposition=Disposition.objects.get(code="not-reached"))
    again = outbound.start_callback(Callback.objects.get(), by=acme.bea)
    page = wrap_up(acme, again)
    assert "Try 2 of 2" in page and ": Left a voicemail" in page


def test_the_last_try_says_that_the_promise_ended(acme: Scene) -> None:
    Policy.objects.filter(client=acme.acme).update(callback_attempts=1)
    page = wrap_up(acme, outbound.report(called_back(acme), "busy", by=acme.bea))
    assert "The promise ended: the customer was not reached." in page


def test_a_call_of_ones_own_that_reached_nobody_leads_to_nothing(acme: Scene) -> None:
    leg = outbound.report(outbound.start_call(acme.ann, acme.line, by=acme.bea), "busy", by=acme.bea)
    page = wrap_up(acme, leg)
    assert "Busy. Nothing follows by itself." in page and chosen(page) == ["not-reached"]


def test_after_a_transfer_wrap_up_is_about_this_leg(acme: Scene) -> None:
    second = make.queue(acme.acme, "Second line")
    make.agent("Dee Dunn", licensed=acme.acme, available=True)
    now: Any = clock.now()
    leg = accepted(acme, "chat", at=now - timedelta(seconds=5))
    Leg.objects.filter(pk=leg.pk).update(accepted_at=now)
    transfers.to_queue(leg, second, by=acme.bea, at=now + timedelta(seconds=120))
    with clock.set_to(now + timedelta(seconds=149)):
        page = wrap_up(acme, leg)
    assert "Line Orders and billing" in re.sub(r"\s+", " ", page)
    assert chosen(page) == ["handed-on"]
    times = re.search(r'<dl class="times-legend">.*?</dl>', page, re.S)
    assert times is not None and "<dd>0:05</dd>" in times[0] and "<dd>2:00</dd>" in times[0]
    assert ">2:34</time> in all" in page


def test_every_ending_has_a_key_of_its_own(acme: Scene) -> None:
    solved = make.disposition(acme.acme, "Solved", code="solved")
    for n in range(2):
        make.disposition(acme.acme, f"Way {n}", code=f"way-{n}", parent=solved)
    for n in range(8):
        make.disposition(acme.acme, f"More {n}", code=f"more-{n}")
    leg = accepted(acme, "voice")
    desk_of(acme.bea).post(url("end", leg))
    page = wrap_up(acme, leg)
    keys = re.findall(r'data-pick="(.)"', page)
    assert len(keys) == len(set(keys)) == 12 and {"1", "9", "0", "a", "b"} <= set(keys)
    assert "from 1 to" not in page


@pytest.mark.parametrize(("result", "words"), [("no_answer", "Calling"), ("reached", "Talked")])
def test_a_call_that_reached_nobody_was_no_talk(acme: Scene, result: str, words: str) -> None:
    leg = outbound.report(called_back(acme), result, by=acme.bea)
    if result == "reached":
        handling.end_work(leg, by=acme.bea, ended_by=EndedBy.AGENT)
    legend = wrap_up(acme, leg).split('class="times-legend"')[1].split("</dl>")[0]
    assert re.findall("Calling|Talked", legend) == [words]
