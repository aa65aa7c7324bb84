"""What a figure is asked for: clients, a period in each client's zone, filters, and the thresholds in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, DateTimeField, DurationField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from bpo.kernel import clock
from bpo.kernel.composed import Place, composed
from bpo.kernel.errors import InvalidValue
from clients.formulas import PLAIN, PROMISED, SERVICE_LEVELS
from clients.models import Channel, Client, Policy, Promise
from interactions.reports.measures import DEFAULT_SHORT, DEFAULT_THRESHOLD

DAY = timedelta(days=1)
LATELY = timedelta(minutes=30)
ALWAYS = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
PERIODS: dict[str, LazyText] = {
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "7d": _("Last 7 days"),
    "30d": _("Last 30 days"),
    "month": _("This month"),
}


@dataclass(frozen=True, slots=True)
class Period:
    """Local days of one zone as instants: start inclusive, end exclusive. `key` is what an address says."""

    key: str
    first: date
    last: date
    start: datetime
    end: datetime

    @property
    def words(self) -> str | LazyText:
        """How a heading names it."""
        if self.key == "lately":
            return _("Last 30 minutes")
        if self.named:
            return PERIODS[self.key]
        if self.one_day:
            return date_format(self.first, "j F Y")
        return f"{date_format(self.first, 'DATE_FORMAT')} – {date_format(self.last, 'DATE_FORMAT')}"

    @property
    def named(self) -> bool:
        """Whether it has a name of its own, so that its days are told beside it."""
        return self.key in PERIODS

    @property
    def one_day(self) -> bool:
        """Whether it is a single local day."""
        return self.first == self.last


def midnight(day: date, zone: str) -> datetime:
    """The instant a local day begins; days of 23 and 25 hours are as long as they are."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def period(key: str, zone: str, at: datetime | None = None) -> Period:
    """The named period, or a single day by its date; anything else is refused."""
    at = at or clock.now()
    today = at.astimezone(ZoneInfo(zone)).date()
    key = key or "today"
    match key:
        case "lately":
            return Period(key, today, today, at - LATELY, at + DAY)
        case "today":
            first = last = today
        case "yesterday":
            first = last = today - DAY
        case "7d":
            first, last = today - 6 * DAY, today
        case "30d":
            first, last = today - 29 * DAY, today
        case "month":
            first, last = today.replace(day=1), today
        case _:
            try:
                first = last = date.fromisoformat(key)
            except ValueError:
                raise InvalidValue(f"period {key!r}", sentence=_("Choose a day or one of the periods.")) from None
            if not 2000 <= first.year <= 2200:
                raise InvalidValue(f"period {key!r}", sentence=_("Choose a day or one of the periods."))
    return Period(key, first, last, midnight(first, zone), midnight(last + DAY, zone))


@dataclass(frozen=True, slots=True)
class Part:
    """Some clients that share the same stretch of time."""

    clients: tuple[int, ...]
    start: datetime
    end: datetime

    def during(self, field: str, client: str = "client_id") -> Q:
        """Rows of these clients whose `field` falls into the stretch."""
        return Q(**{f"{client}__in": self.clients, f"{field}__gte": self.start, f"{field}__lt": self.end})


@dataclass(frozen=True, slots=True)
class Threshold:
    """How soon a contact of this channel is to be answered, for contacts that arrive while the contract is in force."""

    client: int
    channel: str
    seconds: int
    start: datetime
    end: datetime


