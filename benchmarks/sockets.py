"""The console's socket against a bare one: memory (G11), processor time a pop (G12), nothing lost (G13), card (G5).

python -m benchmarks.sockets [sockets] [idle seconds] [pops] [seconds of arrivals] [rounds of pops]

Each arm is a web process of its own with that many sockets; pops come at 50 a second, in turns. For G5 contacts
arrive at 50 a second (`queueing.enter_queue`, two processes) and the card is awaited at the socket of whoever it is
offered to; it is compared to the bare arrival's p99 and the bare socket's p99 together. The pop's fetch has a line of
its own: at most 6 statements, p50 15 ms.
"""

from __future__ import annotations

import json
import random
import sys
import time
from contextlib import ExitStack
from typing import Any

from benchmarks import latency, stage, wire
from benchmarks.goals import told

RATE = 50
WAITING = 10000
ARMS = ("bare", "product")
STATEMENTS, FETCH_MS = 6, 15.0


class Side:
    """One arm: its web process, its sockets, and how it is told of a pop."""

    def __init__(self, arm: str, sockets: int, stack: ExitStack) -> None:
        from agents.models import Agent

        agents = list(Agent.objects.select_related("user").order_by("pk")[:sockets])
        if arm == "bare":
            application, paths = "benchmarks.bare_socket:application", [(f"/ws/{n}/", "") for n in range(sockets)]
            self.groups = [f"bare.{n}" for n in range(sockets)]
        else:
            cookies = wire.signed_in(agent.user for agent in agents)
            application, paths = "bpo.asgi:application", [("/ws/console/", cookie) for cookie in cookies]
            self.groups = [f"agent.{agent.public_id}" for agent in agents]
        self.arm = arm
        port, self.process = stack.enter_context(wire.web(application))
        time.sleep(3)  # it settles
        before = stage.memory_of(self.process)
        self.holder = wire.Holder(port, paths)
        stack.callback(self.holder.stop)
        time.sleep(5)
        self.kb_a_socket = (stage.memory_of(self.process) - before) / sockets / 1024
        self.base_mb = before / 2**20
        self.holder.take()

    def facts(self) -> dict[str, float]:
        """Its memory."""
        return {"kb_a_socket": round(self.kb_a_socket, 1), "base_mb": round(self.base_mb, 1)}

    def idle(self, seconds: int) -> float:
        """Do nothing; processor seconds a second."""
        before = stage.cpu_of(self.process)
        time.sleep(seconds)
        return (stage.cpu_of(self.process) - before) / seconds

    def pops(self, number: int, idle: float, dice: random.Random) -> dict[str, float]:
        """So many pops at their times: how long each took, what each cost beyond idling, and how many did not come."""
        from bpo.kernel import push

        self.holder.take()
        before, began = stage.cpu_of(self.process), time.time()
        for _due in wire.steady(number / RATE, RATE):
            card = {"kind": "offer", "at": str(time.time()), "filled": "x" * 400}
            message = {"type": "nudge", "text": json.dumps(card)} if self.arm == "bare" else {"type": "nudge", **card}
            push.send(dice.choice(self.groups), message)
        time.sleep(2)
        used = stage.cpu_of(self.process) - before
        came, closed = self.holder.take()
        cards = [(at, json.loads(words)) for at, _number, words in came if '"filled"' in words]
        took = [(at - float(card["at"])) * 1e3 for at, card in cards]
        return {
            "cpu_us": (used - idle * (time.time() - began)) / number * 1e6,
            "with_idle_us": used / number * 1e6,
            "p50_ms": stage.point(took, 0.5),
            "p99_ms": stage.point(took, 0.99),
            "lost": number - len(cards),
            "closed": closed,
        }


def arriving(plan: latency.Plan, begin: Any) -> dict[str, float]:
    """One process: contacts enter their queues; when each was due, by its public id."""
    from clients.models import Queue
    from interactions import queueing
    from tests import factories as make

    lanes = latency.lanes_to_queues()
    queues = Queue.objects.select_related("client").in_bulk(lanes.values())
    people = {client.pk: make.customer(client) for client in {queue.client for queue in queues.values()}}
    begin()
    dues = {}
    for due, line in plan.due():
        queue = queues[lanes[line]]
        contact = make.arrived(queue, who=people[queue.client_id])
        dues[str(contact.public_id)] = due
        queueing.enter_queue(contact, queue)
    return dues


