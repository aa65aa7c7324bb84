"""What one reads of a version beside its designer: walked through as the agent would, against another, as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from clients import flow_preview, flow_walk, script_diff, script_text, scripts
from clients.models import Channel, Script, ScriptVersion
from clients.script_graph import Step
from clients.setup_gate import SetupRequest, for_setup
from clients.views.setup import page
from clients.views.setup_scripts import DRAFTERS, version_of


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
@require_safe
def walk(request: SetupRequest, version: UUID) -> HttpResponse:
    """Step by step as at the desk, for a customer who does not exist; all that is known stands in the address.

    Another `language` or `channel` leads to the version that is for it, from the start.
    """
    found = version_of(request, version)
    language, channel = request.GET.get("language", ""), request.GET.get("channel", "")
    if language and (other := flow_walk.to_try(found, language, channel)) != found:
        at = reverse("setup-walk", args=[request.client.public_id, other.public_id])
        return redirect(f"{at}?{urlencode({'channel': channel})}")
    graph = flow_preview.read(found)
    context: dict[str, Any] = {"version": found, "script": found.script}
    if graph is None:
        return page(request, "setup/walk.html", "setup-scripts", context)
    flows = flow_walk.Flows(found, graph)
    asked = flow_walk.Walk.read(request.GET, flows)
    context |= {
        "walk": asked,
        "done": [Done(place, step, _into(flows, asked, nth)) for nth, place, step in _behind(flows, asked)],
        "graph": graph,
        "languages": sorted({one.language for one in flow_walk.versions_to_try(found)}),
        "channels": [(one, Channel(one).label) for one in flow_walk.channels_to_try(found)],
    }
    if asked.at is not None:
        context["inside"] = flows.version_of(asked.at).script if asked.at.sub else None
        context["seen"] = flow_preview.seen_in(flows.version_of(asked.at), asked.at.step)
    return page(request, "setup/walk.html", "setup-scripts", context)


@dataclass(frozen=True, slots=True)
class Done:
    """A step behind one; `into` is the sub-process that it led into."""

    place: flow_walk.Place
    step: Step
    into: Script | None


def _behind(flows: flow_walk.Flows, walk: flow_walk.Walk) -> Iterator[tuple[int, flow_walk.Place, Step]]:
    for nth, place in enumerate(walk.trail):
        if step := flows.step(place):
            yield nth, place, step


def _into(flows: flow_walk.Flows, walk: flow_walk.Walk, nth: int) -> Script | None:
    after = [*walk.trail[nth + 1 : nth + 2], walk.at][0]
    entered = after is not None and after.sub and not walk.trail[nth].sub
    return flows.version_of(after).script if entered and after else None


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
