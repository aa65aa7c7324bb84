"""The list of cases, one case with all that was said and noted, and what can be done with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from agents.gates import AgentRequest, for_agents
from bpo.kernel import clock
from bpo.kernel.composed import composed, first
from bpo.kernel.errors import InvalidValue
from clients.access import is_admin
from clients.models import Queue
from interactions import case_duty, case_merging, cases, handling, looking, playback, taking_over, word_access
from interactions.desk.leaving import leaving_of
from interactions.models import (
    Callback,
    Case,
    CaseState,
    Interaction,
    JournalEntry,
    Leg,
    Message,
    State,
    SurveyAnswer,
)
from interactions.reports.story import real_names
from interactions.views.console.common import frame, show_work, triggers
from interactions.views.lists import told_with_who

PAGE = 25
OPEN = (CaseState.OPEN, CaseState.PENDING)
WHICH = ("mine", "queues", "pending", "overdue")
SHOWN_IN_HISTORY = (
    "arrived", "accepted", "transferred", "parked", "ended", "disposed", "case_opened", "case_pending", "case_resolved",
    "case_reopened", "case_closed", "case_merged", "case_split", "callback_promised", "callback_kept", "callback_late",
    "callback_unreached", "callback_broken", "callback_withdrawn", "notice_sent", "notice_failed", "action_done",
    "action_undone", "action_settled",
    "verified", "survey_answered",
)  # fmt: skip

BRAND = ("client__public_id", *(f"client__brand__{name}" for name in ("client", "public_id", "public_name")))
OF_A_CASE = (
    "public_id", "reference", "subject", "state", "due_at", "opened_at", *BRAND, "customer__name", "owner__name",
    "reason__name",
)  # fmt: skip
OF_A_PICK = (
    "public_id", "enqueued_at", *BRAND, "customer__name", "envelope__subject", "envelope__opening",
    "envelope__from_name", "queue__name",
)  # fmt: skip
OF_A_CONTACT = ("public_id", "channel", "outcome", "state", "arrived_at", "case", "reason__name")


def _list(request: AgentRequest, which: str) -> QuerySet[Case]:
    """Mine: owned by me; my queues': open ones of lines I serve; waiting; and what should have been answered by now."""
    rows = Case.objects.visible_to(request.user)
    agent = request.agent
    match which:
        case "mine":
            rows = rows.filter(owner=agent, state__in=OPEN)
        case "queues":
            teams = Q(teams__isnull=True) | Q(teams__team=agent.team_id)
            mine = Queue.objects.visible_to(request.user).filter(teams).values("pk")
            rows = rows.filter(queue__in=mine, state__in=OPEN)
        case "pending":
            rows = rows.filter(state=CaseState.PENDING)
        case "overdue":
            rows = rows.filter(case_duty.overdue(clock.now()))
    order = ("due_at", "-id") if which == "overdue" else ("-opened_at", "-id")
    return rows.select_related("client__brand", "customer", "owner", "reason").only(*OF_A_CASE).order_by(*order)


@composed
def _picks(user: Any, *, of_every_client: bool) -> QuerySet[Interaction]:
    waiting = Interaction.objects.filter(state=State.QUEUED, queue__manual=True)
    seen = waiting if of_every_client else waiting.seen_by(user)
    return (
        seen.select_related("client__brand", "customer", "envelope", "queue")
        .only(*OF_A_PICK)
        .order_by("enqueued_at")[:PAGE]
    )


@for_agents
@require_GET
def listing(request: AgentRequest) -> HttpResponse:
    """Cases: mine, my queues', waiting, overdue; and what waits to be picked."""
    which = request.GET.get("which", "mine")
    if which not in WHICH:
        which = "mine"
    page = Paginator(_list(request, which), PAGE).get_page(request.GET.get("page"))
    picks = _picks(request.user.pk, of_every_client=is_admin(request.user))
    context = {"page_obj": page, "which": which, "picks": picks, "now": clock.now()}
    if request.htmx and request.htmx.target == "case-list":  # type: ignore[attr-defined]
        return render(request, "console/_case_list.html", context)
    return render(request, "console/cases.html", frame(request) | context)


@composed
def _cases(public_id: Any, user: Any, *, of_every_client: bool) -> QuerySet[Case]:
    cases = Case.objects.filter(public_id=public_id)
    return (cases if of_every_client else cases.seen_by(user)).select_related(
        "client__brand", "customer", "owner", "reason", "product", "queue", "merged_into", "follows"
    )


def _case(request: AgentRequest, public_id: UUID) -> Case:
    found = first(_cases(public_id, request.user.pk, of_every_client=is_admin(request.user)))
    if found is None:
        raise Http404
    return found


@composed
def _contacts(case: Any) -> QuerySet[Interaction]:
    contacts = Interaction.objects.filter(case=case).select_related("reason").only(*OF_A_CONTACT)
    return contacts.order_by("arrived_at")[:100]


@composed
def _whole(case: Any, contacts: Any) -> QuerySet[Message]:
    return _written(word_access.said_on(case, contacts, 0, whole=True))


@composed
def _own_words(case: Any, contacts: Any, agent: Any) -> QuerySet[Message]:
    return _written(word_access.said_on(case, contacts, agent, whole=False))


