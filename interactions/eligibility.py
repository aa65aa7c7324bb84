"""Who may be offered what: interns lanes and compiles them; answers every path that is not the matcher.

Compiling and every change of a rule hold the client's advisory lock, so that a lane is never compiled by a rule
that is being changed: compiling shares it, a change has it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from agents import rules
from agents.models import Agent, Licence, OverflowStep, Presence
from bpo.accounts.models import User
from bpo.kernel import clock
from bpo.kernel.asking import asked
from clients.models import Queue
from interactions import journal, overflow, verdicts, waits
from interactions.models import AgentLane, Interaction, Kind, Lane, State, Visit
from interactions.verdicts import Needs, Verdict

LOCK_CLASS = 7101  # of pg_advisory_xact_lock(class, client)
Wants = Iterable[tuple[int, int]]

# All that a lane says but for who is excluded, which is read when somebody asks.
LANE_FIELDS = [field.attname for field in Lane._meta.concrete_fields if field.name != "excluded"]
LANE = f"""
    SELECT {", ".join(f"lane.{name}" for name in LANE_FIELDS)}
    FROM interactions_lane lane
    JOIN clients_queue queue ON queue.id = lane.queue_id AND queue.version = lane.queue_version
    WHERE lane.queue_id = %s AND lane.step = %s AND lane.channel = %s AND lane.added = %s::int[]
"""  # noqa: S608 - constants alone


# --- lanes -----------------------------------------------------------------------------------------------------------


def lane_for(queue: Queue, *, channel: str, wants: Wants = (), step: int = 0) -> Lane:
    """The lane of a queue for a channel and wanted skills beyond its own; made and compiled on first use.

    By the rules of now: the object may be older than a change of the line, and what waits in a lane of an old version
    waits for nobody.
    """
    key = [queue.pk, step, channel, overflow.packed(wants)]
    found = asked(LANE, key)
    return Lane.from_db(DEFAULT_DB_ALIAS, LANE_FIELDS, (found or _interned(queue, key))[0])


@transaction.atomic
def _interned(queue: Queue, key: Sequence[Any]) -> list[Any]:
    # A change of the line is made by nobody while its rules are shared.
    share_rules(queue.client_id)
    asked("SELECT intern_lane(%s, %s, %s, %s::int[])", key)
    return asked(LANE, key)


def added_wants(lane: Lane | None) -> tuple[tuple[int, int], ...]:
    """What the contacts of a lane want beyond their queue's own skills."""
    return tuple(overflow.unpacked(lane.added)) if lane else ()


def told(lane: Lane | None) -> dict[str, Any]:
    """What an offer by a person keeps of the rules; match.sql keeps the same of its own."""
    if lane is None:
        return {}
    return {
        "version": lane.queue_version,
        "lane": lane.pk,
        "step": lane.step,
        "members": lane.members,
        "never": lane.excluded,
    }


