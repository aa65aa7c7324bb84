"""What can happen to an offer: accepted, declined, missed, rescinded, shown."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from agents import presence
from agents.models import Agent, Seat
from bpo.kernel import clock, words
from bpo.kernel.asking import operation
from bpo.kernel.composed import composed
from bpo.kernel.errors import DomainError
from bpo.kernel.writing import update
from clients.models import MissRule
from interactions import case_duty, journal, media, queueing, states, waits
from interactions.models import EndedBy, Interaction, Kind, Leg, LegRole, LegState, Refusal, State

TRANSFERRER_PREFERRED = timedelta(seconds=15)


class OfferGone(DomainError):
    """The offer was answered, ran out or was taken back before this press of a key arrived."""

    code = "offer_gone"
    sentence = _("This contact went to a colleague.")


class ReasonMissing(DomainError):
    """Somebody has to say why."""

    code = "reason_missing"
    sentence = _("Say why in a few words.")
    status = 400


GONE = {
    LegState.MISSED: _("The time to accept was over. The contact went back to its place in the line."),
    LegState.DECLINED: _("You declined this contact already."),
    LegState.RESCINDED: _("This contact went to a colleague, or the customer has left."),
    LegState.HANDLING: _("You have this contact already."),
}


@composed
def _whole(leg: Any) -> QuerySet[Leg]:
    beside = Leg.objects.filter(interaction=OuterRef("interaction"), role=LegRole.CONSULT, ended_at__isnull=True)
    # The plugin takes the attribute, which stands for who is read otherwise, for a second field.
    legs = Leg.objects.order_by().filter(pk=leg).annotate(consulted=Exists(beside), waits_since=waits.OF_ITS_CONTACT)  # type: ignore[no-redef]
    return legs.select_related("interaction__queue", "interaction__client", "lane", "agent__profile", "client")


def read_anew(leg: Leg) -> Leg:
    """The leg as it is now, with its contact, line, client and agent; for who holds the agent's seat."""
    return _whole(leg.pk)[0]


def open_offer(leg: Leg, *, by: Agent | None = None) -> Leg:
    """The leg read anew under its seat's lock, still offered; OfferGone says in words why not."""
    states.take_seats(leg.agent_id)
    fresh = read_anew(leg)
    if by is not None and fresh.agent_id != by.pk:
        raise OfferGone(sentence=_("This offer is somebody else's."))
    if fresh.state != LegState.OFFERED:
        raise OfferGone(sentence=GONE.get(LegState(fresh.state), OfferGone.sentence))
    return fresh


@operation
def accept(leg: Leg, *, by: Agent, at: datetime | None = None) -> Leg:
    """The agent takes the contact. Refused with OfferGone when the time is over or somebody was first."""
    leg = open_offer(leg, by=by)
    at = at or clock.now()
    if leg.expires_at and leg.expires_at <= at:
        raise OfferGone(sentence=GONE[LegState.MISSED])
    interaction = leg.interaction
    if leg.role == LegRole.PRIMARY:
        case_duty.taken(interaction, by=by)
    states.move(leg, LegState.HANDLING, at=at, accepted_at=at)
    update(Seat, {"pk": by.pk}, misses=0)
    if leg.role == LegRole.CONSULT:
        media.await_colleague(leg)
        journal.record(leg, Kind.JOINED, by=by, at=at, role=leg.role)
        return leg
    awaited = media.begins(interaction, at=at)
    if awaited:
        media.await_both(leg, at=at)
    waited = round((at - leg.waits_since).total_seconds(), 3)  # type: ignore[attr-defined]
    journal.record(leg, Kind.ACCEPTED, by=by, at=at, leg=str(leg.public_id), waited=waited, **media.told(awaited))
    return leg


@operation
def decline(leg: Leg, *, by: Agent, reason: str, at: datetime | None = None) -> Leg:
    """The agent says no, with a reason; the contact keeps its place and she is not asked for a while."""
    reason = words.line(reason, most=200)
    if not reason:
        raise ReasonMissing
    leg = open_offer(leg, by=by)
    at = at or clock.now()
    states.move(leg, LegState.DECLINED, at=at, ended_at=at, ended_by=EndedBy.AGENT)
    delay = 0
    if leg.role == LegRole.PRIMARY:
        queue = leg.interaction.queue
        delay = refuse(leg, seconds=queue.decline_delay_seconds if queue else 30, why="declined", at=at)
        back_in_line(leg, at=at)
    journal.record(leg, Kind.DECLINED, by=by, at=at, leg=str(leg.public_id), reason=reason, delay=delay)
    return leg


@operation
def busy(leg: Leg, *, by: Agent, at: datetime | None = None) -> Leg:
    """Her console cannot take it now (its media are in use): declined for her, with the delay of its own, no blame."""
    leg = open_offer(leg, by=by)
    at = at or clock.now()
    states.move(leg, LegState.DECLINED, at=at, ended_at=at, ended_by=EndedBy.SYSTEM)
    delay = 0
    if leg.role == LegRole.PRIMARY:
        queue = leg.interaction.queue
        delay = refuse(leg, seconds=queue.busy_delay_seconds if queue else 15, why="busy", at=at)
        back_in_line(leg, at=at)
    journal.record(leg, Kind.DECLINED, at=at, leg=str(leg.public_id), reason="busy", delay=delay)
    return leg


