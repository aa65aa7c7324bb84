"""Contacts, callbacks and agents in lists and one by one, as our own people see them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import get_current_timezone, localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from agents.gates import SupervisorRequest, for_supervisors
from agents.models import Agent, Presence, PresenceEntry
from bpo.kernel import clock
from bpo.kernel.composed import composed, first
from clients.models import Client
from interactions import handling, monitoring, playback, word_access
from interactions.models import Interaction, Leg, LegRole, LegState, State
from interactions.reports import live, people, queries
from interactions.reports.figures import Thing
from interactions.reports.measures import Handling, Ratio, Span, occupancy
from interactions.reports.scope import Part, Scope, scope_of
from interactions.reports.story import real_names, story
from interactions.views import export, lists, promises
from interactions.views.floor import licences, routing
from interactions.views.floor.abilities import lines_of
from interactions.views.floor.seeing import Sight, agent_seen, callback_of, contact_of, sight_of
from interactions.views.floor.waiting import next_step

WAITING = (State.QUEUED, State.OFFERED)
DOING = {
    "": _("staffed"),
    "free": _("free"),
    "busy": _("busy"),
    "wrap_up": _("in wrap-up"),
    "away": _("away"),
    "elsewhere": _("busy for another client"),
}
# What an agent's legs may be narrowed to, in words.
WENT = {
    "": "",
    "offered": _("Offered"),
    "worked": _("Worked on"),
    "missed": _("Missed"),
    "declined": _("Declined"),
}
ON_HANDS = (State.OFFERED, State.ACTIVE, State.HELD)


@require_safe
@for_supervisors
def contacts(request: SupervisorRequest) -> HttpResponseBase:
    """The rows behind any figure, filtered and paged, or as CSV."""
    sight = sight_of(request)
    asked = lists.ask(request.GET, sight.clients)
    found = lists.rows(asked)
    if request.GET.get("format") == "csv":
        stem = f"{asked.figure.key}-{asked.period.first}-{asked.period.last}"
        return _csv(asked.figure.thing, found, stem, sight)
    context = {"asked": asked, "page_obj": lists.page_of(found, request.GET), "clients": sight.clients}
    context |= {"csv": export.address(request.GET), **lists.choices(sight.clients, asked)}
    context["promise"] = lists.promise_called(asked.text, sight.clients)
    context["halves"] = lists.halves(asked, request.GET)
    template = "floor/_rows.html" if getattr(request, "htmx", False) else "floor/contacts.html"
    return render(request, template, context)


def _csv(thing: Thing, found: QuerySet[Any], stem: str, sight: Sight) -> HttpResponseBase:
    """A list for our own people: real names, their own zone, and whose each row is."""
    clients = {client.pk: client.brand.public_name for client in sight.clients}
    zone = get_current_timezone()
    return export.csv_of(thing, found, stem=stem, zone=zone, names=real_names, clients=clients)


def acts(contact: Interaction, sight: Sight) -> dict[str, bool]:
    """What can be done to it in its present state, and in whose hands it is."""
    leg = handling.live_leg(contact) if contact.state in ON_HANDS else None
    led = leg is None or sight.leads(leg.agent)
    more = bool(contact.lane and contact.lane.next_after_seconds is not None)
    return {
        "may_take_back": contact.state in ON_HANDS and led,
        "may_assign": contact.state in (State.QUEUED, *ON_HANDS) and led,
        "may_reprioritise": contact.state in WAITING,
        "may_overflow": contact.state == State.QUEUED and more,
        "no_step": contact.state == State.QUEUED and not more,
    }


@require_safe
@for_supervisors
def contact(request: SupervisorRequest, contact: UUID) -> HttpResponse:
    """One contact with everything that happened."""
    found = contact_of(request, contact)
    template = "floor/_contact.html" if getattr(request, "htmx", False) else "floor/contact.html"
    return render(request, template, page_of(request, found))


def page_of(request: SupervisorRequest, contact: Interaction) -> dict[str, Any]:
    """All that is told of a contact to who opens it."""
    word_access.opened(contact, request.user)
    told = story(contact, name_of=real_names, for_client=False)
    sight = sight_of(request)
    context = {"contact": contact, "story": told, "clients": [contact.client], **acts(contact, sight)}
    context["recordings"] = playback.of_contacts([contact], request.user, real_names)
    context["may_listen"] = monitoring.may(request.user, contact)
    context["joined"] = monitoring.joined(contact)
    return context | routing.of_contact(contact, told, sight)


@require_safe
@for_supervisors
def callback(request: SupervisorRequest, callback: UUID) -> HttpResponse:
    """One promise, with where it came from and the latest attempt."""
    found = callback_of(request, callback)
    at = clock.now()
    context = {
        "callback": found,
        "entries": lists.told(found.journal.order_by("at", "pk")),
        "next": next_step(found, sight_of(request), at),
        "spoken": playback.left_before(found.case_id, request.user),
        "clients": [found.client],
        "at": at,
    }
    return render(request, "floor/callback.html", context | promises.acts(found))


@require_safe
@for_supervisors
def agents(request: SupervisorRequest) -> HttpResponse:
    """Everybody, those signed out too; or the people behind a number of the wall."""
    sight = sight_of(request)
    doing = request.GET.get("doing", "")
    if doing not in DOING:
        raise lists.BadFilter(doing[:20])
    client = lists.client_of(request.GET.get("client", ""), sight.clients)
    found = sight.agents()
    if request.GET.get("client"):
        found = Agent.objects.filter(pk__in=live.who(client, doing) if client else [])
    page = lists.page_of(people.crowd(found).order, request.GET)
    rows = people.grid(Agent.objects.filter(pk__in=page.object_list), sight.clients)
    context = {"rows": rows, "page_obj": page, "clients": sight.clients, "client": client, "doing": DOING[doing]}
    return render(request, "floor/agents.html", context)


@require_safe
@for_supervisors
def callbacks(request: SupervisorRequest) -> HttpResponseBase:
    """The board of open promises, the nearest end first; `due` narrows it to those of the next hour."""
    sight = sight_of(request)
    at = clock.now()
    client = lists.client_of(request.GET.get("client", ""), sight.clients)
    chosen = [client] if client else [] if request.GET.get("client") else sight.clients
    found = live.open_callbacks(chosen, due_by=at + live.SOON if request.GET.get("due") else None)
    if request.GET.get("format") == "csv":
        return _csv(Thing.CALLBACK, found, f"callbacks-open-{localdate(at)}", sight)
    context = {
        "page_obj": lists.page_of(found, request.GET),
        "csv": export.address(request.GET),
        "ledger": queries.callbacks(scope_of(chosen, "today", at=at)),
        "clients": sight.clients,
        "client": client,
        "due": bool(request.GET.get("due")),
        "at": at,
    }
    return render(request, "floor/callbacks.html", context)


@require_safe
@for_supervisors
def agent(request: SupervisorRequest, agent: UUID) -> HttpResponse:
    """One agent: now, and the last day."""
    sight = sight_of(request)
    found = agent_seen(sight, agent)
    at = clock.now()
    start = at - timedelta(hours=12)
    (row,) = people.grid(Agent.objects.filter(pk=found.pk), sight.clients, at)
    legs = _legs_of(found, sight, start)
    entries = _presence_since(found.pk, start)
    went = request.GET.get("went", "")
    if went not in WENT:
        raise lists.BadFilter(went[:20])
    scope = _since(sight.clients, start)
    current = [leg for leg in legs if leg.state in people.LIVE_LEGS]
    context = {
        "row": row,
        "current": current,
        "joined": {leg.pk: monitoring.joined(leg.interaction) for leg in current},
        "may_listen": {leg.pk for leg in current if monitoring.may(request.user, leg.interaction)},
        "page_obj": lists.page_of(_went(legs, went, found, scope), request.GET),
        "went": went,
        "went_words": WENT[went],
        "log": entries[::-1][:40],
        "clients": sight.clients,
        "may_force": sight.leads(found),
        **licences.of_agent(request, sight, found),
        **routing.not_hers(request.GET, found, sight),
        "skills": found.skills.select_related("skill").order_by("skill__name"),
        "lines": lines_of(found, sight.clients),
        "handling": queries.handling(scope, "agent_id").get((found.pk,), Handling()),
        "occupancy": _occupancy(found, start, at, entries),
        "offered": sum(1 for leg in legs if leg.role == LegRole.PRIMARY),
        "missed": sum(1 for leg in legs if leg.state == LegState.MISSED),
        "declined": sum(1 for leg in legs if leg.state == LegState.DECLINED and not leg.passed_on),
    }
    return render(request, "floor/agent.html", context)


def _since(clients: list[Client], start: Any) -> Scope:
    """The clients' work since then."""
    at = clock.now()
    return Scope(parts=(Part(tuple(c.pk for c in clients), start, at),), at=at)


