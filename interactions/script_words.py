"""What the placeholders of a script stand for in one contact; account data only once the customer is verified."""

from __future__ import annotations

from django.utils import translation

from agents.models import Agent
from bpo.kernel import clock
from clients.models import Bill, BillState, Brand, Order, OrderState
from clients.naming import public_name
from clients.spoken import day, money
from interactions.models import Interaction, Run
from interactions.verification import asks

OPEN_ORDERS = (OrderState.PLACED, OrderState.SHIPPED, OrderState.AT_DEPOT)


def bill_of(run: Run, interaction: Interaction) -> Bill | None:
    """The bill the contact is about: the last one chosen in the script, else the open one that is due first."""
    bills = Bill.objects.filter(customer=interaction.customer).prefetch_related("lines")
    chosen = run.answers.get("bill_chosen")
    found = bills.filter(number=chosen).first() if chosen else None
    return found or bills.filter(state=BillState.OPEN).order_by("due_on").first()


def lines_of(bill: Bill) -> str:
    """What a bill is made of: Fibre 500 $40.00, Router $5.00."""
    return ", ".join(f"{line.name} {money(line.amount, bill.currency)}" for line in bill.lines.all())


def order_of(run: Run, interaction: Interaction) -> Order | None:
    """The order the contact is about: the last one chosen in the script, else the customer's latest open one."""
    if interaction.customer_id is None:
        return None
    orders = Order.objects.filter(customer_id=interaction.customer_id).prefetch_related("lines")
    chosen = run.answers.get("order_chosen")
    found = orders.filter(number=chosen).first() if chosen else None
    return found or orders.filter(state__in=OPEN_ORDERS).first()


def may_show_account(run: Run | None) -> bool:
    """Only of a verified customer where the script verifies; without a script, or one that does not, always."""
    return run is None or run.verified is True or not asks(run)


def context(run: Run, interaction: Interaction, agent: Agent) -> dict[str, object]:
    """Every value a text of this run may name."""
    client = interaction.client
    brand: Brand | None = getattr(client, "brand", None)
    customer = interaction.customer
    name = customer.name if customer else ""
    language = run.version.language
    with translation.override(language):
        words: dict[str, object] = {
            "client": brand.public_name if brand else client.name,
            "agent": public_name(agent.user, client),
            "customer": name,
            "first_name": name.split(" ")[0],
            "product": interaction.product.name if interaction.product else "",
            "reason": interaction.reason.in_language(language) if interaction.reason else "",
            "reference": interaction.case.reference if interaction.case else "",
            "phone_shown": brand.phone_shown if brand else "",
            "today": day(client.day_at(clock.now())),
        }
        if run.verified and customer:
            words |= account_words(run, interaction)
    return words


def account_words(run: Run, interaction: Interaction) -> dict[str, object]:
    """The part of the context that shows the customer's account."""
    customer = interaction.customer
    words: dict[str, object] = {"account": customer.account_number if customer else ""}
    if order := order_of(run, interaction):
        first = next(iter(order.lines.all()), None)
        words |= {
            "order": order.number,
            "order_item": first.name if first else "",
            "order_state": order.get_state_display(),
            "order_total": money(order.total, order.currency),
            "due": day(order.due_on),
            "shipped": day(order.shipped_on),
            "deliver_to": order.deliver_to,
            "paid_by": order.paid_by,
        }
    if bill := bill_of(run, interaction):
        words |= {"bill": bill.number, "bill_amount": money(bill.amount, bill.currency), "bill_due": day(bill.due_on)}
        words["bill_lines"] = lines_of(bill)
    return words
