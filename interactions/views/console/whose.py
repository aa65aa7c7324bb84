"""Whose the contact on the desk is: found, looked at, then put on that record; and put back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agents.gates import AgentRequest, for_agents
from bpo.kernel.errors import InvalidValue
from clients import customers
from clients.models import Customer
from interactions import verifying, whose_contact
from interactions.models import Interaction, Run
from interactions.views.console.common import dialog, own_leg, show_work, triggers

MOST_FOUND = 6


@for_agents
@require_http_methods(["GET", "POST"])
def put(request: AgentRequest, leg: UUID) -> HttpResponse:
    """The dialog: search among this company's customers, look at one, take that one; or somebody new by name."""
    mine = own_leg(request, leg)
    contact = mine.interaction
    given = request.POST.get("with") or request.GET.get("with")
    other = _of_client(request, contact, given) if given else None
    if request.method == "POST":
        with transaction.atomic():
            if other:
                put = whose_contact.put_contact_on(contact, other, by=request.agent)
            else:
                put = whose_contact.put_contact_on_new(contact, request.POST.get("name", ""), by=request.agent)
        toast = {"text": _("This contact is %(name)s’s now. Ask anew who it is.") % {"name": put.customer}}
        toast["undo"] = reverse("console-whose-back", args=[leg])
        return show_work(request, own_leg(request, leg), toast=toast)
    run = Run.objects.filter(interaction=contact).select_related("version").first()
    words = request.GET.get("q", "")
    context: dict[str, Any] = {
        "leg": mine,
        "customer": contact.customer,
        "other": other,
        "kept_back": verifying.REACH & verifying.asked_in(run),
        "case": whose_contact.what_follows(contact),
        "words": words,
        "found": _found(request, contact, words),
    }
    return dialog(request, "console/_whose.html", context)


def _of_client(request: AgentRequest, contact: Interaction, public_id: str) -> Customer:
    """A customer of the contact's company; one of another is as unknown as a stranger's."""
    try:
        wanted = UUID(public_id)
    except ValueError as error:
        raise InvalidValue(f"id {public_id!r}") from error
    rows = Customer.objects.visible_to(request.user).filter(client=contact.client_id)
    return customers.survivor(get_object_or_404(rows.select_related("merged_into"), public_id=wanted))


def _found(request: AgentRequest, contact: Interaction, words: str) -> list[Customer]:
    of_client = Customer.objects.visible_to(request.user).filter(client=contact.client_id)
    rows = customers.matching(of_client, words, limit=MOST_FOUND + 1)
    return [one for one in rows if one.pk != contact.customer_id][:MOST_FOUND]


@for_agents
@require_POST
def back(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Undo: the contact is again whose it was."""
    mine = own_leg(request, leg)
    whose_contact.put_back(mine.interaction, by=request.agent)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("console-leg", leg)
    return triggers(HttpResponse(status=204), "desk:items", "desk:top", "desk:work")