@composed
def _legs_since(agent: Any, clients: Any, start: Any) -> QuerySet[Leg]:
    legs = Leg.objects.filter(agent=agent, client__among=clients, offered_at__gte=start)
    return (
        legs.select_related("interaction__customer", "disposition")
        .only(
            "client", "state", "role", "channel", "offered_at", "accepted_at", "ended_at", "ended_by",
            "interaction__public_id",
            "interaction__customer__name", "disposition__name",
        )
        .order_by("-offered_at")
    )  # fmt: skip


def _legs_of(agent: Agent, sight: Sight, start: Any) -> list[Leg]:
    """Her legs for the clients one supervises, whom one knows already."""
    known = {client.pk: client for client in sight.clients}
    legs = _legs_since(agent.pk, list(known), start)
    for leg in legs:
        leg.client = known[leg.client_id]
    return legs


def _went(legs: list[Leg], went: str, agent: Agent, scope: Scope) -> list[Leg] | QuerySet[Leg]:
    """The legs behind one number of an agent; without one all that are over."""
    match went:
        case "offered":
            return [leg for leg in legs if leg.role == LegRole.PRIMARY]
        case "worked":
            # Finished since then, by the same measure as every report, whenever it was offered.
            rows = queries.legs_with_times(queries.rows_of("handled", scope)).filter(agent=agent)
            return rows.select_related("client__brand", "disposition").order_by("-offered_at")
        case "missed" | "declined":
            return [leg for leg in legs if leg.state == went and not leg.passed_on]
    return [leg for leg in legs if leg.state not in people.LIVE_LEGS]


