"""The table language: a row is a house, a script of what happens in it, and who is offered what, in order.

    Row(
        "after a decline the next one is asked",
        "A decline keeps the contact's place; it is offered to the next at once, to who declined after the delay.",
        agents=["bea", "bob"],
        script=\"\"\"
            0: ann calls
            5: bea declines ann
        \"\"\"
        offers="bea<ann bob<ann",
    )

Agents are given the longest idle first. Their words: a skill and its level (`es=4`), `of=Bolt` (the client they are
certified for, Acme unless told; several with a comma), `team=`, `licence=training`, `ramp=`, `wrap=` (their own
seconds), `is=break` or `is=signed_out`, `idle=` (seconds), and whatever a capacity profile has (`chat_cap=1`).
Lines are settings as the API takes them, and `of`, `wants` ("es:4"), `teams`, `steps` ("10 drop_skill es").
The verbs of a script are the methods of `acts.Acts`; `!` before one says that it is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.test import Client as Browser

from agents import presence
from agents.models import Agent, LicenceState, Presence, Seat, StepAction, Team
from bpo.kernel import clock
from clients import api_keys
from clients.models import Client, EntryKind, Queue
from interactions import eligibility, states
from tests import factories as make

PROFILE = ("budget", "points", "cap", "yields")


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    policy: str
    script: str
    offers: str
    agents: Iterable[str] = ("bea",)
    lines: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {"Help": {}})
    shares: Mapping[str, tuple[int | None, int | None]] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


class Caller:
    """Somebody or something that calls the API."""

    def __init__(self, user: Any = None, secret: str = "") -> None:
        self.browser = Browser()
        if user:
            self.browser.force_login(user)
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def get(self, path: str, **query: Any) -> Any:
        """What the API answers, which must be well."""
        answer = self.browser.get(f"/api/v1/{path}", query, headers=self.headers)
        assert answer.status_code == 200, (path, answer.content)
        return answer.json()

    def post(self, path: str, *, method: str = "post", **data: Any) -> Any:
        """The answer itself: an act may be refused."""
        call = getattr(self.browser, method)
        return call(f"/api/v1/{path}", json.dumps(data), content_type="application/json", headers=self.headers)


class House:
    """The clients, lines and people of a row; lines that differ from the usual are set up by the API."""

    def __init__(self, row: Row) -> None:
        self.ada = make.admin()
        self.clients: dict[str, Client] = {}
        self.keys: dict[str, Caller] = {}
        self.lines: dict[str, Queue] = {}
        self.doors: dict[str, str] = {}
        self.agents: dict[str, Agent] = {}
        self.desks: dict[str, Caller] = {}
        for name, words in row.lines.items():
            self.client(words.get("of", "Acme"))
            self._line(name, dict(words))
        every = list(row.agents)
        for n, words in enumerate(every):
            self._agent(words, idle=600 - n)
        for name, (floor, ceiling) in row.shares.items():
            why = {} if name in self.clients else {"reason": "share"}
            self.admin.post(self.path_of(name), method="patch", floor_seats=floor, ceiling_seats=ceiling, **why)

    @cached_property
    def admin(self) -> Caller:
        """Ada, who may do everything."""
        return Caller(self.ada)

    @cached_property
    def sue(self) -> Caller:
        """The supervisor of all clients and teams here."""
        return Caller(make.supervisor(*self.clients.values(), teams={agent.team for agent in self.agents.values()}))

    def path_of(self, name: str) -> str:
        """The address of a client or of a line."""
        if name in self.clients:
            return f"clients/{self.clients[name].public_id}/"
        return f"clients/{self.lines[name].client.public_id}/queues/{self.lines[name].public_id}/"

    def client(self, name: str) -> Client:
        """The client of that name, with a machine of its own."""
        if name not in self.clients:
            made = self.clients[name] = make.client(name)
            _row, secret = api_keys.make(made, name="shop", scopes=["read", "act", "route"], by=self.ada)
            self.keys[name] = Caller(secret=secret)
            make.disposition(made, "Solved", code="solved")
        return self.clients[name]

    def _line(self, name: str, words: dict[str, Any]) -> None:
        of = self.clients[words.pop("of", "Acme")]
        if not words:
            self.lines[name] = make.queue(of, name, wrap_up="none")
            self.doors[name] = str(make.door(of, EntryKind.API, into=self.lines[name]).public_id)
            return
        teams, wants = words.pop("teams", ""), words.pop("wants", "")
        steps = [self._step(said) for said in words.pop("steps", ())]
        hours, priority = words.pop("hours", None), words.pop("door_priority", None)
        if hours:
            opens, closes = (60 * int(each[:2]) + int(each[3:]) for each in hours.split("-"))
            spans = [{"weekday": day, "opens": opens, "closes": closes} for day in range(7)]
            given = {"name": f"Hours of {name}", "zone": "UTC", "always_open": False, "spans": spans}
            words["hours"] = self._made(of, "hours", **given)
        wanted = [{"skill": make.skill(code).code, "level": level} for code, level in _levels(wants)]
        given = {"name": name, "channels": ["voice", "chat", "email"], "wrap_up": "none", "wanted_skills": wanted}
        given |= {"teams": [str(_team(team).public_id) for team in teams.split()], "overflow_steps": steps}
        line = self._made(of, "queues", **{**given, **words})
        self.lines[name] = Queue.objects.get(public_id=line)
        self.doors[name] = str(make.door(of, EntryKind.API, into=self.lines[name], priority=priority).public_id)

    def _made(self, of: Client, what: str, **given: Any) -> str:
        answer = self.admin.post(f"clients/{of.public_id}/{what}/", **given)
        assert answer.status_code == 201, answer.content
        return answer.json()["public_id"]

    def _step(self, said: str) -> dict[str, Any]:
        """`10 relax_level es 2`, `30 overflow Rescue` (a line named before)."""
        after, action, *rest = said.split()
        step: dict[str, Any] = {"after_seconds": int(after), "action": action}
        match action, rest:
            case StepAction.RELAX_LEVEL, [code, level]:
                step |= {"skill": make.skill(code).code, "level": int(level)}
            case StepAction.DROP_SKILL, [code]:
                step |= {"skill": make.skill(code).code}
            case StepAction.ADD_TEAM, [team]:
                step |= {"team": str(_team(team).public_id)}
            case StepAction.RAISE_PRIORITY, [by]:
                step |= {"raise_by": int(by)}
            case StepAction.OVERFLOW, [line]:
                step |= {"to_queue": str(self.lines[line].public_id)}
        return step

    def _agent(self, said: str, *, idle: int) -> None:
        name, *rest = said.split()
        words = dict(each.split("=") for each in rest)
        of = [self.client(each) for each in words.pop("of", "Acme").split(",")]
        profile = {
            key: int(words.pop(key)) for key in list(words) if key.rpartition("_")[2] in PROFILE or "yield" in key
        }
        terms = {"state": words.pop("licence", LicenceState.CERTIFIED)}
        if "ramp" in words:
            terms["ramp_per_hour"] = words.pop("ramp")
        state, team, wrap = words.pop("is", Presence.AVAILABLE), words.pop("team", ""), words.pop("wrap", None)
        idle = int(words.pop("idle", idle))
        fields: dict[str, Any] = {
            "idle_since": clock.now() - timedelta(seconds=idle),
            "skills": {code: int(level) for code, level in words.items()},
            "in_team": _team(team) if team else None,
            "capacity": make.profile(**profile) if profile else None,
            "wrap_up_seconds": int(wrap) if wrap else None,
            "available": True,
        }
        agent = self.agents[name] = make.agent(name.title(), **fields)
        for client in of:
            make.licence(agent, client, **terms)
        eligibility.recompile_agent(agent.pk)
        states.recount_seat(agent.pk)
        presence.connected(agent, uuid4(), "web")
        reason = "Lunch" if state == Presence.BREAK else ""
        Seat.objects.filter(pk=agent.pk).update(presence=state, reason=reason)
        self.desks[name] = Caller(agent.user)


def _levels(words: str) -> list[tuple[str, int]]:
    """es:4 billing:2."""
    return [(code, int(level)) for code, _colon, level in (each.partition(":") for each in words.split())]


def _team(name: str) -> Team:
    return Team.objects.get_or_create(name=name)[0]
