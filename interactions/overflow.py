"""What a line asks of an agent at each overflow step: its own rules, relaxed by the steps that were reached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agents.models import END_ACTIONS, OverflowStep
from bpo.kernel.asking import asked
from clients.models import Queue
from interactions.models import Lane

Wants = Iterable[tuple[int, int]]
ASKED = "SELECT wants, teams FROM asked_at(%s, %s, %s::int[])"


@dataclass(frozen=True, slots=True)
class Asked:
    """By the line's rules of now. No teams are any team."""

    wants: tuple[tuple[int, int], ...]
    teams: frozenset[int]


def steps_of(queue: Queue) -> list[OverflowStep]:
    """The line's steps in their order."""
    return list(OverflowStep.objects.filter(queue=queue).order_by("ordinal"))


def kept_step(steps: Sequence[OverflowStep], step: int) -> int:
    """Where somebody stands who had reached so many of a line's former steps: an end is never behind him."""
    return min(step, sum(each.action not in END_ACTIONS for each in steps))


def due_at(lane: Lane, since: datetime, reached: Iterable[OverflowStep] = ()) -> datetime | None:
    """When a contact of this lane is due for the next step, its seconds added to those of the steps that it has reached
    since that moment; None where there is no next one."""
    if lane.next_after_seconds is None:
        return None
    return since + timedelta(seconds=lane.next_after_seconds + sum(each.after_seconds for each in reached))


def asked_at(queue: Queue, step: int = 0, added: Wants = ()) -> Asked:
    """What a contact asks after so many steps (0: none yet) that wants `added` beyond the line's own skills.

    The rule is the function of the same name (eligibility.sql), by which lanes are made.
    """
    ((wants, teams),) = asked(ASKED, [queue.pk, step, packed(added)])
    return Asked(tuple(unpacked(wants)), frozenset(teams or ()))


def packed(wants: Wants) -> list[int]:
    """Each skill once, at the highest wanted level, as skill * 10 + level, sorted."""
    levels: dict[int, int] = {}
    for skill, level in wants:
        levels[skill] = max(level, levels.get(skill, 0))
    return sorted(skill * 10 + level for skill, level in levels.items())


def unpacked(wants: Iterable[int]) -> list[tuple[int, int]]:
    """Skills and levels."""
    return [divmod(each, 10) for each in wants]
