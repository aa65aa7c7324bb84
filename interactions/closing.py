"""Close an interaction: the last move of every contact, whatever led to it."""

from __future__ import annotations

from datetime import datetime

from bpo.kernel import clock
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
    Draft.objects.filter(interaction=interaction).delete()
    journal.record(interaction, Kind.CLOSED, by=by, by_name=by_name, at=at, outcome=outcome)


def end_run(interaction: Interaction, *, at: datetime) -> None:
    """End the script run where it stands, so that its step times end with the work."""
    run = Run.objects.filter(interaction=interaction, state=RunState.RUNNING).first()
    if run is None:
        return
    StepVisit.objects.filter(run=run, left_at__isnull=True).update(left_at=at)
    Run.objects.filter(pk=run.pk).update(state=RunState.ENDED, ended_at=at)
    journal.record(run, Kind.RUN_ENDED, at=at, step=run.at_step)
