"""The agent grid: what each person does, how long, whether too long, worst first. A constant number of queries.

Of a large floor `crowd` says in which order they come and how many do what; a page then has the grid of those it shows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from agents.models import Agent, Licence, LicenceState, Presence, PresenceReason, Seat
from bpo.kernel import clock
from bpo.kernel.composed import composed
from clients.models import Channel, Client
from interactions.models import Leg, LegRole, LegState
from interactions.models.call import TALKING_SINCE
from interactions.reports.live import LIVE_LEGS, away_words

GONE = 9  # the rank of who is signed out
WORDS = {Channel.VOICE: lazy("Talking"), Channel.CHAT: lazy("Chatting"), Channel.EMAIL: lazy("Writing")}
OF_A_LEG = (
    "agent", "client", "state", "role", "channel", "set_aside", "on_hold", "hold_since", "offered_at", "accepted_at",
    "work_ended_at", "wrap_up_due_at", "interaction__public_id", "interaction__reason__name",
    "interaction__queue__name",
)  # fmt: skip
OF_WORK = ("agent_id", *(name for name in OF_A_LEG[2:] if not name.startswith("interaction")))
OF_A_SEAT = (
    "agent_id", "agent__name", "presence", "reason", "since", "connected", "connection_changed_at", "idle_since",
)  # fmt: skip
RESPONDS_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One agent on the grid. `leg` is the work that names the state; None for another client's or for nothing."""

    agent: Agent
    kind: str  # of the ui state: ok wrap breach talk away else
    words: str
    since: datetime | None
    over: bool
    limit: int | None  # seconds after which it is outlined
    leg: Leg | None
    legs: int
    elsewhere: bool
    away: str  # the presence, where work in hand names the state and she is not available
    wish: str
    misses: int
    last: str
    rank: int

    @property
    def signed_in(self) -> bool:
        """Whether there is anything live about the person."""
        return self.rank < GONE


class Standing(NamedTuple):
    """What matters most of all a person does, and how far up that puts her."""

    leg: Any
    kind: str
    words: str
    since: datetime | None
    limit: int | None
    over: bool
    rank: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everybody of a floor, worst first; `here` of them are signed in, `kinds` says how many do what."""

    order: list[int]
    here: int
    kinds: dict[str, int]


def agents_of(teams: Collection[int], clients: Sequence[Client]) -> QuerySet[Agent]:
    """Agents of these teams, and those licensed for these clients."""
    licences = Licence.objects.filter(state__in=[LicenceState.CERTIFIED, LicenceState.TRAINING])
    licensed = Q(pk__in=licences.filter(client__in=clients).values("agent"))
    return Agent.objects.filter(Q(team__in=teams) | licensed, deactivated_at__isnull=True)


@composed
def _live_legs(agents: Any) -> QuerySet[Leg]:
    legs = Leg.objects.filter(agent__among=agents, state__in=LIVE_LEGS).exclude(role=LegRole.MONITOR)
    rows = legs.select_related("interaction__reason", "interaction__queue").only(*OF_A_LEG)
    return rows.annotate(talk_from=TALKING_SINCE)


@composed
def _seats(agents: Any) -> QuerySet[Seat, Any]:
    return Seat.objects.filter(agent__among=agents).values_list(*OF_A_SEAT, named=True)


@composed
def _work(agents: Any) -> QuerySet[Leg, Any]:
    legs = Leg.objects.filter(agent__among=agents, state__in=LIVE_LEGS).exclude(role=LegRole.MONITOR)
    return legs.order_by("pk").annotate(talk_from=TALKING_SINCE).values_list(*OF_WORK, "talk_from", named=True)


@composed
def _last_endings(agents: Any, clients: Any, since: Any) -> QuerySet[Leg, tuple[int, str]]:
    legs = Leg.objects.filter(agent__among=agents, client__among=clients, disposition__isnull=False)
    ordered = legs.filter(offered_at__gte=since).order_by("agent_id", "-offered_at").distinct("agent_id")
    return ordered.values_list("agent_id", "disposition__name")


@composed
def _limited() -> QuerySet[PresenceReason]:
    return PresenceReason.objects.filter(limit_minutes__isnull=False)


def crowd(agents: QuerySet[Agent], at: datetime | None = None) -> Crowd:
    """The same order as `grid`, without what a row says besides (four queries, however many agents)."""
    at = at or clock.now()
    ids = list(agents.order_by().values_list("pk", flat=True))
    limits = _limits()
    work: defaultdict[int, list[Any]] = defaultdict(list)
    for leg in _work(ids):
        work[leg.agent_id].append(leg)
    places, kinds = [], Counter[str]()
    for seat in _seats(ids):
        standing = _standing(seat, work[seat.agent_id], limits, at)
        if standing.rank < GONE:
            kinds[standing.kind] += 1
        places.append((standing.rank, standing.since or at, seat.agent__name, seat.agent_id))
    order = [agent for *_place, agent in sorted(places)]
    return Crowd([*order, *sorted(set(ids).difference(order))], kinds.total(), dict(kinds))


def grid(agents: QuerySet[Agent], clients: Sequence[Client], at: datetime | None = None) -> list[PersonRow]:
    """The rows of these agents; work for clients beyond `clients` is told apart, never named (four queries)."""
    at = at or clock.now()
    known = {client.pk: client for client in clients}
    people = list(agents.select_related("user", "team", "seat"))
    ids = [person.pk for person in people]
    limits = _limits()
    work: defaultdict[int, list[Leg]] = defaultdict(list)
    for leg in _live_legs(ids):
        work[leg.agent_id].append(leg)
    last = dict(_last_endings(ids, list(known), at - timedelta(hours=18)))
    rows = [_row(p, getattr(p, "seat", None), work[p.pk], known, limits, last.get(p.pk, ""), at) for p in people]
    return sorted(rows, key=lambda row: (row.rank, row.since or at, row.agent.name))


def _row(
    agent: Agent,
    seat: Seat | None,
    work: list[Leg],
    known: dict[int, Client],
    limits: dict[str, int | None],
    last: str,
    at: datetime,
) -> PersonRow:
    """The state that matters most of all a person does: work before wrap-up before presence."""
    standing = _standing(seat, work, limits, at)
    leg: Leg | None = standing.leg
    elsewhere = leg is not None and leg.client_id not in known
    if leg is not None and not elsewhere:
        leg.client = known[leg.client_id]
    return PersonRow(
        agent=agent,
        kind=standing.kind,
        words=standing.words,
        since=standing.since,
        over=standing.over,
        limit=standing.limit,
        leg=None if elsewhere else leg,
        legs=len(work),
        elsewhere=elsewhere,
        away=_away(seat) if leg is not None else "",
        wish=seat.wish if seat else "",
        misses=seat.misses if seat else 0,
        last=last,
        rank=standing.rank,
    )


def _standing(seat: Any, work: list[Any], limits: dict[str, int | None], at: datetime) -> Standing:
    """What a seat and the live work of its agent amount to; rows of both will do."""
    leg = _telling(work)
    kind, words, since, limit = _state(seat, leg, limits)
    signed_out = seat is None or (seat.presence == Presence.SIGNED_OUT and not work)
    over = limit is not None and since is not None and (at - since).total_seconds() > limit
    rank = GONE if signed_out else 0 if over else {"breach": 0, "away": 1, "talk": 2, "wrap": 3}.get(kind, 4)
    return Standing(leg, kind, words, since, limit, over, rank)


def _limits() -> dict[str, int | None]:
    """How many minutes one may be away, by the reason's name and code."""
    return {word: reason.limit_minutes for reason in _limited() for word in (reason.name, reason.code)}


