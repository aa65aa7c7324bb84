"""The recorded order of commits through one router: each offer that routing made is asked for anew, at its place.

Everything else is brought to what was recorded. Another answer is listed with its cause and replaced by the recorded
one, so that every question meets the floor as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from clients.models import Queue
from interactions import waits
from interactions.models import Kind
from interactions.replay import causes
from interactions.replay.record import Change, Contact, Entry, Past
from interactions.replay.rules import Rule, write
from interactions.replay.scratch import Scratch
from interactions.replay.stays import places

AT_ONCE = 200  # acts sent together, each group in a transaction of its own
IDLE_AFTER = ("handling", "completed", "lost")
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Different:
    """An offer that went elsewhere when it was asked for anew."""

    leg: int
    contact: int
    at: datetime
    recorded: int
    replayed: int | None
    other_contact: int | None
    cause: causes.Cause


@dataclass(slots=True)
class Retraced:
    """How many offers were asked for, how many had the same winner, which had not."""

    asked: int = 0
    same: int = 0
    by_person: int = 0
    different: list[Different] = field(default_factory=list)

    @property
    def percent(self) -> float | None:
        """Of 100 offers of routing, how many had the same winner."""
        return self.same / self.asked * 100 if self.asked else None


class Retrace:
    """One run over the record."""

    def __init__(self, scratch: Scratch, past: Past, rules: list[Rule]) -> None:
        self.raw = scratch.raw
        self.scratch = scratch
        self.past = past
        self.rules = rules
        self.queues = {queue.pk: queue for queue in Queue.objects.all()}
        self.lanes = lanes_of(scratch)
        self.found = Retraced()
        self._legs: dict[int, str] = {}  # what each leg is by now
        self.places = places(past)
        self._priority = first_priorities(past)
        self._asked: list[tuple[psycopg.Cursor[Any], Entry]] = []
        self._context = causes.Context(past, rules)

    def run(self, progress: Progress = lambda done: None) -> Retraced:
        """All of it, in order."""
        events: list[tuple[int, Entry | Change]] = [(each.rank, each) for each in self.past.entries]
        events += [(each.rank, each) for each in self.past.presence]
        events.sort(key=lambda event: event[0])
        rules = iter(self.rules)
        rule = next(rules, None)
        seated = False
        for place in range(0, len(events), AT_ONCE):
            group = events[place : place + AT_ONCE]
            with self.raw.pipeline(), self.raw.transaction():
                for _rank, event in group:
                    if not seated and event.at > self.past.start:
                        seat(self.raw, self.past)
                        seated = True
                    while rule is not None and rule.at <= event.at:
                        self._rule(rule)
                        rule = next(rules, None)
                    self._presence(event) if isinstance(event, Change) else self._entry(event)
            self._listen()
            progress((place + len(group)) / len(events))
            if place // AT_ONCE in (5, 50):
                self.scratch.analyze()
        return self.found

    def _call(self, statement: str, *values: Any) -> psycopg.Cursor[Any]:
        return self.raw.execute(statement, values, prepare=True)

    def _rule(self, rule: Rule) -> None:
        write(self.scratch, rule)
        if rule.agent:
            self._call("SELECT compile_lanes(NULL, ARRAY[%s]::bigint[])", rule.agent)
            self._call("SELECT seat_recount(%s, %s, false)", rule.agent, rule.at)
        elif rule.model is Queue:
            self._call("SELECT count(*) FROM replay_line_moved(%s)", rule.pk)

    def _presence(self, change: Change) -> None:
        if change.wish:
            self._call("SELECT replay_wish(%s, %s)", change.agent, change.at)
            return
        self._call(
            "SELECT replay_presence_was(%s, %s, %s, %s, %s)",
            change.agent, change.presence, change.reason, change.connected, max(change.at, self.past.start),
        )  # fmt: skip

    def _entry(self, entry: Entry) -> None:
        contact = self.past.contacts[entry.contact]
        match entry.kind:
            case Kind.QUEUED:
                self._queued(contact, entry)
            case Kind.STEP_REACHED:
                self._call("SELECT replay_step(%s)", contact.id)
            case Kind.REPRIORITISED:
                self._reprioritised(contact, entry)
            case Kind.PREFERRED:
                self._prefers(
                    contact, self.past.agents.get(entry.facts.get("agent", "")), _moment(entry.facts["until"])
                )
            case Kind.CLOSED:
                self._call(
                    "UPDATE interactions_interaction SET state = 'closed', outcome = %s, closed_at = %s WHERE id = %s",
                    str(entry.facts.get("outcome") or "handled")[:17], entry.at, contact.id,
                )  # fmt: skip
        if entry.leg is not None and entry.leg in self.past.legs:
            self._leg(entry)
        if entry.kind in (Kind.DECLINED, Kind.MISSED, Kind.TAKEN_BACK) and entry.leg in self.past.legs:
            leg = self.past.legs[entry.leg]
            if leg.role == "primary":
                self._call(
                    "SELECT replay_refuse(%s, %s, %s, %s, %s)",
                    contact.id, leg.agent, int(entry.facts.get("delay") or 0), entry.kind[:10], entry.at,
                )  # fmt: skip

    def _queued(self, contact: Contact, entry: Entry) -> None:
        lane = entry.facts.get("lane")
        if lane not in self.lanes:
            return
        since, returned = self.places[entry.id]
        queue = self.queues[self.lanes[lane]]
        priority = self._priority[contact.id]
        place = waits.order_in(queue, priority=priority, returned=returned, enqueued_at=since)
        self._call(
            "SELECT replay_place(%s, %s, %s, %s, %s, %s, %s, NULL, NULL, %s)",
            contact.id, lane, priority, returned, place["band"], place["order_key"], since, entry.at,
        )  # fmt: skip

    def _reprioritised(self, contact: Contact, entry: Entry) -> None:
        self._priority[contact.id] = priority = int(entry.facts["to"])
        self._call(
            "UPDATE interactions_interaction i SET priority = %s,"
            " band = CASE WHEN q.ageing_seconds IS NULL THEN %s * 2 + i.returned::int ELSE 0 END,"
            " order_key = i.enqueued_at - make_interval(secs =>"
            "   coalesce(q.ageing_seconds, 0) * (%s + i.returned::int))"
            " FROM clients_queue q WHERE q.id = i.queue_id AND i.id = %s",
            priority, priority, priority, contact.id,
        )  # fmt: skip

    def _prefers(self, contact: Contact, agent: int | None, until: datetime) -> None:
        self._call(
            "UPDATE interactions_interaction SET prefer_agent_id = %s, prefer_until = %s WHERE id = %s",
            agent, until, contact.id,
        )  # fmt: skip

    def _leg(self, entry: Entry) -> None:
        assert entry.leg is not None
        leg = self.past.legs[entry.leg]
        known, now = self._legs.get(leg.id), leg.state_at(entry.at)
        if known is None:
            self._begin(entry)
            known = "offered"
        if now != known:
            # Who was asked for help first and took over later is beside the other one until the end.
            role = "consult" if "asked_by" in leg.why and now in ("offered", "handling") else leg.role
            self._call("SELECT replay_leg_was(%s, %s, %s, %s, %s)", leg.id, now, role, now in IDLE_AFTER, entry.at)
        self._legs[leg.id] = now

    def _begin(self, entry: Entry) -> None:
        """A leg's first entry: an offer of routing is asked for, a person's word is taken."""
        leg = self.past.legs[entry.leg or 0]
        if leg.role != "primary" or "asked_by" in leg.why:
            self._call(
                "SELECT replay_leg(%s, %s, %s, 'consult', 'offered', %s)", leg.id, leg.contact, leg.agent, entry.at
            )
            return
        within = self.past.start < leg.offered_at < self.past.end
        if leg.by_person or entry.kind != Kind.OFFERED or not leg.side or not within:
            self.found.by_person += within
            self._call("SELECT replay_force(%s, %s, %s, %s)", leg.contact, leg.agent, leg.id, leg.offered_at)
            return
        cursor = self._call(
            "SELECT replay_ask(%s, %s, %s, %s, %s)", leg.side, leg.contact, leg.agent, leg.id, leg.offered_at
        )
        self._asked.append((cursor, entry))

    def _listen(self) -> None:
        """The router's answers of a group."""
        for cursor, entry in self._asked:
            row = cursor.fetchone()
            self.found.asked += 1
            if row is None or row[0] is None:
                self.found.same += 1
                continue
            said = row[0]
            leg = self.past.legs[entry.leg or 0]
            cause = self._context.of(leg, said)
            self.found.different.append(
                Different(leg.id, leg.contact, leg.offered_at, leg.agent, said["agent"], said["contact"], cause)
            )
        self._asked.clear()


def lanes_of(scratch: Scratch) -> dict[int, int]:
    """The line of each lane."""
    return dict(scratch.raw.execute("SELECT id, queue_id FROM interactions_lane").fetchall())


def first_priorities(past: Past) -> dict[int, int]:
    """The priority each contact came with: the row keeps the last."""
    found = {contact.id: contact.priority for contact in past.contacts.values()}
    for entry in reversed(past.entries):
        if entry.kind in (Kind.REPRIORITISED, Kind.STEP_REACHED) and "from" in entry.facts:
            found[entry.contact] = int(entry.facts["from"])
    return found


def seat(raw: psycopg.Connection[Any], past: Past) -> None:
    """Idle times at the beginning of the period."""
    agents, since = list(past.idle_since), list(past.idle_since.values())
    raw.execute(
        sql.SQL(
            "UPDATE agents_seat s SET idle_since = known.since"
            " FROM unnest(%s::bigint[], %s::timestamptz[]) AS known (agent, since) WHERE s.agent_id = known.agent"
        ),
        [agents, since],
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
