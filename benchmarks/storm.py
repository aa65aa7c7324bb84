"""G9: four processes act at random as agents, customers and supervisors, one is killed; afterwards every rule holds.

python -m benchmarks.storm [seconds] [processes] [killed]

The same storm as tests/storm, larger: declines, expiries, sign-outs, suspensions, transfers, lost consoles, with the
sweep beside it. The value is the number of rows that break a rule of tests/invariants.py, or of the checks of the
test, 3 s after quiet.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from benchmarks import stage
from benchmarks.goals import told

CHECKS = (
    "nothing_double",
    "seats_are_right",
    "everyone_open_is_somewhere",
    "the_journal_agrees",
    "compiled_equals_live",
)


def broken_rows() -> dict[str, int]:
    """How many rows break each rule."""
    from django.db import connection

    from tests.invariants import QUESTIONS

    found = {}
    with connection.cursor() as cursor:
        for rule, question in QUESTIONS.items():
            cursor.execute(question)
            found[rule] = len(cursor.fetchall())
    return found


def fails(check: Callable[[], Any]) -> int:
    """1 for a check of the test that does not hold, which is said."""
    try:
        check()
    except AssertionError as broken:
        stage.say(f"{getattr(check, '__name__', check)}: {broken!s:.300}")
        return 1
    return 0


def blow(seconds: int, processes: int, killed: int) -> tuple[Counter[str], int]:
    """The storm; what was done, and how many processes died of themselves."""
    from django.db import connection

    from tests.storm import test_many_routers as storm

    name = str(connection.settings_dict["NAME"])
    connection.close()
    sweep = storm.start("sweep", name)
    workers = [storm.start(name, str(seed), str(seconds)) for seed in range(processes)]
    did: Counter[str] = Counter()
    died = 0
    try:
        for victim in workers[:killed]:
            assert victim.stdout is not None
            victim.stdout.readline()  # it is at work
            time.sleep(seconds / (killed + 1))
            victim.send_signal(signal.SIGKILL)
            did["killed"] += 1
        for worker in workers[killed:]:
            out, said = worker.communicate(timeout=seconds * 5 + 60)
            if worker.returncode:
                died += 1
                stage.say(said.decode()[-2000:])
            else:
                did.update(json.loads(out.decode().strip().splitlines()[-1]))
        storm.one_free_and_one_waiting()
        time.sleep(storm.QUIET)
        died += sweep.poll() is not None
    finally:
        for process in [*workers, sweep]:
            if process.poll() is None:
                process.terminate()
        sweep.communicate(timeout=60)
    return did, died


def main(seconds: int = 60, processes: int = 4, killed: int = 1) -> bool:
    """Blow, be quiet, count."""
    with stage.stage("bpo_bench_storm"):
        from django.db.models import Count

        from benchmarks import floor
        from bpo.kernel import clock
        from interactions.models import Leg
        from tests.storm import test_many_routers as storm

        floor.empty()
        storm.a_floor()
        did, died = blow(seconds, processes, killed)
        stopped = clock.now() - timedelta(seconds=1.5)
        broken = broken_rows()
        for name in CHECKS:
            broken[name] = fails(getattr(storm, name))
        broken["nobody_waits_beside_a_free_agent"] = fails(lambda: storm.nobody_waits_beside_a_free_agent(stopped))
        broken["a process died of itself"] = died
        broken["an act failed"] = sum(count for act, count in did.items() if act.startswith("FAILED"))
        legs = dict(Leg.objects.order_by().values_list("state").annotate(n=Count("pk")))
        stage.say(f"{dict(did)}\nlegs by state: {legs}")
        arms = {"did": dict(did), "legs": legs, "offers": sum(legs.values()), "broken": broken}
        return told("G9", sum(broken.values()), floor=0, aim=0, arms=arms, also=did["accept"] > 0)


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
