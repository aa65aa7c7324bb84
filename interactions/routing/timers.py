"""Timers of offers, delays, wrap-ups, consoles, parks and agents; each row is read again under its lock."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q

from agents import presence
from agents.models import ConsoleSession, Presence, Seat
from bpo.kernel.steps import each
from clients.models import Queue
from interactions import calls, closing, eligibility, handing_back, handling, offers, states, wrap_up
from interactions.models import CallMedia, Interaction, Kind, Leg, LegState, Outcome, Refusal, State
from interactions.routing import router

logger = logging.getLogger(__name__)

BATCH = 200
NODE_SILENT = timedelta(seconds=15)
PAGES_NOTICE = timedelta(seconds=5)
CONSOLE_GRACE = timedelta(seconds=60)
NOT_RESPONDING_LIMIT = timedelta(minutes=15)


def offers_expired(at: datetime) -> int:
    """Offers nobody answered are missed."""
    expired = Leg.objects.filter(state=LegState.OFFERED, expires_at__lte=at).order_by("expires_at")
    return each(expired[:BATCH], lambda leg: offers.miss(leg, at=at))


def offers_nobody_could_answer(at: datetime) -> int:
    """After an outage: offers that ran out in it, or do before a page has noticed its end, go back without blame."""
    expired = Leg.objects.filter(state=LegState.OFFERED, expires_at__lte=at + PAGES_NOTICE).order_by("expires_at")
    return each(expired, lambda leg: offers.rescind(leg, why="outage", at=at))


def refusals_over(at: datetime) -> int:
    """Delays after a decline, miss or busy end: the contact may be offered to that agent again."""
    over = Refusal.objects.filter(until__lte=at).order_by("until")[:BATCH]
    waiting = {refusal.interaction_id for refusal in over}
    Refusal.objects.filter(pk__in=[refusal.pk for refusal in over], until__lte=at).delete()
    return each(sorted(waiting), lambda interaction: router.interaction_waits(interaction, at=at))


def preferred_over(at: datetime) -> int:
    """The window of a preferred agent ends: the contact is anybody's."""
    kept = Interaction.objects.filter(state=State.QUEUED, prefer_agent__isnull=False, prefer_until__lte=at)
    ids = list(kept.order_by("prefer_until").values_list("pk", flat=True)[:BATCH])
    Interaction.objects.filter(pk__in=ids, state=State.QUEUED, prefer_until__lte=at).update(
        prefer_agent=None, prefer_until=None, version=F("version") + 1
    )
    each(ids, lambda interaction: router.interaction_waits(interaction, at=at))
    return len(ids)


def wrap_ups_over(at: datetime) -> int:
    """Wrap-ups past their limit end as not filled in time."""
    over = Leg.objects.filter(state=LegState.WRAPPING, wrap_up_due_at__lte=at).order_by("wrap_up_due_at")
    return each(over[:BATCH], lambda leg: wrap_up.run_out(leg, at=at))


def voices_overdue(at: datetime) -> int:
    """Accepted web calls in which the two do not hear each other in time are failed offers."""
    late = CallMedia.objects.filter(settled_at__isnull=True, due_at__lte=at).select_related("leg__interaction")

    def act(row: CallMedia) -> bool:
        return calls.no_voice(row.leg, why="no voice in time", at=at)

    return each(late.order_by("due_at")[:BATCH], act)


def nodes_dead(at: datetime) -> int:
    """Consoles whose web process has not been heard of are gone."""
    since = at - NODE_SILENT
    silent = ConsoleSession.objects.filter(seen_at__lt=since).order_by("seen_at")
    keys = silent.values_list("key", flat=True)[:BATCH]
    return each(keys, lambda key: presence.disconnected(key, unheard_since=since, at=at))


def seats_without_console(at: datetime) -> int:
    """A seat that says connected and has no console any more (a process died between two rows)."""
    lonely = Seat.objects.filter(connected=True, agent__consoles__isnull=True, presence=Presence.AVAILABLE)
    stale = lonely.filter(Q(connection_changed_at__lt=at - CONSOLE_GRACE))
    return each(stale.values_list("pk", flat=True)[:BATCH], lambda seat: presence.no_console(seat, at=at))


def graces_over(at: datetime) -> int:
    """Work whose console stayed away too long goes back to its line."""
    return handing_back.graces_over(at)


def absent_signed_out(at: datetime) -> int:
    """Signed out: a minute after the console went, and after fifteen minutes of not responding without work."""
    gone = Q(connected=False) & (
        Q(connection_changed_at__isnull=True) | Q(connection_changed_at__lte=at - CONSOLE_GRACE)
    )
    silent = Q(
        presence=Presence.NOT_RESPONDING,
        since__lte=at - NOT_RESPONDING_LIMIT,
        points_voice=0,
        points_chat=0,
        points_email=0,
    )
    absent = gone | silent
    found = Seat.objects.exclude(presence=Presence.SIGNED_OUT).filter(absent).select_related("agent")

    def sign_out(seat: Seat) -> bool:
        why = "not responding" if seat.connected else "console gone"
        return presence.sign_out_absent(seat.agent, why, at, absent=absent)

    return each(found[:BATCH], sign_out)


