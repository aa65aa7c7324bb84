"""What a supervisor may do to a contact on the floor: take back, assign, reprioritise; each with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from agents import leading
from agents.models import Agent
from bpo.accounts.models import User
from bpo.kernel import clock, words
from bpo.kernel.asking import operation
from bpo.kernel.errors import DomainError
from interactions import consulting, handling, journal, media, offers, queueing, states, transfers
from interactions.models import EndedBy, Interaction, Kind, LegState, State


class NothingToTakeBack(DomainError):
    """Nobody has it."""

    code = "nothing_to_take_back"
    sentence = _("Nobody holds this contact.")


def require_reason(reason: str) -> str:
    """The reason, tidied; ReasonMissing without one."""
    reason = words.line(reason, most=200)
    if not reason:
        raise offers.ReasonMissing
    return reason


def require_lead(user: User, interaction: Interaction) -> None:
    """Refuse whoever does not lead the agent who has it now: work is taken from one's own teams alone (TABLES.md 1)."""
    leg = handling.live_leg(interaction)
    if leg is not None:
        leading.require_lead(user, leg.agent)


@operation
def take_back(interaction: Interaction, *, by: User, reason: str, at: datetime | None = None) -> Interaction:
    """Back to its old place in the line: the offer is rescinded, or the leg ends as taken by a supervisor."""
    reason = require_reason(reason)
    states.take_seats_on(interaction.pk)
    leg = handling.live_leg(interaction)
    at = at or clock.now()
    if leg is None:
        raise NothingToTakeBack
    interaction = leg.interaction
    if leg.state == LegState.OFFERED:
        offers.withdraw_offer(leg, why="taken back", by=by, at=at)
        queueing.put_back(interaction, at=at)
    elif leg.state == LegState.HANDLING:
        consulting.end_consults(interaction, at=at)
        heard = media.unsettled(leg) is None
        handling.end_leg(leg, ended_by=EndedBy.SUPERVISOR, at=at)
        queueing.put_back(interaction, at=at, new_visit=heard)
    else:
        raise NothingToTakeBack
    delay = interaction.queue.decline_delay_seconds if interaction.queue else 30
    delay = offers.refuse(leg, seconds=delay, why="taken", at=at)
    journal.record(leg, Kind.TAKEN_BACK, by=by, at=at, leg=str(leg.public_id), reason=reason, delay=delay)
    return interaction


@operation
def assign(interaction: Interaction, agent: Agent, *, by: User, reason: str, at: datetime | None = None) -> None:
    """Offer it to this agent alone, who must be eligible; whoever had it loses it."""
    reason = require_reason(reason)
    states.take_seats_on(interaction.pk, agent)
    interaction = Interaction.objects.select_related("queue", "lane").get(pk=interaction.pk)
    at = at or clock.now()
    leg = handling.live_leg(interaction)
    if leg and leg.agent_id == agent.pk:
        raise handling.NotEligible(sentence=_("%s has this contact already.") % agent)
    if interaction.state not in (State.QUEUED, State.OFFERED, State.ACTIVE, State.HELD):
        raise NothingToTakeBack(sentence=_("Only a waiting or running contact can be assigned."))
    handling.require_eligible(agent, interaction)
    if leg and leg.state == LegState.OFFERED:
        offers.withdraw_offer(leg, why="assigned to a colleague", by=by, at=at)
        queueing.put_back(interaction, at=at)
    elif leg:
        consulting.end_consults(interaction, at=at)
        handling.end_leg(leg, ended_by=EndedBy.SUPERVISOR, at=at)
        journal.record(leg, Kind.TAKEN_BACK, by=by, at=at, leg=str(leg.public_id), reason=reason)
    journal.record(interaction, Kind.ASSIGNED, by=by, at=at, to=str(agent.public_id), reason=reason)
    transfers.offer_to(interaction, agent, made_by=str(by), why={"assigned_by": str(by), "note": reason}, at=at)


@operation
def reprioritise(interaction: Interaction, priority: int, *, by: User, reason: str, at: datetime | None = None) -> None:
    """Give a waiting contact another priority, 0 to 9."""
    reason = require_reason(reason)
    if not 0 <= priority <= 9:
        raise NothingToTakeBack(sentence=_("A priority lies between 0 and 9."))
    states.take_seats_on(interaction.pk)  # an offer that comes back meanwhile would take its old place
    interaction.refresh_from_db(from_queryset=Interaction.objects.select_for_update(no_key=True))
    at = at or clock.now()
    before = interaction.priority
    if interaction.state not in (State.QUEUED, State.OFFERED):
        raise NothingToTakeBack(sentence=_("This contact is not waiting any more."))
    queueing.reorder(interaction, priority=priority)
    facts: dict[str, Any] = {"from": before, "to": priority, "reason": reason}
    journal.record(interaction, Kind.REPRIORITISED, by=by, at=at, **facts)
