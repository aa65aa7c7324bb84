"""The figures of a floor, recorded or replayed: the reports' own counts and formulas, asked of other tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from clients.models import Client
from interactions.models import Leg, LegRole, Visit
from interactions.replay.record import Past
from interactions.reports import queries
from interactions.reports.measures import Line, Ratio, Span, occupancy, seconds_within, total
from interactions.reports.scope import Part, Scope, promises_in_force, shorts_of, thresholds_of

LIVE = ("voice", "chat")
Key = tuple[int, int, str]  # client, line, channel


@dataclass(frozen=True, slots=True)
class Arm:
    """The figures of one floor: all, by client, by line and channel; occupancy of everybody."""

    total: dict[str, Any]
    clients: dict[int, dict[str, Any]]
    lines: dict[Key, dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        lines = [{"client": c, "line": q, "channel": channel, **row} for (c, q, channel), row in self.lines.items()]
        return {"total": self.total, "clients": {str(pk): row for pk, row in self.clients.items()}, "lines": lines}


@contextmanager
def looking_at(schema: str) -> Iterator[None]:
    """What the ORM asks inside is asked of the tables of this schema."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('search_path', %s, true)", [f"{schema}, public"])
        yield
        cursor.execute("SET LOCAL search_path TO DEFAULT")


def scope_of(past: Past, at: datetime) -> Scope:
    """Contacts that came in the period, all clients, judged at that moment by the contracts in force."""
    clients = list(Client.objects.order_by("pk"))
    promises = promises_in_force(clients, past.start, past.end)
    return Scope(
        parts=(Part(tuple(client.pk for client in clients), past.start, past.end),),
        at=at,
        thresholds=thresholds_of(promises),
        shorts=shorts_of(clients),
        promises=tuple(promises),
    )


def of_floor(past: Past, scope: Scope, present: dict[int, list[Span]]) -> Arm:
    """The figures of the tables that are looked at."""
    lines = queries.lines(scope, "client_id", "first__queue_id", "channel")
    waits = _waits(past)
    busy, by_client = _worked(past)
    handled = _handled(past)
    everybody = Ratio(0, 0)
    for agent in {*busy, *present}:
        everybody += occupancy(busy.get(agent, []), present.get(agent, []))
    staffed = sum(span.seconds for spans in present.values() for span in spans)
    keys = {*lines, *waits, *handled}
    clients = sorted({key[0] for key in keys})

    def row(chosen: Sequence[Key]) -> dict[str, Any]:
        found = sorted(wait for key in chosen for wait in waits.get(key, []))
        return _row(total(lines.get(key, Line()) for key in chosen), found, sum(handled.get(key, 0) for key in chosen))

    by_line = {key: row([key]) for key in sorted(keys)}
    of_clients = {
        client: {
            **row([key for key in keys if key[0] == client]),
            "share_of_staffed": _percent(Ratio(by_client.get(client, 0.0), staffed)),
        }
        for client in clients
    }
    return Arm({**row(list(keys)), "occupancy": _percent(everybody)}, of_clients, by_line)


def _row(line: Line, waits: Sequence[float], handled: int) -> dict[str, Any]:
    return {
        "offered": line.offered,
        "answered": len(waits),
        "handled": handled,
        "service_level": _percent(line.service_level()),
        "asa": _rounded(line.asa_seconds),
        "wait_mean": _rounded(sum(waits) / len(waits)) if waits else None,
        "wait_p50": _rounded(_at_share(waits, 0.5)),
        "wait_p90": _rounded(_at_share(waits, 0.9)),
        "abandon_rate": _percent(line.abandon_rate),
    }


def _waits(past: Past) -> dict[Key, list[float]]:
    """How long the answered waited on their first stay, of every channel."""
    rows = Visit.objects.filter(
        ordinal=1, how="answered", interaction__arrived_at__gte=past.start, interaction__arrived_at__lt=past.end
    ).filter(left_at__lt=past.stop)
    found: defaultdict[Key, list[float]] = defaultdict(list)
    for client, queue, channel, entered, left in rows.values_list(
        "client_id", "queue_id", "interaction__channel", "entered_at", "left_at"
    ):
        assert left is not None
        found[client, queue, channel].append((left - entered).total_seconds())
    return found


def _handled(past: Past) -> dict[Key, int]:
    """Pieces of work that ended in the period, by the line they came from."""
    found: defaultdict[Key, int] = defaultdict(int)
    rows = Leg.objects.filter(role=LegRole.PRIMARY, accepted_at__isnull=False, lane__isnull=False)
    rows = rows.filter(ended_at__gte=past.start, ended_at__lt=past.end, state__in=["completed", "lost"])
    for client, queue, channel in rows.values_list("client_id", "lane__queue_id", "channel"):
        found[client, queue, channel] += 1
    return found


def _worked(past: Past) -> tuple[dict[int, list[Span]], dict[int, float]]:
    """When each agent had work in the period, and how long there was work for each client."""
    busy: defaultdict[int, list[Span]] = defaultdict(list)
    by_client: defaultdict[tuple[int, int], list[Span]] = defaultdict(list)
    rows = Leg.objects.filter(accepted_at__lt=past.end, accepted_at__gt=past.start - timedelta(days=2))
    rows = rows.exclude(role=LegRole.MONITOR)
    for agent, client, began, ended in rows.values_list("agent_id", "client_id", "accepted_at", "ended_at"):
        assert began is not None
        span = Span(max(began, past.start), min(ended or past.end, past.end))
        if span.seconds:
            busy[agent].append(span)
            by_client[client, agent].append(span)
    whole = [Span(past.start, past.end)]
    seconds: defaultdict[int, float] = defaultdict(float)
    for (client, _agent), spans in by_client.items():
        seconds[client] += seconds_within(spans, whole)
    return busy, seconds


def present(past: Past, log: Sequence[Any]) -> dict[int, list[Span]]:
    """When each agent was available by a presence log, within the period."""
    since: dict[int, datetime] = {}
    found: defaultdict[int, list[Span]] = defaultdict(list)
    for change in sorted((each for each in log if not each.wish), key=lambda each: each.at):
        begun = since.pop(change.agent, None)
        if begun is not None and change.at > begun:
            found[change.agent].append(Span(begun, min(change.at, past.end)))
        if change.presence == "available" and change.connected:
            since[change.agent] = max(change.at, past.start)
    for agent, begun in since.items():
        found[agent].append(Span(begun, past.end))
    return {agent: [span for span in spans if span.seconds] for agent, spans in found.items()}


def _at_share(ordered: Sequence[float], share: float) -> float | None:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None


def _percent(ratio: Ratio) -> float | None:
    return _rounded(ratio.percent)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def judged_at(past: Past) -> datetime:
    """Recorded and replayed floors are judged as they stood when the replayed one closed."""
    return min(past.stop, datetime.now(UTC))
