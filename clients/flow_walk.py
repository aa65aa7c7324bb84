"""Walking through a call flow as an agent would, for nobody: all that is known stands in the address.

A place is a step of the flow, or of the sub-process that the flow led into; a sub-process is the one in force for the
product and language, and leads back to the step after the one that called it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from django.http import QueryDict

from clients import flow_preview, scripts
from clients.models import Channel, Client, ScriptKind, ScriptVersion, VersionState
from clients.script_acts import OUTCOMES
from clients.script_graph import END, Graph, Step

LISTED = ("reason", "product")
MOST = 200  # steps behind one
KEY = 36  # letters of a public id


class Place(NamedTuple):
    """A step of the flow itself, or of a sub-process by its public id."""

    sub: str
    step: str

    def __str__(self) -> str:
        return f"{self.sub}:{self.step}" if self.sub else self.step


@dataclass(slots=True)
class Flows:
    """The flow that is tried, and the sub-processes that it leads into."""

    version: ScriptVersion
    graph: Graph
    subs: dict[str, tuple[ScriptVersion, Graph]] = field(default_factory=dict)

    @property
    def client(self) -> Client:
        """Whose flow it is."""
        return self.version.script.client

    def graph_of(self, place: Place) -> Graph:
        """The steps among which it stands; none of a sub-process that there is not."""
        return self._sub(place.sub)[1] if place.sub else self.graph

    def version_of(self, place: Place) -> ScriptVersion:
        """The version in which it stands."""
        return self._sub(place.sub)[0] if place.sub else self.version

    def step(self, place: Place) -> Step | None:
        """The step there, if there is one."""
        return self.graph_of(place).steps.get(place.step)

    def place(self, text: str) -> Place | None:
        """What an address says; None where that is no place."""
        sub, step = (text[:KEY], text[KEY + 1 :]) if text[KEY : KEY + 1] == ":" else ("", text)
        found = Place(sub, step)
        return found if self.step(found) else None

    def led_into(self, known: Mapping[str, str]) -> Place | None:
        """Where the sub-process begins that fits what is known; None where none is in force."""
        code = known.get("product_type", "")
        product_type = self.client.product_types.filter(code=code).first() if code else None
        language, channel = known.get("language", self.version.language), known.get("channel", "")
        found = scripts.sub_process(self.client, product_type, language, channel)
        if found is None:
            return None
        begin = Place(str(found.public_id), "")
        return Place(begin.sub, self.graph_of(begin).start)

    def _sub(self, key: str) -> tuple[ScriptVersion, Graph]:
        if key not in self.subs:
            self.subs[key] = self._found(key)
        return self.subs[key]

    def _found(self, key: str) -> tuple[ScriptVersion, Graph]:
        nothing = self.version, Graph("", {})
        try:
            public_id = UUID(key)
        except ValueError:
            return nothing
        own = ScriptVersion.objects.filter(script__client=self.client, script__kind=ScriptKind.SUB_PROCESS)
        found = own.select_related("script__client__brand").filter(public_id=public_id).first()
        graph = flow_preview.read(found) if found else None
        return (found, graph) if found and graph else nothing

    def arrive(self, at: Place, behind: Sequence[Place], known: Mapping[str, str]) -> tuple[list[Place], Place | None]:
        """Where an agent comes to by a way, and what is passed through unseen before it; None at an end."""
        unseen: list[Place] = []
        while len(unseen) < MOST:
            if at.sub and at.step in ("", END):
                at = self._back([*behind, *unseen])
            step = self.step(at)
            if step is None:
                return unseen, None
            if step.kind not in flow_preview.UNSEEN:
                return unseen, at
            unseen.append(at)
            if step.kind == "decide":
                at = Place(at.sub, _decided(step, known))
                continue
            into = None if at.sub else self.led_into(known)  # one within another is passed by
            at = into or Place(at.sub, step.next)
        return unseen, None

    def _back(self, behind: Sequence[Place]) -> Place:
        """The step after the one that called the sub-process last."""
        for place in reversed(behind):
            step = self.step(place) if not place.sub else None
            if step is not None and step.kind == "sub_process":
                return Place("", step.next)
        return Place("", "")


def _decided(step: Step, known: Mapping[str, str]) -> str:
    value = known.get(step.on.removeprefix("answer:"), "")
    return next((way for case, way in step.cases if case == value), step.otherwise)


@dataclass(frozen=True, slots=True)
class Walk:
    """How far somebody has walked: through which steps, and what is known by now; `at` is None at the end."""

    at: Place | None
    trail: Sequence[Place]
    known: Mapping[str, str]

    @classmethod
    def read(cls, sent: QueryDict, flows: Flows) -> Walk:
        """What an address tells: the steps behind, what is known, and the answers to the last of them."""
        known = _to_begin_with(flows.version, sent.get("channel", ""))
        known |= {key: value for key, _eq, value in (pair.partition("=") for pair in sent.getlist("known"))}
        trail = [place for place in map(flows.place, sent.getlist("trail")[-MOST:]) if place]
        here = flows.place(sent.get("from", ""))
        last = flows.step(here) if here else None
        if here is None or last is None:
            unseen, at = flows.arrive(Place("", flows.graph.start), [], known)
            return cls(at, unseen, known)
        known |= _answered(last, sent, flows.client)
        trail.append(here)
        if last.kind == "close":
            return cls(None, trail, known)
        way = last.next
        if last.kind == "choose":
            way = next((one.next for one in last.options if one.value == sent.get("choice") and one.next), way)
        elif last.kind == "verify" and "gave_up" in sent:
            way = last.failed
        unseen, at = flows.arrive(Place(here.sub, way), trail, known)
        return cls(at, [*trail, *unseen], known)

    @property
    def pairs(self) -> list[str]:
        """What is known, as an address carries it."""
        return [f"{key}={value}" for key, value in self.known.items()]


def versions_to_try(version: ScriptVersion) -> list[ScriptVersion]:
    """Of each language and channel of the script what is being written, else what is in force; this one before all."""
    found = version.script.versions.filter(state__in=[VersionState.DRAFT, VersionState.PUBLISHED])
    best = {(version.language, version.channel): version}
    for state in (VersionState.DRAFT, VersionState.PUBLISHED):
        for one in found.filter(state=state).order_by("language", "-number"):
            best.setdefault((one.language, one.channel), one)
    return list(best.values())


def to_try(version: ScriptVersion, language: str, channel: str) -> ScriptVersion:
    """The version for a language and a channel: one for that channel alone before one for each; else this one."""
    fits = [one for one in versions_to_try(version) if one.language == language and one.channel in ("", channel)]
    return max(fits, key=lambda one: (one.channel == channel, one == version), default=version)


def channels_to_try(version: ScriptVersion) -> list[str]:
    """The channels for which there is one in this language."""
    own = {one.channel for one in versions_to_try(version) if one.language == version.language}
    return [channel for channel in Channel.values if "" in own or channel in own]


def _to_begin_with(version: ScriptVersion, channel: str) -> dict[str, str]:
    outbound = version.script.kind == ScriptKind.OUTBOUND
    asked = channel if channel in Channel.values else ""
    return {
        "channel": version.channel or asked or Channel.VOICE.value, "language": version.language, "verified": "no",
        "direction": "outbound" if outbound else "inbound", "order_state": "at_depot", "order_late": "yes",
    }  # fmt: skip


def _answered(step: Step, sent: QueryDict, client: Client) -> dict[str, str]:
    """What the answers to a step make known."""
    found = {one.name: str(sent[one.name])[:200] for one in step.fields if sent.get(one.name)}
    choice = str(sent.get("choice", ""))[:200]
    if step.kind == "verify":
        found["verified"] = "no" if "gave_up" in sent else "yes"
    if step.act in OUTCOMES:
        found[step.id] = OUTCOMES[step.act][0][0]
    if step.kind != "choose" or not choice:
        return found
    found[step.sets if step.sets in LISTED else step.id] = choice
    if step.sets == "reason":
        found["reason_kind"] = client.reasons.filter(code=choice).values_list("kind", flat=True).first() or ""
    elif step.sets == "product":
        found["product_type"] = client.products.filter(code=choice).values_list("type__code", flat=True).first() or ""
    return found
