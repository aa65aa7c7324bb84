"""The floor as it stands this second: wall, people, callbacks. A constant number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, Min, Q, QuerySet, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from agents.models import Licence, LicenceState, Presence, Seat
from agents.presence import MISSED
from bpo.kernel.composed import composed
from clients.formulas import FORMULAS, PLAIN, SERVICE_LEVELS, Formula, Ratio
from clients.models import Channel, Client, Promise, Queue, QueueState
from interactions import waits
from interactions.models import Callback, Interaction, Leg, LegRole, LegState
from interactions.reports import promised, queries
from interactions.reports.figures import CUSTOMER_WAITS, IN_SOME_LINE, LIVE_CHANNELS, OPEN_CALLBACK, with_first_stay
from interactions.reports.measures import Line
from interactions.reports.scope import Scope, in_force, lately, scope_of

SOON = timedelta(hours=1)
LIVE_LEGS = (LegState.OFFERED, LegState.HANDLING, LegState.WRAPPING)
CHANNEL_ORDER: dict[str, int] = {Channel.VOICE: 0, Channel.CHAT: 1, Channel.EMAIL: 2}


@dataclass(frozen=True, slots=True)
class People:
    """Who could serve a client, each person in one of the five: staffed is their sum."""

    free: int = 0
    busy: int = 0
    wrap_up: int = 0
    away: int = 0
    elsewhere: int = 0
    away_by_reason: tuple[tuple[str, int], ...] = ()

    @property
    def staffed(self) -> int:
        """Everybody signed in."""
        return self.free + self.busy + self.wrap_up + self.away + self.elsewhere

    @property
    def shapes(self) -> list[str]:
        """One word a person, for the row of shapes."""
        return (
            ["talk"] * self.busy + ["ok"] * self.free + ["wrap"] * self.wrap_up
            + ["away"] * self.away + ["else"] * self.elsewhere
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line on one channel. `waiting` are customers; who is to be called back stands in line beside them."""

    queue: Queue
    channel: str
    waiting: int
    callbacks: int
    since: datetime | None
    now: Line
    today: Line
    promise: Promise | None

    @property
    def live(self) -> bool:
        """Whether somebody waits on the line; a mail does not."""
        return self.channel in LIVE_CHANNELS

    def level(self, counted: Line) -> Ratio:
        """Service level by the formula that the contract names; of mails there is none without a promise."""
        if not self.live and self.promise is None:
            return Ratio(0, 0)
        return self.formula.of(counted)

    @property
    def formula(self) -> Formula:
        """What the contract names, else the plain one."""
        return FORMULAS[self.promise.formula if self.promise else PLAIN]

    @property
    def level_now(self) -> Ratio:
        """Of the last 30 minutes."""
        return self.level(self.now)

    @property
    def level_today(self) -> Ratio:
        """Since midnight of the client."""
        return self.level(self.today)

    @property
    def light(self) -> str:
        """breach under the client's limit, below under the target, met, or nothing to say.

        Judged by the last 30 minutes; when nobody came in them, by the day.
        """
        now = self.level_now.percent
        return self.light_of(self.level_today.percent if now is None else now)

    def light_of(self, percent: float | None) -> str:
        """The light of a percentage against this line's promise."""
        light = promised.light_of(percent, self.promise) if self.promise else ""
        return "breach" if light == "missed" else light

    @property
    def limit_seconds(self) -> int | None:
        """How long somebody may wait by the contract."""
        return self.promise.threshold_seconds if self.promise and self.live else None


@dataclass(frozen=True, slots=True)
class ClientWall:
    """One client's part of the wall."""

    client: Client
    rows: list[QueueRow]
    people: People
    callbacks_due: int = 0
    callbacks_over: int = 0

    @property
    def waiting(self) -> int:
        """Customers in all lines."""
        return sum(row.waiting for row in self.rows)

    @property
    def on_the_line(self) -> int:
        """Those of them who call or chat."""
        return sum(row.waiting for row in self.rows if row.live)

    @property
    def mails(self) -> int:
        """Those of them who wrote a mail."""
        return self.waiting - self.on_the_line