def cards(side: Side, seconds: int) -> dict[str, float]:
    """Arrivals until their cards are at the sockets."""
    from benchmarks import floor
    from interactions.models import Leg

    floor.clear(WAITING)
    side.holder.take()
    last = Leg.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    dues: dict[str, float] = {}
    for part in stage.at_once(arriving, [latency.Plan(RATE, seconds, 1)] * 2):
        dues.update(part)
    time.sleep(3)
    took = []
    for at, _number, words in side.holder.take()[0]:
        card = json.loads(words)
        if card["kind"] == "offer" and card["interaction"] in dues:
            took.append(at - dues[card["interaction"]])
    offered = Leg.objects.filter(pk__gt=last).count()
    return {**latency.figures(took), "offered": offered, "arrived": len(dues)}


def fetch() -> dict[str, float]:
    """What the page asks for when the card comes: server time in this process, and statements."""
    from django.conf import settings

    from benchmarks import pages
    from interactions.models import Leg

    settings.ALLOWED_HOSTS = ["*"]
    offered = Leg.objects.filter(state="offered").select_related("agent__user").first()
    assert offered is not None
    page = pages.Page("pop", offered.agent.user.email, "/console/offer/")
    pages.measure(page, 40)
    return {"statements": page.statements, "p50_ms": stage.point(page.wall, 0.5) * 1e3}


def main(sockets: int = 2000, idle: int = 60, pops: int = 1200, seconds: int = 10, rounds: int = 4) -> bool:
    """Both arms stand side by side; the four goals."""
    with stage.stage("bpo_bench"), ExitStack() as stack:
        from benchmarks import floor

        floor.build(sockets, WAITING, latency.LINES, unstaffed=latency.UNSTAFFED, past=True)
        sides = {arm: Side(arm, sockets, stack) for arm in ARMS}
        rests = {arm: side.idle(idle) for arm, side in sides.items()}
        seen: dict[str, list[dict[str, float]]] = {arm: [] for arm in ARMS}
        for number in range(rounds):
            for arm in ARMS if number % 2 else ARMS[::-1]:
                seen[arm].append(sides[arm].pops(pops // rounds, rests[arm], random.Random(number)))
        card = [cards(sides["product"], seconds) for _ in range(2)]
        bare = [latency.arrival_turn("bare", RATE, seconds, 2, number, WAITING) for number in range(2)]
        cards(sides["product"], 1)  # so that somebody has an offer to fetch
        arms: dict[str, Any] = {
            arm: {**stage.middle(seen[arm]), **side.facts(), "idle_cpu": rests[arm]} for arm, side in sides.items()
        }
        for arm in ARMS:
            arms[arm]["lost"] = sum(turn["lost"] for turn in seen[arm])
        for arm in ARMS:
            stage.say(f"{arm:8} {arms[arm]}")
        return all(tell(arms, seen, stage.middle(card), stage.middle(bare), fetch()))


def tell(
    arms: dict[str, Any],
    seen: dict[str, list[dict[str, float]]],
    card: dict[str, float],
    bare: dict[str, float],
    fetched: dict[str, float],
) -> list[bool]:
    """The four lines."""
    stage.say(f"card     {card}\nbare arrival {bare}\nfetch    {fetched}")
    memory = arms["product"]["kb_a_socket"] / arms["bare"]["kb_a_socket"]
    closed = max(turn["closed"] for turn in seen["product"])
    allowed = bare["p99_ms"] + arms["bare"]["p99_ms"]
    light = fetched["statements"] <= STATEMENTS and fetched["p50_ms"] <= FETCH_MS
    whole = {"card": card, "bare_arrival": bare, "bare_socket_p99_ms": arms["bare"]["p99_ms"], "fetch": fetched}
    return [
        told("G5", card["p99_ms"] / allowed, floor=3, aim=3, arms=whole, also=light),
        told("G11", memory, floor=2, aim=1.3, arms=arms),
        told("G12", stage.ratio(seen["product"], seen["bare"], "cpu_us"), floor=2, aim=2, arms=arms),
        told("G13", closed + arms["product"]["lost"], floor=0, aim=0, arms=arms),
    ]


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
