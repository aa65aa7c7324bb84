"""An invented notice for a client's set-up page: nothing is saved, and every word of it says that it is an example."""

from __future__ import annotations

from datetime import timedelta

from bpo.kernel import clock
from clients.models import Channel, Client, Customer
from interactions.models import Callback, Case, Envelope, Interaction, Notice, NoticeKind
from interactions.notice_letters import Line

CHAT = {
    "en": ("Example: where is my order?", "Example: it was sent again today and arrives within two days."),
    "es": ("Ejemplo: ¿dónde está mi pedido?", "Ejemplo: hoy lo hemos vuelto a enviar y llegará en dos días."),
}
NAMES = {"en": "Example Customer", "es": "Cliente de Ejemplo"}
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
        written_at=at,
    )


def sample_lines(language: str) -> tuple[Line, ...]:
    """A conversation that nobody had."""
    language = language if language in NAMES else "en"
    asked, answered = CHAT[language]
    return Line(NAMES[language], "14:02", asked, ours=False), Line("Alex", "14:03", answered, ours=True)
