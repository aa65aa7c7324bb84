"""Bea reads all that happened with Ann at Acme in one list, by pages; orders and bills beside a passed check alone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client as Browser

from clients.models import Bill
from interactions import callbacks, cases
from interactions.acts import tasks
from interactions.models import CallbackOrigin, Case, ClientTask, Envelope, Interaction, Leg, Run, SurveyAnswer
from tests import factories as make
from tests.interactions.acting import Desk
from tests.interactions.scripted import Scene, scene
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db
BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def acme() -> Scene:
    return scene()


def contact(of: Scene, n: int) -> Interaction:
    at = BEGAN + timedelta(days=n)
    made = make.arrived(of.line, who=of.ann, at=at, outcome="handled", closed_at=at)
    made.state = "closed"
    made.save()
    Envelope.objects.create(interaction=made, subject=f"Matter {n:02}")
    return made


def worked_on(of: Scene) -> Leg:
    return make.offer(of.bea, make.waiting(of.line, who=of.ann))


def pages(browser: Browser, of: Scene) -> list[str]:
    """The list's pages, by following “Older” to the end."""
    found, page = [], url("customer", of.ann)
    while True:
        words = browser.get(page).content.decode()
        found.append(words.partition('id="timeline-h"')[2].partition("</section>")[0])
        older = re.search(r'href="(\?before=[^"]+)" rel="next"', words)
        if older is None:
            return found
        page = url("customer", of.ann) + unescape(older[1])


def test_each_of_45_contacts_is_reached_once_newest_first(acme: Scene) -> None:
    for n in range(45):
        contact(acme, n)
    told = pages(desk_of(acme.bea), acme)
    assert [len(re.findall("Matter", page)) for page in told] == [30, 15]
    assert re.findall(r"Matter (\d\d)", "".join(told)) == [f"{n:02}" for n in range(44, -1, -1)]
    assert "Newest" not in told[0] and "Newest" in told[1] and "Older" not in told[1]


def test_what_came_at_one_moment_is_neither_lost_nor_told_twice(acme: Scene) -> None:
    for n in range(65):
        contact(acme, n)
    Interaction.objects.update(arrived_at=BEGAN)
    cases.open_case(acme.acme, acme.ann, subject="Matter 99", at=BEGAN)
    told = re.findall(r"Matter (\d\d)", "".join(pages(desk_of(acme.bea), acme)))
    assert sorted(told) == [*(f"{n:02}" for n in range(65)), "99"]


def test_whatever_the_channel_it_is_one_list_of_this_company_alone(acme: Scene) -> None:
    called = contact(acme, 1)
    SurveyAnswer.objects.create(
        client=acme.acme, interaction=called, score=5, solved=True, words="Thanks", answered_at=BEGAN
    )
    promised = callbacks.promise(
        acme.acme, customer=acme.ann, number="+16145550173", queue=acme.line, origin=CallbackOrigin.AGENT, by=acme.bea
    )
    due = acme.acme.day_at(BEGAN + timedelta(days=30))
    tasks.ask(worked_on(acme), title="Send a charger", due_on=due, by=acme.bea, at=BEGAN)
    zenith = scene("Zenith")
    contact(zenith, 7)
    told = pages(desk_of(acme.bea), acme)[0]
    for words in ("Matter 01", "5 of 5, solved", promised.reference, "Send a charger", "task for the company"):
        assert words in told, words
    assert "Matter 07" not in told and "Thanks" not in told
    assert desk_of(acme.bea).get(url("customer", zenith.ann)).status_code == 404


@pytest.mark.parametrize("before", ["x", "2026-11-24~1~2", "2026-11-24T10:00:00~1~" + "0" * 32, "~~"])
def test_a_page_that_is_not_there_is_told(acme: Scene, before: str) -> None:
    assert desk_of(acme.bea).get(url("customer", acme.ann), {"before": before}).status_code == 400


def test_as_many_questions_for_many_as_for_one(acme: Scene, django_assert_max_num_queries: Any) -> None:
    browser = desk_of(acme.bea)
    contact(acme, 1)
    leg = worked_on(acme)
    tasks.ask(leg, title="One", due_on=date(2027, 1, 1), by=acme.bea)
    cases.open_case(acme.acme, acme.ann, subject="One")
    browser.get(url("customer", acme.ann))
    with django_assert_max_num_queries(60) as one:
        browser.get(url("customer", acme.ann))
    for n in range(3, 9):
        contact(acme, n)
        tasks.ask(leg, title=f"{n}", due_on=date(2027, 1, 1), by=acme.bea)
        cases.open_case(acme.acme, acme.ann, subject=f"Matter {n}")
    assert ClientTask.objects.count() == 7 and Case.objects.filter(subject__startswith="Matter").count() == 6
    with django_assert_max_num_queries(len(one)):
        browser.get(url("customer", acme.ann))


def test_orders_and_bills_stand_there_while_ann_is_verified_in_a_contact_of_beas() -> None:
    desk = Desk("set_pending")
    acme = desk.scene
    Bill.objects.create(client=acme.acme, customer=acme.ann, number="B-88120", amount=49, due_on=date(2026, 12, 1))
    ann = url("customer", acme.ann)
    page = desk.browser.get(ann).content.decode()
    assert "AC-204418" in page and "B-88120" in page
    cal = make.agent("Cal Carter", licensed=acme.acme)
    page = desk_of(cal).get(ann).content.decode()
    assert "AC-204418" not in page and "B-88120" not in page and "while you have a contact" in page
    Run.objects.filter(pk=desk.run.pk).update(verified=None)
    page = desk.browser.get(ann).content.decode()
    assert "AC-204418" not in page and "B-88120" not in page
    Run.objects.filter(pk=desk.run.pk).update(verified=False)
    assert "AC-204418" not in desk.browser.get(ann).content.decode()
