"""The call at the desk: whom its page is to be connected with, mute, and that it has no microphone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from agents.gates import AgentRequest, for_agents
from bpo.kernel import clock, turn
from interactions import handling, media, monitoring, offers, recordings, talks
from interactions.models import Leg, LegRole, State
from interactions.views.console.common import done, own_leg, show_work


@for_agents
@require_GET
def talk(request: AgentRequest) -> HttpResponse:
    """The web call she is in, or null, which her page follows; and whether one may come, so that it needs her voice."""
    leg = talks.leg_of(request.agent)
    return JsonResponse({"talk": told(leg) if leg else None, "microphone": talks.needs_microphone(request.agent)})


def told(leg: Leg) -> dict[str, Any]:
    """Everything her page needs to be in this call."""
    stands = recordings.standing(leg.interaction) if leg.role == LegRole.PRIMARY else recordings.Standing()
    return {
        "leg": str(leg.public_id),
        "call": str(leg.interaction.public_id),
        "held": leg.interaction.state == State.HELD,
        "muted": leg.muted,
        "heard": media.has_way(leg),
        "recording": {"wanted": stands.wanted, "by_hand": stands.by_hand, "by_card": stands.by_card},
        "listeners": monitoring.told(leg.interaction),
        "links": [asdict(line) for line in talks.of_leg(leg)],
        "ice": turn.ice(clock.now()),
    }


@for_agents
@require_POST
def mute(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Her microphone off or on; kept, so that a reloaded desk does not open it."""
    mine = own_leg(request, leg)
    return show_work(request, handling.mute(mine, by=request.agent, on=request.POST.get("on") == "1"))


@for_agents
@require_POST
def busy(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Her desk cannot take this call: it has no microphone."""
    mine = own_leg(request, leg)
    if not media.is_awaited(mine.interaction):
        raise offers.OfferGone(sentence=_("Only a call from a page is passed on so. Decline it, with a reason."))
    offers.busy(mine, by=request.agent)
    return done(request)
