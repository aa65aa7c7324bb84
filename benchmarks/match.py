"""Matches per second and processor time a match: the product, its SQL alone, and the bare arm, in turns.

python -m benchmarks.match [rounds] [routers] [agents] [waiting]
"""

from __future__ import annotations

import multiprocessing
import random
import statistics
import sys
import time
from typing import Any

from benchmarks import stage
from benchmarks.goals import told

ARMS = ("bare", "sql", "product")
MATCHES = 800  # an arm a round, by all routers together
FIRST = 25  # of each router, which are not measured: its connection has read the catalogue and made its plans then


def one_match(arm: str) -> Any:
    """The arm's way to match one agent, with its connection warm."""
    from django.db import connection
    from django.utils import timezone

    connection.ensure_connection()
    raw = connection.connection
    if arm == "bare":
        return lambda agent: raw.execute("SELECT bare.match_agent(%s)", (agent,), prepare=True).fetchone()[0]
    if arm == "sql":
        return lambda agent: raw.execute(
            "SELECT entry FROM match_agent(%s, %s)", (agent, timezone.now()), prepare=True
        ).fetchone()[0]
    from interactions.routing import router

    return router.agent_has_room


def route(share: tuple[str, list[int]], begin: Any) -> tuple[float, float, float, list[float]]:
    """One router: match each of these agents once."""
    arm, agents = share
    match = one_match(arm)
    for agent in agents[:FIRST]:
        match(agent)
    begin()
    began, cpu = time.perf_counter(), time.process_time()
    took = []
    for agent in agents[FIRST:]:
        at = time.perf_counter()
        if match(agent):
            took.append(time.perf_counter() - at)
    return began, time.perf_counter(), time.process_time() - cpu, took


def block(arm: str, routers: int, agents: int, seed: int, server: int) -> dict[str, float]:
    """One arm's turn: the same agents for every arm of a round."""
    from benchmarks import floor

    floor.reset()
    order = random.Random(seed).sample(range(1, agents + 1), min(MATCHES + FIRST * routers, agents))
    before = multiprocessing.Value("d", 0.0)

    def ready() -> None:
        before.value = stage.server_cpu(server)

    results = stage.at_once(route, [(arm, order[n::routers]) for n in range(routers)], ready)
    used = stage.server_cpu(server) - before.value
    took = [seconds for result in results for seconds in result[3]]
    wall = max(result[1] for result in results) - min(result[0] for result in results)
    client = sum(result[2] for result in results)
    return {
        "matches": len(took),
        "per_s": len(took) / wall,
        "p50_ms": stage.point(took, 0.5) * 1e3,
        "p99_ms": stage.point(took, 0.99) * 1e3,
        "client_us": client / len(took) * 1e6,
        "server_us": used / len(took) * 1e6,
        "cpu_us": (client + used) / len(took) * 1e6,
    }


def tell(seen: dict[str, list[dict[str, float]]]) -> bool:
    """G1 and G2; judged by the median of the ratios of each round. Whether both hold."""
    arms = {arm: stage.middle(seen[arm]) for arm in ARMS}
    own = round(stage.ratio(seen["product"], seen["sql"], "per_s"), 3)
    with_own: dict[str, object] = {**arms, "product_to_own_sql": own}
    rate = stage.ratio(seen["product"], seen["bare"], "per_s")
    used = stage.ratio(seen["product"], seen["bare"], "cpu_us")
    fast = told("G1", rate, floor=0.35, aim=0.5, arms=with_own, more_is_better=True, also=own >= 0.7)
    lean = told("G2", used, floor=3, aim=2, arms=arms)
    return fast and lean


def main(rounds: int = 10, routers: int = 4, agents: int = 2000, waiting: int = 10000) -> bool:
    """Build the floor, run the arms in turns, print medians and the ratios of each round."""
    with stage.stage("bpo_bench"):
        from benchmarks import floor

        server = stage.postmaster()
        floor.build(agents, waiting, past=True)
        seen: dict[str, list[dict[str, float]]] = {arm: [] for arm in ARMS}
        for number in range(rounds):
            for arm in ARMS if number % 2 else ARMS[::-1]:
                seen[arm].append(block(arm, routers, agents, number, server))
        stage.say(f"{routers} routers, {agents} agents, {waiting} waiting, {rounds} rounds; medians")
        for arm in ARMS:
            stage.say(f"{arm:8}", "  ".join(f"{key} {value:,.2f}" for key, value in stage.middle(seen[arm]).items()))
        for key, better in (("per_s", "matches/s"), ("cpu_us", "processor time a match")):
            for arm, other in (("product", "bare"), ("product", "sql"), ("sql", "bare")):
                ratios = sorted(a[key] / b[key] for a, b in zip(seen[arm], seen[other], strict=True))
                stage.say(
                    f"{better}: {arm} / {other} = {statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})"
                )
        return tell(seen)


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
