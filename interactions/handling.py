"""The work on a contact: pick, hold, park, end, the customer leaves, the console is lost."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from agents.models import Agent, Seat
from bpo.kernel import clock, words
from bpo.kernel.asking import operation
from bpo.kernel.errors import DomainError, IllegalMove, StaleState
from bpo.kernel.writing import insert, update
from clients.models import Channel, Queue, WrapUpMode
from interactions import (
    case_duty,
    closing,
    consulting,
    eligibility,
    journal,
    media,
    offers,
    queueing,
    states,
    unheard,
    waits,
)
from interactions.models import ChatSession, EndedBy, Interaction, Kind, Leg, LegRole, LegState, Outcome, State

LAST_AGENT_PREFERRED = timedelta(seconds=30)
PARKER_PREFERRED = timedelta(seconds=60)
LOOKS = 3


class NotYours(DomainError):
    """Only who holds the leg may do this."""

    code = "not_yours"
    sentence = _("You do not hold this contact any more.")


class NotEligible(DomainError):
    """The agent may not be given this contact; the sentence says why."""

    code = "not_eligible"


class IsSetAside(DomainError):
    """It had to step aside for a more urgent contact and returns by itself."""

    code = "set_aside"
    sentence = _("This contact is set aside while you serve a more urgent one. It comes back by itself.")


# What the rules say of a colleague by name, said to the agent herself.
OF_HERSELF = {
    "presence": _("You are not available. Be available first."),
    "connected": _("Your desk is just connecting. Once more in a moment."),
    "wish": _("You wished to pause after this. Be available first."),
    "offered": _("An offer waits for your answer. Answer it first."),
    "room": _("You have no room for another contact of this kind. Finish or park one first."),
}


class CannotPark(DomainError):
    """Only written work can wait aside."""

    code = "cannot_park"
    sentence = _("Only written contacts can be parked.")


def held_leg(leg: Leg, *, by: Agent | None = None) -> Leg:
    """The primary leg read anew, in handling and its holder's, under the seats of all who are on it; else NotYours."""
    states.take_seats_on(leg.interaction_id, leg.agent_id)
    fresh = offers.read_anew(leg)
    holds = fresh.state == LegState.HANDLING and fresh.role == LegRole.PRIMARY
    if not holds or (by is not None and fresh.agent_id != by.pk):
        raise NotYours
    return fresh


def working_leg(leg: Leg, *, by: Agent) -> Leg:
    """Her primary leg read anew while she works on it or wraps it up, under the seats of all who are on it; else
    NotYours."""
    states.take_seats_on(leg.interaction_id, leg.agent_id)
    fresh = offers.read_anew(leg)
    if not fresh.is_worked_on or fresh.agent_id != by.pk:
        raise NotYours
    return fresh


def live_leg(interaction: Interaction) -> Leg | None:
    """The primary leg in offered or handling, if there is one (a constraint allows one at most)."""
    return (
        Leg.objects.select_related("interaction", "interaction__queue", "agent", "client")
        .filter(interaction=interaction, role=LegRole.PRIMARY, state__in=[LegState.OFFERED, LegState.HANDLING])
        .first()
    )


def start_leg(interaction: Interaction, agent: Agent, *, at: datetime, made_by: str) -> Leg:
    """A primary leg that begins in handling by the agent's own act, which ends her count of misses; its points counted.

    The caller holds the seat.
    """
    leg = Leg(
        interaction=interaction,
        client_id=interaction.client_id,
        agent=agent,
        state=LegState.HANDLING,
        lane=interaction.lane,
        channel=interaction.channel,
        cost=agent.profile.cost_of(interaction.channel),
        made_by=made_by,
        offered_at=at,
        accepted_at=at,
    )
    insert(leg)
    update(Seat, {"pk": agent.pk}, misses=0)
    states.recount_seat(agent.pk, at=at, idle=True)
    return leg


def require_eligible(agent: Agent, interaction: Interaction, *, herself: bool = False) -> None:
    """Refuse, with the reason in words, an agent the rules would not let routing choose; told `herself` or others."""
    verdict = eligibility.eligible(agent, interaction)
    if not verdict.ok:
        raise NotEligible(sentence=OF_HERSELF.get(verdict.code, verdict.sentence) if herself else verdict.sentence)