# Seconds for the contacts of a scope, and those of contacts for which something else holds, by conditions on them.
Judging = tuple[int, tuple[tuple[tuple[tuple[str, object], ...], int], ...]]


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything that decides which contacts a figure counts. `at` judges those that still wait.

    `promises` are those of the contracts that touch its time; the thresholds are theirs.
    """

    parts: tuple[Part, ...]
    at: datetime
    thresholds: tuple[Threshold, ...] = ()
    shorts: tuple[tuple[int, int], ...] = ()
    channel: str = ""
    queue: int | None = None
    reason: int | None = None
    no_reason: bool = False
    promises: tuple[Promise, ...] = field(default=(), compare=False, repr=False)
    judging: Judging | None = None

    @property
    def clients(self) -> tuple[int, ...]:
        """All of them."""
        return tuple(pk for part in self.parts for pk in part.clients)

    def during(self, field: str) -> Q:
        """The condition on the time that decides the interval, and on the client."""
        condition = Q(pk__in=[])
        for index, part in enumerate(self.parts):
            condition = part.during(field) if index == 0 else condition | part.during(field)
        return condition

    def holds(self, client: int, moment: datetime) -> bool:
        """Whether it counts what happened to the client at that moment."""
        return any(client in part.clients and part.start <= moment < part.end for part in self.parts)

    def threshold(self) -> Case:
        """The threshold of a contact, as a duration; asks of a contact only what differs within the scope."""
        default, apart = self.rule
        whens = [When(**dict(asked), then=Value(timedelta(seconds=seconds))) for asked, seconds in apart]
        return Case(*whens, default=Value(timedelta(seconds=default)), output_field=DurationField())

    @property
    def rule(self) -> Judging:
        """The threshold of its contacts, and those that hold for some of them."""
        return self.judging or self._judging()

    def _judging(self) -> Judging:
        apart: list[tuple[tuple[tuple[str, object], ...], int]] = []
        default = DEFAULT_THRESHOLD
        clients = set(self.clients)
        settled: set[tuple[int, str]] = set()  # clients' channels that have one threshold all the time
        for each in self.thresholds:
            key = each.client, each.channel
            if key in settled or each.client not in clients or self.channel not in ("", each.channel):
                continue
            asked = self._asked_by(each)
            if not asked:
                default = each.seconds
                break
            apart.append((tuple(asked.items()), each.seconds))
            if "arrived_at__gte" not in asked and "arrived_at__lt" not in asked:
                settled.add(key)
        return default, tuple(apart)

    def _asked_by(self, threshold: Threshold) -> dict[str, object]:
        """Conditions on a contact of this scope for the threshold to be its own."""
        asked: dict[str, object] = {}
        if len(set(self.clients)) > 1:
            asked["client_id"] = threshold.client
        if not self.channel:
            asked["channel"] = threshold.channel
        own = [part for part in self.parts if threshold.client in part.clients]
        if any(part.start < threshold.start for part in own):
            asked["arrived_at__gte"] = threshold.start
        if any(part.end > threshold.end for part in own):
            asked["arrived_at__lt"] = threshold.end
        return asked

    def short(self) -> Case:
        """Under this wait an abandoned contact is shown apart."""
        by_seconds: defaultdict[int, list[int]] = defaultdict(list)
        for client, seconds in self.shorts:
            by_seconds[seconds].append(client)
        default = next(iter(by_seconds)) if len(by_seconds) == 1 else DEFAULT_SHORT
        whens = [
            When(client_id__in=clients, then=Value(timedelta(seconds=seconds)))
            for seconds, clients in by_seconds.items()
            if seconds != default
        ]
        return Case(*whens, default=Value(timedelta(seconds=default)), output_field=DurationField())

    def until(self, field: str) -> Coalesce:
        """The field, or the instant that is asked about where it is empty: how long has it been so far."""
        at: Any = self.at
        return Coalesce(field, at if isinstance(at, Place) else Value(at, output_field=DateTimeField()))

    @property
    def moments(self) -> tuple[datetime, ...]:
        """Its times alone, in the order in which `placed` wants them again."""
        return self.at, *(moment for part in self.parts for moment in (part.start, part.end))

    def shape(self, judging: Judging) -> Scope:
        """All but its times, judged by this: scopes of one shape ask with one statement (`bpo.kernel.composed`)."""
        nowhere: Any = None
        parts = tuple(Part(part.clients, nowhere, nowhere) for part in self.parts)
        return replace(self, parts=parts, at=nowhere, thresholds=(), promises=(), judging=judging)

    def placed(self, moments: Iterator[Any]) -> Scope:
        """The shape with times, or places for them."""
        at = next(moments)
        return replace(self, at=at, parts=tuple(Part(p.clients, next(moments), next(moments)) for p in self.parts))

    def of_channel(self, channel: str) -> Scope:
        """The same, of one channel."""
        return replace(self, channel=channel)

    def judged_by(self, seconds: Mapping[str, int]) -> Scope:
        """The same, judged by these thresholds of channels, whatever else the contract says."""
        clients = dict.fromkeys(self.clients)
        own = [Threshold(pk, channel, limit, *ALWAYS) for channel, limit in seconds.items() for pk in clients]
        return replace(self, thresholds=tuple(own))

    def with_threshold(self, promise: Promise) -> Scope:
        """The same, of one promise's own channel and judged by its threshold, while its contract is in force."""
        own = self.judged_by({promise.channel: promise.threshold_seconds}) if promise.timed else self
        return own.of_channel(promise.channel).between(*stretch_of(promise))

    def between(self, start: datetime, end: datetime) -> Scope:
        """The same, of this stretch of its time alone."""
        inside = [replace(p, start=max(p.start, start), end=min(p.end, end)) for p in self.parts]
        return replace(self, parts=tuple(inside))


