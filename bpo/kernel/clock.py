"""The time, and a settable one for tests and for replaying the past."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import timezone

_set: ContextVar[dt.datetime | None] = ContextVar("set clock", default=None)


def whole(seconds: float) -> int:
    """Whole seconds that have passed, on every page and in every file: one counts once it is over, as on a clock."""
    return int(seconds)


def now() -> dt.datetime:
    """This instant (aware, UTC), or the one set by set_to."""
    return _set.get() or timezone.now()


@contextmanager
def set_to(instant: dt.datetime) -> Iterator[None]:
    """Within the block the clock stands still at the instant, until advance moves it."""
    if timezone.is_naive(instant):
        raise ValueError("the clock needs an aware time")
    token = _set.set(instant)
    try:
        yield
    finally:
        _set.reset(token)


def advance(seconds: float) -> dt.datetime:
    """Move a set clock forward; returns the new time."""
    present = _set.get()
    if present is None:
        raise RuntimeError("the real clock cannot be moved; use clock.set_to first")
    _set.set(present + dt.timedelta(seconds=seconds))
    return now()
