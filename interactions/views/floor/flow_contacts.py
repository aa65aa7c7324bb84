"""The contacts behind a number of a call flow's chart: a row for each of what it counts."""

from __future__ import annotations

from copy import copy
from typing import Any
from uuid import UUID

from django.core.paginator import Page
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agents.gates import SupervisorRequest, for_supervisors
from clients import scripts
from clients.models import ScriptKind, ScriptVersion, VersionState
from interactions.models import Direction, Interaction, State, StepVisit
from interactions.reports import flow_rows
from interactions.reports.figures import FIGURES
from interactions.views import lists
from interactions.views.floor.flow_asking import Side, ask_published

DOOR = "door"


@require_safe
@for_supervisors
def contacts(request: SupervisorRequest, script: UUID) -> HttpResponse:
    """As many rows as the number says: who stood at a step twice has two. `of=other`: of the second version."""
    asked, query = ask_published(request, script), request.GET
    side = asked.other if query.get("of") == "other" else asked.first
    what = query.get("what", "came")
    if side is None:
        raise Http404
    if what not in (*flow_rows.WHAT, DOOR):
        raise lists.BadFilter(what[:20])
    context: dict[str, Any] = {
        "asked": asked,
        "side": side,
        "clients": [asked.script.client],
        "shown": {"figure": FIGURES["came_in"], "stays": what != DOOR},
        **asked.addresses(),
    }
    if what == DOOR:
        found = at_the_door(side.version)
        context |= {"page_obj": lists.page_of(found.order_by("arrived_at", "pk"), query), "title": _("At the door now")}
    else:
        how = {"other": query.get("other", ""), "outcome": query.get("outcome", "")}
        stays = _stays(side, asked.step, what, **how)
        context |= {
            "page_obj": _rows(stays, query),
            "title": flow_rows.title(side.version, asked.step, what, **how),
            "contacts": stays.values("run").distinct().count(),
        }
    context["times"] = context["page_obj"].paginator.count
    return render(request, "floor/flow_contacts.html", context)


def _stays(side: Side, step: str, what: str, **how: str) -> QuerySet[StepVisit]:
    aside = side.chart().aside if what == "aside" else ()
    return flow_rows.visits_at(side.version, side.period.start, side.end, step, what, aside=aside, **how).order_by()


def _rows(stays: QuerySet[StepVisit], query: QueryDict) -> Page[Any]:
    """The contact of each stay, with when it began, the latest first."""
    pairs = stays.order_by("-entered_at", "-pk").values_list("run__interaction", "entered_at")
    page = lists.page_of(pairs, query)
    shown = list(page.object_list)
    known = {contact.pk: contact for contact in lists.contacts_of([key for key, _at in shown])}
    rows = []
    for key, entered_at in shown:
        row: Any = copy(known[key])
        row.stood_from = entered_at
        rows.append(row)
    page.object_list = rows
    return page


def at_the_door(version: ScriptVersion) -> QuerySet[Interaction]:
    """Who waits for this version: the client's contacts that nobody has taken yet and that it would lead."""
    script = version.script
    if script.kind != ScriptKind.INBOUND or version.state != VersionState.PUBLISHED:
        return Interaction.objects.none()
    waiting = Interaction.objects.order_by().filter(
        client=script.client, state__in=[State.QUEUED, State.OFFERED], direction=Direction.INBOUND, run=None
    )
    led = Q(pk=None)
    for channel, language in waiting.values_list("channel", "language").distinct():
        if scripts.pick(script.client, script.kind, channel, language) == version:
            led |= Q(channel=channel, language=language)
    return waiting.filter(led)
