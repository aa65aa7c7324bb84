"""An invented notice for a client's set-up page: nothing is saved, and every word of it says that it is an example."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from bpo.kernel import clock
from clients.models import Channel, Client, Customer, Order, OrderLine, Script
from interactions.models import (
    Action,
    Appointment,
    AppointmentKind,
    Callback,
    CallLink,
    Case,
    Envelope,
    Interaction,
    Notice,
    NoticeKind,
    Refund,
)
from interactions.notice_letters import Line

CHAT = {
    "en": ("Example: where is my order?", "Example: it was sent again today and arrives within two days."),
    "es": ("Ejemplo: ¿dónde está mi pedido?", "Ejemplo: hoy lo hemos vuelto a enviar y llegará en dos días."),
}
NAMES = {"en": "Example Customer", "es": "Cliente de Ejemplo"}
FLOWS = {"en": "Example: customer service", "es": "Ejemplo: atención al cliente"}
SUBJECTS = {"en": "Example: my order has not arrived", "es": "Ejemplo: mi pedido no ha llegado"}
SUMMARIES = {
    "en": "Example: your order was sent again today and arrives within two days. There is nothing to pay.",
    "es": "Ejemplo: hoy hemos vuelto a enviar su pedido y llegará en dos días. No tiene que pagar nada.",
}


def sample(client: Client, kind: NoticeKind, language: str) -> Notice:
    """Rows that exist in memory alone."""
    at = clock.now()
    language = language if language in NAMES else "en"
    customer = Customer(client=client, name=NAMES[language], language=language)
    case = Case(
        client=client,
        reference=f"{client.reference_prefix}-EXAMPL",
        customer=customer,
        subject=SUBJECTS[language],
        summary=SUMMARIES[language],
        opened_at=at,
        resolved_at=at,
    )
    interaction = Interaction(
        client=client, customer=customer, case=case, channel=Channel.EMAIL, language=language, arrived_at=at
    )
    interaction.envelope = Envelope(interaction=interaction, subject=SUBJECTS[language], from_name=customer.name)
    CallLink(interaction=interaction, code="EXAMPLE", made_at=at, good_until=at + timedelta(minutes=30))
    callback = Callback(
        client=client,
        reference=f"{client.reference_prefix}-EXAMPL",
        case=case,
        number="" if kind == NoticeKind.AFTER_HOURS else "+12025550123",
        address="customer@example.com",
        name=customer.name,
        language=language,
        zone=client.zone,
        words=SUBJECTS[language],
        due_from=at + timedelta(hours=2),
        due_until=at + timedelta(hours=4),
    )
    action = _act(client, customer, at)
    about_callback = kind.startswith("callback") or kind == NoticeKind.AFTER_HOURS
    return Notice(
        client=client,
        kind=kind,
        language=language,
        to_name=customer.name,
        to_address="customer@example.com",
        interaction=interaction,
        case=case,
        callback=callback if about_callback else None,
        action=action,
        script=Script(client=client, name=FLOWS[language]),
        review_on=at.date(),
        written_at=at,
    )


def _act(client: Client, customer: Customer, at: datetime) -> Action:
    """An order, its refund, and a visit: what the mails about acts tell of."""
    order = Order(
        pk=0, client=client, customer=customer, number="EXAMPLE-1", placed_on=at.date(), due_on=at.date(),
        total=Decimal("49.90"), currency=client.currency, deliver_to="1 Example Street", paid_by="card ending 0000",
    )  # fmt: skip
    lines = [OrderLine(order=order, name="Example", amount=order.total)]
    order._prefetched_objects_cache = {"lines": lines}  # type: ignore[attr-defined]
    action = Action(client=client, order=order, ref=order.number, done_at=at)
    Refund(action=action, client=client, order=order, amount=order.total, currency=order.currency, state="approved")
    Appointment(
        action=action, client=client, kind=AppointmentKind.VISIT, zone=client.zone, place=order.deliver_to,
        starts_at=at + timedelta(days=1), ends_at=at + timedelta(days=1, hours=3),
    )  # fmt: skip
    return action


def sample_lines(language: str) -> tuple[Line, ...]:
    """A conversation that nobody had."""
    language = language if language in NAMES else "en"
    asked, answered = CHAT[language]
    return Line(NAMES[language], "14:02", asked, ours=False), Line("Alex", "14:03", answered, ours=True)
