"""Beside a web call: asked why once, then a page with the call's bar; the modes, what its page follows, the way out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST, require_safe

from agents.gates import SupervisorRequest, for_supervisors
from bpo.kernel import clock, turn
from interactions import media, monitoring, talks
from interactions.models import Interaction, Mode, Monitor, State
from interactions.views.floor import contacts
from interactions.views.floor.acts import ReasonForm, dialog, get_or_post, posted
from interactions.views.floor.seeing import contact_of

ON_HOLD = lazy("On hold: you and the agent hear each other.")
# How a mode is drawn, which key chooses it, and what it means once it is on, in talk and on hold.
MODES = [
    (Mode.LISTEN, "sound", "1", lazy("Listen"), lazy("You hear both. Nobody hears you."),
     lazy("On hold: you hear the agent. Nobody hears you.")),
    (Mode.WHISPER, "headset", "2", lazy("Whisper"), lazy("The agent hears you. The customer does not."), ON_HOLD),
    (Mode.BARGE, "people", "3", lazy("Join in"), lazy("The agent and the customer hear you."), ON_HOLD),
]  # fmt: skip


@get_or_post
@for_supervisors
def listen(request: SupervisorRequest, contact: UUID) -> HttpResponse:
    """Why, then her page beside the call."""
    found = contact_of(request, contact)
    monitoring.require_role(request.user, found)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        monitor = monitoring.begin(found, by=request.user, reason=form.cleaned_data["reason"])
        return _to(request, reverse("floor-listening", args=[monitor.public_id]))
    heard = monitoring.can_be_heard(found)
    if not heard:
        words = str(monitoring.NothingToHear.sentence)
    elif monitoring.listening_is_told(found.client):
        words = _("You hear both and nobody hears you. The agent sees that you listen.")
    else:
        words = _("You hear both and nobody hears you. The agent is not told.")
    return dialog(
        request, _("Listen"), words, _("Listen"), form, contact=found, clients=[found.client], impossible=not heard
    )


def _to(request: SupervisorRequest, url: str) -> HttpResponse:
    if not getattr(request, "htmx", False):
        return redirect(url)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = url
    return response


def _own(request: SupervisorRequest, public_id: UUID) -> Monitor:
    """Her own row; nobody else's is there for her."""
    rows = Monitor.objects.select_related("interaction", "user")
    return get_object_or_404(rows, user=request.user, public_id=public_id)


def _contact(monitor: Monitor) -> HttpResponse:
    return redirect("floor-contact", monitor.interaction.public_id)


@require_safe
@for_supervisors
def listening(request: SupervisorRequest, monitor: UUID) -> HttpResponse:
    """The bar of the call above the contact's own page; once it is over, that page alone."""
    mine = _own(request, monitor)
    if not _stands(mine):
        messages.info(request, monitoring.word_over(mine))
        return _contact(mine)
    found = contact_of(request, mine.interaction.public_id)
    context = contacts.page_of(request, found) | {"monitor": mine, "modes": MODES, "agent": _agent_in(found)}
    context["here"] = media.is_awaited(found)
    return render(request, "floor/listening.html", context)


def _stands(monitor: Monitor) -> bool:
    return monitoring.standing().filter(pk=monitor.pk).exists()


def _agent_in(contact: Interaction) -> str:
    return next((str(leg.agent) for leg in talks.legs_in(contact)), "")


@require_safe
@for_supervisors
def talk(request: SupervisorRequest, monitor: UUID) -> HttpResponse:
    """Whom her page is to be connected with, and who hears her; or that it is over, in words."""
    return JsonResponse(_told(_own(request, monitor)))


def _told(monitor: Monitor) -> dict[str, Any]:
    if not _stands(monitor):
        return {"over": monitoring.word_over(monitor), "links": []}
    return {
        "over": "",
        "mode": monitor.mode,
        "held": monitor.interaction.state == State.HELD,
        "links": [asdict(line) for line in talks.of_monitor(monitor)] if media.is_awaited(monitor.interaction) else [],
        "ice": turn.ice(clock.now()),
    }


@require_POST
@for_supervisors
def mode(request: SupervisorRequest, monitor: UUID) -> HttpResponse:
    """Heard by nobody, by the agent, or by all."""
    mine = _own(request, monitor)
    wanted = request.POST.get("mode", "")
    if wanted not in Mode.values:
        return JsonResponse({"code": "invalid", "detail": _("Choose who hears you.")}, status=422)
    return JsonResponse(_told(monitoring.change(mine, Mode(wanted))))


@require_POST
@for_supervisors
def leave(request: SupervisorRequest, monitor: UUID) -> HttpResponse:
    """Out of the call, back to the contact's page."""
    mine = _own(request, monitor)
    monitoring.end(mine)
    return _contact(mine)
