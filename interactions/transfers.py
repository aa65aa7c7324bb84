"""Hand a contact on: to a queue, to a colleague blind or warm, or ask a colleague for help."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel import clock, words
from bpo.kernel.asking import operation
from bpo.kernel.errors import DomainError
from clients import opening
from clients.models import Queue, QueueState
from interactions import cases, consulting, eligibility, handling, journal, media, queueing, states, waits
from interactions.models import AgentLane, Carrier, EndedBy, Interaction, Kind, Lane, Leg, LegRole, LegState, State
from interactions.verdicts import Verdict

MOST_ON_OFFER = 1000
MOST_ASKED = 3  # of a line, one after the other, where each is taken at that moment


class CannotTransfer(DomainError):
    """The place it should go to cannot take it; the sentence says why and what else can be done."""

    code = "cannot_transfer"


@dataclass(frozen=True, slots=True)
class Choice:
    """Somewhere a contact may or may not go, and what to expect there."""

    target: Queue | Agent
    ok: bool
    sentence: str
    expected_wait: float | None = None
    standing: str = ""  # of a colleague who can take it: free, busy
    group: str = ""  # of one who cannot: the kind of reason (routing.why.GROUPS)


def may_enter(queue: Queue, interaction: Interaction, *, at: datetime) -> Choice:
    """Whether a contact may be handed to this queue now: same client, channel, open, in hours, somebody signed in."""
    if queue.client_id != interaction.client_id or interaction.channel not in queue.channels:
        return Choice(queue, False, str(_("This line does not take such contacts.")))
    if queue.state not in (QueueState.OPEN, QueueState.PAUSED):
        return Choice(queue, False, str(_("This line is closed. Another line, a callback, or keep it.")))
    if not opening.is_open(queue, at):
        return Choice(queue, False, str(_("This line is outside its hours. Another line, a callback, or keep it.")))
    if not eligibility.staffed(_lane_of(queue, interaction)):
        return Choice(
            queue, False, str(_("Nobody who may answer there is signed in. Another line, a callback, or keep it."))
        )
    return Choice(
        queue, True, "", waits.expected_wait(queue, interaction.channel, web=interaction.carrier == Carrier.WEB, at=at)
    )


def queue_choices(leg: Leg, *, to_ask: bool = False, at: datetime | None = None) -> list[Choice]:
    """Every other line of the client, with why not: the contact cannot wait there, or nobody there is free `to_ask`."""
    at = at or clock.now()
    interaction = leg.interaction
    queues = Queue.objects.filter(client_id=interaction.client_id).exclude(state=QueueState.ARCHIVED)
    return [
        _may_ask(queue, leg, by=leg.agent, at=at) if to_ask else may_enter(queue, interaction, at=at)
        for queue in queues.select_related("client", "hours")
        if queue.pk != interaction.queue_id and interaction.channel in queue.channels
    ]


def _may_ask(queue: Queue, leg: Leg, *, by: Agent, at: datetime) -> Choice:
    choice = may_enter(queue, leg.interaction, at=at)
    if choice.ok and not _free_of(_lane_of(queue, leg.interaction), leg, by=by, at=at):
        return Choice(queue, False, _nobody_free(queue))
    return replace(choice, standing="free") if choice.ok else choice


def _nobody_free(queue: Queue) -> str:
    words = _("Nobody of %(name)s is free to be asked now. Hand it over, ask a colleague, or promise a callback.")
    return str(words % {"name": queue.name})


def _lane_of(queue: Queue, interaction: Interaction) -> Lane:
    wants = queueing.wants_for(queue, interaction)
    return eligibility.lane_for(queue, channel=interaction.channel, wants=wants)


def _free_of(lane: Lane, leg: Leg, *, by: Agent, at: datetime) -> list[Agent]:
    """Who of this lane can be asked now, the longest idle first, nobody twice who could not or would not."""
    said_no = Leg.objects.filter(interaction=leg.interaction, state__in=[LegState.DECLINED, LegState.MISSED])
    there = Agent.objects.filter(pk__in=AgentLane.objects.filter(lane=lane).values("agent"))
    there = there.exclude(pk=by.pk).exclude(pk__in=said_no.filter(role=LegRole.CONSULT).values("agent"))
    there = there.select_related("seat", "profile", "user").order_by("seat__idle_since", "pk")
    verdicts = eligibility.verdicts_on(list(there), leg.interaction, lane=lane, at=at)
    return [each for each in there if verdicts[each.pk].ok]


def colleague_choices(leg: Leg) -> list[Choice]:
    """Everybody licensed for the client: who can take it, the free before the busy, then the others with why not."""
    colleagues = (
        Agent.objects.filter(licences__client_id=leg.client_id, licences__state__in=["certified", "training"])
        .exclude(pk=leg.agent_id)
        .filter(deactivated_at__isnull=True)
        .select_related("seat", "profile", "user")
    )
    verdicts = eligibility.verdicts_on(list(colleagues), leg.interaction)
    choices = [_choice(each, verdicts[each.pk]) for each in colleagues]
    return sorted(choices, key=lambda choice: (not choice.ok, choice.standing == "busy", str(choice.target)))


def _choice(colleague: Agent, verdict: Verdict) -> Choice:
    if not verdict.ok:
        return Choice(colleague, False, verdict.sentence, group=verdict.group)
    seat = colleague.seat
    busy = seat.points_voice + seat.points_chat + seat.points_email
    return Choice(colleague, True, "", standing="busy" if busy else "free")


def leave_behind(leg: Leg, *, note: str, by: Agent, at: datetime) -> None:
    """End the transferring leg (it may still wrap up) and keep the note for whoever is next."""
    consulting.end_consults(leg.interaction, at=at)
    handling.end_leg(leg, ended_by=EndedBy.TRANSFER, at=at)
    keep_note(leg, note, by=by, at=at)


def keep_note(leg: Leg, note: str, *, by: Agent, at: datetime) -> None:
    """What the next one should know stays on the case."""
    if words.paragraphs(note, most=cases.MOST_WORDS):
        cases.add_note(cases.of_leg(leg), by=by, text=note, at=at)


@operation
def to_queue(leg: Leg, queue: Queue, *, by: Agent, note: str = "", at: datetime | None = None) -> Leg:
    """The contact stands in another line, waiting anew there. Refused before it starts when nobody could answer.

    NotHeardYet while the two of a call do not hear each other: until then it is an offer, and its wait goes on.
    """
    leg = handling.held_leg(leg, by=by)
    media.require_heard(leg)
    at = at or clock.now()
    interaction = leg.interaction
    choice = may_enter(queue, interaction, at=at)
    if not choice.ok:
        raise CannotTransfer(sentence=choice.sentence)
    leave_behind(leg, note=note, by=by, at=at)
    journal.record(leg, Kind.TRANSFERRED, by=by, at=at, leg=str(leg.public_id), how="queue", to=str(queue.public_id))
    priority = queueing.unraised(interaction, at=at)
    queueing.enter_queue(interaction, queue, wants=queueing.wants_for(queue, interaction), priority=priority, at=at)
    return leg


@operation
def to_colleague(leg: Leg, colleague: Agent, *, by: Agent, note: str = "", at: datetime | None = None) -> Leg:
    """Blind: an offer to her alone; missed or declined it returns to the top of this line. NotHeardYet as above."""
    states.take_seats_on(leg.interaction_id, leg.agent_id, colleague)
    leg = handling.held_leg(leg, by=by)
    media.require_heard(leg)
    at = at or clock.now()
    if colleague.pk == by.pk:
        raise CannotTransfer(sentence=_("You have this contact already."))
    verdict = eligibility.eligible(colleague, leg.interaction)
    if not verdict.ok:
        raise CannotTransfer(sentence=verdict.sentence)
    leave_behind(leg, note=note, by=by, at=at)
    journal.record(
        leg, Kind.TRANSFERRED, by=by, at=at, leg=str(leg.public_id), how="blind", to=str(colleague.public_id)
    )
    offer_to(
        leg.interaction,
        colleague,
        made_by=str(by),
        why={"transferred_by": by.pk, "note": words.paragraphs(note, most=MOST_ON_OFFER)},
        at=at,
    )
    return leg


def offer_to(interaction: Interaction, agent: Agent, *, made_by: str, why: dict, at: datetime) -> Leg:
    """Offer a contact to one agent by a person's word. The caller holds her seat and has checked that she may."""
    queue = interaction.queue
    seconds = queue.offer_seconds if queue else 20
    if interaction.state in (State.ACTIVE, State.HELD):
        queueing.open_visit(interaction, at=at)
        if queue is not None:
            queueing.start_over(interaction, queue, at=at)
    states.move(interaction, State.OFFERED, at=at, due_at=None)
    leg = Leg.objects.create(
        interaction=interaction,
        client_id=interaction.client_id,
        agent=agent,
        state=LegState.OFFERED,
        lane=interaction.lane,
        channel=interaction.channel,
        cost=agent.profile.cost_of(interaction.channel),
        made_by=made_by,
        offered_at=at,
        expires_at=at + timedelta(seconds=seconds),
        why={**eligibility.told(interaction.lane), **why},
    )
    states.recount_seat(agent.pk, at=at)
    journal.record(leg, Kind.OFFERED, at=at, leg=str(leg.public_id), made_by=made_by)
    return leg


