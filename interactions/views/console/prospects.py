"""Call lists at the desk: which are ready, the next person looked at first, the call, and what came of it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from agents.gates import AgentRequest, for_agents
from bpo.kernel import clock
from clients.models import CallList, Client
from interactions import call_links, do_not_call, outbound, prospect_calls, prospects
from interactions.desk import prospect_pane
from interactions.models import Leg, LegState, Prospect, ProspectResult, ProspectState
from interactions.views.console.common import frame, own_leg, show_work


@for_agents
@require_GET
def listing(request: AgentRequest) -> HttpResponse:
    """The open lists of her clients, how many may be called now, and whom she has before her."""
    found = list(prospects.lists_of(Client.objects.visible_to(request.user)))
    ready = prospects.ready(found, clock.now())
    rows = [(each, sum(ready.get(each.pk, {}).values()), prospects.hours_words(each)) for each in found]
    context = {"rows": rows, "mine": prospects.held_by(request.agent)}
    return render(request, "console/lists.html", frame(request) | context)


@for_agents
@require_POST
def take(request: AgentRequest, call_list: UUID) -> HttpResponse:
    """The next one, for her alone; she looks before she calls."""
    rows = CallList.objects.visible_to(request.user).select_related("client", "queue")
    found = prospects.take_next(get_object_or_404(rows, public_id=call_list), by=request.agent)
    return _to(request, reverse("console-prospect", args=[found.public_id]))


def _to(request: AgentRequest, url: str) -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(url)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = url
    return response


def _prospect(request: AgentRequest, public_id: UUID) -> Prospect:
    rows = Prospect.objects.visible_to(request.user).select_related("client__brand", "call_list__client", "interaction")
    return get_object_or_404(rows.select_related("call_list__queue"), public_id=public_id)


@for_agents
@require_GET
def page(request: AgentRequest, prospect: UUID) -> HttpResponse:
    """Everything about the person before the call. One who is being called by her is at her call."""
    found = _prospect(request, prospect)
    if found.state == ProspectState.CALLING:
        leg = Leg.objects.filter(interaction=found.interaction, agent=request.agent, state=LegState.HANDLING).first()
        if leg is not None:
            return redirect("console-leg", leg.public_id)
    prospects.require_held(found, request.agent)
    prospects.seen(found, by=request.agent)
    context = {"pane": prospect_pane.pane_of(found, clock.now()), "brand": found.client.brand, "prospect": found}
    return render(request, "console/prospect.html", frame(request) | context)


@for_agents
@require_POST
def seen(request: AgentRequest, prospect: UUID) -> HttpResponse:
    """Her page is open: the person is kept for her, and the clock at home is shown anew."""
    found = _prospect(request, prospect)
    mine = prospects.seen(found, by=request.agent)
    context = {"pane": prospect_pane.pane_of(found, clock.now()) if mine else None, "prospect": found}
    return render(request, "console/_prospect_now.html", context)


@for_agents
@require_POST
def call(request: AgentRequest, prospect: UUID) -> HttpResponse:
    """Begin the call: from here it is a contact like any other."""
    return show_work(request, outbound.start_prospect(_prospect(request, prospect), by=request.agent))


@for_agents
@require_POST
def let_go(request: AgentRequest, prospect: UUID) -> HttpResponse:
    """Back to the list."""
    prospects.let_go(_prospect(request, prospect), by=request.agent)
    return _to(request, reverse("console-lists"))


@for_agents
@require_POST
def stop(request: AgentRequest, prospect: UUID) -> HttpResponse:
    """She sees before the call that this number must not be called: never again, from no list."""
    found = _prospect(request, prospect)
    prospects.require_held(found, request.agent)
    do_not_call.add(found.client, found.number, by=request.agent, why=request.POST.get("why", ""))
    return _to(request, reverse("console-lists"))


@for_agents
@require_POST
def conclude(request: AgentRequest, leg: UUID) -> HttpResponse:
    """What came of the talk."""
    mine = own_leg(request, leg)
    result, note = request.POST.get("outcome", ""), request.POST.get("outcome_why", "")
    found = prospect_calls.conclude(mine, result, by=request.agent, note=note)
    words = {"list": found.call_list.name, "result": ProspectResult(result).label}
    return show_work(request, mine, toast={"text": _("%(list)s: %(result)s.") % words})


@for_agents
@require_POST
def link(request: AgentRequest, leg: UUID) -> HttpResponse:
    """A link to a web call with her: mailed, or shown to be read out."""
    mine, mail = own_leg(request, leg), request.POST.get("mail") == "1"
    made = call_links.make(mine, by=request.agent, mail=mail)
    told = _("The link goes to %s.") % made.mailed_to if mail else _("Read the link out.")
    return show_work(request, mine, toast={"text": told})
