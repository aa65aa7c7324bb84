"""Any version of a call flow on paper with its words, and its picture as a file, for the pages of its set-up."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from bpo.kernel import push
from clients.models import Role, ScriptVersion
from clients.setup_gate import SetupRequest, for_setup
from clients.views.setup import page
from interactions import papers, tasks
from interactions.models import FlowPaper, PaperState
from interactions.reports import flow_print, flow_words_print

DRAFTERS = (Role.SUPERVISOR, Role.MANAGER)


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
@require_safe
def picture(request: SetupRequest, version: UUID) -> HttpResponse:
    """The chart without figures as an SVG file that stands by itself."""
    found = _version(request, version)
    chart = flow_words_print.chart_of(found)
    answer = render(request, "floor/flow.svg", {"chart": chart, "alone": True}, content_type="image/svg+xml")
    return _named(answer, found, "svg")


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
@require_POST
def paper(request: SetupRequest, version: UUID) -> HttpResponse:
    """Have chart and words made as a PDF file by the worker."""
    found = _version(request, version)
    flow_words_print.chart_of(found)  # rather told now than after a wait, as is a machine that cannot write it
    flow_print.writer()
    made = papers.ask(found, papers.WORDS, by=request.user)
    push.start(tasks.make_papers)
    return redirect("setup-version-paper-made", request.client.public_id, found.public_id, made.public_id)


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
@require_safe
def paper_made(request: SetupRequest, version: UUID, paper: UUID) -> HttpResponse:
    """How far it is, then the file to take."""
    found = _paper(request, version, paper)
    at = [request.client.public_id, found.version.public_id]
    context = {
        "paper": found,
        "script": found.version.script,
        "version": found.version,
        "part": reverse("setup-version-paper-made", args=[*at, found.public_id]),
        "file": reverse("setup-version-paper-file", args=[*at, found.public_id]),
        "again": reverse("setup-version-paper", args=at),
    }
    if getattr(request, "htmx", False):
        return render(request, "floor/_flow_paper.html", context)
    return page(request, "setup/paper.html", "setup-scripts", context)


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
@require_safe
def paper_file(request: SetupRequest, version: UUID, paper: UUID) -> HttpResponse:
    """The file; there is none before it is done."""
    found = _paper(request, version, paper)
    if found.state != PaperState.DONE or found.content is None:
        raise Http404
    answer = HttpResponse(bytes(found.content), content_type="application/pdf")
    return _named(answer, found.version, "pdf")


def _version(request: SetupRequest, version: UUID) -> ScriptVersion:
    versions = ScriptVersion.objects.select_related("script__client__brand")
    return get_object_or_404(versions, script__client=request.client, public_id=version)


def _paper(request: SetupRequest, version: UUID, paper: UUID) -> FlowPaper:
    """One's own, of this version."""
    mine = papers.seen_by(request.user).filter(version__script__client=request.client, when=papers.WORDS)
    return get_object_or_404(mine, version__public_id=version, public_id=paper)


def _named(answer: HttpResponse, version: ScriptVersion, form: str) -> HttpResponse:
    name = f"{slugify(version.script.name) or 'flow'}-{version.number}-{version.language}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
