"""Heal and time out: one process of all has the lock and does every step each second; a standby waits for it.

It needs Postgres alone. A step that fails is logged and never stops the others.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

from django.db import Error, connection

from agents import licences
from bpo.kernel import clock
from clients import publishing
from interactions import (
    callback_work,
    calls,
    cases,
    chats,
    do_not_call,
    monitoring,
    prospect_calls,
    prospects,
    recordings,
    standing,
    voicemails,
)
from interactions.routing import line_ends, overflowing, rules_due, timers

logger = logging.getLogger(__name__)

Step = Callable[[datetime], int]
LOCK = (7102, 1)  # of pg_try_advisory_lock
LONGEST_PAUSE = 1.0
STUCK_PAUSE = 0.2  # what is due and cannot be done just now is not tried without a break

# In this order: first what frees agents and contacts, then what brings them together.
STEPS: list[Step] = [
    timers.offers_expired,
    timers.voices_overdue,
    timers.nodes_dead,
    timers.graces_over,
    timers.absent_signed_out,
    timers.wishes_due,
    timers.wrap_ups_over,
    timers.refusals_over,
    timers.preferred_over,
    timers.parks_over,
    rules_due.publish,
    timers.lanes_changed,
    callback_work.fall_due,
    callback_work.find_broken,
    callback_work.settle,
    prospects.release,
    prospect_calls.settle,
    *chats.STEPS,
    calls.callers_gone,
    monitoring.over,
    overflowing.steps_due,
    line_ends.wait_limits,
    line_ends.hours_over,
    line_ends.nobody_left,
    timers.set_aside_with_room,
    timers.free_beside_work,
]

# Turns farther apart than this: the database was away, and nobody's sign of life could be written meanwhile.
OUTAGE = timedelta(seconds=10)

# What takes somebody unheard for gone waits after an outage until everybody had the time to be heard again.
HEARD_AGAIN: dict[Step, timedelta] = {
    timers.nodes_dead: timers.NODE_SILENT,
    timers.seats_without_console: timers.NODE_SILENT,
    timers.graces_over: timers.NODE_SILENT,
    timers.absent_signed_out: timers.NODE_SILENT,
    timers.voices_overdue: timers.NODE_SILENT,
    chats.windows_lost: chats.CALLER_BACK,
    chats.patience_over: chats.CALLER_BACK,
    calls.callers_gone: chats.CALLER_BACK,
}

# What may be a little later, with its seconds.
SLOW_STEPS: list[tuple[float, Step]] = [
    (5, recordings.left_open),
    (5, voicemails.left_open),
    (5, publishing.publish_due),
    (10, timers.seats_wrong),
    (10, timers.seats_without_console),
    (10, standing.follow_standing),
    (10, do_not_call.find_stopped),
    (10, prospect_calls.give_up),
    (30, cases.wake_pending),
    (60, cases.close_expired),
    (60, licences.lapse_expired),
]


class Sweep:
    """One sweep: holds the lock by its database connection, remembers when the slow steps ran and of an outage."""

    def __init__(self, *, more: list[Step] | None = None, beat: Callable[[], None] | None = None) -> None:
        self._more = more or []
        self._beat = beat
        self._backend: int | None = None
        self._ran: dict[Step, float] = {}
        self._answered_at: datetime | None = None
        self._back_at: datetime | None = None

    def run(self, stop: Event) -> None:
        """Until told to stop; a lost database is waited for, the lock is then taken anew."""
        while not stop.is_set():
            try:
                pause = self.turn()
            except Error:
                logger.exception("the database does not answer")
                connection.close()
                self._backend = None
                pause = LONGEST_PAUSE
            stop.wait(pause)
        self.release()

    def turn(self) -> float:
        """Sweep once if this process has the lock; seconds until the next turn."""
        mine, at = self.has_lock(), clock.now()
        outage = self._answered_at is not None and at - self._answered_at > OUTAGE
        self._answered_at = at
        if outage:
            logger.warning("the database answers again")
            self._back_at = at
        if not mine:
            return LONGEST_PAUSE
        if outage:
            guarded(timers.offers_nobody_could_answer, at)
        done = self.once(at)
        self._answered_at = clock.now()  # a long turn is work, no outage
        if self._beat:
            self._beat()
        due = timers.next_due(clock.now(), longest=LONGEST_PAUSE)
        return due if done else max(due, STUCK_PAUSE)

    def has_lock(self) -> bool:
        """Take or keep the lock; a connection that was replaced has lost it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend = cursor.fetchone()[0]
            if backend == self._backend:
                return True
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", LOCK)
            taken = bool(cursor.fetchone()[0])
        if taken:
            self._backend = backend
            logger.info("this process sweeps now")
        return taken

    def release(self) -> None:
        """Let a standby take over at once."""
        self._backend = None
        connection.close()

    def once(self, at: datetime) -> dict[str, int]:
        """Every step that is due; how much each did, by name."""
        due = [*STEPS, *self._more]
        now = time.monotonic()
        for seconds, step in SLOW_STEPS:
            if now - self._ran.get(step, -seconds) >= seconds:
                self._ran[step] = now
                due.append(step)
        return {name(step): done for step in due if self._is_fair(step, at) and (done := guarded(step, at))}

    def _is_fair(self, step: Step, at: datetime) -> bool:
        """Whether who was not heard of by this step could have been, since an outage."""
        return self._back_at is None or at - self._back_at >= HEARD_AGAIN.get(step, timedelta(0))


def guarded(step: Step, at: datetime) -> int:
    """One step; its failure is logged and is not the next one's."""
    try:
        return step(at)
    except Error:
        logger.exception("step %s failed", name(step))
        if not connection.is_usable():
            raise
    except Exception:
        logger.exception("step %s failed", name(step))
    return 0


def name(step: Step) -> str:
    """The step's name in logs."""
    return f"{step.__module__.rsplit('.', 1)[-1]}.{step.__name__}"