@operation
def pick(interaction: Interaction, *, by: Agent, at: datetime | None = None) -> Leg:
    """Take a waiting contact oneself, where its queue lets agents pick; the rules are those of routing."""
    states.take_seats(by)
    read = Interaction.objects.select_related("queue", "lane").annotate(waits_since=waits.WAITS_SINCE)
    interaction = read.get(pk=interaction.pk)
    since = interaction.waits_since
    at = at or clock.now()
    if interaction.state != State.QUEUED:
        raise NotYours(sentence=_("This contact is not waiting any more."))
    if interaction.queue and not interaction.queue.manual:
        raise NotEligible(sentence=_("This line offers its contacts by itself; they cannot be picked."))
    require_eligible(by, interaction, herself=True)
    case_duty.taken(interaction, by=by)
    awaited = media.begins(interaction, at=at)
    leg = start_leg(interaction, by, at=at, made_by=str(by))
    if awaited:
        media.await_both(leg, at=at)
    journal.record(leg, Kind.PICKED, by=by, at=at, leg=str(leg.public_id))
    waited = round((at - since).total_seconds(), 3)
    journal.record(leg, Kind.ACCEPTED, by=by, at=at, leg=str(leg.public_id), waited=waited, **media.told(awaited))
    return leg


@operation
def hold(leg: Leg, *, by: Agent, at: datetime | None = None) -> Leg:
    """Put the customer on hold; media.NotHeardYet before the two of a call hear each other."""
    leg = held_leg(leg, by=by)
    at = at or clock.now()
    if leg.set_aside:
        raise IsSetAside
    media.require_heard(leg)
    states.move(leg.interaction, State.HELD, at=at)
    update(Leg, {"pk": leg.pk}, on_hold=True, hold_since=at)
    journal.record(leg, Kind.HELD, by=by, at=at, leg=str(leg.public_id))
    return leg


@operation
def resume(leg: Leg, *, by: Agent, at: datetime | None = None) -> Leg:
    """Back from hold."""
    leg = held_leg(leg, by=by)
    at = at or clock.now()
    if leg.set_aside:
        raise IsSetAside
    states.move(leg.interaction, State.ACTIVE, at=at)
    count_hold(leg, at=at)
    journal.record(leg, Kind.RESUMED, by=by, at=at, leg=str(leg.public_id))
    return leg


@operation
def mute(leg: Leg, *, by: Agent, on: bool) -> Leg:
    """Her microphone is off, or on again; a flag for her desk, nothing of the contact changes."""
    states.take_seats(by)
    leg = offers.read_anew(leg)
    if leg.state != LegState.HANDLING or leg.agent_id != by.pk:
        raise NotYours
    leg.muted = on
    leg.save(update_fields=["muted"])
    return leg


def count_hold(leg: Leg, *, at: datetime) -> None:
    """Add the running hold, or the time set aside, to the leg's hold seconds and end it."""
    if leg.hold_since is None:
        return
    leg.hold_seconds += round((at - leg.hold_since).total_seconds())
    leg.on_hold, leg.hold_since = False, None
    leg.save(update_fields=["on_hold", "hold_since", "hold_seconds"])


def queue_of(leg: Leg) -> Queue | None:
    """The line from which she had the contact, wherever it has gone since."""
    if leg.lane_id == leg.interaction.lane_id or leg.lane is None:
        return leg.interaction.queue
    return leg.lane.queue


def wrap_up_mode(leg: Leg) -> WrapUpMode:
    """The wrap-up rule of her line; without one the agent says when she is done."""
    queue = queue_of(leg)
    return WrapUpMode(queue.wrap_up) if queue else WrapUpMode.UNTIL_DONE


def end_leg(leg: Leg, *, ended_by: EndedBy, at: datetime) -> bool:
    """Handling is over: into wrap-up where the queue has one (True), else completed. The caller holds the seat."""
    count_hold(leg, at=at)
    mode = wrap_up_mode(leg)
    unheard_yet = media.unsettled(leg)
    if unheard_yet is not None:  # there is nothing to wrap up
        media.settle(unheard_yet, at=at)
    if mode == WrapUpMode.NONE or leg.role != LegRole.PRIMARY or unheard_yet is not None:
        states.move(leg, LegState.COMPLETED, at=at, work_ended_at=at, ended_at=at, ended_by=ended_by)
        return False
    due = None
    if mode in (WrapUpMode.TIMED, WrapUpMode.TIMED_FULL):
        queue = queue_of(leg)
        seconds = leg.agent.wrap_up_seconds or (queue.wrap_up_seconds if queue else 60)
        due = at + timedelta(seconds=seconds)
    states.move(leg, LegState.WRAPPING, at=at, work_ended_at=at, wrap_up_due_at=due, ended_by=ended_by, lost_since=None)
    journal.record(leg, Kind.WRAP_UP_STARTED, at=at, leg=str(leg.public_id), until=due.isoformat() if due else None)
    return True


