"""What ends waiting without an agent: the wait limit, the hours, and that nobody is left who could serve."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Max, Q, QuerySet, Value

from agents.models import Presence, Seat
from bpo.kernel.errors import DomainError
from bpo.kernel.steps import each
from clients import hours, opening
from clients.models import Channel, EntryPoint, Queue, WhenUnstaffed
from interactions import callback_work, callbacks, closing, prospect_calls
from interactions.models import (
    AgentLane,
    CallbackOrigin,
    Direction,
    Envelope,
    Interaction,
    Lane,
    Origin,
    Outcome,
    State,
)
from interactions.routing.timers import BATCH

LIVE_CHANNELS = (Channel.VOICE, Channel.CHAT)


def waiting_live() -> QuerySet[Interaction]:
    """Customers who wait on a live channel, longest first."""
    rows = Interaction.objects.filter(state=State.QUEUED, channel__in=LIVE_CHANNELS)
    return rows.select_related("queue", "client", "customer", "entry_point").order_by("enqueued_at")


def wait_limits(at: datetime) -> int:
    """Waited for longer than the line allows: a callback is promised, or the contact ends as timed out.

    What counts is this stay in the line; who comes back to an old place out of a talk has not waited all that time.
    """
    limit = ExpressionWrapper(F("queue__wait_limit_seconds") * timedelta(seconds=1), output_field=DurationField())
    limited = waiting_live().filter(direction=Direction.INBOUND, queue__wait_limit_seconds__isnull=False)
    over = limited.annotate(limit=limit).filter(
        visits__left_at__isnull=True, visits__entered_at__lte=Value(at) - F("limit")
    )
    return each(over[:BATCH], lambda one: promise_or_close(one, CallbackOrigin.QUEUE, Outcome.TIMED_OUT, at))


def hours_over(at: datetime) -> int:
    """The hours ended longer ago than the line drains: those still waiting are promised a callback."""
    limited = waiting_live().filter(Q(queue__hours__isnull=False) | Q(entry_point__hours__isnull=False))
    done = 0
    waits = limited.order_by().values_list("queue", "entry_point", "origin").distinct()
    for queue_id, door_id, called in {(queue, door, origin == Origin.CALLBACK) for queue, door, origin in waits}:
        queue = Queue.objects.select_related("client", "hours__client").get(pk=queue_id)
        # We call: the hours of who calls hold, not those of the door at which it was promised.
        door = (
            None if called else EntryPoint.objects.select_related("client", "hours__client").filter(pk=door_id).first()
        )
        calendar = opening.calendar_at(door, queue)
        closed_since = at - timedelta(seconds=queue.drain_seconds)
        if hours.is_open(calendar, at) or hours.open_seconds_between(calendar, closed_since, at) > 0:
            continue
        here = waiting_live().filter(queue=queue, entry_point=door_id)
        for_all = here.filter(origin=Origin.CALLBACK) if called else here.exclude(origin=Origin.CALLBACK)
        done += each(
            for_all[:BATCH], lambda one: promise_or_close(one, CallbackOrigin.AFTER_HOURS, Outcome.NO_AGENT, at)
        )
    return done


def nobody_left(at: datetime) -> int:
    """The last agent who could serve has signed out or may serve no more: the line's rule holds for those waiting."""
    ruled = Queue.objects.exclude(when_unstaffed=WhenUnstaffed.WAIT).filter(
        pk__in=waiting_live().order_by().values("queue")
    )
    done = 0
    for queue in ruled:
        for lane in Lane.objects.filter(pk__in=waiting_live().filter(queue=queue).order_by().values("lane")):
            seats = Seat.objects.filter(pk__in=AgentLane.objects.filter(lane=lane).values("agent_id"))
            if seats.exclude(presence=Presence.SIGNED_OUT).exists():
                continue
            signed_out = seats.aggregate(last=Max("since"))["last"]
            # Who came when nobody was there was let in by the door's own rule and waits.
            left = [each for each in (signed_out, lane.left_at) if each is not None]
            if not left:
                continue
            stranded = waiting_live().filter(queue=queue, lane=lane, enqueued_at__lte=max(left))
            if queue.when_unstaffed == WhenUnstaffed.OVERFLOW:
                # The next step is due now; where nobody serves that one either, the one after it in a moment.
                stranded.filter(step_due_at__gt=at).update(step_due_at=at)
                continue
            promised = queue.when_unstaffed == WhenUnstaffed.CALLBACK

            def act(one: Interaction, promised: bool = promised) -> bool:
                if promised:
                    return promise_or_close(one, CallbackOrigin.UNSTAFFED, Outcome.NO_AGENT, at)
                return close(one, Outcome.NO_AGENT, at)

            done += each(stranded[:BATCH], act)
    return done


def promise_or_close(interaction: Interaction, origin: CallbackOrigin, otherwise: Outcome, at: datetime) -> bool:
    """Promise a callback and close; out of reach: just close. An attempt to call back waits for its next try.

    Who was reached and then handed on has nothing promised any more, and is promised anew like anybody who waits.
    """
    if interaction.origin == Origin.CALLBACK and callback_work.put_back(interaction, why=str(otherwise), at=at):
        return True
    if prospect_calls.nobody_asked_for_it(interaction):
        return close(interaction, otherwise, at)
    number, address = reach(interaction)
    if number or address:
        try:
            return bool(callbacks.instead_of_waiting(interaction, origin=origin, number=number, address=address, at=at))
        except DomainError:
            interaction.refresh_from_db()
    return close(interaction, otherwise, at)


def reach(interaction: Interaction) -> tuple[str, str]:
    """The number and address under which this customer can be reached: as he came, else as we know him."""
    envelope = Envelope.objects.filter(pk=interaction.pk).first()
    number = envelope.from_phone if envelope else ""
    address = envelope.from_address if envelope else ""
    if interaction.customer and not number:
        number = interaction.customer.phones.values_list("number", flat=True).first() or ""
    if interaction.customer and not address:
        address = interaction.customer.addresses.values_list("address", flat=True).first() or ""
    return number, address


@transaction.atomic
def close(interaction: Interaction, outcome: Outcome, at: datetime) -> bool:
    """Close what waits; somebody who was offered meanwhile keeps it (StaleState)."""
    if interaction.state != State.QUEUED:
        return False
    closing.close(interaction, outcome, at=at)
    return True
