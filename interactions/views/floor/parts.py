"""The parts of the floor that change by themselves: what each shows to a sight, whether asked for or sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from agents.models import Agent
from bpo.kernel import clock
from interactions.models import Interaction
from interactions.reports import live, people, queries
from interactions.reports.scope import scope_of
from interactions.views import lists
from interactions.views.floor.seeing import Sight

LATEST = 8
WORST = 60  # agents on the floor's card; the page of agents has all


def wall(sight: Sight) -> dict[str, Any]:
    """Lines and people of each client."""
    at = clock.now()
    return {"wall": live.wall(sight.clients, at), "at": at, "clients": sight.clients}


def agents(sight: Sight) -> dict[str, Any]:
    """Who is signed in, the worst first; the counts are of all."""
    crowd = people.crowd(sight.agents())
    shown = crowd.order[: min(crowd.here, WORST)]
    return {
        "rows": people.grid(Agent.objects.filter(pk__in=shown), sight.clients) if shown else [],
        "more": crowd.here - len(shown),
        "kinds": {kind: crowd.kinds.get(kind, 0) for kind in ("ok", "talk", "wrap", "away")},
        "absent": len(crowd.order) - crowd.here,
    }


def callbacks(sight: Sight) -> dict[str, Any]:
    """The nearest promises, and how today's were kept."""
    today = scope_of(sight.clients)
    return {
        "callbacks": live.open_callbacks(sight.clients)[:LATEST],
        "ledger": queries.callbacks(today),
        "at": today.at,
    }


def latest(sight: Sight) -> dict[str, Any]:
    """Who came last."""
    rows = Interaction.objects.filter(client__in=sight.clients).order_by("-arrived_at", "-pk")
    return {"latest": lists.contacts_of(list(rows.values_list("pk", flat=True)[:LATEST]))}


def board(sight: Sight) -> dict[str, Any]:
    """The wall and the day, for the big screen."""
    context = wall(sight)
    shown: live.Wall = context["wall"]
    return {**context, "day": queries.day(shown.today, shown.by_channel), "longest": shown.longest}


@dataclass(frozen=True, slots=True)
class Part:
    """A fragment and what it is filled with; `by_team` if teams one leads change it, not the clients alone."""

    template: str
    context: Callable[[Sight], dict[str, Any]]
    by_team: bool = False


PARTS = {
    "wall": Part("floor/_wall.html", wall),
    "agents": Part("floor/_agents.html", agents, by_team=True),
    "callbacks": Part("floor/_callbacks.html", callbacks),
    "latest": Part("floor/_latest.html", latest),
    "board": Part("floor/_board.html", board),
}


def rendered(name: str, sight: Sight) -> str:
    """The part as this sight shows it, in the language and zone that are active."""
    part = PARTS[name]
    return render_to_string(part.template, part.context(sight))
