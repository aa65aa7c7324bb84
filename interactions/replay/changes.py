"""What is to be otherwise than it was: people, skills, licences, rules, shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from psycopg import sql

from agents.models import Agent, AgentSkill, Licence, QueueTeam
from clients.models import Client, Queue, QueueSkill
from interactions.replay.record import Change
from interactions.replay.rules import Rule
from interactions.replay.scratch import Scratch

NOBODY = "none"
OTHER = 1_000_000  # added to the version of a line with other rules


@dataclass(frozen=True, slots=True)
class Line:
    """Other rules for one line."""

    queue: Queue
    fields: Mapping[str, Any]
    wants: tuple[tuple[int, int], ...] | None = None
    teams: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """All that is otherwise; nothing is: the past as it was."""

    without: frozenset[int] = frozenset()
    more: tuple[tuple[Agent, int], ...] = ()
    shifts: Mapping[int, timedelta] = field(default_factory=dict)
    licences: tuple[tuple[int, int, str, int | None], ...] = ()  # agent, client, state, ramp
    skills: tuple[tuple[int, int, int], ...] = ()  # agent, skill, level
    lines: tuple[Line, ...] = ()
    clients: tuple[tuple[Client, Mapping[str, Any]], ...] = ()
    clones: Mapping[int, int] = field(default_factory=dict)  # by new id, once applied

    def __bool__(self) -> bool:
        return bool(
            self.without or self.more or self.shifts or self.licences or self.skills or self.lines or self.clients
        )

    def gone(self, agent: int) -> bool:
        """Whether she is taken out."""
        return agent in self.without

    def presence(self, recorded: Iterable[Change]) -> Iterator[Change]:
        """The presence log without those taken out, later for those shifted, once more for those like them."""
        copies: dict[int, list[int]] = {}
        for copy, original in self.clones.items():
            copies.setdefault(original, []).append(copy)
        for change in recorded:
            if change.agent not in self.without:
                yield replace(change, at=change.at + self.shifts.get(change.agent, timedelta()))
            if not change.wish:
                for copy in copies.get(change.agent, []):
                    yield replace(change, agent=copy)

    def of_line(self, queue: Queue) -> Queue:
        """The line with its other rules, for what asks a line itself."""
        for line in self.lines:
            if line.queue.pk == queue.pk:
                for name, value in line.fields.items():
                    setattr(queue, name, value)
        return queue

    def priority(self, queue: Queue, recorded: int) -> int:
        """That of the line where the change gives it one."""
        named = any(line.queue.pk == queue.pk and "priority" in line.fields for line in self.lines)
        return queue.priority if named else recorded

    def sets(self, rule: Rule) -> bool:
        """Whether a recorded change of a row is overruled by this one."""
        values = rule.values or {}
        if rule.model is Licence:
            return any((agent, client) == (values.get("agent_id"), values.get("client_id"))
                       for agent, client, _state, _ramp in self.licences)  # fmt: skip
        if rule.model is AgentSkill:
            return any((agent, skill) == (values.get("agent_id"), values.get("skill_id"))
                       for agent, skill, _level in self.skills)  # fmt: skip
        if rule.model in (QueueSkill, QueueTeam):
            parts = {line.queue.pk: line.wants if rule.model is QueueSkill else line.teams for line in self.lines}
            return parts.get(values.get("queue_id", 0)) is not None
        return rule.model is Client and any(client.pk == rule.pk for client, _fields in self.clients)

    # --- applied -----------------------------------------------------------------------------------------------------

    def applied(self, scratch: Scratch) -> Changes:
        """Written into the copies; compile the lanes after it."""
        raw = scratch.raw
        clones: dict[int, int] = {}
        for agent, times in self.more:
            for number in range(2, times + 2):
                row = raw.execute(CLONE, {"like": agent.pk, "name": f"{agent.name} ({number})"[:120]}).fetchone()
                assert row is not None
                clones[row[0]] = agent.pk
                for statement in CLONED:
                    raw.execute(statement, {"like": agent.pk, "copy": row[0]})
        for holder, client, state, ramp in self.licences:
            raw.execute("DELETE FROM agents_licence WHERE agent_id = %s AND client_id = %s", [holder, client])
            if state != NOBODY:
                raw.execute(
                    "INSERT INTO agents_licence (agent_id, client_id, state, since, reason, ramp_per_hour)"
                    " VALUES (%s, %s, %s, now(), '', %s)",
                    [holder, client, state, ramp],
                )
        for holder, skill, level in self.skills:
            raw.execute("DELETE FROM agents_agentskill WHERE agent_id = %s AND skill_id = %s", [holder, skill])
            if level:
                raw.execute(
                    "INSERT INTO agents_agentskill (agent_id, skill_id, level) VALUES (%s, %s, %s)",
                    [holder, skill, level],
                )
        for client_, fields in self.clients:
            _update(scratch, "clients_client", "id", client_.pk, fields)
        for line in self.lines:
            self.apply_line(scratch, line.queue.pk)
        return replace(self, clones=clones)

    def apply_line(self, scratch: Scratch, queue: int) -> None:
        """The other rules of a line, as a version that the past has not: its lanes are made of them on first use."""
        for line in self.lines:
            if line.queue.pk != queue:
                continue
            _update(scratch, "clients_queue", "id", queue, line.fields)
            scratch.raw.execute("UPDATE clients_queue SET version = version + %s WHERE id = %s", [OTHER, queue])
            if line.wants is not None:
                scratch.raw.execute("DELETE FROM clients_queueskill WHERE queue_id = %s", [queue])
                for skill, level in line.wants:
                    scratch.raw.execute(
                        "INSERT INTO clients_queueskill (queue_id, skill_id, level) VALUES (%s, %s, %s)",
                        [queue, skill, level],
                    )
            if line.teams is not None:
                scratch.raw.execute("DELETE FROM agents_queueteam WHERE queue_id = %s", [queue])
                for team in line.teams:
                    scratch.raw.execute(
                        "INSERT INTO agents_queueteam (queue_id, team_id) VALUES (%s, %s)", [queue, team]
                    )


CLONE = """
    INSERT INTO agents_agent SELECT (jsonb_populate_record(NULL::agents_agent, to_jsonb(a) || jsonb_build_object(
        'id', copy.id, 'public_id', gen_random_uuid(), 'user_id', -copy.id, 'employee_number', 'R' || copy.id,
        'name', %(name)s::text))).*
    FROM agents_agent a, (SELECT nextval(pg_get_serial_sequence('agents_agent', 'id')) AS id) copy
    WHERE a.id = %(like)s RETURNING id
"""
CLONED = tuple(
    f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, to_jsonb(x) || jsonb_build_object("
    f"'agent_id', %(copy)s::bigint{key}))).* FROM {table} x WHERE x.agent_id = %(like)s"
    for table, key in (
        ("agents_seat", ""),
        ("agents_licence", ", 'id', nextval(pg_get_serial_sequence('agents_licence', 'id'))"),
        ("agents_agentskill", ", 'id', nextval(pg_get_serial_sequence('agents_agentskill', 'id'))"),
        ("agents_queueswitchedoff", ", 'id', nextval(pg_get_serial_sequence('agents_queueswitchedoff', 'id'))"),
    )
)


def _update(scratch: Scratch, table: str, key: str, value: int, fields: Mapping[str, Any]) -> None:
    if fields:
        sets = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in fields)
        statement = sql.SQL("UPDATE {} SET {} WHERE {} = %s").format(sql.Identifier(table), sets, sql.Identifier(key))
        scratch.raw.execute(statement, [*fields.values(), value])
