"""Where a spoken message may be left, and what would become of it: kept until when, called back by when."""

from __future__ import annotations

from datetime import datetime

from clients import customers, hours, opening
from clients.models import Channel, EntryKind, EntryPoint
from interactions import intake, keeping, unanswered
from interactions.callback_rows import OPEN_STATES, promised_window
from interactions.models import Callback, Interaction, Outcome, State, Voicemail


def offered(door: EntryPoint, at: datetime) -> bool:
    """Whether this door, closed now, takes spoken messages: somebody must be there to call back one day."""
    assert door.queue is not None
    if door.kind != EntryKind.WEB_CALL or not door.takes_voicemail or not door.client.is_live:
        return False
    if intake.open_now(door, door.queue, at) or not customers.takes_calls(door.client):
        return False
    return called_by(door, None, at) is not None


def may_follow(contact: Interaction, at: datetime) -> bool:
    """Whether who waited in vain may leave one: the line's own step led there, and none was left yet."""
    led = contact.state == State.CLOSED and contact.outcome == Outcome.VOICEMAIL and contact.channel == Channel.VOICE
    if not led or not contact.client.is_live or contact.entry_point is None:
        return False
    if Voicemail.objects.filter(interaction=contact, sent_at__isnull=False).exists():
        return False
    if promised := promise_of(contact):
        return promised.state in OPEN_STATES  # one that has ended is not worked any more
    return unanswered.may_leave_number(contact) and called_by(contact.entry_point, contact, at) is not None


def promise_of(contact: Interaction) -> Callback | None:
    """What this contact was promised when its wait ended."""
    return contact.callbacks_promised.order_by("pk").first()


def called_by(door: EntryPoint, contact: Interaction | None, at: datetime) -> datetime | None:
    """Until when he will be called back; None where the hours never come."""
    if contact is not None and (promised := promise_of(contact)):
        return promised.due_until
    queue = contact.queue if contact is not None and contact.queue else door.queue
    assert queue is not None
    try:
        return promised_window(opening.calls_at(door, queue), None, None, at)[1]
    except hours.NeverOpen:
        return None


def kept_until(door: EntryPoint, at: datetime) -> datetime:
    """The day on which what is said now is deleted."""
    return keeping.until(keeping.policy_of(door.client_id), at)
