"""The floor at a glance, a part of it alone, an opened line, the big screen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agents import rules
from agents.gates import SupervisorRequest, for_supervisors
from clients.models import Channel, Queue
from interactions import waits
from interactions.models import Interaction, State
from interactions.reports import demand
from interactions.reports.foretold import foretold
from interactions.views import lists
from interactions.views.floor import parts, staffing
from interactions.views.floor.seeing import Sight, queue_of, sight_of

ON_PAGE = 100


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
        "waiting": in_line(queue, channel).annotate(in_reach=sight.reaches(), waits_since=waits.WAITS_SINCE)[:ON_PAGE],
        "total": in_line(queue, channel).count(),
        "staffable": channel in demand.live_channels(queue),
        "clients": sight.clients,
    }


@require_safe
@for_supervisors
def floor(request: SupervisorRequest) -> HttpResponse:
    """The desk of a supervisor; `queue` and `channel` open a line beside it. Callbacks and latest contacts follow."""
    sight = sight_of(request)
    context = {**parts.wall(sight), **parts.agents(sight)}
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
def part(request: SupervisorRequest, name: str) -> HttpResponse:
    """One part alone: for a page that opens, and for one that nothing is sent to."""
    return HttpResponse(parts.rendered(name, sight_of(request)))


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


@require_safe
@for_supervisors
def board(request: SupervisorRequest) -> HttpResponse:
    """The wall for a big screen: nothing to click, nothing scrolls."""
    return render(request, "floor/board.html", parts.board(sight_of(request)))
