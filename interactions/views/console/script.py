"""The script beside the work: answer, back, jump."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from agents.gates import AgentRequest, for_agents
from interactions import acts, handling, runs, step_drafts
from interactions.answers import AnswersWrong
from interactions.desk import customer_pane, script_pane
from interactions.desk.work import run_of
from interactions.models import Leg, LegState, Run
from interactions.views.console.common import own_leg, show_work, triggers, working_leg


def _handled(request: AgentRequest, leg: UUID) -> tuple[Leg, Run]:
    """The leg with its run; only while it is handled, and not by a colleague who was asked for advice.

    Inside the caller's transaction: the seats are locked before the run, as by whatever ends the contact.
    """
    mine = handling.held_leg(own_leg(request, leg), by=request.agent)
    return mine, get_object_or_404(Run.objects.visible_to(request.user), interaction=mine.interaction)


def _pane(
    request: AgentRequest, leg: Leg, *, errors: Mapping[str, str] | None = None, changed: bool = True
) -> HttpResponse:
    fresh = own_leg(request, leg.public_id)
    run = run_of(fresh, request.agent)
    if run is None:
        return HttpResponse(status=204)
    # What was typed stays beside what is wrong with it, and in a check that failed and may be tried again.
    again = bool(errors) or request.POST.get("step") == run.at_step
    typed = {key: value for key, value in request.POST.items() if isinstance(value, str)} if again else None
    pane = script_pane.pane_of(run, request.agent, errors=errors, typed=typed)
    context = {"leg": fresh, "pane": pane, "brand": fresh.client.brand, "voice": fresh.channel == "voice"}
    response = render(request, "console/_script.html", context, status=422 if errors else 200)
    return triggers(response, "desk:side", "desk:items") if changed and not errors else response


@for_agents
@require_GET
def script(request: AgentRequest, leg: UUID) -> HttpResponse:
    """The pane as it stands."""
    return _pane(request, own_leg(request, leg), changed=False)


@for_agents
@require_POST
def answer(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Answer the open step; what is missing comes back beside its field."""
    mine = own_leg(request, leg)
    try:
        with transaction.atomic():
            mine, run = _handled(request, leg)
            runs.answer(run, request.POST.get("step", ""), request.POST.dict(), by=request.agent)
    except AnswersWrong as wrong:
        return _pane(request, mine, errors=wrong.errors)
    mine.refresh_from_db(fields=["state"])
    if mine.state != LegState.HANDLING:
        return show_work(request, mine)
    return _pane(request, mine)


@for_agents
@require_POST
def draft(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Keep what is typed at the open step."""
    run = get_object_or_404(Run.objects.visible_to(request.user), interaction=own_leg(request, leg).interaction)
    step_drafts.keep(run, request.POST.get("step", ""), request.POST.dict(), by=request.agent)
    return HttpResponse(status=204)


@for_agents
@require_POST
def back(request: AgentRequest, leg: UUID) -> HttpResponse:
    """One step back."""
    with transaction.atomic():
        mine, run = _handled(request, leg)
        runs.back(run, by=request.agent)
    return _pane(request, mine)


@for_agents
@require_POST
def jump(request: AgentRequest, leg: UUID) -> HttpResponse:
    """To any step; recorded."""
    with transaction.atomic():
        mine, run = _handled(request, leg)
        runs.jump(run, request.POST.get("step", ""), by=request.agent)
    return _pane(request, mine)


@for_agents
@require_POST
@transaction.atomic
def undo(request: AgentRequest, leg: UUID, action: UUID) -> HttpResponse:
    """Take back what an act did, as long as the contact is hers, wrap-up included."""
    mine = working_leg(request, leg)
    run = get_object_or_404(Run.objects.visible_to(request.user), interaction=mine.interaction)
    acts.undo(get_object_or_404(run.actions, public_id=action), by=request.agent)
    return _pane(request, mine)


@for_agents
@require_GET
def side(request: AgentRequest, leg: UUID) -> HttpResponse:
    """The customer's pane."""
    mine = own_leg(request, leg)
    run = run_of(mine, request.agent)
    context = {
        "leg": mine,
        "interaction": mine.interaction,
        "brand": mine.client.brand,
        "side": customer_pane.pane_of(mine.interaction, run),
        "pane": script_pane.pane_of(run, request.agent) if run else None,
        "voice": mine.channel == "voice",
    }
    return render(request, "console/_customer.html", context)
