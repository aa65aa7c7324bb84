"""Who may be offered what: interns lanes and compiles them; answers every path that is not the matcher.

Compiling and every change of a rule hold the client's advisory lock, so that a lane is never compiled by a rule
that is being changed: compiling shares it, a change has it alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from agents.models import Agent, AgentSkill, Licence, LicenceState, Presence, QueueSwitchedOff, QueueTeam, Seat
from bpo.kernel import clock
from clients.models import Queue, QueueSkill, Skill
from interactions.models import AgentLane, Interaction, Lane, Leg, LegRole, LegState, Refusal, State, Visit
from interactions.models.leg import HOLDING_STATES

LOCK_CLASS = 7101  # of pg_advisory_xact_lock(class, client)
THROUGHPUT_WINDOW = timedelta(minutes=30)
FEWEST_ANSWERS = 2  # fewer say nothing about the wait
Wants = Iterable[tuple[int, int]]

INTERN = """
    INSERT INTO interactions_lane (pool, client_id, queue_id, queue_version, step, channel, wants, added, teams,
        strategy, ageing_seconds, auto, training, cap_per_agent, offer_seconds, members, excluded)
    VALUES (%s, %s, %s, %s, %s, %s, %s::int[], %s::int[], %s::bigint[], %s, %s, %s, %s, %s, %s, 0, '{}')
    ON CONFLICT (queue_id, queue_version, step, channel, wants, added) DO NOTHING
    RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an agent may be given a contact, and in words why not."""

    ok: bool
    code: str = ""
    sentence: str = ""


YES = Verdict(True)


# --- lanes -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def lane_for(queue: Queue, *, channel: str, wants: Wants = (), step: int = 0) -> Lane:
    """The lane of a queue for a channel and wanted skills beyond its own; made and compiled on first use."""
    # The object may be older than a change of the line; what waits in a lane of an old version waits for nobody.
    queue.refresh_from_db(fields=["version"])
    added = _packed(wants)
    own = _packed(QueueSkill.objects.filter(queue=queue).values_list("skill_id", "level"))
    wanted = _packed([*_unpacked(own), *_unpacked(added)])
    key = {
        "queue": queue,
        "queue_version": queue.version,
        "step": step,
        "channel": channel,
        "wants": wanted,
        "added": added,
    }
    lane = Lane.objects.filter(**key).first()
    if lane is not None:
        return lane
    share_rules(queue.client_id)
    teams = sorted(QueueTeam.objects.filter(queue=queue).values_list("team_id", flat=True)) or None
    with connection.cursor() as cursor:
        values: list[Any] = [
            queue.client.pool,
            queue.client_id,
            queue.pk,
            queue.version,
            step,
            channel,
            wanted,
            added,
            teams,
        ]
        rules: list[Any] = [queue.strategy, queue.ageing_seconds, not queue.manual, queue.training, queue.cap_per_agent]
        cursor.execute(INTERN, [*values, *rules, queue.offer_seconds])
        made = cursor.fetchone()
    if made:
        _compile(lanes=[made[0]])
    # Whoever lost the race has waited for the winner's commit above.
    return Lane.objects.get(**key)


def queue_wants(queue: Queue) -> list[tuple[int, int]]:
    """The queue's own wanted skills: (skill id, level)."""
    return list(QueueSkill.objects.filter(queue=queue).values_list("skill_id", "level"))


def added_wants(lane: Lane | None) -> tuple[tuple[int, int], ...]:
    """What the contacts of a lane want beyond their queue's own skills."""
    return tuple(_unpacked(lane.added)) if lane else ()


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


