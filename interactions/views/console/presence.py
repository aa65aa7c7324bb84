"""The agent's own presence: ready, away, pause after this, signed out; and that her desk is there."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agents import presence
from agents.gates import AgentRequest, for_agents
from bpo.kernel import clock
from bpo.kernel.references import public_id
from interactions import offers, push
from interactions.desk import top
from interactions.views.console.common import triggers


def _answer(request: AgentRequest) -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("console-home")
    response = render(request, "console/_top.html", {"top": top.top_of(request.agent)})
    if request.headers.get("HX-Target") != "top-state":  # else the page aims there already; see into_the_middle
        response["HX-Retarget"], response["HX-Reswap"] = "#top-state", "outerHTML"
    return triggers(response, "desk:idle", "desk:offer")


@for_agents
@require_POST
def available(request: AgentRequest) -> HttpResponse:
    """Ready for offers; takes a wished pause back."""
    presence.go_available(request.agent, by=request.agent)
    return _answer(request)


@for_agents
@require_POST
def away(request: AgentRequest) -> HttpResponse:
    """A break with a reason; with live contacts it begins after the last."""
    presence.take_break(request.agent, request.POST.get("reason", ""), by=request.agent)
    return _answer(request)


@for_agents
@require_POST
def pause(request: AgentRequest) -> HttpResponse:
    """Pause after this; pressed again, it is taken back."""
    if request.POST.get("off"):
        presence.go_available(request.agent, by=request.agent)
    else:
        presence.pause_after(request.agent, request.POST.get("reason", "") or _("break"))
    return _answer(request)


@for_agents
@require_POST
def sign_out(request: AgentRequest) -> HttpResponse:
    """Gone home; with live contacts only after them."""
    presence.sign_out(request.agent, after_this=bool(request.POST.get("after")))
    return _answer(request)


@for_agents
@require_POST
def here(request: AgentRequest) -> HttpResponse:
    """A desk that hears nothing is there all the same, and shows this card. The newest one works, as with sockets."""
    before = public_id(request.POST.get("console"))
    console = presence.here(request.agent, before)
    if console is None:
        return JsonResponse({"aside": True})
    if console != before:
        push.step_aside(request.agent, console)
    offers.shown_to(request.agent, public_id(request.POST.get("card")))
    return JsonResponse({"console": str(console), "now": clock.now().isoformat()})
