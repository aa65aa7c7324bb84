"""The past as it was recorded: entries of the journal and of presence in the order of their commits, and the legs."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from interactions.models import Kind

TAIL = timedelta(minutes=30)  # the floor goes on so long after the period, for those who came in it
LIVE_BEFORE = timedelta(days=1)  # work that began earlier is not looked at for idle times
KINDS = (
    Kind.QUEUED, Kind.REPRIORITISED, Kind.PREFERRED, Kind.OFFERED, Kind.ACCEPTED, Kind.DECLINED, Kind.MISSED,
    Kind.RESCINDED, Kind.PARKED, Kind.UNPARKED, Kind.TRANSFERRED, Kind.CONSULT_ENDED, Kind.JOINED, Kind.LEFT,
    Kind.PICKED, Kind.ASSIGNED, Kind.TAKEN_BACK, Kind.CONSOLE_LOST, Kind.ENDED, Kind.WRAP_UP_STARTED, Kind.DISPOSED,
    Kind.CLOSED, Kind.STEP_REACHED, Kind.DIALLED,
)  # fmt: skip

# A contact that stood in a line or was worked on within the time.
CONTACTS = """
    SELECT interaction_id FROM interactions_visit
    WHERE entered_at < %(stop)s AND entered_at > %(start)s - interval '60 days'
        AND coalesce(left_at, 'infinity') >= %(start)s
    UNION SELECT interaction_id FROM interactions_leg
    WHERE offered_at < %(stop)s AND coalesce(ended_at, 'infinity') >= %(start)s
"""


@dataclass(slots=True)
class Contact:
    """What a contact was when it came."""

    id: int
    client: int
    channel: str
    priority: int
    enqueued_at: datetime | None


@dataclass(slots=True)
class Leg:
    """One person's stretch on a contact, from offer to end."""

    id: int
    contact: int
    agent: int
    role: str
    state: str
    lane: int | None
    by_person: bool
    side: str
    offered_at: datetime
    accepted_at: datetime | None
    work_ended_at: datetime | None
    ended_at: datetime | None
    why: dict[str, Any]

    def state_at(self, at: datetime) -> str:
        """Its state after what was written at that moment."""
        if self.ended_at is not None and self.ended_at <= at:
            return self.state
        if self.work_ended_at is not None and self.work_ended_at <= at:
            return "wrapping"
        return "handling" if self.accepted_at is not None and self.accepted_at <= at else "offered"


@dataclass(slots=True)
class Entry:
    """One entry of the journal. `rank` is its place among everything that was committed."""

    id: int
    contact: int
    leg: int | None
    kind: str
    at: datetime
    facts: dict[str, Any]
    rank: int = 0


@dataclass(slots=True)
class Change:
    """One entry of the presence log."""

    id: int
    agent: int
    at: datetime
    presence: str
    reason: str
    connected: bool
    why: str
    rank: int = 0
    wish: bool = False  # not in the log: she takes nothing more, the pause follows


