"""A client with a script, an order and a customer: what the tests of runs and of the desk share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from agents.models import Agent
from clients.models import (
    Client,
    Customer,
    Order,
    OrderLine,
    Product,
    Queue,
    Reason,
    Script,
    ScriptKind,
    ScriptVersion,
    VersionState,
)
from interactions import offers, runs
from interactions.models import Leg, Run
from tests import factories as make

INBOUND: dict[str, Any] = {
    "start": "greet",
    "steps": [
        {
            "id": "greet", "kind": "say", "name": "Greet", "next": "verify",
            "text": "Thank you for calling {client}, my name is {agent}. How may I help you today?",
        },
        {
            "id": "verify", "kind": "verify", "name": "Verify the caller", "next": "reason", "failed": "close",
            "facts": [
                {"fact": "name", "label": "Full name"},
                {"fact": "postal_code", "label": "ZIP code"},
                {"fact": "order", "label": "Order number"},
            ],
        },
        {"id": "reason", "kind": "choose", "name": "Reason", "sets": "reason", "next": "product", "required": True},
        {"id": "product", "kind": "choose", "name": "Product", "sets": "product", "next": "kind"},
        {
            "id": "kind", "kind": "decide", "name": "Kind", "on": "reason_kind", "otherwise": "process",
            "cases": [{"value": "appreciation", "next": "close"}],
        },
        {"id": "process", "kind": "sub_process", "name": "Billing and orders", "next": "close"},
        {"id": "close", "kind": "close", "name": "Close and thank", "text": "Thank you for calling {client}."},
    ],
}  # fmt: skip

ORDERS: dict[str, Any] = {
    "start": "find",
    "steps": [
        {
            "id": "find", "kind": "collect", "name": "Find the order", "next": "remedy",
            "fields": [{"name": "order", "label": "Order", "type": "order", "required": True}],
        },
        {
            "id": "remedy", "kind": "choose", "name": "Explain and offer a remedy", "required": True,
            "text": "Your order {order}, {order_item}, was due on {due}. I am sorry. What would you prefer?",
            "options": [
                {"value": "wait", "label": "Keep waiting", "hint": "the carrier has it", "next": "return"},
                {"value": "replace", "label": "Send a replacement", "hint": "in stock", "next": "create"},
                {"value": "refund", "label": "Refund", "hint": "{order_total} to {paid_by}", "next": "create"},
            ],
            "fields": [{"name": "deliver_on", "label": "Delivery day", "type": "date"}],
        },
        {
            "id": "create", "kind": "act", "name": "Create the replacement", "next": "return",
            "act": "create_order_issue",
            "params": {"kind": "replacement", "note": "{order_item} for {customer}"},
        },
    ],
}  # fmt: skip


@dataclass(slots=True)
class Scene:
    """Bea of Acme with Ann on the line."""

    acme: Client
    bea: Agent
    ann: Customer
    line: Queue
    late: Reason
    praise: Reason
    slate: Product
    order: Order


def publish(of: Client, name: str, kind: str, graph: dict[str, Any], **fields: Any) -> ScriptVersion:
    """A version in force."""
    script = Script.objects.create(client=of, name=name, kind=kind, product_type=fields.pop("product_type", None))
    made = ScriptVersion.objects.create(script=script, number=12, graph=graph, **fields)
    ScriptVersion.objects.filter(pk=made.pk).update(state=VersionState.PUBLISHED)
    return made


def scene(name: str = "Acme") -> Scene:
    """Everything there, nobody waiting."""
    acme = make.client(name)
    line = make.queue(acme, "Orders and billing")
    slate = make.product(acme, "Slate 14 laptop")
    ann = make.customer(
        acme, "Ann Archer", phone="+16145550173", address="ann@mail.example", postal_code="43215",
        city="Columbus", zone="America/New_York", account_number="A-771204", plan="Plus", since=date(2019, 3, 1),
    )  # fmt: skip
    order = Order.objects.create(
        client=acme, customer=ann, number="AC-204418", state="at_depot", placed_on=date(2026, 11, 16),
        shipped_on=date(2026, 11, 18), at_depot_on=date(2026, 11, 19), due_on=date(2026, 11, 20),
        total=Decimal("1848.00"), paid_by="card ending 4471", deliver_to="118 Larch Street, Columbus",
    )  # fmt: skip
    OrderLine.objects.create(order=order, name="Slate 14 laptop", amount=Decimal("1649.00"))
    OrderLine.objects.create(order=order, name="Slate dock", amount=Decimal("199.00"))
    publish(acme, "Inbound orders", ScriptKind.INBOUND, INBOUND)
    publish(acme, "Orders", ScriptKind.SUB_PROCESS, ORDERS, product_type=slate.type)
    late = make.reason(acme, "Late delivery", "complaint", code="late")
    return Scene(
        acme=acme,
        bea=make.agent("Bea Brown", licensed=acme, available=True),
        ann=ann,
        line=line,
        late=late,
        praise=make.reason(acme, "Praise", "appreciation", code="praise"),
        slate=slate,
        order=order,
    )


def accepted(of: Scene, channel: str = "chat", **fields: Any) -> Leg:
    """Ann waits on this channel, Bea accepts."""
    return offers.accept(make.offer(of.bea, make.waiting(of.line, channel, who=of.ann, **fields)), by=of.bea)


def begun(of: Scene, channel: str = "chat", **fields: Any) -> tuple[Leg, Run]:
    """Accepted, and at the first step of the script."""
    leg = accepted(of, channel, **fields)
    run = runs.begin(leg.interaction, of.bea, at=leg.accepted_at)
    assert run is not None
    return leg, run
