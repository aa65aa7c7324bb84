"""The desk itself: the page, its top, its items and the offer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from agents.gates import AgentRequest, for_agents
from bpo.kernel.references import public_id
from interactions.desk import day, items, offer, top
from interactions.views.console.common import frame, own_leg, seen_leg, triggers, work_context


@for_agents
@require_GET
def home(request: AgentRequest) -> HttpResponse:
    """The desk with its first item open, or idle."""
    around = frame(request)
    if around["items"]:
        leg = own_leg(request, around["items"][0].leg.public_id)
        return render(request, "console/desk.html", around | work_context(request, leg))
    return render(request, "console/desk.html", around | {"idle": True})


@for_agents
@require_GET
def leg_page(request: AgentRequest, leg: UUID) -> HttpResponse:
    """The desk with this item open."""
    return render(request, "console/desk.html", frame(request) | work_context(request, own_leg(request, leg)))


@for_agents
@require_GET
def items_fragment(request: AgentRequest) -> HttpResponse:
    """The left column."""
    return render(request, "console/_items.html", {"items": items.my_items(request.agent)} | _day(request))


@for_agents
@require_GET
def later_fragment(request: AgentRequest) -> HttpResponse:
    """What the left column has under the items, once the page itself is there."""
    return render(request, "console/_around.html", _day(request))


def _day(request: AgentRequest) -> dict[str, Any]:
    agent = request.agent
    return {"later": items.later(agent), "done": day.just_done(agent), "day": day.day_of(agent)}


@for_agents
@require_GET
def top_fragment(request: AgentRequest) -> HttpResponse:
    """Presence and load."""
    return render(request, "console/_top.html", {"top": top.top_of(request.agent)})


@for_agents
@require_GET
def offer_fragment(request: AgentRequest) -> HttpResponse:
    """The card of the open offer, or nothing; a toast says why the one is gone that the desk still shows."""
    response = render(request, "console/_offer.html", {"card": offer.open_offer(request.agent)})
    shown = seen_leg(request, before) if (before := public_id(request.GET.get("shown"))) else None
    why = offer.gone(shown) if shown else ""
    return triggers(response, toast={"text": why, "key": "gone"}) if why else response


@for_agents
@require_GET
def idle_fragment(request: AgentRequest) -> HttpResponse:
    """The middle while nothing is open."""
    return render(request, "console/_idle.html", {"top": top.top_of(request.agent)})