def share_rules(client_id: int) -> None:
    """Nobody changes this client's rules of eligibility before this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [LOCK_CLASS, client_id])


def _change_rules(client_ids: Iterable[int]) -> None:
    with connection.cursor() as cursor:
        for client_id in sorted(set(client_ids)):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, client_id])


@transaction.atomic
def recompile_agent(agent_id: int, *, at: datetime | None = None) -> None:
    """Her licences, skills, team or queues changed. The caller holds her seat."""
    clients = Licence.objects.filter(agent_id=agent_id).values_list("client_id", flat=True)
    _change_rules(clients)
    served = list(_staffed().filter(agent_id=agent_id).values_list("lane_id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT compile_lanes(NULL, ARRAY[%s]::bigint[])", [agent_id])
    # Her row is gone; that she was there when they came is kept for the rule of a line that nobody serves any more.
    lost = Lane.objects.filter(pk__in=served).exclude(agent_lanes__agent_id=agent_id)
    lost.update(left_at=at or clock.now())


def _staffed() -> QuerySet[AgentLane]:
    """Who serves a lane and is signed in, however busy."""
    return AgentLane.objects.filter(agent__seat__isnull=False).exclude(agent__seat__presence=Presence.SIGNED_OUT)


@transaction.atomic
def queue_changed(queue: Queue, *, by: User | None = None, why: str = "") -> int:
    """Its rules were changed: a new version with new lanes, to which those waiting move. Returns how many moved.

    Call it in the transaction that changed the queue, its skills or its teams. Open offers stay as they were made;
    a contact that comes back from one is put on the new lane then. The version is kept, with who and why.
    """
    _change_rules([queue.client_id])
    Queue.objects.filter(pk=queue.pk).update(version=F("version") + 1)
    queue.refresh_from_db()
    rules.keep(queue, by=by, why=why)
    moved = len(move_to_new_lanes(queue))
    AgentLane.objects.filter(queue=queue).exclude(lane__queue_version=queue.version).delete()
    return moved


@transaction.atomic
def move_to_new_lanes(queue: Queue) -> list[int]:
    """Move what waits in lanes of old versions; the sweep calls it for whoever entered while the line changed."""
    moved: list[int] = []
    old = Lane.objects.filter(queue=queue).exclude(queue_version=queue.version)
    for lane in old.filter(interactions__state=State.QUEUED).distinct():
        steps = overflow.steps_of(queue)
        step = overflow.kept_step(steps, lane.step)
        new = lane_for(queue, channel=lane.channel, wants=added_wants(lane), step=step)
        entered = Visit.objects.filter(interaction=OuterRef("pk"), left_at__isnull=True).values("entered_at")[:1]
        rows = Interaction.objects.filter(lane=lane, state=State.QUEUED).annotate(entered=Subquery(entered))
        waiting = list(rows.select_for_update(no_key=True, of=("self",)))
        ids = [each.pk for each in waiting]
        for each in waiting:
            place_anew(each, queue, new, steps[:step], each.entered)
        Interaction.objects.bulk_update(waiting, ["band", "order_key", "step_due_at"])
        Interaction.objects.filter(pk__in=ids).update(lane=new, version=F("version") + 1)
        for each in waiting:
            journal.record(each, Kind.LANE_CHANGED, why="rules of the line changed", version=queue.version)
        left_at = clock.now() if _staffed().filter(lane=lane).exists() else lane.left_at
        Lane.objects.filter(pk=new.pk).update(left_at=left_at)
        moved += ids
    return moved


def place_anew(
    interaction: Interaction, queue: Queue, lane: Lane, reached: Sequence[OverflowStep], entered: datetime | None
) -> None:
    """Set order and next deadline by the line's rules of now: its age and priority stay, deadlines count from entry."""
    assert interaction.enqueued_at is not None
    place = waits.order_in(
        queue, priority=interaction.priority, returned=interaction.returned, enqueued_at=interaction.enqueued_at
    )
    interaction.band, interaction.order_key = place["band"], place["order_key"]
    interaction.step_due_at = overflow.due_at(lane, entered, reached) if entered else None


# --- the live rules --------------------------------------------------------------------------------------------------


def eligible(
    agent: Agent, interaction: Interaction, *, lane: Lane | None = None, at: datetime | None = None
) -> Verdict:
    """May she be given this contact now, by the live rules of DESIGN.md 3? The first reason why not, in words.

    With a lane: as if it stood there.
    """
    return verdicts_on([agent], interaction, lane=lane, at=at)[agent.pk]


def verdicts_on(
    agents: Sequence[Agent], interaction: Interaction, *, lane: Lane | None = None, at: datetime | None = None
) -> dict[int, Verdict]:
    """The same of any number of agents, by a constant number of queries; fetch them with their profiles."""
    at = at or clock.now()
    if lane is None and interaction.queue is None:
        nowhere = verdicts.no("no_queue", _("This contact stands in no line."))
        return {agent.pk: nowhere for agent in agents}
    needs = needs_in(lane) if lane else needs_of(interaction)
    found = verdicts.standings(agents, needs, at, interaction_id=interaction.pk)
    return {key: verdicts.judge(her, needs, at) for key, her in found.items()}


def described(queue: Queue, channel: str, wants: Wants) -> Needs:
    """What a contact would ask that wants this beyond the line's own skills; nothing is interned for it."""
    return Needs.asked(queue, channel, overflow.asked_at(queue, 0, wants))


def needs_of(interaction: Interaction) -> Needs:
    """What a contact in a line asks of whoever takes it, by the overflow steps it has reached."""
    assert interaction.queue is not None
    step = interaction.lane.step if interaction.lane else 0
    asked = overflow.asked_at(interaction.queue, step, added_wants(interaction.lane))
    return Needs.asked(interaction.queue, interaction.channel, asked)


def needs_in(lane: Lane) -> Needs:
    """What the contacts of a lane ask, by its line's rules of now."""
    return Needs.asked(lane.queue, lane.channel, overflow.asked_at(lane.queue, lane.step, added_wants(lane)))


def never_eligible(agent: Agent, lane: Lane) -> Verdict:
    """The part that lanes are compiled from, by the live rules: licence, skills, team, switched off."""
    needs = needs_in(lane)
    return verdicts.never(verdicts.rules_of([agent], needs)[agent.pk], needs, clock.now())


# --- what a line looks like from outside -------------------------------------------------------------------------


def staffed(lane: Lane) -> int:
    """How many of the lane's agents are signed in, ready and connected, however busy."""
    return waits.ready().filter(lane=lane).count()


def unstaffed(lanes: QuerySet[Lane]) -> QuerySet[Lane]:
    """Those of the lanes that nobody staffs."""
    return lanes.exclude(Exists(waits.ready().filter(lane=OuterRef("pk"))))
