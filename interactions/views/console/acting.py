"""What is done with a contact: hold, end, park, transfer, consult, resolve, wait."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agents.gates import AgentRequest, for_agents
from agents.models import Agent
from bpo.kernel import clock
from bpo.kernel.errors import InvalidValue
from clients.models import Queue
from clients.times import zone_words
from clients.words import language_for, say
from interactions import cases, endings, handling, media, replies, transfers, unsent
from interactions.desk.leaving import promised_of
from interactions.desk.work import notes_on, sends_to
from interactions.models import EndedBy, Interaction, Leg, LegState
from interactions.routing import why
from interactions.views.console.common import (
    dialog,
    done,
    follows,
    newer_mail,
    own_leg,
    read_on,
    show_work,
    working_leg,
)

MORNING = time(9)


@for_agents
@require_POST
def hold(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Put the customer on hold."""
    return show_work(request, handling.hold(own_leg(request, leg), by=request.agent))


@for_agents
@require_POST
def resume(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Back from hold."""
    return show_work(request, handling.resume(own_leg(request, leg), by=request.agent))


@for_agents
@require_POST
def end(request: AgentRequest, leg: UUID) -> HttpResponse:
    """End the contact; wrap-up begins where the queue has one."""
    ended = handling.end_work(own_leg(request, leg), by=request.agent, ended_by=EndedBy.AGENT)
    return show_work(request, ended) if ended.state == "wrapping" else done(request)


@for_agents
@require_http_methods(["GET", "POST"])
def park(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Set written work aside until a day, or until the customer writes."""
    mine = own_leg(request, leg)
    if request.method == "GET":
        zone = mine.client.zone
        context = {"leg": mine, "days": _next_days(mine.interaction), "place": zone_words(zone)}
        return dialog(request, "console/_park.html", context | promised_of(mine.interaction, zone, None))
    day = request.POST.get("day", "")
    until = _morning_of(day, mine.client.zone) if day else None
    handling.park(mine, by=request.agent, until=until, why=request.POST.get("why", ""))
    return done(request, toast={"text": _("Parked. It comes back by itself.")})


def _next_days(interaction: Interaction) -> list[date]:
    """The mornings of a week on which it may come back: not beyond what its line keeps."""
    zone, now = interaction.client.zone, clock.now()
    today, last = now.astimezone(ZoneInfo(zone)).date(), now + handling.park_limit(interaction)
    days = (today + timedelta(days=n) for n in range(1, 8))
    return [day for day in days if datetime.combine(day, MORNING, tzinfo=ZoneInfo(zone)) <= last]


def _morning_of(day: str, zone: str) -> datetime:
    try:
        return datetime.combine(datetime.fromisoformat(day).date(), MORNING, tzinfo=ZoneInfo(zone))
    except ValueError as error:
        raise InvalidValue(f"day {day!r}", sentence=_("This is not a date.")) from error


@for_agents
@require_POST
def unpark(request: AgentRequest, interaction: UUID) -> HttpResponse:
    """Take a parked contact back."""
    parked = get_object_or_404(
        Interaction.objects.visible_to(request.user).filter(prefer_agent=request.agent), public_id=interaction
    )
    return show_work(request, handling.unpark(parked, by=request.agent))


@for_agents
@require_http_methods(["GET", "POST"])
def transfer(request: AgentRequest, leg: UUID) -> HttpResponse:
    """To another line, or to a colleague blind; the dialog says why not and how long."""
    mine = own_leg(request, leg)
    if request.method == "GET":
        warm = bool(request.GET.get("warm"))
        queues, colleagues = transfers.queue_choices(mine, to_ask=warm), transfers.colleague_choices(mine)
        somebody = [choice for choice in colleagues if choice.ok]
        context = {
            "leg": mine, "queues": queues, "somebody": somebody, "others": _nearest_first(colleagues),
            "warm": warm, "somewhere": somebody or any(choice.ok for choice in queues),
        }  # fmt: skip
        return dialog(request, "console/_transfer.html", context)
    note = request.POST.get("note", "")
    kind, _sep, public_id = request.POST.get("to", "").partition(":")
    asks = request.POST.get("how") == "consult"
    if kind == "queue":
        queue = get_object_or_404(Queue.objects.visible_to(request.user), public_id=_uuid(public_id))
        if asks:
            asked = transfers.consult_line(mine, queue, by=request.agent, note=note)
            toast = {"text": _("%(name)s is asked.") % {"name": asked.agent.name}}
            return show_work(request, mine, toast=toast)
        transfers.to_queue(mine, queue, by=request.agent, note=note)
        return _after_transfer(request, mine, _("Handed to %(name)s.") % {"name": queue.name})
    colleague = _colleague(mine.client_id, public_id)
    if asks:
        transfers.consult(mine, colleague, by=request.agent, note=note)
        return show_work(request, mine, toast={"text": _("%(name)s is asked.") % {"name": colleague.name}})
    transfers.to_colleague(mine, colleague, by=request.agent, note=note)
    return _after_transfer(request, mine, _("Offered to %(name)s.") % {"name": colleague.name})


def _nearest_first(colleagues: list[transfers.Choice]) -> list[transfers.Choice]:
    """Who cannot take it, in the order of the floor's kinds of reasons."""
    return [each for group in why.GROUPS for each in colleagues if not each.ok and each.group == group]


def _after_transfer(request: AgentRequest, leg: Leg, words: str) -> HttpResponse:
    """The leg may still wrap up; if not, the next item."""
    leg.refresh_from_db(fields=["state"])
    toast = {"text": words}
    return show_work(request, leg, toast=toast) if leg.state == "wrapping" else done(request, toast=toast)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidValue(f"id {text!r}", sentence=_("Choose where it should go.")) from error


def _colleague(client_id: int, public_id: str) -> Agent:
    """A colleague licensed for the same client; nobody else can be named."""
    return get_object_or_404(
        Agent.objects.filter(licences__client_id=client_id, deactivated_at__isnull=True).distinct(),
        public_id=_uuid(public_id),
    )


@for_agents
@require_POST
def consult_end(request: AgentRequest, leg: UUID) -> HttpResponse:
    """End the consultation; the customer stays."""
    mine = own_leg(request, leg)
    transfers.end_consult(mine, by=request.agent)
    return show_work(request, mine) if mine.role == "primary" else done(request)


@for_agents
@require_POST
def consult_complete(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Warm transfer: the colleague goes on alone."""
    mine = own_leg(request, leg)
    colleague = transfers.complete_warm(mine, by=request.agent)
    return _after_transfer(request, mine, _("%(name)s goes on.") % {"name": colleague.agent.name})


@for_agents
@require_http_methods(["GET", "POST"])
def resolve(request: AgentRequest, leg: UUID) -> HttpResponse:
    """The matter is settled: with summary and outcome; the contact ends, the customer gets the notice."""
    if request.method == "GET":
        return _ask_to_resolve(request, leg, request.GET.get("read"))
    try:
        settled = _resolve(request, leg)
    except replies.NewerMail as newer:
        return newer_mail(request, newer, form="resolve", then=follows(request, "end"))
    except (cases.SummaryMissing, cases.OutcomeMissing, endings.SettlesNothing) as wrong:
        about = "summary" if isinstance(wrong, cases.SummaryMissing) else "outcome"
        more = {"errors": {about: wrong.sentence}, "given": request.POST}
        return _ask_to_resolve(request, leg, request.POST.get("read"), status=422, **more)
    toast = {"text": _("Resolved.")}
    over = settled.state == LegState.COMPLETED
    return done(request, toast=toast) if over else show_work(request, settled, toast=toast)


def _ask_to_resolve(
    request: AgentRequest, leg: UUID, read: str | None, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The dialog; after a fault with what was given, and what is wrong beside its field."""
    mine = own_leg(request, leg)
    case = mine.interaction.case_id
    context = {
        "leg": mine, "brand": mine.client.brand, "sends": sends_to(mine.interaction), "read": read,
        "settling": endings.settling(mine.client_id),
        "ask_settled": say("ask_settled", language := language_for(mine.client, mine.interaction.language)),
        "asked_in": language,
        "scheduled": unsent.scheduled().filter(unsent.of_case(case)).first() if case else None,
    }  # fmt: skip
    return dialog(request, "console/_resolve.html", context | more, status=status)


@transaction.atomic
def _resolve(request: AgentRequest, public_id: UUID) -> Leg:
    """The case settled and the contact ended, or neither."""
    mine = working_leg(request, public_id)
    if media.unsettled(mine) is not None:  # it may still go back to its line
        raise handling.NotYours(sentence=_("You do not hear each other yet. Nothing can be resolved before."))
    read = read_on(request)
    if read is not None:
        replies.require_read(mine.interaction, read)
    cases.resolve(
        cases.of_leg(mine),
        by=request.agent,
        summary=request.POST.get("summary", ""),
        outcome=request.POST.get("outcome", ""),
        confirmed={"yes": True, "no": False}.get(request.POST.get("confirmed", "")),
        interaction=mine.interaction,
    )
    if follows(request, "end") == "stay" or mine.state == LegState.WRAPPING:
        return mine
    return handling.end_work(mine, by=request.agent, ended_by=EndedBy.AGENT)


@for_agents
@require_POST
@transaction.atomic
def pending(request: AgentRequest, leg: UUID) -> HttpResponse:
    """The case waits for the customer, or for a day."""
    mine = working_leg(request, leg)
    day = request.POST.get("day", "")
    cases.set_pending(
        cases.of_leg(mine),
        by=request.agent,
        until=_morning_of(day, mine.client.zone) if day else None,
        for_customer=not day,
    )
    return show_work(request, mine, toast={"text": _("The case waits.")})


@for_agents
@require_GET
def work(request: AgentRequest, leg: UUID) -> HttpResponse:
    """The middle: this leg's work, or that it is over."""
    return show_work(request, own_leg(request, leg))


@for_agents
@require_POST
def note(request: AgentRequest, leg: UUID) -> HttpResponse:
    """A note for colleagues on the case."""
    mine = own_leg(request, leg)
    cases.add_note(cases.of_leg(mine), by=request.agent, text=request.POST.get("text", ""))
    return show_work(request, mine, side="notes")


@for_agents
@require_GET
def notes(request: AgentRequest, leg: UUID) -> HttpResponse:
    """What colleagues noted on the case, as it grows."""
    mine = own_leg(request, leg)
    return render(request, "console/_notes.html", {"notes": notes_on(mine.interaction), "counted": True})
