"""How long somebody waits for nothing: arrival -> offer committed (G3), agent free -> her next offer (G4).

python -m benchmarks.latency [rounds] [seconds a block] [agents] [waiting] [processes]

Arrivals come when they are due, whether or not the one before is done, and are measured from then; of several
processes whoever is free takes the next. The bare arm inserts a row and matches it (bare.sql). The product's goes from
`queueing.enter_queue` (contact, visit, journal) through the reaction to the journal's entry to the offer's commit;
pushes follow in the same process and so delay who comes next. The third arm, at the lower rate and not judged, is the
whole door: `intake.receive` with its customer, case and first message. 10,000 wait in lines that nobody staffs. An
agent is free when she ends her contact: the operation (`handling.end_work`) counts.
"""

from __future__ import annotations

import multiprocessing
import random
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

from benchmarks import stage
from benchmarks.goals import told

RATES = (50, 200)
TURNS = [(arm, rate) for arm in ("bare", "product") for rate in RATES] + [("door", RATES[0])]
LINES, UNSTAFFED = 60, 20
ENDERS, ENDS, PAUSE = 5, 60, 0.1
Turns = list[dict[str, float]]


class Heard:
    """When the journal's entry of an offer was committed, as the first reaction to it sees it."""

    def __init__(self) -> None:
        from interactions.models import Kind
        from interactions.reactions import REACTIONS

        self.at: float | None = None
        REACTIONS[Kind.OFFERED].insert(0, self.note)

    def note(self, entry: Any) -> None:
        """An offer is committed."""
        self.at = self.at or time.time()

    def after(self, act: Callable[[], object]) -> float | None:
        """Do it; when an offer was committed."""
        self.at = None
        act()
        return self.at


def bare_arrival() -> Callable[[int], float | None]:
    """A row and a match."""
    from django.db import connection

    connection.ensure_connection()
    raw = connection.connection
    insert = "INSERT INTO bare.waiting (queue_id, priority, enqueued_at) VALUES (%s, 0, clock_timestamp()) RETURNING id"

    def arrive(line: int) -> float | None:
        key = raw.execute(insert, (line,), prepare=True).fetchone()[0]
        found = raw.execute("SELECT bare.match_waiting(%s)", (key,), prepare=True).fetchone()[0]
        return time.time() if found else None

    return arrive


def product_arrival() -> Callable[[int], float | None]:
    """A contact enters its queue."""
    from clients.models import Queue
    from interactions import queueing
    from tests import factories as make

    heard, lanes = Heard(), lanes_to_queues()
    queues = Queue.objects.select_related("client").in_bulk(lanes.values())
    people = {client.pk: make.customer(client) for client in {queue.client for queue in queues.values()}}

    def arrive(line: int) -> float | None:
        queue = queues[lanes[line]]
        contact = make.arrived(queue, who=people[queue.client_id])
        return heard.after(lambda: queueing.enter_queue(contact, queue))

    return arrive


def door_arrival() -> Callable[[int], float | None]:
    """A new customer writes at a door."""
    from clients.models import EntryPoint
    from interactions import intake

    heard, lanes = Heard(), lanes_to_queues()
    doors = {door.queue_id: door for door in EntryPoint.objects.select_related("queue")}

    def arrive(line: int) -> float | None:
        contact = intake.NewContact(provider_id=str(uuid4()), from_name="Ann Archer", text="Where is my parcel?")
        return heard.after(lambda: intake.receive(doors[lanes[line]], contact))

    return arrive


ARMS = {"bare": bare_arrival, "product": product_arrival, "door": door_arrival}


def lanes_to_queues() -> dict[int, int]:
    """The product's queue of each of the bare arm's, which are its lanes."""
    from interactions.models import Lane

    return dict(Lane.objects.values_list("pk", "queue_id"))


class Plan:
    """Who arrives when and in which line, as a list that several processes work off: who is free takes the next."""

    def __init__(self, rate: float, seconds: float, seed: int) -> None:
        dice = random.Random(seed)
        self.arrivals: list[tuple[float, int]] = []
        due = dice.expovariate(rate)
        while due < seconds:
            self.arrivals.append((due, dice.randrange(UNSTAFFED + 1, LINES + 1)))
            due += dice.expovariate(rate)
        self.began, self.taken = multiprocessing.Value("d", 0.0), multiprocessing.Value("i", 0)

    def due(self) -> Iterator[tuple[float, int]]:
        """The next that nobody took, when it is due; its time and line."""
        with self.began.get_lock():
            self.began.value = self.began.value or time.time() + 0.1
        while True:
            with self.taken.get_lock():
                number = self.taken.value
                self.taken.value += 1
            if number >= len(self.arrivals):
                return
            after, line = self.arrivals[number]
            due = self.began.value + after
            time.sleep(max(0.0, due - time.time()))
            yield due, line


def arrivals(share: tuple[str, Plan], begin: Any) -> tuple[list[float], int]:
    """One process: seconds from when each was due until it was offered, and how many were not."""
    arm, plan = share
    arrive = ARMS[arm]()
    for line in range(UNSTAFFED + 1, UNSTAFFED + 6):
        arrive(line)
    begin()
    took, missed = [], 0
    for due, line in plan.due():
        offered = arrive(line)
        if offered is None:
            missed += 1
        else:
            took.append(offered - due)
    return took, missed


def arrival_turn(arm: str, rate: int, seconds: int, processes: int, seed: int, waiting: int) -> dict[str, float]:
    """One arm's turn at one rate."""
    from benchmarks import floor

    floor.clear(waiting)
    plan = Plan(rate, seconds, seed)
    results = stage.at_once(arrivals, [(arm, plan)] * processes)
    took = [seconds for result in results for seconds in result[0]]
    return {**figures(took), "missed": sum(result[1] for result in results)}


