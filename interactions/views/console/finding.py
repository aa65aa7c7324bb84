"""The palette, a customer's page, and starting a contact."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from agents.gates import AgentRequest, for_agents
from bpo.kernel import clock, words
from bpo.kernel.composed import composed, first
from bpo.kernel.errors import InvalidValue
from clients import customers
from clients.access import is_admin
from clients.models import Client, Customer, Queue
from interactions import case_duty, customer_merging, outbound, search, verification, verifying
from interactions.desk import customer_pane, timeline
from interactions.desk.items import OPEN_CALLBACKS
from interactions.models import Appointment, Callback, Case
from interactions.views.console.common import dialog, frame, show_work


@for_agents
@require_GET
def palette(request: AgentRequest) -> HttpResponse:
    """What the palette lists for the words typed."""
    text = words.sought(request.GET.get("q", ""))
    covered = verifying.covered_from(request.agent)
    unnamed = [customer for customer, what in covered.items() if what.account]
    found = search.find(request.user, text, without_orders_of=unnamed)
    return render(request, "console/_found.html", {"found": found, "text": text, "covered": covered})


@composed
def _open_cases(customer: Any) -> QuerySet[Case]:
    unsettled = Case.objects.filter(customer=customer, state__in=case_duty.UNSETTLED)
    return unsettled.select_related("reason").order_by("-opened_at")


@composed
def _promises(customer: Any) -> QuerySet[Callback]:
    promised = Callback.objects.filter(customer=customer, state__in=OPEN_CALLBACKS)
    return promised.select_related("interaction").order_by("due_from")


@composed
def _ahead(customer: Any, at: Any) -> QuerySet[Appointment]:
    return Appointment.objects.filter(customer=customer, state="booked", ends_at__gt=at).order_by("starts_at")


@composed
def _customers(public_id: Any, user: Any, *, of_every_client: bool) -> QuerySet[Customer]:
    rows = Customer.objects.filter(public_id=public_id).select_related("client__brand")
    return (rows if of_every_client else rows.seen_by(user)).prefetch_related("phones", "addresses")


@for_agents
@require_GET
def customer(request: AgentRequest, customer: UUID) -> HttpResponse:
    """A customer: identity, what is open, and everything that happened, newest first, refunds without their amounts.

    Orders and bills belong to a contact of hers in which he is verified; beside one in which he is not yet, what he has
    to say himself is not shown either.
    """
    found = first(_customers(customer, request.user.pk, of_every_client=is_admin(request.user)))
    if found is None:
        raise Http404
    survivor = customers.survivor(found)
    before = request.GET.get("before", "")
    covered = verifying.covered_from(request.agent).get(survivor.pk, verifying.OPEN)
    context = {
        "customer": survivor,
        "covered": covered,
        "unconfirmed": verification.unconfirmed(survivor),
        "joined": customer_merging.can_be_parted(survivor),
        "brand": survivor.client.brand,
        "cases": _open_cases(survivor.pk),
        "promises": _promises(survivor.pk),
        "appointments": _ahead(survivor.pk, at := clock.now()),
        "account": customer_pane.account_of(survivor, request.agent),
        "before": before,
        "timeline": timeline.page_of(survivor, before),
        "at": at,
    }
    return render(request, "console/customer.html", frame(request) | context)


@for_agents
@require_http_methods(["GET", "POST"])
def start(request: AgentRequest) -> HttpResponse:
    """Start a mail or a call to a customer of a client one is licensed for."""
    queues = Queue.objects.exclude(state="archived").order_by("name")
    clients = (
        Client.objects.visible_to(request.user).prefetch_related(Prefetch("queues", queues)).select_related("brand")
    )
    if request.method == "GET":
        chosen = _chosen(request, request.GET.get("customer", ""))
        return dialog(
            request,
            "console/_start.html",
            {"clients": clients, "chosen": chosen, "kind": request.GET.get("kind", "mail")},
        )
    wanted = _uuid(request.POST.get("queue", ""))
    if wanted is None:
        raise Http404
    queue = get_object_or_404(Queue.objects.visible_to(request.user).select_related("client"), public_id=wanted)
    person, reach = _person(request, queue.client), request.POST.get("reach", "")
    if request.POST.get("kind") == "call":
        number = customers.tidy_phone(queue.client, reach)
        leg = outbound.start_call(person, queue, by=request.agent, number=number)
    else:
        address, subject = customers.tidy_address(reach), request.POST.get("subject", "")
        leg = outbound.start_mail(person, queue, by=request.agent, address=address, subject=subject)
    return show_work(request, leg)


def _person(request: AgentRequest, client: Client) -> Customer:
    """The customer chosen, or found or made by the number or address typed."""
    chosen = _chosen(request, request.POST.get("customer", ""))
    if chosen is not None and chosen.client_id == client.pk:
        return customers.survivor(chosen)
    reach = request.POST.get("reach", "")
    phone, address = customers.tidy_phone(client, reach), customers.tidy_address(reach)
    if not phone and not address:
        raise InvalidValue("reach", sentence=_("Give a mail address or a phone number of the customer."))
    name = words.line(request.POST.get("name", ""), most=120)
    return customers.find_or_create(client, phone=phone, address=address, name=name)


def _chosen(request: AgentRequest, text: str) -> Customer | None:
    """The customer of this public id, if the agent may see that customer."""
    wanted = _uuid(text)
    return Customer.objects.visible_to(request.user).filter(public_id=wanted).first() if wanted else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
