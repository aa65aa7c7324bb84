"""Call flows as they are lived: a version's chart with its figures, a second version beside it, and the contacts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Min, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agents.gates import SupervisorRequest, for_supervisors
from clients import reviews
from clients.models import Script, ScriptKind, ScriptVersion, VersionState
from interactions import waits
from interactions.models import Run, RunState, StepVisit
from interactions.reports import flow_chart, flow_print, flow_rows, flows
from interactions.reports.flow_chart import Chart, ChartStep
from interactions.reports.scope import period
from interactions.views.floor.flow_asking import Asked, ask
from interactions.views.floor.flow_contacts import at_the_door
from interactions.views.floor.seeing import sight_of

MOST_INSIDE = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A call flow in the list: its live versions, and what is begun today and inside now."""

    script: Script
    live: list[ScriptVersion]
    begun: int
    inside: int


@require_safe
@for_supervisors
def listing(request: SupervisorRequest) -> HttpResponse:
    """The call flows of one's clients, with today's life in a few figures, and the reviews due (five statements)."""
    sight = sight_of(request)
    found = Script.objects.filter(client__in=sight.clients).select_related("client__brand", "product_type")
    counted = _today({client.zone for client in sight.clients}, [client.pk for client in sight.clients])
    rows = []
    for script in found.prefetch_related("versions").order_by("client__name", "kind", "name"):
        live = sorted(
            (version for version in script.versions.all() if version.state == VersionState.PUBLISHED),
            key=lambda version: (version.language, version.channel),
        )
        begun, inside = counted.get(script.pk, (0, 0))
        rows.append(Row(script, live, begun, inside))
    due = sum(review.is_due for review in reviews.reviewed(sight.clients))
    return render(request, "floor/flows.html", {"rows": rows, "clients": sight.clients, "due": due})


@require_safe
@for_supervisors
def reviews_due(request: SupervisorRequest) -> HttpResponse:
    """The reviews of one's clients' call flows that are due or soon will be."""
    clients = sight_of(request).clients
    context = {"reviews": reviews.reviewed(clients), "unanswered": reviews.unanswered(clients), "clients": clients}
    return render(request, "floor/flow_reviews.html", context)


def _today(zones: set[str], clients: list[int]) -> dict[int, tuple[int, int]]:
    """Runs begun today in each client's own zone, and inside now, by script."""
    counted: dict[int, tuple[int, int]] = {}
    for zone in zones:
        since = period("today", zone).start
        ours = Q(client__in=clients, client__zone=zone)
        rows = Run.objects.order_by().filter(ours, Q(started_at__gte=since) | Q(state=RunState.RUNNING))
        figures = rows.values(script=F("version__script")).annotate(
            begun=Count("pk", filter=Q(started_at__gte=since)), inside=Count("pk", filter=Q(state=RunState.RUNNING))
        )
        counted |= {row["script"]: (row["begun"], row["inside"]) for row in figures}
    return counted


@require_safe
@for_supervisors
def flow(request: SupervisorRequest, script: UUID) -> HttpResponse:
    """The chart of one version in a period; with `as=table` the same figures in a table."""
    asked = ask(request, script)
    if isinstance(asked, Script):
        return render(request, "floor/flow_none.html", {"script": asked, "clients": [asked.client]})
    context: dict[str, Any] = {"asked": asked, "clients": [asked.script.client]}
    if asked.refused:
        return render(request, "floor/flow.html", context, status=asked.refused.status)
    chart = asked.first.chart(asked.step)
    context |= {
        "chart": chart,
        "against": asked.other.chart(asked.step) if asked.other else None,
        "step": _step_told(asked, chart),
        "door": _door(asked),
        "times_agree": abs(chart.life.step_time - chart.life.handling_time) < timedelta(seconds=1),
        "on_paper_at_once": flow_print.is_small(chart),
        **flow_chart.sums_of(chart),
        **asked.addresses(),
    }
    template = "floor/_flow.html" if getattr(request, "htmx", False) else "floor/flow.html"
    return render(request, template, context)


def _step_told(asked: Asked, chart: Chart) -> dict[str, Any] | None:
    """What stands beside the chart for the chosen step."""
    if not asked.step:
        return None
    step = chart.step(asked.step)
    if step is None:
        return None
    names = {one.key: one.name for one in chart.steps} | {flows.END: _("back to the call flow")}
    ends, share = chart.life.way_ends, flow_chart.handled_share

    def told(way: flows.Way, name: str, n: int) -> tuple[Any, ...]:
        """A way with its number, how those ended who went it, and the share that was handled."""
        how = ends.get(way, {})
        return way, names.get(name, ""), n, flow_chart.ends_in_words(how), share(how)

    came = [told(way, way.source, n) for way, n in chart.life.ways.items() if way.target == step.key]
    went = [told(way, way.target, n) for way, n in chart.life.ways.items() if way.source == step.key]
    return {
        "step": step,
        "came": sorted(came, key=lambda row: -row[2]),
        "went": sorted(went, key=lambda row: -row[2]),
        "ends": flow_chart.ends_in_words(step.life.ends),
        "bars": flow_chart.histogram(step),
        "inside": list(_inside(asked, step)) if step.life.inside else [],
    }


def _inside(asked: Asked, step: ChartStep) -> QuerySet[StepVisit]:
    """Who stands at the step now, the longest first."""
    rows = flow_rows.visits_at(asked.version, asked.period.start, asked.first.end, step.key, "inside")
    return rows.select_related("agent__user", "run__interaction__customer", "run__interaction__envelope").order_by(
        "entered_at"
    )[:MOST_INSIDE]


def _door(asked: Asked) -> dict[str, Any] | None:
    """How many wait for this version, and since when; None where nobody can, or in a period that is over."""
    version = asked.version
    if not asked.first.live or asked.script.kind != ScriptKind.INBOUND or version.state != VersionState.PUBLISHED:
        return None
    return at_the_door(version).aggregate(n=Count("pk"), since=Min(waits.WAITS_SINCE))