@dataclass(frozen=True, slots=True)
class Wall:
    """The whole wall. `people` counts every person once, whoever shares them."""

    at: datetime
    clients: list[ClientWall]
    people: People
    today: Scope
    by_channel: dict[str, Line]  # of today, lines that are closed by now too

    @property
    def waiting(self) -> int:
        """Customers in all lines of all clients."""
        return sum(each.waiting for each in self.clients)

    @property
    def longest(self) -> tuple[ClientWall, QueueRow] | None:
        """The live line whose first has waited longest."""
        rows = [(each, row) for each in self.clients for row in each.rows if row.live and row.since]
        return min(rows, key=lambda pair: pair[1].since or self.at, default=None)


@dataclass(slots=True)
class _Seen:
    """What one person does, gathered from seat and legs."""

    presence: str
    reason: str
    connected: bool
    handling: set[int] = field(default_factory=set)
    wrapping: set[int] = field(default_factory=set)

    @property
    def idle(self) -> bool:
        """Ready, and nothing in hand."""
        return self.presence == Presence.AVAILABLE and self.connected and not self.handling and not self.wrapping


@composed
def _signed_in(agents: Any) -> QuerySet[Seat, tuple[int, str, str, bool]]:
    seats = Seat.objects.filter(agent__among=agents).exclude(presence=Presence.SIGNED_OUT)
    return seats.values_list("agent_id", "presence", "reason", "connected")


@composed
def _live_work(agents: Any) -> QuerySet[Leg, tuple[int, int, str]]:
    legs = Leg.objects.filter(agent__among=agents, state__in=LIVE_LEGS, set_aside=False)
    return legs.exclude(role=LegRole.MONITOR).values_list("agent_id", "client_id", "state")


@composed
def _licensed(clients: Any) -> QuerySet[Licence, tuple[int, int]]:
    licences = Licence.objects.filter(client__among=clients, state=LicenceState.CERTIFIED)
    return licences.filter(agent__deactivated_at__isnull=True).values_list("agent_id", "client_id")


def _seen(agents: Iterable[int]) -> dict[int, _Seen]:
    """Everybody signed in among these agents, with the clients they work for now (two queries)."""
    found = {
        agent: _Seen(presence, reason, connected) for agent, presence, reason, connected in _signed_in(list(agents))
    }
    for agent, client, state in _live_work(list(found)):
        (found[agent].wrapping if state == LegState.WRAPPING else found[agent].handling).add(client)
    return found


def _doing(each: _Seen, client: int | None = None) -> str:
    """What a person counts as: work for the client, then what keeps them from it."""
    if client in each.handling or (client is None and each.handling):
        return "busy"
    if client in each.wrapping or (client is None and each.wrapping):
        return "wrap_up"
    if each.handling or each.wrapping:
        return "elsewhere"
    return "free" if each.idle else "away"


def certified(clients: Iterable[Client]) -> dict[int, set[int]]:
    """Who may serve each client (one query)."""
    licensed: defaultdict[int, set[int]] = defaultdict(set)
    for agent, client in _licensed([client.pk for client in clients]):
        licensed[client].add(agent)
    return licensed


def who(client: Client, doing: str = "") -> list[int]:
    """The people behind a number of the wall; all who are staffed without a state."""
    seen = _seen(certified([client])[client.pk])
    return [agent for agent, each in seen.items() if not doing or _doing(each, client.pk) == doing]


def _people(seen: Mapping[int, _Seen], idle: Set[int], among: Set[int], client: int | None = None) -> People:
    """Each person once; `idle` are free for whichever client, and on a large floor most."""
    counts: Counter[str] = Counter(free=len(among & idle))
    reasons: Counter[str] = Counter()
    for each in map(seen.__getitem__, (among & seen.keys()) - idle):
        counts[doing := _doing(each, client)] += 1
        if doing == "away":
            reasons[away_words(each.presence, each.reason)] += 1
    return People(**counts, away_by_reason=tuple(reasons.most_common()))


def away_words(presence: str, reason: str) -> str:
    """Why somebody is away, in the floor's words."""
    if presence == Presence.BREAK:
        return _("Away, missed offers") if reason.startswith(f"{MISSED} ") else reason or _("Away")
    return _("Not responding") if presence == Presence.NOT_RESPONDING else _("Connection lost")


@composed
def _in_line(clients: Any) -> QuerySet[Interaction, Any]:
    # Only of who came back into a line is looked up when somebody had answered.
    first_stay = When(first__left_at__isnull=True, then=Coalesce("enqueued_at", "arrived_at"))
    since = Min(Case(first_stay, default=waits.WAITS_SINCE), filter=CUSTOMER_WAITS)
    return (
        with_first_stay(Interaction.objects.filter(client__among=clients).filter(IN_SOME_LINE))
        .values_list("queue_id", "channel", named=True)
        .annotate(all=Count("pk"), n=Count("pk", filter=CUSTOMER_WAITS), since=since)
    )


