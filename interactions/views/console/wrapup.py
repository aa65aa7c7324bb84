"""Wrap-up: disposition, note, follow-up, more time, ready."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from agents import presence
from agents.gates import AgentRequest, for_agents
from agents.models import Presence, Seat
from bpo.kernel.errors import InvalidValue
from clients.models import Disposition
from interactions import cases, wrap_up
from interactions.acts import tasks
from interactions.desk import afterwards
from interactions.desk.promising import follow_up_at
from interactions.models import Leg
from interactions.views.console import callbacks
from interactions.views.console.common import done, own_leg, show_work


def _disposition(request: AgentRequest, leg: Leg) -> Disposition | None:
    """The nested answer if one is chosen, else the ending itself; of this client only."""
    code = request.POST.get(f"below-{request.POST.get('ending', '')}", "") or request.POST.get("ending", "")
    return Disposition.objects.filter(client_id=leg.client_id, code=code).first() if code else None


@for_agents
@require_POST
def finish(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Ready: everything is kept, the contact closes, the agent is free or takes her break.

    Where the line keeps the whole time it ends by itself with that; the form comes back without what was done already.
    """
    mine = own_leg(request, leg)
    early = _finish(request, mine)
    return show_work(request, mine, toast={"text": str(early.sentence)}) if early else done(request)


@transaction.atomic
def _finish(request: AgentRequest, mine: Leg) -> wrap_up.TooEarly | None:
    """Follow-up, end and break: all or nothing. Too early, the end alone waits: her word to the customer holds."""
    early = None
    match request.POST.get("follow", "none"):
        case "callback":
            callbacks.book_from(request, mine)
        case "pending":
            cases.set_pending(cases.of_leg(mine), by=request.agent, for_customer=True)
        case "day":
            until = follow_up_at(mine.interaction, request.POST.get("day", ""), request.POST.get("hour", ""))
            cases.set_pending(cases.of_leg(mine), by=request.agent, until=until)
        case "task":
            _ask_company(request, mine)
    try:
        wrap_up.finish(
            mine, by=request.agent, disposition=_disposition(request, mine), note=request.POST.get("note", "")
        )
    except wrap_up.TooEarly as refused:
        early = refused
    if reason := request.POST.get("then", ""):
        presence.take_break(request.agent, reason, by=request.agent)
    elif Seat.objects.filter(agent=request.agent, presence=Presence.NOT_RESPONDING).exists():
        # She missed an offer meanwhile, and now says "Available".
        presence.go_available(request.agent, by=request.agent)
    return early


def _ask_company(request: AgentRequest, mine: Leg) -> None:
    """What the form asks the company's people to do."""
    due = request.POST.get("task_due", "")
    try:
        day = date.fromisoformat(due) if due else None
    except ValueError as error:
        raise InvalidValue(f"day {due!r}", sentence=_("This is not a date.")) from error
    title, details = request.POST.get("task_title", ""), request.POST.get("task_details", "")
    tasks.ask(mine, title=title, due_on=day, details=details, by=request.agent)


@for_agents
@require_POST
def draft(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Keep what is chosen so far."""
    mine = own_leg(request, leg)
    wrap_up.save_draft(
        mine, by=request.agent, disposition=_disposition(request, mine), note=request.POST.get("note", "")
    )
    return HttpResponse(status=204)


@for_agents
@require_POST
def extend(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Once, by the same time again."""
    return show_work(request, wrap_up.extend(own_leg(request, leg), by=request.agent))


@for_agents
@require_GET
def became(request: AgentRequest, leg: UUID) -> HttpResponse:
    """What became of a contact that she handed on or lost; what she writes meanwhile stays."""
    words = afterwards.became(own_leg(request, leg))
    return render(request, "console/_became.html", {"became": words})
