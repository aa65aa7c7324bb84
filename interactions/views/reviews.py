"""What the chart shows of a call flow or a step of it, for the pages of its set-up that ask for it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from clients import reviews
from clients.models import Role, Script, ScriptVersion, VersionState
from clients.setup_gate import SetupRequest, for_setup
from interactions.reports import flow_reviews

DRAFTERS = (Role.SUPERVISOR, Role.MANAGER)


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
@require_safe
def figures(request: SetupRequest, script: UUID) -> HttpResponse:
    """Runs, exits and slow steps of each version in force; every number leads to the chart that one may open."""
    found = get_object_or_404(Script.objects.select_related("client"), client=request.client, public_id=script)
    context = {
        "script": found,
        "client": request.client,
        "shown": [flow_reviews.shown(version) for version in reviews.in_force(found)],
        "on_floor": request.role in ("admin", Role.SUPERVISOR),
        "when": flow_reviews.WHEN,
    }
    return render(request, "setup/_script_figures.html", context)


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
@require_safe
def step_figures(request: SetupRequest, version: UUID) -> HttpResponse:
    """What happened at a step of this name in the version in force; nothing where there is none, or nobody came."""
    versions = ScriptVersion.objects.select_related("script__client")
    found = get_object_or_404(versions, script__client=request.client, public_id=version)
    same = versions.filter(script=found.script, language=found.language, channel=found.channel)
    live = same.filter(state=VersionState.PUBLISHED).first()
    step = flow_reviews.at_step(live, request.GET.get("step", "")) if live else None
    if step is None:
        return HttpResponse("")
    context = {
        "one": step,
        "live": live,
        "client": request.client,
        "on_floor": request.role in ("admin", Role.SUPERVISOR),
        "when": flow_reviews.WHEN,
    }
    return render(request, "setup/_step_figures.html", context)