def figures(took: list[float]) -> dict[str, float]:
    """In milliseconds."""
    return {"n": len(took), "p50_ms": stage.point(took, 0.5) * 1e3, "p99_ms": stage.point(took, 0.99) * 1e3}


def bare_end() -> Callable[[int], tuple[float, float | None]]:
    """Complete and match; the agent's next work is what she was given."""
    from django.db import connection

    connection.ensure_connection()
    raw = connection.connection

    def end(agent: int) -> tuple[float, float | None]:
        began = time.time()
        raw.execute("SELECT bare.complete(%s)", (agent,), prepare=True)
        committed = time.time()
        found = raw.execute("SELECT bare.match_agent(%s)", (agent,), prepare=True).fetchone()[0]
        return committed - began, time.time() - began if found else None

    return end


def product_end() -> Callable[[int], tuple[float, float | None]]:
    """End what she talks about; accept what she is offered then, which is not measured."""
    from django.db.models import QuerySet

    from bpo.kernel.composed import composed, first
    from interactions import handling, offers
    from interactions.models import EndedBy, Kind, Leg
    from interactions.reactions import REACTIONS
    from interactions.routing import router

    heard = Heard()
    committed = 0.0

    def is_committed(entry: Any) -> None:
        nonlocal committed
        committed = time.time()

    REACTIONS[Kind.ENDED].insert(0, is_committed)

    @composed
    def held(agent: Any, state: Any) -> QuerySet[Leg]:
        return Leg.objects.order_by().filter(agent=agent, state=state).select_related("interaction", "agent")

    def end(agent: int) -> tuple[float, float | None]:
        leg = first(held(agent, "handling"))
        if leg is None:
            router.agent_has_room(agent)
        else:
            began = time.time()
            at = heard.after(lambda: handling.end_work(leg, by=leg.agent, ended_by=EndedBy.AGENT))
        offer = first(held(agent, "offered"))
        if offer:
            offers.accept(offer, by=offer.agent)
        return (0.0, None) if leg is None else (committed - began, at - began if at else None)

    return end


ENDS_ARMS = {"bare": bare_end, "product": product_end}


def ends(share: tuple[str, list[int], int], begin: Any) -> list[tuple[float, float | None]]:
    """One process: its agents end what they have, one at a time, at random moments."""
    arm, agents, seed = share
    dice, end = random.Random(seed), ENDS_ARMS[arm]()
    for agent in agents * 2:
        end(agent)
    begin()
    took = []
    for _ in range(ENDS):
        time.sleep(dice.expovariate(1 / PAUSE))
        took.append(end(dice.choice(agents)))
    return took


def end_turn(arm: str, seed: int, agents: int) -> dict[str, float]:
    """One arm's turn; each process has eight agents of its own."""
    from benchmarks import floor

    floor.clear()
    chosen = random.Random(seed).sample(range(1, agents + 1), ENDERS * 8)
    shares = [(arm, chosen[n::ENDERS], seed * 100 + n) for n in range(ENDERS)]
    results = [one for result in stage.at_once(ends, shares) for one in result]
    took = [(committed, seconds) for committed, seconds in results if seconds is not None]
    found = figures([seconds for _committed, seconds in took])
    after = figures([seconds - committed for committed, seconds in took])
    return {**found, "after_commit_p99_ms": after["p99_ms"], "missed": len(results) - len(took)}


def main(rounds: int = 10, seconds: int = 4, agents: int = 2000, waiting: int = 10000, processes: int = 6) -> bool:
    """Both goals, arms in turns."""
    with stage.stage("bpo_bench"):
        from benchmarks import floor
        from clients.models import Queue
        from tests import factories as make

        floor.build(agents, waiting, LINES, unstaffed=UNSTAFFED, past=True)
        for queue in Queue.objects.select_related("client"):
            make.door(queue.client, into=queue)
        seen: dict[str, Turns] = {f"{arm} at {rate}/s": [] for arm, rate in TURNS}
        for number in range(rounds):
            for arm, rate in TURNS if number % 2 else TURNS[::-1]:
                turn = arrival_turn(arm, rate, seconds, processes, number, waiting)
                seen[f"{arm} at {rate}/s"].append(turn)
        floor.build(agents, max(waiting, rounds * ENDERS * (ENDS + 20)), LINES, chats=1, past=True)
        free: dict[str, Turns] = {arm: [] for arm in ENDS_ARMS}
        for number in range(rounds):
            for arm in sorted(ENDS_ARMS, reverse=bool(number % 2)):
                free[arm].append(end_turn(arm, number, agents))
        return tell_arrivals(seen) & tell_ends(free)


def tell_arrivals(seen: dict[str, Turns]) -> bool:
    """G3: the worst of the four ratios."""
    ratios = {
        f"{key} at {rate}/s": round(stage.ratio(seen[f"product at {rate}/s"], seen[f"bare at {rate}/s"], key), 2)
        for rate in RATES
        for key in ("p50_ms", "p99_ms")
    }
    arms: dict[str, object] = {name: stage.middle(turns) for name, turns in seen.items()}
    for name, figure in arms.items():
        stage.say(f"{name:18}", figure)
    return told("G3", max(ratios.values()), floor=3, aim=2, arms={**arms, "ratios": ratios})


def tell_ends(free: dict[str, Turns]) -> bool:
    """G4: the ratio of the p99."""
    arms = {name: stage.middle(turns) for name, turns in free.items()}
    for name, figure in arms.items():
        stage.say(f"{name:18}", figure)
    return told("G4", stage.ratio(free["product"], free["bare"], "p99_ms"), floor=3, aim=2, arms=arms)


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
