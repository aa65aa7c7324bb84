"""Edits of a graph as it is stored: each takes a graph and returns another, sound enough to be read again.

The main way on of a step is `next`, of a decide step `otherwise`. Pure; who may edit and what is kept of it is told in
`clients.drafting`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

Raw = dict[str, Any]
NO_WAY_ON = ("close",)


def copy(graph: Mapping[str, Any]) -> Raw:
    """A graph of one's own, with nothing shared."""
    made: Raw = json.loads(json.dumps(graph))
    made.setdefault("start", "")
    made.setdefault("steps", [])
    return made


def find(graph: Mapping[str, Any], step: str) -> Raw | None:
    """The step of this id."""
    return next((one for one in graph.get("steps", []) if one["id"] == step), None)


def main_key(step: Mapping[str, Any]) -> str:
    """Where its main way on is kept."""
    return "otherwise" if step["kind"] == "decide" else "next"


def onward(step: Mapping[str, Any]) -> str:
    """Where it leads: its main way, else the first of its others."""
    others = [one.get("next") for key in ("options", "cases") for one in step.get(key, [])]
    return next((str(way) for way in (step.get(main_key(step)), *others, step.get("failed")) if way), "")


def put(graph: Mapping[str, Any], step: Raw) -> Raw:
    """This step instead of the one of its id."""
    made = copy(graph)
    made["steps"] = [step if one["id"] == step["id"] else one for one in made["steps"]]
    return made


def free_id(graph: Mapping[str, Any], kind: str) -> str:
    """The kind with the first number nobody has."""
    taken = {one["id"] for one in graph.get("steps", [])}
    return next(name for n in range(1, len(taken) + 2) if (name := f"{kind}_{n}") not in taken)


def add(graph: Mapping[str, Any], kind: str, name: str, *, after: str = "") -> tuple[Raw, str]:
    """A further step, and its id: in between the step before it and where that led, before a closing one, or the start.

    A closing step can be between nothing: it takes the first way that leads nowhere yet.
    """
    made = copy(graph)
    steps = made["steps"]
    new: Raw = {"id": free_id(made, kind), "kind": kind, "name": name}
    before = find(made, after)
    if before is None:
        steps.append(new)
        made["start"] = made["start"] or new["id"]
    elif before["kind"] in NO_WAY_ON:
        if kind not in NO_WAY_ON:
            _ways(made, lambda way: new["id"] if way == after else way)
            new[main_key(new)] = after
            made["start"] = new["id"] if made["start"] == after else made["start"]
        steps.insert(steps.index(before), new)
    else:
        _between(before, new)
        steps.insert(steps.index(before) + 1, new)
    return made, str(new["id"])


def _between(before: Raw, new: Raw) -> None:
    way = before.get(main_key(before))
    if new["kind"] not in NO_WAY_ON:
        if way:
            new[main_key(new)] = way
        before[main_key(before)] = new["id"]
    elif not way:
        before[main_key(before)] = new["id"]
    elif before["kind"] == "verify" and not before.get("failed"):
        before["failed"] = new["id"]


def remove(graph: Mapping[str, Any], step: str) -> tuple[Raw, str]:
    """Without the step, and whom one looks at then; its ways are joined: who led to it leads where it led."""
    made = copy(graph)
    gone = find(made, step)
    if gone is None:
        return made, ""
    target = onward(gone)
    target = "" if target == step else target
    at = made["steps"].index(gone)
    made["steps"].remove(gone)
    _ways(made, lambda way: target if way == step else way)
    if made["start"] == step:
        known = {one["id"] for one in made["steps"]}
        made["start"] = target if target in known else (made["steps"][0]["id"] if made["steps"] else "")
    return made, str(made["steps"][max(at - 1, 0)]["id"]) if made["steps"] else ""


def _ways(graph: Raw, to: Callable[[str], str]) -> None:
    """Every way of the graph led somewhere else; one that leads nowhere is no more."""
    for step in graph["steps"]:
        homes = [(step, key) for key in ("next", "failed", "otherwise")]
        homes += [(one, "next") for key in ("options", "cases") for one in step.get(key, [])]
        for home, key in homes:
            if home.get(key):
                if way := to(str(home[key])):
                    home[key] = way
                else:
                    del home[key]


def connect(graph: Mapping[str, Any], step: str, to: str) -> Raw:
    """The main way on of a step; an empty `to` disconnects."""
    made = copy(graph)
    found = find(made, step)
    if found is not None and found["kind"] not in NO_WAY_ON:
        found[main_key(found)] = to
        if not to:
            del found[main_key(found)]
    return made


def move(graph: Mapping[str, Any], step: str, by: int) -> Raw:
    """Earlier (-1) or later (1) in the order in which the agent sees the way ahead; ways stay as they are."""
    made = copy(graph)
    steps = made["steps"]
    found = find(made, step)
    if found is not None and 0 <= (to := steps.index(found) + by) < len(steps):
        steps.remove(found)
        steps.insert(to, found)
    return made


def begin_at(graph: Mapping[str, Any], step: str) -> Raw:
    """The flow begins at this step."""
    made = copy(graph)
    if find(made, step) is not None:
        made["start"] = step
    return made
