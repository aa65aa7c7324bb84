"""Why did I not get it? What of her clients' contacts was offered to others, and why not to her."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from agents.gates import AgentRequest, for_agents
from bpo.kernel import clock
from clients.models import Client
from interactions.routing import why
from interactions.views.console.common import frame
from interactions.views.lists import BadFilter
from interactions.views.passing import HOURS, SHOWN


@for_agents
@require_GET
def passed(request: AgentRequest) -> HttpResponse:
    """Of herself alone, of the clients she sees, over a time up to now."""
    hours = request.GET.get("hours", "1")
    if hours not in HOURS:
        raise BadFilter(hours[:40])
    at = clock.now()
    clients = list(Client.objects.visible_to(request.user))
    found = why.passed_over(request.agent, clients, at - timedelta(hours=int(hours)), at)
    context = {"passed": found, "rows": found.rows[:SHOWN], "hours": hours, "choices": HOURS.items()}
    return render(request, "console/passed.html", frame(request) | context)
