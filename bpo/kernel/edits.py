"""From one text to the next by the lines that changed: what goes to who has the one already."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

Edit = tuple[int, int, list[str]]  # from this line up to, not including, that one: these instead


def edits(old: Sequence[str], new: Sequence[str]) -> list[Edit]:
    """What makes `new` of `old`, the last first, so that each leaves the lines before it where they are."""
    steps = SequenceMatcher(None, old, new).get_opcodes()
    return [(i, j, list(new[k:m])) for tag, i, j, k, m in reversed(steps) if tag != "equal"]