def scope_of(
    clients: Sequence[Client],
    key: str = "today",
    *,
    at: datetime | None = None,
    channel: str = "",
    queue: int | None = None,
    reason: int | None = None,
    no_reason: bool = False,
) -> Scope:
    """The scope of a named period, local to each client (two queries: promises and policies)."""
    (scope,) = scopes_of(clients, key, at=at)
    if channel and channel not in Channel.values:
        raise InvalidValue(f"channel {channel!r}", sentence=_("There is no such channel."))
    return replace(scope, channel=channel, queue=queue, reason=reason, no_reason=no_reason)


def scopes_of(clients: Sequence[Client], *keys: str, at: datetime | None = None) -> list[Scope]:
    """The scopes of several named periods with the same rules (two queries, however many)."""
    at = at or clock.now()
    periods = [_parts(clients, key, at) for key in keys]
    found = [part for parts in periods for part in parts]
    start, end = min((part.start for part in found), default=at), max((part.end for part in found), default=at)
    promises = promises_in_force(clients, start, end) if clients else []
    rules: Any = {"thresholds": thresholds_of(promises), "shorts": shorts_of(clients), "promises": tuple(promises)}
    return [Scope(parts=parts, at=at, **rules) for parts in periods]


def _parts(clients: Sequence[Client], key: str, at: datetime) -> tuple[Part, ...]:
    """The period as each client's zone has it."""
    stretches: defaultdict[tuple[datetime, datetime], list[int]] = defaultdict(list)
    for client in clients:
        stretch = period(key, client.zone, at)
        stretches[stretch.start, stretch.end].append(client.pk)
    return tuple(Part(tuple(pks), start, end) for (start, end), pks in stretches.items())


def together(scopes: Sequence[Scope]) -> Scope:
    """All that any of these scopes counts, by the rules of the first."""
    return replace(scopes[0], parts=tuple(dict.fromkeys(part for scope in scopes for part in scope.parts)))


def lately(scope: Scope) -> Scope:
    """The same clients and rules, of the last half hour only."""
    return replace(scope, parts=(Part(scope.clients, scope.at - LATELY, scope.at + DAY),))


def shorts_of(clients: Iterable[Client]) -> tuple[tuple[int, int], ...]:
    """The short limit of each client's policy."""
    return tuple(_shorts([client.pk for client in clients]))


@composed
def _shorts(clients: Any) -> QuerySet[Policy, tuple[int, int]]:
    policies = Policy.objects.filter(client__among=clients).order_by("client_id")
    return policies.values_list("client_id", "short_abandon_seconds")


@composed
def _promises(clients: Any, first: Any, last: Any) -> QuerySet[Promise]:
    return (
        Promise.objects.filter(contract__client__among=clients, contract__valid_from__lte=last)
        .filter(Q(contract__valid_until__isnull=True) | Q(contract__valid_until__gte=first))
        .select_related("contract__client")
        .order_by("contract__client_id", "-contract__valid_from", "channel", "pk")
    )


def promises_in_force(clients: Iterable[Client], start: datetime, end: datetime) -> list[Promise]:
    """What contracts that touch the time promise; the plain formula before its variants."""
    first, last = (start - DAY).date(), (end + DAY).date()
    found = _promises([client.pk for client in clients], first, last)
    return sorted(found, key=lambda p: p.formula != PLAIN)


def stretch_of(promise: Promise) -> tuple[datetime, datetime]:
    """From when to when the promise's contract is in force, in the client's zone."""
    contract = promise.contract
    zone = contract.client.zone
    last = contract.valid_until or date(9998, 1, 1)
    return midnight(contract.valid_from, zone), midnight(last + DAY, zone)


def thresholds_of(promises: Iterable[Promise]) -> tuple[Threshold, ...]:
    """By channel and time of arrival, from the contracts in force: those of the promises that a threshold decides."""
    return tuple(
        Threshold(promise.contract.client_id, promise.channel, promise.threshold_seconds, *stretch_of(promise))
        for promise in promises
        if promise.formula in SERVICE_LEVELS
    )


def touching(promises: Iterable[Promise], scope: Scope) -> list[Promise]:
    """Those whose contract was in force within the scope and whose formula is known, the newest first."""
    start, end = min(part.start for part in scope.parts), min(scope.at, max(part.end for part in scope.parts))
    found = ((promise, *stretch_of(promise)) for promise in promises if promise.formula in PROMISED)
    held = [(since, promise) for promise, since, until in found if since < end and until > start]
    return [promise for since, promise in sorted(held, key=lambda each: each[0], reverse=True)]


def in_force(promises: Iterable[Promise], at: datetime) -> list[Promise]:
    """Those of the promises whose contract is in force at the moment and whose formula is known."""
    found = ((promise, *stretch_of(promise)) for promise in promises if promise.formula in PROMISED)
    return [promise for promise, start, end in found if start <= at < end]
