"""How long those who were answered would have waited: drawn from those of the same line who were not (Kaplan-Meier)."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterable


class Patience:
    """Survival in one line, of waits that ended in giving up and of those cut short by an answer."""

    def __init__(self, waits: Iterable[tuple[float, bool]]) -> None:
        """Each wait in seconds, and whether it ended in giving up."""
        ordered = sorted(waits, key=lambda wait: (wait[0], not wait[1]))
        left, share = len(ordered), 1.0
        self._times: list[float] = []
        self._stay: list[float] = []
        for seconds, gave_up in ordered:
            if gave_up:
                share *= 1 - 1 / left
                self._times.append(seconds)
                self._stay.append(share)
            left -= 1

    def staying(self, seconds: float) -> float:
        """The share that waits longer than this."""
        place = bisect_right(self._times, seconds)
        return self._stay[place - 1] if place else 1.0

    def draw(self, waited: float, seed: int) -> float | None:
        """When somebody who waited so long would have left; None: not as long as anybody did. The same at each call."""
        level = random.Random(seed).random() * self.staying(waited)
        # The first time at which fewer than that share are left.
        for seconds, stay in zip(self._times, self._stay, strict=True):
            if seconds > waited and stay <= level:
                return seconds
        return None
