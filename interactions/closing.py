"""Close an interaction: the last move of every contact, whatever led to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from bpo.kernel import clock
from bpo.kernel.composed import composed, first
from bpo.kernel.writing import delete, update
from interactions import journal, queueing, states
from interactions.models import Draft, Interaction, Kind, Outcome, Run, RunState, State, StepVisit


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
    end_run(interaction, at=at)
    delete(Draft, {"interaction": interaction.pk})
    journal.record(interaction, Kind.CLOSED, by=by, by_name=by_name, at=at, outcome=outcome)


@composed
def _running(interaction: Any) -> QuerySet[Run]:
    return Run.objects.order_by().filter(interaction=interaction, state=RunState.RUNNING).select_related("interaction")


def end_run(interaction: Interaction, *, at: datetime) -> None:
    """End the script run where it stands, so that its step times end with the work."""
    run = first(_running(interaction.pk))
    if run is None:
        return
    update(StepVisit, {"run": run.pk, "left_at__isnull": True}, left_at=at)
    update(Run, {"pk": run.pk}, state=RunState.ENDED, ended_at=at)
    journal.record(run, Kind.RUN_ENDED, at=at, step=run.at_step)
