"""The one order in which everything of a customer is locked by whoever moves contacts between records.

Seats, cases, callbacks, contacts, runs, customers: as in every operation that moves one of them (docs/decisions/0001).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet

from bpo.kernel.errors import StaleState
from clients.models import Customer
from interactions import states
from interactions.models import Callback, Case, Interaction, Leg, LegState, Run, State

LOOKS = 3
LIVE = (LegState.OFFERED, LegState.HANDLING, LegState.WRAPPING)
T = TypeVar("T")


def looking_again(step: Callable[[], T]) -> T:
    """Do the step in a transaction; once more with what is true now, when somebody took a contact meanwhile."""
    for _look in range(LOOKS - 1):
        try:
            with transaction.atomic():
                return step()
        except StaleState:
            continue
    with transaction.atomic():
        return step()


def hold(*customers: Customer, contact: Interaction | None = None, also: Sequence[Case] = ()) -> dict[int, Customer]:
    """Lock all that is these customers', this contact and these cases; the customers, by key, are read anew.

    StaleState when somebody has a contact by then who had none before: his seat would come too late.
    """
    keys = [customer.pk for customer in customers]
    this = [contact.pk] if contact else []
    contacts = Interaction.objects.filter(Q(customer__in=keys) | Q(pk__in=this)).exclude(state=State.CLOSED)
    before = _who_is_on(contacts)
    states.take_seats(*sorted(before))
    _lock(Case.objects.filter(Q(customer__in=keys) | Q(pk__in=[case.pk for case in also])))
    _lock(Callback.objects.filter(Q(customer__in=keys) | Q(promised_from__in=this)))
    _lock(contacts)
    _lock(Run.objects.filter(interaction__in=contacts.values("pk")))
    locked = Customer.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True)
    found = {customer.pk: customer for customer in locked}
    if not _who_is_on(contacts) <= before:
        raise StaleState("somebody took a contact of this customer at this moment")
    return found


def _who_is_on(contacts: QuerySet[Interaction]) -> set[int]:
    live = Leg.objects.filter(interaction__in=contacts.values("pk"), state__in=LIVE)
    return set(live.values_list("agent", flat=True))


def _lock(rows: QuerySet[Any]) -> None:
    list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk"))
