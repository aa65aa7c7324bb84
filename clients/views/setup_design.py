"""The designer of a draft: the chart is the editor, a step beside it, checks and the agent's view as one types."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bpo.kernel.errors import InvalidValue
from clients import (
    flow_draft,
    flow_preview,
    flow_ways,
    graph_edits,
    script_checks,
    script_diff,
    script_fits,
    script_graph,
    scripts,
)
from clients.flow_picture import KINDS
from clients.forms import design as forms
from clients.models import ScriptKind, ScriptVersion, VersionState
from clients.script_graph import Graph, Step
from clients.setup_gate import SetupRequest, for_setup
from clients.views.design_choices import choices_of
from clients.views.setup import page
from clients.views.setup_scripts import DRAFTERS, version_of

SHAPE = ("sets", "on", "act")  # of a step: what its form looks like depends on these


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
@require_safe
def design(request: SetupRequest, version: UUID) -> HttpResponse:
    """The draft's chart with one step beside it; a version that is no draft is only looked at."""
    found = version_of(request, version)
    context = board(request, found, request.GET.get("step", ""))
    return page(request, "setup/design.html", "setup-scripts", context)


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
@require_POST
def save(request: SetupRequest, version: UUID) -> HttpResponse:
    """Save what is typed into a step, then do what was pressed; refused where somebody else was first."""
    found = version_of(request, version)
    before = graph_edits.find(found.graph, request.POST.get("step", ""))
    htmx = request.headers.get("HX-Request") == "true"
    try:
        with transaction.atomic():
            step, told = _edit(request, found)
    except scripts.Outdated as refused:
        if not htmx:
            raise
        found.refresh_from_db()
        context = {"version": found, "client": request.client, "sentence": refused.sentence, "last": _last(found)}
        return render(request, "setup/_outdated.html", context, status=409)
    if not htmx:
        return redirect(_address(found, step))
    # What was typed while another step was on its way into the form is saved, and that other one stays chosen.
    look = request.POST.get("look", "")
    beside = graph_edits.find(found.graph, look) is not None
    step = look if beside else step
    whole = bool(request.POST.get("do")) or (
        not beside and _shape(before) != _shape(graph_edits.find(found.graph, step))
    )
    context = board(request, found, step) | {"told": told, "fresh": request.POST.get("do", "").startswith("add-")}
    if not whole:
        return page(request, "setup/_design_saved.html", "setup-scripts", context)
    answer = page(request, "setup/_design.html", "setup-scripts", context)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#design", "outerHTML"
    answer["HX-Replace-Url"] = _address(found, step)
    return answer


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
@require_safe
def news(request: SetupRequest, version: UUID) -> HttpResponse:
    """What somebody else did to the draft since the state that a page shows; nothing where it is still that one."""
    found = version_of(request, version)
    since, told = request.GET.get("since", ""), request.GET.get("told", "")
    last = _last(found)
    same = str(found.edition) == since or (last is not None and last.by_id == request.user.pk)
    if told == str(found.edition) or (same and found.state == VersionState.DRAFT):
        return HttpResponse(status=204)
    context = {"version": found, "client": request.client, "last": last}
    return render(request, "setup/_design_news.html", context)


def _edit(request: SetupRequest, version: ScriptVersion) -> tuple[str, str]:
    """What was typed, then what was pressed; which step is looked at then, and what is told."""
    sent, by = request.POST, request.user
    if not sent.get("since", "").isdecimal():
        raise InvalidValue
    since = version.edition
    if int(sent["since"]) != since and sent.get("do") != "keep":
        raise scripts.Outdated
    step, do = sent.get("step", ""), sent.get("do", "")
    raw = graph_edits.find(version.graph, step)
    if raw is not None and "name" in sent:
        made = forms.read(raw, sent)
        changed = [key for key in {**raw, **made} if raw.get(key) != made.get(key)]
        if changed:
            graph = graph_edits.put(version.graph, made)
            what = ",".join(changed)
            scripts.rewrite(version, graph, by, since=since, step=step, what=what, typed=True)
            since = version.edition
    return _do(version, do, step, by, since) if do else (step, "")


def _do(version: ScriptVersion, do: str, step: str, by: Any, since: int) -> tuple[str, str]:
    graph = version.graph
    raw = graph_edits.find(graph, step)
    act, _dash, rest = do.partition("-")
    if act in ("undo", "redo"):
        edit = (scripts.undo if act == "undo" else scripts.redo)(version, by, since=since)
        return (edit.step if graph_edits.find(version.graph, edit.step) else step), ""
    told = ""
    if act == "keep":
        return step, ""
    if act == "add" and rest in KINDS and (rest, version.script.kind) != ("sub_process", ScriptKind.SUB_PROCESS):
        graph, step = graph_edits.add(graph, rest, str(KINDS[rest][1]), after=step)
    elif raw is None:
        return "", ""
    elif act == "remove":
        told = _("“%(step)s” is removed.") % {"step": raw.get("name") or step}
        graph, step = graph_edits.remove(graph, step)
    elif act in ("up", "down"):
        graph = graph_edits.move(graph, step, -1 if act == "up" else 1)
    elif act == "start":
        graph = graph_edits.begin_at(graph, step)
    elif act == "connect":
        graph = graph_edits.connect(graph, step, rest)
    else:
        graph = graph_edits.put(graph, _row(raw, act, rest))
    scripts.rewrite(version, graph, by, since=since, step=step, what=act)
    return step, told


