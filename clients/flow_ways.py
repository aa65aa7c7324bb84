"""What a way of a call flow is taken on, in few words: "passed", "failed", the answer, the case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.flow_words import YES_NO
from clients.models import Channel, OrderState, Product, ProductType, Reason, ReasonKind, ScriptVersion
from clients.script_graph import Graph, Step

LONGEST = 22
LETTER, ROOM = 6.4, 10.0  # of a label: width of a letter, and around all
PASSED, FAILED, OTHERWISE = _("passed"), _("failed"), _("otherwise")
KNOWN: dict[str, Mapping[str, Any]] = {
    "verified": YES_NO,
    "order_late": YES_NO,
    "reason_kind": dict(ReasonKind.choices),
    "channel": dict(Channel.choices),
    "order_state": dict(OrderState.choices),
    "direction": {"inbound": _("inbound"), "outbound": _("outbound")},
}
NAMED: dict[str, Any] = {"reason": Reason, "product": Product}
Names = Mapping[str, Mapping[str, Any]]


def names_of(version: ScriptVersion, graph: Graph) -> Names:
    """What the client calls the reasons and products that the flow decides on (a query each, where it does)."""
    client, on = version.script.client_id, {step.on for step in graph.steps.values() if step.kind == "decide"}
    found: dict[str, Mapping[str, Any]] = {
        name: dict(rows.objects.filter(client=client).values_list("code", "name"))
        for name, rows in NAMED.items()
        if name in on
    }
    if "product_type" in on:
        found["product_type"] = {one.code: str(one) for one in ProductType.objects.filter(client=client)}
    return found


def labels_of(graph: Graph, names: Names | None = None) -> dict[tuple[str, str], str]:
    """The words of each way that is taken on an answer, several joined, as short as they fit."""
    found: dict[tuple[str, str], list[str]] = {}
    for step in graph.steps.values():
        for target, words in _of(step, graph, names or {}):
            if target and words:
                known = found.setdefault((step.id, target), [])
                if str(words) not in known:
                    known.append(str(words))
    return {way: _short(", ".join(words)) for way, words in found.items()}


def taken_on(step: Step, graph: Graph, names: Names | None = None) -> list[tuple[str, str]]:
    """Each way on from a step, in full words: on what it is taken (empty for the usual one), and to which step."""
    told = [(str(words), target) for target, words in _of(step, graph, names or {}) if target]
    if step.kind in ("verify", "decide") or (step.options and all(option.next for option in step.options)):
        return told
    return [("", step.next)] if step.next and not any(one.next for one in step.options) else told


def width_of(words: str) -> float:
    """Of a label on the picture, in its units."""
    return round(len(words) * LETTER + ROOM, 1) if words else 0.0


def _of(step: Step, graph: Graph, names: Names) -> Iterator[tuple[str, str | Promise]]:
    match step.kind:
        case "verify":
            yield step.next, PASSED
            yield step.failed, FAILED
        case "choose":
            for option in step.options:
                yield option.next or step.next, option.label or option.value
            if step.options and all(option.next for option in step.options) and not step.required:
                yield step.next, OTHERWISE
        case "decide":
            for value, way in step.cases:
                yield way, _value(step.on, value, graph, names)
            yield step.otherwise, OTHERWISE


def _value(on: str, value: str, graph: Graph, names: Names) -> str | Promise:
    words: Mapping[str, Any] = names.get(on) or KNOWN.get(on) or {}
    if on.startswith("answer:"):
        words = _answers(graph, on.removeprefix("answer:"))
    found: str | Promise = words.get(value, value)
    return found


def _answers(graph: Graph, name: str) -> Mapping[str, str]:
    asked = graph.steps.get(name)
    if asked is not None and asked.options:
        return {option.value: option.label or option.value for option in asked.options}
    fields = (field for step in graph.steps.values() for field in step.fields if field.name == name)
    return next((dict(field.options) for field in fields if field.options), {})


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1].rstrip(' ,')}…"
