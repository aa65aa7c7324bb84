"""The figures of a call flow, counted again from the rows of its runs."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime

from django.db.models import Q

from clients.models import ScriptVersion
from clients.script_graph import END
from interactions.models import Run, StepVisit
from interactions.reports import flow_rows, flows
from interactions.reports.flows import DOOR, SUB, Life, Way


def agrees(of: ScriptVersion, start: datetime, until: datetime) -> Life:
    """Every figure of the version, counted again by walking through the rows of each run."""
    life = flows.life(of, start, until)
    for key, at in life.steps.items():
        assert at.came == at.went_on + at.taken_over + at.ended + at.inside, key
    ways: Counter[Way] = Counter()
    way_ends: defaultdict[Way, Counter[str]] = defaultdict(Counter)
    inside: Counter[str] = Counter()
    sub = of.script.kind == "sub_process"
    scripts = {one.pk: one.script for one in ScriptVersion.objects.select_related("script")}

    def key(visit: StepVisit) -> str:
        if visit.version_id == of.pk:
            return visit.step
        return DOOR if sub else f"{SUB}{scripts[visit.version_id].public_id}"

    found = Run.objects.filter(Q(version=of) | Q(visits__version=of)).distinct()
    for run in found.select_related("interaction"):
        before, outcome = DOOR, run.interaction.outcome if run.state == "ended" else ""
        for visit in run.visits.order_by("ordinal"):
            here = key(visit)
            way = None
            if sub and here == DOOR and before != DOOR:
                way = Way(before, END)
            elif here not in (before, DOOR):
                way = Way(before, here)
            if way is not None:
                ways[way] += 1
                if outcome:
                    way_ends[way][outcome] += 1
            if visit.left_at is None and here != DOOR:
                inside[here] += 1
            before = here
    assert life.ways == ways
    assert life.way_ends == way_ends
    for way, ends in way_ends.items():
        for outcome, n in ends.items() if way.source else ():
            rows = flow_rows.visits_at(of, start, until, way.source, "to", other=way.target, outcome=outcome)
            assert rows.count() == n, (way, outcome)
    assert {name: at.inside for name, at in life.steps.items() if at.inside} == inside
    for way, n in ways.items():
        asked = ("started", "") if way.source == DOOR else ("to", way.target)
        step_of = way.source or ""
        rows = flow_rows.visits_at(of, start, until, step_of, asked[0], other=asked[1])
        assert rows.count() == n or asked[0] == "started"
    for name, at in life.steps.items():
        for what, n in (("came", at.came), ("inside", at.inside), ("ended", at.ended)):
            assert flow_rows.visits_at(of, start, until, name, what).count() == n, (name, what)
    assert flow_rows.visits_at(of, start, until, "", "started").count() == life.started
    return life
