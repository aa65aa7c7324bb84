"""Take a mail in, once: a new contact, a further word on an open one, a report about a mail of ours, or our own."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bpo.kernel import clock
from clients.models import EntryKind, EntryPoint
from clients.words import language_for
from interactions import case_duty, cases, mail_out, notices, sender, unsent
from interactions.adapters import ADAPTERS
from interactions.adapters.base import Automatic, Bounce, Inbound
from interactions.intake import MACHINES, NewContact, Received, receive
from interactions.models import (
    Arrival,
    CaseState,
    Interaction,
    Message,
    MessageDirection,
    Notice,
    NoticeKind,
    Outcome,
    State,
)


def take_in(entry_point: EntryPoint, raw: bytes, provider_id: str, *, at: datetime | None = None) -> Interaction | None:
    """The contact this mail is or belongs to; None for our own mails. The same id at the same mailbox changes nothing.

    One transaction: all of it is kept or none. Refuses as `intake.receive` does when the client is away.
    """
    at = at or clock.now()
    arrivals = Arrival.objects.select_related("interaction").filter(entry_point=entry_point)
    known = arrivals.filter(provider_id=provider_id).first()
    if known is not None:
        return known.interaction
    mail = read(entry_point, raw, provider_id)
    if not entry_point.client.is_live or not entry_point.published:
        return receive(entry_point, _contact(entry_point, mail, provider_id), at=at).interaction
    with transaction.atomic():
        if mail.automatic == Automatic.OURS:
            return _arrived(entry_point, provider_id, None, at)
        if mail.bounce is not None and (about := _came_back(entry_point, mail.bounce, at)):
            return _arrived(entry_point, provider_id, about, at)
        received = _receive(entry_point, mail, provider_id, at)
        if not received.repeated:
            _follow(received, mail, at)
        return received.interaction


def take_in_unread(entry_point: EntryPoint, raw: bytes, provider_id: str, *, at: datetime | None = None) -> Interaction:
    """File a mail that could not be taken in otherwise, whole and for a person to look at; it is not answered."""
    mail = Inbound(channel="email", provider_id=provider_id, raw=raw, unreadable=True)
    return receive(entry_point, _contact(entry_point, mail, provider_id), at=at).interaction


def read(entry_point: EntryPoint, raw: bytes, provider_id: str = "") -> Inbound:
    """The mail as it is understood at this mailbox."""
    return ADAPTERS["email"].parse(
        raw,
        provider_id=provider_id,
        own_addresses=sender.own_addresses(entry_point.client),
        own_domains=sender.own_domains(),
    )


def _contact(entry_point: EntryPoint, mail: Inbound, provider_id: str) -> NewContact:
    return NewContact(
        provider_id=provider_id,
        from_name=mail.from_name,
        from_address=mail.from_address,
        subject=mail.subject,
        text=mail.reply_text or mail.text,
        language=language_for(entry_point.client, mail.language),
        message=mail,
    )


def _arrived(
    entry_point: EntryPoint, provider_id: str, interaction: Interaction | None, at: datetime
) -> Interaction | None:
    Arrival.objects.get_or_create(
        entry_point=entry_point, provider_id=provider_id, defaults={"interaction": interaction, "at": at}
    )
    return interaction


def _receive(entry_point: EntryPoint, mail: Inbound, provider_id: str, at: datetime) -> Received:
    """By the door that the mail names first, whichever of the client's mailboxes it was read from."""
    first = _first_door(entry_point, mail)
    if first == entry_point:
        return receive(entry_point, _contact(entry_point, mail, provider_id), at=at)
    received = receive(first, _contact(first, mail, f"{mail.content_digest[:40]} {mail.message_id}"[:300]), at=at)
    _arrived(entry_point, provider_id, received.interaction, at)
    return received


def _first_door(entry_point: EntryPoint, mail: Inbound) -> EntryPoint:
    """Without a Message-ID its copies could not be told from other mails, so it stays where it was read."""
    if not mail.message_id:
        return entry_point
    doors = {
        door.address.lower(): door
        for door in EntryPoint.objects.select_related("client").filter(
            client=entry_point.client, kind=EntryKind.MAILBOX, published=True, address__in=mail.entry_addresses
        )
    }
    return next((doors[address] for address in mail.entry_addresses if address in doors), entry_point)


def _follow(received: Received, mail: Inbound, at: datetime) -> None:
    """The customer has written: his case is open again, and what was to leave later stays here.

    Outside hours he is told so, a machine is not.
    """
    interaction = received.interaction
    case = interaction.case
    if case is not None and interaction.state != State.CLOSED:
        if case.state == CaseState.PENDING:
            cases.back_to_open(case, why="customer wrote", at=at)
        elif case.state == CaseState.RESOLVED:
            cases.reopen(case, at=at)
        case_duty.customer_spoke(interaction, at=at)
    if mail.automatic not in MACHINES:
        unsent.overtaken(interaction, at=at)
    if interaction.outcome == Outcome.AFTER_HOURS and mail.automatic == Automatic.NOT and not mail.unreadable:
        turn = case.interactions.filter(pk__lt=interaction.pk).count() if case else 0
        notices.write(
            NoticeKind.AFTER_HOURS, interaction=interaction, case=case, callback=received.callback, turn=turn, at=at
        )


def _came_back(entry_point: EntryPoint, bounce: Bounce, at: datetime) -> Interaction | None:
    """The contact of the notice or reply that a report is about; None when it is about no mail of this client."""
    keys = sender.keys_of_ids([bounce.original_message_id])
    if not keys:
        return None
    client = entry_point.client
    notice = Notice.objects.filter(client=client, message_id__in=keys).first()
    if notice is not None:
        notices.bounced(notice, bounce, at=at)
        return notice.interaction or (notice.case.interactions.order_by("-pk").first() if notice.case else None)
    message = Message.objects.filter(client=client, direction=MessageDirection.OUT, message_id__in=keys).first()
    if message is None:
        return None
    mail_out.bounced(message, bounce, at=at)
    return message.interaction
