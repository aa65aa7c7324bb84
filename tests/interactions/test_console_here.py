"""Bea's desk without a socket: it says by itself that it is there, and the newest of her tabs works."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agents import presence
from agents.models import Agent, ConsoleSession, Seat
from bpo.kernel import clock
from interactions import push
from interactions.models import LegState
from interactions.routing import timers
from tests import factories as make
from tests.interactions.scripted import Scene, scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Scene:
    return scene()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was pushed."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(push.push, "send", lambda group, message: sent.append(message) or True)
    return sent


def browser_of(agent: Agent, **options: Any) -> Browser:
    browser = Browser(**options)
    browser.force_login(agent.user)
    return browser


def says_here(browser: Browser, console: str = "", **more: str) -> dict[str, Any]:
    answer = browser.post(reverse("console-here"), {"console": console, **more})
    assert answer.status_code == 200
    return dict(answer.json())


def connected(agent: Agent) -> bool:
    return Seat.objects.get(agent=agent).connected


def test_a_desk_that_says_it_is_there_connects_the_seat_and_keeps_its_key(acme: Scene) -> None:
    dee = make.agent("Dee Dunn", licensed=acme.acme)
    desk = browser_of(dee)
    first = says_here(desk)
    assert connected(dee) and first["now"]
    assert says_here(desk, first["console"])["console"] == first["console"]
    assert ConsoleSession.objects.get(agent=dee).node == presence.BY_ITSELF


def test_a_silent_desk_is_gone_like_one_of_a_dead_process(acme: Scene) -> None:
    dee = make.agent("Dee Dunn", licensed=acme.acme)
    desk = browser_of(dee)
    key = says_here(desk)["console"]
    at = clock.now()
    timers.nodes_dead(at + timedelta(seconds=10))
    assert connected(dee)
    with clock.set_to(at + timedelta(seconds=12)):
        says_here(desk, key)
    timers.nodes_dead(at + timedelta(seconds=20))
    assert connected(dee)
    timers.nodes_dead(at + timedelta(seconds=28))
    assert not connected(dee)


def test_back_within_the_grace_she_goes_on_with_her_work(acme: Scene) -> None:
    leg = make.offer(acme.bea, make.waiting(acme.line, "chat", who=acme.ann))
    assert presence.no_console(acme.bea.pk)
    leg.refresh_from_db()
    assert leg.state == LegState.RESCINDED
    says_here(browser_of(acme.bea))
    assert connected(acme.bea)


def test_a_newer_tab_makes_the_older_one_step_aside(acme: Scene, told: list[dict[str, Any]]) -> None:
    older, newer = browser_of(acme.bea), browser_of(acme.bea)
    with clock.set_to(clock.now() + timedelta(seconds=1)):
        first = says_here(older)
        clock.advance(1)
        second = says_here(newer)
        asides = [one["console"] for one in told if one["kind"] == "step_aside"]
        assert asides == [first["console"], second["console"]]
        clock.advance(1)
        assert says_here(older, first["console"]) == {"aside": True}
        assert says_here(newer, second["console"])["console"] == second["console"]
        assert connected(acme.bea)
        assert not ConsoleSession.objects.filter(key=first["console"]).exists()
        clock.advance(1)
        third = says_here(older)  # “work here”
        assert says_here(newer, second["console"]) == {"aside": True}
        assert says_here(older, third["console"])["console"] == third["console"]


def test_a_deaf_socket_stays_with_the_process_that_holds_it(acme: Scene) -> None:
    dee, key = make.agent("Dee Dunn", licensed=acme.acme), uuid.uuid4()
    presence.connected(dee, key, "node 1")
    assert says_here(browser_of(dee), str(key))["console"] == str(key)
    assert ConsoleSession.objects.get(agent=dee).node == "node 1"


def test_a_page_that_has_a_socket_again_leaves_no_second_desk(acme: Scene) -> None:
    dee = make.agent("Dee Dunn", licensed=acme.acme)
    alone, line = says_here(browser_of(dee))["console"], uuid.uuid4()
    presence.connected(dee, line, "node 1")
    presence.replaced(dee, uuid.UUID(alone))
    assert connected(dee)
    assert list(ConsoleSession.objects.filter(agent=dee).values_list("key", flat=True)) == [line]
    presence.replaced(acme.bea, line)  # not hers
    assert ConsoleSession.objects.filter(key=line).exists()


def test_the_key_of_somebody_else_is_not_taken_over(acme: Scene) -> None:
    dee, hers = make.agent("Dee Dunn", licensed=acme.acme), uuid.uuid4()
    presence.connected(acme.bea, hers, "node 1")
    assert says_here(browser_of(dee), str(hers))["console"] != str(hers)
    assert ConsoleSession.objects.get(key=hers).agent_id == acme.bea.pk
    assert says_here(browser_of(dee), "rubbish")["console"]


def test_the_card_it_names_counts_as_shown_and_only_ones_own(acme: Scene) -> None:
    leg = make.offer(acme.bea, make.waiting(acme.line, "chat", who=acme.ann))
    dee = make.agent("Dee Dunn", licensed=acme.acme)
    says_here(browser_of(dee), card=str(leg.public_id))
    leg.refresh_from_db()
    assert leg.shown_at is None
    says_here(browser_of(acme.bea), card=str(leg.public_id))
    leg.refresh_from_db()
    assert leg.shown_at is not None


def test_nobody_else_may_say_it(acme: Scene) -> None:
    place = reverse("console-here")
    assert "/accounts/login" in Browser().post(place)["Location"]
    sue = Browser()
    sue.force_login(make.supervisor(acme.acme))
    assert sue.post(place).status_code == 403
    assert browser_of(acme.bea).get(place).status_code == 405
    assert browser_of(acme.bea, enforce_csrf_checks=True).post(place).status_code == 403
