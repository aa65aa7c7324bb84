"""Formulas of the figures, pure: counts and seconds in, ratios out; where they come from is not told here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop as _

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
        return self.wait_seconds / self.answered if self.answered else None

    @property
    def abandon_rate(self) -> Ratio:
        """Abandoned in queue, over entered queue."""
        return Ratio(self.abandoned, self.offered)

    def service_level(self, formula: str = "service_level.v1") -> Ratio:
        """By the named formula."""
        return FORMULAS[formula].of(self)

    def __add__(self, other: Line) -> Line:
        return Line(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


def total(lines: Iterable[Line]) -> Line:
    """All lines as one; a ratio of a total is never the mean of ratios."""
    return sum(lines, Line())


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share with both of its halves, so that it can be explained."""

    numerator: float
    denominator: float

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where there was nothing to measure."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def percent(self) -> float | None:
        """From 0 to 100."""
        share = self.share
        return None if share is None else share * 100

    def __add__(self, other: Ratio) -> Ratio:
        return Ratio(self.numerator + other.numerator, self.denominator + other.denominator)


@dataclass(frozen=True, slots=True)
class Formula:
    """A versioned formula in words a client can read. A contract names it; a change is a new version."""

    name: str
    words: str
    numerator: Callable[[Line], int]
    denominator: Callable[[Line], int]

    def of(self, line: Line) -> Ratio:
        """The formula applied."""
        return Ratio(self.numerator(line), self.denominator(line))

    @property
    def judged(self) -> str:
        """The figure that counts its denominator: what its percentage leads to."""
        return "judged" if self.name == "service_level.v1" else f"judged_{self.name}"

    @property
    def judged_ends(self) -> tuple[str, ...]:
        """The counts of a line that are in its denominator."""
        return tuple(end.name for end in fields(Line) if end.type == "int" and self.denominator(Line(**{end.name: 1})))


def _all(*formulas: Formula) -> Mapping[str, Formula]:
    return {formula.name: formula for formula in formulas}


def _decided(line: Line) -> int:
    """Answered or abandoned, or certain to be neither in time."""
    return line.answered + line.abandoned + line.overdue


def _abandoned_in_time(line: Line) -> int:
    return line.short + line.abandoned_in_time


FORMULAS = _all(
    Formula(
        "service_level.v1",
        _("Answered within the threshold, of all answered or given up. Given up under the short limit does not count."),
        lambda line: line.in_time,
        lambda line: _decided(line) - line.short,
    ),
    Formula(
        "service_level_answered.v1",
        _("Answered within the threshold, of all answered."),
        lambda line: line.in_time,
        lambda line: line.answered,
    ),
    Formula(
        "service_level_with_short.v1",
        _("Answered within the threshold, of all answered or given up, however soon."),
        lambda line: line.in_time,
        _decided,
    ),
    Formula(
        "service_level_offered.v1",
        _("Answered within the threshold, of all who came into the line."),
        lambda line: line.in_time,
        lambda line: line.judged,
    ),
    Formula(
        "service_level_late_abandons.v1",
        _("Answered within the threshold, of all answered or given up. Given up within the threshold does not count."),
        lambda line: line.in_time,
        lambda line: _decided(line) - _abandoned_in_time(line),
    ),
    Formula(
        "service_level_abandons_in_time.v1",
        _("Answered or given up within the threshold, of all answered or given up."),
        lambda line: line.in_time + _abandoned_in_time(line),
        _decided,
    ),
    Formula(
        "service_level_settled_in_time.v1",
        _("Answered, given up or promised a callback within the threshold, of all who came into the line."),
        lambda line: line.in_time + _abandoned_in_time(line) + line.callback_in_time,
        lambda line: line.judged,
    ),
)


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
        return self.seconds / self.legs if self.legs else None

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
        return Ratio(self.kept, self.kept + self.late + self.broken)


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


def occupancy(handling: Iterable[Span], available: Iterable[Span]) -> Ratio:
    """Handling, over handling and idle available."""
    work, there = covered(handling), covered(available)
    busy = sum(span.seconds for span in work)
    idle = sum(span.seconds for span in there) - seconds_within(work, there)
    return Ratio(busy, busy + idle)
