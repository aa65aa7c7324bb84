"""The chart of a call flow as a file: a picture that stands by itself, and on paper."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from agents.gates import SupervisorRequest, for_supervisors
from bpo.kernel import push
from clients.models import ScriptVersion
from interactions import papers, tasks
from interactions.models import FlowPaper, PaperState
from interactions.reports import flow_print
from interactions.reports.stretches import stretch
from interactions.views.floor.flow_asking import ask_published
from interactions.views.floor.seeing import sight_of


@require_safe
@for_supervisors
def picture(request: SupervisorRequest, script: UUID) -> HttpResponse:
    """The chart alone as an SVG file that stands by itself."""
    asked = ask_published(request, script)
    context = {"asked": asked, "chart": asked.first.chart(asked.step), "alone": True}
    answer = render(request, "floor/flow.svg", context, content_type="image/svg+xml")
    return _named(answer, asked.version, f"{asked.period.first}.svg")


@require_http_methods(["GET", "HEAD", "POST"])
@for_supervisors
def paper(request: SupervisorRequest, script: UUID) -> HttpResponse:
    """The same chart on paper, with its table of steps, as a PDF file; a POST has it made by the worker."""
    asked = ask_published(request, script)
    if request.method == "POST":
        flow_print.writer()  # rather told now than after a wait
        made = papers.ask(asked.version, asked.period.key, by=request.user)
        push.start(tasks.make_papers)
        return redirect("floor-flow-paper-made", asked.script.public_id, made.public_id)
    chart = asked.first.chart(asked.step)
    if not flow_print.is_small(chart):
        return redirect(f"{reverse('floor-flow', args=[asked.script.public_id])}?{asked.address()}")
    with timezone.override(ZoneInfo(asked.script.client.zone)):
        written = flow_print.pdf(chart, asked.period, asked.at)
    return _pdf(written, asked.version, asked.period.first)


@require_safe
@for_supervisors
def paper_made(request: SupervisorRequest, script: UUID, paper: UUID) -> HttpResponse:
    """How far it is, then the file to take."""
    found = _found(request, script, paper)
    script_id = found.version.script.public_id
    context = {
        "paper": found,
        "script": found.version.script,
        "clients": [found.version.script.client],
        "part": reverse("floor-flow-paper-made", args=[script_id, found.public_id]),
        "file": reverse("floor-flow-paper-file", args=[script_id, found.public_id]),
        "again": f"{reverse('floor-flow-paper', args=[script_id])}?version={found.version.public_id}&when={found.when}",
    }
    htmx = getattr(request, "htmx", False)
    return render(request, "floor/_flow_paper.html" if htmx else "floor/flow_paper.html", context)


@require_safe
@for_supervisors
def paper_file(request: SupervisorRequest, script: UUID, paper: UUID) -> HttpResponse:
    """The file; there is none before it is done."""
    found = _found(request, script, paper)
    if found.state != PaperState.DONE or found.content is None:
        raise Http404
    first = stretch(found.when, found.version.script.client.zone, found.asked_at).first
    return _pdf(bytes(found.content), found.version, first)


def _found(request: SupervisorRequest, script: UUID, paper: UUID) -> FlowPaper:
    """One's own, of a client that one still supervises."""
    mine = papers.seen_by(request.user).filter(version__script__client__in=sight_of(request).clients)
    mine = mine.exclude(when=papers.WORDS)  # those are of the designer's pages
    return get_object_or_404(mine, version__script__public_id=script, public_id=paper)


def _pdf(written: bytes, version: ScriptVersion, first: object) -> HttpResponse:
    return _named(HttpResponse(written, content_type="application/pdf"), version, f"{first}.pdf")


def _named(answer: HttpResponse, version: ScriptVersion, rest: str) -> HttpResponse:
    name = f"call-flow-{version.script.client.slug}-{version.number}-{version.language}-{rest}".lower()
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
