"""The rows of what was said: write one, and take a customer's message into the contact it belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from agents.models import Seat
from bpo.kernel import words
from bpo.kernel.errors import DomainError
from bpo.kernel.outgoing import OutgoingState
from bpo.kernel.writing import insert
from clients.models import Channel
from interactions import case_duty, cases, handling, journal, states
from interactions import files as kept_files
from interactions.adapters.base import Inbound
from interactions.files import File
from interactions.models import (
    HANDED_ON,
    CaseState,
    ChatSession,
    Interaction,
    Kind,
    Leg,
    LegRole,
    LegState,
    Message,
    MessageDirection,
    State,
)
from interactions.models.leg import HOLDING_STATES

MOST_CHARACTERS = 8000
MOST_MAIL_CHARACTERS = 1_000_000


class ContactClosed(DomainError):
    """Nothing can be added any more; what comes now is a new contact on the case."""

    code = "contact_closed"
    sentence = _("This contact is closed.")


class NothingSaid(DomainError):
    """Neither words nor a file."""

    code = "empty"
    sentence = _("There is nothing to send yet.")
    status = 400


@dataclass(frozen=True, slots=True)
class Words:
    """What a customer sent: a chat message, or the mail that came in."""

    text: str = ""
    files: tuple[File, ...] = ()
    author: str = ""
    language: str = ""
    message_id: str = ""
    mail: Inbound | None = field(default=None, repr=False)


def check(said: Words) -> Words:
    """The words as they are kept. Refuse nothing at all, and more than a message may hold; mail is never refused."""
    if said.mail is not None:
        return said
    text = words.paragraphs(said.text, most=MOST_CHARACTERS)
    if not text and not said.files:
        raise NothingSaid
    return replace(said, text=text)


def write_in(interaction: Interaction, said: Words, *, at: datetime) -> Message:
    """The row of a customer's message on this interaction, its files, and the journal's line."""
    mail = said.mail
    message = Message(
        client_id=interaction.client_id,
        interaction=interaction,
        case_id=interaction.case_id,
        channel=interaction.channel,
        direction=MessageDirection.IN,
        author_name=words.salvaged_line(said.author, most=200),
        at=at,
        language=(said.language or interaction.language)[:5],
        text=words.salvaged(said.text, most=MOST_MAIL_CHARACTERS),
        message_id=said.message_id[:255],
        # It has arrived: no worker may ever take it for something to be sent.
        state=OutgoingState.DELIVERED,
        due_at=at,
        sent_at=at,
    )
    if mail is not None:
        message.subject = words.salvaged_line(mail.subject, most=300)
        message.text = words.salvaged(mail.reply_text or mail.text, most=MOST_MAIL_CHARACTERS)
        message.full_text = words.salvaged(mail.text, most=MOST_MAIL_CHARACTERS)
        message.html = mail.html.replace("\0", "")[:MOST_MAIL_CHARACTERS]
        message.from_address = mail.from_address[:254]
        message.to_addresses = list(mail.entry_addresses)
        message.in_reply_to = mail.in_reply_to[:300]
        message.references = " ".join(mail.references)[:8000]
        message.message_id = mail.message_id[:255]
        message.digest = mail.content_digest
        if mail.raw:
            message.original.save(f"{message.public_id}.eml", ContentFile(mail.raw), save=False)
    insert(message)
    came = [*said.files, *(_mail_files(mail) if mail else [])]
    kept_files.keep(came, interaction=interaction, message=message, at=at)
    journal.record(
        interaction,
        Kind.MESSAGE_IN,
        by_name="customer",
        at=at,
        message=str(message.public_id),
        files=len(came),
        characters=len(message.text),
    )
    return message


def _mail_files(mail: Inbound) -> Iterable[File]:
    # What comes by mail is kept as it came and only ever served as a download, whatever it says it is.
    for file in mail.attachments:
        if file.content:
            yield File(
                kept_files.tidy_mail_name(file.name), file.content_type or "application/octet-stream", file.content
            )


def take_in(interaction: Interaction, said: Words, *, at: datetime) -> Message:
    """A customer's message on an open interaction: parked work returns to its queue, a chat in wrap-up goes on.

    ContactClosed when it was closed meanwhile; nothing has changed then.
    """
    said = check(said)
    with transaction.atomic():
        legs = Leg.objects.filter(interaction=interaction, role=LegRole.PRIMARY, state__in=HOLDING_STATES)
        states.take_seats(*legs.values_list("agent_id", flat=True))
        case_duty.customer_spoke(interaction, at=at)
        # Held until commit, so that nobody closes it between our look and the new row.
        current = Interaction.objects.select_for_update(no_key=True).get(pk=interaction.pk)
        if current.state == State.CLOSED or (current.state == State.WRAP_UP and current.channel == Channel.EMAIL):
            # A mail that comes in wrap-up would end with it unanswered: it is a new contact on the case.
            raise ContactClosed
        message = write_in(current, said, at=at)
        if current.channel == Channel.CHAT:
            ChatSession.objects.filter(interaction=current).update(customer_wrote_at=at, warned_at=None)
        if current.state == State.PARKED:
            handling.return_parked(current, why="customer wrote", at=at)
        elif current.state == State.WRAP_UP and current.channel == Channel.CHAT:
            wrapping = legs.filter(state=LegState.WRAPPING).select_related("interaction").order_by("-pk").first()
            if wrapping:
                _go_on(current, wrapping, at=at)
    interaction.refresh_from_db()
    return message


def _go_on(interaction: Interaction, leg: Leg, *, at: datetime) -> None:
    """The customer wrote again before wrap-up ended: the same leg handles again, its points were never given up."""
    # Without a console nobody reads it: the grace begins now. Her seat is locked, so she cannot come or go meanwhile.
    away = Seat.objects.filter(pk=leg.agent_id, connected=False).exists()
    since = at if away else None
    if leg.ended_by in HANDED_ON:
        leg = _had_again(interaction, leg, lost_since=since, at=at)
    else:
        fresh = {"work_ended_at": None, "wrap_up_due_at": None, "ended_by": "", "lost_since": since}
        states.move(leg, LegState.HANDLING, at=at, **fresh)
    states.move(interaction, State.ACTIVE, at=at)
    if Leg.objects.filter(pk=leg.pk, set_aside=True).update(hold_since=Coalesce("hold_since", Value(at))):
        states.move(interaction, State.HELD, at=at)  # she has something more urgent: it comes back by itself
    journal.record(leg, Kind.RESUMED, by_name="customer", at=at, leg=str(leg.public_id), why="customer wrote")
    if interaction.case is not None and interaction.case.state == CaseState.RESOLVED:
        cases.reopen(interaction.case, at=at)  # it was not settled after all
        case_duty.customer_spoke(interaction, at=at)


def _had_again(interaction: Interaction, leg: Leg, *, lost_since: datetime | None, at: datetime) -> Leg:
    """Who handed it on is the last who is here: that is over as it stands, she has the contact anew."""
    states.move(leg, LegState.COMPLETED, at=at, ended_at=at, wrap_up_due_at=None)
    anew = handling.start_leg(interaction, leg.agent, at=at, made_by="")
    if lost_since is not None:
        Leg.objects.filter(pk=anew.pk).update(lost_since=lost_since)
    return anew


def write_system(interaction: Interaction, text: str, *, at: datetime) -> Message:
    """A line of the system in the chat, in the customer's language."""
    message = Message.objects.create(
        client_id=interaction.client_id,
        interaction=interaction,
        case_id=interaction.case_id,
        channel=interaction.channel,
        direction=MessageDirection.SYSTEM,
        at=at,
        language=interaction.language,
        text=text,
        state=OutgoingState.SENT,
        due_at=at,
        sent_at=at,
    )
    journal.record(interaction, Kind.MESSAGE_OUT, at=at, message=str(message.public_id), system=True)
    return message
