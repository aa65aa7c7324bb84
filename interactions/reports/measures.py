"""What the formulas count, pure: lines, work, callbacks and time; where the counts come from is not told here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from clients.formulas import FORMULAS as FORMULAS
from clients.formulas import PLAIN
from clients.formulas import Formula as Formula
from clients.formulas import Ratio as Ratio

DEFAULT_THRESHOLD = 20
DEFAULT_SHORT = 5


@dataclass(frozen=True, slots=True)
class Line:
    """How the first visits of inbound live contacts went. Every contact is in exactly one of the counts.

    short, abandoned_in_time, abandoned_late: under the short limit, from there to the threshold, later.
    overdue still waits past its threshold and is judged already; pending still waits inside it and is not.
    """

    in_time: int = 0
    late: int = 0
    short: int = 0
    abandoned_in_time: int = 0
    abandoned_late: int = 0
    callback_in_time: int = 0
    callback_late: int = 0
    overdue: int = 0
    pending: int = 0
    elsewise: int = 0
    wait_seconds: float = 0.0

    @property
    def answered(self) -> int:
        """Reached a person."""
        return self.in_time + self.late

    @property
    def abandoned(self) -> int:
        """Left the line, short ones too; whoever took a callback did not."""
        return self.short + self.abandoned_in_time + self.abandoned_late

    @property
    def given_up(self) -> int:
        """Left the line after the short limit: what the client is told as given up."""
        return self.abandoned - self.short

    @property
    def took_callback(self) -> int:
        """Gave the place in line for a promise."""
        return self.callback_in_time + self.callback_late

    @property
    def waiting(self) -> int:
        """Still in line."""
        return self.overdue + self.pending

    @property
    def offered(self) -> int:
        """All who entered the line."""
        return self.answered + self.abandoned + self.took_callback + self.waiting + self.elsewise

    @property
    def not_in_time(self) -> int:
        """Answered later, given up, or waiting past the threshold."""
        return self.late + self.given_up + self.overdue

    @property
    def judged(self) -> int:
        """Offered, without those whose threshold has not passed yet."""
        return self.offered - self.pending

    @property
    def asa_seconds(self) -> float | None:
        """Average speed of answer: the waits of the answered, over the answered."""
        return FORMULAS["asa.v1"].of(self).share

    @property
    def abandon_rate(self) -> Ratio:
        """Abandoned in queue, over entered queue."""
        return FORMULAS["abandon_rate.v1"].of(self)

    def service_level(self, formula: str = PLAIN) -> Ratio:
        """By the named formula."""
        return FORMULAS[formula].of(self)

    def __add__(self, other: Line) -> Line:
        return Line(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


def total(lines: Iterable[Line]) -> Line:
    """All lines as one; a ratio of a total is never the mean of ratios."""
    return sum(lines, Line())


@dataclass(frozen=True, slots=True)
class Handling:
    """Legs whose work, wrap-up included, ended in the interval."""

    legs: int = 0
    talk_seconds: float = 0.0
    hold_seconds: float = 0.0
    wrap_up_seconds: float = 0.0

    @property
    def seconds(self) -> float:
        """Talk, hold and wrap-up."""
        return self.talk_seconds + self.hold_seconds + self.wrap_up_seconds

    @property
    def aht_seconds(self) -> float | None:
        """Average handling time of a leg."""
        return FORMULAS["aht.v1"].of(self).share

    def __add__(self, other: Handling) -> Handling:
        return Handling(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


@dataclass(frozen=True, slots=True)
class Callbacks:
    """The ledger of promises made in an interval. Made = open + ended, always."""

    open: int = 0
    kept: int = 0
    late: int = 0
    unreached: int = 0
    broken: int = 0
    withdrawn: int = 0

    @property
    def made(self) -> int:
        """All promises."""
        return self.open + self.kept + self.late + self.unreached + self.broken + self.withdrawn

    @property
    def kept_rate(self) -> Ratio:
        """Kept, of all that were made or missed; who could not be reached or came in first is no miss."""
        return FORMULAS["callbacks_kept.v1"].of(self)


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open stretch of time."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """Never negative."""
        return max(0.0, (self.end - self.start) / timedelta(seconds=1))


def covered(spans: Iterable[Span]) -> list[Span]:
    """The spans as disjoint ones in order: what is done twice at once is counted once."""
    merged: list[Span] = []
    for span in sorted((s for s in spans if s.end > s.start), key=lambda s: s.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def seconds_within(spans: Iterable[Span], inside: Iterable[Span]) -> float:
    """How long the first overlap the second."""
    outer = covered(inside)
    return sum(
        Span(max(span.start, other.start), min(span.end, other.end)).seconds
        for span in covered(spans)
        for other in outer
    )


@dataclass(frozen=True, slots=True)
class Time:
    """An agent's seconds of work, and available without any."""

    handling: float = 0.0
    idle: float = 0.0


def occupancy(handling: Iterable[Span], available: Iterable[Span]) -> Ratio:
    """Handling, over handling and idle available."""
    work, there = covered(handling), covered(available)
    busy = sum(span.seconds for span in work)
    idle = sum(span.seconds for span in there) - seconds_within(work, there)
    return FORMULAS["occupancy.v1"].of(Time(busy, idle))