def _row(step: dict[str, Any], act: str, rest: str) -> dict[str, Any]:
    row, _dash, at = rest.partition("-")
    if row not in forms.ROWS or (act != "row" and not at.isdecimal()):
        raise InvalidValue
    if act == "row":
        return forms.with_row(step, row)
    return (forms.without_row if act == "drop" else forms.raised_row)(step, row, int(at))


def _shape(step: dict[str, Any] | None) -> Any:
    if step is None:
        return None
    return [step.get(key) for key in SHAPE], [one.get("type") for one in step.get("fields", [])]


def _address(version: ScriptVersion, step: str) -> str:
    at = reverse("setup-design", args=[version.script.client.public_id, version.public_id])
    return f"{at}?{urlencode({'step': step})}" if step else at


def _last(version: ScriptVersion) -> Any:
    return version.edits.select_related("by").order_by("-made_at").first()


def board(request: SetupRequest, version: ScriptVersion, step: str) -> dict[str, Any]:
    """Everything the designer shows of a version and its chosen step."""
    problems = script_fits.problems_of(version)
    draft = version.state == VersionState.DRAFT
    context: dict[str, Any] = {
        "version": version, "script": version.script, "problems": problems, "draft": draft and request.may_edit,
        "must": sum(problem.must for problem in problems), "look": sum(not problem.must for problem in problems),
        "passed": script_checks.passed(problems, version.script.kind), "last": _last(version),
        "can": _can(version) if draft else {}, "kinds": [(key, *of) for key, of in KINDS.items()],
        "is_sub": version.script.kind == ScriptKind.SUB_PROCESS,
    }  # fmt: skip
    try:
        graph = script_graph.parse(version.graph)
    except (KeyError, TypeError, ValueError, AttributeError):
        return context | {"unreadable": True}
    chosen = graph.steps.get(step) or graph.steps.get(graph.start) or next(iter(graph.steps.values()), None)
    key = chosen.id if chosen else ""
    against, difference = _difference(version)
    changed = difference.steps if difference else []
    names = flow_ways.names_of(version, graph)
    chart = flow_draft.chart_of(graph, problems, chosen=key, changed=changed, names=names)
    context |= {"against": against, "difference": difference, "changed_here": key in changed}
    context |= _way_missing(graph, chosen, against)
    context |= {"graph": graph, "chart": chart, "chosen": chosen, "ways_count": len(chart.ways)}
    context["steps_named"] = {one.id: one.name for one in graph.steps.values()}
    context["checks"] = [(problem, context["steps_named"].get(problem.step, problem.step)) for problem in problems]
    context["next_check"] = _next_check(graph, problems, key)
    if chosen is not None:
        context["tabs"] = flow_preview.tabs_of(version, key)
        context["raw"] = graph_edits.find(version.graph, key)
        context["here"] = [problem for problem in problems if problem.step == key]
        context |= choices_of(version, graph, chosen)
    return context


def _difference(version: ScriptVersion) -> tuple[ScriptVersion | None, script_diff.Difference | None]:
    """From the version that this one is held against; none where that cannot be read."""
    same = version.script.versions.filter(language=version.language, channel=version.channel).exclude(pk=version.pk)
    against = scripts.before(version, same.defer("graph"))
    try:
        return against, script_diff.compare(against.graph, version.graph) if against else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return None, None


def _way_missing(graph: Graph, step: Step | None, against: ScriptVersion | None) -> dict[str, Any]:
    """Where a step that leads nowhere could go on to: where it went before, else to the next in the order."""
    if step is None or step.kind in graph_edits.NO_WAY_ON or any(step.ways()):
        return {}
    raw = graph_edits.find(against.graph, step.id) if against else None
    went = graph.steps.get(graph_edits.onward(raw)) if raw else None
    order = list(graph.steps)
    after = order[order.index(step.id) + 1 : order.index(step.id) + 2]
    return {"went": went, "connect_to": went or (graph[after[0]] if after else None)}


def _can(version: ScriptVersion) -> dict[str, bool]:
    undone = set(version.edits.order_by().values_list("undone", flat=True).distinct())
    return {"undo": False in undone, "redo": True in undone}


def _next_check(graph: Graph, problems: list[scripts.Problem], chosen: str) -> str:
    """The step of the problem after the chosen step, in the order of the checks, going around."""
    steps = list(dict.fromkeys(problem.step for problem in problems if problem.step in graph))
    if not steps:
        return ""
    return steps[(steps.index(chosen) + 1) % len(steps)] if chosen in steps else steps[0]
