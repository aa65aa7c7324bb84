"""What one reads of a version beside its designer: walked through as the agent would, against another, as a file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from clients import flow_preview, script_diff, script_graph, script_text, scripts
from clients.models import ScriptVersion
from clients.setup_gate import SetupRequest, for_setup
from clients.views.setup import page
from clients.views.setup_scripts import DRAFTERS, version_of


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
@require_safe
def walk(request: SetupRequest, version: UUID) -> HttpResponse:
    """Step by step as at the desk, for a customer who does not exist; all that is known stands in the address."""
    found = version_of(request, version)
    context: dict[str, Any] = {"version": found, "script": found.script}
    try:
        graph = script_graph.parse(found.graph)
    except (KeyError, TypeError, ValueError, AttributeError):
        return page(request, "setup/walk.html", "setup-scripts", context)
    asked = flow_preview.Walk.read(request.GET, found, graph)
    here = graph.steps.get(asked.at)
    listed = flow_preview.listed_of(request.client, graph)
    words = flow_preview.sample_words(found)
    context |= {"walk": asked, "done": [graph[step] for step in asked.trail if step in graph], "graph": graph}
    if here is not None:
        context["seen"] = flow_preview.seen(here, words, listed)
    return page(request, "setup/walk.html", "setup-scripts", context)


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
@require_safe
def difference(request: SetupRequest, version: UUID) -> HttpResponse:
    """What differs from another version of the call flow, the one in force unless another is asked for."""
    found = version_of(request, version)
    others = list(found.script.versions.exclude(pk=found.pk).order_by("-number", "language", "channel"))
    against = scripts.before(found, others)
    if asked := request.GET.get("to"):
        against = get_object_or_404(ScriptVersion, script=found.script, public_id=uuid_of(asked))
    context: dict[str, Any] = {"version": found, "script": found.script, "others": others, "against": against}
    if against is not None:
        context["difference"] = difference_of(against, found)
    return page(request, "setup/difference.html", "setup-scripts", context)


def difference_of(old: ScriptVersion, new: ScriptVersion) -> script_diff.Difference | None:
    """Nothing where one of them cannot be read."""
    try:
        return script_diff.compare(old.graph, new.graph)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
@require_safe
def export(request: SetupRequest, version: UUID, form: str) -> HttpResponse:
    """The steps as a file that can be sent in again."""
    if form not in script_text.FORMS:
        raise Http404
    found = version_of(request, version)
    name = f"{slugify(found.script.name) or 'flow'}-{found.number}-{found.language}.{form}"
    answer = HttpResponse(script_text.write(found.graph, form), content_type=script_text.FORMS[form])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def uuid_of(text: str) -> UUID:
    """The public id that a query or a form names; what is none is not there."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
