"""When a mail leaves, on the desk: the times to choose from, and how far a mail is that has not left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel import clock
from clients.times import zone_words
from interactions import sending_time, unsent
from interactions.desk.promising import zone_of
from interactions.models import Callback, Interaction, Message, MessageDirection, Origin
from interactions.models.message import NOT_LEFT

NAMES = {
    "hour": _("In an hour"),
    "today": _("This morning"),
    "tomorrow": _("Tomorrow morning"),
    "monday": _("Monday morning"),
}
DEFAULT = "tomorrow"
CLOCK = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class Preset:
    """One time of the list: on the customer's clock, and on the agent's where that shows another."""

    key: str
    name: str
    local: datetime
    hers: datetime | None


def promised_of(interaction: Interaction, zone: str, chosen: datetime | None) -> dict[str, Any]:
    """Until when a reply is promised, on the clock of a dialog that asks for a time, and whether `chosen` is later."""
    kept = Callback.objects.filter(interaction=interaction).first() if interaction.origin == Origin.CALLBACK else None
    due = kept.due_until if kept else interaction.case.due_at if interaction.case else None
    if due is None:
        return {}
    local = due.astimezone(ZoneInfo(zone))
    late = chosen is None or chosen > due
    words = {"reply_due": local, "reply_due_clock": local.strftime(CLOCK), "reply_clock_of": zone_words(zone)}
    return {**words, "reply_late": late}


def times_of(interaction: Interaction, message: Message | None = None) -> dict[str, Any]:
    """The context of the fields that ask when: presets, and the bounds of a time of one's own (that of `message`)."""
    zone, now = ZoneInfo(zone_of(interaction)), clock.now()
    own = message.due_at if message is not None else None
    found = []
    presets = sending_time.presets(zone.key, now)
    for key, moment in presets.items():
        local, hers = moment.astimezone(zone), timezone.localtime(moment)
        found.append(Preset(key, str(NAMES[key]), local, hers if hers.utcoffset() != local.utcoffset() else None))
    return {
        "presets": found,
        "default": DEFAULT,
        "clock_of": zone_words(zone.key),
        "own": own.astimezone(zone).strftime(CLOCK) if own else "",
        "soonest": now.astimezone(zone).strftime(CLOCK),
        "latest": (now + sending_time.FARTHEST).astimezone(zone).strftime(CLOCK),
    } | promised_of(interaction, zone.key, own or presets[DEFAULT])


@dataclass(frozen=True, slots=True)
class Leaving:
    """A mail that has not left: in some seconds, at a time, tried again, held, or never."""

    seconds_until: datetime | None = None
    leaves_at: datetime | None = None
    held: bool = False
    tried_again: bool = False
    taken_back: bool = False
    may_change: bool = False


def leaving_of(message: Message, agent: Agent) -> Leaving | None:
    """How far it is; None for what has left or came in."""
    if message.direction != MessageDirection.OUT or message.channel != "email":
        return None
    if message.state == Message.State.CANCELLED:
        return Leaving(taken_back=True)
    now = clock.now()
    if message.state not in NOT_LEFT or (message.state == Message.State.PENDING and message.due_at <= now):
        return None
    held = message.state == Message.State.HELD
    may_change = not message.attempts and unsent.may_change(message, agent)
    if message.attempts and not held:
        return Leaving(leaves_at=message.due_at, tried_again=True)
    if message.due_at > now + sending_time.UNDO:
        return Leaving(leaves_at=message.due_at, held=held, may_change=may_change)
    if held:
        return Leaving(held=True, may_change=may_change)
    return Leaving(seconds_until=message.due_at)
