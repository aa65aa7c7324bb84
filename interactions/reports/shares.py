"""Whose share of the floor is what: seats held now, floor and ceiling, and the idle time charged to each client.

Idle time is available and connected with nothing accepted in hand, as in occupancy. The rule (idle.v1): an agent's idle
seconds are charged to the clients she is certified for, by their weight in the period; who is certified for none is
charged to the house. A client's weight is the handling time of its contacts or, where it is more, its floor for as long
as it had one: who is served first pays for being ready. Where no weight is there, in equal parts. Licences count as
they stood when the period ended, so that what was charged stays charged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Q, Sum

from agents.models import Licence, LicenceState
from bpo.kernel import history
from clients.models import Client
from interactions.models import Interaction, Leg, LegRole, State
from interactions.models.leg import HOLDING_STATES

SEAT = 100
# By client, because the ends of work are found by client: nothing that was over before the period is looked at.
WORKED = """
    SELECT l.agent_id, l.client_id, greatest(l.accepted_at, %(start)s) AS since,
        least(coalesce(l.ended_at, %(end)s), %(end)s) AS until
    FROM clients_client c CROSS JOIN LATERAL (
        SELECT over.* FROM interactions_leg over WHERE over.client_id = c.id AND over.ended_at > %(start)s
        UNION ALL
        SELECT live.* FROM interactions_leg live
        WHERE live.client_id = c.id AND live.state IN ('offered', 'handling', 'wrapping') AND live.ended_at IS NULL
    ) l
    WHERE l.role <> 'monitor' AND l.accepted_at < %(end)s
        AND coalesce(l.ended_at, %(end)s) > greatest(l.accepted_at, %(start)s)
"""
IDLE = f"""
WITH before AS (
    SELECT a.id AS agent_id, (SELECT max(e.at) FROM agents_presenceentry e WHERE e.agent_id = a.id AND e.at < %(start)s)
        AS at
    FROM agents_agent a
), log AS (
    SELECT e.agent_id, greatest(e.at, %(start)s) AS since, e.presence = 'available' AND e.connected AS there,
        least(coalesce(lead(e.at) OVER (PARTITION BY e.agent_id ORDER BY e.at, e.id), %(end)s), %(end)s) AS until
    FROM agents_presenceentry e JOIN before USING (agent_id)
    WHERE e.at < %(end)s AND e.at >= coalesce(before.at, %(start)s)
), there AS (
    SELECT agent_id, range_agg(tstzrange(since, until)) AS times FROM log WHERE there AND until > since GROUP BY 1
), busy AS (
    SELECT agent_id, range_agg(tstzrange(since, until)) AS times FROM ({WORKED}) worked GROUP BY 1
)
SELECT there.agent_id, extract(epoch FROM sum(upper(one) - lower(one)))::float8
FROM there LEFT JOIN busy USING (agent_id),
    unnest(there.times - coalesce(busy.times, '{{}}'::tstzmultirange)) AS one
GROUP BY 1
"""  # noqa: S608 - constants alone
WORK = f"""
SELECT client_id, sum(extract(epoch FROM until - since))::float8 FROM ({WORKED}) worked GROUP BY 1
"""  # noqa: S608 - constants alone


@dataclass(frozen=True, slots=True)
class Charged:
    """Idle seconds by client id, those nobody can be charged for, and what they were charged by."""

    idle: Mapping[int, float]
    house: float
    worked: Mapping[int, float]

    @property
    def total(self) -> float:
        """All idle seconds of the period."""
        return sum(self.idle.values()) + self.house


@dataclass(frozen=True, slots=True)
class Held:
    """What a client holds of the floor at this moment, in seats, and how many of its contacts wait."""

    seats: float = 0
    waiting: int = 0


def charged(start: datetime, end: datetime) -> Charged:
    """The idle time of all agents between two moments and who is charged for it, by idle.v1 (seven queries)."""
    idle, worked = _rows(IDLE, start, end), _rows(WORK, start, end)
    weights: dict[int, float] = {}
    for client, seconds in history.during(Client, start, end):
        weights[client.id] = weights.get(client.id, 0.0) + (client.floor_seats or 0) * seconds
    weights = {client: max(worked.get(client, 0.0), floor) for client, floor in weights.items()}
    certified: dict[int, list[int]] = {}
    for licence in history.as_of(Licence, end, agent__in=list(idle)):
        if licence.state == LicenceState.CERTIFIED:
            certified.setdefault(licence.agent_id, []).append(licence.client_id)
    shares: dict[int, float] = {}
    house = 0.0
    for agent, free in idle.items():
        if agent not in certified:
            house += free
        for client, part in split(free, certified.get(agent, ()), weights).items():
            shares[client] = shares.get(client, 0.0) + part
    return Charged(shares, house, worked)


def split(seconds: float, clients: Sequence[int], weights: Mapping[int, float]) -> dict[int, float]:
    """One agent's idle seconds over the clients she answers for, by weight; equal parts where none has any."""
    total = sum(weights.get(client, 0.0) for client in clients)
    return {client: seconds * (weights.get(client, 0.0) / total if total else 1 / len(clients)) for client in clients}


def percentages(parts: Iterable[float]) -> list[float]:
    """Shares of a sum in tenths of a percent that add up to 100, by the largest remainder."""
    values = list(parts)
    total = sum(values)
    if not total:
        return [0.0] * len(values)
    exact = [value * 1000 / total for value in values]
    tenths = [int(each) for each in exact]
    left = 1000 - sum(tenths)
    for index in sorted(range(len(values)), key=lambda n: tenths[n] - exact[n])[:left]:
        tenths[index] += 1
    return [each / 10 for each in tenths]


def held(clients: Sequence[Client]) -> dict[int, Held]:
    """Seats held and contacts waiting now, by client (two queries); a seat is 100 points, set aside legs hold none."""
    live = Q(state__in=HOLDING_STATES, set_aside=False) & ~Q(role=LegRole.MONITOR)
    points = dict(Leg.objects.filter(live, client__in=clients).values_list("client").annotate(Sum("cost")).order_by())
    waits = Interaction.objects.filter(state=State.QUEUED, client__in=clients)
    waiting = dict(waits.values_list("client").annotate(Count("pk")).order_by())
    return {each.pk: Held(points.get(each.pk, 0) / SEAT, waiting.get(each.pk, 0)) for each in clients}


def _rows(sql: str, start: datetime, end: datetime) -> dict[int, float]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"start": start, "end": end})
        return dict(cursor.fetchall())
