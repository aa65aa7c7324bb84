"""From wrap-up Bea says on which day she comes back to it, on Ann's clock, or asks Acme's people to do something."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse

from bpo.kernel import clock
from clients.models import Disposition, Role
from interactions import cases, handling
from interactions.models import Case, ClientTask, EndedBy, JournalEntry, Kind, Leg
from tests import factories as make
from tests.interactions.scripted import Scene, accepted, scene
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 22, tzinfo=UTC)  # 17:00 in New York, where Ann is
READY = {"ending": "answered", "note": "Promised to look again"}


@pytest.fixture(autouse=True)
def _now() -> Any:
    with clock.set_to(NOW):
        yield


@pytest.fixture
def acme() -> Scene:
    made = scene()
    make.disposition(made.acme, "Answered", code="answered")
    return made


def wrapping(of: Scene) -> tuple[Browser, Leg]:
    leg = accepted(of, "voice")
    handling.end_work(leg, by=of.bea, ended_by=EndedBy.AGENT)
    leg.refresh_from_db()
    assert leg.state == "wrapping"
    return desk_of(of.bea), leg


def finish(browser: Browser, leg: Leg, **data: str) -> Any:
    return browser.post(url("finish", leg), READY | data)


def test_she_comes_back_to_it_on_a_day_of_anns_clock(acme: Scene) -> None:
    browser, leg = wrapping(acme)
    page = browser.get(url("work", leg)).content.decode()
    assert 'name="follow" value="day"' in page and 'value="2026-11-25"' in page and "New York" in page
    assert finish(browser, leg, follow="day", day="2026-11-27", hour="13").status_code == 200
    case = Case.objects.get(pk=leg.interaction.case_id)
    assert (case.state, case.pending_for) == ("pending", "date")
    assert case.pending_until == case.due_at == datetime(2026, 11, 27, 18, tzinfo=UTC)
    assert JournalEntry.objects.get(kind=Kind.CASE_PENDING).facts["wait_for"] == "date"
    leg.refresh_from_db()
    assert leg.state == "completed"
    assert cases.wake_pending(datetime(2026, 11, 27, 18, tzinfo=UTC)) == 1


@pytest.mark.parametrize(
    ("day", "hour", "said"),
    [
        ("2026-11-24", "9", "still to come"),
        ("", "9", "Choose a day"),
        ("2026-11-27", "", "Choose a day"),
        ("2026-11-27", "25", "Choose a day"),
        ("2029-01-01", "9", "more than a year"),
    ],
)
def test_a_day_that_cannot_be_changes_nothing(acme: Scene, day: str, hour: str, said: str) -> None:
    browser, leg = wrapping(acme)
    refused = finish(browser, leg, follow="day", day=day, hour=hour)
    assert refused.status_code == 400 and said in refused.content.decode()
    leg.refresh_from_db()
    assert leg.state == "wrapping" and not JournalEntry.objects.filter(kind=Kind.CASE_PENDING).exists()


def test_where_the_case_waits_already_no_day_is_offered_and_a_late_press_is_told(acme: Scene) -> None:
    browser, leg = wrapping(acme)
    cases.set_pending(cases.of_leg(leg), by=acme.bea, for_customer=True)
    assert 'value="day"' not in browser.get(url("work", leg)).content.decode()
    refused = finish(browser, leg, follow="day", day="2026-11-27", hour="9")
    assert refused.status_code == 409 and "is not made to wait" in refused.content.decode()


def test_the_companys_people_get_a_task_and_do_it(acme: Scene) -> None:
    Disposition.objects.update(needs_follow_up=True)
    browser, leg = wrapping(acme)
    answer = finish(
        browser, leg, follow="task", task_title="Send a new charger", task_due="2026-11-27", task_details="Type C"
    )
    assert answer.status_code == 200
    task = ClientTask.objects.get()
    assert (task.leg, task.action, task.customer, task.case) == (leg, None, acme.ann, leg.interaction.case)
    done = JournalEntry.objects.get(kind=Kind.ACTION_DONE)
    assert (done.leg, done.facts["name"], done.facts["ref"]) == (leg, "create_task", "Send a new charger")
    mia = make.user("Mia of Acme")
    make.membership(mia, acme.acme, Role.MANAGER)
    rooms = Browser()
    rooms.force_login(mia)
    page = rooms.get(reverse("portal-tasks", args=[acme.acme.public_id])).content.decode()
    assert "Send a new charger" in page and str(leg.interaction.public_id) in page
    rooms.post(reverse("portal-task-done", args=[acme.acme.public_id, task.public_id]), {"note": "Sent"})
    task.refresh_from_db()
    assert (task.state, task.note) == ("done", "Sent")
    assert JournalEntry.objects.get(kind=Kind.ACTION_SETTLED).leg == leg


@pytest.mark.parametrize(
    ("title", "due", "said"),
    [
        (" ", "2026-11-27", "people are to do"),
        ("Send it", "", "until which day"),
        ("Send it", "2026-11-23", "has passed"),
        ("Send it", "soon", "not a date"),
        ("Send it", "2028-01-01", "more than a year"),
    ],
)
def test_what_a_task_lacks_is_said_and_nothing_is_done(acme: Scene, title: str, due: str, said: str) -> None:
    browser, leg = wrapping(acme)
    refused = finish(browser, leg, follow="task", task_title=title, task_due=due)
    assert refused.status_code == 400 and said in refused.content.decode()
    leg.refresh_from_db()
    assert leg.state == "wrapping" and not ClientTask.objects.exists()


def test_asked_twice_it_is_one_task_over_the_api_too(acme: Scene) -> None:
    _browser, leg = wrapping(acme)
    api = Browser()
    api.force_login(acme.bea.user)
    asked = {"title": "Send a new charger", "due_on": "2026-11-27"}
    for _again in range(2):
        answer = api.post(f"/api/v1/legs/{leg.public_id}/task/", asked, content_type="application/json")
        assert answer.status_code == 201 and answer.json()["state"] == "open"
    assert ClientTask.objects.count() == JournalEntry.objects.filter(kind=Kind.ACTION_DONE).count() == 1
    refused = api.post(
        f"/api/v1/legs/{leg.public_id}/task/", asked | {"due_on": "2026-11-20"}, content_type="application/json"
    )
    assert refused.status_code == 400
    cal = make.agent("Cal Carter", licensed=acme.acme)
    api.force_login(cal.user)
    refused = api.post(f"/api/v1/legs/{leg.public_id}/task/", asked, content_type="application/json")
    assert refused.status_code == 404


def test_the_database_wants_one_source_of_a_task(acme: Scene) -> None:
    rows = {"client": acme.acme, "title": "x", "due_on": "2026-11-27", "made_at": NOW}
    with pytest.raises(IntegrityError, match="task_comes_from_one_place"), transaction.atomic():
        ClientTask.objects.create(**rows)
