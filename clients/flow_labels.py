"""Where the words of a way stand on the chart: in the gap below the step it leaves, so that no box is ever covered.

A gap is as high as its words need: they stand on its levels, no two on one place. Pure; lengths are units of the
picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

HALF = 7.0  # of a label's height
FIRST, LEVEL, LAST = 11.0, 16.0, 16.0  # below the last there is room for the tips of ways
SPACE = 3.0  # beside a label, on either side
EDGE = 2.0


@dataclass(frozen=True, slots=True)
class Way:
    """One way through a gap: from x to x by a curve, or straight down where it leads back; how wide its words are."""

    key: tuple[str, str]
    here: float
    there: float
    width: float
    back: bool = False


def spread(ways: Sequence[Way], lowest: float) -> tuple[float, dict[tuple[str, str], tuple[float, float]]]:
    """How high the gap is, `lowest` at least, and where the middle of each label stands, from the gap's top."""
    ordered = sorted(ways, key=lambda way: (way.here, way.there, way.key))
    for levels in count(1):
        heights = [FIRST + LEVEL * nth for nth in range(levels)] if levels > 1 else [lowest / 2]
        gap = max(lowest, heights[-1] + LAST)
        found = _fitted(ordered, heights, gap)
        if found is not None:
            return gap, found
    raise AssertionError("a level of its own has room for any label")


def _fitted(
    ways: Sequence[Way], heights: Sequence[float], gap: float
) -> dict[tuple[str, str], tuple[float, float]] | None:
    taken: list[list[tuple[float, float]]] = [[] for _height in heights]
    found: dict[tuple[str, str], tuple[float, float]] = {}
    for way in ways:
        half = way.width / 2 + SPACE
        for level, y in enumerate(heights):
            x = way.here + half if way.back else at(way.here, way.there, y / gap)
            x = max(x, half + EDGE)
            if all(x + half <= left or right <= x - half for left, right in taken[level]):
                taken[level].append((x - half, x + half))
                found[way.key] = (x, y)
                break
        else:
            return None
    return found


def at(here: float, there: float, share: float) -> float:
    """Where the curve between two rows is when it has come so far down: halves of its height are its middle points."""
    low, high = 0.0, 1.0
    for _halving in range(24):
        middle = (low + high) / 2
        down = 1.5 * middle * (1 - middle) ** 2 + 1.5 * middle**2 * (1 - middle) + middle**3
        low, high = (middle, high) if down < share else (low, middle)
    return here + (there - here) * (3 * low**2 - 2 * low**3)
