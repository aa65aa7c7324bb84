"""A floor with more agents than its card shows: Sue sees the worst of them, counts of all, and the way to the rest."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agents import presence
from agents.models import Agent, Seat, Team
from bpo.kernel import clock
from interactions.reports import people
from interactions.views.floor import parts
from tests import factories
from tests.interactions import reported

pytestmark = pytest.mark.django_db


def test_the_crowd_stands_in_the_order_of_the_grid() -> None:
    acme = factories.client("Acme")
    line = factories.queue(acme, "Orders")
    bea, cal, dev, eve = (factories.agent(name, licensed=acme, available=True) for name in ("Bea", "Cal", "Dev", "Eve"))
    fay = factories.agent("Fay", licensed=acme)
    now = clock.now()
    reported.working(reported.contact(line, "chat", at=now), bea, start=now)
    presence.take_break(cal, reason="Lunch")
    Seat.objects.filter(agent=dev).update(idle_since=now - timedelta(minutes=5))

    crowd = people.crowd(Agent.objects.all())
    rows = people.grid(Agent.objects.all(), [acme])
    assert crowd.order == [row.agent.pk for row in rows]
    assert crowd.order[0] == cal.pk and crowd.order[-1] == fay.pk
    assert (crowd.here, crowd.kinds) == (4, {"away": 1, "talk": 1, "ok": 2})
    assert crowd.order.index(dev.pk) < crowd.order.index(eve.pk), "the longest free stands first"


def test_an_agent_of_a_team_and_of_a_client_stands_there_once() -> None:
    acme, globex = factories.client("Acme"), factories.client("Globex")
    first = Team.objects.create(name="First")
    bea = factories.agent("Bea Brown", licensed=acme, in_team=first, available=True)
    factories.licence(bea, globex)
    assert list(people.agents_of([first.pk], [acme, globex])) == [bea]
    assert people.crowd(people.agents_of([], [])).order == []


def test_the_card_shows_the_worst_and_counts_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "WORST", 2)
    acme = factories.client("Acme")
    for name in ("Bea Brown", "Cal Cole", "Dev Dunn"):
        factories.agent(name, licensed=acme, available=True)
    presence.take_break(Agent.objects.get(name="Dev Dunn"), reason="Lunch")
    browser = Browser()
    browser.force_login(factories.supervisor(acme))
    card = browser.get(reverse("floor-agents-part"))
    assert [row.agent.name for row in card.context["rows"]] == ["Dev Dunn", "Bea Brown"]
    assert "2 free, 0 busy, 0 wrap-up, 1 away" in card.content.decode()
    assert f'<a href="{reverse("floor-agents")}">and 1 more</a>' in card.content.decode()


def test_the_page_of_agents_has_everybody_page_by_page() -> None:
    acme = factories.client("Acme")
    for number in range(53):
        factories.agent(f"Agent {number:02}", licensed=acme, available=number < 3)
    browser = Browser()
    browser.force_login(factories.supervisor(acme))
    first, second = (browser.get(reverse("floor-agents"), {"page": page}) for page in (1, 2))
    names = [row.agent.name for page in (first, second) for row in page.context["rows"]]
    assert len(first.context["rows"]) == 50 and len(set(names)) == 53
    assert set(names[:3]) == {"Agent 00", "Agent 01", "Agent 02"}
    assert "51 to 53 of 53" in second.content.decode()
