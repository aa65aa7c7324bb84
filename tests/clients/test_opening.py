"""Acme in New York: when it is open, by when it answers, and which windows Ann in Madrid may choose."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from clients import hours, opening
from clients.models import Client, HoursException, HoursSpan, Policy, Queue
from tests import factories

pytestmark = pytest.mark.django_db

NEW_YORK = ZoneInfo("America/New_York")


def there(*when: int) -> datetime:
    return datetime(*when, tzinfo=NEW_YORK)


@pytest.fixture
def acme() -> Client:
    return factories.client("Acme", zone="America/New_York")


@pytest.fixture
def office(acme: Client) -> Queue:
    """Monday to Friday, 9:00 to 17:30."""
    week = factories.hours(acme, "Office", always_open=False)
    for weekday in range(5):
        HoursSpan.objects.create(hours=week, weekday=weekday, opens=540, closes=1050)
    return factories.queue(acme, hours=week)


def test_a_line_without_hours_is_always_open(acme: Client):
    line = factories.queue(acme)
    night = there(2026, 5, 10, 3, 0)
    assert opening.is_open(line, night)
    assert opening.next_opening(line, night) == night


def test_a_door_without_hours_has_those_of_its_line(acme: Client, office: Queue):
    door = factories.door(acme, into=office)
    sunday = there(2026, 5, 10, 12, 0)
    assert not opening.is_open(door, sunday)
    assert opening.next_opening(door, sunday) == there(2026, 5, 11, 9, 0)


def test_turn_around_counts_open_minutes_over_the_weekend(office: Queue):
    friday = there(2026, 5, 8, 16, 30)
    assert opening.deadline(office, friday, 120) == there(2026, 5, 11, 10, 0)


@pytest.mark.parametrize("minutes", [0, -5, 10**9, 1.5])
def test_impossible_turn_around_is_refused_in_words(office: Queue, minutes):
    with pytest.raises(hours.ImpossibleDuration) as refused:
        opening.deadline(office, there(2026, 5, 8, 16, 30), minutes)
    assert str(refused.value.sentence).endswith(".")


def test_windows_are_open_ahead_and_on_the_customers_clock(acme: Client, office: Queue):
    HoursException.objects.create(hours=office.hours, date=date(2026, 5, 12), name="Founders' day")
    monday = there(2026, 5, 11, 12, 0)

    windows = opening.callback_windows(office, monday, "Europe/Madrid", days=2)

    assert [(each.starts, each.ends) for each in windows if not each.running] == [
        (there(2026, 5, 11, 13, 0), there(2026, 5, 11, 15, 0)),
        # Half an hour is left before closing, less than half a window: the last one takes it in.
        (there(2026, 5, 11, 15, 0), there(2026, 5, 11, 17, 30)),
        (there(2026, 5, 13, 9, 0), there(2026, 5, 13, 11, 0)),
        (there(2026, 5, 13, 11, 0), there(2026, 5, 13, 13, 0)),
        (there(2026, 5, 13, 13, 0), there(2026, 5, 13, 15, 0)),
        (there(2026, 5, 13, 15, 0), there(2026, 5, 13, 17, 30)),
    ]
    # It is noon: of the window that runs an hour is left.
    assert [(each.starts, each.ends) for each in windows if each.running] == [
        (there(2026, 5, 11, 11, 0), there(2026, 5, 11, 13, 0))
    ]
    assert windows[1].local_starts.hour == 19
    assert all(opening.is_open(office, each.starts) for each in windows)


@pytest.mark.parametrize(("minute", "runs"), [(44, True), (45, True), (46, False)])
def test_a_running_window_is_offered_while_a_quarter_of_an_hour_is_left(office: Queue, minute: int, runs: bool):
    first = opening.callback_windows(office, there(2026, 5, 11, 10, minute), days=1)[0]
    assert first.running is runs
    assert first.ends == there(2026, 5, 11, 11 if runs else 13, 0)


def test_before_the_opening_nothing_runs(office: Queue):
    assert not opening.callback_windows(office, there(2026, 5, 11, 8, 59), days=1)[0].running
    assert not opening.callback_windows(office, there(2026, 5, 11, 9, 0), days=1)[0].running


def test_an_unknown_zone_falls_back_to_the_clients(acme: Client, office: Queue):
    first = opening.callback_windows(office, there(2026, 5, 11, 8, 0), "Moon/Crater")[0]
    assert first.zone == "America/New_York"
    assert first.local_starts.hour == 9


def test_no_windows_when_it_never_opens(acme: Client):
    closed = factories.queue(acme, hours=factories.hours(acme, "Never", always_open=False))
    assert opening.callback_windows(closed, there(2026, 5, 11, 8, 0)) == []


def test_windows_around_the_clock_on_the_day_clocks_change(acme: Client):
    Policy.objects.filter(client=acme).update(callback_window_minutes=360)
    line = factories.queue(acme)
    line.refresh_from_db()
    windows = opening.callback_windows(line, there(2026, 3, 8, 0, 0), days=1)
    assert windows[0].starts == there(2026, 3, 8, 0, 0)
    assert windows[-1].ends == there(2026, 3, 9, 0, 0)
    assert sum((each.ends.timestamp() - each.starts.timestamp()) for each in windows) == 23 * 3600
