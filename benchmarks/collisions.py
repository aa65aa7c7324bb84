"""G10: both sides of a match at the same moment, through the product: nobody waits beside a free agent, nothing double.

python -m benchmarks.collisions [rounds]

Each round a contact comes to wait while the only agent gains room, in two processes that begin together, give or take
what a look lasts. With SKIP LOCKED each may pass over the row that the other holds. The arm that looks once must strand
some; the product looks again within milliseconds, and the sweep's step heals what is left.
"""

from __future__ import annotations

import multiprocessing
import random
import sys
import time
from typing import Any

from benchmarks import stage
from benchmarks.goals import told

SPREAD = 0.002
ARMS = ("looks once", "product")
SET_UP = """
    UPDATE interactions_leg SET state = 'rescinded', ended_at = now(), ended_by = 'agent' WHERE state = 'offered';
    UPDATE interactions_interaction SET state = 'closed', outcome = 'handled', closed_at = now()
        WHERE state <> 'closed';
    UPDATE agents_seat SET points_voice = 0, points_chat = 0, points_email = 0, fits_voice = true, fits_chat = true,
        fits_email = true, offered = false;
"""
COMES = "UPDATE interactions_interaction SET state = 'queued', outcome = '', closed_at = NULL WHERE id = %s"
STANDS = """
    SELECT i.state = 'queued', (SELECT count(*) FROM interactions_leg WHERE state = 'offered') > 1
    FROM interactions_interaction i WHERE i.id = %s
"""


def asked(sql: str, *values: object) -> Any:
    """The first row, if it has rows."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchone() if cursor.description else None


def side(share: tuple[str, str, Any, int, int, int], begin: Any) -> dict[str, int]:
    """One side for all rounds; the contact's sets up and looks at what came of it."""
    from bpo.kernel import clock
    from interactions.routing import router, timers

    me, arm, meet, contact, agent, rounds = share
    looks = 1 if arm == "looks once" else router.LOOKS
    dice = random.Random(rounds)  # the same for both
    found = {"rounds": rounds, "stranded": 0, "stranded_after_sweep": 0, "double": 0}
    begin()
    for _ in range(rounds):
        ahead = dice.uniform(-SPREAD, SPREAD)
        if me == "contact":
            asked(SET_UP)
        meet.wait()
        time.sleep(max(0.0, ahead if me == "contact" else -ahead))
        if me == "contact":
            asked(COMES, contact)
            router.interaction_waits(contact, looks=looks)
        else:
            router.agent_has_room(agent, looks=looks)
        meet.wait()
        if me == "contact":
            stranded, double = asked(STANDS, contact)
            found["stranded"] += stranded
            if stranded:
                timers.free_beside_work(clock.now())
                stranded, double = asked(STANDS, contact)
                found["stranded_after_sweep"] += stranded
            found["double"] += double
    return found if me == "contact" else {}


def measure(rounds: int) -> bool:
    """The arms in turns of a tenth of the rounds."""
    from tests import factories as make

    client = make.client()
    agent = make.agent(licensed=client, available=True)
    contact = make.waiting(make.queue(client))
    seen: dict[str, dict[str, int]] = {arm: {} for arm in ARMS}
    turns = [rounds // 10 + (n < rounds % 10) for n in range(10)]
    for number, turn in enumerate(filter(None, turns)):
        for arm in ARMS if number % 2 else ARMS[::-1]:
            meet = multiprocessing.Barrier(2)
            shares = [(me, arm, meet, contact.pk, agent.pk, turn) for me in ("contact", "agent")]
            for found in stage.at_once(side, shares):
                seen[arm] = {key: seen[arm].get(key, 0) + value for key, value in found.items()} or seen[arm]
    for arm in ARMS:
        stage.say(f"{arm:12} {seen[arm]}")
    product, once = seen["product"], seen["looks once"]
    value = product["stranded_after_sweep"] + product["double"]
    return told("G10", value, floor=0, aim=0, arms=seen, also=once["stranded"] > 0)


def main(rounds: int = 1500) -> bool:
    """Each arm that many times."""
    with stage.stage("bpo_bench"):
        from benchmarks import floor

        floor.empty()
        return measure(rounds)


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
