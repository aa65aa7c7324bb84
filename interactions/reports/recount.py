"""What the journal alone tells of a contact that came in: a second way to every figure, ignorant of the first.

Pure. It reads no visit, no state and no condition of `figures`; a test looks at what it imports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from interactions.models.fact import Door, End
from interactions.models.interaction import Outcome
from interactions.models.journal import Kind

NO_CONTACT = (Outcome.SPAM, Outcome.UNDELIVERABLE)
DOORS: dict[str, Door] = {
    Outcome.AFTER_HOURS: Door.AFTER_HOURS,
    Outcome.REFUSED_FULL: Door.TURNED_AWAY,
    Outcome.REFUSED_UNSTAFFED: Door.TURNED_AWAY,
}
# What moves a contact that stands in line: none of its stays ends before the last of them.
MOVES = (
    Kind.QUEUED, Kind.OFFERED, Kind.DECLINED, Kind.MISSED, Kind.RESCINDED, Kind.ACCEPTED, Kind.MEDIA_FAILED,
)  # fmt: skip
KINDS = (*MOVES, Kind.MEDIA_CONNECTED, Kind.ENDED, Kind.CLOSED, Kind.CAME_BACK, Kind.MESSAGE_LEFT)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the journal, as far as it matters here."""

    kind: str
    at: datetime
    facts: dict[str, Any]
    leg: int | None = None
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed when the contact came; of a mail the last instant in time, by the hours of then."""

    threshold: timedelta
    short: timedelta
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """How its first stay went."""

    end: End
    door: str
    queue: str
    wait: timedelta | None
    due_at: datetime | None


def told(entries: Sequence[Entry], terms: Terms, *, is_mail: bool) -> Told:
    """Out of all entries of a contact about KINDS, in the order in which they were written."""
    awaited = {entry.leg for entry in entries if entry.facts.get("media") or entry.kind in _OF_VOICES}
    awaited |= _hung_up_unheard(entries)
    entered = left = since = reply = None
    queue = how = outcome = ""
    back = False
    for entry in entries:
        ends = ""
        match entry.kind:
            case Kind.QUEUED if entered is None:
                entered, queue = entry.at, str(entry.facts["queue"])
            case Kind.QUEUED:
                ends = "moved"
            case Kind.ACCEPTED if entry.leg not in awaited:
                ends = "answered"
            case Kind.MEDIA_CONNECTED:
                ends = "answered"
            case Kind.CLOSED:
                ends = outcome = str(entry.facts["outcome"])
            case Kind.CAME_BACK:
                back = True
            case Kind.MESSAGE_LEFT if entry.by_person and (reply is None or entry.at < reply):
                reply = entry.at
        if ends and entered is not None and left is None:
            left, how = max(entry.at, since or entry.at), ends
        if entry.kind in MOVES:
            since = max(entry.at, since or entry.at)
    door = DOORS.get(outcome) or (Door.VOICEMAIL if outcome == Outcome.VOICEMAIL and entered is None else "")
    due_at = terms.due_at if is_mail else entered and entered + terms.threshold
    wait = left - entered if left and entered and not is_mail else None
    if back or outcome in NO_CONTACT:
        end = End.NONE
    elif is_mail:
        end = _of_mail(reply, due_at, closed=bool(outcome))
    elif entered is None:
        end = End.BESIDE
    else:
        end = End.WAITING if wait is None else _of_line(how, wait, terms)
    return Told(end, str(door), queue, wait, due_at)


_OF_VOICES = (Kind.MEDIA_CONNECTED, Kind.MEDIA_FAILED)


def _hung_up_unheard(entries: Sequence[Entry]) -> set[int | None]:
    """The legs whose customer hung up before the voices were there: older accepts do not say that they were awaited."""
    left = {entry.at for entry in entries if entry.kind == Kind.CLOSED and entry.facts["outcome"] == Outcome.ABANDONED}
    return {
        entry.leg
        for entry in entries
        if entry.kind == Kind.ENDED and entry.facts.get("by_whom") == "customer" and entry.at in left
    }


def _of_mail(reply: datetime | None, due_at: datetime | None, *, closed: bool) -> End:
    if reply is None:
        return End.ELSEWISE if closed else End.WAITING
    return End.IN_TIME if due_at is None or reply <= due_at else End.LATE


def _of_line(how: str, wait: timedelta, terms: Terms) -> End:
    in_time = wait <= terms.threshold
    match how:
        case "answered":
            return End.IN_TIME if in_time else End.LATE
        case Outcome.ABANDONED if wait < terms.short:
            return End.SHORT
        case Outcome.ABANDONED:
            return End.ABANDONED_IN_TIME if in_time else End.ABANDONED_LATE
        case Outcome.CALLBACK_PROMISED:
            return End.CALLBACK_IN_TIME if in_time else End.CALLBACK_LATE
    return End.ELSEWISE


def count_in_line(told: Told, at: datetime) -> str:
    """The count of `measures.Line` it is in, for who asks at that moment."""
    if told.end != End.WAITING:
        return str(told.end)
    return "overdue" if told.due_at is not None and told.due_at < at else "pending"
