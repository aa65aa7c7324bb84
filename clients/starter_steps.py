"""How the steps of a flow to begin from are written: each sentence in English and Spanish side by side."""

from __future__ import annotations

from typing import Any

Raw = dict[str, Any]
Both = tuple[str, str]

CALL_BACK: Both = ("Promise a call back", "Prometer una llamada")


def step(id: str, kind: str, name: Both, text: Both | None = None, **more: Any) -> Raw:
    return {"id": id, "kind": kind, "name": name, **({"text": text} if text else {}), **more}


def act(id: str, act: str, name: Both, next: str, text: Both | None = None, **params: Any) -> Raw:
    return step(id, "act", name, text, act=act, next=next, **({"params": params} if params else {}))


def option(value: str, label: Both, next: str) -> Raw:
    return {"value": value, "label": label, "next": next}


def field(name: str, label: Both, type: str = "text", **more: Any) -> Raw:
    return {"name": name, "label": label, "type": type, **more}