def _away(seat: Seat | None) -> str:
    if seat is None or seat.presence not in (Presence.BREAK, Presence.NOT_RESPONDING):
        return ""
    return away_words(seat.presence, seat.reason)


def _telling(work: list[Leg]) -> Leg | None:
    """The work that names the state: a call, then what was taken first, then wrap-up, then a ring."""

    def order(leg: Leg) -> tuple[int, bool, bool, datetime]:
        step = {LegState.HANDLING: 0, LegState.WRAPPING: 1}.get(LegState(leg.state), 2)
        return step, leg.set_aside, leg.channel != Channel.VOICE, leg.accepted_at or leg.offered_at

    return min(work, key=order, default=None)


def _state(
    seat: Seat | None, leg: Leg | None, limits: dict[str, int | None]
) -> tuple[str, str, datetime | None, int | None]:
    """Kind, words, since when, and the limit in seconds."""
    if leg is not None:
        if leg.state == LegState.OFFERED:
            return "ok", _("Ringing"), leg.offered_at, None
        if leg.state == LegState.WRAPPING:
            limit = int((leg.wrap_up_due_at - leg.work_ended_at).total_seconds()) if (
                leg.wrap_up_due_at and leg.work_ended_at
            ) else None  # fmt: skip
            return "wrap", _("Wrap-up"), leg.work_ended_at, limit
        if leg.role == LegRole.CONSULT:
            return "talk", _("Consulted"), leg.accepted_at, None
        if leg.on_hold:
            return "talk", _("On hold"), leg.hold_since or leg.accepted_at, None
        return "talk", str(WORDS.get(Channel(leg.channel), _("Busy"))), leg.talk_from, None  # type: ignore[attr-defined]
    if seat is None or seat.presence == Presence.SIGNED_OUT:
        return "else", _("Signed out"), seat.since if seat else None, None
    if seat.presence == Presence.BREAK:
        minutes = limits.get(seat.reason)
        return "away", away_words(seat.presence, seat.reason), seat.since, minutes * 60 if minutes else None
    if seat.presence == Presence.NOT_RESPONDING:
        return "away", away_words(seat.presence, ""), seat.since, int(RESPONDS_WITHIN.total_seconds())
    if not seat.connected:
        return "away", _("Connection lost"), seat.connection_changed_at or seat.since, 0
    return "ok", _("Available"), max(seat.since, seat.idle_since), None
