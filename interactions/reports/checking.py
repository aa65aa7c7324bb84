"""Holds the facts of contacts, and the figures of days, against what the journal tells."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from bpo.kernel import clock
from clients.formulas import SERVICE_LEVELS
from clients.models import Channel, Client
from interactions.models import (
    ContactFact,
    Direction,
    Door,
    End,
    FigureCheck,
    FigureMark,
    Interaction,
    JournalEntry,
    Kind,
)
from interactions.reports import engine, recount
from interactions.reports.measures import Line
from interactions.reports.recount import Entry, Terms, Told
from interactions.reports.scope import DAY, Part, Scope, midnight

FIRST = 20  # differences that are told one by one
CHUNK = 5000
WHOLE = timedelta(days=3)  # checked every night, each contact
BEFORE = timedelta(days=400)  # of which a sample is
SHARE = 0.01
BEHIND = timedelta(minutes=15)
NIGHTS = timedelta(hours=36)
FACT = ("end", "door", "wait", "threshold", "short", "due_at", "reason_id", "product_id", "queue__public_id")
OF_ROW = ("client_id", "channel", "arrived_at", "reason_id", "product_id", "public_id")
BESIDE = ("came_in", "not_in_line", *(str(door) for door in Door))


@dataclass(slots=True)
class Result:
    """What was compared. `moving`: contacts of which the journal has told more than is folded."""

    entry: int
    figures: int = 0
    rows: int = 0
    moving: int = 0
    differences: int = 0
    first: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    def differs(self, **what: Any) -> None:
        """One more difference."""
        self.differences += 1
        if len(self.first) < FIRST:
            self.first.append({name: str(value) for name, value in what.items()})

    def compare(self, journal: Any, figure: Any, **what: Any) -> None:
        """One more figure, which may differ."""
        self.figures += 1
        if journal != figure:
            self.differs(**what, journal=journal, figure=figure)


def compare(
    clients: Iterable[Client],
    first: date | None = None,
    last: date | None = None,
    *,
    share: float = 1.0,
    at: datetime | None = None,
) -> Result:
    """All contacts that came in these local days, or a share of them, against the journal; the figures of whole days.

    In one snapshot: what happens meanwhile is in neither.
    """
    began = time.monotonic()
    at = at or clock.now()
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        mark = FigureMark.objects.filter(pk=1).values_list("entry", flat=True).first() or 0
        result = Result(entry=mark)
        for client in clients:
            _compare(result, client, first, last, share, at)
    result.seconds = round(time.monotonic() - began, 2)
    return result


def _compare(result: Result, client: Client, first: date | None, last: date | None, share: float, at: datetime) -> None:
    came_in = Interaction.objects.filter(client=client, direction=Direction.INBOUND)
    if first is not None:
        came_in = came_in.filter(arrived_at__gte=midnight(first, client.zone))
    if last is not None:
        came_in = came_in.filter(arrived_at__lt=midnight(last + DAY, client.zone))
    came_in = came_in.filter(_sampled(share, at))
    days: defaultdict[date, Counter[tuple[str, str]]] = defaultdict(Counter)
    waits: defaultdict[tuple[date, str], timedelta] = defaultdict(timedelta)
    zone = ZoneInfo(client.zone)
    for contact, entries in groupby(_entries(came_in), key=attrgetter("interaction_id")):
        result.rows += 1
        found = _of_contact(result, contact, list(entries))
        if found is None:
            continue
        row, told = found
        day = row.interaction__arrived_at.astimezone(zone).date()
        for count in _counts(row.interaction__channel, told, at):
            days[day][row.interaction__channel, count] += 1
        if told.end in (End.IN_TIME, End.LATE) and told.wait is not None:
            waits[day, row.interaction__channel] += told.wait
    _without_journal(result, came_in)
    if share >= 1:
        _compare_days(result, client, came_in, days, waits, at)


def _sampled(share: float, at: datetime) -> Q:
    """A share of all public ids, another one each day."""
    if share >= 1:
        return Q()
    most = 1 << 128
    start = at.date().toordinal() * 0x9E3779B97F4A7C15 * (1 << 64) % most
    end = start + int(share * most)
    if end < most:
        return Q(public_id__gte=UUID(int=start), public_id__lt=UUID(int=end))
    return Q(public_id__gte=UUID(int=start)) | Q(public_id__lt=UUID(int=end - most))


def _entries(came_in: QuerySet[Interaction]) -> Iterator[Any]:
    """Of each contact its entries in order, each with the contact and its fact: few at a time."""
    kinds = (*recount.KINDS, Kind.ARRIVED, Kind.REASON_SET, Kind.PRODUCT_SET)
    rows = JournalEntry.objects.filter(interaction__in=came_in, kind__in=kinds).order_by("interaction_id", "pk")
    own = (f"interaction__{name}" for name in OF_ROW)
    fact = (f"interaction__fact__{name}" for name in FACT)
    columns = ("pk", "interaction_id", "kind", "at", "facts", "leg_id", "actor_id", *own, *fact)
    return rows.values_list(*columns, named=True).iterator(chunk_size=CHUNK)


def _of_contact(result: Result, contact: int, entries: list[Any]) -> tuple[Any, Told] | None:
    """What the journal tells of it, once its fact is held against that; as the fact has it, while it is moving."""
    row = entries[0]
    fact = {name: getattr(row, f"interaction__fact__{name}") for name in FACT}
    if entries[-1].pk > result.entry:
        result.moving += 1
        return (row, _as_folded(fact)) if fact["end"] else None
    if fact["end"] is None:
        result.differs(contact=row.interaction__public_id, journal="there", fact="none")
        return None
    is_mail = row.interaction__channel == Channel.EMAIL
    read = [
        Entry(entry.kind, entry.at, entry.facts, entry.leg_id, entry.actor_id is not None)
        for entry in entries
        if entry.kind in recount.KINDS
    ]
    told = recount.told(read, Terms(fact["threshold"], fact["short"], fact["due_at"]), is_mail=is_mail)
    for name, said in (
        ("end", str(told.end)),
        ("door", told.door),
        ("wait", told.wait),
        ("due_at", told.due_at),
        ("queue__public_id", UUID(told.queue) if told.queue else None),
        ("reason_id", row.interaction__reason_id),
        ("product_id", row.interaction__product_id),
    ):
        if fact[name] != said:
            result.differs(contact=row.interaction__public_id, what=name, journal=said, fact=fact[name])
    return row, told


def _as_folded(fact: dict[str, Any]) -> Told:
    return Told(End(fact["end"]), fact["door"], "", fact["wait"], fact["due_at"])


def _counts(channel: str, told: Told, at: datetime) -> Iterator[str]:
    """The counts of its day that it is in."""
    if told.end == End.NONE:
        return
    yield "came_in"
    if told.door:
        yield told.door
    if told.end == End.BESIDE:
        if not told.door:
            yield "not_in_line"
    else:
        yield recount.count_in_line(told, at)


def _without_journal(result: Result, came_in: QuerySet[Interaction]) -> None:
    entries = JournalEntry.objects.filter(interaction=OuterRef("pk"))
    for contact in came_in.filter(~Exists(entries)).values_list("public_id", flat=True):
        result.rows += 1
        result.differs(contact=contact, journal="nothing", fact="a contact")


def _compare_days(
    result: Result,
    client: Client,
    came_in: QuerySet[Interaction],
    days: dict[date, Counter[tuple[str, str]]],
    waits: dict[tuple[date, str], timedelta],
    at: datetime,
) -> None:
    """Every count and every formula of a local day and channel, as pages ask the engine for them."""
    facts = ContactFact.objects.filter(interaction__in=came_in)
    there = facts.order_by().values_list(TruncDate("arrived_at", tzinfo=ZoneInfo(client.zone)), flat=True).distinct()
    for day in sorted(set(there) | set(days)):
        part = Part((client.pk,), midnight(day, client.zone), midnight(day + DAY, client.zone))
        for channel in Channel.values:
            scope = Scope(parts=(part,), at=at, channel=channel)
            where = {"client": client.slug, "day": day, "channel": channel}
            beside = engine.counts(BESIDE, scope)
            for key in BESIDE:
                result.compare(days[day][channel, key], beside[key], **where, key=key)
            line = engine.lines(scope).get((), Line())
            waited = waits[day, channel] / timedelta(seconds=1)
            own = Line(**{end: days[day][channel, end] for end in engine.ENDS}, wait_seconds=waited)
            for key in engine.ENDS:
                result.compare(getattr(own, key), getattr(line, key), **where, key=key)
            result.compare(round(own.wait_seconds, 3), round(line.wait_seconds, 3), **where, key="wait_seconds")
            for name, formula in SERVICE_LEVELS.items():
                mine, others = formula.of(own), formula.of(line)
                told = ((round(each.numerator, 3), each.denominator) for each in (mine, others))
                result.compare(*told, **where, key=name)


# --- every night -----------------------------------------------------------------------------------------------------


def check(at: datetime) -> int:
    """The last days whole, and a sample of those before; what was found is kept. How many differences."""
    today = at.date()
    clients = list(Client.objects.order_by("pk"))
    spans = ((today - WHOLE, None, 1.0), (today - BEFORE, today - WHOLE, SHARE))
    return sum(
        keep(compare(clients, first, last, share=share, at=at), first, last, share, at) for first, last, share in spans
    )


def keep(result: Result, first: date | None, last: date | None, share: float, at: datetime) -> int:
    """Keep what was found for who reads the figures; how many differences."""
    FigureCheck.objects.create(
        at=at, share=share, first_day=first, last_day=last, figures=result.figures, rows=result.rows,
        differences=result.differences, first=result.first, seconds=result.seconds,
    )  # fmt: skip
    return result.differences


def state(at: datetime) -> str:
    """How the figures are, for /readyz: ok, how far behind the journal they are, or what the last night found."""
    folded = FigureMark.objects.filter(pk=1).values_list("folded_at", flat=True).first()
    if folded is None:
        return "not folded yet"
    if at - folded > BEHIND:
        return f"behind by {(at - folded).total_seconds():.0f} s"
    lately = FigureCheck.objects.filter(at__gte=at - NIGHTS)
    # of the same days and share the newest: what was mended and checked again is mended
    newest = lately.order_by("share", "first_day", "last_day", "-at", "-pk").distinct("share", "first_day", "last_day")
    found = sum(check.differences for check in newest)
    return f"{found} differences" if found else "ok"
