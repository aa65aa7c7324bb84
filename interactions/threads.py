"""To which matter a mail belongs: by the mail it answers, else by the reference in its subject."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bpo.kernel.references import tidy_reference
from clients.models import Channel, Client, CustomerAddress
from interactions.adapters.base import Inbound
from interactions.cases import surviving
from interactions.models import Case, Interaction, Message, MessageDirection, Notice, State

REFERENCE = re.compile(r"\b([A-Z]{2,4})[- ]?([0-9A-Z]{6})\b")
MOST_REFERENCES = 50


@dataclass(frozen=True, slots=True)
class Thread:
    """The case a mail continues, and its open written contact, if there is one."""

    case: Case
    open_interaction: Interaction | None


def mail_before(client: Client, mail: Inbound) -> Interaction | None:
    """The contact this very mail (same Message-ID, same content) already is inside this client."""
    if not mail.message_id:
        return None
    found = (
        Message.objects.select_related("interaction")
        .filter(
            client=client,
            channel=Channel.EMAIL,
            direction="in",
            message_id=mail.message_id[:255],
            digest=mail.content_digest,
        )
        .first()
    )
    return found.interaction if found else None


def find(client: Client, mail: Inbound) -> Thread | None:
    """The thread of this client the mail belongs to."""
    case = _answered(client, mail) or _named(client, mail)
    if case is None:
        return None
    case = surviving(case)
    still_open = (
        Interaction.objects.filter(case=case, channel=Channel.EMAIL)
        .exclude(state__in=[State.WRAP_UP, State.CLOSED])
        .order_by("-arrived_at", "-pk")
        .first()
    )
    return Thread(case, still_open)


def _answered(client: Client, mail: Inbound) -> Case | None:
    ids: list[str] = []
    for given in (mail.in_reply_to, *reversed(mail.references))[:MOST_REFERENCES]:
        bare = given.strip().strip("<>").strip()
        if bare:
            # Ours are kept as written before the @, whole, or in brackets.
            ids += [bare, f"<{bare}>", bare.rpartition("@")[0] or bare]
    if not ids:
        return None
    mails = Message.objects.filter(client=client, channel=Channel.EMAIL, message_id__in=ids, case__isnull=False)
    for message in mails.select_related("case__merged_into").order_by("-at"):
        if message.direction == MessageDirection.OUT or _wrote_before(message, mail.from_address):
            return message.case
    notice = (
        Notice.objects.filter(client=client, message_id__in=ids)
        .select_related("case__merged_into", "callback__case__merged_into")
        .order_by("-written_at")
        .first()
    )
    if notice is None:
        return None
    return notice.case or (notice.callback.case if notice.callback else None)


def _wrote_before(message: Message, address: str) -> bool:
    """Ids of ours cannot be guessed, a customer's can: they count only from the address that wrote, or one of the
    same customer's.
    """
    assert message.case is not None
    return message.from_address.lower() == address.lower() or _is_of(message.case, address)


def _is_of(case: Case, address: str) -> bool:
    """Whether it is an address of the case's own customer."""
    return CustomerAddress.objects.filter(
        client=case.client_id, customer=case.customer_id, address=address.lower()
    ).exists()


def _named(client: Client, mail: Inbound) -> Case | None:
    """A reference in the subject counts only from an address of the case's own customer."""
    for prefix, letters in REFERENCE.findall(mail.subject.upper()):
        if prefix != client.reference_prefix:
            continue
        case = (
            Case.objects.filter(client=client, reference=tidy_reference(f"{prefix}-{letters}"))
            .select_related("merged_into", "customer")
            .first()
        )
        if case and _is_of(case, mail.from_address):
            return case
    return None
