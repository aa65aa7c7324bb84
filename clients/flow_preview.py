"""A call flow as the agent will see it, for a sample customer: nothing is asked of anybody and nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clients import flow_words, scripts
from clients.flow_picture import KINDS
from clients.models import Channel, Client, ScriptKind, ScriptVersion
from clients.script_acts import OUTCOMES, Field
from clients.script_graph import Graph, Option, Step

LISTED = ("reason", "product")
BUTTONS: dict[str, str | Promise] = {"verify": _("Check"), "close": _("Resolve")}
UNSEEN = ("decide", "sub_process")
MOST_UNSEEN = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """One step at the desk: its words, what is asked, the answers, and what the button says."""

    step: Step
    text: SafeString
    fields: Sequence[Field]
    facts: Sequence[tuple[str, str]]
    options: Sequence[Option]
    button: str | Promise

    @property
    def icon(self) -> str:
        """Of its kind."""
        return KINDS[self.step.kind][0] if self.step.kind in KINDS else "help"

    @property
    def unseen(self) -> bool:
        """Whether the agent never sees it: it is passed through."""
        return self.step.kind in UNSEEN


def sample_words(version: ScriptVersion) -> dict[str, str]:
    """What placeholders become: company and agent by name, the rest of a customer who does not exist."""
    client = version.script.client
    brand = getattr(client, "brand", None)
    words = {**flow_words.SAMPLE, "client": brand.public_name if brand else client.name, "agent": "Alex"}
    words["reference"] = f"{client.reference_prefix}-7K3F9Q"
    words["today"] = "24 November"
    words["phone_shown"] = (brand.phone_shown if brand else "") or "+1 555 0100"
    return words


def seen(step: Step, words: Mapping[str, str], listed: Mapping[str, Sequence[Option]]) -> Seen:
    """The step as it is drawn at the desk. `listed` are the client's own reasons and products."""
    options = step.options or tuple(listed.get(step.sets, ())) if step.kind == "choose" else ()
    worded = [replace(one, label=scripts.render(one.label, words)) for one in options]
    fields = [replace(one, label=scripts.render(one.label, words)) for one in step.fields]
    button = step.name if step.kind == "act" else BUTTONS.get(step.kind, _("Next"))
    return Seen(step, scripts.render(step.text, words), fields, step.facts, worded, button)


def listed_of(client: Client, graph: Graph) -> dict[str, list[Option]]:
    """The reasons and products that choices without answers of their own show."""
    wanted = {step.sets for step in graph.steps.values() if step.kind == "choose" and not step.options}
    found: dict[str, list[Option]] = {}
    if "reason" in wanted:
        found["reason"] = [Option(one.code, one.name) for one in client.reasons.filter(active=True)]
    if "product" in wanted:
        found["product"] = [Option(one.code, one.name) for one in client.products.filter(active=True)]
    return found


def arrive(graph: Graph, way: str, known: Mapping[str, str]) -> tuple[list[str], str]:
    """Where an agent comes to by a way, and what is passed through unseen before it."""
    unseen: list[str] = []
    while way in graph and graph[way].kind in UNSEEN and len(unseen) < MOST_UNSEEN:
        unseen.append(way)
        way = _decided(graph[way], known) if graph[way].kind == "decide" else graph[way].next
    return unseen, way if way in graph and graph[way].kind not in UNSEEN else ""


def _decided(step: Step, known: Mapping[str, str]) -> str:
    value = known.get(step.on.removeprefix("answer:"), "")
    return next((way for case, way in step.cases if case == value), step.otherwise)


@dataclass(frozen=True, slots=True)
class Walk:
    """How far somebody has walked: through which steps, and what is known by now; `at` is empty at the end."""

    at: str
    trail: Sequence[str]
    known: Mapping[str, str]

    @classmethod
    def read(cls, sent: QueryDict, version: ScriptVersion, graph: Graph) -> Walk:
        """What an address tells: the steps behind, what is known, and the answers to the last of them."""
        known = _to_begin_with(version) | {key: value for key, _eq, value in map(_parted, sent.getlist("known"))}
        trail = [step for step in sent.getlist("trail") if step in graph][-MOST_UNSEEN:]
        last = graph.steps.get(sent.get("from", ""))
        if last is None:
            unseen, at = arrive(graph, graph.start, known)
            return cls(at, unseen, known)
        known |= _answered(last, sent, version.script.client)
        way = last.next
        if last.kind == "choose":
            way = next((one.next for one in last.options if one.value == sent.get("choice") and one.next), way)
        elif last.kind == "verify" and "gave_up" in sent:
            way = last.failed
        unseen, at = arrive(graph, "" if last.kind == "close" else way, known)
        return cls(at, [*trail, last.id, *unseen], known)

    @property
    def pairs(self) -> list[str]:
        """What is known, as an address carries it."""
        return [f"{key}={value}" for key, value in self.known.items()]


def _parted(pair: str) -> tuple[str, str, str]:
    return pair.partition("=")


def _to_begin_with(version: ScriptVersion) -> dict[str, str]:
    outbound = version.script.kind == ScriptKind.OUTBOUND
    return {
        "channel": version.channel or Channel.VOICE.value, "language": version.language, "verified": "no",
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
