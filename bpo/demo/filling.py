"""Writes the customers of a client with their orders and bills, a few rows at a time instead of one by one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bpo.demo.content import ClientContent, customers
from bpo.demo.content.customers import maybe_on, on
from clients.models import (
    Bill,
    BillLine,
    Client,
    Customer,
    CustomerAddress,
    CustomerPhone,
    Order,
    OrderLine,
)


def write_customers(content: ClientContent, client: Client, *, today: date) -> int:
    """Those that are not there yet; how many."""
    known = set(client.customers.values_list("account_number", flat=True))
    fresh = [each for each in customers.of(content) if each.account not in known]
    rows = Customer.objects.bulk_create(
        [
            Customer(
                client=client,
                name=each.name,
                language=each.language,
                zone=each.zone,
                account_number=each.account,
                plan=each.plan,
                since=each.since,
                postal_code=each.postal_code,
                city=each.city,
                birth_date=each.born,
                confirmed=True,
            )
            for each in fresh
        ]
    )
    pairs = list(zip(fresh, rows, strict=True))
    phones = [(each.phone, row, True) for each, row in pairs] + [
        (each.second_phone, row, False) for each, row in pairs if each.second_phone
    ]
    CustomerPhone.objects.bulk_create(
        [CustomerPhone(client=client, customer=row, number=number, primary=first) for number, row, first in phones]
    )
    CustomerAddress.objects.bulk_create(
        [CustomerAddress(client=client, customer=row, address=each.address, primary=True) for each, row in pairs]
    )
    Bill.objects.bulk_create(
        [
            Bill(
                client=client,
                customer=row,
                number=number,
                amount=amount,
                currency=content.currency,
                due_on=on(today, due),
                state="paid" if paid else "open",
            )
            for each, row in pairs
            for number, amount, due, paid in each.bills
        ]
    )
    _bill_lines(client)
    _orders(content, client, pairs, today)
    return len(fresh)


def _bill_lines(client: Client) -> None:
    """A part of each bill is the service, the rest what else was used."""
    lines = []
    for bill in Bill.objects.filter(client=client, lines=None):
        fixed = (bill.amount * Decimal("0.8")).quantize(Decimal("0.01"))
        lines.append(BillLine(bill=bill, name="Service plan", amount=fixed))
        lines.append(BillLine(bill=bill, name="Extras and fees", amount=bill.amount - fixed))
    BillLine.objects.bulk_create(lines)


def _orders(
    content: ClientContent, client: Client, pairs: list[tuple[customers.CustomerContent, Customer]], today: date
) -> None:
    wanted = [(order, each, row) for each, row in pairs for order in each.orders]
    made = Order.objects.bulk_create(
        [
            Order(
                client=client,
                customer=row,
                number=order.number,
                state=order.state,
                placed_on=on(today, order.placed),
                shipped_on=maybe_on(today, order.shipped),
                at_depot_on=maybe_on(today, order.depot),
                due_on=on(today, order.due),
                delivered_on=maybe_on(today, order.delivered),
                total=order.total,
                currency=content.currency,
                paid_by=order.paid_by,
                deliver_to=f"{each.street}, {each.city} {each.postal_code}",
            )
            for order, each, row in wanted
        ]
    )
    OrderLine.objects.bulk_create(
        [
            OrderLine(order=row, name=name, amount=amount)
            for row, (order, _, _) in zip(made, wanted, strict=True)
            for name, amount in order.lines
        ]
    )
