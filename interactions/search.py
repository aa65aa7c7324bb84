"""Find customers, orders, cases and callbacks of the clients one may see; never more than one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from bpo.accounts.models import User
from bpo.kernel.references import tidy_reference
from bpo.kernel.words import sought
from clients import customers
from clients.models import Client, Customer, Order
from interactions.models import Callback, Case

MOST = 20
LEAST = 2
LEAST_SUBJECT = 3


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, each kind with its best first; together at most one page."""

    customers: list[Customer]
    orders: list[Order]
    cases: list[Case]
    callbacks: list[Callback]

    @property
    def total(self) -> int:
        """How many in all."""
        return len(self.customers) + len(self.orders) + len(self.cases) + len(self.callbacks)


NOTHING = Found([], [], [], [])


def find(user: User, text: str, *, limit: int = MOST, without_orders_of: Sequence[int] = ()) -> Found:
    """Search everything by what a person typed: a name, a number, an address, a reference, an order.

    The orders of some customers, by key, are left out: their numbers are asked for.
    """
    words = sought(text)
    if len(words) < LEAST:
        return NOTHING
    reference = tidy_reference(words)
    by_reference = Q(reference=reference) | Q(reference__endswith=reference) if len(reference) >= 4 else Q(pk=None)
    cases = Case.objects.visible_to(user).select_related("client__brand", "customer")
    found_cases = cases.filter(by_reference)
    if len(words) >= LEAST_SUBJECT:
        found_cases = cases.filter(by_reference | Q(subject__icontains=words))
    orders = Order.objects.visible_to(user).select_related("client__brand", "customer")
    orders = orders.exclude(customer__in=without_orders_of)
    callbacks = Callback.objects.visible_to(user).select_related("client__brand", "customer", "case")
    share = max(3, limit // 4)
    case_rows = list(found_cases.order_by("-opened_at")[:share])
    order_rows = list(orders.filter(number__icontains=words).order_by("-placed_on")[:share])
    callback_rows = list(callbacks.filter(by_reference).order_by("-promised_at")[:share])
    left = limit - len(case_rows) - len(order_rows) - len(callback_rows)
    people = list(customers.search(user, words, limit=left))[:left]
    return Found(people, order_rows, case_rows, callback_rows)


def of_client(user: User, client: Client, text: str, *, limit: int = MOST) -> list[Customer]:
    """Customers of one client alone, for starting a contact."""
    return [one for one in customers.search(user, text, limit=limit * 3) if one.client_id == client.pk][:limit]
