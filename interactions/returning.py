"""Who dropped out of a line and is back within a minute takes the old place; the first contact leaves the figures."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from interactions import journal
from interactions.models import Interaction, Kind, Outcome

BACK_IN_TIME = timedelta(seconds=60)


def dropped(interaction: Interaction, *, at: datetime) -> Interaction | None:
    """The contact that the same customer abandoned in the same line and channel less than a minute ago.

    It is marked as come back at once: of two calls at the same moment one finds it.
    """
    left = Interaction.objects.filter(
        customer=interaction.customer_id, queue=interaction.queue_id, channel=interaction.channel,
        outcome=Outcome.ABANDONED, came_back=False, closed_at__gte=at - BACK_IN_TIME,
    )  # fmt: skip
    found = left.order_by("-closed_at").first()
    return found if found is not None and mark(found) else None


def mark(left: Interaction) -> bool:
    """It leaves the figures; False when it had done so before."""
    rows = Interaction.objects.filter(pk=left.pk, came_back=False)
    return bool(rows.update(came_back=True, version=F("version") + 1))


def came_back(left: Interaction, again: Interaction, *, at: datetime) -> None:
    """The customer of a contact that was abandoned is here again with another one."""
    mark(left)
    journal.record(left, Kind.CAME_BACK, by_name="customer", at=at, to=str(again.public_id))
