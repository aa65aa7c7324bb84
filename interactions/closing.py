"""Close an interaction: the last move of every contact, whatever led to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from bpo.kernel import clock
from bpo.kernel.composed import composed, first
from bpo.kernel.writing import delete, update
from interactions import journal, queueing, states
from interactions.models import (
    HANDED_ON,
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
    running = Run.objects.order_by().filter(interaction=interaction, state=RunState.RUNNING)
    return running.select_related("interaction").select_for_update(of=("self",))


def end_run(interaction: Interaction, *, at: datetime) -> None:
    """End the script run where it stands; its last step ends with the work of whoever stood there, not with what a
    colleague who had handed the contact on still wraps up, nor with the waiting of a customer whom nobody had.

    The run is locked first: a step that is entered at this moment is there to be left.
    """
    run = first(_running(interaction.pk))
    if run is None:
        return
    worked_until = _work_ended(run) or at
    update(StepVisit, {"run": run.pk, "left_at__isnull": True}, left_at=worked_until)
    update(Run, {"pk": run.pk}, state=RunState.ENDED, ended_at=at, draft={})
    journal.record(run, Kind.RUN_ENDED, at=at, step=run.at_step)


@composed
def _last_legs(run: Any) -> QuerySet[Leg]:
    stood = StepVisit.objects.filter(run=run, left_at__isnull=True).values("agent")
    legs = Leg.objects.filter(interaction__run=run, agent__in=stood, role=LegRole.PRIMARY, accepted_at__isnull=False)
    return legs.only("ended_by", "work_ended_at", "ended_at").order_by("-accepted_at", "-pk")[:1]


def _work_ended(run: Run) -> datetime | None:
    """When whoever stands at the open step was done; None while she is not."""
    leg = first(_last_legs(run.pk))
    if leg is None:
        return None
    return leg.work_ended_at if leg.ended_by in HANDED_ON else leg.ended_at
