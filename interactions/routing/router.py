"""Calls the decision (match.sql) right after the commit that made it possible, and looks again.

Never raises to its caller: what it could not match is found by the sweep.
"""

from __future__ import annotations

import logging
import random
import time
from datetime import datetime
from functools import partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import QuerySet

from bpo.kernel import clock
from bpo.kernel.composed import asked, composed, first
from interactions import journal
from interactions.models import JournalEntry, Kind, Leg

logger = logging.getLogger(__name__)

LOOKS = 3  # the first and two more, when somebody else held a row that was wanted
PAUSE_SECONDS = 0.01


def place(entry: JournalEntry) -> None:
    """Reaction: the contact of this entry may be waiting."""
    if entry.interaction_id:
        interaction_waits(entry.interaction_id)


def freed(entry: JournalEntry) -> None:
    """Reaction: the agent of this entry's leg may have room."""
    agent_id = agent_of(entry)
    if agent_id is not None:
        agent_has_room(agent_id)


def agent_of(entry: JournalEntry) -> int | None:
    """The agent of the leg an entry is about."""
    return None if entry.leg_id is None else first(_agents(entry.leg_id))


def interaction_waits(interaction_id: int, *, at: datetime | None = None, looks: int = LOOKS) -> bool:
    """Look for an agent for this contact; whether it is offered now."""
    return _look("SELECT * FROM match_interaction(%s, %s)", interaction_id, at, looks)


def agent_has_room(agent_id: int, *, at: datetime | None = None, looks: int = LOOKS) -> bool:
    """Look for a contact for this agent; whether one is offered now.

    An open offer takes no second one, so one success ends it; its answer looks again.
    """
    return _look("SELECT * FROM match_agent(%s, %s)", agent_id, at, looks)


def _look(sql: str, key: int, at: datetime | None, looks: int) -> bool:
    """Look until there is nothing more to find; a row that somebody else held is looked for again after a moment.

    Where an older contact of the lane went first, the one that was asked for is looked at once more, at once.
    """
    offered = False
    try:
        for look in range(looks):
            if look and not offered:
                time.sleep(random.uniform(0, PAUSE_SECONDS))
            entry_id, again = _call(sql, key, at or clock.now())
            offered = entry_id is not None
            if not again:
                break
    except Exception:
        logger.exception("no match for %s", key)
    return offered


def _call(sql: str, key: int, at: datetime) -> tuple[int | None, bool]:
    """One decision, which is a transaction of its own for being one statement; announces after commit the journal
    entry that the SQL wrote."""
    entry_id, again = asked(sql, [key, at])[0]
    if entry_id is not None:
        transaction.on_commit(partial(_announce, entry_id))
    return entry_id, bool(again)


def _announce(entry_id: int) -> None:
    """By what is known of it; the rest is read when somebody asks."""
    journal.announce([JournalEntry.from_db(DEFAULT_DB_ALIAS, ["id", "kind"], [entry_id, Kind.OFFERED])])


@composed
def _agents(leg_id: Any) -> QuerySet[Leg, int]:
    return Leg.objects.order_by().filter(pk=leg_id).values_list("agent_id", flat=True)
