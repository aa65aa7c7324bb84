"""Two records of one customer become one, and two again within a day; contacts, cases and promises follow."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from clients.models import Bill, Customer, CustomerAddress, CustomerPhone, Order
from interactions import journal, record_locks, verifying
from interactions.models import (
    Appointment,
    Callback,
    Case,
    ClientTask,
    Interaction,
    JournalEntry,
    Kind,
    Refund,
    Run,
    State,
)

UNDO_WITHIN = timedelta(hours=24)

# What belongs to a customer and follows him, by its name in the journal's facts.
FOLLOWS: dict[str, type[Model]] = {
    "phones": CustomerPhone,
    "addresses": CustomerAddress,
    "orders": Order,
    "bills": Bill,
    "interactions": Interaction,
    "cases": Case,
    "callbacks": Callback,
    "refunds": Refund,
    "appointments": Appointment,
    "tasks": ClientTask,
}


NAMES = {
    "phones": _("Phone numbers"),
    "addresses": _("Mail addresses"),
    "orders": _("Orders"),
    "bills": _("Bills"),
    "interactions": _("Contacts"),
    "cases": _("Cases"),
    "callbacks": _("Promised callbacks"),
    "refunds": _("Refunds"),
    "appointments": _("Visits and meetings"),
    "tasks": _("Tasks for the company"),
}


class CannotMergeCustomers(DomainError):
    """The two records are not two of one client's customers."""

    code = "cannot_merge_customers"
    sentence = _("Only two customers of the same client can be joined.")


class CannotPart(DomainError):
    """Nothing to undo, or too late for it."""

    code = "cannot_part_customers"
    sentence = _("These records were not joined within the last 24 hours.")


def merge(customer: Customer, into: Customer, *, by: journal.Actor, at: datetime | None = None) -> Customer:
    """Everything of `customer` is `into`'s from now on, open contacts too. Returns the surviving record.

    Whoever was verified as one of the two is asked again: what he said proves nothing of the other. What came along
    proves nothing either, until everybody is verified beside whom the two were joined.
    """
    return record_locks.looking_again(lambda: _merge(customer, into, by=by, at=at or clock.now()))


def _merge(customer: Customer, into: Customer, *, by: journal.Actor, at: datetime) -> Customer:
    customer, into = _held(customer, into)
    if customer.pk == into.pk or customer.client_id != into.client_id:
        raise CannotMergeCustomers
    if customer.merged_into_id or into.merged_into_id:
        raise CannotMergeCustomers(sentence=_("One of the two was joined with another record already."))
    unverified = _unverify(customer, into)
    beside = verifying.unproven_beside(customer, into)
    moved = {name: _follow(model, customer, into) for name, model in FOLLOWS.items()}
    # One account number names one record; it is found under the survivor from now on.
    account = "" if into.account_number else customer.account_number
    Customer.objects.filter(pk=customer.pk).update(
        merged_into=into, account_number="" if account else customer.account_number
    )
    if account:
        Customer.objects.filter(pk=into.pk).update(account_number=account)
    journal.record(
        customer.client,
        Kind.CUSTOMER_MERGED,
        by=by,
        at=at,
        customer=str(customer.public_id),
        into=str(into.public_id),
        moved=moved,
        account=bool(account),
        unverified=unverified,
        beside=[str(contact) for contact in beside],
    )
    into.refresh_from_db()
    return into


def part(customer: Customer, *, by: journal.Actor, at: datetime | None = None) -> Customer:
    """Undo a merge of the last 24 hours: what came along goes back. What is new since then stays with the survivor."""
    return record_locks.looking_again(lambda: _part(customer, by=by, at=at or clock.now()))


def _part(customer: Customer, *, by: journal.Actor, at: datetime) -> Customer:
    customer.refresh_from_db()
    if customer.merged_into is None:
        raise CannotPart
    customer, into = _held(customer, customer.merged_into)
    entry = (
        JournalEntry.objects.filter(
            client=customer.client_id, kind=Kind.CUSTOMER_MERGED, facts__customer=str(customer.public_id)
        )
        .order_by("-pk")
        .first()
    )
    if customer.merged_into_id != into.pk or entry is None or at - entry.at > UNDO_WITHIN:
        raise CannotPart
    if into.merged_into_id:
        raise CannotPart(sentence=_("The other record was joined with a third one since; part those first."))
    unverified = _unverify(customer, into)
    for name, ids in entry.facts["moved"].items():
        FOLLOWS[name]._base_manager.filter(pk__in=ids, customer=into).update(customer=customer)
    back: dict[str, Any] = {"merged_into": None}
    if entry.facts["account"]:
        back["account_number"] = into.account_number
        Customer.objects.filter(pk=into.pk).update(account_number="")
    Customer.objects.filter(pk=customer.pk).update(**back)
    journal.record(
        customer.client,
        Kind.CUSTOMER_UNMERGED,
        by=by,
        at=at,
        customer=str(customer.public_id),
        unverified=unverified,
        **{"from": str(into.public_id)},
    )
    customer.refresh_from_db()
    return customer


def what_moves(customer: Customer) -> list[tuple[str, int]]:
    """What would come along, counted, before anybody joins the two; nothing that is not there."""
    counts = ((NAMES[name], model._base_manager.filter(customer=customer).count()) for name, model in FOLLOWS.items())
    return [(str(name), count) for name, count in counts if count]


def can_be_parted(into: Customer, *, at: datetime | None = None) -> list[tuple[Customer, datetime]]:
    """Records that came into this one within the last day, each with until when that can be undone."""
    at = at or clock.now()
    entries = JournalEntry.objects.filter(
        client=into.client_id,
        kind=Kind.CUSTOMER_MERGED,
        facts__into=str(into.public_id),
        at__gte=at - UNDO_WITHIN,
    )
    until = {entry.facts["customer"]: entry.at + UNDO_WITHIN for entry in entries.order_by("pk")}
    merged = Customer.objects.filter(merged_into=into, public_id__in=until)
    return [(one, until[str(one.public_id)]) for one in merged]


def _held(one: Customer, other: Customer) -> tuple[Customer, Customer]:
    """Both read anew, with all that hangs on them under its locks."""
    found = record_locks.hold(one, other)
    return found[one.pk], found[other.pk]


def _unverify(*customers: Customer) -> list[str]:
    """Nobody of their open contacts counts as verified any more; returns which did. A failed check stays failed."""
    open_now = Interaction.objects.filter(customer__in=customers).exclude(state=State.CLOSED)
    passed = Run.objects.filter(interaction__in=open_now, verified=True).select_related("interaction").order_by("pk")
    contacts = [str(run.interaction.public_id) for run in passed]
    Run.objects.filter(interaction__in=open_now, verified=True).update(verified=None)
    return contacts


def _follow(model: type[Model], customer: Customer, into: Customer) -> list[int]:
    rows = model._base_manager.filter(customer=customer)
    ids = list(rows.values_list("pk", flat=True))
    model._base_manager.filter(pk__in=ids).update(customer=into)
    return ids
