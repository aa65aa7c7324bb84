"""When a client is open: pure arithmetic over a week, its exceptions and a zone; no rows and no clock in here.

An instant is open when the wall clock of the zone shows a time inside a span of that local date. Opening is inclusive,
closing exclusive. On the day the clocks change a span simply lasts as long as the wall clock takes to walk through it,
so days of 23 and 25 hours need no rule of their own. Every answer is in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext_noop as _

from bpo.kernel.errors import InvalidValue

MINUTES_IN_A_DAY = 1440
HORIZON = timedelta(days=400)
LONGEST_TURNAROUND = 400 * 24 * 3600
FARTHEST = timedelta(days=3653)
DAY_NAMES = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip
ONE_DAY = timedelta(days=1)


class HoursError(InvalidValue, ValueError):
    """Hours or durations nobody can keep; the text is a sentence a person may read."""

    code = "impossible_hours"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, sentence=sentence)


class NeverOpen(HoursError):
    """The calendar has no opening within the next 400 days."""

    def __init__(self) -> None:
        super().__init__("These hours have no opening within the next 400 days.")


class ImpossibleHours(HoursError):
    """The calendar contradicts itself; `errors` holds one sentence for each problem."""

    def __init__(self, errors: tuple[str, ...]) -> None:
        self.errors = errors
        super().__init__(" ".join(errors))


class ImpossibleDuration(HoursError):
    """A turn-around time that is zero, negative, not whole seconds, or longer than 400 open days or ten years."""


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of opening within a local day, in minutes since midnight (0 to 1440)."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """A zone, seven days of spans from Monday, and dates that differ (an empty tuple is a closed holiday)."""

    zone: str
    week: tuple[tuple[Span, ...], ...]
    exceptions: Mapping[date, tuple[Span, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """The spans of a local date; an exception replaces the weekday."""
        found = self.exceptions.get(day)
        return self.week[day.weekday()] if found is None else found


def always_open(zone: str = "UTC") -> Calendar:
    """A calendar that never closes."""
    return Calendar(zone=zone, week=((Span(0, MINUTES_IN_A_DAY),),) * 7)


def is_open(cal: Calendar, at: datetime) -> bool:
    """Whether the wall clock of the zone shows an open time at this instant."""
    local = _utc(at).astimezone(_zone(cal.zone))
    minute = local.hour * 60 + local.minute
    return any(span.opens <= minute < span.closes for span in cal.spans_on(local.date()))


def next_opening(cal: Calendar, at: datetime) -> datetime | None:
    """The first open instant at or after this one (itself, when open); None when there is none within 400 days."""
    stretch = next(_open_stretches(cal, _utc(at)), None)
    return stretch[0] if stretch else None


def closing_after(cal: Calendar, at: datetime) -> datetime | None:
    """The end of the opening that runs or comes next; None when it never opens, or never closes, within 400 days."""
    start = _utc(at)
    if not cal.exceptions and all(day == (Span(0, MINUTES_IN_A_DAY),) for day in cal.week):
        return None  # the answer of the walk below, without its 400 days
    end: datetime | None = None
    for opens, closes in _open_stretches(cal, start):
        if end is not None and opens > end:
            return end
        end = closes
        if end >= start + HORIZON:
            return None
    return end


def add_open_seconds(cal: Calendar, at: datetime, seconds: int) -> datetime:
    """The deadline after so many open seconds: the earliest instant by which they have passed.

    Counting starts at once when open, else at the next opening. A duration that fills an opening exactly ends at its
    closing. Raises `ImpossibleDuration` and `NeverOpen`.
    """
    left = timedelta(seconds=_whole_seconds(seconds))
    start = _utc(at)
    for opens, closes in _open_stretches(cal, start):
        if opens - start > FARTHEST:
            raise ImpossibleDuration("With so few open hours that would be more than ten years away.")
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    raise NeverOpen


def open_seconds_between(cal: Calendar, a: datetime, b: datetime) -> int:
    """Whole open seconds from one instant to a later one; negative when the order is reversed."""
    start, end = _utc(a), _utc(b)
    if end < start:
        return -open_seconds_between(cal, end, start)
    total = timedelta()
    for opens, closes in _open_stretches(cal, start, until=end):
        total += min(closes, end) - opens
    return total // timedelta(seconds=1)


def validate(cal: Calendar, *, starting: date) -> None:
    """Refuse hours nobody can keep: `ImpossibleHours` lists what is wrong, `NeverOpen` says there is no opening."""
    errors = list(_problems(cal))
    if errors:
        raise ImpossibleHours(tuple(errors))
    midnight = datetime(starting.year, starting.month, starting.day, tzinfo=_zone(cal.zone))
    if next_opening(cal, midnight) is None:
        raise NeverOpen


def _problems(cal: Calendar) -> Iterator[str]:
    try:
        _zone(cal.zone)
    except HoursError as error:
        yield str(error)
    if len(cal.week) != 7:
        yield f"A week has seven days, not {len(cal.week)}."
    dates = ((day.isoformat(), spans) for day, spans in sorted(cal.exceptions.items()))
    days = [*zip(DAY_NAMES, cal.week, strict=False), *dates]
    for name, spans in days:
        yield from _problems_of_a_day(name, spans)


def _problems_of_a_day(name: str, spans: tuple[Span, ...]) -> Iterator[str]:
    possible: list[Span] = []
    for span in spans:
        if not all(type(value) is int for value in (span.opens, span.closes)):
            yield f"{name}: opening and closing must be whole minutes."
        elif not (0 <= span.opens <= MINUTES_IN_A_DAY and 0 <= span.closes <= MINUTES_IN_A_DAY):
            yield f"{name}: {_clock(span.opens)} to {_clock(span.closes)} does not lie between 00:00 and 24:00."
        elif span.opens == span.closes:
            yield f"{name}: {_clock(span.opens)} to {_clock(span.closes)} lasts no time at all."
        elif span.opens > span.closes:
            yield (
                f"{name}: {_clock(span.opens)} to {_clock(span.closes)} closes before it opens; "
                "split an opening that passes midnight into two days."
            )
        else:
            possible.append(span)
    possible.sort(key=lambda span: (span.opens, span.closes))
    for first, second in pairwise(possible):
        if second.opens < first.closes:
            yield (
                f"{name}: {_clock(first.opens)} to {_clock(first.closes)} overlaps "
                f"{_clock(second.opens)} to {_clock(second.closes)}."
            )


def _clock(minute: int) -> str:
    sign, minute = ("-", -minute) if minute < 0 else ("", minute)
    return f"{sign}{minute // 60:02d}:{minute % 60:02d}"


def _whole_seconds(seconds: int) -> int:
    if type(seconds) is not int:
        raise ImpossibleDuration("A turn-around time is a whole number of seconds.")
    if seconds <= 0:
        raise ImpossibleDuration("A turn-around time must be longer than zero.")
    if seconds > LONGEST_TURNAROUND:
        raise ImpossibleDuration("A turn-around time cannot be longer than 400 days of open time.")
    return seconds


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise HoursError("Hours are asked with an instant that knows its zone.")
    return at.astimezone(UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise HoursError(f"{name!r} is not a time zone we know.") from error


def _open_stretches(
    cal: Calendar, start: datetime, *, until: datetime | None = None
) -> Iterator[tuple[datetime, datetime]]:
    """Open stretches from `start` on, in order; stops at `until`, or after 400 days without an opening.

    Stretches that touch (midnight, the change of the clocks) come one after the other and are not merged.
    """
    _zone(cal.zone)
    spans_of_day: dict[date, tuple[Span, ...]] = {}
    day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    last_open = start
    while (day < until) if until is not None else (day <= last_open + HORIZON):
        for begins, ends, offset in _steady_stretches(cal.zone, day):
            local = (begins + offset).date()
            while local <= (ends + offset).date():
                if local not in spans_of_day:
                    spans_of_day[local] = tuple(sorted(cal.spans_on(local), key=lambda span: span.opens))
                midnight = datetime(local.year, local.month, local.day, tzinfo=UTC) - offset
                for span in spans_of_day[local]:
                    opens = max(midnight + timedelta(minutes=span.opens), begins, start)
                    closes = min(midnight + timedelta(minutes=span.closes), ends)
                    if opens < closes and (until is None or opens < until):
                        last_open = closes
                        yield opens, closes
                local += ONE_DAY
        day += ONE_DAY


@lru_cache(maxsize=20_000)
def _steady_stretches(zone: str, day: datetime) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """One UTC day cut where the zone's offset changes: (begins, ends, offset)."""
    info = _zone(zone)

    def offset(at: datetime) -> timedelta:
        return at.astimezone(info).utcoffset() or timedelta()

    end = day + ONE_DAY
    before, after = offset(day), offset(end)
    if before == after:
        return ((day, end, before),)
    low, high = day, end  # the change lies in (low, high]; zone data changes offsets on whole seconds
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if offset(middle) == before:
            low = middle
        else:
            high = middle
    cut = ((day, high, before), (high, end, after))
    return tuple(stretch for stretch in cut if stretch[0] < stretch[1])
