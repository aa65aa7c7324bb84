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
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from bpo.kernel import clock
from bpo.kernel.asking import asked
from bpo.kernel.composed import composed, first
from clients.models import Queue
from interactions import journal
from interactions.models import Interaction, JournalEntry, Kind, Leg, State

logger = logging.getLogger(__name__)

LOOKS = 3  # the first and two more, when somebody else held a row that was wanted
PAUSE_SECONDS = 0.01

# The decision and the card of what it offered, in one way to the database and back.
DECIDED = (
    "SELECT made.entry, made.again, made.leg, card.* FROM {}(%s, %s) made LEFT JOIN offer_card(made.leg) card ON true"
)
FOR_INTERACTION, FOR_AGENT = DECIDED.format("match_interaction"), DECIDED.format("match_agent")


def place(entry: JournalEntry) -> None:
    """Reaction: the contact of this entry may be waiting."""
    if entry.interaction_id:
        entry.placed = interaction_waits(entry.interaction_id)


def freed(entry: JournalEntry) -> None:
    """Reaction: the agent of this entry's leg may have room, and below its ceiling the client for whoever waits."""
    leg = whose(entry)
    if leg is None:
        return
    agent_has_room(leg.agent_id)
    if leg.has_ceiling:
        for interaction_id in _heads(leg.client_id):
            interaction_waits(interaction_id)


def whose(entry: JournalEntry) -> Any:
    """The agent of this entry's leg, whether she wishes for something after her last one, and her client's ceiling."""
    if entry.whose is None and entry.leg_id is not None:
        entry.whose = first(_legs(entry.leg_id))
    return entry.whose


def interaction_waits(interaction_id: int, *, at: datetime | None = None, looks: int = LOOKS) -> bool:
    """Look for an agent for this contact; whether it is offered now."""
    return _look(FOR_INTERACTION, interaction_id, at, looks)


def agent_has_room(agent_id: int, *, at: datetime | None = None, looks: int = LOOKS) -> bool:
    """Look for a contact for this agent; whether one is offered now.

    An open offer takes no second one, so one success ends it; its answer looks again.
    """
    return _look(FOR_AGENT, agent_id, at, looks)


def _look(sql: str, key: int, at: datetime | None, looks: int) -> bool:
    """Look until there is nothing more to find; a row that somebody else held is looked for again after a moment.

    Where an older contact of the lane went first, the one that was asked for is looked at once more, at once.
    """
    offered = found = False
    try:
        for look in range(looks):
            if look and not found:
                time.sleep(random.uniform(0, PAUSE_SECONDS))
            entry_id, again = _call(sql, key, at or clock.now())
            found = entry_id is not None
            offered = found and not again
            if not again:
                break
    except Exception:
        logger.exception("no match for %s", key)
    return offered


def _call(sql: str, key: int, at: datetime) -> tuple[int | None, bool]:
    """One decision, which is a transaction of its own for being one statement; announces after commit the journal
    entry that the SQL wrote."""
    entry_id, again, *offer = asked(sql, [key, at])[0]
    if entry_id is not None:
        transaction.on_commit(partial(_announce, entry_id, *offer))
    return entry_id, bool(again)


def _announce(entry_id: int, leg_id: int, *card: Any) -> None:
    """By what is known of it; the rest is read when somebody asks."""
    entry = JournalEntry.from_db(DEFAULT_DB_ALIAS, ["id", "leg_id", "kind"], [entry_id, leg_id, Kind.OFFERED])
    entry.card = card if card[0] else None
    journal.announce([entry])


@composed
def _legs(leg_id: Any) -> QuerySet[Leg, Any]:
    lines = Queue.objects.filter(client_id=OuterRef("client_id"), ceiling_seats__isnull=False)
    capped = ExpressionWrapper(Q(client__ceiling_seats__isnull=False) | Exists(lines), output_field=BooleanField())
    wishes = ExpressionWrapper(
        ~Q(agent__seat__wish="") | Q(agent__seat__wish_sign_out=True), output_field=BooleanField()
    )
    rows = Leg.objects.order_by().filter(pk=leg_id).annotate(has_ceiling=capped, wishes=wishes)
    return rows.values_list("agent_id", "client_id", "has_ceiling", "wishes", named=True)


@composed
def _heads(client_id: Any) -> QuerySet[Interaction, int]:
    """Who stands first in each lane of a client."""
    waiting = Interaction.objects.filter(client_id=client_id, state=State.QUEUED)
    heads = waiting.order_by("lane_id", "-band", "order_key", "pk").distinct("lane_id")
    return heads.values_list("pk", flat=True)