@operation
def end_work(leg: Leg, *, by: Agent | None = None, ended_by: EndedBy, at: datetime | None = None) -> Leg:
    """Either side ends the contact: wrap-up begins, or the contact closes where the queue has none."""
    leg = held_leg(leg, by=by)
    at = at or clock.now()
    interaction = leg.interaction
    row = media.unsettled(leg)
    if row is not None and unheard.came_by_link(leg):
        unheard.back_to_telephone(leg, why="left before it began", at=at)
        if ended_by == EndedBy.CUSTOMER:
            return leg
        row = None
    if leg.consulted:
        consulting.end_consults(interaction, at=at)
    if row is not None:
        return unheard.ended(leg, row, ended_by=ended_by, by=by, at=at)
    by_name = "customer" if ended_by == EndedBy.CUSTOMER else ""
    journal.record(leg, Kind.ENDED, by=by, by_name=by_name, at=at, leg=str(leg.public_id), by_whom=ended_by)
    if end_leg(leg, ended_by=ended_by, at=at):
        states.move(interaction, State.WRAP_UP, at=at, due_at=None)
    else:
        if interaction.state == State.HELD:
            states.move(interaction, State.ACTIVE, at=at)
        closing.close(interaction, Outcome.HANDLED, by=by, by_name=by_name, at=at)
    return leg


@operation
def park(leg: Leg, *, by: Agent, until: datetime | None = None, why: str = "", at: datetime | None = None) -> Leg:
    """Set written work aside: the slot is free, it returns to its agent or its queue.

    CannotPark for a date beyond what the line keeps: without a date it is closed as handled then, with one it returns.
    """
    leg = held_leg(leg, by=by)
    at = at or clock.now()
    interaction = leg.interaction
    if interaction.channel == Channel.VOICE:
        raise CannotPark
    if interaction.channel == Channel.CHAT and not _idle(interaction, at=at):
        raise CannotPark(sentence=_("The customer is still here. A chat can be parked when nothing came for a while."))
    if until is not None and until <= at:
        raise CannotPark(sentence=_("The date to come back must lie ahead."))
    kept = park_limit(interaction)
    if until is not None and until > at + kept:
        raise CannotPark(
            sentence=_("This line keeps parked work for %(n)s days. Choose a day before.") % {"n": kept.days}
        )
    if interaction.state == State.HELD:
        states.move(interaction, State.ACTIVE, at=at)
    consulting.end_consults(interaction, at=at)
    count_hold(leg, at=at)
    states.move(leg, LegState.COMPLETED, at=at, work_ended_at=at, ended_at=at, ended_by=EndedBy.AGENT)
    states.move(interaction, State.PARKED, at=at, due_at=until or at + kept, prefer_agent=by)
    journal.record(
        leg,
        Kind.PARKED,
        by=by,
        at=at,
        leg=str(leg.public_id),
        until=until.isoformat() if until else None,
        why=words.line(why, most=200),
    )
    return leg


def park_limit(interaction: Interaction) -> timedelta:
    """How long its line keeps parked work; without a line two weeks."""
    return timedelta(days=interaction.queue.park_limit_days if interaction.queue else 14)


def _idle(chat: Interaction, *, at: datetime) -> bool:
    """Whether the customer has said nothing for the queue's idle time."""
    session = ChatSession.objects.filter(interaction=chat).first()
    since = (session and session.customer_wrote_at) or chat.arrived_at
    seconds = chat.queue.idle_warn_seconds if chat.queue else 0
    return at - since >= timedelta(seconds=seconds)


@operation
def unpark(interaction: Interaction, *, by: Agent, at: datetime | None = None) -> Leg:
    """The agent who parked it takes it back, if she has room."""
    states.take_seats(by)
    interaction = Interaction.objects.select_related("queue", "lane").get(pk=interaction.pk)
    at = at or clock.now()
    if interaction.state != State.PARKED or interaction.prefer_agent_id != by.pk:
        raise NotYours(sentence=_("This contact is not parked with you any more."))
    require_eligible(by, interaction, herself=True)
    case_duty.taken(interaction, by=by)
    states.move(interaction, State.ACTIVE, at=at, due_at=None, prefer_agent=None, prefer_until=None)
    leg = start_leg(interaction, by, at=at, made_by=str(by))
    journal.record(leg, Kind.UNPARKED, by=by, at=at, leg=str(leg.public_id), why="taken back by the agent")
    return leg


