"""G14: fifty supervisors watch sixty queues while fifty things a second happen: what that adds to the load.

python -m benchmarks.watching [rounds] [seconds a block] [supervisors] [agents]

The load is 25 contacts a second that enter their queues and are offered (two entries of the journal each), by two
processes. Processor time is that of these, the database, the store and the web process together, until what the last
contact led to is sent, too. Arms: `unwatched`; `told` (the floor's sockets are open and say that something changed);
`watched` (each is shown the four parts of the floor's page, over a compressed line as browsers ask for). The value is
`watched`. No supervisor may be without a new wall for longer than `NEWS` seconds.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import defaultdict
from contextlib import ExitStack

from benchmarks import latency, sockets, stage, wire
from benchmarks.goals import told

RATE = 25.0
WAITING = 2000
PARTS = ("wall", "agents", "callbacks", "latest")
ARMS = ("unwatched", "told", "watched")
SETTLES, NEWS = 4.0, 6.0


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
        watched = arm == "watched"
        show = json.dumps({"kind": "show", "parts": PARTS, "changed": False}) if watched else ""
        holder = wire.Holder(port, [("/ws/floor/", cookie) for cookie in cookies], show, packed=watched)
        shown = 0
        while watched and shown < len(cookies) * len(PARTS):
            time.sleep(0.5)
            shown += sum('"part"' in words for _at, _number, words in holder.take()[0])
        holder.take()
    before, began = machine.cpu(), time.time()
    dues = stage.at_once(sockets.arriving, [latency.Plan(RATE, seconds, seed)] * 2)
    ended = time.time()
    time.sleep(SETTLES)
    after = machine.cpu()
    arrived = sum(map(len, dues))
    used = {f"{name}_ms": (after[name] - before[name]) / arrived * 1e3 for name in after}
    came: list[wire.Came] = []
    if holder:
        came = holder.take()[0]
        holder.stop()
    return {"arrived": arrived, "cpu_ms": sum(used.values()), **used, **received(came, began, ended, len(cookies))}


def received(came: list[wire.Came], began: float, ended: float, people: int) -> dict[str, float]:
    """What a supervisor gets a second, and for how long one of them had no new wall while contacts came."""
    walls: defaultdict[int, list[float]] = defaultdict(list)
    pictures = [each for each in came if '"part"' in each[2]]
    for at, number, words in pictures:
        if '"part":"wall"' in words:
            walls[number].append(at)
    gaps = [
        after - before
        for times in walls.values()
        for before, after in zip([began, *times], [*times, max(ended, times[-1])], strict=True)
    ]
    share = people * (ended - began)
    return {
        "nudges_a_second": (len(came) - len(pictures)) / share,
        "pictures_a_second": len(pictures) / share,
        "kb_a_second": sum(len(words.encode()) for _at, _number, words in came) / 1024 / share,
        "shown": len(walls),
        "longest_s": max(gaps, default=0.0),
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
        fresh = all(turn["shown"] == supervisors and turn["longest_s"] <= NEWS for turn in seen["watched"])
        return told("G14", ratios["watched"], floor=1.5, aim=1.5, arms={**arms, "ratios": ratios}, also=fresh)


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
