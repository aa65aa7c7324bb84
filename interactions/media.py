"""The voices of a call: awaited from the accept on, and what it means that both have come.

Of a call that nothing of ours carries (the agent's own telephone, one brought in by API) nobody can tell; it counts by
its accept, as ever.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from bpo.kernel import clock
from bpo.kernel.asking import operation
from bpo.kernel.errors import DomainError
from interactions import case_duty, journal, queueing, states
from interactions.adapters import VOICES
from interactions.models import CallMedia, Direction, Interaction, Kind, Leg, LegState, State

WITHIN = timedelta(seconds=10)


class NotHeardYet(DomainError):
    """The two of a call do not hear each other yet."""

    code = "not_heard_yet"
    sentence = _("The call is only being connected. Try again in a moment.")


class Side(StrEnum):
    """Who is said to hear the other."""

    CUSTOMER = "customer"
    AGENT = "agent"


def is_awaited(interaction: Interaction) -> bool:
    """Whether this contact is a call between two pages, whose voices are awaited at her desk."""
    return VOICES[interaction.carrier].in_pages


def is_told(interaction: Interaction) -> bool:
    """Whether it is a call of which we are told when the two hear each other."""
    return VOICES[interaction.carrier].says_heard


def begins(interaction: Interaction, *, at: datetime) -> bool:
    """Her work on a waiting contact begins, and its wait is over: False; True where both must hear each other first.

    Until then the visit to the line goes on, and with it the time of its next step; see `await_both`.
    """
    kept: dict[str, None] = {"due_at": None, "prefer_agent": None, "prefer_until": None}
    awaited = is_told(interaction)
    if not awaited:
        kept["step_due_at"] = None
        queueing.leave_queue(interaction, "answered", at)
    states.move(interaction, State.ACTIVE, at=at, **kept)
    return awaited


def told(awaited: bool) -> dict[str, Any]:
    """What the journal adds to an accept that is no answer yet: that comes with `media_connected`."""
    return {"media": True} if awaited else {}


def await_both(leg: Leg, *, at: datetime) -> None:
    """Within the time both must hear each other, or the offer has failed."""
    CallMedia.objects.create(leg=leg, due_at=at + WITHIN)


def await_colleague(leg: Leg) -> None:
    """A colleague is asked in: between pages her way to the customer is made beside the talk, however long it takes.

    An exchange has both on its own lines already.
    """
    if is_awaited(leg.interaction):
        CallMedia.objects.create(leg=leg)


def unsettled(leg: Leg) -> CallMedia | None:
    """The row of a leg whose voices are awaited, in time, and have not both come yet."""
    row = _open(leg)
    return row if row is not None and row.due_at is not None else None


def has_way(leg: Leg) -> bool:
    """Whether this leg and the customer hear each other, or would, were he not on hold."""
    return _open(leg) is None


def _open(leg: Leg) -> CallMedia | None:
    if not is_told(leg.interaction):
        return None
    return CallMedia.objects.filter(leg=leg, settled_at__isnull=True).first()


def require_heard(leg: Leg) -> None:
    """NotHeardYet while the voices of the two are awaited: neither may be silenced before."""
    if unsettled(leg) is not None:
        raise NotHeardYet


def settle(row: CallMedia, *, at: datetime) -> None:
    """Nobody waits for these voices any more; what either page has said meanwhile stays."""
    row.settled_at = at
    CallMedia.objects.filter(pk=row.pk, settled_at__isnull=True).update(settled_at=at)


def page_came(leg: Leg, *, at: datetime) -> None:
    """The customer's page comes to a call that nothing of ours carried: all who are in it await his voice."""
    await_both(leg, at=at)
    beside = Leg.objects.filter(interaction=leg.interaction_id, state=LegState.HANDLING).exclude(pk=leg.pk)
    CallMedia.objects.bulk_create(CallMedia(leg=colleague) for colleague in beside)


def page_gone(leg: Leg) -> None:
    """It is gone before they heard each other: the call goes on as before, and what was awaited is in no figure."""
    CallMedia.objects.filter(leg__interaction=leg.interaction_id, settled_at__isnull=True).delete()


def give_up(leg: Leg, *, at: datetime) -> None:
    """A colleague who was asked in is out again; her way to the customer is of no use any more."""
    CallMedia.objects.filter(pk=leg.pk, settled_at__isnull=True).update(settled_at=at)


@operation
def came(leg: Leg, side: Side, *, at: datetime | None = None) -> bool:
    """This side hears the other. The second of the two answers the call; whether it did so now. Twice is once."""
    if _open(leg) is None:  # the usual answer, for which nobody waits for a seat
        return False
    states.take_seats_on(leg.interaction_id, leg.agent_id)
    leg = Leg.objects.select_related("interaction").get(pk=leg.pk)
    row = _open(leg)
    if row is None or leg.state != LegState.HANDLING:
        return False
    at = at or clock.now()
    if getattr(row, f"{side}_at") is None:
        setattr(row, f"{side}_at", at)
        row.save(update_fields=[f"{side}_at"])
    if not (row.customer_at and row.agent_at):
        return False
    settle(row, at=at)
    if row.due_at is None:  # the call was answered before she was asked in
        return False
    if leg.interaction.direction == Direction.OUTBOUND:
        case_duty.answered(leg.interaction)
        if leg.journal.filter(kind=Kind.MEDIA_CONNECTED).exists():  # by telephone: her talk began then
            CallMedia.objects.filter(pk=row.pk).update(due_at=None)
    Interaction.objects.filter(pk=leg.interaction_id).update(step_due_at=None)
    queueing.leave_queue(leg.interaction, "answered", at)
    journal.record(leg, Kind.MEDIA_CONNECTED, at=at, leg=str(leg.public_id), how=VOICES[leg.interaction.carrier].name)
    return True
