"""The page of fair shares: floors and ceilings, what is held now, and who is charged for idle time."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import get_current_timezone_name
from django.views.decorators.http import require_safe

from agents.gates import SupervisorRequest, for_supervisors
from bpo.kernel import clock
from clients.models import Client, Queue
from clients.models.shares import HAS_SHARE
from interactions.reports import shares
from interactions.reports.scope import PERIODS, period
from interactions.reports.shares import Held
from interactions.views import lists
from interactions.views.floor.seeing import sight_of

OFFERED = ("today", "yesterday", "7d", "30d")


@dataclass(frozen=True, slots=True)
class Row:
    """A client one supervises; without one: all others together, or the house. Seconds of idle and of handling."""

    client: Client | None
    held: Held
    lines: list[Queue]
    idle: float
    percent: float
    worked: float
    house: bool = False


@require_safe
@for_supervisors
def fair_shares(request: SupervisorRequest) -> HttpResponse:
    """By client; those one does not supervise are one row, so that everything adds up and nobody is named."""
    key = request.GET.get("period", "today")
    if key not in OFFERED:
        raise lists.BadFilter(key[:20])
    at = clock.now()
    chosen = period(key, get_current_timezone_name(), at)
    sight = sight_of(request)
    found = shares.charged(chosen.start, min(chosen.end, at))
    mine = {client.pk for client in sight.clients}
    others = [pk for pk in {*found.idle, *found.worked} if pk not in mine]
    parts = [found.idle.get(client.pk, 0.0) for client in sight.clients]
    parts += [sum(found.idle.get(pk, 0.0) for pk in others), found.house]
    percents = shares.percentages(parts)
    held = shares.held(sight.clients)
    lines: dict[int, list[Queue]] = {}
    for line in Queue.objects.filter(HAS_SHARE, client__in=sight.clients):
        lines.setdefault(line.client_id, []).append(line)
    rows = [
        Row(client, held[client.pk], lines.get(client.pk, []), part, percent, found.worked.get(client.pk, 0.0))
        for client, part, percent in zip(sight.clients, parts, percents, strict=False)
    ]
    if others:
        rows.append(Row(None, Held(), [], parts[-2], percents[-2], sum(found.worked.get(pk, 0.0) for pk in others)))
    if found.house:
        rows.append(Row(None, Held(), [], parts[-1], percents[-1], 0.0, house=True))
    context = {
        "rows": rows,
        "total": found.total,
        "worked": sum(found.worked.values()),
        "period": chosen,
        "periods": [(name, PERIODS[name]) for name in OFFERED],
        "clients": sight.clients,
    }
    return render(request, "floor/shares.html", context)
