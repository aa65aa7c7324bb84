"""Call flows as they are lived: a version's chart with its figures, a second version beside it, and the contacts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, F, Min, Q, QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agents.gates import SupervisorRequest, for_supervisors
from bpo.kernel import clock
from clients import reviews
from clients.models import Script, ScriptKind, ScriptVersion, VersionState
from interactions import waits
from interactions.models import Direction, Interaction, Run, RunState, State, StepVisit
from interactions.reports import flow_chart, flow_days, flow_print, flow_rows, flows
from interactions.reports.figures import FIGURES
from interactions.reports.flow_chart import Chart, ChartStep
from interactions.reports.scope import PERIODS, Period, period
from interactions.views import lists
from interactions.views.floor.seeing import sight_of

OFFERED = ("today", "yesterday", "7d", "30d", "month")
MOST_INSIDE = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page of a call flow was asked for."""

    script: Script
    version: ScriptVersion
    versions: list[ScriptVersion]
    period: Period
    at: datetime
    step: str
    beside: ScriptVersion | None
    table: bool

    @property
    def end(self) -> datetime:
        """Of the period, or now, what begins at this moment included."""
        return min(self.period.end, self.at + flow_days.SECOND)

    @property
    def live(self) -> bool:
        """Whether the period goes on."""
        return self.period.end > self.at

    def address(self, **changes: object) -> str:
        """The query of this page with something else chosen; None leaves it out."""
        kept: dict[str, Any] = {"version": self.version.public_id, "when": self.period.key}
        kept |= {"step": self.step or None, "as": "table" if self.table else None}
        kept["beside"] = self.beside.public_id if self.beside else None
        return urlencode({key: value for key, value in (kept | changes).items() if value is not None})

    def addresses(self) -> dict[str, str]:
        """The queries that its links use: as it is, without a step, as chart and as table, and of the version alone."""
        return {
            "address": self.address(),
            "base": self.address(step=None),
            "as_chart": self.address(**{"as": None}),
            "as_table": self.address(**{"as": "table"}),
            "whole": self.address(step=None, beside=None),
        }


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


def ask(request: SupervisorRequest, script: UUID) -> Asked | Script:
    """The script of the address with what is asked of it; the script alone where no version was ever published."""
    found = get_object_or_404(
        Script.objects.select_related("client__brand", "product_type"),
        client__in=sight_of(request).clients,
        public_id=script,
    )
    versions = list(
        found.versions.exclude(state__in=[VersionState.DRAFT, VersionState.IN_REVIEW, VersionState.APPROVED])
        .select_related("script__client")
        .order_by("-number", "language", "channel")
    )
    if not versions:
        return found
    query, at = request.GET, clock.now()
    key = query.get("when", "today")
    if key not in OFFERED:
        raise lists.BadFilter(key[:20])
    live = [version for version in versions if version.state == VersionState.PUBLISHED]
    first = next((one for one in live if one.language == found.client.default_language), (live or versions)[0])
    version = _version(query, "version", versions) or first
    return Asked(
        script=found,
        version=version,
        versions=versions,
        period=period(key, found.client.zone, at),
        at=at,
        step=query.get("step", ""),
        beside=_version(query, "beside", versions),
        table=query.get("as") == "table",
    )


def _version(query: QueryDict, name: str, versions: list[ScriptVersion]) -> ScriptVersion | None:
    wanted = query.get(name, "")
    if not wanted:
        return None
    found = next((version for version in versions if str(version.public_id) == wanted), None)
    if found is None:
        raise Http404
    return found


@require_safe
@for_supervisors
def flow(request: SupervisorRequest, script: UUID) -> HttpResponse:
    """The chart of one version in a period; with `as=table` the same figures in a table."""
    asked = ask(request, script)
    if isinstance(asked, Script):
        return render(request, "floor/flow_none.html", {"script": asked, "clients": [asked.client]})
    chart = chart_in(asked, asked.version)
    before = asked.beside or _before(asked)
    context: dict[str, Any] = {
        "asked": asked,
        "chart": chart,
        "against": chart_in(asked, before) if before else None,
        "step": _step_told(asked, chart),
        "door": _door(asked) if asked.live else None,
        "periods": [(name, PERIODS[name]) for name in OFFERED],
        "clients": [asked.script.client],
        "times_agree": abs(chart.life.step_time - chart.life.handling_time) < timedelta(seconds=1),
        "links": True,
        "on_paper_at_once": flow_print.is_small(chart),
        **flow_chart.sums_of(chart),
        **asked.addresses(),
    }
    template = "floor/_flow.html" if getattr(request, "htmx", False) else "floor/flow.html"
    return render(request, template, context)


def chart_in(asked: Asked, version: ScriptVersion) -> Chart:
    """A version's chart in the period asked for."""
    return flow_chart.chart_of(version, flow_days.life(version, asked.period, at=asked.at), chosen=asked.step)


def _before(asked: Asked) -> ScriptVersion | None:
    """The version before the one shown, in the same language and for the same channel."""
    own = asked.version
    earlier = (
        one
        for one in asked.versions
        if (one.language, one.channel) == (own.language, own.channel) and one.number < own.number
    )
    return next(earlier, None)


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
    rows = flow_rows.visits_at(asked.version, asked.period.start, asked.end, step.key, "inside")
    return rows.select_related("agent__user", "run__interaction__customer", "run__interaction__envelope").order_by(
        "entered_at"
    )[:MOST_INSIDE]


def _door(asked: Asked) -> dict[str, Any] | None:
    """Who waits for this version: the client's contacts in its language and channel that nobody has taken yet."""
    version = asked.version
    if asked.script.kind != ScriptKind.INBOUND or version.state != VersionState.PUBLISHED:
        return None
    waiting = Interaction.objects.order_by().filter(
        client=asked.script.client,
        state__in=[State.QUEUED, State.OFFERED],
        direction=Direction.INBOUND,
        language=version.language,
        run=None,
    )
    if version.channel:
        waiting = waiting.filter(channel=version.channel)
    return waiting.aggregate(n=Count("pk"), since=Min(waits.WAITS_SINCE))


@require_safe
@for_supervisors
def contacts(request: SupervisorRequest, script: UUID) -> HttpResponse:
    """The contacts behind a number of the chart: as many lines as stays, each contact once with how often."""
    asked = ask(request, script)
    if isinstance(asked, Script):
        raise Http404
    query = request.GET
    what = query.get("what", "came")
    if what not in flow_rows.WHAT:
        raise lists.BadFilter(what[:20])
    visits = flow_rows.visits_at(
        asked.version,
        asked.period.start,
        asked.end,
        asked.step,
        what,
        other=query.get("other", ""),
        outcome=query.get("outcome", ""),
    )
    found = Interaction.objects.filter(run__in=visits.values("run")).order_by("-arrived_at", "-pk")
    context = {
        "asked": asked,
        "page_obj": lists.page_of(found, query),
        "times": visits.count(),
        "title": flow_rows.title(asked.version, asked.step, what, query.get("other", ""), query.get("outcome", "")),
        "clients": [asked.script.client],
        "shown": {"figure": FIGURES["came_in"]},
        **asked.addresses(),
    }
    return render(request, "floor/flow_contacts.html", context)
