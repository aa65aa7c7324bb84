"""How true foretold waits were: the wait told to who found nobody free, against the wait it became."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from clients.models import Queue

NEAR_SECONDS = 60
ERRORS = """
SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(error)), avg(error),
    count(*) FILTER (WHERE abs(error) <= %(near)s)
FROM (
    SELECT extract(epoch FROM v.left_at - v.entered_at)::float8 - v.expected_seconds AS error
    FROM interactions_visit v JOIN interactions_interaction i ON i.id = v.interaction_id
    WHERE v.queue_id = %(queue)s AND i.channel = %(channel)s AND v.expected_seconds IS NOT NULL
        AND v.how = 'answered' AND v.entered_at >= %(start)s AND v.entered_at < %(end)s
) told
"""


@dataclass(frozen=True, slots=True)
class Foretold:
    """Of the visits that were foretold a wait and answered: the real wait less the foretold one, in seconds.

    typical: the median of its size; bias: its mean, above 0 where it took longer than told; near: how many were at
    most a minute off.
    """

    visits: int
    typical: float | None
    bias: float | None
    near: int

    @property
    def near_share(self) -> float | None:
        """From 0 to 1."""
        return self.near / self.visits if self.visits else None


def foretold(queue: Queue, channel: str, start: datetime, end: datetime) -> Foretold:
    """Of visits of a line on a channel entered in a period (one query)."""
    asked: dict[str, Any] = {"queue": queue.pk, "channel": channel, "start": start, "end": end, "near": NEAR_SECONDS}
    with connection.cursor() as cursor:
        cursor.execute(ERRORS, asked)
        return Foretold(*cursor.fetchone())
