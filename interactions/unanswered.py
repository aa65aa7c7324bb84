"""A chat that nobody answered: its customer leaves a number, and the callback is promised from that very contact."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bpo.kernel import clock, links
from clients import customers
from clients.models import Client, EntryPoint, Reason
from interactions import callbacks, cases
from interactions.models import (
    Callback,
    CallbackOrigin,
    ChatSession,
    Envelope,
    Interaction,
    MessageDirection,
    Outcome,
    State,
)

UNANSWERED = frozenset(
    {
        Outcome.AFTER_HOURS,
        Outcome.NO_AGENT,
        Outcome.REFUSED_FULL,
        Outcome.REFUSED_UNSTAFFED,
        Outcome.TIMED_OUT,
        Outcome.VOICEMAIL,
    }
)
TOKEN_SECONDS = 2 * links.DAY


def token_of(session: ChatSession) -> str:
    """What leads from the window to the form; empty where no number can be left. It opens no conversation."""
    if session.interaction is None or not may_leave_number(session.interaction):
        return ""
    return links.sign("leave number", str(session.public_id))


def contact_of(token: str, door: EntryPoint) -> Interaction | None:
    """The unanswered contact of the window that the token names at this door."""
    try:
        public_id = links.unsign("leave number", token, max_age=TOKEN_SECONDS)
    except links.LinkInvalid:
        return None
    session = (
        ChatSession.objects.select_related("interaction__client", "interaction__customer", "interaction__reason")
        .select_related("interaction__queue__hours__client", "interaction__envelope", "interaction__case")
        .filter(public_id=public_id, entry_point=door)
        .first()
    )
    contact = session.interaction if session else None
    return contact if contact and contact.state == State.CLOSED and contact.outcome in UNANSWERED else None


def may_leave_number(contact: Interaction) -> bool:
    """Whether it ended with nobody there and nothing promised, and somebody would call."""
    return (
        contact.state == State.CLOSED
        and contact.outcome in UNANSWERED
        and not contact.callbacks_promised.exists()
        and contact.client.is_live
        and customers.takes_calls(contact.client)
    )


def typed_in(contact: Interaction) -> dict[str, str]:
    """What he wrote already, by the fields of the form."""
    envelope = getattr(contact, "envelope", None)
    said = contact.messages.filter(direction=MessageDirection.IN).order_by("at", "pk").values_list("text", flat=True)
    return {
        "name": envelope.from_name if envelope else "",
        "email": envelope.from_address if envelope else "",
        "number": envelope.from_phone if envelope else "",
        "words": ("\n".join(said) or (envelope.opening if envelope else ""))[: callbacks.MOST_WORDS],
        "reason": contact.reason.code if contact.reason else "",
    }


@transaction.atomic
def leave_number(
    contact: Interaction,
    *,
    number: str,
    address: str = "",
    due_from: datetime | None = None,
    due_until: datetime | None = None,
    name: str = "",
    words: str = "",
    reason: Reason | None = None,
    zone: str = "",
    language: str = "",
    at: datetime | None = None,
) -> Callback:
    """Promise the call from the contact, with its matter and its place; asked again, the same promise comes back.

    Without a window the client's turn-around is promised.
    """
    at = at or clock.now()
    assert contact.queue is not None
    # Of two presses the second finds the matter and the promise of the first.
    Interaction.objects.select_for_update(no_key=True).get(pk=contact.pk)
    contact.refresh_from_db(fields=["case", "customer"])
    _known(contact.client, contact, number=number, address=address, name=name, words=words, at=at)
    callback = callbacks.promise(
        contact.client,
        customer=contact.customer,
        queue=contact.queue,
        origin=CallbackOrigin.FORM,
        number=number,
        address=address,
        interaction=contact,
        due_from=due_from,
        due_until=due_until,
        enqueued_at=contact.enqueued_at,
        words=words,
        language=language or contact.language,
        zone=zone,
        name=name,
        reason=reason or contact.reason,
        entry_point=contact.entry_point,
        at=at,
    )
    # What he gave is this contact's; his record is not changed by it.
    given = {"from_phone": number, "from_address": address, "from_name": name}
    Envelope.objects.filter(interaction=contact).update(**{field: value for field, value in given.items() if value})
    return callback


def _known(
    client: Client, contact: Interaction, *, number: str, address: str, name: str, words: str, at: datetime
) -> None:
    """Turned away before anybody knew how to reach him, it has no customer or matter yet; a settled one opens again."""
    if contact.customer is None:
        contact.customer = customers.find_or_create(
            client, phone=number, address=address, name=name, language=contact.language
        )
    previous = cases.surviving(contact.case) if contact.case else None
    contact.case = cases.for_contact(
        client, contact.customer, subject=words, queue=contact.queue, previous=previous, at=at
    )
    Interaction.objects.filter(pk=contact.pk).update(customer=contact.customer, case=contact.case)
