"""What staffing is asked for a real line: its own recent arrivals, handling and patience, its promise, who is there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import TruncHour

from clients import hours, opening
from clients.models import Channel, Queue
from interactions import eligibility
from interactions.models import AgentLane, Direction, Outcome, Visit
from interactions.reports import figures, live, queries
from interactions.reports.measures import Handling
from interactions.reports.queries import SECOND
from interactions.reports.scope import Period, Scope, period, promises_in_force, scope_of
from interactions.reports.staffing import DAY_SECONDS, MOST_AT_ONCE, Goal

USUAL_PERIOD = "7d"
FEWEST_GIVEN_UP = 3  # fewer say nothing about patience


@dataclass(frozen=True, slots=True)
class Recent:
    """What came into a line on one channel in a period, in its open time. Left at once does not count, as in reports.

    patience_seconds: all seconds spent waiting over the number who gave up, what an exponential patience is told by.
    """

    period: Period
    arrivals: int
    open_seconds: int
    handling: Handling
    given_up: int
    waited_seconds: float
    busiest: tuple[datetime, int] | None

    @property
    def per_hour(self) -> float | None:
        """Arrivals in an open hour; None when the line was never open."""
        return round(self.arrivals * 3600 / self.open_seconds, 2) if self.open_seconds else None

    @property
    def handle_seconds(self) -> int | None:
        """Average handling time; None when nothing was handled."""
        aht = self.handling.aht_seconds
        return None if aht is None else min(max(1, round(aht)), DAY_SECONDS)

    @property
    def patience_seconds(self) -> int | None:
        """Mean patience; None when too few gave up to tell."""
        if self.given_up < FEWEST_GIVEN_UP:
            return None
        return min(max(1, round(self.waited_seconds / self.given_up)), DAY_SECONDS)


@dataclass(frozen=True, slots=True)
class There:
    """Who could be offered what waits here: signed in, ready and connected, however busy and wherever else needed."""

    agents: int
    at_once: int


def recent(queue: Queue, channel: str, key: str = USUAL_PERIOD, *, at: datetime | None = None) -> Recent:
    """The line's own figures of a named period; from its first contact on, where that is later."""
    scope = scope_of([queue.client], key, at=at, channel=channel, queue=queue.pk)
    named = period(key, queue.client.zone, scope.at)
    first = Visit.objects.filter(queue=queue).aggregate(first=Min("entered_at"))["first"] or scope.at
    until = min(named.end, scope.at)
    since = min(max(named.start, first), until)
    at_once = figures.ENDS["short"]
    counted = (
        figures.contacts(scope)
        .filter(figures.IN_LINE)
        .aggregate(
            came=Count("pk"),
            short=Count("pk", filter=at_once),
            left=Count("pk", filter=Q(first_how=Outcome.ABANDONED)),
            waited=Sum("first_wait", default=timedelta()),
            short_wait=Sum("first_wait", filter=at_once, default=timedelta()),
        )
    )
    return Recent(
        period=named,
        arrivals=counted["came"] - counted["short"],
        open_seconds=hours.open_seconds_between(opening.calendar_of(queue), since, until),
        # Callbacks and what agents begin take time of the line as well, but nobody waits for them: told in the words.
        handling=queries.handling(scope, "interaction__direction").get((Direction.INBOUND,), Handling()),
        given_up=counted["left"] - counted["short"],
        waited_seconds=(counted["waited"] - counted["short_wait"]) / SECOND,
        busiest=_busiest(scope, queue.client.zone),
    )


def _busiest(scope: Scope, zone: str) -> tuple[datetime, int] | None:
    """The clock hour in which most came, who left at once aside."""
    rows = figures.contacts(scope).filter(figures.IN_LINE).order_by()
    by_hour = rows.annotate(hour=TruncHour("arrived_at", tzinfo=ZoneInfo(zone))).values("hour")
    stayed = Count("pk") - Count("pk", filter=figures.ENDS["short"])
    return by_hour.annotate(n=stayed).order_by("-n", "-hour").values_list("hour", "n").first()


def there(queue: Queue, channel: str) -> There:
    """Agents of the line now, and how many of its contacts one of them has in hand at most."""
    lane = eligibility.lane_for(queue, channel=channel)
    profile = f"agent__profile__{channel}"
    rooms = [
        min(cap, budget // points, queue.cap_per_agent or cap)
        for cap, budget, points in AgentLane.objects.filter(lane=lane).values_list(
            f"{profile}_cap", "agent__profile__budget", f"{profile}_points"
        )
    ]
    at_once = round(sum(rooms) / len(rooms)) if rooms else 1
    return There(eligibility.staffed(lane), min(max(1, at_once), MOST_AT_ONCE))


def goal_of(queue: Queue, channel: str, at: datetime) -> Goal:
    """What the contract in force promises of this channel; else the usual 80 % in 20 s."""
    promises = promises_in_force([queue.client], at, at)
    promise = live.promises_now(promises, at).get((queue.client_id, channel))
    if promise is None:
        return Goal()
    percent = min(max(1.0, float(promise.target_percent)), 99.9)
    return replace(Goal(), percent=percent, within_seconds=min(promise.threshold_seconds, DAY_SECONDS))


def live_channels(queue: Queue) -> list[Channel]:
    """The channels on which somebody waits on the line; mails wait for a reply, and nobody gives up on them."""
    return [Channel(each) for each in queue.channels if each in figures.LIVE_CHANNELS]
