"""A colleague beside the agent: who is asked or in, how that ends, and how the contact becomes the colleague's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from agents.models import Agent
from bpo.kernel.composed import composed, first
from interactions import case_duty, journal, media, offers, queueing, states
from interactions.models import EndedBy, Interaction, Kind, Leg, LegRole, LegState, State
from interactions.models.leg import ON_IT


@composed
def _beside(interaction: Any) -> QuerySet[Leg]:
    # Live ones are told by their missing end: by their state they would be looked for among all of the house.
    beside = Leg.objects.order_by().filter(interaction=interaction, role=LegRole.CONSULT, ended_at__isnull=True)
    return beside.select_related("interaction", "agent")


def consult_of(interaction: Interaction) -> Leg | None:
    """The colleague's leg that is asked or in."""
    beside = Leg.objects.filter(interaction=interaction, role=LegRole.CONSULT, state__in=ON_IT)
    return beside.select_related("interaction", "interaction__queue", "agent").first()


@composed
def _asked(interaction: Any) -> QuerySet[Leg]:
    asked = Leg.objects.filter(interaction=interaction, role=LegRole.CONSULT).select_related("agent")
    return asked.only("state", "offered_at", "accepted_at", "ended_at", "agent__name").order_by("-offered_at")[:1]


def last_consult(interaction: Interaction) -> Leg | None:
    """The last request for help on this contact, whatever became of it, with its colleague's name; for showing."""
    return first(_asked(interaction.pk))


def joined(interaction: Interaction) -> Leg | None:
    """The colleague's leg, if she is in the talk and the customer can be left to her."""
    found = consult_of(interaction)
    return found if found and found.state == LegState.HANDLING and media.has_way(found) else None


def end_consults(interaction: Interaction, *, by: Agent | None = None, at: datetime) -> None:
    """Colleagues asked for help leave, by somebody's word or with the contact; an unanswered request is rescinded.

    The caller holds the seats of all who are on it.
    """
    for consult in sorted(_beside(interaction.pk), key=lambda leg: leg.agent_id):
        if consult.state == LegState.OFFERED:
            offers.withdraw_offer(consult, why="contact ended", by=by, at=at)
        else:
            media.give_up(consult, at=at)
            states.move(consult, LegState.COMPLETED, at=at, ended_at=at, ended_by=EndedBy.SYSTEM)
            journal.record(consult, Kind.CONSULT_ENDED, by=by, at=at, leg=str(consult.public_id))


def take_over(colleague: Leg, before: Leg, *, by: journal.Actor | None = None, at: datetime) -> Leg:
    """The consult leg becomes the primary one; the contact goes on with the customer off hold, in the colleague's line.

    The caller holds both seats and has ended the leg before.
    """
    interaction = before.interaction
    case_duty.taken(interaction, by=colleague.agent)
    if interaction.state == State.HELD:
        states.move(interaction, State.ACTIVE, at=at)
    Leg.objects.filter(pk=colleague.pk, role=LegRole.CONSULT).update(role=LegRole.PRIMARY, took_over_at=at)
    colleague.role, colleague.took_over_at = LegRole.PRIMARY, at
    states.recount_seat(colleague.agent_id, at=at)
    facts = {"leg": str(before.public_id), "how": "warm", "to": str(colleague.agent.public_id)}
    if colleague.lane is not None and colleague.lane.queue_id != interaction.queue_id:
        queueing.goes_on_in(interaction, colleague.lane)
        facts["queue"] = str(colleague.lane.queue.public_id)
    journal.record(before, Kind.TRANSFERRED, by=by, at=at, **facts)
    return colleague
