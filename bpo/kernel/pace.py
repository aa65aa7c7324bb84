"""How often one socket may say something."""

from __future__ import annotations

import time
from collections import deque


class Pace:
    """So many in so many seconds; what is beyond is dropped."""

    def __init__(self, most: int, seconds: float) -> None:
        self._seconds = seconds
        self._times: deque[float] = deque(maxlen=most)

    def allows(self) -> bool:
        """Whether one more is within it; counted, if so."""
        now, times = time.monotonic(), self._times
        if len(times) == times.maxlen and now - times[0] < self._seconds:
            return False
        times.append(now)
        return True
