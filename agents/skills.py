"""What an agent can do and where: skill levels, team, capacity profile, single queues switched off.

The seat is taken first; those above recompile lanes in the same transaction.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

from django.db import transaction

from agents import signals
from agents.models import Agent, AgentSkill, CapacityProfile, QueueSwitchedOff, Seat, Team
from agents.presence import given_reason
from bpo.accounts.models import User
from bpo.kernel import clock, words
from bpo.kernel.errors import InvalidValue
from bpo.kernel.history import because
from clients.models import Queue, Skill


@transaction.atomic
def set_level(agent: Agent, skill: Skill, level: int, *, by: User, reason: str = "") -> AgentSkill:
    """She has the skill at this level, from 1 to 5; why is kept with the change."""
    if not 1 <= level <= 5:
        raise InvalidValue(f"level {level}")
    _take_seat(agent)
    with _because(reason, by):
        held, _created = AgentSkill.objects.update_or_create(agent=agent, skill=skill, defaults={"level": level})
    _tell(agent, f"{skill} at {level}, by {by}")
    return held


@transaction.atomic
def drop(agent: Agent, skill: Skill, *, by: User, reason: str = "") -> None:
    """She no longer has the skill; why is kept with the change."""
    _take_seat(agent)
    with _because(reason, by):
        gone = AgentSkill.objects.filter(agent=agent, skill=skill).delete()[0]
    if gone:
        _tell(agent, f"{skill} dropped, by {by}")


@transaction.atomic
def switch_off_queue(
    agent: Agent, queue: Queue, *, by: User, reason: str, at: datetime | None = None
) -> QueueSwitchedOff:
    """Nothing of this queue is offered to her until it is switched on again. Takes a reason."""
    at, reason = at or clock.now(), given_reason(reason)
    _take_seat(agent)
    off, created = QueueSwitchedOff.objects.get_or_create(
        agent=agent, queue=queue, defaults={"by_name": str(by)[:120], "reason": reason, "at": at}
    )
    if created:
        _switched(agent, queue, on=False, by=by, reason=reason, at=at)
    return off


@transaction.atomic
def switch_on_queue(agent: Agent, queue: Queue, *, by: User, reason: str, at: datetime | None = None) -> None:
    """She serves this queue again. Takes a reason."""
    at, reason = at or clock.now(), given_reason(reason)
    _take_seat(agent)
    if QueueSwitchedOff.objects.filter(agent=agent, queue=queue).delete()[0]:
        _switched(agent, queue, on=True, by=by, reason=reason, at=at)


@transaction.atomic
def move_team(agent: Agent, team: Team, *, by: User) -> None:
    """She works in another team."""
    _take_seat(agent)
    agent.team = team
    agent.save(update_fields=["team"])
    _tell(agent, f"team {team}, by {by}")


@transaction.atomic
def change_profile(agent: Agent, profile: CapacityProfile, *, by: User) -> None:
    """She carries more or less at once; what she holds she keeps."""
    _take_seat(agent)
    agent.profile = profile
    agent.save(update_fields=["profile"])
    _tell(agent, f"profile {profile}, by {by}")


def set_wrap_up(agent: Agent, seconds: int | None) -> None:
    """Her own wrap-up from the next contact on; None is the line's."""
    agent.wrap_up_seconds = seconds
    agent.save(update_fields=["wrap_up_seconds"])


@transaction.atomic
def profile_changed(profile: CapacityProfile, *, by: User) -> None:
    """Another budget, points, caps or yields: everybody who works by it is counted anew and looked after again."""
    agents = list(profile.agents.filter(deactivated_at=None).order_by("pk"))
    # All seats before the first change takes the locks of her clients: somebody may hold a seat and wait for these.
    list(Seat.objects.select_for_update(no_key=True).filter(agent__in=agents).order_by("pk"))
    for agent in agents:
        change_profile(agent, profile, by=by)


def _switched(agent: Agent, queue: Queue, *, on: bool, by: User, reason: str, at: datetime) -> None:
    facts = {"agent": agent, "queue": queue, "on": on, "by": by, "reason": reason, "at": at}
    signals.queue_switched.send(sender=Agent, **facts)
    _tell(agent, f"{queue} switched {'on' if on else 'off'}, by {by}")


def _because(reason: str, by: User) -> AbstractContextManager[None]:
    """The administration's forms keep who and when; who acts on the floor says why, too."""
    why = words.line(reason, most=200)
    return because(why, by=by) if why else nullcontext()


def _take_seat(agent: Agent) -> None:
    Seat.objects.select_for_update(no_key=True).filter(pk=agent.pk).first()


def _tell(agent: Agent, why: str) -> None:
    signals.eligibility_changed.send(sender=Agent, agent_id=agent.pk, why=why)
