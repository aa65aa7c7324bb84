"""Follows a script without rows: the same visits that `interactions.runs` writes, from a person's answers. Pure."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from clients.script_graph import END, Graph, Step

MAIN, SUB = "main", "sub"
DONE_ORDER = ("delivered", "cancelled")
RARE = ("other", "later", "cannot", "refund", "resend", "elsewhere", "wrong", "visit", "meeting")
"""Answers that lead to further work: chosen seldom, and never in a past, whose acts are issues of orders alone."""


@dataclass(frozen=True, slots=True)
class OrderFact:
    """An order as a decision sees it."""

    number: str
    state: str
    due_on: date | None

    def late(self, at: datetime) -> bool:
        """Whether it should have come by then."""
        return self.due_on is not None and self.state not in DONE_ORDER and self.due_on < at.date()


@dataclass(frozen=True, slots=True)
class Visit:
    """One step entered and left; `data` is what was posted, None for unseen steps."""

    graph: str
    step: str
    entered: datetime
    left: datetime | None = None
    next: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, str] | None = None
    verified: Mapping[str, Any] | None = None
    sets: tuple[str, str] | None = None
    issue: tuple[str, str, str, str] | None = None
    """Kind and note of an order issue, the step that made it, and the order."""


@dataclass(slots=True)
class Walk:
    """One following of a script; `subs` are the sub-processes by type of product."""

    main: Graph
    subs: Mapping[str, Graph]
    facts: Mapping[str, str]
    orders: tuple[OrderFact, ...]
    reason: str
    product: str
    kinds: Mapping[str, str]
    types: Mapping[str, str]
    draw: random.Random
    at: datetime
    passes: bool = True
    visits: list[Visit] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    sub: Graph | None = None
    back: str = ""
    verified: bool | None = None
    product_set: str = ""
    reason_set: str = ""

    def begin(self) -> None:
        """Stand at the first step."""
        self._enter(self.main.start)

    @property
    def here(self) -> Step:
        """The open step."""
        visit = self.visits[-1]
        return (self.sub if visit.graph == SUB and self.sub else self.main)[visit.step]

    def go_on(self, seconds: float) -> bool:
        """Answer the open step after a while; False where the walk ends."""
        step = self.here
        answered = self._answer(step)
        if answered is None:
            return False
        self.at += timedelta(seconds=seconds)
        changes, way = answered
        self._leave(way, **changes)
        self._enter(way)
        return True

    def _leave(self, way: str, **changes: Any) -> None:
        last = self.visits.pop()
        self.visits.append(Visit(last.graph, last.step, last.entered, self.at, way, **changes))

    def _enter(self, step_id: str) -> None:
        while True:
            if step_id == END and self.sub is not None:
                self.sub = None
                step_id = self.main[self.back].next
                continue
            graph = self.sub or self.main
            step = graph[step_id]
            self.visits.append(Visit(SUB if self.sub else MAIN, step_id, self.at))
            if step.kind == "decide":
                way = next((way for value, way in step.cases if value == self._value(step.on)), step.otherwise)
            elif step.kind == "sub_process":
                found = self.subs.get(self.types.get(self.product_set, "")) or self.subs.get("")
                self.back, self.sub = step_id, found
                way = found.start if found else step.next
            else:
                return
            self._leave(way)
            step_id = way

    def _value(self, on: str) -> str:
        match on:
            case "reason":
                return self.reason_set
            case "reason_kind":
                return self.kinds.get(self.reason_set, "")
            case "order_late":
                order = self._order()
                return "yes" if order and order.late(self.at) else "no"
        raise ValueError(f"a walk cannot decide on {on}")

    def _order(self) -> OrderFact | None:
        chosen = self.answers.get("order_chosen")
        found = next((order for order in self.orders if order.number == chosen), None)
        return found or next((order for order in self.orders if order.state not in DONE_ORDER), None)

    def _answer(self, step: Step) -> tuple[dict[str, Any], str] | None:
        """What is posted and what is kept; None to stop here."""
        if step.kind == "close":
            return None
        if step.kind == "verify":
            return self._verify(step)
        data: dict[str, str] = {"step": step.id}
        values: dict[str, Any] = {}
        for one in step.fields:
            said = self._field(one.type, one.options)
            if said:
                data[one.name] = values[one.name] = said
                if one.type == "order":
                    self.answers["order_chosen"] = said
            elif one.required:
                return None
        changes: dict[str, Any] = {}
        way = step.next
        if step.kind == "choose":
            chosen, way, sets = self._choose(step)
            if not chosen:
                return None
            data["choice"] = values[step.id] = chosen
            changes["sets"] = sets
        self.answers.update(values)
        if step.kind == "act":
            order = self._order()
            if step.act != "create_order_issue" or order is None:
                return None
            values["done"] = order.number
            changes["issue"] = (str(step.params["kind"]), str(step.params.get("note", "")), step.id, order.number)
        return {"answer": values, "data": data, **changes}, way

    def _choose(self, step: Step) -> tuple[str, str, tuple[str, str] | None]:
        if step.sets == "reason":
            self.reason_set = self.reason
            return self.reason, step.next, ("reason", self.reason)
        if step.sets == "product":
            self.product_set = self.product
            return self.product, step.next, ("product", self.product)
        options = [each for each in step.options if each.value not in RARE] or list(step.options)
        chosen = self.draw.choice(options)
        return chosen.value, chosen.next or step.next, None

    def _verify(self, step: Step) -> tuple[dict[str, Any], str]:
        asked = [fact for fact, _ in step.facts if fact in self.facts][:2]
        if not self.passes or len(asked) < 2:
            self.verified = False
            facts: dict[str, Any] = {"passed": [], "failed": [], "attempts": 0}
            data = {"step": step.id, "gave_up": "1"}
        else:
            self.verified = True
            facts = {"passed": asked, "failed": [], "attempts": 1}
            data = {"step": step.id} | {fact: self.facts[fact] for fact in asked}
        kept = {**facts, "ok": self.verified}
        return {"answer": kept, "data": data, "verified": kept}, step.next if self.verified else step.failed

    def _field(self, kind: str, options: tuple[tuple[str, str], ...]) -> str:
        match kind:
            case "order":
                order = self._order() or (self.orders[0] if self.orders else None)
                return order.number if order else ""
            case "date":
                return self.at.date().isoformat()
            case "choice":
                return options[0][0] if options else ""
            case "text":
                return "as told"
        return ""
