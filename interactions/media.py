"""The voices of a web call: awaited from the accept on, and what it means that both have come.

Of a call that has no page of its customer (a telephone's, one brought in by API) nobody can tell; it counts by its
accept, as ever.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from bpo.kernel import clock
from bpo.kernel.asking import operation
from interactions import journal, queueing, states
from interactions.models import CallMedia, Interaction, Kind, Leg, LegState, Origin

WITHIN = timedelta(seconds=10)


class Side(StrEnum):
    """Whose page says that it hears the other."""

    CUSTOMER = "customer"
    AGENT = "agent"


def is_awaited(interaction: Interaction) -> bool:
    """Whether this contact is a call between two pages."""
    return interaction.origin == Origin.WEB_CALL and interaction.chat_sessions.exists()


def await_both(leg: Leg, *, at: datetime) -> None:
    """From the accept on both must hear each other within the time; the visit to the line goes on until then."""
    CallMedia.objects.create(leg=leg, due_at=at + WITHIN)


def unsettled(leg: Leg) -> CallMedia | None:
    """The row of a leg whose voices have not both come yet."""
    if leg.interaction.origin != Origin.WEB_CALL:
        return None
    return CallMedia.objects.filter(leg=leg, settled_at__isnull=True).first()


def settle(row: CallMedia, *, at: datetime) -> None:
    """Nobody waits for these voices any more."""
    row.settled_at = at
    row.save()


@operation
def came(leg: Leg, side: Side, *, at: datetime | None = None) -> bool:
    """This side hears the other. The second of the two answers the call; whether it did so now. Twice is once."""
    states.take_seats_on(leg.interaction_id, leg.agent_id)
    leg = Leg.objects.select_related("interaction").get(pk=leg.pk)
    row = unsettled(leg)
    if row is None or leg.state != LegState.HANDLING:
        return False
    at = at or clock.now()
    if getattr(row, f"{side}_at") is None:
        setattr(row, f"{side}_at", at)
    if not (row.customer_at and row.agent_at):
        row.save()
        return False
    settle(row, at=at)
    queueing.leave_queue(leg.interaction, "answered", at)
    journal.record(leg, Kind.MEDIA_CONNECTED, at=at, leg=str(leg.public_id), how="web call")
    return True