@operation
def miss(leg: Leg, *, at: datetime | None = None) -> Leg | None:
    """The offer ran out. Safe twice and early: nothing happens unless it is offered and expired."""
    try:
        leg = open_offer(leg)
    except OfferGone:
        return None
    at = at or clock.now()
    if leg.expires_at is None or leg.expires_at > at:
        return None
    states.move(leg, LegState.MISSED, at=at, ended_at=at, ended_by=EndedBy.TIMEOUT)
    delay = 0
    if leg.role == LegRole.PRIMARY:
        queue = leg.interaction.queue
        delay = refuse(leg, seconds=queue.miss_delay_seconds if queue else 30, why="missed", at=at)
        back_in_line(leg, at=at)
        Seat.objects.filter(pk=leg.agent_id).update(misses=F("misses") + 1)
        misses = Seat.objects.values_list("misses", flat=True).get(pk=leg.agent_id)
        if queue and misses >= queue.misses_to_break:
            presence.missed_out(leg.agent, misses, at)
        elif queue and queue.miss_rule == MissRule.NOT_RESPONDING:
            presence.not_responding(leg.agent, at)
    journal.record(leg, Kind.MISSED, at=at, leg=str(leg.public_id), delay=delay)
    return leg


@operation
def rescind(leg: Leg, *, why: str, by: journal.Actor | None = None, at: datetime | None = None) -> Leg | None:
    """Take an open offer back without blame; the contact keeps its place. None when it was not open any more."""
    try:
        leg = open_offer(leg)
    except OfferGone:
        return None
    at = at or clock.now()
    withdraw_offer(leg, why=why, by=by, at=at)
    if leg.role == LegRole.PRIMARY and leg.interaction.state == State.OFFERED:
        back_in_line(leg, at=at)
    return leg


def withdraw_offer(leg: Leg, *, why: str, by: journal.Actor | None = None, at: datetime) -> None:
    """The leg's part of taking an offer back; the caller holds the seat and decides about the interaction."""
    ended_by = EndedBy.CUSTOMER if why == "customer left" else EndedBy.SYSTEM
    states.move(leg, LegState.RESCINDED, at=at, ended_at=at, ended_by=ended_by)
    journal.record(leg, Kind.RESCINDED, by=by, at=at, leg=str(leg.public_id), why=why)


def card_shown(leg: Leg, *, at: datetime | None = None) -> None:
    """A console says that it shows the card; said twice it counts once."""
    at = at or clock.now()
    with transaction.atomic():
        if Leg.objects.filter(pk=leg.pk, shown_at__isnull=True).update(shown_at=at):
            journal.record(leg, Kind.POP_SHOWN, at=at, leg=str(leg.public_id))


def shown_to(agent: Agent, public_id: UUID | None, *, at: datetime | None = None) -> None:
    """The desk of this agent says that it shows the card of this leg; what is not offered to her is passed over."""
    leg = Leg.objects.filter(agent=agent, public_id=public_id, state=LegState.OFFERED).first() if public_id else None
    if leg is not None:
        card_shown(leg, at=at)


def refuse(leg: Leg, *, seconds: int, why: str, at: datetime) -> int:
    """Do not offer this contact to this agent for so long; the end of the delay is found by the sweep.

    Returns the seconds, one at least: with none it would be offered to her again at once, and so on.
    Was it kept for her, it is anybody's now.
    """
    kept = Interaction.objects.filter(pk=leg.interaction_id, prefer_agent=leg.agent_id)
    if kept.update(prefer_agent=None, prefer_until=None):
        leg.interaction.prefer_agent = leg.interaction.prefer_until = None
    seconds = max(1, seconds)
    Refusal.objects.update_or_create(
        interaction=leg.interaction,
        agent_id=leg.agent_id,
        defaults={"until": at + timedelta(seconds=seconds), "why": why},
    )
    Interaction.objects.filter(pk=leg.interaction_id).update(refused=True)
    leg.interaction.refused = True
    return seconds


def back_in_line(leg: Leg, *, at: datetime) -> None:
    """Put the contact back to its place; a failed blind transfer goes first, its transferrer preferred for 15 s.

    The transferrer is preferred only if he has room: the customer does not wait for the end of his other work.
    """
    transferrer = leg.why.get("transferred_by")
    queueing.put_back(leg.interaction, at=at, returned=transferrer is not None)
    if transferrer is not None and Seat.objects.filter(pk=transferrer, **{f"fits_{leg.channel}": True}).exists():
        keeper = Agent.objects.get(pk=transferrer)
        queueing.keep_for(leg.interaction, keeper, until=at + TRANSFERRER_PREFERRED, at=at)