def _written(said: QuerySet[Message]) -> QuerySet[Message]:
    return said.select_related("interaction").prefetch_related("attachments").order_by("at", "id")[:300]


@composed
def _own(agent: Any, case: Any) -> QuerySet[Leg]:
    in_hand = Leg.objects.filter(agent=agent, interaction__case=case, state__in=word_access.IN_HAND)
    return in_hand.only("public_id", "state").order_by("pk")[:1]


@composed
def _promises(case: Any) -> QuerySet[Callback]:
    return Callback.objects.filter(case=case).order_by("due_from")


@composed
def _history(case: Any) -> QuerySet[JournalEntry]:
    return JournalEntry.objects.filter(case=case, kind__in=SHOWN_IN_HISTORY).order_by("-at", "-id")[:60]


@composed
def _answers(contacts: Any, agent: Any) -> QuerySet[SurveyAnswer, Any]:
    """What the customer thought of these contacts, and whether the agent worked on each herself."""
    own = Leg.objects.filter(agent=agent, interaction=OuterRef("interaction"), accepted_at__isnull=False)
    given = SurveyAnswer.objects.filter(interaction__among=contacts).annotate(own=Exists(own))
    return given.order_by("-answered_at")[:10]


@for_agents
@require_GET
def page(request: AgentRequest, case: UUID) -> HttpResponse:
    """Everything about one matter; all words while one holds it, else those of one's own contacts."""
    found = _case(request, case)
    whole, contacts = word_access.holds(request.agent, found), word_access.contacts_on(found)
    said = _whole(found.pk, contacts) if whole else _own_words(found.pk, contacts, request.agent.pk)
    context = {
        "case": found,
        "brand": found.client.brand,
        "whole": whole,
        "said": [(one, leaving_of(one, request.agent)) for one in said],
        "contacts": _contacts(found.pk),
        "recordings": playback.of_contacts(contacts, request.user, real_names),
        "notes": found.notes.all(),
        "promises": _promises(found.pk),
        "history": told_with_who(_history(found.pk)),
        "answers": [(one, whole or one.own) for one in _answers(contacts, request.agent.pk)],
        "own": first(_own(request.agent.pk, found.pk)),
        "merged": case_merging.can_be_split(found.merged_into or found),
        "may_move": taking_over.may_move(found, request.agent),
        "may_split": taking_over.may_move(found.merged_into or found, request.agent),
        **_watched(request, found),
    }
    return render(request, "console/case.html", frame(request) | context)


def _watched(request: AgentRequest, case: Case) -> dict[str, Any]:
    """Who holds it and who else looks: what the page asks anew every twenty seconds."""
    held = taking_over.holders(case)
    names = {leg.agent.name for leg in held}
    return {
        "case": case,
        "holders": [leg for leg in held if leg.agent_id != request.agent.pk],
        "lookers": [name for name in looking.look(case, request.agent) if name not in names],
    }


@for_agents
@require_GET
def watch(request: AgentRequest, case: UUID) -> HttpResponse:
    """The line that says who is there."""
    return render(request, "console/_watch.html", _watched(request, _case(request, case)))


@for_agents
@require_POST
def take_over(request: AgentRequest, interaction: UUID) -> HttpResponse:
    """Take a colleague's mail, with a reason, by the rules of routing."""
    found = get_object_or_404(Interaction.objects.visible_to(request.user), public_id=interaction)
    return show_work(request, taking_over.take_over(found, by=request.agent, reason=request.POST.get("reason", "")))


@for_agents
@require_POST
def note(request: AgentRequest, case: UUID) -> HttpResponse:
    """A note for colleagues."""
    found = _case(request, case)
    cases.add_note(found, by=request.agent, text=request.POST.get("text", ""))
    return redirect("console-case", found.public_id)


@for_agents
@require_POST
def move(request: AgentRequest, case: UUID) -> HttpResponse:
    """Reopen it, wait for the customer, or go on."""
    found = _case(request, case)
    taking_over.require_may_move(found, request.agent)
    match request.POST.get("to", ""):
        case "reopen":
            cases.reopen(found, by=request.agent)
        case "pending":
            cases.set_pending(found, by=request.agent, for_customer=True)
        case "open":
            cases.back_to_open(found, by=request.agent, why="by hand")
        case other:
            raise InvalidValue(f"move {other!r}")
    return redirect("console-case", found.public_id)


@for_agents
@require_POST
def split(request: AgentRequest, case: UUID) -> HttpResponse:
    """Undo a merge of the last day; `case` is the one that came in."""
    found = _case(request, case)
    taking_over.require_may_move(found.merged_into or found, request.agent)
    case_merging.split(found, by=request.agent)
    if request.htmx:  # type: ignore[attr-defined]
        return triggers(HttpResponse(status=204), "desk:items", "desk:work")
    return redirect("console-case", found.public_id)


@for_agents
@require_POST
def pick(request: AgentRequest, interaction: UUID) -> HttpResponse:
    """Take a waiting contact of a line that is picked by hand."""
    found = get_object_or_404(Interaction.objects.visible_to(request.user), public_id=interaction)
    return show_work(request, handling.pick(found, by=request.agent))
