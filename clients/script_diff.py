"""What differs between two graphs, as a person reads it: steps added, removed and changed, old words and new."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from clients import flow_words
from clients.flow_picture import KINDS
from clients.script_graph import END, Graph, Step, parse

WAYS = ("next", "failed", "otherwise")
Words = str | Promise
Piece = tuple[str, str]  # "same", "old" or "new", and the words


@dataclass(frozen=True, slots=True)
class PartChange:
    """One part of a step: its words before and after; `pieces` tells both in one where they are sentences."""

    what: Words
    before: Sequence[str]
    after: Sequence[str]
    pieces: Sequence[Piece] = ()
    way: bool = False


@dataclass(frozen=True, slots=True)
class StepChange:
    """A step that is in both, and what of it differs."""

    step: Step
    parts: Sequence[PartChange]


@dataclass(frozen=True, slots=True)
class Difference:
    """From one graph to another; `order` and `start` say whether these differ."""

    added: Sequence[StepChange]
    removed: Sequence[StepChange]
    changed: Sequence[StepChange]
    order: bool
    start: tuple[str, str] | None

    @property
    def steps(self) -> list[str]:
        """The steps of the new graph that are new or changed."""
        return [change.step.id for change in (*self.added, *self.changed)]

    @property
    def count(self) -> int:
        """How many steps differ."""
        return len(self.added) + len(self.removed) + len(self.changed)

    @property
    def ways(self) -> int:
        """How many ways of kept steps lead elsewhere."""
        return sum(part.way for change in self.changed for part in change.parts)

    def __bool__(self) -> bool:
        return bool(self.count or self.order or self.start)


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Difference:
    """The difference of two graphs that can be read."""
    before, after = parse(old), parse(new)
    kept = [step for step in after.steps.values() if step.id in before]
    changed = [
        StepChange(step, parts) for step in kept if (parts := _parts(before[step.id], step, before, after))
    ]  # fmt: skip
    names = _name(before.start, before), _name(after.start, after)
    return Difference(
        added=[
            StepChange(step, _parts(_nothing(step), step, before, after))
            for step in after.steps.values()
            if step.id not in before
        ],
        removed=[
            StepChange(step, _parts(step, _nothing(step), before, after))
            for step in before.steps.values()
            if step.id not in after
        ],
        changed=changed,
        order=[step.id for step in kept] != [key for key in before.steps if key in after],
        start=names if before.start != after.start else None,
    )


def _nothing(step: Step) -> Step:
    """The step before anything was said of it."""
    return Step(step.id, step.kind, step.name)


def _parts(old: Step, new: Step, before: Graph, after: Graph) -> list[PartChange]:
    parts = []
    for key, what in flow_words.PARTS.items():
        if getattr(old, key) == getattr(new, key) or (key == "fields" and "act" in (old.kind, new.kind)):
            continue  # the fields of an act are the act's own
        was, now = _words(key, old, before), _words(key, new, after)
        pieces = pieces_of(was[0], now[0]) if key in ("text", "name") and was and now else []
        parts.append(PartChange(what, was, now, pieces, way=key in WAYS or _ways(key, old) != _ways(key, new)))
    return parts


def _ways(key: str, step: Step) -> list[str]:
    if key == "options":
        return [option.next for option in step.options]
    return [way for _value, way in step.cases] if key == "cases" else []


def _words(key: str, step: Step, graph: Graph) -> list[str]:
    """A part in lines of words; none where it is empty."""
    value = getattr(step, key)
    match key:
        case "fields":
            return [_field(one) for one in step.fields]
        case "facts":
            return [label for _fact, label in step.facts]
        case "options":
            return [_arrow(one.label or one.value, one.next, graph) for one in step.options]
        case "cases":
            return [_arrow(case, way, graph) for case, way in step.cases]
        case "params":
            return [f"{name}: {one}" for name, one in step.params.items()]
        case "required":
            return [str(flow_words.YES_NO["yes" if value else "no"])]
    if key in WAYS:
        return [_name(value, graph)] if value else []
    homes: dict[str, flow_words.Words] = {
        "sets": flow_words.SETS, "act": flow_words.ACTS, "on": flow_words.DECIDES_ON,
        "kind": {kind: words for kind, (_icon, words) in KINDS.items()},
    }  # fmt: skip
    return [str(homes.get(key, {}).get(value, value))] if value else []


def _field(one: Any) -> str:
    parts = [str(flow_words.FIELD_TYPES.get(one.type, one.type)), _("required") if one.required else ""]
    parts += [one.hint, ", ".join(label for _value, label in one.options)]
    return f"{one.label} ({'; '.join(part for part in parts if part)})"


def _arrow(words: str, way: str, graph: Graph) -> str:
    return f"{words} → {_name(way, graph)}" if way else words


def _name(step: str, graph: Graph) -> str:
    if step == END:
        return _("back to the flow that called")
    return graph[step].name if step in graph else step


def pieces_of(old: str, new: str) -> list[Piece]:
    """Both sentences in one: what stays, what goes and what comes, by words."""
    was, now = re.findall(r"\s+|\S+", old), re.findall(r"\s+|\S+", new)
    pieces: list[Piece] = []
    for what, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(("same", "".join(was[a:b])))
            continue
        pieces += [(kind, "".join(words)) for kind, words in (("old", was[a:b]), ("new", now[c:d])) if words]
    return pieces
