"""What the chart shows of a call flow, for the pages of its set-up that ask for it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from clients import reviews
from clients.models import Role, Script
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
