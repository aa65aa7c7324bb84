"""A call flow on paper with its words: the chart without figures, then what is said, asked and decided at each step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bpo.kernel.errors import DomainError
from clients import flow_preview, flow_words
from clients.flow_picture import KINDS
from clients.flow_ways import names_of, taken_on
from clients.models import ScriptReview, ScriptVersion
from clients.script_graph import END, Graph, Step
from interactions.reports import flow_chart, flow_print
from interactions.reports.flow_chart import Chart
from interactions.reports.flow_days import NOTHING


class NotReadable(DomainError):
    """Steps that are no call flow have no picture."""

    code = "unreadable_flow"
    sentence = gettext_lazy("These steps cannot be read as a call flow.")


@dataclass(frozen=True, slots=True)
class Told:
    """A step as one reads it: placeholders as they are written, its questions, and where it goes on to."""

    step: Step
    kind: str | Promise
    does: str | Promise
    fields: Sequence[tuple[str, str | Promise, bool]]
    ways: Sequence[tuple[str, str]]


def chart_of(version: ScriptVersion) -> Chart:
    """The version's chart without figures. NotReadable where its steps are no call flow, or none."""
    graph = flow_preview.read(version)
    if graph is None or not graph.steps:
        raise NotReadable
    return flow_chart.chart_of(version, NOTHING)


def pdf(version: ScriptVersion, at: datetime, *, said: Callable[[float], object] = bool) -> bytes:
    """The file, as of a moment. NotReadable as above, NoPaper where the machine cannot write one."""
    chart = chart_of(version)
    reviews = ScriptReview.objects.filter(script=version.script, version=version).order_by("-signed_at")
    more = {"steps": told_of(version), "review": reviews.first(), "at": at, "bare": True}
    return flow_print.written(chart, "floor/flow_words_print.html", more, said=said)


def told_of(version: ScriptVersion) -> list[Told]:
    """Its steps in the order in which they were written."""
    graph = flow_preview.read(version)
    if graph is None:
        raise NotReadable
    names = names_of(version, graph)
    return [_told(step, graph, taken_on(step, graph, names)) for step in graph.steps.values()]


def _told(step: Step, graph: Graph, ways: Sequence[tuple[str, str]]) -> Told:
    kind = KINDS[step.kind][1] if step.kind in KINDS else step.kind
    does = flow_words.ACTS.get(step.act, step.act)
    asked = [(one.label, flow_words.FIELD_TYPES.get(one.type, ""), one.required) for one in step.fields]
    return Told(step, kind, does, asked, [(words, _name(graph, target)) for words, target in ways])


def _name(graph: Graph, target: str) -> str:
    if target == END:
        return _("back to the call flow")
    return graph[target].name if target in graph else _("nowhere yet")
