"""The graph of a script version as typed steps; its format is described in `clients.scripts`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from clients.script_acts import OF_ORDERS, Field, inputs_of

KINDS = ("say", "collect", "verify", "choose", "decide", "sub_process", "act", "close")
# What can be asked; an act's own questions may be an amount or a time of day as well.
FIELD_TYPES = ("text", "email", "phone", "date", "number", "choice", "order", "bill", "card")
FACTS = ("name", "postal_code", "birth_date", "account_number", "phone", "email", "order", "bill")
SETS = ("reason", "product", "answer")
DECIDES_ON = (
    "reason", "reason_kind", "product", "product_type", "verified", "channel", "direction", "language",
    "order_state", "order_late",
)  # fmt: skip

# What a text may name. Those of ACCOUNT_PLACEHOLDERS show account data: only after verification.
ACCOUNT_PLACEHOLDERS = frozenset(
    {"order", "order_item", "order_state", "order_total", "due", "shipped", "deliver_to", "paid_by", "bill",
     "bill_amount", "bill_due", "bill_lines", "account"}
)  # fmt: skip
PLACEHOLDERS = ACCOUNT_PLACEHOLDERS | {
    "client", "agent", "customer", "first_name", "product", "reason", "reference", "phone_shown", "today",
}  # fmt: skip

END = "return"
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice."""

    value: str
    label: str
    hint: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step; what does not belong to its kind is empty."""

    id: str
    kind: str
    name: str
    text: str = ""
    next: str = ""
    failed: str = ""
    required: bool = False
    fields: tuple[Field, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    sets: str = ""
    options: tuple[Option, ...] = ()
    on: str = ""
    cases: tuple[tuple[str, str], ...] = ()
    otherwise: str = ""
    act: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    def ways(self) -> Iterator[str]:
        """Every step this one may lead to, with repeats left in."""
        led = self.kind == "choose" and bool(self.options) and all(option.next for option in self.options)
        usual = "" if led else self.next  # where each answer has a way of its own, none goes the usual one
        yield from (way for way in (usual, self.failed, self.otherwise) if way)
        yield from (option.next for option in self.options if option.next)
        yield from (way for _, way in self.cases if way)

    def placeholders(self) -> set[str]:
        """The names between braces in everything a person reads here."""
        note = str(self.params.get("note", ""))
        texts = [self.text, note, *(f"{option.label} {option.hint}" for option in self.options)]
        return {name for text in texts for name in PLACEHOLDER.findall(text)}

    def shows_account(self) -> bool:
        """Whether a customer's account is shown, asked or changed here."""
        return bool(
            self.placeholders() & ACCOUNT_PLACEHOLDERS
            or self.kind == "sub_process"
            or self.act in OF_ORDERS
            or self.on.startswith("order_")
            or any(one.type in ("order", "bill") for one in self.fields)
        )


@dataclass(frozen=True, slots=True)
class Graph:
    """Start and steps by id, in the order they were written."""

    start: str
    steps: Mapping[str, Step]

    def __getitem__(self, step_id: str) -> Step:
        return self.steps[step_id]

    def __contains__(self, step_id: str) -> bool:
        return step_id in self.steps

    def main_path(self) -> list[Step]:
        """The steps in the order they were written: what an agent sees as the way ahead."""
        return list(self.steps.values())


def parse(graph: Mapping[str, Any]) -> Graph:
    """Read the stored JSON; a KeyError or TypeError means it is no graph at all (`check` says so in words)."""
    steps = {}
    for raw in graph.get("steps", []):
        step = _step(raw)
        steps[step.id] = step
    return Graph(start=str(graph.get("start", "")), steps=steps)


def _step(raw: Mapping[str, Any]) -> Step:
    asked = tuple(_field(one) for one in raw.get("fields", []))
    return Step(
        id=str(raw["id"]),
        kind=str(raw["kind"]),
        name=str(raw.get("name") or raw["id"]),
        text=str(raw.get("text", "")),
        next=str(raw.get("next") or ""),
        failed=str(raw.get("failed") or ""),
        required=bool(raw.get("required", False)),
        fields=inputs_of(str(raw.get("act", ""))) if raw["kind"] == "act" else asked,
        facts=tuple((str(one["fact"]), str(one["label"])) for one in raw.get("facts", [])),
        sets=str(raw.get("sets", "")),
        options=tuple(
            Option(str(one["value"]), str(one["label"]), str(one.get("hint", "")), str(one.get("next") or ""))
            for one in raw.get("options", [])
        ),
        on=str(raw.get("on", "")),
        cases=tuple((str(one["value"]), str(one.get("next") or "")) for one in raw.get("cases", [])),
        otherwise=str(raw.get("otherwise") or ""),
        act=str(raw.get("act", "")),
        params=dict(raw.get("params", {})),
    )


def _field(raw: Mapping[str, Any]) -> Field:
    return Field(
        name=str(raw["name"]),
        label=str(raw["label"]),
        type=str(raw.get("type", "text")),
        required=bool(raw.get("required", False)),
        hint=str(raw.get("hint", "")),
        options=tuple((str(one["value"]), str(one["label"])) for one in raw.get("options", [])),
    )
