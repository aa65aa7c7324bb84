"""Places in line: enter a queue, leave it, come back to the old place, stand elsewhere in it.

The order inside a queue is priority, then returned (a lost console, a failed blind transfer), then enqueued_at, and is
fixed at entry as (band descending, order_key):
- strict priority: band = priority * 2 + returned, order_key = enqueued_at;
- ageing (a level is worth N seconds of waiting): band 0, order_key = enqueued_at - (priority + returned) * N, so
  returned is worth one level more than its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import F, Max

from agents.models import END_ACTIONS, Agent, OverflowStep, StepAction
from bpo.kernel import clock
from bpo.kernel.asking import Rows, asked_now, operation
from bpo.kernel.writing import insert, insert_later, update
from clients.models import Client, Queue, Skill
from interactions import eligibility, journal, overflow, states, waits
from interactions.models import Interaction, JournalEntry, Kind, Lane, Origin, State, Visit

Wants = tuple[tuple[int, int], ...]


def wants_of(interaction: Interaction) -> Wants:
    """What it wants beyond its queue's own skills."""
    return eligibility.added_wants(interaction.lane)


def wants_for(queue: Queue, interaction: Interaction) -> Wants:
    """What it takes along into another queue: its own wants, such as its language."""
    return wants_of(interaction)


def wants_in(language: str, client: Client) -> Wants:
    """What a contact that we begin in this language wants: who speaks it, where not everybody does."""
    if language == client.default_language:
        return ()
    return tuple((skill, 1) for skill in Skill.objects.filter(language=language).values_list("pk", flat=True))


@operation
def enter_queue(
    interaction: Interaction,
    queue: Queue,
    *,
    wants: Wants = (),
    priority: int | None = None,
    at: datetime | None = None,
    enqueued_at: datetime | None = None,
    returned: bool = False,
    how: str = "moved",
    by: journal.Actor | None = None,
    arrived: dict[str, Any] | None = None,
    **changes: Any,
) -> Interaction:
    """Take a place in the line; journalled as queued, which makes routing look for an agent after commit.

    An interaction that is not saved yet is inserted with its place, and `arrived` (facts) is journalled before it; who
    does more with it in the same operation asks for its key first (`asked_now`).
    Without a priority a new one takes the queue's, another keeps its own. `enqueued_at` is an old place to keep;
    `how` says how a stay in another line ended.
    """
    at = at or clock.now()
    if priority is None:
        priority = interaction.priority if interaction.pk else queue.priority
    since = enqueued_at or at
    if queue.skip_empty_steps:  # which may make lanes; before the contact is taken
        eligibility.share_rules(queue.client_id)
    lane = eligibility.lane_for(queue, channel=interaction.channel, wants=wants)
    # An attempt to call back brings the place of its promise along, not the hours since.
    entered = at if interaction.origin == Origin.CALLBACK else since
    place = {
        "queue": queue,
        "lane": lane,
        "step_due_at": overflow.due_at(lane, entered),
        "priority": priority,
        "returned": returned,
        "enqueued_at": since,
        **waits.order_in(queue, priority=priority, returned=returned, enqueued_at=since),
        **changes,
    }
    if interaction.pk is None:
        _set(interaction, state=State.QUEUED, state_since=at, pool=queue.client.pool, **place)
        visit = _visit(interaction, 1, at)
        entries = [_queued(interaction, visit, at=at, by=by)]
        if arrived is not None:
            entries.insert(0, journal.entry(interaction, Kind.ARRIVED, by=by, at=interaction.arrived_at, **arrived))
        insert_later(interaction, visit, *entries)
        journal.announce_after(*entries)
        if queue.skip_empty_steps:
            asked_now()
    elif interaction.state == State.QUEUED:
        leave_queue(interaction, how, at)
        _set(interaction, state_since=at, **place)
        place |= {"state_since": at, "version": states.NEXT_VERSION}
        update(Interaction, {"pk": interaction.pk}, "version", then=partial(_versioned, interaction), **place)
        _stands_in_line(interaction, at=at, by=by)
    else:
        place.setdefault("due_at", None)
        states.move(interaction, State.QUEUED, at=at, **place)
        leave_queue(interaction, "moved", at)
        _stands_in_line(interaction, at=at, by=by)
    if queue.skip_empty_steps:
        skip_empty_steps(interaction, at=at)
    return interaction


