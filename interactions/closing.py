"""Close an interaction: the last move of every contact, whatever led to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet

from bpo.kernel import clock
from bpo.kernel.composed import composed, first
from bpo.kernel.writing import delete, update
from interactions import journal, queueing, states
from interactions.models import (
    Draft,
    Interaction,
    Kind,
    Leg,
    LegRole,
    Outcome,
    Run,
    RunState,
    State,
    StepVisit,
)


def close(
    interaction: Interaction,
    outcome: Outcome,
    *,
    by: journal.Actor | None = None,
    by_name: str = "",
    at: datetime | None = None,
) -> None:
    """Close with an outcome: leave the queue if it stands in one, end the script run, drop the draft."""
    at = at or clock.now()
    attended = interaction.state not in (State.QUEUED, State.OFFERED, State.PARKED)
    if interaction.state in (State.QUEUED, State.OFFERED):
        queueing.leave_queue(interaction, outcome, at)
    states.move(
        interaction,
        State.CLOSED,
        at=at,
        outcome=outcome,
        closed_at=at,
        due_at=None,
        step_due_at=None,
        prefer_agent=None,
        prefer_until=None,
    )
    end_run(interaction, at=at, attended=attended)
    delete(Draft, {"interaction": interaction.pk})
    journal.record(interaction, Kind.CLOSED, by=by, by_name=by_name, at=at, outcome=outcome)


@composed
def _running(interaction: Any) -> QuerySet[Run]:
    running = Run.objects.order_by().filter(interaction=interaction, state=RunState.RUNNING)
    return running.select_related("interaction").select_for_update(of=("self",))


def end_run(interaction: Interaction, *, at: datetime, attended: bool = True) -> None:
    """End the script run where it stands, its step times end with the work: earlier, where nobody was on it.

    The run is locked first: a step that is entered at this moment is there to be left.
    """
    run = first(_running(interaction.pk))
    if run is None:
        return
    worked_until = at if attended else _work_ended(interaction) or at
    update(StepVisit, {"run": run.pk, "left_at__isnull": True}, left_at=worked_until)
    update(Run, {"pk": run.pk}, state=RunState.ENDED, ended_at=at)
    journal.record(run, Kind.RUN_ENDED, at=at, step=run.at_step)


def _work_ended(interaction: Interaction) -> datetime | None:
    legs = Leg.objects.filter(interaction=interaction, role=LegRole.PRIMARY, accepted_at__isnull=False)
    ended: datetime | None = legs.aggregate(Max("work_ended_at"))["work_ended_at__max"]
    return ended