@operation
def consult(
    leg: Leg, colleague: Agent, *, by: Agent, note: str = "", lane: Lane | None = None, at: datetime | None = None
) -> Leg:
    """Ask a colleague in; the customer stays with the agent. The first half of a warm transfer.

    The note stands on her offer, and on the case for whoever goes on with it. With a lane she is asked as one of that
    line, by its rules, and takes the contact there if she goes on with it.
    """
    states.take_seats_on(leg.interaction_id, leg.agent_id, colleague)
    leg = handling.held_leg(leg, by=by)
    at = at or clock.now()
    interaction = leg.interaction
    asked = Leg.objects.filter(
        interaction=interaction, role=LegRole.CONSULT, state__in=[LegState.OFFERED, LegState.HANDLING]
    )
    if asked.exists():
        raise CannotTransfer(sentence=_("A colleague is asked already."))
    if media.unsettled(leg) is not None:  # it may still go back to its line: there is nothing to hand over yet
        raise CannotTransfer(sentence=_("The call is only being connected. Ask again in a moment."))
    verdict = eligibility.eligible(colleague, interaction, lane=lane)
    if not verdict.ok or colleague.pk == by.pk:
        raise CannotTransfer(sentence=verdict.sentence or _("You have this contact already."))
    lane = lane or interaction.lane
    queue = lane.queue if lane else interaction.queue
    request = Leg.objects.create(
        interaction=interaction,
        client_id=interaction.client_id,
        agent=colleague,
        role=LegRole.CONSULT,
        state=LegState.OFFERED,
        lane=lane,
        channel=interaction.channel,
        cost=colleague.profile.cost_of(interaction.channel),
        made_by=str(by),
        offered_at=at,
        expires_at=at + timedelta(seconds=queue.offer_seconds if queue else 20),
        why={
            **eligibility.told(lane),
            "asked_by": by.pk,
            "note": words.paragraphs(note, most=MOST_ON_OFFER),
        },
    )
    keep_note(leg, note, by=by, at=at)
    if media.is_told(interaction) and interaction.state == State.ACTIVE:
        handling.hold(leg, by=by, at=at)  # the two talk first, and he does not hear it
    states.recount_seat(colleague.pk, at=at)
    journal.record(request, Kind.CONSULT_STARTED, by=by, at=at, leg=str(request.public_id))
    journal.record(request, Kind.OFFERED, at=at, leg=str(request.public_id), made_by=str(by))
    return request


