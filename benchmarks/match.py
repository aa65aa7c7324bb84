"""Matches per second and processor time a match: the product, its SQL alone, and the bare arm, in turns.

python -m benchmarks.match [rounds] [routers] [agents] [waiting]
"""

from __future__ import annotations

import multiprocessing
import os
import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bpo.settings.development")

import django
from django.conf import settings

from benchmarks.goals import told

ARMS = ("bare", "sql", "product")
MATCHES = 800  # an arm a round, by all routers together
DATABASE = "bpo_bench"


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


def route(arm: str, agents: list[int], bar: Any, out: Any) -> None:
    """One router: match each of these agents once."""
    from django.db import connection

    connection.connect()
    match = one_match(arm)
    for agent in (-1, -2, -3, -4, -5, -6):
        match(agent)
    bar.wait()
    began, cpu = time.perf_counter(), time.process_time()
    took = []
    for agent in agents:
        at = time.perf_counter()
        if match(agent):
            took.append(time.perf_counter() - at)
    out.put((began, time.perf_counter(), time.process_time() - cpu, took))
    out.close()
    out.join_thread()
    connection.close()


def server_cpu(postmaster: int) -> float:
    """Processor seconds of the database server and all its processes, the ended ones too."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(folder.name) == postmaster:
                total += sum(map(int, fields[11:15]))
            elif int(fields[1]) == postmaster:
                total += sum(map(int, fields[11:13]))
    return total / ticks


def block(arm: str, routers: int, agents: int, seed: int, postmaster: int) -> dict[str, float]:
    """One arm's turn: the same agents for every arm of a round."""
    from django.db import connection

    from benchmarks import floor

    floor.reset()
    order = random.Random(seed).sample(range(1, agents + 1), min(MATCHES, agents))
    connection.close()
    bar, out = multiprocessing.Barrier(routers), multiprocessing.Queue()
    shares = [order[n::routers] for n in range(routers)]
    processes = [multiprocessing.Process(target=route, args=(arm, share, bar, out)) for share in shares]
    before = server_cpu(postmaster)
    for process in processes:
        process.start()
    results = [out.get(timeout=300) for _ in processes]
    for process in processes:
        process.join()
    server = server_cpu(postmaster) - before
    took = sorted(seconds for result in results for seconds in result[3])
    wall = max(result[1] for result in results) - min(result[0] for result in results)
    client = sum(result[2] for result in results)
    return {
        "matches": len(took),
        "per_s": len(took) / wall,
        "p50_ms": took[len(took) // 2] * 1e3,
        "p99_ms": took[int(len(took) * 0.99)] * 1e3,
        "client_us": client / len(took) * 1e6,
        "server_us": server / len(took) * 1e6,
        "cpu_us": (client + server) / len(took) * 1e6,
    }


def tell(seen: dict[str, list[dict[str, float]]]) -> bool:
    """G1 and G2; judged by the median of the ratios of each round. Whether both hold."""
    arms = {
        arm: {key: round(statistics.median(one[key] for one in seen[arm]), 2) for key in seen[arm][0]} for arm in ARMS
    }

    def ratio(key: str, other: str) -> float:
        pairs = zip(seen["product"], seen[other], strict=True)
        return statistics.median(product[key] / than[key] for product, than in pairs)

    own = round(ratio("per_s", "sql"), 3)
    with_own: dict[str, object] = {**arms, "product_to_own_sql": own}
    fast = told("G1", ratio("per_s", "bare"), floor=0.35, aim=0.5, arms=with_own, more_is_better=True)
    lean = told("G2", ratio("cpu_us", "bare"), floor=3, aim=2, arms=arms)
    return fast and lean and own >= 0.7


def main(rounds: int = 10, routers: int = 4, agents: int = 2000, waiting: int = 10000) -> bool:
    """Build the floor, run the arms in turns, print medians and the ratios of each round."""
    from bpo.embedded import run

    settings.DATABASES["default"]["NAME"] = DATABASE
    running = run.start(settings, lambda words: print(words, file=sys.stderr))
    try:
        django.setup()
        from django.core.management import call_command
        from django.db import connection

        from benchmarks import floor

        call_command("migrate", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend = cursor.fetchone()[0]
        fields = Path(f"/proc/{backend}/stat").read_text().rsplit(")", 1)[1].split()
        postmaster = int(fields[1])
        floor.build(agents, waiting)
        seen: dict[str, list[dict[str, float]]] = {arm: [] for arm in ARMS}
        for number in range(rounds):
            for arm in ARMS if number % 2 else ARMS[::-1]:
                seen[arm].append(block(arm, routers, agents, number, postmaster))
        print(f"{routers} routers, {agents} agents, {waiting} waiting, {rounds} rounds; medians", file=sys.stderr)
        for arm in ARMS:
            medians = {key: statistics.median(one[key] for one in seen[arm]) for key in seen[arm][0]}
            print(f"{arm:8}", "  ".join(f"{key} {value:,.2f}" for key, value in medians.items()), file=sys.stderr)
        for key, better in (("per_s", "matches/s"), ("cpu_us", "processor time a match")):
            for arm, other in (("product", "bare"), ("product", "sql"), ("sql", "bare")):
                ratios = sorted(a[key] / b[key] for a, b in zip(seen[arm], seen[other], strict=True))
                middle = statistics.median(ratios)
                print(f"{better}: {arm} / {other} = {middle:.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})", file=sys.stderr)
        return tell(seen)
    finally:
        run.stop(running)


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
