"""A reply promised by mail: to our people it is one, with its address, one deadline and what the customer wrote."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agents.models import Agent
from bpo.kernel import clock
from clients.models import Queue, Role
from interactions import outbound
from interactions.models import Callback, Case, CaseState, Outcome
from interactions.routing import line_ends
from tests import factories
from tests.interactions import reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> Queue:
    return factories.queue(factories.client("Acme", zone="UTC"), "Orders")


@pytest.fixture
def bea(line: Queue) -> Agent:
    return factories.agent("Bea Brown", licensed=line.client, available=True)


@pytest.fixture
def promised(line: Queue) -> Callback:
    """Ann chatted after hours; a reply by mail was promised by four."""
    at = clock.now()
    chat = reported.contact(line, "chat", at=at, who="Ann Archer")
    mail = {"number": "", "address": "ann@mail.example", "words": "My order is late.\nIt was number 17."}
    return reported.callback(line, "promised", at=at, promised_from=chat, name="Ann Archer", **mail)


def signed_in(user) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def test_on_the_floor_it_is_a_reply_by_mail(promised: Callback, line: Queue) -> None:
    sue = signed_in(factories.supervisor(line.client))
    listed = sue.get(reverse("floor-callbacks")).content.decode()
    page = sue.get(reverse("floor-callback", args=[promised.public_id])).content.decode()
    assert "Reply by mail" in listed and "by <time" in listed and f"{promised.due_from:%H:%M}</time> –" not in listed
    for words in ("Reply by mail", "ann@mail.example", "My order is late.", "It was number 17."):
        assert words in page
    assert "Reach at" not in page and "Window" not in page


def test_in_the_portal_it_is_a_reply_by_mail_with_one_deadline(promised: Callback, line: Queue) -> None:
    viewer = factories.user("Vic Viewer")
    factories.membership(viewer, line.client, Role.VIEWER)
    page = signed_in(viewer).get(reverse("portal-callbacks", args=[line.client.public_id])).content.decode()
    assert "Reply by mail" in page and f"{promised.due_from:%H:%M}</time> –" not in page
    assert "ann@mail.example" not in page


def test_at_the_desk_it_is_a_reply_by_mail(promised: Callback, bea: Agent) -> None:
    desk = signed_in(bea.user)
    Callback.objects.update(owner=bea)
    page = desk.get(reverse("console-callback", args=[promised.public_id])).content.decode()
    for words in ("Reply by mail", "ann@mail.example", "It was number 17.", "Answer it now"):
        assert words in page
    assert "<dt>Number" not in page and "Promised between" not in page and "Make it now" not in page
    assert "Write to Ann Archer" in desk.get(reverse("console-later")).content.decode()


def test_who_keeps_it_reads_what_was_written_and_one_deadline(promised: Callback, line: Queue, bea: Agent) -> None:
    case = reported.case(line.client, promised.promised_from)
    Case.objects.filter(pk=case.pk).update(state=CaseState.OPEN, due_at=clock.now() + timedelta(hours=1))
    Callback.objects.update(case=case)
    promised.refresh_from_db()
    leg = outbound.start_callback(promised, by=bea)
    page = signed_in(bea.user).get(reverse("console-leg", args=[leg.public_id])).content.decode()
    assert "It was number 17." in page and "ann@mail.example" in page
    assert "in 1 h 59 min" in page or "in 2 h" in page
    assert page.count("Reply due") == 1 and "in 59 min" not in page and "in 1 h<" not in page


def test_who_was_promised_a_reply_while_waiting_keeps_the_words(line: Queue) -> None:
    ann = factories.customer(line.client, address="ann@mail.example")
    waiting = factories.waiting(line, "chat", who=ann, opening="My order is late.")
    reported.wrote(waiting, "My order is late.", at=clock.now())
    reported.wrote(waiting, "It was number 17.", at=clock.now())
    assert line_ends.promise_or_close(waiting, "unstaffed", Outcome.NO_AGENT, clock.now())
    made = Callback.objects.get()
    assert made.words == "My order is late.\nIt was number 17."
    assert (made.address, made.name) == ("ann@mail.example", ann.name)
