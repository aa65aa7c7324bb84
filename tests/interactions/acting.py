"""Bea stands at an act of Acme's call flow, Ann verified on the line; the desk is asked over HTTP."""

from __future__ import annotations

from typing import Any

from django.test import Client as Browser
from django.urls import reverse

from clients.models import ScriptKind, ScriptVersion
from interactions import runs
from interactions.models import Action, Leg, Run
from tests.interactions.scripted import Scene, begun, publish, scene

FACTS = {"name": "Ann Archer", "postal_code": "43215"}


class Desk:
    """Bea's desk with one contact on it."""

    def __init__(self, act: str = "", *, name: str = "Acme", steps: list[dict[str, Any]] | None = None, **params: Any):
        self.scene: Scene = scene(name)
        ScriptVersion.objects.filter(script__client=self.scene.acme).update(state="retired")
        steps = steps or [{"id": "do", "kind": "act", "name": "Do it", "act": act, "params": params, "next": "close"}]
        graph = {"start": "greet", "steps": [*OPENING, *steps, CLOSING]}
        graph["steps"][1]["next"] = steps[0]["id"]
        publish(self.scene.acme, "Acts", ScriptKind.INBOUND, graph)
        self.leg: Leg
        self.run: Run
        self.leg, self.run = begun(self.scene, "voice")
        self.at_step = steps[0]["id"]
        runs.answer(self.run, "greet", {}, by=self.scene.bea)
        self.run = runs.answer(self.run, "verify", FACTS, by=self.scene.bea)
        self.browser = Browser()
        self.browser.force_login(self.scene.bea.user)

    def answer(self, step: str = "do", **data: str) -> Any:
        """What the desk says to the button of this step."""
        return self.browser.post(self.url("console-answer"), {"step": step, **data}, headers={"HX-Request": "true"})

    def again(self, step: str = "do") -> None:
        """Back to a step that was left."""
        runs.jump(Run.objects.get(pk=self.run.pk), step, by=self.scene.bea)

    def undo(self, action: Action | None = None) -> Any:
        """The undo of the last act."""
        action = action or self.run.actions.latest("pk")
        return self.browser.post(self.url("console-undo-act", action.public_id), headers={"HX-Request": "true"})

    def script(self) -> str:
        """The script's pane."""
        return str(self.browser.get(self.url("console-script")).content.decode())

    def url(self, name: str, *more: Any) -> str:
        """An address of her contact."""
        return reverse(name, args=[self.leg.public_id, *more])


OPENING: list[dict[str, Any]] = [
    {"id": "greet", "kind": "say", "name": "Greet", "text": "{client}, {agent}. How can I help?", "next": "verify"},
    {
        "id": "verify", "kind": "verify", "name": "Verify", "next": "do", "failed": "close",
        "facts": [{"fact": "name", "label": "Full name"}, {"fact": "postal_code", "label": "ZIP code"}],
    },
]  # fmt: skip
CLOSING = {"id": "close", "kind": "close", "name": "Close", "text": "Thank you for calling {client}."}
