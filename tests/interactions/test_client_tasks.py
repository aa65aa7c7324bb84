"""Bea asks Acme's own people to do something for Ann; Mia of Acme does it, and says what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse

from bpo.kernel import clock
from clients.models import Client, Policy, Role
from interactions.models import Action, ClientTask, JournalEntry, Kind
from tests import factories as make
from tests.interactions.acting import Desk

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now() -> Any:
    with clock.set_to(NOW):
        yield


def made() -> Desk:
    desk = Desk("create_task", title="Ask the carrier", days=2)
    page = desk.script()
    assert 'value="Ask the carrier"' in page and 'value="2026-11-26"' in page
    answer = desk.answer(task_title="Ask the carrier where it is", task_due="2026-11-26", task_details="Depot 4")
    assert answer.status_code == 200
    return desk


def person(desk: Desk, role: str) -> Browser:
    someone = make.user(f"{role} of Acme")
    make.membership(someone, desk.scene.acme, role)
    browser = Browser()
    browser.force_login(someone)
    return browser


def test_a_task_is_made_shown_to_the_company_and_done_with_a_note() -> None:
    desk = made()
    task = ClientTask.objects.get()
    mia = person(desk, Role.MANAGER)
    listing = reverse("portal-tasks", args=[desk.scene.acme.public_id])
    page = mia.get(listing).content.decode()
    assert "Ask the carrier where it is" in page and "Depot 4" in page and "Ann Archer" in page
    assert "Overdue" not in page
    finish = reverse("portal-task-done", args=[desk.scene.acme.public_id, task.public_id])
    answer = mia.post(finish, {"note": " "})
    assert answer.status_code == 422 and "required" in answer.content.decode()
    assert mia.post(finish, {"note": "It comes tomorrow"}).status_code == 302
    task.refresh_from_db()
    assert (task.state, task.note) == ("done", "It comes tomorrow")
    mia.get(listing)  # says what was done, once
    assert "Ask the carrier" not in mia.get(listing).content.decode()
    assert "It comes tomorrow" in mia.get(listing, {"which": "done"}).content.decode()
    assert JournalEntry.objects.get(kind=Kind.ACTION_SETTLED).facts["how"] == "done"
    assert mia.post(finish, {"note": "again"}).status_code == 409
    assert "done" in desk.script() and desk.undo().status_code == 409


def test_the_day_after_it_is_overdue() -> None:
    desk = made()
    with clock.set_to(NOW + timedelta(days=3)):
        page = person(desk, Role.VIEWER).get(reverse("portal-tasks", args=[desk.scene.acme.public_id]))
    assert "1 overdue" in page.content.decode() and "Overdue" in page.content.decode()


def test_a_viewer_looks_and_no_more() -> None:
    desk = made()
    viewer = person(desk, Role.VIEWER)
    page = viewer.get(reverse("portal-tasks", args=[desk.scene.acme.public_id])).content.decode()
    assert "Ask the carrier" in page and 'class="finish"' not in page
    finish = reverse("portal-task-done", args=[desk.scene.acme.public_id, ClientTask.objects.get().public_id])
    assert viewer.post(finish, {"note": "x"}).status_code == 403


@pytest.mark.parametrize("state", ["suspended", "ended"])
def test_while_we_are_away_mia_reads_her_tasks_and_finishes_none(state: str) -> None:
    desk = made()
    mia, task = person(desk, Role.MANAGER), ClientTask.objects.get()
    Client.objects.filter(pk=desk.scene.acme.pk).update(state=state)
    page = mia.get(reverse("portal-tasks", args=[desk.scene.acme.public_id])).content.decode()
    assert "Ask the carrier" in page and 'class="finish"' not in page
    finish = reverse("portal-task-done", args=[desk.scene.acme.public_id, task.public_id])
    refused = mia.post(finish, {"note": "It comes tomorrow"})
    assert refused.status_code == 409 and "nothing changed" in refused.content.decode()
    task.refresh_from_db()
    assert task.state == "open"
    Client.objects.filter(pk=desk.scene.acme.pk).update(state="live")
    assert mia.post(finish, {"note": "It comes tomorrow"}).status_code == 302


def test_another_company_sees_none_of_it() -> None:
    desk = made()
    zenith = make.client("Zenith")
    zoe = make.user("Zoe of Zenith")
    make.membership(zoe, zenith, Role.MANAGER)
    browser = Browser()
    browser.force_login(zoe)
    task = ClientTask.objects.get()
    assert browser.get(reverse("portal-tasks", args=[desk.scene.acme.public_id])).status_code == 404
    assert (
        browser.post(reverse("portal-task-done", args=[zenith.public_id, task.public_id]), {"note": "x"}).status_code
        == 404
    )
    assert "Ask the carrier" not in browser.get(reverse("portal-tasks", args=[zenith.public_id])).content.decode()


def test_names_stay_covered_where_the_company_may_not_see_them() -> None:
    desk = made()
    Policy.objects.update(client_sees_customer_names=False)
    page = person(desk, Role.MANAGER).get(reverse("portal-tasks", args=[desk.scene.acme.public_id]))
    assert "Ann Archer" not in page.content.decode()


def test_bea_withdraws_what_is_not_done() -> None:
    desk = made()
    desk.undo()
    assert ClientTask.objects.get().state == "withdrawn"
    page = person(desk, Role.MANAGER).get(reverse("portal-tasks", args=[desk.scene.acme.public_id]))
    assert "Nothing to do" in page.content.decode()


@pytest.mark.parametrize("day", ["2026-11-23", "2028-01-01", "soon", ""])
def test_a_day_that_cannot_be_is_told_beside_it(day: str) -> None:
    desk = Desk("create_task")
    answer = desk.answer(task_title="Ask", task_due=day)
    assert answer.status_code == 422 and 'value="Ask"' in answer.content.decode()
    assert not ClientTask.objects.exists()


def test_the_list_asks_as_many_questions_for_three_as_for_one(django_assert_max_num_queries: Any) -> None:
    desk = made()
    mia = person(desk, Role.MANAGER)
    listing = reverse("portal-tasks", args=[desk.scene.acme.public_id])
    mia.get(listing)
    with django_assert_max_num_queries(40) as one:
        mia.get(listing)
    task, done = ClientTask.objects.get(), Action.objects.get()
    for n in range(2):
        done.pk, done.public_id, done.step = None, uuid4(), f"s{n}"
        done.save(force_insert=True)
        task.pk, task.public_id, task.action_id = None, uuid4(), done.pk
        task.save(force_insert=True)
    with django_assert_max_num_queries(len(one)):
        assert mia.get(listing).content.decode().count('class="finish"') == 3