@operation
def return_parked(interaction: Interaction, *, why: str, at: datetime | None = None) -> bool:
    """A parked contact stands in its queue again, its agent preferred for a minute. False when not parked any more."""
    interaction = Interaction.objects.select_related("queue", "lane").get(pk=interaction.pk)
    at = at or clock.now()
    if interaction.state != State.PARKED or interaction.queue is None:
        return False
    keeper = interaction.prefer_agent if why != "agent deactivated" else None
    journal.record(interaction, Kind.UNPARKED, at=at, why=why)
    queueing.enter_queue(
        interaction,
        interaction.queue,
        wants=queueing.wants_of(interaction),
        priority=queueing.unraised(interaction, at=at),
        at=at,
        prefer_agent=None,
        prefer_until=None,
    )
    if keeper is not None:
        queueing.keep_for(interaction, keeper, until=at + PARKER_PREFERRED, at=at)
    return True


def customer_left(interaction: Interaction, *, where: str = "", at: datetime | None = None) -> bool:
    """The customer is gone: a waiting contact is abandoned, one in talk goes to wrap-up. False when nothing changed.

    Without `where` the journal says "talk" or "queue", as it stands under the lock.
    """
    for _look in range(LOOKS - 1):
        try:
            return _customer_left(interaction, where=where, at=at)
        except (StaleState, IllegalMove):
            # It was offered to somebody at this very moment: once more, with what is true now.
            continue
    return _customer_left(interaction, where=where, at=at)


@operation
def _customer_left(interaction: Interaction, *, where: str, at: datetime | None) -> bool:
    states.take_seats_on(interaction.pk)
    interaction = Interaction.objects.select_related("queue").get(pk=interaction.pk)
    leg = live_leg(interaction)
    at = at or clock.now()
    where = where or ("talk" if interaction.state in (State.ACTIVE, State.HELD) else "queue")
    if interaction.state in (State.QUEUED, State.OFFERED):
        journal.record(interaction, Kind.CUSTOMER_LEFT, by_name="customer", at=at, where=where)
        if leg and leg.state == LegState.OFFERED:
            offers.withdraw_offer(leg, why="customer left", at=at)
        closing.close(interaction, Outcome.ABANDONED, by_name="customer", at=at)
        return True
    if interaction.state in (State.ACTIVE, State.HELD) and leg:
        journal.record(interaction, Kind.CUSTOMER_LEFT, by_name="customer", at=at, where=where)
        end_work(leg, ended_by=EndedBy.CUSTOMER, at=at)
        return True
    if interaction.state == State.PARKED:
        journal.record(interaction, Kind.CUSTOMER_LEFT, by_name="customer", at=at, where=where)
        closing.close(interaction, Outcome.HANDLED, by_name="customer", at=at)
        return True
    return False


@operation
def console_lost(leg: Leg, *, why: str = "console lost", at: datetime | None = None) -> bool:
    """The console stayed away beyond its grace: the leg is lost, the contact stands in line again.

    A call goes first in its priority; written work to its old place, the last agent preferred for 30 s. With a
    colleague in the talk the customer stays with the colleague, if the two can hear each other.
    """
    try:
        leg = held_leg(leg)
    except NotYours:
        return False
    at = at or clock.now()
    interaction = leg.interaction
    colleague = consulting.joined(interaction)
    if colleague is None:
        consulting.end_consults(interaction, at=at)
    count_hold(leg, at=at)
    states.move(leg, LegState.LOST, at=at, work_ended_at=at, ended_at=at, ended_by=EndedBy.SYSTEM)
    journal.record(leg, Kind.CONSOLE_LOST, at=at, leg=str(leg.public_id), why=why)
    if colleague is not None:
        consulting.take_over(colleague, leg, at=at)
        return True
    heard = media.unsettled(leg) is None
    queueing.put_back(interaction, at=at, returned=interaction.channel == Channel.VOICE, new_visit=heard)
    if interaction.channel != Channel.VOICE and why == "console lost":
        queueing.keep_for(interaction, leg.agent, until=at + LAST_AGENT_PREFERRED, at=at)
    return True
