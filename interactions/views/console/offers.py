"""Accept and decline an offer."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from agents.gates import AgentRequest, for_agents
from interactions import offers
from interactions.views.console.common import done, own_leg, show_work, triggers


@for_agents
@require_POST
def accept(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Take the contact; the middle becomes its work."""
    accepted = offers.accept(own_leg(request, leg), by=request.agent)
    return _card_closed(show_work(request, accepted))


@for_agents
@require_POST
def decline(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Say no with a reason; nothing else on the desk moves."""
    offers.decline(own_leg(request, leg), by=request.agent, reason=request.POST.get("reason", ""))
    if not request.htmx:  # type: ignore[attr-defined]
        return done(request)
    return triggers(HttpResponse(status=204), "desk:offer", "desk:top")


def _card_closed(response: HttpResponse) -> HttpResponse:
    if response.headers.get("HX-Trigger"):
        return triggers(response, "desk:items", "desk:top", "desk:offer")
    return response
