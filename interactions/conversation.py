"""What is said in a chat, by customer and agent; a message after the end opens a new contact on the same case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from bpo.kernel.outgoing import OutgoingState
from clients.models import Channel
from clients.naming import public_name
from interactions import case_duty, handling, intake, journal, messages
from interactions import files as kept_files
from interactions.files import File
from interactions.models import ChatSession, Interaction, Kind, Leg, Message, MessageDirection, State

MOST_KEY = 80


class NotAChat(DomainError):
    """Mail is answered by a reply, not by a line."""

    code = "not_a_chat"
    sentence = _("This contact is not a chat.")


def customer_wrote(
    interaction: Interaction,
    text: str,
    *,
    files: Sequence[File] = (),
    at: datetime | None = None,
    provider_id: str = "",
    author: str = "",
) -> Message:
    """The customer's message; the same `provider_id` again gives the message that is there.

    In wrap-up the same agent goes on; on a closed contact it becomes a new contact on the same case, whose message is
    returned (its interaction is the new one). NotAChat for what is spoken.
    """
    if interaction.channel == Channel.VOICE:
        raise NotAChat
    at = at or clock.now()
    said = messages.Words(
        text=text,
        files=tuple(files),
        author=author or _customer_name(interaction),
        language=interaction.language,
        message_id=provider_id,
    )
    said = messages.check(said)
    while True:
        try:
            with transaction.atomic():
                if provider_id:
                    # Two deliveries of one message meet at this lock; the second finds the first's row. No row is
                    # locked here, since seats come first.
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [provider_id])
                    earlier = _said_before(interaction, provider_id)
                    if earlier:
                        return earlier
                return messages.take_in(interaction, said, at=at)
        except messages.ContactClosed:
            received = _anew(interaction, said, at=at)
        if not received.repeated:
            return received.interaction.messages.filter(direction=MessageDirection.IN).earliest("at", "pk")
        # Another line of this window, or its return, was first: these words belong to that contact.
        interaction = received.interaction


def _said_before(interaction: Interaction, provider_id: str) -> Message | None:
    if not provider_id:
        return None
    return (
        Message.objects.select_related("interaction")
        .filter(
            client_id=interaction.client_id, message_id=provider_id, direction=MessageDirection.IN, channel=Channel.CHAT
        )
        .first()
    )


def _customer_name(interaction: Interaction) -> str:
    if interaction.customer and interaction.customer.name:
        return interaction.customer.name
    envelope = getattr(interaction, "envelope", None)
    return envelope.from_name if envelope else ""


@transaction.atomic
def _anew(closed: Interaction, said: messages.Words, *, at: datetime) -> intake.Received:
    """A new contact on the case of the closed one; its window follows. Repeated when it was there before."""
    entry_point = closed.entry_point
    if entry_point is None:
        raise messages.ContactClosed
    envelope = getattr(closed, "envelope", None)
    received = intake.receive(
        entry_point,
        intake.NewContact(
            provider_id=intake.following(closed),
            message_id=said.message_id,
            channel=closed.channel,
            origin=closed.origin,
            from_name=envelope.from_name if envelope else said.author,
            from_address=envelope.from_address if envelope else "",
            from_phone=envelope.from_phone if envelope else "",
            subject=envelope.subject if envelope else "",
            text=said.text,
            files=said.files,
            language=closed.language,
            reason=closed.reason,
            page=envelope.page if envelope else "",
            simulated=closed.simulated,
            case=closed.case,
            customer=closed.customer,
        ),
        at=at,
    )
    if not received.repeated:
        ChatSession.objects.filter(interaction=closed).update(
            interaction=received.interaction, customer_wrote_at=at, warned_at=None, said_goodbye=False
        )
    return received


@transaction.atomic
def agent_wrote(
    leg: Leg,
    text: str,
    *,
    by: Agent,
    files: Sequence[File] = (),
    client_key: str = "",
    snippets: Sequence[tuple[str, str]] = (),
    at: datetime | None = None,
) -> Message:
    """The agent's line, under her public name; it is there once written. The same key again gives the same message.

    `snippets` are the ready sentences in it, by shortcut and language.
    """
    at = at or clock.now()
    said = messages.check(messages.Words(text=text, files=tuple(files)))
    if leg.channel != Channel.CHAT:
        raise NotAChat
    key = f"agent:{leg.public_id}:{client_key[:MOST_KEY]}" if client_key else ""
    # Takes the seat's lock, so two sends of one key come one after the other.
    fresh = handling.held_leg(leg, by=by)
    interaction = fresh.interaction
    if key:
        earlier = Message.objects.filter(interaction=interaction, message_id=key).first()
        if earlier:
            return earlier
    if interaction.state not in (State.ACTIVE, State.HELD):
        raise handling.NotYours
    case_duty.answered(interaction)
    message = Message(
        client_id=interaction.client_id,
        interaction=interaction,
        case_id=interaction.case_id,
        channel=interaction.channel,
        direction=MessageDirection.OUT,
        agent=by,
        author_name=public_name(by.user, interaction.client),
        at=at,
        language=interaction.language,
        text=said.text,
        state=OutgoingState.SENT,
        due_at=at,
        sent_at=at,
    )
    if key:
        message.message_id = key
    message.save(force_insert=True)
    kept = kept_files.keep(files, interaction=interaction, message=message, at=at)
    journal.record(
        fresh,
        Kind.MESSAGE_OUT,
        by=by,
        at=at,
        message=str(message.public_id),
        leg=str(fresh.public_id),
        files=len(kept),
        characters=len(message.text),
    )
    for shortcut, language in snippets:
        told = {"shortcut": shortcut, "language": language, "message": str(message.public_id)}
        journal.record(fresh, Kind.SNIPPET_USED, by=by, at=at, **told)
    return message
