"""G8: how many statements one match takes, in processes that have matched before; constant whatever the floor's size.

python -m benchmarks.statements [agents] [waiting] [queues]

Counted is all of it: the decision, reading the journal entry back, the card and who sees it. The floor is measured as
given and at a tenth of its agents, of its waiting and of its queues.
"""

from __future__ import annotations

import sys

from benchmarks import stage
from benchmarks.goals import told

MATCHES = 20


def counted(agents: int, waiting: int, queues: int) -> dict[str, int]:
    """The most statements a match took on a floor of this size, from either side."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from benchmarks import floor
    from interactions.models import AgentLane, Interaction
    from interactions.routing import router

    floor.build(agents, waiting, queues)
    freed, offered = [], []
    for agent in range(1, agents + 1):
        with CaptureQueriesContext(connection) as asked:
            matched = router.agent_has_room(agent)
        if matched:
            freed.append(len(asked))
        if len(freed) == MATCHES:
            break
    floor.reset()
    staffed = Interaction.objects.filter(state="queued", lane__in=AgentLane.objects.values("lane")).order_by("pk")
    for contact in staffed.values_list("pk", flat=True)[:MATCHES]:
        with CaptureQueriesContext(connection) as asked:
            matched = router.interaction_waits(contact)
        if matched:
            offered.append(len(asked))
    assert freed and offered, "nothing matched"
    return {"agent_free": max(freed), "arrival": max(offered)}


def measure(agents: int, waiting: int, queues: int) -> bool:
    """On four floors; the value is the most, and a difference between them is a miss."""
    sizes = {
        "as given": (agents, waiting, queues),
        "a tenth of the agents": (max(20, agents // 10), waiting, queues),
        "a tenth of the waiting": (agents, max(40, waiting // 10), queues),
        "a tenth of the queues": (agents, waiting, max(6, queues // 10)),
    }
    arms = {name: counted(*size) for name, size in sizes.items()}
    for name, figure in arms.items():
        stage.say(f"{name:22} {figure}")
    constant = len({tuple(figure.values()) for figure in arms.values()}) == 1
    most = max(max(figure.values()) for figure in arms.values())
    return told("G8", most, floor=8, aim=3, arms={**arms, "constant": constant}, also=constant)


def main(agents: int = 2000, waiting: int = 10000, queues: int = 60) -> bool:
    """Count them."""
    with stage.stage("bpo_bench"):
        return measure(agents, waiting, queues)


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
