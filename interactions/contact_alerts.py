"""Mails to the addresses a line lists, one for each new contact; rows that the worker sends as any notice."""

from __future__ import annotations

from datetime import datetime

from clients.customers import tidy_address
from clients.models import Brand, ClientState, EntryKind, EntryPoint
from interactions import journal
from interactions.adapters.base import Automatic
from interactions.models import Interaction, Kind, Notice, NoticeKind

MOST_ADDRESSES = 20


def write(interaction: Interaction, automatic: Automatic, *, at: datetime) -> list[Notice]:
    """A row for each address the line lists, in the transaction that takes the contact in.

    Never about a mail a machine wrote, never to a mailbox we read ourselves, and never to whoever wrote: of these
    each could answer itself for ever.
    """
    queue = interaction.queue
    if queue is None or not queue.notify_addresses.strip() or automatic != Automatic.NOT or interaction.simulated:
        return []
    if interaction.client.state != ClientState.LIVE:
        return []
    listed = dict.fromkeys(tidy_address(line) for line in queue.notify_addresses.splitlines())
    never = {"", *_own(listed), *_customers(interaction)}
    written = []
    for address in [one for one in listed if one not in never][:MOST_ADDRESSES]:
        notice, new = Notice.objects.get_or_create(
            kind=NoticeKind.NEW_CONTACT,
            interaction=interaction,
            to_address=address,
            defaults={
                "client": interaction.client,
                "case": interaction.case,
                "language": interaction.client.default_language,
                "written_at": at,
                "due_at": at,
            },
        )
        if new:
            journal.record(notice, Kind.NOTICE_WRITTEN, at=at, notice_kind=str(notice.kind), turn=0, held=False)
            written.append(notice)
    return written


def _own(addresses: dict[str, None]) -> set[str]:
    """Those of them that we read or write from, for any client."""
    boxes = EntryPoint.objects.filter(kind=EntryKind.MAILBOX).values_list("address", flat=True)
    senders = Brand.objects.values_list("sender_address", flat=True)
    return {address.lower() for address in (*boxes, *senders)} & set(addresses)


def _customers(interaction: Interaction) -> set[str]:
    """The addresses of whoever wrote."""
    envelope = getattr(interaction, "envelope", None)
    written = tidy_address(envelope.from_address) if envelope else ""
    known = interaction.customer.addresses.values_list("address", flat=True) if interaction.customer else []
    return {written, *known}
