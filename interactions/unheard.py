"""A call that was accepted and in which the two never heard each other: not answered, whatever ended it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from bpo.kernel import push
from interactions import closing, journal, media, offers, queueing, states
from interactions.adapters import VOICES
from interactions.models import (
    CallLink,
    CallMedia,
    ChatSession,
    Direction,
    EndedBy,
    Interaction,
    Kind,
    Leg,
    LegState,
    Outcome,
    State,
)

# So many agents whom the caller did not hear: it lies with him, and the next one is not asked for nothing.
MOST_UNHEARD = 3


def ended(leg: Leg, row: CallMedia, *, ended_by: EndedBy, by: journal.Actor | None, at: datetime) -> Leg:
    """Somebody hung up before: the customer has abandoned the line, or the agent has let his call go back to it.

    The caller holds the seats, and no colleague is beside her any more.
    """
    if ended_by == EndedBy.CUSTOMER:
        _abandoned(leg, row, at=at)
    else:
        failed(leg, row, why="ended before it began", by=by, at=at)
    return leg


def _abandoned(leg: Leg, row: CallMedia, *, at: datetime) -> None:
    """With his real wait; she has nothing to wrap up."""
    media.settle(row, at=at)
    _end_hold(leg, at=at)
    states.move(leg, LegState.COMPLETED, at=at, work_ended_at=at, ended_at=at, ended_by=EndedBy.CUSTOMER)
    journal.record(leg, Kind.ENDED, by_name="customer", at=at, leg=str(leg.public_id), by_whom=EndedBy.CUSTOMER)
    queueing.leave_queue(leg.interaction, Outcome.ABANDONED, at)
    closing.close(leg.interaction, Outcome.ABANDONED, by_name="customer", at=at)


def came_by_link(leg: Leg) -> bool:
    """Whether it is a call of ours to which the customer came by a link: he stands in no line to which he could go
    back, and the agent has him by telephone, as before."""
    return leg.interaction.direction == Direction.OUTBOUND and not leg.interaction.visits.filter(left_at=None).exists()


def back_to_telephone(leg: Leg, *, why: str, at: datetime) -> None:
    """The page that came by a link was not heard, or is gone before: her contact goes on without it.

    Whoever presses again comes again, as long as the link is good. The caller holds the seats.
    """
    media.page_gone(leg)
    _end_hold(leg, at=at)
    ChatSession.objects.filter(interaction=leg.interaction_id).update(interaction=None)
    CallLink.objects.filter(interaction=leg.interaction_id).update(page="")
    Interaction.objects.filter(pk=leg.interaction_id).update(carrier="", version=states.NEXT_VERSION)
    leg.interaction.refresh_from_db(fields=["carrier", "version"])
    journal.record(leg, Kind.LINK_LEFT, at=at, leg=str(leg.public_id), why=why)


def failed(leg: Leg, row: CallMedia, *, why: str, by: journal.Actor | None = None, at: datetime) -> None:
    """No voice came in time, or she hung up before: he keeps his place, and she is not asked again at once.

    Where his own page has heard nobody again and again the contact ends (decision 0019). The caller holds the seats.
    """
    if came_by_link(leg):
        back_to_telephone(leg, why=why, at=at)
        return
    media.settle(row, at=at)
    interaction = leg.interaction
    _end_hold(leg, at=at)
    states.move(leg, LegState.LOST, at=at, work_ended_at=at, ended_at=at, ended_by=EndedBy.SYSTEM)
    heard = [side.value for side in media.Side if getattr(row, f"{side}_at")]
    # Of an exchange a failed line says nothing of him: it may be her telephone, which he cannot mend.
    counts = by is None and VOICES[interaction.carrier].in_pages and media.Side.CUSTOMER not in heard
    gives_up = counts and _unheard_before(interaction, but=leg.agent_id) + 1 >= MOST_UNHEARD and push.answers()
    facts: dict[str, Any] = {"gave_up": True}
    if not gives_up:
        assert interaction.queue is not None, "it was waiting in one"
        facts = {"delay": offers.refuse(leg, seconds=interaction.queue.busy_delay_seconds, why="busy", at=at)}
    journal.record(leg, Kind.MEDIA_FAILED, by=by, at=at, leg=str(leg.public_id), why=why, heard=heard, **facts)
    if gives_up:
        queueing.leave_queue(interaction, Outcome.TIMED_OUT, at)
        closing.close(interaction, Outcome.TIMED_OUT, at=at)
        return
    offers.back_in_line(leg, at=at)


def _unheard_before(interaction: Interaction, *, but: int) -> int:
    """How many other agents he has not heard since he last talked to one, but for those who hung up themselves.

    Agents, not tries: one desk without a way to him says nothing of his.
    """
    talked = interaction.journal.filter(kind=Kind.MEDIA_CONNECTED).order_by().aggregate(last=Max("pk"))["last"] or 0
    failed_ = interaction.journal.filter(kind=Kind.MEDIA_FAILED, actor__isnull=True, pk__gt=talked)
    unheard = failed_.exclude(facts__heard__contains=[media.Side.CUSTOMER.value])
    return unheard.exclude(leg__agent=but).aggregate(n=Count("leg__agent", distinct=True))["n"]


def gave_up(interaction: Interaction) -> bool:
    """Whether it ended because its customer heard nobody."""
    return interaction.journal.filter(kind=Kind.MEDIA_FAILED, facts__gave_up=True).exists()


def _end_hold(leg: Leg, *, at: datetime) -> None:
    """She had put him on hold already."""
    if leg.interaction.state == State.HELD:
        states.move(leg.interaction, State.ACTIVE, at=at)
        Leg.objects.filter(pk=leg.pk).update(on_hold=False, hold_since=None)
