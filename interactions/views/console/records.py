"""A customer's record from the desk: correct it, add what a contact came from, join two records and part them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agents.gates import AgentRequest, for_agents
from bpo.kernel.errors import InvalidValue
from clients import customers
from clients.forms.customers import CustomerForm
from clients.models import Customer
from interactions import acts, case_merging, customer_merging, customer_records, verifying
from interactions.handling import NotYours
from interactions.models import Appointment, Interaction, Leg, LegState
from interactions.views.console.common import dialog, own_leg, show_work
from interactions.views.promises import CancelForm

MOST_FOUND = 6


def _customer(request: AgentRequest, public_id: object) -> Customer:
    rows = Customer.objects.visible_to(request.user).select_related("client__brand", "merged_into")
    return get_object_or_404(rows, public_id=public_id)


def _leg(request: AgentRequest) -> Leg | None:
    """The contact beside which the dialog was opened, if it was."""
    given = request.POST.get("leg") or request.GET.get("leg")
    return own_leg(request, _uuid(given)) if given else None


def _uuid(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError as error:
        raise InvalidValue(f"id {text!r}") from error


def _after(request: AgentRequest, customer: Customer, leg: Leg | None, words: str) -> HttpResponse:
    """Back to the contact, or to the customer's page."""
    if leg is not None:
        return show_work(request, own_leg(request, leg.public_id), toast={"text": words})
    url = reverse("console-customer", args=[customer.public_id])
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(url)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = url
    return response


@for_agents
@require_http_methods(["GET", "POST"])
def edit(request: AgentRequest, customer: UUID) -> HttpResponse:
    """Name, numbers, addresses, language, zone; what is wrong comes back beside its field."""
    found, leg = customers.survivor(_customer(request, customer)), _leg(request)
    beside = verifying.runs_beside([found], request.agent)
    without = [verifying.REACHED[fact] for fact in verifying.kept_back(beside)]
    form = CustomerForm(found, request.POST or None, without=without)
    if request.method == "POST" and form.is_valid():
        customer_records.revise(found, by=request.agent, **form.cleaned_data)
        return _after(request, found, leg, _("Kept."))
    status = 422 if request.method == "POST" else 200
    return dialog(request, "console/_record.html", {"customer": found, "form": form, "leg": leg}, status=status)


@for_agents
@require_POST
def add_identity(request: AgentRequest, leg: UUID) -> HttpResponse:
    """The number or address this contact came from is written down for its customer."""
    mine = own_leg(request, leg)
    customer = mine.interaction.customer
    value = request.POST.get("value", "")
    proposed = [one for one, owner in customer_records.proposals(mine.interaction) if owner is None]
    if customer is None or value not in proposed:
        raise InvalidValue(f"{value!r} is not proposed", sentence=_("This contact did not come from there."))
    customer_records.add_identity(customer, value, by=request.agent)
    return show_work(request, own_leg(request, leg), toast={"text": _("Added to the customer.")})


@for_agents
@require_http_methods(["GET", "POST"])
def join(request: AgentRequest, customer: UUID) -> HttpResponse:
    """Another record of the same person comes into this one: found, looked at, then joined."""
    found, leg = customers.survivor(_customer(request, customer)), _leg(request)
    given = request.POST.get("with") or request.GET.get("with")
    other = _same_client(request, found, given) if given else None
    if request.method == "POST":
        if other is None:
            raise InvalidValue("nobody to join", sentence=_("Choose the record to join with."))
        refusal = _("The customer was not verified: records are not joined in this contact.")
        verifying.require_none_failed([found, other], request.agent, refusal)
        kept = customer_merging.merge(other, found, by=request.agent)
        return _after(request, kept, leg, _("Joined. It can be undone for 24 hours."))
    words = request.GET.get("q", "" if given else found.name)
    context: dict[str, Any] = {
        "customer": found,
        "leg": leg,
        "kept_back": verifying.kept_back(verifying.runs_beside([found, *filter(None, [other])], request.agent)),
        "covered": verifying.covered_from(request.agent),
        "other": other,
        "moves": customer_merging.what_moves(other) if other else [],
        "words": words,
        "found": [] if other else _like(request, found, words),
    }
    return dialog(request, "console/_join.html", context)


def _same_client(request: AgentRequest, customer: Customer, public_id: object) -> Customer:
    """A customer of the same client; one of another client is as unknown as a stranger's."""
    other = _customer(request, _uuid(public_id))
    return get_object_or_404(Customer.objects.filter(client=customer.client_id), pk=other.pk)


def _like(request: AgentRequest, customer: Customer, words: str) -> list[Customer]:
    rows = customers.search(request.user, words, limit=MOST_FOUND * 4)
    return [one for one in rows if one.client_id == customer.client_id and one.pk != customer.pk][:MOST_FOUND]


@for_agents
@require_POST
def part(request: AgentRequest, customer: UUID) -> HttpResponse:
    """Undo a join of the last day; `customer` is the record that came in."""
    found = _customer(request, customer)
    into = found.merged_into
    customer_merging.part(found, by=request.agent)
    return _after(request, into or found, None, "")


@for_agents
@require_POST
def same_case(request: AgentRequest, leg: UUID) -> HttpResponse:
    """This contact is the same matter as another open one of the customer: one case for both."""
    mine = own_leg(request, leg)
    if mine.state not in (LegState.HANDLING, LegState.WRAPPING):
        raise NotYours
    rows = Interaction.objects.visible_to(request.user).filter(customer=mine.interaction.customer)
    other = get_object_or_404(
        rows.exclude(pk=mine.interaction_id).exclude(case=None), public_id=_uuid(request.POST.get("other"))
    )
    before = mine.interaction.case
    case = case_merging.put_on(mine.interaction, other, by=request.agent)
    toast = {"text": _("On case %(ref)s.") % {"ref": case.reference}}
    if before is not None and before.pk != case.pk:
        toast["undo"] = reverse("console-case-split", args=[before.public_id])
    return show_work(request, own_leg(request, leg), toast=toast)


@for_agents
@require_http_methods(["GET", "POST"])
def cancel_appointment(request: AgentRequest, appointment: UUID) -> HttpResponse:
    """A visit or meeting does not take place: says the customer in a later contact, else why. He gets it in writing."""
    rows = Appointment.objects.visible_to(request.user).select_related("action", "customer")
    found = get_object_or_404(rows, public_id=appointment)
    customer = customers.survivor(found.customer)
    form = CancelForm(request.POST if request.method == "POST" else None)
    form.fields["reason"].required = not verifying.contacts_beside([customer], request.agent).exists()
    if request.method == "POST" and form.is_valid():
        acts.cancel_appointment(found, by=request.agent, why=form.cleaned_data["reason"])
        return _after(request, customer, None, "")
    title, act = _("Cancel: %(what)s") % {"what": found.get_kind_display()}, _("Cancel it")
    context = {"form": form, "title": title, "act": act, "action": request.get_full_path()}
    return dialog(request, "console/_promise.html", context, status=422 if form.errors else 200)
