"""Calling out: what any telephony must be able to do for us, and the way that needs none.

An exchange would be one more class here. What its calls need beside `dial_link` (place a call, hang up) comes together
with the operation that first uses it; nothing above asks which adapter it is.
"""

from __future__ import annotations

import re
from typing import Protocol

E164 = re.compile(r"\+[1-9][0-9]{5,14}")


class VoiceAdapter(Protocol):
    """A way to reach a customer by voice."""

    live: bool
    """Whether a person is waiting on the line."""

    reports_itself: bool
    """Whether it tells us that somebody answered; if not, the agent says what came of the call."""

    def dial_link(self, number: str) -> str:
        """What the agent follows to call this number; empty when it cannot be dialled."""


class TelLink:
    """The agent's own telephone, by a `tel:` link; she reports the result."""

    live = True
    reports_itself = False

    def dial_link(self, number: str) -> str:
        """A link for a number in E.164; anything else is not put into a link."""
        return f"tel:{number}" if E164.fullmatch(number) else ""


VOICE: VoiceAdapter = TelLink()
