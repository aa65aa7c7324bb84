"""Recording at the desk: the customer's answer, pause, and the pieces that the desk sends while the call runs."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from agents.gates import AgentRequest, for_agents
from interactions import recordings
from interactions.models import PausedFor, Recording, Side
from interactions.views import pieces
from interactions.views.console.common import own_leg, show_work


@for_agents
@require_POST
def begin(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Her desk can record now: the recording that its pieces belong to."""
    begun = recordings.begin(own_leg(request, leg), by=request.agent)
    address = reverse("console-recording-piece", args=[begun.public_id, "side", 0]).removesuffix("0/")
    return JsonResponse({"address": address, "by_hand": begun.by_hand, "by_card": begun.by_card}, status=201)


@for_agents
@require_POST
def answer(request: AgentRequest, leg: UUID) -> HttpResponse:
    """The customer was asked whether he may be recorded."""
    mine = own_leg(request, leg)
    return show_work(request, recordings.answered(mine, by=request.agent, yes=request.POST.get("yes") == "1"))


@for_agents
@require_POST
def said(request: AgentRequest, leg: UUID) -> HttpResponse:
    """She has told the customer that the call is recorded."""
    return show_work(request, recordings.said(own_leg(request, leg), by=request.agent))


@for_agents
@require_POST
def pause(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Pause or go on: by her, or by a card's field that has the focus."""
    mine = own_leg(request, leg)
    why = PausedFor.CARD if request.POST.get("why") == PausedFor.CARD else PausedFor.AGENT
    act = recordings.pause if request.POST.get("on") == "1" else recordings.resume
    act(mine, by=request.agent, why=why)
    return HttpResponse(status=204)


@for_agents
@require_POST
def piece(request: AgentRequest, recording: UUID, side: str, number: int) -> HttpResponse:
    """One piece of a track, in order; told which is awaited, the page sends from there."""
    rows = Recording.objects.visible_to(request.user).filter(leg__agent=request.agent)
    found = get_object_or_404(rows, public_id=recording)
    if side not in Side.values:
        raise Http404
    sent = pieces.read(request, number)
    return pieces.answer(lambda: recordings.take_piece(found, side, sent))