@dataclass(slots=True)
class Past:
    """All of it, in order."""

    start: datetime
    end: datetime
    contacts: dict[int, Contact] = field(default_factory=dict)
    legs: dict[int, Leg] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    presence: list[Change] = field(default_factory=list)
    idle_since: dict[int, datetime] = field(default_factory=dict)
    agents: dict[str, int] = field(default_factory=dict)  # by public id, as facts name them
    _legs_of: dict[int, list[Leg]] = field(default_factory=dict)

    @property
    def stop(self) -> datetime:
        """When the replayed floor closes."""
        return self.end + TAIL

    def legs_of(self, contact: int) -> list[Leg]:
        """Of one contact, in the order of their offers."""
        if not self._legs_of:
            for leg in sorted(self.legs.values(), key=lambda each: (each.offered_at, each.id)):
                self._legs_of.setdefault(leg.contact, []).append(leg)
        return self._legs_of.get(contact, [])

    def of_contact(self) -> dict[int, list[Entry]]:
        """Entries by contact, in order."""
        found: defaultdict[int, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            found[entry.contact].append(entry)
        return found


def read(start: datetime, end: datetime) -> Past:
    """What is recorded of the floor between two moments, with all that was in hand at the first (six queries)."""
    past = Past(start, end)
    asked: dict[str, Any] = {
        "start": start,
        "stop": past.stop,
        "kinds": [str(kind) for kind in KINDS],
        "before": start - LIVE_BEFORE,
    }
    with connection.cursor() as cursor:

        def rows(statement: str) -> Iterable[Any]:
            cursor.execute(statement, asked)
            return cursor.fetchall()

        past.agents = {str(public): pk for public, pk in rows("SELECT public_id, id FROM agents_agent")}
        for row in rows(
            "SELECT id, client_id, channel, priority, enqueued_at FROM interactions_interaction"
            f" WHERE id IN ({CONTACTS})"
        ):
            past.contacts[row[0]] = Contact(*row)
        for row in rows(
            "SELECT id, interaction_id, agent_id, role, state, lane_id, made_by <> '' OR why ? 'transferred_by',"
            " coalesce(why ->> 'side', ''), offered_at, accepted_at, work_ended_at, ended_at,"
            " why - 'best' - 'wants' - 'never'"
            f" FROM interactions_leg WHERE role <> 'monitor' AND interaction_id IN ({CONTACTS})"
        ):
            past.legs[row[0]] = Leg(*(*row[:-1], _json(row[-1])))
        for row in rows(
            "SELECT id, interaction_id, leg_id, kind, at, facts - 'text' - 'note' FROM interactions_journalentry"
            f" WHERE kind = ANY(%(kinds)s) AND at < %(stop)s AND interaction_id IN ({CONTACTS}) ORDER BY id"
        ):
            past.entries.append(Entry(*(*row[:-1], _json(row[-1]))))
        past.presence = [Change(*row) for row in rows(
            "SELECT DISTINCT ON (agent_id) id, agent_id, at, presence, reason, connected, why FROM agents_presenceentry"
            " WHERE at <= %(start)s ORDER BY agent_id, at DESC, id DESC"
        )]  # fmt: skip
        past.presence += [Change(*row) for row in rows(
            "SELECT id, agent_id, at, presence, reason, connected, why FROM agents_presenceentry"
            " WHERE at > %(start)s AND at < %(stop)s ORDER BY id"
        )]  # fmt: skip
        past.idle_since = dict(rows(
            "SELECT agent_id, max(at) FROM ("
            " SELECT agent_id, greatest(accepted_at, CASE WHEN ended_at <= %(start)s AND state IN ('completed', 'lost')"
            "   THEN ended_at END) AS at FROM interactions_leg"
            " WHERE accepted_at <= %(start)s AND accepted_at > %(before)s"
            " UNION ALL SELECT agent_id, at FROM agents_presenceentry WHERE at <= %(start)s AND at > %(before)s"
            "   AND presence = 'available' AND why <> 'console open') known GROUP BY agent_id"
        ))  # fmt: skip
    _seats_without_log(past)
    _add_wishes(past)
    _rank(past)
    return past


def _seats_without_log(past: Past) -> None:
    """A seat that no entry tells of is taken to have been as it is now."""
    told = {change.agent for change in past.presence}
    with connection.cursor() as cursor:
        cursor.execute("SELECT agent_id, since, presence, reason, connected, idle_since FROM agents_seat")
        for agent, since, presence, reason, connected, idle in cursor.fetchall():
            if agent not in told:
                past.presence.append(Change(0, agent, min(since, past.start), presence, reason, connected, ""))
            if idle <= past.start:
                past.idle_since.setdefault(agent, idle)


def _add_wishes(past: Past) -> None:
    """A wished pause is in no log: she is taken to have wished it once she had the last contact before it."""
    offered: defaultdict[int, list[datetime]] = defaultdict(list)
    for leg in past.legs.values():
        offered[leg.agent].append(leg.accepted_at or leg.offered_at)
    for times in offered.values():
        times.sort()
    for change in [each for each in past.presence if each.why == "as wished" and each.at > past.start]:
        place = bisect_right(offered[change.agent], change.at)
        if place:
            since = offered[change.agent][place - 1]
            past.presence.append(Change(change.id, change.agent, since, "", "", True, "", wish=True))


def _rank(past: Past) -> None:
    """One order for both logs: the journal's own (its ids), presence put in by its times, before what it led to."""
    latest = past.entries[0].at if past.entries else past.start
    keyed: list[tuple[datetime, int, int, Entry | Change]] = []
    for entry in past.entries:
        latest = max(latest, entry.at)
        keyed.append((latest, 1, entry.id, entry))
    keyed += [(change.at, 2 if change.wish else 0, change.id, change) for change in past.presence]
    keyed.sort(key=lambda each: each[:3])
    for rank, (_at, _kind, _id, thing) in enumerate(keyed):
        thing.rank = rank
    past.presence.sort(key=lambda change: change.rank)


def _json(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        value = json.loads(value)
    return value or {}
