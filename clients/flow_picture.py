"""What every chart of a call flow is drawn from, live or as a draft: its boxes, its lines, and the kinds in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.flow_labels import HALF
from clients.flow_layout import Box, Line
from clients.flow_ways import width_of

THICKEST, THINNEST = 24.0, 1.5  # of a line: all who began, anybody at all
NAME_LENGTH = 17

KINDS: dict[str, tuple[str, str | Promise]] = {
    "say": ("kind-say", _("Say")),
    "collect": ("kind-collect", _("Collect")),
    "verify": ("kind-verify", _("Verify")),
    "choose": ("kind-choose", _("Choose")),
    "decide": ("kind-decide", _("Decide")),
    "sub_process": ("kind-sub", _("Sub-process")),
    "act": ("kind-act", _("Act")),
    "close": ("kind-close", _("Close")),
}


@dataclass(frozen=True, slots=True)
class PictureStep:
    """A step's box with its name and kind."""

    key: str
    name: str
    kind: str
    box: Box

    @property
    def icon(self) -> str:
        """Of its kind."""
        return KINDS[self.kind][0] if self.kind in KINDS else "help"

    @property
    def kind_words(self) -> str | Promise:
        """The kind in words."""
        return KINDS[self.kind][1] if self.kind in KINDS else self.kind

    @property
    def short(self) -> str:
        """The name as it fits into the box."""
        return self.name if len(self.name) <= NAME_LENGTH else f"{self.name[: NAME_LENGTH - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class PictureWay:
    """A line, and the words that it is taken on. `out` leads aside, by a jump or a step back; `on` touches the chosen
    step."""

    way: tuple[str, str]
    line: Line
    width: float = THINNEST
    out: bool = False
    on: bool = False
    label: str = ""

    @property
    def words(self) -> str:
        """What stands on it."""
        return self.label

    @property
    def mark(self) -> tuple[float, float, float]:
        """Left, top and width of the ground on which its words stand."""
        width = width_of(self.words)
        x, y = self.line.label
        return round(x - width / 2, 1), round(y - HALF, 1), width

    @property
    def tip(self) -> float:
        """Half the width of its arrow."""
        return round(max(self.width / 2 + 2, 4.0), 1)
