"""What a change of a line means to the work: new lanes for those waiting, and whether it is empty."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction

from bpo.accounts.models import User
from clients.models import Client, Queue
from interactions import eligibility
from interactions.callback_rows import OPEN_STATES
from interactions.models import Callback, Interaction, State
from interactions.routing import router

HERE = (State.QUEUED, State.OFFERED)
IN_HAND = (State.ACTIVE, State.HELD, State.PARKED, State.WRAP_UP)


def rules_changed(sender: Any, queue: Queue, by: User | None, why: str, **kwargs: Any) -> None:
    """Inside the change: a new version with new lanes; after it, those waiting are looked at again."""
    eligibility.queue_changed(queue, by=by, why=why)
    transaction.on_commit(partial(look_again, queue.pk))


def share_changed(sender: Any, client: Client, **kwargs: Any) -> None:
    """After commit: whoever waits in any of its lines may be served now."""
    for queue_id in client.queues.values_list("pk", flat=True):
        look_again(queue_id)


def look_again(queue_id: int) -> None:
    """Match everybody who waits in the line, oldest first."""
    waiting = Interaction.objects.filter(queue_id=queue_id, state=State.QUEUED).order_by("enqueued_at")
    for interaction_id in waiting.values_list("pk", flat=True)[:200]:
        router.interaction_waits(interaction_id)


def count_use(sender: Any, queue: Queue, counts: dict[str, int], **kwargs: Any) -> None:
    """How many wait in it, how many of it are parked or in hand, and how many promises name it."""
    contacts = Interaction.objects.filter(queue=queue)
    counts["waiting"] += contacts.filter(state__in=HERE).count()
    counts["in_hand"] += contacts.filter(state__in=IN_HAND).count()
    counts["promised"] += Callback.objects.filter(queue=queue, state__in=OPEN_STATES).count()
