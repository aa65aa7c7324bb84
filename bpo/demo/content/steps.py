"""Short ways to write the steps of a script (format: `clients.scripts`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Step = dict[str, Any]


CALLED = {"Thank you for calling": "Thank you for contacting", "Gracias por llamar a": "Gracias por contactar con"}


def graph(start: str, *steps: Step) -> dict[str, Any]:
    """A whole script."""
    return {"start": start, "steps": list(steps)}


def in_writing(of: Mapping[str, Any]) -> dict[str, Any]:
    """The same script for who writes: nobody is thanked for a call he did not make."""
    steps = [dict(step) for step in of["steps"]]
    for step in steps:
        for called, wrote in CALLED.items():
            if "text" in step:
                step["text"] = step["text"].replace(called, wrote)
    return {**of, "steps": steps}


def say(id: str, name: str, text: str, next: str, **more: Any) -> Step:
    """Something to say."""
    return {"id": id, "kind": "say", "name": name, "text": text, "next": next, **more}


def verify(id: str, name: str, text: str, next: str, failed: str, /, **facts: str) -> Step:
    """Compare facts with the record."""
    listed = [{"fact": fact, "label": label} for fact, label in facts.items()]
    return {"id": id, "kind": "verify", "name": name, "text": text, "next": next, "failed": failed, "facts": listed}


def collect(id: str, name: str, text: str, next: str, *fields: Step, **more: Any) -> Step:
    """Questions whose answers are kept."""
    return {"id": id, "kind": "collect", "name": name, "text": text, "next": next, "fields": list(fields), **more}


def field(name: str, label: str, type: str = "text", required: bool = False, **more: Any) -> Step:
    """One question."""
    return {"name": name, "label": label, "type": type, "required": required, **more}


def choose(id: str, name: str, text: str, next: str = "", *options: Step, sets: str = "answer", **more: Any) -> Step:
    """One of several."""
    step = {"id": id, "kind": "choose", "name": name, "text": text, "sets": sets, "options": list(options), **more}
    return {**step, "next": next} if next else step


def option(value: str, label: str, next: str = "", hint: str = "") -> Step:
    """One answer."""
    one = {"value": value, "label": label, "hint": hint}
    return {**one, "next": next} if next else one


def decide(id: str, name: str, on: str, otherwise: str, **cases: str) -> Step:
    """A fork that nobody sees."""
    listed = [{"value": value, "next": way} for value, way in cases.items()]
    return {"id": id, "kind": "decide", "name": name, "on": on, "cases": listed, "otherwise": otherwise}


def sub(id: str, name: str, next: str) -> Step:
    """The sub-process of the product's type."""
    return {"id": id, "kind": "sub_process", "name": name, "next": next}


def act(id: str, name: str, act: str, next: str, text: str = "", **params: Any) -> Step:
    """A button that does something."""
    return {"id": id, "kind": "act", "name": name, "act": act, "next": next, "text": text, "params": params}


def close(id: str, name: str, text: str) -> Step:
    """The end."""
    return {"id": id, "kind": "close", "name": name, "text": text}
