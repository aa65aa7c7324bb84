"""When a door, a line or a client is open: its hours put to the pure arithmetic of `clients.hours`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bpo.kernel import zones
from clients import hours
from clients.hours import Calendar
from clients.models import BusinessHours, Client, EntryPoint, Policy, Queue

Opens = EntryPoint | Queue | Client

# How far ahead a customer may choose, however few days of it are open.
FARTHEST_DAYS = 60
# Less than this is left of a window: nobody could be promised a call in it.
RUNNING_LEAST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of open time that a customer may choose, with the zone in which he reads it.

    `running`: it has begun, and what is left of it may still be had: as soon as we can, by its end.
    """

    starts: datetime
    ends: datetime
    zone: str
    running: bool = False

    @property
    def local_starts(self) -> datetime:
        """The beginning on the customer's own clock."""
        return self.starts.astimezone(ZoneInfo(self.zone))

    @property
    def local_ends(self) -> datetime:
        """The end on the customer's own clock."""
        return self.ends.astimezone(ZoneInfo(self.zone))

    @property
    def day(self) -> date:
        """The customer's own date of the beginning."""
        return self.local_starts.date()


def hours_of(of: Opens) -> BusinessHours | None:
    """The hours that hold: a door's own, else those of its line; a client's are the first it named."""
    match of:
        case EntryPoint():
            return of.hours or (of.queue.hours if of.queue else None)
        case Queue():
            return of.hours
        case Client():
            return of.business_hours.order_by("pk").first()


def calendar_of(of: Opens) -> Calendar:
    """The calendar; without hours it is always open, in the client's zone.

    Nothing is kept between two calls, so that changed hours hold at once. Whoever asks for many fetches them with
    `select_related("queue__hours__client")` and prefetches `spans` and `exceptions` of the hours.
    """
    found = hours_of(of)
    if found is not None:
        return found.calendar()
    return hours.always_open((of if isinstance(of, Client) else of.client).zone)


def calendar_at(door: EntryPoint | None, queue: Queue) -> Calendar:
    """What holds for who came by this door into this line: the door's own hours, else the line's."""
    return calendar_of(door if door and door.hours_id else queue)


def calls_at(door: EntryPoint | None, queue: Queue) -> EntryPoint | Queue:
    """Whose hours a callback is made in: the line's; a line that names none keeps those of the door it was asked at."""
    return queue if door is None or queue.hours_id else door


def is_open(of: Opens, at: datetime) -> bool:
    """Whether it is open at this instant."""
    return hours.is_open(calendar_of(of), at)


def next_opening(of: Opens, at: datetime) -> datetime | None:
    """The first open instant from now on; None when none comes within 400 days."""
    return hours.next_opening(calendar_of(of), at)


def deadline(of: Opens, at: datetime, minutes: int) -> datetime:
    """The instant by which so many open minutes have passed; refuses in words what nobody could keep."""
    return hours.add_open_seconds(calendar_of(of), at, minutes * 60 if type(minutes) is int else minutes)


def known_zone(name: str, client: Client) -> str:
    """The zone a browser named, if there is such a zone; else the client's."""
    return name if name in zones.every() else client.zone


def callback_windows(of: EntryPoint | Queue, at: datetime, zone: str = "", days: int = 5) -> list[Window]:
    """The windows a customer may choose: what is left of the one that runs, and those to come, of so many open days.

    Each is as long as the client's policy says, cut from the hours (see `calls_at`) from each opening on; what is left
    at the end of an opening is a window of its own, or lengthens the last when it is less than half of one.
    """
    calendar = calendar_of(of)
    zone = known_zone(zone, of.client)
    length = timedelta(minutes=_policy(of.client).callback_window_minutes)
    windows: list[Window] = []
    open_days = 0
    today = at.astimezone(ZoneInfo(calendar.zone)).date()
    for ahead in range(FARTHEST_DAYS):
        if open_days == days:
            break
        found = [
            Window(starts, ends, zone, running=starts < at)
            for opens, closes in _openings(calendar, today + timedelta(days=ahead))
            for starts, ends in _cut(opens, closes, length)
            if starts >= at or ends >= at + RUNNING_LEAST
        ]
        open_days += bool(found)
        windows += found
    return windows


def _policy(client: Client) -> Policy:
    return getattr(client, "policy", None) or Policy(client=client)


def _openings(calendar: Calendar, day: date) -> Iterator[tuple[datetime, datetime]]:
    """The openings of one local date."""
    zone = ZoneInfo(calendar.zone)
    begins = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    after = day + timedelta(days=1)
    ends = datetime(after.year, after.month, after.day, tzinfo=zone).astimezone(UTC)
    while begins < ends:
        opens = hours.next_opening(calendar, begins)
        if opens is None or opens >= ends:
            return
        closes = min(hours.closing_after(calendar, opens) or ends, ends)
        yield opens, closes
        begins = closes


def _cut(opens: datetime, closes: datetime, length: timedelta) -> Iterator[tuple[datetime, datetime]]:
    starts = opens
    while starts < closes:
        ends = min(starts + length, closes)
        if closes - ends < length / 2:
            ends = closes
        yield starts, ends
        starts = ends
