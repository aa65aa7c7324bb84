"""Calls between two pages of ours: nothing is installed, the voices go from browser to browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpo.kernel import clock, push
from interactions.adapters.voice import Changed, Event, Happened, NotUnderstood


class WebCall:
    """Every operation is the same here: the pages are told that something changed, ask who hears whom, and follow."""

    name = "web call"
    live = True
    says_heard = True
    in_pages = True

    def dial_link(self, number: str) -> str:
        """Nobody is called so."""
        return ""

    def parse(self, raw: Mapping[str, Any]) -> Event:
        """A page's "the voice of this party arrives"; `side` is whose page it is."""
        if raw.get("kind") != "up" or not isinstance(raw.get("id"), str):
            raise NotUnderstood("a page says `up` and whose voice it is")
        return Event(Happened.CONNECTED, leg=raw["id"], side=str(raw["side"]))

    def changed(self, call: Changed) -> bool:
        """The customer's pages look; desks hear of every change of their contacts anyway."""
        for page in call.pages:
            push.send(page, {"type": "nudge", "kind": "status", "at": clock.now().isoformat(), "about": call.about})
        return False