def leave_queue(interaction: Interaction, how: str, at: datetime) -> None:
    """Close the open visit, if there is one: answered, moved, or the outcome.

    Who works off a list made before (the sweep) may bring a moment older than the visit; none ends before it begins.
    """
    left_at = max(at, interaction.state_since)
    update(Visit, {"interaction": interaction.pk, "left_at__isnull": True}, left_at=left_at, how=str(how)[:20])


def open_visit(interaction: Interaction, *, at: datetime) -> Visit:
    """The open visit of its queue, begun now if there is none."""
    visit = Visit.objects.filter(interaction=interaction, left_at__isnull=True).first()
    if visit is None:
        last = Visit.objects.filter(interaction=interaction).aggregate(last=Max("ordinal"))["last"] or 0
        visit = _visit(interaction, last + 1, at)
        insert(visit)
    return visit


def _visit(interaction: Interaction, ordinal: int, at: datetime) -> Visit:
    assert interaction.queue_id is not None
    stay = {"client_id": interaction.client_id, "queue_id": interaction.queue_id}
    return Visit(interaction=interaction, ordinal=ordinal, entered_at=at, **stay)


@operation
def put_back(
    interaction: Interaction, *, at: datetime | None = None, returned: bool = False, new_visit: bool = False
) -> Interaction:
    """Back to its old place: enqueued_at and priority are kept, the visit goes on unless it had been answered.

    `returned` puts it first in its priority. A line whose rules changed meanwhile gives it its new lane.
    """
    at = at or clock.now()
    queue = interaction.queue
    assert queue is not None and interaction.enqueued_at is not None
    queue.refresh_from_db(fields=["version"])
    lane = interaction.lane
    moved = {}
    if lane is None or lane.queue_version != queue.version:
        queue.refresh_from_db()
        steps = overflow.steps_of(queue)
        step = overflow.kept_step(steps, lane.step if lane else 0)
        lane = eligibility.lane_for(queue, channel=interaction.channel, wants=wants_of(interaction), step=step)
        visit = Visit.objects.filter(interaction=interaction, left_at__isnull=True).first()
        eligibility.place_anew(interaction, queue, lane, steps[:step], visit.entered_at if visit else None)
        moved["step_due_at"] = interaction.step_due_at
    returned = returned or interaction.returned
    states.move(
        interaction,
        State.QUEUED,
        at=at,
        due_at=None,
        lane=lane,
        returned=returned,
        **moved,
        **waits.order_in(queue, priority=interaction.priority, returned=returned, enqueued_at=interaction.enqueued_at),
    )
    open_visits = Visit.objects.filter(interaction=interaction, left_at__isnull=True)
    if new_visit or not open_visits.exists():
        start_over(interaction, queue, at=at)
        leave_queue(interaction, "moved", at)
        _stands_in_line(interaction, at=at, back=True)
    return interaction


@operation
def reorder(interaction: Interaction, *, priority: int) -> None:
    """Another priority for a contact that waits or is offered; its age stays."""
    queue = interaction.queue
    assert queue is not None and interaction.enqueued_at is not None
    place = waits.order_in(queue, priority=priority, returned=interaction.returned, enqueued_at=interaction.enqueued_at)
    Interaction.objects.filter(pk=interaction.pk).update(priority=priority, version=F("version") + 1, **place)
    _set(interaction, priority=priority, **place)
    interaction.refresh_from_db(fields=["version"])


@operation
def keep_for(interaction: Interaction, agent: Agent, *, until: datetime, at: datetime) -> None:
    """One that waits is offered to this agent alone until then, while the agent is there."""
    _set(interaction, prefer_agent=agent, prefer_until=until)
    Interaction.objects.filter(pk=interaction.pk).update(prefer_agent=agent, prefer_until=until)
    journal.record(interaction, Kind.PREFERRED, at=at, agent=str(agent.public_id), until=until.isoformat())


# --- overflow --------------------------------------------------------------------------------------------------------


