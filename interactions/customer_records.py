"""A customer's record is corrected, or gets a further number or address; the journal says by whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from clients import customers
from clients.models import Customer, CustomerAddress, CustomerPhone
from interactions import journal, verifying
from interactions.models import Interaction, Kind


class CannotChange(DomainError):
    """The record is another's by now, or joined with one."""

    code = "cannot_change_customer"
    sentence = _("This record was joined with another one. Change that one.")


class TakenMeanwhile(CannotChange):
    """Somebody wrote the same number or address down for another customer at this moment."""

    code = "identity_taken"
    sentence = _("One of these belongs to another customer by now. Join the two records instead.")


@transaction.atomic
def revise(
    customer: Customer,
    *,
    by: journal.Actor,
    phones: Sequence[str] | None = None,
    addresses: Sequence[str] | None = None,
    at: datetime | None = None,
    **fields: str,
) -> list[str]:
    """Write down what was checked; the first number and address are the main ones, None leaves them as they are.

    Returns the names of what changed. NotVerified where how to reach the customer is not changed. What is written down
    beside somebody who was not verified proves nothing, in his contact and in later ones.

    The journal keeps the names alone, for what a customer no longer wants known must not stay there for ever.
    """
    reach = {"phones": phones, "addresses": addresses}
    verifying.require_changeable(customer, by, {name for name, given in reach.items() if given is not None})
    customer = _locked(customer)
    beside = verifying.unproven_beside(customer)
    changed = [name for name, value in fields.items() if getattr(customer, name) != value]
    if changed:
        for name in changed:
            setattr(customer, name, fields[name])
        if "name" in changed:
            customer.name_unproven_in = beside
        customer.save(update_fields=[*changed, "name_unproven_in"])
    try:
        with transaction.atomic():
            if phones is not None and _rewrite(CustomerPhone, "number", customer, phones, beside):
                changed.append("phones")
            if addresses is not None and _rewrite(CustomerAddress, "address", customer, addresses, beside):
                changed.append("addresses")
    except IntegrityError as error:
        raise TakenMeanwhile from error
    if changed:
        _told(customer, by, changed, at)
    return changed


@transaction.atomic
def add_identity(customer: Customer, value: str, *, by: journal.Actor, at: datetime | None = None) -> None:
    """A further number or address, such as the one a contact came from, is the customer's too, one of us says.

    NotVerified where how to reach the customer is not changed; what it proves, as in `revise`.
    """
    name = "addresses" if "@" in value else "phones"
    verifying.require_changeable(customer, by, {name})
    customer = _locked(customer)
    beside = verifying.unproven_beside(customer)
    try:
        if "@" in value:
            customers.add_address(customer, value, unproven_in=beside)
        else:
            customers.add_phone(customer, value, unproven_in=beside)
    except ValidationError as error:
        raise TakenMeanwhile(sentence=" ".join(error.messages)) from error
    _told(customer, by, [name], at)


def proposals(interaction: Interaction) -> list[tuple[str, Customer | None]]:
    """What this contact came from and the record does not have, each with whose it is already, if anybody's."""
    customer, envelope = interaction.customer, getattr(interaction, "envelope", None)
    if customer is None or envelope is None or not (envelope.from_phone or envelope.from_address):
        return []
    return customers.unknown_identities(customer, phone=envelope.from_phone, address=envelope.from_address)


def _locked(customer: Customer) -> Customer:
    fresh = Customer.objects.select_for_update(no_key=True, of=("self",)).select_related("client").get(pk=customer.pk)
    if fresh.merged_into_id:
        raise CannotChange
    return fresh


def _rewrite(model: Any, field: str, customer: Customer, values: Sequence[str], beside: list[UUID]) -> bool:
    """The rows as listed, in this order, the first as the main one; kept rows keep what else they know."""
    rows = {getattr(row, field): row for row in model.objects.filter(customer=customer)}
    main = next((value for value, row in rows.items() if row.primary), "")
    if set(values) == set(rows) and (not values or values[0] == main):
        return False
    model.objects.filter(customer=customer).exclude(**{f"{field}__in": list(values)}).delete()
    for n, value in enumerate(values):
        if value in rows:
            model.objects.filter(pk=rows[value].pk).update(primary=n == 0)
        else:
            row = {field: value, "primary": n == 0, "unproven_in": beside}
            model.objects.create(client=customer.client, customer=customer, **row)
    return True


def _told(customer: Customer, by: journal.Actor, changed: Sequence[str], at: datetime | None) -> None:
    about = str(customer.public_id)
    journal.record(customer.client, Kind.CORRECTED, by=by, at=at or clock.now(), customer=about, changed=list(changed))
