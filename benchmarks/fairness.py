"""G17: within a queue who came first is offered first: how often a younger one of equal priority is served before.

python -m benchmarks.fairness [rounds] [seconds a block] [agents] [waiting]

An inversion is an offer to a contact while an older one of the same lane and band waits on, for over a second longer.
Routers free their agents at random and look for them, while new contacts arrive. One router must make none, four at
most one in 200.
"""

from __future__ import annotations

import random
import sys
import time
from typing import Any

from benchmarks import stage
from benchmarks.goals import told

ROUTERS = (1, 4)
MOST = {1: 0.0, 4: 0.005}
LINES = 12
ARRIVALS = 0.25  # of what a router does
FREES = """
    WITH done AS (
        UPDATE interactions_leg SET state = 'completed', ended_at = now(), ended_by = 'agent'
        WHERE agent_id = %s AND state = 'offered' RETURNING interaction_id, agent_id)
    , closed AS (
        UPDATE interactions_interaction i SET state = 'closed', outcome = 'handled', closed_at = now()
        FROM done WHERE i.id = done.interaction_id)
    UPDATE agents_seat SET offered = false, points_chat = 0, fits_voice = true, fits_chat = true, fits_email = true
    WHERE agent_id IN (SELECT agent_id FROM done)
"""
INVERTED = """
    WITH first AS (
        SELECT i.id, i.lane_id, i.band, i.order_key, i.enqueued_at, min(l.offered_at) AS offered_at
        FROM interactions_leg l JOIN interactions_interaction i ON i.id = l.interaction_id
        GROUP BY i.id)
    SELECT count(*), count(*) FILTER (WHERE EXISTS (
        SELECT 1 FROM interactions_interaction older LEFT JOIN first served ON served.id = older.id
        WHERE older.lane_id = first.lane_id AND older.band = first.band AND older.order_key < first.order_key
            AND older.enqueued_at < first.offered_at
            AND (older.state = 'queued' OR served.offered_at > first.offered_at + interval '1 second')))
    FROM first
"""


def route(share: tuple[list[int], float, int], begin: Any) -> int:
    """A router: frees one of its agents and looks for her, or lets a contact arrive, at random."""
    from django.db import connection

    from clients.models import Queue
    from interactions import queueing
    from interactions.routing import router
    from tests import factories as make

    agents, seconds, seed = share
    dice, did = random.Random(seed), 0
    queues = list(Queue.objects.select_related("client"))
    people = {client.pk: make.customer(client) for client in {queue.client for queue in queues}}
    connection.ensure_connection()
    raw = connection.connection
    for agent in agents:  # nobody is free beside work when it begins
        router.agent_has_room(agent)
    begin()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if dice.random() < ARRIVALS:
            queue = dice.choice(queues)
            queueing.enter_queue(make.arrived(queue, who=people[queue.client_id]), queue)
        else:
            agent = dice.choice(agents)
            raw.execute(FREES, (agent,), prepare=True)
            did += router.agent_has_room(agent)
    return did


def turn(routers: int, seconds: int, agents: int, seed: int) -> tuple[int, int]:
    """Offers, and how many of them were inversions."""
    from django.db import connection

    everyone = random.Random(seed).sample(range(1, agents + 1), agents)
    stage.at_once(route, [(everyone[n::routers], float(seconds), seed * 10 + n) for n in range(routers)])
    with connection.cursor() as cursor:
        cursor.execute(INVERTED)
        offers, inverted = cursor.fetchone()
    return offers, inverted


def main(rounds: int = 6, seconds: int = 10, agents: int = 300, waiting: int = 10000) -> bool:
    """One router and four, in turns; a fresh floor each time."""
    with stage.stage("bpo_bench"):
        from benchmarks import floor

        seen = {routers: [0, 0] for routers in ROUTERS}
        for number in range(rounds):
            for routers in ROUTERS if number % 2 else ROUTERS[::-1]:
                floor.build(agents, waiting, LINES, chats=1)
                for at, figure in enumerate(turn(routers, seconds, agents, number)):
                    seen[routers][at] += figure
        arms = {
            f"{routers} routers": {"offers": offers, "inversions": inverted, "share": round(inverted / offers, 5)}
            for routers, (offers, inverted) in seen.items()
        }
        for name, figure in arms.items():
            stage.say(f"{name:10} {figure}")
        holds = all(inverted <= MOST[routers] * offers for routers, (offers, inverted) in seen.items())
        return told("G17", seen[4][1] / seen[4][0], floor=MOST[4], aim=0, arms=arms, also=holds)


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
