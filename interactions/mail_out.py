"""An agent's mail on its way: held, sent in the client's name, failed, come back."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Value, When

from bpo.kernel import clock
from bpo.kernel.outgoing import OutgoingState
from clients.models import Channel, Client, ClientState
from interactions import case_duty, cases, handling, journal, sender
from interactions.adapters import ADAPTERS
from interactions.adapters.base import Bounce, BounceKind, DeliveryError, Outbound, OutboundFile
from interactions.models import Attachment, CaseState, Kind, Message, MessageDirection
from interactions.models.message import MessageQuerySet
from interactions.notices import came_back, facts_of, is_suppressed, mark_undeliverable
from interactions.signals import mail_moved

AWAY = (ClientState.SUSPENDED, ClientState.ENDED)
NOT_ARRIVED = "the mail did not arrive"


def mails() -> MessageQuerySet:
    """What agents write that leaves the house."""
    return Message.objects.filter(channel=Channel.EMAIL, direction=MessageDirection.OUT)


def sendable() -> MessageQuerySet:
    """What a worker may claim: nothing of a client that is away."""
    return mails().exclude(client__state__in=AWAY)


# --- held while the client is away, or from an address from which mail came back --------------------------------------


def must_wait(client: Client, address: str) -> bool:
    """Whether a mail written now is held."""
    return client.state in AWAY or is_suppressed(client, address)


def hold(client: Client) -> int:
    """The client is away: what was to be sent waits. Returns how many."""
    return mails().filter(client=client, state=OutgoingState.PENDING).update(state=OutgoingState.HELD)


def release_held(client: Client, *, at: datetime | None = None) -> int:
    """The client is back: what waited leaves at its time, but not to a suppressed address. Returns how many.

    What should have left meanwhile leaves, and so is said, now.
    """
    at = at or clock.now()
    held = mails().filter(client=client, state=OutgoingState.HELD)
    free = [mail.pk for mail in held if not is_suppressed(client, mail.to_addresses[0])]
    said = Case(When(due_at__lte=at, then=Value(at)), default=F("at"))
    return held.filter(pk__in=free).update(state=OutgoingState.PENDING, at=said)


# --- on its way -------------------------------------------------------------------------------------------------------


def deliver(message: Message, *, at: datetime | None = None) -> bool:
    """Send a claimed mail; outside any transaction. True when the server took it."""
    try:
        ADAPTERS["email"].deliver(outbound(message))
    except DeliveryError as error:
        failed(message, error, at=at)
        return False
    left(message, at=at)
    return True


@transaction.atomic
def left(message: Message, *, at: datetime | None = None) -> None:
    """The server took it: the customer has his reply."""
    _lock_case(message)
    if message.succeed(at=at):
        _moved(message)
        about = {"message": str(message.public_id)}
        journal.record(message.interaction, Kind.MESSAGE_LEFT, by=message.agent, at=message.sent_at, **about)
        for shortcut, language in message.snippets:
            told = {"shortcut": shortcut, "language": language, "message": str(message.public_id)}
            journal.record(message.interaction, Kind.SNIPPET_USED, by=message.agent, at=at, **told)
        if message.interaction.case is not None:
            case_duty.reckon_due(message.interaction.case)


def _moved(message: Message) -> None:
    """Who looks at a mail that moved is told by itself: what the journal has of it is for the figures."""
    send = partial(mail_moved.send_robust, sender=Message, interaction_id=message.interaction_id)
    transaction.on_commit(send)


def _lock_case(message: Message) -> None:
    """The case before its mails, as where a customer's mail is taken in."""
    if message.interaction.case is not None:
        case_duty.locked(message.interaction.case)


def outbound(message: Message) -> Outbound:
    """The mail as it leaves, from the words fixed in its row."""
    brand = message.client.brand
    files = [_file(attachment) for attachment in message.attachments.all()]
    return Outbound(
        from_name=brand.sender_name or brand.public_name,
        from_address=message.from_address or brand.sender_address,
        to=tuple(message.to_addresses[:1]),
        cc=tuple(message.to_addresses[1:]),
        subject=message.subject,
        text=message.full_text,
        html=message.html,
        message_id=sender.message_id(brand, sender.REPLIES, message.message_id),
        reply_to=sender.reply_to(message.client, message.interaction.entry_point),
        in_reply_to=message.in_reply_to,
        references=tuple(message.references.split()),
        attachments=(*files, *sender.logo_of(brand, message.html)),
        transport=sender.transport(),
    )


def _file(attachment: Attachment) -> OutboundFile:
    with attachment.file.open("rb") as file:
        return OutboundFile(attachment.name, attachment.content_type, file.read())


def failed(message: Message, error: DeliveryError, *, at: datetime | None = None) -> None:
    """A try has failed: it waits for the next, or its agent or the floor is told of the end."""
    with transaction.atomic():
        _lock_case(message)
        if not error.permanent:
            if not message.fail_temporarily(str(error), at=at):
                return
            if message.state != OutgoingState.FAILED:
                _moved(message)
                return
        elif not message.fail_for_good(str(error)):
            return
        if sender.refuses_address(error) and len(message.to_addresses) == 1:
            mark_undeliverable(message.client, message.to_addresses[0])
        _tell(message, Kind.NOTICE_FAILED, at=at, why=str(error)[:300])


def bounced(message: Message, bounce: Bounce, *, at: datetime | None = None) -> bool:
    """The mail came back; its agent or, when nobody holds it, the floor is told. False when that was known."""
    with transaction.atomic():
        if not came_back(message, bounce):
            return False
        address = bounce.recipient.lower()
        if bounce.hard:
            mark_undeliverable(message.client, address if address in message.to_addresses else message.to_addresses[0])
        if bounce.kind == BounceKind.COMPLAINT:  # it did arrive, and is not wanted
            about = {"message": str(message.public_id), **facts_of(bounce)}
            journal.record(message.interaction, Kind.NOTICE_BOUNCED, at=at, **about)
        else:
            _tell(message, Kind.NOTICE_BOUNCED, at=at, **facts_of(bounce))
        return True


def _tell(message: Message, kind: Kind, *, at: datetime | None, **facts: Any) -> None:
    """The journal tells the consoles; a contact parked in the belief that its answer arrived stands in line again."""
    journal.record(message.interaction, kind, at=at, message=str(message.public_id), **facts)
    if handling.return_parked(message.interaction, why=NOT_ARRIVED, at=at) and message.case is not None:
        message.case.refresh_from_db()
        if message.case.state == CaseState.PENDING:
            cases.back_to_open(message.case, why=NOT_ARRIVED, at=at)
    if message.interaction.case is not None:
        case_duty.reckon_due(message.interaction.case)