@operation
def reach_next_step(
    lane: Lane,
    ids: Iterable[int],
    *,
    at: datetime,
    early: bool = False,
    by: journal.Actor | None = None,
    reason: str = "",
) -> tuple[OverflowStep | None, list[Interaction]]:
    """The next overflow step of a lane is reached by those of these contacts that still wait in it, place and age kept.

    Returns the step and who reached it; whoever calls does what an end action says. What is opened before its time, by
    a person or because nobody is there, is due anew from now on; what the clock opens adds up from entry.
    """
    # Before any contact is taken: whoever changes the rules has them alone, and takes the contacts then.
    eligibility.share_rules(lane.client_id)
    queue = Queue.objects.select_related("client").get(pk=lane.queue_id)
    steps = overflow.steps_of(queue)
    left = lane.step < len(steps) and lane.queue_version == queue.version
    wants = eligibility.added_wants(lane)
    new = eligibility.lane_for(queue, channel=lane.channel, wants=wants, step=lane.step + 1) if left else lane
    waiting = Interaction.objects.filter(pk__in=list(ids), lane=lane, state=State.QUEUED)
    taken = list(waiting.select_for_update(no_key=True, skip_locked=True).order_by("pk"))
    rows = Interaction.objects.filter(pk__in=[each.pk for each in taken])
    if not taken or not left:
        rows.filter(lane__queue_version=queue.version).update(step_due_at=None)
        return None, []
    step = steps[lane.step]
    does = step.words
    changes: dict[str, Any] = {"lane": new, "version": F("version") + 1}
    before = {each.pk: each.priority for each in taken}
    for each in taken:
        if step.action == StepAction.RAISE_PRIORITY:
            each.priority = min(9, each.priority + (step.raise_by or 1))
        assert each.enqueued_at is not None
        place = waits.order_in(queue, priority=each.priority, returned=each.returned, enqueued_at=each.enqueued_at)
        reached = at if by or early else each.step_due_at or at
        _set(each, lane=new, step_due_at=overflow.due_at(new, reached), **place)
    rows.update(**changes)
    Interaction.objects.bulk_update(taken, ["priority", "band", "order_key", "step_due_at"])
    for each in taken:
        facts: dict[str, Any] = {"step": lane.step + 1, "action": step.action, "does": does}
        if each.priority != before[each.pk]:
            facts |= {"from": before[each.pk], "to": each.priority}
        if reason:
            facts["reason"] = reason
        journal.record(each, Kind.STEP_REACHED, by=by, at=at, **facts)
    return step, taken


def skip_empty_steps(interaction: Interaction, *, at: datetime) -> None:
    """While nobody staffs its lane the next step is reached at once; one that ends the wait is due at once."""
    while True:
        lane = interaction.lane
        if lane is None or lane.next_after_seconds is None or eligibility.staffed(lane):
            return
        assert interaction.queue is not None
        if overflow.steps_of(interaction.queue)[lane.step].action in END_ACTIONS:
            if interaction.step_due_at is None or interaction.step_due_at > at:
                _set(interaction, step_due_at=at)
                Interaction.objects.filter(pk=interaction.pk).update(step_due_at=at)
            return
        _step, reached = reach_next_step(lane, [interaction.pk], at=at, early=True)
        if not reached:
            return
        interaction.refresh_from_db()


def start_over(interaction: Interaction, queue: Queue, *, at: datetime) -> None:
    """A new stay in the line begins at its first step: who had been answered has not waited all that time."""
    lane = eligibility.lane_for(queue, channel=interaction.channel, wants=wants_of(interaction))
    _set(interaction, lane=lane, step_due_at=overflow.due_at(lane, at))
    Interaction.objects.filter(pk=interaction.pk).update(lane=lane, step_due_at=interaction.step_due_at)


def goes_on_in(interaction: Interaction, lane: Lane) -> None:
    """In hand, with somebody of another line: what follows, a lost console as well, follows that line's rules."""
    _set(interaction, lane=lane, queue=lane.queue)
    Interaction.objects.filter(pk=interaction.pk).update(lane=lane, queue=lane.queue_id, version=F("version") + 1)


def _stands_in_line(interaction: Interaction, *, at: datetime, by: journal.Actor | None = None, **facts: Any) -> None:
    entry = _queued(interaction, open_visit(interaction, at=at), at=at, by=by, **facts)
    insert_later(entry)
    journal.announce_after(entry)


def _queued(
    interaction: Interaction, visit: Visit, *, at: datetime, by: journal.Actor | None = None, **facts: Any
) -> JournalEntry:
    queue = interaction.queue
    return journal.entry(
        interaction,
        Kind.QUEUED,
        by=by,
        at=at,
        queue=str(queue.public_id) if queue else None,
        lane=interaction.lane_id,
        visit=visit.ordinal,
        **facts,
    )


def _versioned(interaction: Interaction, rows: Rows) -> None:
    interaction.version = rows[0][0]


def _set(interaction: Interaction, **values: Any) -> None:
    for name, value in values.items():
        setattr(interaction, name, value)