def _waiting(clients: Sequence[Client]) -> dict[tuple[int, str], tuple[int, int, datetime | None]]:
    rows = _in_line([client.pk for client in clients])
    return {(row.queue_id, row.channel): (row.n, row.all - row.n, row.since) for row in rows}


@composed
def _due(clients: Any, soon: Any, at: Any) -> QuerySet[Callback, Any]:
    open_ones = Callback.objects.filter(client__among=clients, state__in=OPEN_CALLBACK, due_from__lte=soon)
    return open_ones.values_list("client_id").annotate(due=Count("pk"), over=Count("pk", filter=Q(due_until__lt=at)))


def _callbacks(clients: Sequence[Client], at: datetime) -> dict[int, tuple[int, int]]:
    rows = _due([client.pk for client in clients], at + SOON, at)
    return {client: (due, over) for client, due, over in rows}


@composed
def _lines(clients: Any) -> QuerySet[Queue]:
    return Queue.objects.filter(client__among=clients).exclude(state=QueueState.ARCHIVED).order_by("name")


def wall(clients: Sequence[Client], at: datetime | None = None, *, today: Scope | None = None) -> Wall:
    """The wall of these clients: nine queries, whatever stands on it; seven with the scope of today at hand.

    Where a contract promises something of mails, one more, and one for the hours of each queue with mails.
    """
    today = today or scope_of(clients, "today", at=at)
    at = today.at
    stretches = [today, lately(today)]
    lines_today, lines_now = queries.lines_of(stretches, "first__queue_id", "channel")
    waiting = _waiting(clients)
    promises = promises_now(today.promises, at)
    mailed = any(channel == Channel.EMAIL for _client, channel in promises)
    mails_today, mails_now = promised.mail_lines(stretches) if mailed else ({}, {})
    due = _callbacks(clients, at)
    licensed = certified(clients)
    seen = _seen(set().union(*licensed.values()))
    idle = {agent for agent, each in seen.items() if each.idle}

    rows: defaultdict[int, list[QueueRow]] = defaultdict(list)
    for queue in _lines([client.pk for client in clients]):
        for channel in sorted(queue.channels, key=lambda c: CHANNEL_ORDER.get(c, 9)):
            n, callbacks, since = waiting.get((queue.pk, channel), (0, 0, None))
            key = queue.pk, channel
            mail = channel == Channel.EMAIL
            rows[queue.client_id].append(
                QueueRow(
                    queue=queue,
                    channel=channel,
                    waiting=n,
                    callbacks=callbacks,
                    since=since,
                    now=(mails_now if mail else lines_now).get(key, Line()),
                    today=(mails_today if mail else lines_today).get(key, Line()),
                    promise=promises.get((queue.client_id, channel)),
                )
            )
    by_channel: defaultdict[str, Line] = defaultdict(Line)
    for (_queue, channel), counted in lines_today.items():
        by_channel[channel] += counted
    return Wall(
        at=at,
        today=today,
        by_channel=dict(by_channel),
        clients=[
            ClientWall(
                client,
                sorted(rows[client.pk], key=lambda row: (CHANNEL_ORDER.get(row.channel, 9), row.queue.name)),
                _people(seen, idle, licensed[client.pk], client.pk),
                *due.get(client.pk, (0, 0)),
            )
            for client in clients
        ],
        people=_people(seen, idle, seen.keys()),
    )


def promises_now(promises: Iterable[Promise], at: datetime) -> dict[tuple[int, str], Promise]:
    """The service level promised now, by client and channel; the first where there are several."""
    found: dict[tuple[int, str], Promise] = {}
    for promise in in_force(promises, at):
        if promise.formula in SERVICE_LEVELS:
            found.setdefault((promise.contract.client_id, promise.channel), promise)
    return found


def open_callbacks(clients: Sequence[Client], *, due_by: datetime | None = None) -> QuerySet[Callback]:
    """Open callbacks, the nearest end of window first; those that may be made by then."""
    rows = Callback.objects.filter(client__in=clients, state__in=OPEN_CALLBACK).order_by("due_until", "pk")
    return queries.callbacks_with_people(rows.filter(due_from__lte=due_by) if due_by else rows)
