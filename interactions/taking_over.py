"""A mail that a colleague holds becomes one's own, with a reason; and who may move a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel import clock
from bpo.kernel.asking import operation
from bpo.kernel.composed import composed
from bpo.kernel.errors import DomainError
from clients.models import Channel, Membership, Role
from interactions import case_duty, consulting, handling, journal, states
from interactions.models import Case, EndedBy, Interaction, Kind, Leg, LegRole, LegState, State
from interactions.supervision import require_reason


class CannotTakeOver(DomainError):
    """Nobody works on it, or it is no mail."""

    code = "cannot_take_over"
    sentence = _("Nobody works on this contact now.")


@operation
def take_over(interaction: Interaction, *, by: Agent, reason: str, at: datetime | None = None) -> Leg:
    """The holder's leg ends, hers begins; what the holder had written stays as the draft.

    Mails alone: a customer who is talking to somebody is handed on by that agent or a supervisor.
    """
    reason = require_reason(reason)
    states.take_seats_on(interaction.pk, by)
    leg = handling.live_leg(interaction)
    at = at or clock.now()
    if leg is None or leg.state != LegState.HANDLING:
        raise CannotTakeOver
    interaction = leg.interaction
    if interaction.channel != Channel.EMAIL:
        raise CannotTakeOver(sentence=_("Only mails can be taken over."))
    if leg.agent_id == by.pk:
        raise CannotTakeOver(sentence=_("You have this contact already."))
    handling.require_eligible(by, interaction, herself=True)
    case_duty.taken(interaction, by=by)
    consulting.end_consults(interaction, at=at)
    handling.end_leg(leg, ended_by=EndedBy.TRANSFER, at=at)
    if interaction.state == State.HELD:
        states.move(interaction, State.ACTIVE, at=at)
    taken = handling.start_leg(interaction, by, at=at, made_by=str(by))
    journal.record(leg, Kind.TAKEN_BACK, by=by, at=at, leg=str(leg.public_id), reason=reason)
    journal.record(taken, Kind.ASSIGNED, by=by, at=at, leg=str(taken.public_id), to=str(by.public_id), reason=reason)
    return taken


@composed
def _holders(case: Any) -> QuerySet[Leg]:
    legs = Leg.objects.filter(interaction__case=case, state__in=[LegState.HANDLING, LegState.WRAPPING])
    return legs.exclude(role=LegRole.MONITOR).select_related("agent", "interaction").order_by("accepted_at")


def holders(case: Case) -> list[Leg]:
    """Who works on the contacts of a case at this moment."""
    return _holders(case.pk)


def may_move(case: Case, agent: Agent) -> bool:
    """Who works on it, its owner, or a supervisor of the client; while nobody works on it, who did before."""
    if case.owner_id == agent.pk:
        return True
    now = holders(case)
    if any(leg.agent_id == agent.pk for leg in now):
        return True
    if Membership.objects.filter(user=agent.user_id, client=case.client_id, role=Role.SUPERVISOR).exists():
        return True
    if now:
        return False
    return Leg.objects.filter(agent=agent, interaction__case=case, accepted_at__isnull=False).exists()


def require_may_move(case: Case, agent: Agent) -> None:
    """Refuse in words who may not move it."""
    if not may_move(case, agent):
        raise PermissionDenied(_("Only who works on this case, its owner or a supervisor may do that. Leave a note."))
