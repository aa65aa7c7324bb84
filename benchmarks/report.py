"""G15: a client's figures of a month over a million contacts are asked for all the time: what it does to a match.

python -m benchmarks.report [rounds] [thousands of contacts] [routers] [agents] [waiting]

Blocks of matches as in benchmarks.match, in turns: quiet, and while one process asks for the portal's page of figures
again and again. The value is the ratio of the p99 of a match. The past is written anew each time, set by set.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from typing import Any

from benchmarks import match, stage
from benchmarks.goals import told

PAST = """
    INSERT INTO interactions_interaction (public_id, pool, client_id, queue_id, lane_id, channel, direction, origin,
        state, outcome, priority, returned, band, order_key, refused, arrived_at, enqueued_at, state_since, closed_at,
        language, came_back, simulated, version)
    SELECT gen_random_uuid(), 1, l.client_id, l.queue_id, l.id, 'chat', 'inbound', 'widget', 'closed', 'handled', 0,
        false, 0, at, false, at, at, at + interval '5 minutes', at + interval '5 minutes', 'en', false, false, 0
    FROM generate_series(1, %(contacts)s) n
    CROSS JOIN LATERAL (SELECT now() - interval '29 days' * (n::float / %(contacts)s) AS at) moment
    JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place FROM interactions_lane) l
        ON l.place = n %% (SELECT count(*) FROM interactions_lane);
    INSERT INTO interactions_visit (interaction_id, client_id, queue_id, ordinal, entered_at, left_at, how)
    SELECT id, client_id, queue_id, 1, arrived_at, arrived_at + make_interval(secs => id %% 60), 'answered'
    FROM interactions_interaction WHERE state = 'closed';
    INSERT INTO interactions_leg (public_id, interaction_id, client_id, agent_id, role, state, lane_id, channel, cost,
        made_by, offered_at, accepted_at, work_ended_at, ended_at, wrap_up_extended, ended_by, on_hold, hold_seconds,
        set_aside, muted, note, why, version)
    SELECT gen_random_uuid(), id, client_id, 1 + id %% (SELECT count(*) FROM agents_agent), 'primary', 'completed',
        lane_id, 'chat', 33, '', arrived_at, arrived_at + make_interval(secs => id %% 60), closed_at, closed_at, false,
        'agent', false, 0, false, false, '', '{}', 1
    FROM interactions_interaction WHERE state = 'closed';
"""


def write_past(contacts: int) -> None:
    """A month of contacts that were answered."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # nothing to check in what is made up
        cursor.execute(PAST, {"contacts": contacts})
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE interactions_interaction, interactions_visit, interactions_leg")


def a_manager() -> tuple[int, str]:
    """Who may see the figures of the first client, and the page."""
    from clients.models import Client, Role
    from tests import factories as make

    client = Client.objects.order_by("pk").first()
    assert client is not None
    manager = make.user("Max Manager")
    make.membership(manager, client, Role.MANAGER)
    return manager.pk, f"/portal/{client.public_id}/figures/?when=30d"


def asking(who: int, page: str, stop: Any, told_by: Any) -> None:
    """A manager who asks for the figures of the month, one page after the other; how many and how long each."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client as Browser

    from bpo.accounts.models import User

    settings.ALLOWED_HOSTS = ["*"]
    connection.connect()
    browser = Browser()
    browser.force_login(User.objects.get(pk=who), backend="django.contrib.auth.backends.ModelBackend")
    began, pages = time.monotonic(), 0
    while not stop.is_set():
        answer = browser.get(page)
        assert answer.status_code == 200, answer.status_code
        pages += 1
        told_by.put((time.monotonic() - began) / pages)
    connection.close()


def block(asks: tuple[int, str] | None, routers: int, agents: int, seed: int, server: int) -> dict[str, float]:
    """Matches, with the report running or without."""
    from django.db import connection

    if asks is None:
        return match.block("product", routers, agents, seed, server)
    connection.close()
    stop, told_by = multiprocessing.Event(), multiprocessing.Queue()
    process = multiprocessing.Process(target=asking, args=(*asks, stop, told_by))
    process.start()
    try:
        each = told_by.get(timeout=600)  # it is in the middle of it
        found = match.block("product", routers, agents, seed, server)
    finally:
        stop.set()
        while process.is_alive():
            process.join(0.1)
            while not told_by.empty():
                each = told_by.get()
    return {**found, "report_s": each}


def main(rounds: int = 10, thousands: int = 1000, routers: int = 2, agents: int = 2000, waiting: int = 10000) -> bool:
    """Build, write the past, measure in turns."""
    with stage.stage("bpo_bench_report"):
        from benchmarks import floor

        server = stage.postmaster()
        floor.build(agents, waiting)
        stage.say(f"writing {thousands:,} thousand contacts")
        write_past(thousands * 1000)
        manager = a_manager()
        seen: dict[str, list[dict[str, float]]] = {"quiet": [], "reporting": []}
        for number in range(rounds):
            for arm in sorted(seen, reverse=bool(number % 2)):
                seen[arm].append(block(manager if arm == "reporting" else None, routers, agents, number, server))
        arms = {arm: stage.middle(turns) for arm, turns in seen.items()}
        for arm, figure in arms.items():
            stage.say(f"{arm:10} {figure}")
        return told("G15", stage.ratio(seen["reporting"], seen["quiet"], "p99_ms"), floor=2, aim=2, arms=arms)


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
