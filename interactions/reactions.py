"""The list: what follows from each journal kind after commit. Nothing else reacts to anything.

A reaction only wakes whoever works the rows that the operation wrote; one that fails is logged and the next
still runs. Order: match, push, tasks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from interactions import push
from interactions.models import JournalEntry, Kind
from interactions.routing import router
from interactions.signals import recorded

logger = logging.getLogger(__name__)

Reaction = Callable[[JournalEntry], None]

REACTIONS: dict[Kind, list[Reaction]] = {
    Kind.QUEUED: [router.place],
    Kind.OFFERED: [push.screen_pop],
    Kind.ACCEPTED: [router.freed, push.offer_gone],
    Kind.DECLINED: [router.place, router.freed, push.offer_gone],
    Kind.MISSED: [router.place, router.freed, push.offer_gone],
    Kind.RESCINDED: [router.place, router.freed, push.offer_gone],
    Kind.DISPOSED: [router.freed],
    Kind.ENDED: [router.freed],
    Kind.PARKED: [router.freed],
    Kind.TRANSFERRED: [router.freed],
    Kind.TAKEN_BACK: [router.place, router.freed],
    Kind.CONSOLE_LOST: [router.place],
    Kind.REPRIORITISED: [router.place],
    Kind.LEFT: [router.freed],
    Kind.CONSULT_ENDED: [router.freed],
}

# Kinds that change nothing anybody looks at live.
SILENT = frozenset({Kind.ARRIVED, Kind.POP_SHOWN, Kind.DRAFT_SENT, Kind.ACCOUNT_OPENED, Kind.RECORDING_HEARD})


def react(sender: Any, entry: JournalEntry, **kwargs: Any) -> None:
    """Run the reactions to one committed entry."""
    kind = Kind(entry.kind)
    reactions = list(REACTIONS.get(kind, []))
    if kind not in SILENT:
        reactions += [push.items_changed, push.customer_sees, push.floor_changed]
    for reaction in reactions:
        try:
            reaction(entry)
        except Exception:
            logger.exception("reaction %s to %s failed", getattr(reaction, "__name__", reaction), entry.kind)


def connect() -> None:
    """Called once when the app is ready."""
    recorded.connect(react, dispatch_uid="interactions.reactions")
