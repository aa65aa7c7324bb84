"""Licences, skills, teams and the rules of lines as they were: set back to a moment, then changed as they were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg import sql
from psycopg.types.json import Jsonb

from agents.models import Agent, AgentSkill, Licence, OverflowStep, QueueTeam
from clients.models import Client, Queue, QueueSkill
from interactions.models import JournalEntry, Kind
from interactions.replay.scratch import Scratch

# What lanes are compiled from, with the column that says whom or which line a change concerns.
OF_AGENTS = {Agent: "id", Licence: "agent_id", AgentSkill: "agent_id"}
OF_LINES = {Queue: "id", QueueSkill: "queue_id", QueueTeam: "queue_id", OverflowStep: "queue_id"}
TRACKED: Sequence[Any] = (Client, *OF_AGENTS, *OF_LINES)


@dataclass(frozen=True, slots=True)
class Rule:
    """One change of one row; `values` is None when the row went."""

    at: datetime
    model: Any
    pk: int
    values: dict[str, Any] | None

    @property
    def agent(self) -> int | None:
        """Whose eligibility it changes."""
        return self._whose(OF_AGENTS)

    @property
    def line(self) -> int | None:
        """Which line's lanes it changes: those of its new version, so only the line's own row."""
        return self._whose(OF_LINES)

    def _whose(self, columns: dict[Any, str]) -> int | None:
        column = columns.get(self.model)
        if column is None:
            return None
        return self.pk if column == "id" else (self.values or {}).get(column)


def set_back(scratch: Scratch, start: datetime) -> None:
    """The copies as the rows were at the moment; rows that never changed stay as they are."""
    for model in TRACKED:
        events, columns = _events(model)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT DISTINCT ON (pgh_obj_id) pgh_label, pgh_obj_id, {columns.names} FROM {events}"
                " WHERE pgh_created_at <= %s ORDER BY pgh_obj_id, pgh_id DESC",
                [start],
            )
            was = cursor.fetchall()
            cursor.execute(
                f"SELECT pgh_obj_id FROM {events} GROUP BY pgh_obj_id HAVING min(pgh_created_at) > %s"
                " AND (array_agg(pgh_label ORDER BY pgh_id))[1] = 'insert'",
                [start],
            )
            # Before the first change that was kept at all, what holds today is taken to have held (routing/past.py).
            not_yet = [row[0] for row in cursor.fetchall()] if was else []
        for label, pk, *values in was:
            write(scratch, Rule(start, model, pk, None if label == "delete" else columns.read(values)))
        for pk in not_yet:
            write(scratch, Rule(start, model, pk, None))
    _switches_back(scratch, start)


def changes(start: datetime, stop: datetime) -> list[Rule]:
    """What changed in between, in order."""
    found: list[tuple[datetime, int, Rule]] = []
    for model in TRACKED:
        events, columns = _events(model)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT pgh_created_at, pgh_id, pgh_label, pgh_obj_id, {columns.names} FROM {events}"
                " WHERE pgh_created_at > %s AND pgh_created_at < %s ORDER BY pgh_id",
                [start, stop],
            )
            for at, key, label, pk, *values in cursor.fetchall():
                read = columns.read(values)
                found.append((at, key, Rule(at, model, pk, None if label == "delete" else read)))
    return [rule for _at, _key, rule in sorted(found, key=lambda each: each[:2])]


def write(scratch: Scratch, rule: Rule) -> None:
    """Bring one copied row to what it was."""
    table = sql.Identifier(rule.model._meta.db_table)
    if rule.values is None:
        # Its lanes and seat stay: nobody is there to be asked.
        if rule.model is not Agent:
            scratch.raw.execute(sql.SQL("DELETE FROM {} WHERE id = %s").format(table), [rule.pk])
        return
    names = list(rule.values)
    statement = sql.SQL("INSERT INTO {} (id, {}) VALUES (%s, {}) ON CONFLICT (id) DO UPDATE SET {}").format(
        table,
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join(sql.Placeholder() * len(names)),
        sql.SQL(", ").join(sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name)) for name in names),
    )
    scratch.raw.execute(statement, [rule.pk, *rule.values.values()])


@dataclass(frozen=True, slots=True)
class _Columns:
    fields: tuple[Any, ...]

    @property
    def names(self) -> str:
        return ", ".join(connection.ops.quote_name(each.column) for each in self.fields)

    def read(self, values: Iterable[Any]) -> dict[str, Any]:
        found = {}
        for each, value in zip(self.fields, values, strict=True):
            json = each.get_internal_type() == "JSONField" and value is not None
            found[each.column] = Jsonb(each.from_db_value(value, None, connection)) if json else value
        return found


def _events(model: Any) -> tuple[str, _Columns]:
    event = model.pgh_event_model._meta
    fields = tuple(each for each in event.fields if not each.name.startswith("pgh_") and each.column != "id")
    return connection.ops.quote_name(event.db_table), _Columns(fields)


def _switches_back(scratch: Scratch, start: datetime) -> None:
    """Lines switched off for agents: the journal tells each change, the table what holds today."""
    last: dict[tuple[str, str], bool] = {}
    entries = JournalEntry.objects.filter(kind=Kind.FORCED, facts__has_key="queue").order_by("at", "pk")
    for at, facts in entries.values_list("at", "facts"):
        key = facts.get("agent", ""), facts["queue"]
        if at <= start:
            last[key] = not facts["on"]
        elif key not in last:
            last[key] = bool(facts["on"])  # switched on later: it was off
    for (agent, queue), off in last.items():
        where = [agent, queue]
        pair = "FROM agents_agent a, clients_queue q WHERE a.public_id = %s AND q.public_id = %s"
        scratch.raw.execute(
            f"DELETE FROM agents_queueswitchedoff WHERE (agent_id, queue_id) IN (SELECT a.id, q.id {pair})", where
        )
        if off:
            scratch.raw.execute(
                "INSERT INTO agents_queueswitchedoff (agent_id, queue_id, by_name, reason, at)"
                f" SELECT a.id, q.id, 'system', '', %s {pair}",
                [start, *where],
            )
