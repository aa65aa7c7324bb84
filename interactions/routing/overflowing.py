"""Overflow steps that are reached: the contact moves to the step's lane, or its wait ends as the step says."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agents.models import END_ACTIONS, OverflowStep, StepAction
from bpo.accounts.models import User
from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from bpo.kernel.steps import each
from clients import opening
from clients.models import Channel, Queue, QueueState
from interactions import callbacks, eligibility, overflow, prospect_calls, queueing
from interactions.models import CallbackOrigin, Interaction, Lane, Origin, Outcome, State
from interactions.routing import line_ends
from interactions.routing.timers import BATCH
from interactions.supervision import require_reason


class NoStepLeft(DomainError):
    """There is nothing further to open, or nobody waits any more."""

    code = "no_step_left"
    sentence = _("This contact does not wait, or its line has no further step.")


def steps_due(at: datetime) -> int:
    """Overflow steps whose time has come, lane by lane, and those of lanes that nobody staffs."""
    waiting = Interaction.objects.filter(state=State.QUEUED)
    due = waiting.filter(step_due_at__lte=at).order_by("step_due_at")
    lanes: dict[int, list[tuple[int, datetime | None, int]]] = {}
    for lane_id, priority, since, pk in due.values_list("lane_id", "priority", "enqueued_at", "pk")[:BATCH]:
        lanes.setdefault(lane_id or 0, []).append((-priority, since, pk))
    done = 0
    # Whoever is free takes what is best of those that are due together.
    for lane_id in sorted(lanes, key=lambda one: min(lanes[one])):
        lane = Lane.objects.select_related("queue__client").get(pk=lane_id)
        ids = [contact[-1] for contact in sorted(lanes[lane_id])]
        done += each([lane], lambda one, ids=ids: _reach(one, ids, at))  # type: ignore[misc]
    nobody = eligibility.unstaffed(Lane.objects.filter(queue__skip_empty_steps=True))
    empty = waiting.filter(lane__in=nobody, step_due_at__gt=at).select_related("lane", "queue__client")
    return done + each(empty.order_by("step_due_at")[:BATCH], lambda one: _skip(one, at))


def next_step(interaction: Interaction) -> OverflowStep | None:
    """The step that a waiting contact reaches next."""
    if interaction.state != State.QUEUED or interaction.lane is None or interaction.queue is None:
        return None
    return next(iter(overflow.steps_of(interaction.queue)[interaction.lane.step :]), None)


@transaction.atomic
def open_next(interaction: Interaction, *, by: User, reason: str, at: datetime | None = None) -> OverflowStep:
    """A supervisor opens the next step of a waiting contact before its time."""
    at = at or clock.now()
    reason = require_reason(reason)
    following = next_step(interaction)
    if interaction.lane is None or following is None:
        raise NoStepLeft
    closes = following.action in END_ACTIONS and following.action != StepAction.OVERFLOW
    if closes and interaction.channel == Channel.EMAIL:
        raise NoStepLeft(sentence=_("The next step would end the wait, and mail is never closed unanswered."))
    step, reached = queueing.reach_next_step(interaction.lane, [interaction.pk], at=at, by=by, reason=reason)
    if step is None or not reached:
        raise NoStepLeft
    if step.action in END_ACTIONS:
        _end(reached[0], step, at)
    return step


def _reach(lane: Lane, ids: list[int], at: datetime) -> int:
    steps = overflow.steps_of(lane.queue)
    if lane.step < len(steps) and steps[lane.step].action in END_ACTIONS:
        return each(ids, lambda one: _reach_end(lane, one, at))
    _step, reached = queueing.reach_next_step(lane, ids, at=at)
    return len(reached)


@transaction.atomic
def _reach_end(lane: Lane, contact: int, at: datetime) -> bool:
    """The step and what it does in one transaction: a wait that should end is never left with nothing to come."""
    step, reached = queueing.reach_next_step(lane, [contact], at=at)
    return bool(step and reached and _end(reached[0], step, at))


def _skip(interaction: Interaction, at: datetime) -> bool:
    before = interaction.lane_id
    with transaction.atomic():
        queueing.skip_empty_steps(interaction, at=at)
    return interaction.lane_id != before


def _end(interaction: Interaction, step: OverflowStep, at: datetime) -> bool:
    """The wait ends as the step says. Mail is never closed unanswered: it waits on, or moves to the other line."""
    if step.action == StepAction.OVERFLOW:
        return _overflow(interaction, step, at)
    if interaction.channel == Channel.EMAIL:
        return False
    # An attempt to call back is no wait of the customer's: it goes back to its promise.
    if step.action == StepAction.MESSAGE and interaction.origin != Origin.CALLBACK:
        return line_ends.close(interaction, Outcome.TIMED_OUT, at)
    if step.action == StepAction.VOICEMAIL and interaction.origin != Origin.CALLBACK:
        return _take_message(interaction, at)
    return line_ends.promise_or_close(interaction, CallbackOrigin.QUEUE, Outcome.TIMED_OUT, at)


def _take_message(interaction: Interaction, at: datetime) -> bool:
    """A message may be left, and a callback is promised where somebody can be reached."""
    number, address = line_ends.reach(interaction)
    if (number or address) and not prospect_calls.nobody_asked_for_it(interaction):
        try:
            with transaction.atomic():
                made = callbacks.instead_of_waiting(
                    interaction, origin=CallbackOrigin.QUEUE, number=number, address=address,
                    outcome=Outcome.VOICEMAIL, at=at,
                )  # fmt: skip
            return made is not None
        except DomainError:
            interaction.refresh_from_db()
    return line_ends.close(interaction, Outcome.VOICEMAIL, at)


@transaction.atomic
def _overflow(interaction: Interaction, step: OverflowStep, at: datetime) -> bool:
    """Into another line of the client, at its end. One that takes nobody now, or that it has stood in before, leaves a
    promise instead: lines that overflow into each other would pass it to and fro for ever."""
    assert step.to_queue_id is not None
    queue = Queue.objects.select_related("client", "hours__client").get(pk=step.to_queue_id)
    takes = queue.state in (QueueState.OPEN, QueueState.PAUSED) and interaction.channel in queue.channels
    takes = takes and not interaction.visits.filter(queue=queue).exists()
    if takes and (interaction.channel == Channel.EMAIL or opening.is_open(queue, at)):
        queueing.enter_queue(interaction, queue, wants=queueing.wants_for(queue, interaction), at=at, how="overflowed")
        return True
    if interaction.channel == Channel.EMAIL:
        return False
    return line_ends.promise_or_close(interaction, CallbackOrigin.QUEUE, Outcome.TIMED_OUT, at)