@composed
def _work_since(agent: Any, start: Any) -> QuerySet[Leg, Any]:
    legs = Leg.objects.filter(agent=agent, accepted_at__isnull=False, offered_at__gte=start)
    return legs.exclude(role=LegRole.MONITOR).values_list("accepted_at", "ended_at", named=True)


@composed
def _presence_since(agent: Any, start: Any) -> QuerySet[PresenceEntry]:
    return PresenceEntry.objects.filter(agent=agent, at__gte=start).order_by("at", "pk")


@composed
def _presence_before(agent: Any, start: Any) -> QuerySet[PresenceEntry]:
    return PresenceEntry.objects.filter(agent=agent, at__lt=start).order_by("-at", "-pk")[:1]


def _occupancy(agent: Agent, start: Any, at: Any, entries: list[PresenceEntry]) -> Ratio:
    """Handling over handling and idle available, from the presence log and all legs, whatever the client."""
    work = [
        Span(max(leg.accepted_at, start), leg.ended_at or at)
        for leg in _work_since(agent.pk, start - timedelta(hours=4))
        if (leg.ended_at or at) > start
    ]
    available: list[Span] = []
    since = None
    before = first(_presence_before(agent.pk, start))
    if before is not None and before.presence == Presence.AVAILABLE and before.connected:
        since = start
    for entry in entries:
        ready = entry.presence == Presence.AVAILABLE and entry.connected
        if ready and since is None:
            since = entry.at
        elif not ready and since is not None:
            available.append(Span(since, entry.at))
            since = None
    if since is not None:
        available.append(Span(since, at))
    return occupancy(work, available)
