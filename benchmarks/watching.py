"""G14: fifty supervisors watch sixty queues while fifty things a second happen: what that adds to the load.

python -m benchmarks.watching [rounds] [seconds a block] [supervisors] [agents]

The load is 25 contacts a second that enter their queues and are offered (two entries of the journal each), by two
processes. Processor time is that of these, the database, the store and the web process together. Arms: `unwatched`,
`told` (the floor's sockets are open and say that something changed), `watched` (as the page does, each then fetches
the four parts of the floor). The value is `watched`.
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack

from benchmarks import latency, sockets, stage, wire
from benchmarks.goals import told

RATE = 25.0
WAITING = 2000
PARTS = ("wall", "agents", "callbacks", "latest")
ARMS = ("unwatched", "told", "watched")


class Machine:
    """Everything whose processor time counts."""

    def __init__(self, web: int) -> None:
        import redis
        from django.conf import settings

        with redis.Redis.from_url(settings.REDIS_URL) as store:
            self.store = int(store.info("server")["process_id"])
        self.web, self.server = web, stage.postmaster()

    def cpu(self) -> dict[str, float]:
        """Processor seconds until now."""
        times = os.times()
        return {
            "acting": times.children_user + times.children_system,
            "database": stage.server_cpu(self.server),
            "store": stage.cpu_of(self.store),
            "web": stage.cpu_of(self.web),
        }


def block(arm: str, port: int, cookies: list[str], machine: Machine, seconds: int, seed: int) -> dict[str, float]:
    """One arm's turn; its sockets are opened before and closed after."""
    from benchmarks import floor

    floor.clear(WAITING)
    holder = None
    if arm != "unwatched":
        parts = [f"/floor/parts/{part}/" for part in PARTS] if arm == "watched" else []
        holder = wire.Holder(port, [("/ws/floor/", cookie) for cookie in cookies], parts)
        holder.take()
    before = machine.cpu()
    dues = stage.at_once(sockets.arriving, [latency.Plan(RATE, seconds, seed)] * 2)
    after = machine.cpu()
    arrived = sum(map(len, dues))
    used = {f"{name}_ms": (after[name] - before[name]) / arrived * 1e3 for name in after}
    came: list[str] = []
    if holder:
        came = [words for _at, _number, words in holder.take()[0]]
        holder.stop()
    fetched = [words for words in came if words.startswith("/")]
    return {
        "arrived": arrived,
        "cpu_ms": sum(used.values()),
        **used,
        "nudges_a_second": (len(came) - len(fetched)) / seconds,
        "fetches_a_second": len(fetched) / seconds,
        "failed_fetches": sum(not words.endswith(" 200") for words in fetched),
    }


def main(rounds: int = 6, seconds: int = 10, supervisors: int = 50, agents: int = 2000) -> bool:
    """Arms in turns on one web process."""
    with stage.stage("bpo_bench"), ExitStack() as stack:
        from benchmarks import floor
        from clients.models import Client
        from tests import factories as make

        floor.build(agents, WAITING, latency.LINES, unstaffed=latency.UNSTAFFED, past=True)
        clients = list(Client.objects.all())
        cookies = wire.signed_in([make.supervisor(*clients, name=f"Sue {n}") for n in range(supervisors)])
        port, process = stack.enter_context(wire.web("bpo.asgi:application"))
        machine = Machine(process)
        seen: dict[str, list[dict[str, float]]] = {arm: [] for arm in ARMS}
        for number in range(rounds):
            for arm in ARMS if number % 2 else ARMS[::-1]:
                seen[arm].append(block(arm, port, cookies, machine, seconds, number))
        arms: dict[str, object] = {arm: stage.middle(turns) for arm, turns in seen.items()}
        for arm, figure in arms.items():
            stage.say(f"{arm:10} {figure}")
        ratios = {arm: round(stage.ratio(seen[arm], seen["unwatched"], "cpu_ms"), 3) for arm in ARMS[1:]}
        return told("G14", ratios["watched"], floor=1.5, aim=1.5, arms={**arms, "ratios": ratios})


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
