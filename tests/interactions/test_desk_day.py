"""The promised reply and the agent's day: what is said before a promise breaks, and what is counted as done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bpo.kernel import clock
from clients.models import Policy, Queue
from interactions import cases, handling, replies, wrap_up
from interactions.desk import day
from interactions.models import Case, Leg
from tests import factories
from tests.interactions.scripted import Scene, accepted, scene
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db
BROKEN = "the promise is broken unless you answer before"


@pytest.fixture
def acme() -> Scene:
    return scene()


def mail_due_in(of: Scene, span: timedelta | None) -> Leg:
    leg = accepted(of, "email")
    case = cases.of_leg(leg)
    Case.objects.filter(pk=case.pk).update(due_at=clock.now() + span if span else None)
    return leg


@pytest.mark.parametrize("name", ["park", "work"])
def test_a_time_after_the_promised_reply_is_said_to_be_one(acme: Scene, name: str) -> None:
    page = desk_of(acme.bea).get(url(name, mail_due_in(acme, timedelta(minutes=10)))).content.decode()
    assert "A reply is promised by" in page and BROKEN in page
    assert "data-too-late hidden" not in page


def test_without_a_promised_reply_nothing_is_said_of_it(acme: Scene) -> None:
    leg = mail_due_in(acme, None)
    for name in ("park", "work"):
        assert "A reply is promised" not in desk_of(acme.bea).get(url(name, leg)).content.decode()


def test_tomorrow_is_early_enough_for_a_reply_promised_in_a_week(acme: Scene) -> None:
    page = desk_of(acme.bea).get(url("work", mail_due_in(acme, timedelta(days=7)))).content.decode()
    assert "data-too-late hidden" in page


def days(of: Scene) -> tuple[int, Any, int]:
    hers = day.day_of(of.bea)
    return hers.handled, hers.aht, len([line for line in day.just_done(of.bea) if line.ago])


def test_a_mail_parked_unanswered_is_not_done(acme: Scene) -> None:
    handling.park(accepted(acme, "email"), by=acme.bea)
    assert days(acme) == (0, None, 0)


@pytest.mark.usefixtures("media")
def test_a_mail_answered_and_parked_is(acme: Scene) -> None:
    replies.agent_replies(accepted(acme, "email"), "On Friday.", by=acme.bea, then="park")
    handled, _aht, done = days(acme)
    assert (handled, done) == (1, 1)


@pytest.mark.usefixtures("media")
def test_a_mail_answered_for_later_and_parked_is_done() -> None:
    acme = scene()
    later = clock.now() + timedelta(hours=20)
    replies.agent_replies(accepted(acme, "email"), "On Friday.", by=acme.bea, then="park", send_at=later)
    assert day.day_of(acme.bea).handled == 1


@pytest.mark.usefixtures("media")
def test_her_handling_time_stands_against_what_the_client_foresees(acme: Scene) -> None:
    leg = accepted(acme, "email")
    Leg.objects.filter(pk=leg.pk).update(accepted_at=clock.now() - timedelta(minutes=9))
    leg.refresh_from_db()
    replies.agent_replies(leg, "On Friday.", by=acme.bea, then="park")
    desk = desk_of(acme.bea)
    assert day.day_of(acme.bea).target is None and "over the target" not in desk.get(url("later")).content.decode()
    for seconds, over in ((480, True), (600, False)):
        Policy.objects.filter(client=acme.acme).update(email_handling_seconds=seconds)
        hers = day.day_of(acme.bea)
        assert (hers.target, hers.over) == (timedelta(seconds=seconds), over)
        assert ("over the target" in desk.get(url("later")).content.decode()) is over


@pytest.mark.parametrize(
    ("ending", "missing"),
    [({"needs_follow_up": True}, "follow-up missing"), ({"needs_note": True}, "note missing")],
)
def test_what_an_ending_wanted_and_did_not_get_shows_in_her_day(ending: dict[str, bool], missing: str) -> None:
    acme = scene()
    leg = accepted(acme, "chat")
    Queue.objects.filter(pk=leg.interaction.queue_id).update(wrap_up="timed", wrap_up_seconds=30)
    handling.end_work(leg, by=acme.bea, ended_by="agent")
    leg = Leg.objects.get(pk=leg.pk)
    wrap_up.save_draft(leg, by=acme.bea, disposition=factories.disposition(acme.acme, "Call again", **ending), note="")
    wrap_up.run_out(leg, at=clock.now() + timedelta(seconds=31))
    (gap,) = day.day_of(acme.bea).gaps
    assert missing in gap.words


def later_of(of: Scene) -> str:
    return desk_of(of.bea).get(url("later")).content.decode()


def test_what_she_comes_back_to_today_stands_under_later_with_its_hour(acme: Scene) -> None:
    noon = clock.now().replace(hour=12, minute=0)
    with clock.set_to(noon):
        case = cases.open_case(acme.acme, acme.ann, subject="The dock", owner=acme.bea)
        cases.set_pending(case, by=acme.bea, until=noon + timedelta(hours=1))
        page = later_of(acme)
        assert "Follow up with Ann Archer" in page and url("case", case) in page and "state breach" not in page
        for nobody_waits in (
            {"owner": None},
            {"due_at": noon + timedelta(days=3)},
            {"state": "resolved", "summary": "Done", "resolved_at": noon},
        ):
            before = {name: getattr(case, name) for name in nobody_waits}
            Case.objects.filter(pk=case.pk).update(**nobody_waits)
            assert "Follow up with" not in later_of(acme), nobody_waits
            Case.objects.filter(pk=case.pk).update(**before)
    with clock.set_to(noon + timedelta(hours=2)):
        cases.wake_pending(clock.now())
        page = later_of(acme)
        assert "Follow up with Ann Archer" in page and "state breach" in page


def test_a_case_in_her_hand_is_no_follow_up_as_well(acme: Scene) -> None:
    mail_due_in(acme, timedelta(minutes=10))
    assert "Follow up with" not in later_of(acme)