def consult_line(leg: Leg, queue: Queue, *, by: Agent, note: str = "", at: datetime | None = None) -> Leg:
    """Ask whoever of another line is free now, the longest idle first, nobody twice who could not or would not.

    Refused in words when nobody is.
    """
    at = at or clock.now()
    choice = _may_ask(queue, leg, by=by, at=at)
    if not choice.ok:
        raise CannotTransfer(sentence=choice.sentence)
    lane = _lane_of(queue, leg.interaction)
    for colleague in _free_of(lane, leg, by=by, at=at)[:MOST_ASKED]:
        try:
            return consult(leg, colleague, by=by, note=note, lane=lane, at=at)
        except CannotTransfer:
            if eligibility.eligible(colleague, leg.interaction, lane=lane).ok:
                raise  # she is free still: it is the contact that cannot be asked about
    raise CannotTransfer(sentence=_nobody_free(queue))


@operation
def end_consult(leg: Leg, *, by: Agent, at: datetime | None = None) -> None:
    """Either of the two ends the consultation; the customer stays with the agent. One that is over stays over."""
    states.take_seats_on(leg.interaction_id)
    found = consulting.consult_of(leg.interaction)
    at = at or clock.now()
    if found is None:
        return
    primary = handling.live_leg(leg.interaction)
    if by.pk not in {found.agent_id, primary.agent_id if primary else None}:
        raise handling.NotYours
    consulting.end_consults(leg.interaction, by=by, at=at)


@operation
def complete_warm(leg: Leg, *, by: Agent, at: datetime | None = None) -> Leg:
    """The consult leg becomes primary, the first leg wraps; the contact stays active throughout.

    Refused with media.NotHeardYet while the customer would be left to silence.
    """
    leg = handling.held_leg(leg, by=by)
    at = at or clock.now()
    colleague = consulting.consult_of(leg.interaction)
    if colleague is None:
        raise CannotTransfer(sentence=_("The colleague has left."))
    if colleague.state != LegState.HANDLING:
        raise CannotTransfer(sentence=_("The colleague has not accepted yet."))
    if not media.has_way(colleague):
        raise media.NotHeardYet(
            sentence=_(
                "The customer and your colleague cannot hear each other yet. Try again in a moment; if it stays so, "
                "end the consultation and ask somebody else."
            )
        )
    handling.end_leg(leg, ended_by=EndedBy.TRANSFER, at=at)
    return consulting.take_over(colleague, leg, by=by, at=at)
