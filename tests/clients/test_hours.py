"""Opening hours: is it open, when next, and by when a promise made now is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from clients.hours import (
    Calendar,
    HoursError,
    ImpossibleDuration,
    ImpossibleHours,
    NeverOpen,
    Span,
    add_open_seconds,
    always_open,
    closing_after,
    is_open,
    next_opening,
    open_seconds_between,
    validate,
)
from clients.models import Policy

NEW_YORK, MADRID, LORD_HOWE = "America/New_York", "Europe/Madrid", "Australia/Lord_Howe"
HOUR = 3600
OFFICE = (Span(9 * 60, 17 * 60),)
SIESTA = (Span(9 * 60, 14 * 60), Span(16 * 60, 20 * 60))
NIGHT = (Span(0, 6 * 60), Span(22 * 60, 24 * 60))
ALL_DAY = (Span(0, 24 * 60),)


def weekdays(spans: tuple[Span, ...], zone: str = NEW_YORK, **exceptions: tuple[Span, ...]) -> Calendar:
    """Monday to Friday; exceptions are given as d20261225=()."""
    closed = {date(int(key[1:5]), int(key[5:7]), int(key[7:9])): value for key, value in exceptions.items()}
    return Calendar(zone, (spans,) * 5 + ((), ()), closed)


def daily(spans: tuple[Span, ...], zone: str = NEW_YORK) -> Calendar:
    return Calendar(zone, (spans,) * 7)


def local(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


# --- open or not ---


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-04 08:59:59", False),
        ("2026-03-04 09:00:00", True),  # opening inclusive
        ("2026-03-04 16:59:59", True),
        ("2026-03-04 17:00:00", False),  # closing exclusive
        ("2026-03-07 12:00:00", False),  # Saturday
    ],
)
def test_an_office_is_open_from_nine_until_just_before_five(at: str, expected: bool) -> None:
    assert is_open(weekdays(OFFICE), local(NEW_YORK, at)) is expected


def test_a_split_shift_is_closed_in_the_middle_of_the_day() -> None:
    cal = daily(SIESTA, MADRID)
    assert not is_open(cal, local(MADRID, "2026-05-05 15:00"))
    assert next_opening(cal, local(MADRID, "2026-05-05 14:00")) == local(MADRID, "2026-05-05 16:00")
    assert closing_after(cal, local(MADRID, "2026-05-05 15:00")) == local(MADRID, "2026-05-05 20:00")


def test_a_holiday_is_the_clients_local_date_not_the_servers() -> None:
    cal = Calendar(NEW_YORK, (ALL_DAY,) * 7, {date(2026, 12, 25): ()})
    assert is_open(cal, datetime(2026, 12, 25, 4, 59, tzinfo=UTC))  # still the 24th in New York
    assert not is_open(cal, datetime(2026, 12, 25, 5, 0, tzinfo=UTC))
    assert not is_open(cal, datetime(2026, 12, 26, 4, 59, tzinfo=UTC))
    assert is_open(cal, datetime(2026, 12, 26, 5, 0, tzinfo=UTC))


def test_an_exception_can_open_a_sunday() -> None:
    cal = weekdays(OFFICE, d20261220=(Span(10 * 60, 14 * 60),))
    assert next_opening(cal, local(NEW_YORK, "2026-12-19 12:00")) == local(NEW_YORK, "2026-12-20 10:00")


def test_next_opening_while_open_is_now() -> None:
    at = local(NEW_YORK, "2026-03-04 11:22:33")
    assert next_opening(weekdays(OFFICE), at) == at


def test_hours_over_midnight_close_in_the_morning() -> None:
    cal = daily(NIGHT)
    assert closing_after(cal, local(NEW_YORK, "2026-03-04 23:00")) == local(NEW_YORK, "2026-03-05 06:00")


def test_a_house_that_never_closes_has_no_closing() -> None:
    assert closing_after(always_open(), datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_a_house_that_never_opens_has_no_opening_and_no_deadline() -> None:
    cal = Calendar(NEW_YORK, ((),) * 7)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert next_opening(cal, at) is None
    assert closing_after(cal, at) is None
    with pytest.raises(NeverOpen):
        add_open_seconds(cal, at, 1)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(HoursError):
        is_open(weekdays(OFFICE), datetime(2026, 1, 1))


# --- deadlines ---


@pytest.mark.parametrize(
    ("at", "seconds", "due"),
    [
        ("2026-03-04 10:00", 2 * HOUR, "2026-03-04 12:00"),
        ("2026-03-04 16:00", 2 * HOUR, "2026-03-05 10:00"),
        ("2026-03-04 15:00", 2 * HOUR, "2026-03-04 17:00"),  # fills the day exactly
        ("2026-03-04 17:00", 1, "2026-03-05 09:00:01"),
        ("2026-03-06 22:00", HOUR, "2026-03-09 10:00"),  # Friday night -> Monday, over the change of the clocks
        ("2026-03-04 06:00", 8 * HOUR, "2026-03-04 17:00"),
        ("2026-03-04 06:00", 8 * HOUR + 1, "2026-03-05 09:00:01"),
    ],
)
def test_ann_is_promised_a_call_within_business_hours(at: str, seconds: int, due: str) -> None:
    assert add_open_seconds(weekdays(OFFICE), local(NEW_YORK, at), seconds) == local(NEW_YORK, due)


def test_a_deadline_skips_a_long_weekend() -> None:
    cal = weekdays(OFFICE, d20261225=(), d20261228=())
    assert add_open_seconds(cal, local(NEW_YORK, "2026-12-24 16:00"), 2 * HOUR) == local(NEW_YORK, "2026-12-29 10:00")


@pytest.mark.parametrize("seconds", [0, -1, 401 * 24 * HOUR, 1.5, True, None])
def test_impossible_turnarounds_are_refused_when_asked(seconds: object) -> None:
    with pytest.raises(ImpossibleDuration):
        add_open_seconds(weekdays(OFFICE), datetime(2026, 1, 5, tzinfo=UTC), seconds)  # type: ignore[arg-type]


def test_a_deadline_nobody_lives_to_see_is_refused_at_once() -> None:
    """400 days of open time, a minute a week: eleven thousand years, which no calendar counts to."""
    cal = Calendar(NEW_YORK, ((Span(540, 541),), *((),) * 6))
    with pytest.raises(ImpossibleDuration, match="ten years"):
        add_open_seconds(cal, datetime(2026, 1, 5, tzinfo=UTC), 400 * 24 * HOUR)


FOUR_HUNDRED_DAYS = 400 * 24 * 60


@pytest.mark.parametrize(
    ("minutes", "kept"), [(0, False), (1, True), (FOUR_HUNDRED_DAYS, True), (FOUR_HUNDRED_DAYS + 1, False)]
)
def test_impossible_turnarounds_are_refused_when_saved(minutes: int, kept: bool) -> None:
    policy = Policy(turnaround_minutes=minutes)
    try:
        policy.clean_fields({"client"})
    except ValidationError as refused:
        assert not kept and set(refused.message_dict) == {"turnaround_minutes"}
    else:
        assert kept


# --- days of 23, 24 and a half, and 25 hours ---


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (NEW_YORK, date(2026, 3, 8), 23),
        (NEW_YORK, date(2026, 11, 1), 25),
        (MADRID, date(2026, 3, 29), 23),
        (MADRID, date(2026, 10, 25), 25),
        (LORD_HOWE, date(2026, 4, 5), 24.5),
        (LORD_HOWE, date(2026, 10, 4), 23.5),
        (MADRID, date(2026, 6, 1), 24),
    ],
)
def test_a_day_open_all_day_has_the_hours_that_day_has(zone: str, day: date, hours: float) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=ZoneInfo(zone))
    only = Calendar(zone, ((),) * 7, {day: ALL_DAY})
    assert open_seconds_between(only, start, end) == hours * HOUR
    assert add_open_seconds(only, start, int(hours * HOUR)) == end


def test_a_night_shift_over_the_lost_hour_is_an_hour_shorter() -> None:
    cal = Calendar(MADRID, ((Span(60, 300),),) * 7)
    assert add_open_seconds(cal, local(MADRID, "2026-03-29 01:00"), 3 * HOUR) == local(MADRID, "2026-03-29 05:00")


def test_a_night_shift_over_the_repeated_hour_is_an_hour_longer() -> None:
    cal = Calendar(NEW_YORK, ((Span(0, 240),),) * 7)
    assert add_open_seconds(cal, local(NEW_YORK, "2026-11-01 00:00"), 5 * HOUR) == local(NEW_YORK, "2026-11-01 04:00")


def test_an_opening_inside_the_lost_hour_starts_when_the_clock_jumps_past_it() -> None:
    cal = Calendar(NEW_YORK, ((Span(150, 300),),) * 7)  # 02:30 does not exist on this day
    assert next_opening(cal, local(NEW_YORK, "2026-03-08 00:00")) == datetime(2026, 3, 8, 7, 0, tzinfo=UTC)


# --- what may be saved ---


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (Span(540, 540), "Monday: 09:00 to 09:00 lasts no time at all."),
        (Span(600, 540), "Monday: 10:00 to 09:00 closes before it opens"),
        (Span(-60, 540), "Monday: -01:00 to 09:00 does not lie between 00:00 and 24:00."),
        (Span(540, 1441), "Monday: 09:00 to 24:01 does not lie between 00:00 and 24:00."),
    ],
)
def test_impossible_spans_are_refused_in_words(span: Span, words: str) -> None:
    with pytest.raises(ImpossibleHours, match=words[:40]) as refused:
        validate(Calendar(NEW_YORK, ((span,), *((OFFICE,) * 6))), starting=date(2026, 1, 1))
    assert refused.value.errors[0].startswith(words)


def test_every_problem_is_named_at_once() -> None:
    cal = Calendar(
        "Mars/Olympus", ((Span(540, 700), Span(600, 800)),) + (OFFICE,) * 6, {date(2026, 1, 1): (Span(5, 5),)}
    )
    with pytest.raises(ImpossibleHours) as refused:
        validate(cal, starting=date(2026, 1, 1))
    zone, overlap, empty = refused.value.errors
    assert "Mars/Olympus" in zone
    assert overlap == "Monday: 09:00 to 11:40 overlaps 10:00 to 13:20."
    assert empty.startswith("2026-01-01")


def test_touching_spans_are_no_overlap() -> None:
    validate(daily((Span(540, 600), Span(600, 700))), starting=date(2026, 1, 1))


def test_hours_without_any_opening_are_refused() -> None:
    never = Calendar(NEW_YORK, ((),) * 7, {date(2028, 1, 1): OFFICE})
    with pytest.raises(NeverOpen):
        validate(never, starting=date(2026, 1, 1))
    validate(never, starting=date(2027, 6, 1))


# --- properties ---

ZONES = st.sampled_from([NEW_YORK, MADRID, LORD_HOWE, "Asia/Kathmandu", "America/St_Johns", "UTC"])
INSTANTS = st.one_of(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.builds(  # close to a change of the clocks
        lambda start, minutes: start + timedelta(minutes=minutes),
        st.sampled_from(
            [datetime(2026, m, d, tzinfo=UTC) for m, d in ((3, 8), (3, 29), (4, 4), (10, 3), (10, 25), (11, 1))]
        ),
        st.integers(-600, 2400),
    ),
).map(lambda at: at.replace(microsecond=0))


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    return tuple(Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    days = st.integers(0, 1094).map(lambda n: date(2025, 1, 1) + timedelta(days=n))
    week = tuple(draw(spans()) for _ in range(7))
    return Calendar(draw(ZONES), week, draw(st.dictionaries(days, spans(), max_size=4)))


@given(calendars(), INSTANTS, st.integers(1, 40 * HOUR))
@settings(max_examples=150, deadline=None)
def test_a_deadline_is_the_inverse_of_open_seconds(cal: Calendar, at: datetime, seconds: int) -> None:
    try:
        due = add_open_seconds(cal, at, seconds)
    except NeverOpen:
        assert not any(cal.week)  # only a week without any opening can run out of exceptions
        return
    assert open_seconds_between(cal, at, due) == seconds
    assert open_seconds_between(cal, at, due - timedelta(seconds=1)) == seconds - 1  # the earliest such instant


@given(calendars(), INSTANTS, st.integers(0, 3000))
@settings(max_examples=60, deadline=None)
def test_open_seconds_agree_with_counting_minutes(cal: Calendar, at: datetime, minutes: int) -> None:
    at = at.replace(second=0)
    counted = sum(is_open(cal, at + timedelta(minutes=n)) for n in range(minutes))
    assert open_seconds_between(cal, at, at + timedelta(minutes=minutes)) == counted * 60
    assert open_seconds_between(cal, at + timedelta(minutes=minutes), at) == -counted * 60


@given(calendars(), INSTANTS)
@settings(max_examples=60, deadline=None)
def test_next_opening_and_closing_are_the_edges_a_watcher_would_see(cal: Calendar, at: datetime) -> None:
    at = at.replace(second=0)
    watched = [is_open(cal, at + timedelta(minutes=n)) for n in range(2 * 1440)]
    opening = next_opening(cal, at)
    if True not in watched:
        assert opening is None or opening >= at + timedelta(days=2)
        return
    first = watched.index(True)
    assert opening == at + timedelta(minutes=first)
    closing = closing_after(cal, at)
    if False in watched[first:]:
        assert closing == at + timedelta(minutes=watched.index(False, first))
    else:
        assert closing is None or closing >= at + timedelta(days=2)
