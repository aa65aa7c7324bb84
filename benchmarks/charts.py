"""FLOW: the chart of a client's call flow over a hundred thousand runs, asked for as its page does.

python -m benchmarks.charts [thousands of runs] [times]

Every run is of one version and goes through ten of its twelve steps, a third of them by a side way; all began within
the month that is asked for. The arms are asked in turns: `page`, the whole answer through every middleware, whose
finished days are kept; `anew`, the product's counting of the whole month; `bare`, one hand-written statement that
counts ways, stays by seconds and ends at once. What the page tells must be what is counted anew.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks import report, stage
from benchmarks.goals import told

STEPS = 12
WALKED = 10

RUNS = """
    INSERT INTO interactions_run (public_id, client_id, interaction_id, version_id, sub_step, state, at_step,
        answers, verify_attempts, started_at, ended_at)
    SELECT gen_random_uuid(), client_id, id, %(version)s, '', 'ended', 's12', '{}', 0, arrived_at, closed_at
    FROM interactions_interaction WHERE state = 'closed';
    INSERT INTO interactions_stepvisit (run_id, client_id, version_id, step, sub_step, ordinal, from_version_id,
        from_step, agent_id, entered_at, left_at, next_step, jumped, answer)
    SELECT r.id, r.client_id, r.version_id, at.step, '', n, CASE WHEN n > 1 THEN r.version_id END, before.step, 1,
        r.started_at + make_interval(secs => (n - 1) * 20),
        r.started_at + make_interval(secs => (n - 1) * 20 + (r.id * n) %% 300 / 15.0),
        CASE WHEN n < %(walked)s THEN after.step ELSE '' END, false, '{}'
    FROM interactions_run r
    CROSS JOIN generate_series(1, %(walked)s) n
    CROSS JOIN LATERAL (SELECT CASE WHEN n = 5 AND r.id %% 3 = 0 THEN 's11' WHEN n = %(walked)s THEN 's12'
        ELSE 's' || n END AS step) at
    CROSS JOIN LATERAL (SELECT CASE WHEN n = 1 THEN '' WHEN n = 6 AND r.id %% 3 = 0 THEN 's11'
        ELSE 's' || n - 1 END AS step) before
    CROSS JOIN LATERAL (SELECT CASE WHEN n = 4 AND r.id %% 3 = 0 THEN 's11' WHEN n = %(walked)s - 1 THEN 's12'
        ELSE 's' || n + 1 END AS step) after;
"""

BARE = """
    SELECT v.step, v.from_step, v.left_at IS NULL, v.next_step = '',
        floor(extract(epoch FROM v.left_at - v.entered_at)), count(*), sum(v.left_at - v.entered_at)
    FROM interactions_stepvisit v JOIN interactions_run r ON r.id = v.run_id
    WHERE r.version_id = %s AND r.started_at >= %s AND r.started_at < %s
    GROUP BY 1, 2, 3, 4, 5
"""


def a_flow() -> Any:
    """A published version of twelve steps, of the client whose contacts are the past's."""
    from clients.models import Client, Script, ScriptVersion, VersionState

    client = Client.objects.order_by("pk").first()
    script = Script.objects.create(client=client, name="Long flow", kind="inbound")
    steps: list[dict[str, Any]] = [
        {"id": f"s{n}", "kind": "say", "name": f"Step {n}", "text": "Hello", "next": f"s{n + 1}"}
        for n in range(1, WALKED)
    ]
    steps[3] |= {"kind": "choose", "options": [{"value": "aside", "label": "Aside", "next": "s11"}]}
    steps[-1]["next"] = "s12"
    steps.append({"id": "s11", "kind": "say", "name": "Aside", "text": "Hello", "next": "s6"})
    steps.append({"id": "s12", "kind": "close", "name": "Close", "text": "Goodbye"})
    version = ScriptVersion.objects.create(script=script, number=1, graph={"start": "s1", "steps": steps})
    ScriptVersion.objects.filter(pk=version.pk).update(state=VersionState.PUBLISHED)
    return ScriptVersion.objects.select_related("script__client").get(pk=version.pk)


def write_runs(version: Any) -> int:
    """A run with ten steps for every contact of the past; how many."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # nothing to check in what is made up
        cursor.execute(RUNS, {"version": version.pk, "walked": WALKED})
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE interactions_run, interactions_stepvisit")
        cursor.execute("SELECT count(*) FROM interactions_run")
        (runs,) = cursor.fetchone()
    return int(runs)


def arms_of(version: Any) -> dict[str, Callable[[], object]]:
    """What is asked in turns."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client as Browser
    from django.utils import timezone

    from interactions.reports import flow_days, flows
    from interactions.reports.scope import period
    from tests import factories as make

    settings.ALLOWED_HOSTS = ["*"]
    month = period("30d", version.script.client.zone, timezone.now())
    browser = Browser()
    browser.force_login(make.supervisor(version.script.client), backend="django.contrib.auth.backends.ModelBackend")
    page = f"/floor/flows/{version.script.public_id}/?when=30d"

    def bare() -> object:
        with connection.cursor() as cursor:
            cursor.execute(BARE, [version.pk, month.start, month.end])
            return cursor.fetchall()

    def whole() -> object:
        answer = browser.get(page)
        assert answer.status_code == 200, answer.status_code
        return answer.content

    def anew() -> object:
        return flows.life(version, month.start, month.end)

    assert flow_days.life(version, month) == anew(), "what is kept is not what is counted"
    return {"page": whole, "anew": anew, "bare": bare}


def main(thousands: int = 100, times: int = 10) -> bool:
    """Build, write the past, ask in turns; the value is the slowest page but one, in seconds."""
    with stage.stage("bpo_bench_charts"):
        from benchmarks import floor

        floor.build(20, 40, 1)
        report.write_past(thousands * 1000)
        version = a_flow()
        runs = write_runs(version)
        arms = arms_of(version)
        took: dict[str, list[float]] = {name: [] for name in arms}
        for turn in range(times + 1):
            for name in sorted(arms, reverse=bool(turn % 2)):
                began = time.perf_counter()
                arms[name]()
                if turn:  # the first of each fills caches
                    took[name].append(time.perf_counter() - began)
        p95 = stage.point(took["page"], 0.95)
        figures = {
            name: {"p50_s": stage.point(each, 0.5), "p95_s": stage.point(each, 0.95)} for name, each in took.items()
        }
        for name, figure in figures.items():
            stage.say(f"{name:10} {figure}")
        return told("FLOW", p95, floor=1.0, aim=0.3, arms={**figures, "runs": runs})


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
