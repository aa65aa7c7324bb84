"""The verbs of the table language: each is what a customer, an agent or a supervisor does at the border."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from agents import presence
from agents.models import ConsoleSession
from bpo.kernel import clock
from interactions.models import Leg, LegState
from interactions.routing import timers
from interactions.routing.sweep import Sweep
from tests import factories as make
from tests.flows.floor import WEDNESDAY
from tests.invariants import broken_invariants
from tests.routing.house import Caller, House, Row

LIVE = ["offered", "handling", "wrapping"]
LONGEST_HOP = 1e6
UNSWEPT = 2.0  # seconds: what an event made possible must not need the sweep


def play(row: Row) -> None:
    """Run a row: its script by the clock, its checks on the way, and the offers in their order at the end."""
    with clock.set_to(WEDNESDAY):
        acts = Acts(House(row))
        for line in filter(None, (each.strip() for each in row.script.splitlines())):
            acts.step(line)
        assert broken_invariants() == []
        assert " ".join(acts.rung) == " ".join(row.offers.split()), row.policy


class Acts:
    """A house in which things happen; `rung` is who was offered what so far."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.contacts: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.owner: dict[str, Caller] = {}
        self.promised = "?"
        self.rung: list[str] = []
        self.sweep = Sweep()
        self.seen: set[str] = set()

    # --- the clock -----------------------------------------------------------------------------------------------

    def step(self, line: str) -> None:
        """One line of a script: `5: bea declines ann`, `5: ! bob picks ann` (refused), `60:` (only time)."""
        seconds, _colon, said = line.partition(":")
        self.until(float(seconds))
        said = said.strip()
        if not said:
            return
        refused = said.startswith("!")
        who, verb, *rest = said.removeprefix("!").split()
        act: Callable[..., Any] = getattr(self, f"{verb.replace('-', '_')}_")
        answer = act(who, *rest)
        if answer is not None:
            fine = answer.status_code < 300
            assert fine != refused and answer.status_code < 500, (line, answer.status_code, answer.content)
        self.look()

    def until(self, seconds: float) -> None:
        """On to that second; the sweep looks whenever something falls due, and after any longer while."""
        goal = WEDNESDAY + timedelta(seconds=seconds)
        while clock.now() < goal:
            left = (goal - clock.now()).total_seconds()
            due = timers.next_due(clock.now(), longest=LONGEST_HOP)
            clock.advance(min(left, due))
            if due <= left or left > UNSWEPT:
                presence.seen("web")
                self.sweep.once(clock.now())
                self.look()

    def look(self) -> None:
        """What rings on which desk now, as the desk is told."""
        ringing = Leg.objects.filter(state=LegState.OFFERED).exclude(public_id__in=self.seen)
        names = {agent.pk: name for name, agent in self.house.agents.items()}
        new = []
        for name in {names[pk] for pk in ringing.values_list("agent", flat=True)}:
            for leg in self.house.desks[name].get("legs/", state="offered")["results"]:
                self.seen.add(leg["public_id"])
                new.append((leg["offered_at"], f"{name}<{self._name_of(leg['interaction'])}"))
        self.rung += [words for _at, words in sorted(new)]

    def _name_of(self, public_id: str) -> str:
        """Whose contact it is; an attempt to call back has the name it was promised under."""
        if public_id not in self.names:
            self.names[public_id], self.contacts[self.promised] = self.promised, public_id
        return self.names[public_id]

    # --- customers -----------------------------------------------------------------------------------------------

    def calls_(self, who: str, *words: str) -> Any:
        return self._arrives(who, "voice", *words)

    def chats_(self, who: str, *words: str) -> Any:
        return self._arrives(who, "chat", *words)

    def mails_(self, who: str, *words: str) -> Any:
        return self._arrives(who, "email", *words)

    def _arrives(self, who: str, channel: str, *words: str) -> Any:
        """`ann2` is Ann once more; `anon` has no number. Words: the line (Help unless told), priority=, wants=."""
        line = next((each for each in words if "=" not in each), "Help")
        given: dict[str, Any] = dict(each.split("=") for each in words if "=" in each)
        person = re.sub(r"\d", "", who)
        if person != "anon":
            given["from_phone"] = f"+1614555{sum(ord(letter) * 7**n for n, letter in enumerate(person)) % 9000 + 1000}"
        if "wants" in given:
            pairs = [each.split(":") for each in given["wants"].split(",")]
            given["wants"] = [{"skill": code, "level": int(level)} for code, level in pairs]
        if "for" in given:
            given["preferred_seconds"] = int(given.pop("for"))
        if "prefers" in given:
            given["preferred_agent"] = str(self.house.agents[given.pop("prefers")].public_id)
        caller = self.house.keys[self.house.lines[line].client.name]
        fixed = {"door": self.house.doors[line], "provider_id": who, "channel": channel, "from_name": person}
        answer = caller.post("interactions/", **fixed, **given)
        if answer.status_code == 201:
            self._known(who, answer.json()["interaction"]["public_id"], caller)
        return answer

    def _known(self, name: str, public_id: str, caller: Caller) -> None:
        self.contacts[name], self.names[public_id], self.owner[name] = public_id, name, caller

    def leaves_(self, who: str) -> Any:
        return self.owner[who].post(f"interactions/{self.contacts[who]}/left/")

    def writes_(self, who: str) -> Any:
        return self.owner[who].post(f"interactions/{self.contacts[who]}/says/", text="Hello?", provider_id=str(uuid4()))

    def asks_callback_(self, who: str) -> Any:
        return self.owner[who].post(f"interactions/{self.contacts[who]}/call-me/", number="+16145550199")

    # --- agents --------------------------------------------------------------------------------------------------

    def goes_(self, who: str, to: str, *reason: str) -> Any:
        """available, break, signed_out; signed_out after: when the work in hand is done."""
        words = {"reason": "Lunch"} if to == "break" else {"after_this": True} if reason else {}
        return self.house.desks[who].post("me/presence/", presence=to, **words)

    def leg_of(self, who: str, contact: str) -> str:
        """The live leg of this agent on this contact."""
        legs = self.house.desks[who].get("legs/", state=LIVE)["results"]
        found = [leg["public_id"] for leg in legs if leg["interaction"] == self.contacts[contact]]
        assert found, f"{who} has nothing of {contact}"
        return found[0]

    def _on(self, who: str, contact: str, act: str, **given: Any) -> Any:
        return self.house.desks[who].post(f"legs/{self.leg_of(who, contact)}/{act}/", **given)

    def accepts_(self, who: str, *contacts: str) -> Any:
        for each in contacts:
            answer = self._on(who, each, "accept")
            self.look()
        return answer

    def declines_(self, who: str, contact: str) -> Any:
        return self._on(who, contact, "decline", reason="not now")

    def is_busy_for_(self, who: str, contact: str) -> Any:
        return self._on(who, contact, "busy")

    def ends_(self, who: str, contact: str) -> Any:
        return self._on(who, contact, "end")

    def holds_(self, who: str, contact: str) -> Any:
        return self._on(who, contact, "hold")

    def resumes_(self, who: str, contact: str) -> Any:
        return self._on(who, contact, "resume")

    def finishes_(self, who: str, contact: str, code: str = "solved") -> Any:
        return self._on(who, contact, "finish", disposition=None if code == "nothing" else code)

    def extends_(self, who: str, contact: str) -> Any:
        return self._on(who, contact, "extend")

    def parks_(self, who: str, contact: str, seconds: str = "") -> Any:
        until = (clock.now() + timedelta(seconds=int(seconds))).isoformat() if seconds else None
        return self._on(who, contact, "park", until=until)

    def unparks_(self, who: str, contact: str) -> Any:
        return self.house.desks[who].post(f"interactions/{self.contacts[contact]}/unpark/")

    def picks_(self, who: str, contact: str) -> Any:
        return self.house.desks[who].post(f"interactions/{self.contacts[contact]}/pick/")

    def takes_over_(self, who: str, contact: str) -> Any:
        return self.house.desks[who].post(f"interactions/{self.contacts[contact]}/take-over/", reason="ill")

    def transfers_(self, who: str, contact: str, to: str) -> Any:
        line = self.house.lines.get(to)
        given = {"queue": str(line.public_id)} if line else {"colleague": str(self.house.agents[to].public_id)}
        return self._on(who, contact, "transfer", **given)

    def consults_(self, who: str, contact: str, colleague: str) -> Any:
        return self._on(who, contact, "consult", colleague=str(self.house.agents[colleague].public_id))

    def hands_over_(self, who: str, contact: str) -> Any:
        return self._on(who, contact, "consult/complete")

    def ends_consult_(self, who: str, contact: str) -> Any:
        return self._on(who, contact, "consult/end")

    def loses_console_(self, who: str) -> None:
        presence.disconnected(self.house.agents[who].consoles.get().key)

    def has_console_again_(self, who: str) -> None:
        ConsoleSession.objects.filter(agent=self.house.agents[who]).delete()
        presence.connected(self.house.agents[who], uuid4(), "web")

    def promises_(self, who: str, contact: str, name: str, after: str, window: str) -> Any:
        """Bea promises Ann to call herself, due after so many seconds within a window of so many."""
        due = clock.now() + timedelta(seconds=int(after))
        until = due + timedelta(seconds=int(window))
        given = {"number": "+16145550199", "due_from": due.isoformat(), "due_until": until.isoformat(), "mine": True}
        self.promised = name
        return self._on(who, contact, "callback", **given)

    # --- supervisors ---------------------------------------------------------------------------------------------

    def _moves(self, contact: str, act: str, **given: Any) -> Any:
        return self.house.sue.post(f"interactions/{self.contacts[contact]}/{act}/", reason="floor", **given)

    def takes_back_(self, _sue: str, contact: str) -> Any:
        return self._moves(contact, "take-back")

    def assigns_(self, _sue: str, contact: str, agent: str) -> Any:
        return self._moves(contact, "assign", agent_id=str(self.house.agents[agent].public_id))

    def raises_(self, _sue: str, contact: str, priority: str) -> Any:
        return self._moves(contact, "priority", priority=int(priority))

    def opens_step_of_(self, _sue: str, contact: str) -> Any:
        return self._moves(contact, "overflow")

    def _about(self, agent: str, end: str, *, by: Caller | None = None, **given: Any) -> Any:
        return (by or self.house.sue).post(f"agents/{self.house.agents[agent].public_id}/{end}/", **given)

    def gives_(self, _sue: str, agent: str, skill: str) -> Any:
        """`es=3`, `es=none`."""
        code, _equals, level = skill.partition("=")
        value = None if level == "none" else int(level)
        return self._about(agent, "skill", skill=code, level=value, reason="tested")

    def switches_(self, _sue: str, agent: str, line: str, on: str) -> Any:
        queue = str(self.house.lines[line].public_id)
        return self._about(agent, "line", queue=queue, on=on == "on", reason="floor")

    def licences_(self, _sue: str, agent: str, act: str, *words: str) -> Any:
        """Of Acme: suspend, certify, train; certify ramp=1."""
        terms = {"ramp_per_hour": int(words[0].partition("=")[2])} if words else {}
        client = self.house.clients["Acme"]
        return self._about(agent, "licence", client=str(client.public_id), act=act, reason="floor", **terms)

    def forces_(self, _sue: str, agent: str, to: str) -> Any:
        return self._about(agent, "force", presence=to, reason="Talk" if to == "break" else "", why="floor")

    def enlarges_(self, _ada: str, agent: str, *words: str) -> Any:
        """Another capacity profile: `chat_cap=2`."""
        profile = make.profile(**{key: int(value) for key, value in (each.split("=") for each in words)})
        path = f"agents/{self.house.agents[agent].public_id}/"
        return self.house.admin.post(path, method="patch", profile=profile.name)

    def deactivates_(self, _ada: str, agent: str) -> Any:
        answer = self._about(agent, "deactivate", by=self.house.admin, why="left us")
        del self.house.desks[agent]
        return answer

    def _line(self, line: str, act: str = "", *, method: str = "post", **given: Any) -> Any:
        return self.house.admin.post(f"{self.house.path_of(line)}{act and act + '/'}", method=method, **given)

    def pauses_(self, _ada: str, line: str) -> Any:
        return self._line(line, "pause", reason="floor")

    def opens_(self, _ada: str, line: str) -> Any:
        return self._line(line, "open", reason="floor")

    def closes_(self, _ada: str, line: str) -> Any:
        return self._line(line, "close", reason="floor")

    def sets_(self, _ada: str, line: str, *words: str) -> Any:
        given = {key: int(value) if value.isdigit() else value for key, value in (each.split("=") for each in words)}
        return self._line(line, method="patch", reason="floor", **given)

    # --- checks --------------------------------------------------------------------------------------------------

    def is_(self, who: str, state: str, more: str = "") -> None:
        """`ann is queued`, `ann is closed abandoned`, `bea is break`, `ann is priority 3`."""
        if who in self.house.agents:
            found = self.house.desks[who].get("me/presence/")["presence"]
            assert found == state, (who, found)
            return
        contact = self.owner[who].get(f"interactions/{self.contacts[who]}/")
        if state == "priority":
            assert contact["priority"] == int(more), contact
        else:
            assert (contact["state"], contact["outcome"] or "") == (state, more), contact

    def has_(self, who: str, *contacts: str) -> None:
        """What is in her hand, in any order: `bea has ann ben`, `bea has nothing`."""
        legs = self.house.desks[who].get("legs/", state=["handling"])["results"]
        found = sorted(self.names[leg["interaction"]] for leg in legs)
        assert found == sorted(set(contacts) - {"nothing"}), (who, found)

    def wraps_(self, who: str, *contacts: str) -> None:
        """What is in her wrap-up."""
        legs = self.house.desks[who].get("legs/", state=["wrapping"])["results"]
        found = sorted(self.names[leg["interaction"]] for leg in legs)
        assert found == sorted(set(contacts) - {"nothing"}), (who, found)