def wishes_due(at: datetime) -> int:
    """Wished breaks and sign-outs whose last leg ended while nobody was told."""
    wishing = Seat.objects.exclude(presence=Presence.SIGNED_OUT).exclude(wish="", wish_sign_out=False)
    idle = wishing.filter(points_voice=0, points_chat=0, points_email=0)

    def act(agent: int) -> bool:
        states.set_back(agent, at=at)
        return presence.leg_ended(agent, at=at)

    return each(idle.values_list("pk", flat=True)[:BATCH], act)


def parks_over(at: datetime) -> int:
    """A parked contact returns at its date; one without is closed as handled at the limit its line had then."""
    due = Interaction.objects.filter(state=State.PARKED, due_at__lte=at).select_related("queue")

    def act(parked: Interaction) -> bool:
        said = parked.journal.filter(kind=Kind.PARKED).order_by("-pk").values_list("facts__until", flat=True).first()
        if said is not None:
            return handling.return_parked(parked, why="date reached", at=at)
        with transaction.atomic():
            closing.close(parked, Outcome.HANDLED, at=at)
        return True

    return each(due.order_by("due_at")[:BATCH], act)


def lanes_changed(at: datetime) -> int:
    """Who entered a line in the instant its rules changed stands in an old lane: move to the new one."""
    behind = Queue.objects.filter(
        pk__in=Interaction.objects.filter(state=State.QUEUED)
        .exclude(lane__queue_version=F("queue__version"))
        .values("queue")
    )

    def act(queue: Queue) -> int:
        moved = eligibility.move_to_new_lanes(queue)
        return each(moved, lambda interaction: router.interaction_waits(interaction, at=at))

    return each(behind, act)


def seats_wrong(at: datetime) -> int:
    """Seats whose points are not those of their live legs (nobody should ever see one): counted anew, and logged."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.agent_id FROM agents_seat s
            LEFT JOIN (
                SELECT agent_id, sum(cost) FILTER (WHERE NOT set_aside) AS cost,
                       count(*) FILTER (WHERE state = 'offered') AS offers
                FROM interactions_leg
                WHERE state IN ('offered', 'handling', 'wrapping') AND role <> 'monitor' GROUP BY agent_id
            ) live ON live.agent_id = s.agent_id
            WHERE s.points_voice + s.points_chat + s.points_email <> coalesce(live.cost, 0)
               OR s.offered <> (coalesce(live.offers, 0) > 0)
            """
        )
        wrong = [row[0] for row in cursor.fetchall()]

    def act(agent_id: int) -> bool:
        with transaction.atomic():
            states.take_seats(agent_id)
            before = Seat.objects.values("points_voice", "points_chat", "points_email", "offered").get(pk=agent_id)
            states.recount_seat(agent_id, at=at)
            after = Seat.objects.values("points_voice", "points_chat", "points_email", "offered").get(pk=agent_id)
        if before != after:
            logger.error("seat %s was %s and is %s", agent_id, before, after)
        return before != after

    return each(wrong, act)


def set_aside_with_room(at: datetime) -> int:
    """What was set aside and has room again, where nobody looked: a process died in between."""
    aside = Leg.objects.filter(state__in=[LegState.HANDLING, LegState.WRAPPING], set_aside=True)
    agents = aside.filter(agent__seat__connected=True).order_by("agent").values_list("agent", flat=True).distinct()
    return sum(states.set_back(agent, at=at) for agent in agents[:BATCH])


def free_beside_work(at: datetime) -> int:
    """Agents free beside a contact they could take: a process died, or two looked away from each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM free_beside_work(%s, %s)", [at, BATCH])
        agents = [row[0] for row in cursor.fetchall()]
    return each(agents, lambda agent: router.agent_has_room(agent, at=at))


def next_due(at: datetime, *, longest: float = 1.0) -> float:
    """Seconds until the next offer, wrap-up, delay or preferred window ends or step is due, at most `longest`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT least(
                (SELECT min(expires_at) FROM interactions_leg WHERE state = 'offered'),
                (SELECT min(wrap_up_due_at) FROM interactions_leg WHERE state = 'wrapping'),
                (SELECT min(until) FROM interactions_refusal),
                (SELECT min(step_due_at) FROM interactions_interaction
                    WHERE state = 'queued' AND step_due_at IS NOT NULL),
                (SELECT min(prefer_until) FROM interactions_interaction
                    WHERE state = 'queued' AND prefer_agent_id IS NOT NULL))
            """
        )
        row = cursor.fetchone()
    if row[0] is None:
        return longest
    return float(min(longest, max(0.02, (row[0] - at).total_seconds())))
