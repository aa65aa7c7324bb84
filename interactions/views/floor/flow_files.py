"""The chart of a call flow as a file: a picture that stands by itself."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agents.gates import SupervisorRequest, for_supervisors
from clients.models import Script
from interactions.views.floor.flows import Asked, ask, chart_in, sums_of


@require_safe
@for_supervisors
def picture(request: SupervisorRequest, script: UUID) -> HttpResponse:
    """The chart alone as an SVG file that stands by itself."""
    asked = ask(request, script)
    if isinstance(asked, Script):
        raise Http404
    context = {"asked": asked, "chart": chart_in(asked, asked.version), "alone": True}
    answer = render(request, "floor/flow.svg", context, content_type="image/svg+xml")
    answer["Content-Disposition"] = f'attachment; filename="{_file_name(asked)}.svg"'
    return answer


def _file_name(asked: Asked) -> str:
    client, version = asked.script.client, asked.version
    return f"call-flow-{client.slug}-{version.number}-{version.language}-{asked.period.first}".lower()