def _compile(*, lanes: list[int] | None = None, agents: list[int] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT compile_lanes(%s::bigint[], %s::bigint[])", [lanes, agents])


@transaction.atomic
def recompile_agent(agent_id: int, *, at: datetime | None = None) -> None:
    """Her licences, skills, team or queues changed. The caller holds her seat."""
    clients = Licence.objects.filter(agent_id=agent_id).values_list("client_id", flat=True)
    _change_rules(clients)
    served = list(_staffed().filter(agent_id=agent_id).values_list("lane_id", flat=True))
    _compile(agents=[agent_id])
    # Her row is gone; that she was there when they came is kept for the rule of a line that nobody serves any more.
    lost = Lane.objects.filter(pk__in=served).exclude(agent_lanes__agent_id=agent_id)
    lost.update(left_at=at or clock.now())


def _staffed() -> QuerySet[AgentLane]:
    """Who serves a lane and is signed in, however busy."""
    return AgentLane.objects.filter(agent__seat__isnull=False).exclude(agent__seat__presence=Presence.SIGNED_OUT)


@transaction.atomic
def queue_changed(queue: Queue) -> int:
    """Its rules were changed: a new version with new lanes, to which those waiting move. Returns how many moved.

    Call it in the transaction that changed the queue, its skills or its teams. Open offers stay as they were made;
    a contact that comes back from one is put on the new lane then.
    """
    _change_rules([queue.client_id])
    Queue.objects.filter(pk=queue.pk).update(version=F("version") + 1)
    queue.refresh_from_db()
    moved = len(move_to_new_lanes(queue))
    AgentLane.objects.filter(queue=queue).exclude(lane__queue_version=queue.version).delete()
    return moved


@transaction.atomic
def move_to_new_lanes(queue: Queue) -> list[int]:
    """Move what waits in lanes of old versions; the sweep calls it for whoever entered while the line changed."""
    moved: list[int] = []
    old = Lane.objects.filter(queue=queue).exclude(queue_version=queue.version)
    for lane in old.filter(interactions__state=State.QUEUED).distinct():
        new = lane_for(queue, channel=lane.channel, wants=added_wants(lane), step=lane.step)
        waiting = Interaction.objects.filter(lane=lane, state=State.QUEUED)
        ids = list(waiting.select_for_update(no_key=True).values_list("pk", flat=True))
        Interaction.objects.filter(pk__in=ids).update(lane=new, version=F("version") + 1)
        left_at = clock.now() if _staffed().filter(lane=lane).exists() else lane.left_at
        Lane.objects.filter(pk=new.pk).update(left_at=left_at)
        moved += ids
    return moved


def _packed(wants: Wants) -> list[int]:
    """Each skill once, at the highest wanted level, as skill * 10 + level, sorted."""
    levels: dict[int, int] = {}
    for skill, level in wants:
        levels[skill] = max(level, levels.get(skill, 0))
    return sorted(skill * 10 + level for skill, level in levels.items())


def _unpacked(packed: Iterable[int]) -> list[tuple[int, int]]:
    return [divmod(each, 10) for each in packed]


# --- the live rules --------------------------------------------------------------------------------------------------


def eligible(agent: Agent, interaction: Interaction, *, at: datetime | None = None) -> Verdict:
    """May she be given this contact now, by the live rules of DESIGN.md 3? The first reason why not, in words."""
    at = at or clock.now()
    queue = interaction.queue
    if queue is None:
        return _no("no_queue", _("This contact stands in no line."))
    wants = _unpacked(interaction.lane.wants) if interaction.lane else queue_wants(queue)
    for verdict in (
        never_eligible(agent, queue, wants),
        _present(agent, interaction.channel),
        _within_limits(agent, queue, at),
    ):
        if not verdict.ok:
            return verdict
    if interaction.pk and Refusal.objects.filter(interaction=interaction, agent=agent, until__gt=at).exists():
        return _no("delay", _("%(agent)s had this contact a moment ago; a short delay runs.") % {"agent": agent})
    return YES


def never_eligible(agent: Agent, queue: Queue, wants: Wants) -> Verdict:
    """The part that lanes are compiled from: licence, skills, team, switched off."""
    words = {"agent": agent, "client": queue.client, "queue": queue}
    if agent.deactivated_at:
        return _no("deactivated", _("%(agent)s works here no more.") % words)
    licence = Licence.objects.filter(agent=agent, client=queue.client_id).first()
    allowed = {LicenceState.CERTIFIED, LicenceState.TRAINING} if queue.training else {LicenceState.CERTIFIED}
    if licence is None or licence.state not in allowed:
        return _no("licence", _("%(agent)s is not certified for %(client)s.") % words)
    held = dict(AgentSkill.objects.filter(agent=agent).values_list("skill_id", "level"))
    for skill, level in wants:
        if held.get(skill, 0) < level:
            name = Skill.objects.get(pk=skill)
            return _no(
                "skill", _("%(agent)s lacks %(skill)s at level %(level)s.") % {**words, "skill": name, "level": level}
            )
    teams = set(QueueTeam.objects.filter(queue=queue).values_list("team_id", flat=True))
    if teams and agent.team_id not in teams:
        return _no("team", _("%(agent)s is in no team that %(queue)s may use.") % words)
    if QueueSwitchedOff.objects.filter(agent=agent, queue=queue).exists():
        return _no("switched_off", _("%(queue)s is switched off for %(agent)s.") % words)
    return YES


def _present(agent: Agent, channel: str) -> Verdict:
    """There, connected, and with room for the channel."""
    words = {"agent": agent}
    seat = Seat.objects.filter(pk=agent.pk).first()
    if seat is None or seat.presence != Presence.AVAILABLE:
        return _no("presence", _("%(agent)s is not available.") % words)
    if not seat.connected:
        return _no("connected", _("%(agent)s has no console open.") % words)
    if seat.wish or seat.wish_sign_out:
        return _no("wish", _("%(agent)s takes nothing new and pauses after the present work.") % words)
    if seat.offered:
        return _no("offered", _("%(agent)s has an open offer.") % words)
    profile = agent.profile
    live = Leg.objects.filter(agent=agent, state__in=HOLDING_STATES, set_aside=False).exclude(role=LegRole.MONITOR)
    held = list(live.values_list("channel", "cost"))
    full = sum(1 for each, _cost in held if each == channel) >= getattr(profile, f"{channel}_cap")
    if full or sum(cost for _each, cost in held) + getattr(profile, f"{channel}_points") > profile.budget:
        return _no("room", _("%(agent)s has no room for another contact of this kind.") % words)
    return YES


def _within_limits(agent: Agent, queue: Queue, at: datetime) -> Verdict:
    """Below the queue's cap per agent and below her ramp for the client."""
    words = {"agent": agent, "client": queue.client, "queue": queue}
    if queue.cap_per_agent is not None:
        live = Leg.objects.filter(
            agent=agent, state__in=HOLDING_STATES, set_aside=False, interaction__queue=queue
        ).exclude(role=LegRole.MONITOR)
        if live.count() >= queue.cap_per_agent:
            return _no("cap", _("%(agent)s holds as many contacts of %(queue)s as it allows.") % words)
    ramp = Licence.objects.filter(agent=agent, client=queue.client_id).values_list("ramp_per_hour", flat=True).first()
    if ramp is not None:
        got = Leg.objects.filter(
            agent=agent, client=queue.client_id, role=LegRole.PRIMARY, offered_at__gt=at - timedelta(hours=1)
        ).exclude(state__in=[LegState.DECLINED, LegState.MISSED, LegState.RESCINDED])
        if got.count() >= ramp:
            return _no("ramp", _("%(agent)s has had the contacts an hour allows for %(client)s.") % words)
    return YES


def _no(code: str, sentence: str) -> Verdict:
    return Verdict(False, code, sentence)


# --- what a line looks like from outside -------------------------------------------------------------------------


def staffed(lane: Lane) -> int:
    """How many of the lane's agents are signed in, ready and connected, however busy."""
    return Seat.objects.filter(
        pk__in=AgentLane.objects.filter(lane=lane).values("agent_id"), presence=Presence.AVAILABLE, connected=True
    ).count()


def position(interaction: Interaction) -> int:
    """Its place in the order over all lanes of the queue; 1 is next, 0 is not waiting."""
    if interaction.state != State.QUEUED or interaction.queue_id is None or interaction.order_key is None:
        return 0
    return 1 + _before(interaction)


def _before(interaction: Interaction) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM interactions_interaction
            WHERE queue_id = %s AND channel = %s AND state = 'queued'
                AND (-band, order_key, id) < (%s, %s, %s)
            """,
            [
                interaction.queue_id,
                interaction.channel,
                -interaction.band,
                interaction.order_key,
                interaction.pk,
            ],
        )
        row = cursor.fetchone()
    return int(row[0])


def expected_wait(
    queue: Queue, lane: Lane | None = None, *, ahead: int | None = None, at: datetime | None = None
) -> int | None:
    """Seconds until a contact entering now would be answered: those ahead times the mean interval of answers.

    Answers of the last 30 minutes; None when there were too few to say. `ahead` replaces the number waiting now.
    """
    at = at or clock.now()
    answers = Visit.objects.filter(
        queue=queue,
        how="answered",
        entered_at__gt=at - timedelta(days=1),
        left_at__gt=at - THROUGHPUT_WINDOW,
        left_at__lte=at,
    )
    channel = lane.channel if lane else None
    if channel:
        answers = answers.filter(interaction__channel=channel)
    answered = answers.count()
    if answered < FEWEST_ANSWERS:
        return None
    if ahead is None:
        waiting = Interaction.objects.filter(queue=queue, state=State.QUEUED)
        ahead = (waiting.filter(channel=channel) if channel else waiting).count()
    return round((ahead + 1) * THROUGHPUT_WINDOW.total_seconds() / answered)
