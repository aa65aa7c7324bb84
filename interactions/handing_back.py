"""What an agent must let go: offers she may not have, work whose console stays away, all of it when she leaves.

Called inside the transactions of `agents` through its signals, and by the sweep.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bpo.kernel.asking import operation
from clients.models import Channel
from interactions import eligibility, handling, journal, media, offers, states
from interactions.models import EndedBy, Interaction, Kind, Leg, LegRole, LegState, State

# How long work waits for the agent's console to come back.
GRACE = {
    Channel.VOICE: timedelta(seconds=15),
    Channel.CHAT: timedelta(seconds=60),
    Channel.EMAIL: timedelta(minutes=10),
}


def _legs(agent_id: int, *in_states: LegState) -> Iterable[Leg]:
    found = Leg.objects.select_related("interaction", "interaction__queue", "interaction__lane", "agent", "client")
    return found.filter(agent_id=agent_id, state__in=in_states).order_by("pk")


@operation
def refit(agent_id: int, why: str, *, at: datetime) -> None:
    """Her licence, skills, team or profile changed: lanes anew, room anew, offers that no longer fit go back."""
    states.take_seats(agent_id)
    eligibility.recompile_agent(agent_id, at=at)
    states.recount_seat(agent_id, at=at)
    for leg in _legs(agent_id, LegState.OFFERED):
        lane = leg.interaction.lane
        if lane is not None and not eligibility.never_eligible(leg.agent, lane).ok:
            offers.rescind(leg, why=why, at=at)


@operation
def withdraw_offers(agent_id: int, why: str, *, at: datetime) -> int:
    """Her open offers go back to their lines at once."""
    states.take_seats(agent_id)
    return sum(offers.rescind(leg, why=why, at=at) is not None for leg in _legs(agent_id, LegState.OFFERED))


@operation
def consoles_gone(agent_id: int, *, at: datetime) -> None:
    """Her last console closed: offers go back at once, the grace of what she works on begins."""
    withdraw_offers(agent_id, "console lost", at=at)
    Leg.objects.filter(agent_id=agent_id, state=LegState.HANDLING, lost_since__isnull=True).update(lost_since=at)


@operation
def console_back(agent_id: int, *, at: datetime) -> None:
    """Her console is back within the grace: she goes on where she was."""
    states.take_seats(agent_id)
    for leg in _legs(agent_id, LegState.HANDLING):
        if leg.lost_since is not None:
            Leg.objects.filter(pk=leg.pk).update(lost_since=None)
            away = (at - leg.lost_since).total_seconds()
            journal.record(leg, Kind.CONSOLE_BACK, by=leg.agent, at=at, leg=str(leg.public_id), away=round(away, 1))


def graces_over(at: datetime) -> int:
    """Work whose console stayed away for longer than its channel's grace; returns how much went back."""
    done = 0
    for channel, grace in GRACE.items():
        over = Leg.objects.filter(state=LegState.HANDLING, channel=channel, lost_since__lte=at - grace)
        for leg in over.order_by("lost_since")[:200]:
            done += let_go(leg, why="console lost", lost_by=at - grace, at=at)
    return done


@operation
def let_go(leg: Leg, *, why: str, lost_by: datetime | None = None, at: datetime) -> bool:
    """One handled leg is lost: a primary's contact stands in line again, a consult just ends.

    With `lost_by` only if her console is still gone, and was by then.
    """
    states.take_seats_on(leg.interaction_id, leg.agent_id)
    leg.refresh_from_db()
    if leg.state != LegState.HANDLING:
        return False
    if lost_by is not None and (leg.lost_since is None or leg.lost_since > lost_by):
        return False
    if leg.role == LegRole.PRIMARY:
        return bool(handling.console_lost(leg, why=why, at=at))
    media.give_up(leg, at=at)
    states.move(leg, LegState.LOST, at=at, ended_at=at, ended_by=EndedBy.SYSTEM)
    journal.record(leg, Kind.CONSULT_ENDED, at=at, leg=str(leg.public_id), why=why)
    return True


@operation
def leave(agent_id: int, *, at: datetime) -> None:
    """She was deactivated: everything she holds goes back to its line; wrap-ups end now as not filled in time."""
    withdraw_offers(agent_id, "agent deactivated", at=at)
    for leg in _legs(agent_id, LegState.HANDLING):
        let_go(leg, why="agent deactivated", at=at)
    Leg.objects.filter(agent_id=agent_id, state=LegState.WRAPPING).update(wrap_up_due_at=at)
    for parked in Interaction.objects.filter(prefer_agent_id=agent_id, state=State.PARKED):
        handling.return_parked(parked, why="agent deactivated", at=at)
    Interaction.objects.filter(prefer_agent_id=agent_id, state=State.QUEUED).update(
        prefer_agent=None, prefer_until=None
    )
