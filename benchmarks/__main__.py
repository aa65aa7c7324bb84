"""python -m benchmarks: every goal; GOALS=G1,G16 python -m benchmarks: some. Each prints one JSON line.

Further arguments go to the benchmark, when one alone was asked for: GOALS=G1 python -m benchmarks 10 4.
"""

import os
import subprocess
import sys

# The goals a module answers, all at once.
MODULES = {
    "match": ("G1", "G2"),
    "latency": ("G3", "G4"),
    "sockets": ("G5", "G11", "G12", "G13"),
    "growth": ("G6", "G7"),
    "statements": ("G8",),
    "storm": ("G9",),
    "collisions": ("G10",),
    "watching": ("G14",),
    "report": ("G15",),
    "pages": ("G16",),
    "fairness": ("G17",),
    "startup": ("START",),
    "replay": ("REPLAY",),
    "calls": ("CALL",),
    "charts": ("FLOW",),
    "steps": ("STEP",),
}


def main(numbers: list[str]) -> int:
    """Each module in a process of its own, so that none inherits another's servers. 1 when a goal is missed."""
    wanted = {goal.strip().upper() for goal in os.environ.get("GOALS", "").split(",") if goal.strip()}
    known = {goal for goals in MODULES.values() for goal in goals}
    if wanted - known:
        print(f"no such goal: {', '.join(sorted(wanted - known))}; there are {', '.join(sorted(known))}")
        return 2
    chosen = [name for name, goals in MODULES.items() if not wanted or wanted & set(goals)]
    more = numbers if len(chosen) == 1 else []
    commands = [[sys.executable, "-W", "ignore", "-m", f"benchmarks.{name}", *more] for name in chosen]
    return max(subprocess.run(command).returncode for command in commands)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
