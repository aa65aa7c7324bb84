"""The floor at a glance: wall, agents, callbacks, latest contacts, an opened line, the big screen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agents import rules
from agents.gates import SupervisorRequest, for_supervisors
from bpo.kernel import clock
from clients.models import Channel, Queue
from interactions import waits
from interactions.models import Interaction, State
from interactions.reports import demand, live, people, queries
from interactions.reports.foretold import foretold
from interactions.reports.scope import Scope, scope_of
from interactions.views import lists
from interactions.views.floor import staffing
from interactions.views.floor.seeing import Sight, queue_of, sight_of

LATEST = 8
ON_PAGE = 100


def _wall(sight: Sight) -> dict[str, Any]:
    at = clock.now()
    return {"wall": live.wall(sight.clients, at), "at": at}


def _agents(sight: Sight) -> dict[str, Any]:
    rows = people.grid(sight.agents(), sight.clients)
    here = [row for row in rows if row.signed_in]
    kinds = {kind: sum(1 for row in here if row.kind == kind) for kind in ("ok", "talk", "wrap", "away")}
    return {"rows": here, "kinds": kinds, "absent": len(rows) - len(here)}


def _callbacks(sight: Sight, today: Scope) -> dict[str, Any]:
    return {
        "callbacks": live.open_callbacks(sight.clients)[:LATEST],
        "ledger": queries.callbacks(today),
        "at": today.at,
    }


def _latest(sight: Sight) -> dict[str, Any]:
    rows = Interaction.objects.filter(client__in=sight.clients).order_by("-arrived_at", "-pk")
    return {"latest": lists.contact_rows(rows)[:LATEST]}


def in_line(queue: Queue, channel: str) -> QuerySet[Interaction]:
    """Who waits in a line, in the order in which they are served."""
    rows = Interaction.objects.filter(queue=queue, channel=channel, state__in=[State.QUEUED, State.OFFERED])
    return lists.contact_rows(rows).order_by("-band", "order_key", "pk")


def line_context(sight: Sight, queue: Queue, channel: str) -> dict[str, Any]:
    """The waiting list of one line on one channel."""
    if channel not in Channel.values:
        raise lists.BadFilter(channel[:20])
    return {
        "queue": queue,
        "channel": channel,
        "channel_name": Channel(channel).label,
        "waiting": in_line(queue, channel).annotate(in_reach=sight.reaches())[:ON_PAGE],
        "total": in_line(queue, channel).count(),
        "staffable": channel in demand.live_channels(queue),
        "clients": sight.clients,
    }


@require_safe
@for_supervisors
def floor(request: SupervisorRequest) -> HttpResponse:
    """The desk of a supervisor; `queue` and `channel` open a line beside it. Callbacks and latest contacts follow."""
    sight = sight_of(request)
    context = {"clients": sight.clients, **_wall(sight), **_agents(sight)}
    opened = request.GET.get("queue")
    if opened:
        try:
            queue = queue_of(request, UUID(opened))
        except ValueError:
            raise lists.BadFilter(opened[:40]) from None
        context |= line_context(sight, queue, request.GET.get("channel") or queue.channels[0])
    return render(request, "floor/floor.html", context)


@require_safe
@for_supervisors
def wall_part(request: SupervisorRequest) -> HttpResponse:
    """The wall alone."""
    sight = sight_of(request)
    return render(request, "floor/_wall.html", {"clients": sight.clients, **_wall(sight)})


@require_safe
@for_supervisors
def agents_part(request: SupervisorRequest) -> HttpResponse:
    """The agents alone."""
    return render(request, "floor/_agents.html", _agents(sight_of(request)))


@require_safe
@for_supervisors
def callbacks_part(request: SupervisorRequest) -> HttpResponse:
    """The nearest callbacks alone."""
    sight = sight_of(request)
    return render(request, "floor/_callbacks.html", _callbacks(sight, scope_of(sight.clients)))


@require_safe
@for_supervisors
def latest_part(request: SupervisorRequest) -> HttpResponse:
    """The latest contacts alone."""
    return render(request, "floor/_latest.html", _latest(sight_of(request)))


@require_safe
@for_supervisors
def line(request: SupervisorRequest, queue: UUID) -> HttpResponse:
    """One line on its own page."""
    found = queue_of(request, queue)
    sight = sight_of(request)
    context = line_context(sight, found, request.GET.get("channel") or found.channels[0])
    context["channels"] = [Channel(channel) for channel in found.channels]
    counts = in_line_counts(found)
    context["counts"] = [(channel, counts.get(channel, 0)) for channel in context["channels"]]
    context["rules"] = rules.in_force(found)
    context |= staffing.beside(request.GET, found, context["channel"])
    if context["staffing_for"]:
        chosen = context["recent"].period
        context["told"] = foretold(found, context["channel"], chosen.start, chosen.end)
        context["wait_now"] = waits.expected_wait(found, context["channel"])
    return render(request, "floor/line.html", context, status=staffing.status_of(context))


def in_line_counts(queue: Queue) -> dict[str, int]:
    """How many wait, by channel."""
    rows = Interaction.objects.filter(queue=queue, state__in=[State.QUEUED, State.OFFERED])
    return dict(rows.order_by().values_list("channel").annotate(n=Count("pk")))


@require_safe
@for_supervisors
def line_part(request: SupervisorRequest, queue: UUID) -> HttpResponse:
    """One line beside the floor."""
    found = queue_of(request, queue)
    context = line_context(sight_of(request), found, request.GET.get("channel") or found.channels[0])
    return render(request, "floor/_line.html", context)


@require_safe
@for_supervisors
def staffing_part(request: SupervisorRequest, queue: UUID) -> HttpResponse:
    """How many agents the line needs, for its own figures or for the numbers given."""
    found = queue_of(request, queue)
    channel = request.GET.get("channel") or found.channels[0]
    context = {"queue": found, "channel": channel, **staffing.beside(request.GET, found, channel)}
    return render(request, "floor/_staffing.html", context, status=staffing.status_of(context))


def _board(request: SupervisorRequest) -> dict[str, Any]:
    sight = sight_of(request)
    context = _wall(sight)
    wall: live.Wall = context["wall"]
    day = queries.day(wall.today, wall.by_channel)
    return {**context, "clients": sight.clients, "day": day, "longest": wall.longest}


@require_safe
@for_supervisors
def board(request: SupervisorRequest) -> HttpResponse:
    """The wall for a big screen: nothing to click, nothing scrolls."""
    return render(request, "floor/board.html", _board(request))


@require_safe
@for_supervisors
def board_part(request: SupervisorRequest) -> HttpResponse:
    """What changes on the big screen."""
    return render(request, "floor/_board.html", _board(request))
