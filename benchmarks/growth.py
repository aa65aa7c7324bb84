"""G6, G7: how the cost of one match grows with who waits (1,000 to 100,000) and with the agents (200 to 10,000).

python -m benchmarks.growth [rounds] [matches a block] [per cent of the largest size]

BEGIN; match; ROLLBACK, from both sides, in a database for each size, in turns. The figure is the exponent of a straight
line through the logarithms of the medians: 0 does not grow, 1 grows as the size does. The bare arm's stand beside.
"""

from __future__ import annotations

import math
import random
import statistics
import sys
import time
from typing import Any

from benchmarks import stage
from benchmarks.goals import told

AGENTS, WAITING = 2000, 10000
BY_WAITING, BY_AGENTS = (1_000, 10_000, 100_000), (200, 2_000, 10_000)
CALLS = {
    ("product", "agent free"): "SELECT entry FROM match_agent(%s, now())",
    ("product", "arrival"): "SELECT entry FROM match_interaction(%s, now())",
    ("bare", "agent free"): "SELECT bare.match_agent(%s)",
    ("bare", "arrival"): "SELECT bare.match_waiting(%s)",
}
Call = tuple[str, str]
Size = tuple[int, int]


def database(size: Size) -> str:
    """The one of that many agents and waiting."""
    return "bpo_bench_{}_{}".format(*size)


def prepare(sizes: list[Size]) -> None:
    """A floor of each size in a database of its own, copied from the empty one."""
    from django.db import connection

    from benchmarks import floor

    empty = connection.settings_dict["NAME"]
    for size in sizes:
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {database(size)}")
            cursor.execute(f"CREATE DATABASE {database(size)} TEMPLATE {empty}")
        connection.settings_dict["NAME"] = database(size)
        stage.say(f"{size[0]:,} agents, {size[1]:,} waiting")
        floor.build(*size)
    connection.close()
    connection.settings_dict["NAME"] = empty


def open_floor(size: Size) -> tuple[Any, dict[str, list[int]]]:
    """A connection, and who can be matched: agents, and contacts that somebody could take."""
    import psycopg
    from django.db import connection

    parameters = {**connection.get_connection_params(), "dbname": database(size)}
    kept = {name: parameters[name] for name in ("dbname", "user", "host", "port", "password") if parameters.get(name)}
    raw = psycopg.connect(**kept, autocommit=True, options="-c join_collapse_limit=4 -c from_collapse_limit=4")
    agents = [row[0] for row in raw.execute("SELECT DISTINCT agent_id FROM interactions_agentlane ORDER BY 1")]
    contacts = raw.execute(
        "SELECT id FROM interactions_interaction WHERE lane_id IN (SELECT lane_id FROM interactions_agentlane)"
        " ORDER BY random() LIMIT 1000"
    )
    return raw, {"agent free": agents, "arrival": [row[0] for row in contacts]}


def block(raw: Any, call: Call, who: list[int], matches: int, dice: random.Random) -> float:
    """The median microseconds of some matches, none of which stays."""
    took = []
    for key in dice.choices(who, k=matches):
        with raw.transaction(force_rollback=True):
            began = time.perf_counter()
            found = raw.execute(CALLS[call], (key,), prepare=True).fetchone()[0]
            if found is not None:
                took.append(time.perf_counter() - began)
    return statistics.median(took) * 1e6 if took else math.nan


def exponent(costs: dict[int, float]) -> float:
    """The slope of the straight line through the logarithms."""
    xs, ys = [math.log(size) for size in costs], [math.log(cost) for cost in costs.values()]
    return round(statistics.linear_regression(xs, ys).slope, 3)


def main(rounds: int = 10, matches: int = 40, per_cent: int = 100) -> bool:
    """Build the floors, measure them in turns, tell both goals."""
    most = per_cent / 100
    by_waiting = [(AGENTS, int(n * most) or 1) for n in BY_WAITING]
    by_agents = [(int(n * most) or 1, WAITING) for n in BY_AGENTS]
    sizes = sorted({*by_waiting, *by_agents})
    with stage.stage("bpo_bench_empty"):
        prepare(sizes)
        floors = {size: open_floor(size) for size in sizes}
        seen: dict[tuple[Size, Call], list[float]] = {(size, call): [] for size in sizes for call in CALLS}
        for number in range(rounds + 1):
            dice = random.Random(number)
            for size in dice.sample(sizes, len(sizes)):
                raw, who = floors[size]
                for call in CALLS:
                    cost = block(raw, call, who[call[1]], matches, dice)
                    if number:  # the first round warms
                        seen[size, call].append(cost)
        for raw, _who in floors.values():
            raw.close()
        costs = {key: statistics.median(blocks) for key, blocks in seen.items()}
        return tell("G6", by_waiting, 1, costs, 0.15, 0.15) & tell("G7", by_agents, 0, costs, 0.45, 0.3)


def tell(
    goal: str, sizes: list[Size], axis: int, costs: dict[tuple[Size, Call], float], floor: float, aim: float
) -> bool:
    """One goal: the worse of the product's two sides."""
    arms: dict[str, dict[str, object]] = {}
    for arm, side in CALLS:
        along = {size[axis]: costs[size, (arm, side)] for size in sizes}
        median = {f"{size:,}": round(cost) for size, cost in along.items()}
        arms[f"{arm}, {side}"] = {"exponent": exponent(along), "median_us": median}
        stage.say(f"{goal} {arm:8} {side:11} {exponent(along):6.3f}", median)
    value = max(exponent({size[axis]: costs[size, call] for size in sizes}) for call in CALLS if call[0] == "product")
    return told(goal, value, floor=floor, aim=aim, arms=arms)


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
