"""What a line asks of an agent at each overflow step: its own rules, relaxed by the steps that were reached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from agents.models import END_ACTIONS, OverflowStep, QueueTeam, StepAction
from clients.models import Queue, QueueSkill

Wants = Iterable[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Asked:
    """By the line's rules of now. No teams are any team; `next_after` are the seconds until the next step, if any."""

    wants: tuple[tuple[int, int], ...]
    teams: frozenset[int]
    offers_callback: bool
    next_after: int | None


def steps_of(queue: Queue) -> list[OverflowStep]:
    """The line's steps in their order."""
    return list(OverflowStep.objects.filter(queue=queue).order_by("ordinal"))


def kept_step(steps: Sequence[OverflowStep], step: int) -> int:
    """Where somebody stands who had reached so many of a line's former steps: an end is never behind him."""
    return min(step, sum(each.action not in END_ACTIONS for each in steps))


def due_after(steps: Sequence[OverflowStep], step: int) -> timedelta | None:
    """How long after entry the step after so many is reached; None where there is none."""
    if step >= len(steps):
        return None
    return timedelta(seconds=sum(each.after_seconds for each in steps[: step + 1]))


def asked_at(queue: Queue, step: int = 0, added: Wants = ()) -> Asked:
    """What a contact asks after so many steps (0: none yet) that wants `added` beyond the line's own skills.

    Each skill counts once, at the highest level wanted; a step relaxes the line's own wants and the added alike.
    """
    wants: dict[int, int] = {}
    for skill, level in [*QueueSkill.objects.filter(queue=queue).values_list("skill_id", "level"), *added]:
        wants[skill] = max(level, wants.get(skill, 0))
    teams = set(QueueTeam.objects.filter(queue=queue).values_list("team_id", flat=True))
    offers_callback = False
    steps = steps_of(queue)
    for reached in steps[:step]:
        match reached.action:
            case StepAction.RELAX_LEVEL if reached.skill_id in wants:
                wants[reached.skill_id] = min(wants[reached.skill_id], reached.level or 1)
            case StepAction.DROP_SKILL if reached.skill_id in wants:
                del wants[reached.skill_id]
            case StepAction.ADD_TEAM if teams and reached.team_id:
                teams.add(reached.team_id)
            case StepAction.OFFER_CALLBACK:
                offers_callback = True
    following = steps[step].after_seconds if step < len(steps) else None
    return Asked(tuple(sorted(wants.items())), frozenset(teams), offers_callback, following)
