"""What is to be otherwise than it was: people, skills, licences, rules, shares; read, refused in words, applied.

{"without": ["E00012"], "more": [{"like": "E00007", "times": 2}], "shift": [{"agent": "E00007", "minutes": 30}],
 "licences": [{"agent": "E00007", "client": "acme", "state": "certified", "ramp_per_hour": 4}],
 "skills": [{"agent": "E00007", "skill": "billing", "level": 3}],
 "lines": [{"client": "acme", "line": "Questions", "strategy": "skill", "offer_seconds": 15,
            "wants": {"billing": 2}, "teams": ["Day"]}],
 "clients": [{"client": "acme", "floor_seats": 3, "ceiling_seats": 10}]}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from psycopg import sql

from agents.models import Agent, AgentSkill, Licence, LicenceState, Team
from bpo.kernel.errors import DomainError
from clients.models import Client, Queue, Skill
from interactions.replay.record import Change
from interactions.replay.rules import Rule
from interactions.replay.scratch import Scratch

NOBODY = "none"
LINE_FIELDS = (
    "strategy", "ageing_seconds", "offer_seconds", "cap_per_agent", "priority", "manual", "training",
    "miss_delay_seconds", "decline_delay_seconds", "miss_rule", "wait_limit_seconds", "last_agent_seconds",
    "floor_seats", "ceiling_seats",
)  # fmt: skip
CLIENT_FIELDS = ("floor_seats", "ceiling_seats")
# What lanes carry of their line.
LANE_FIELDS = ("strategy", "ageing_seconds", "training", "cap_per_agent", "offer_seconds")
MOST_CLONES = 200
MOST_MINUTES = 12 * 60


class BadChange(DomainError):
    """The description of a change is not understood; the sentence says where."""

    code = "bad_change"
    sentence = lazy("This change cannot be understood.")
    status = 400


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
        self.apply_lines(scratch)
        return replace(self, clones=clones)

    def apply_lines(self, scratch: Scratch) -> None:
        """The other rules of lines: in the lines and in all their lanes."""
        for line in self.lines:
            fields = dict(line.fields)
            _update(scratch, "clients_queue", "id", line.queue.pk, fields)
            lanes = {name: fields[name] for name in LANE_FIELDS if name in fields}
            if "manual" in fields:
                lanes["auto"] = not fields["manual"]
            if line.teams is not None:
                lanes["teams"] = list(line.teams) or None
            _update(scratch, "interactions_lane", "queue_id", line.queue.pk, lanes)
            if line.wants is not None:
                known = scratch.raw.execute(
                    "SELECT id, added FROM interactions_lane WHERE queue_id = %s", [line.queue.pk]
                ).fetchall()
                for lane, added in known:
                    wants = _packed([*line.wants, *(divmod(each, 10) for each in added)])
                    scratch.raw.execute("UPDATE interactions_lane SET wants = %s WHERE id = %s", [wants, lane])


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


def _packed(wants: Iterable[tuple[int, int]]) -> list[int]:
    levels: dict[int, int] = {}
    for skill, level in wants:
        levels[skill] = max(level, levels.get(skill, 0))
    return sorted(skill * 10 + level for skill, level in levels.items())


# --- read ------------------------------------------------------------------------------------------------------------


def read(told: Any) -> Changes:
    """The description, checked against who and what there is; BadChange says in words what is wrong."""
    known: dict[str, Callable[[Mapping[str, Any]], Any]] = {
        "more": _more, "shift": _shift, "licences": _licence, "skills": _skill, "lines": _line, "clients": _client,
    }  # fmt: skip
    if not isinstance(told, dict):
        raise BadChange(sentence=_("The change must be an object with names such as “without” or “lines”."))
    for name in told:
        if name != "without" and name not in known:
            names = ", ".join(["without", *known])
            raise BadChange(
                sentence=_("There is nothing called “%(name)s”. There are: %(names)s.") % {"name": name, "names": names}
            )
    found = {name: [one(_object(each, name)) for each in _list(told, name)] for name, one in known.items()}
    return Changes(
        without=frozenset(_agent(each).pk for each in _list(told, "without")),
        more=tuple(found["more"]),
        shifts=dict(found["shift"]),
        licences=tuple(found["licences"]),
        skills=tuple(found["skills"]),
        lines=tuple(found["lines"]),
        clients=tuple(found["clients"]),
    )


def _list(told: Mapping[str, Any], name: str) -> list[Any]:
    found = told.get(name, [])
    if not isinstance(found, list):
        raise BadChange(sentence=_("“%s” must be a list.") % name)
    return found


def _object(each: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(each, dict):
        raise BadChange(sentence=_("Each entry of “%s” must be an object.") % name)
    return each


def _only(each: Mapping[str, Any], *names: str) -> None:
    for name in each:
        if name not in names:
            raise BadChange(
                sentence=_("“%(name)s” cannot be changed here. What can: %(names)s.")
                % {"name": name, "names": ", ".join(names)}
            )


def _number(each: Mapping[str, Any], name: str, low: int, high: int, usual: int | None = None) -> int:
    value = each.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadChange(
            sentence=_("“%(name)s” must be a whole number from %(low)s to %(high)s.")
            % {"name": name, "low": low, "high": high}
        )
    return value


def _agent(number: Any) -> Agent:
    found = Agent.objects.filter(employee_number=str(number)).first()
    if found is None:
        raise BadChange(sentence=_("There is no agent with the number “%s”.") % number)
    return found


def _of_client(slug: Any) -> Client:
    found = Client.objects.filter(slug=str(slug)).first()
    if found is None:
        raise BadChange(sentence=_("There is no client “%s”.") % slug)
    return found


def _of_skill(code: Any) -> Skill:
    found = Skill.objects.filter(code=str(code)).first()
    if found is None:
        raise BadChange(sentence=_("There is no skill “%s”.") % code)
    return found


def _more(each: Mapping[str, Any]) -> tuple[Agent, int]:
    _only(each, "like", "times")
    return _agent(each.get("like")), _number(each, "times", 1, MOST_CLONES, 1)


def _shift(each: Mapping[str, Any]) -> tuple[int, timedelta]:
    _only(each, "agent", "minutes")
    return _agent(each.get("agent")).pk, timedelta(minutes=_number(each, "minutes", -MOST_MINUTES, MOST_MINUTES))


def _licence(each: Mapping[str, Any]) -> tuple[int, int, str, int | None]:
    _only(each, "agent", "client", "state", "ramp_per_hour")
    state = each.get("state", LicenceState.CERTIFIED)
    if state not in (*LicenceState.values, NOBODY):
        names = ", ".join([*LicenceState.values, NOBODY])
        raise BadChange(sentence=_("A licence is one of: %s.") % names)
    ramp = _number(each, "ramp_per_hour", 1, 1000) if each.get("ramp_per_hour") is not None else None
    return _agent(each.get("agent")).pk, _of_client(each.get("client")).pk, str(state), ramp


def _skill(each: Mapping[str, Any]) -> tuple[int, int, int]:
    _only(each, "agent", "skill", "level")
    return _agent(each.get("agent")).pk, _of_skill(each.get("skill")).pk, _number(each, "level", 0, 5)


def _line(each: Mapping[str, Any]) -> Line:
    _only(each, "client", "line", "wants", "teams", *LINE_FIELDS)
    client = _of_client(each.get("client"))
    queue = Queue.objects.filter(client=client, name=str(each.get("line"))).first()
    if queue is None:
        raise BadChange(sentence=_("%(client)s has no line “%(line)s”.") % {"client": client, "line": each.get("line")})
    fields = _fields(queue, each, LINE_FIELDS)
    wants = teams = None
    if "wants" in each:
        levels = _object(each["wants"], "wants")
        wants = tuple((_of_skill(code).pk, _number(levels, code, 1, 5)) for code in levels)
    if "teams" in each:
        teams = tuple(_team(name) for name in _list(each, "teams"))
    return Line(queue, fields, wants, teams)


def _team(name: Any) -> int:
    found = Team.objects.filter(name=str(name)).values_list("pk", flat=True).first()
    if found is None:
        raise BadChange(sentence=_("There is no team “%s”.") % name)
    return found


def _client(each: Mapping[str, Any]) -> tuple[Client, Mapping[str, Any]]:
    _only(each, "client", *CLIENT_FIELDS)
    client = _of_client(each.get("client"))
    return client, _fields(client, each, CLIENT_FIELDS)


def _fields(thing: Any, each: Mapping[str, Any], names: Iterable[str]) -> Mapping[str, Any]:
    """The new values as the model itself takes them."""
    found = {}
    for name in names:
        if name not in each:
            continue
        try:
            found[name] = thing._meta.get_field(name).clean(each[name], thing)
        except ValidationError as error:
            raise BadChange(
                sentence=_("“%(name)s” of %(thing)s: %(why)s")
                % {"name": name, "thing": thing, "why": " ".join(error.messages)}
            ) from error
        setattr(thing, name, found[name])
    low, high = thing.floor_seats, thing.ceiling_seats
    if low is not None and high is not None and low > high:
        raise BadChange(sentence=_("%s: the most it may hold is less than what it is served first for.") % thing)
    return found
