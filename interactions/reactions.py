"""The list: what follows from each journal kind after commit. Nothing else reacts to anything.

A reaction only wakes whoever works the rows that the operation wrote; one that fails is logged and the next
still runs. Order: match, push, tasks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from agents import presence
from agents import signals as agent_signals
from agents.models import Agent
from bpo.accounts.models import User
from bpo.kernel import clock
from bpo.kernel import push as kernel_push
from clients.models import Queue
from clients.signals import addresses_changed, queue_rules_changed, queue_use_asked, share_changed, standing_changed
from interactions import handing_back, journal, lines, push, runs, standing, states, tasks, waits
from interactions.models import JournalEntry, Kind
from interactions.routing import router
from interactions.signals import call_troubled, mail_moved, recorded

logger = logging.getLogger(__name__)

Reaction = Callable[[JournalEntry], None]


def wish_fulfilled(entry: JournalEntry) -> None:
    """A leg ended: a break or sign-out that its agent wished for begins with the last one. Before any new offer."""
    leg = router.whose(entry)
    if leg is not None and leg.wishes:
        # What stepped aside for the contact that has ended is still in her hand.
        states.set_back(leg.agent_id)
        presence.leg_ended(leg.agent_id)


def notice_due(entry: JournalEntry) -> None:
    """A worker sends it now; without Redis beat finds its row."""
    kernel_push.start(tasks.send_notices, [entry.notice_id])


def recording_ended(entry: JournalEntry) -> None:
    """A worker makes it whole; without Redis beat finds it."""
    kernel_push.start(tasks.finish_recordings)


REACTIONS: dict[Kind, list[Reaction]] = {
    Kind.QUEUED: [router.place, waits.foretell],
    Kind.OFFERED: [push.screen_pop],
    Kind.ACCEPTED: [runs.accepted, router.freed, push.offer_gone],
    Kind.UNPARKED: [runs.accepted],
    Kind.ASSIGNED: [runs.accepted],
    Kind.DECLINED: [wish_fulfilled, router.place, router.freed, push.offer_gone],
    Kind.MISSED: [wish_fulfilled, router.place, router.freed, push.offer_gone],
    Kind.RESCINDED: [wish_fulfilled, router.place, router.freed, push.offer_gone],
    Kind.DISPOSED: [wish_fulfilled, router.freed],
    Kind.ENDED: [wish_fulfilled, router.freed],
    Kind.PARKED: [wish_fulfilled, router.freed],
    Kind.TRANSFERRED: [runs.handed_on, wish_fulfilled, router.freed],
    Kind.TAKEN_BACK: [wish_fulfilled, router.place, router.freed],
    Kind.CONSOLE_LOST: [wish_fulfilled, router.place],
    Kind.MEDIA_FAILED: [wish_fulfilled, router.place, router.freed],
    Kind.REPRIORITISED: [router.place],
    Kind.STEP_REACHED: [router.place],
    Kind.CONSULT_ENDED: [wish_fulfilled, router.freed],
    Kind.NOTICE_WRITTEN: [notice_due],
    Kind.RECORDING_STOPPED: [recording_ended],
    Kind.NOTE_ADDED: [push.case_noted],
}

# Kinds that change nothing anybody looks at live.
SILENT = frozenset(
    {
        Kind.ARRIVED, Kind.POP_SHOWN, Kind.DRAFT_SENT, Kind.ACCOUNT_OPENED, Kind.RECORDING_HEARD,
        Kind.MESSAGE_LEFT,  # who looks at the mail is told by itself (mail_moved)
    }
)  # fmt: skip


def react(sender: Any, entry: JournalEntry, **kwargs: Any) -> None:
    """Run the reactions to one committed entry."""
    kind = Kind(entry.kind)
    reactions = list(REACTIONS.get(kind, []))
    if kind not in SILENT and push.screen_pop not in reactions:  # which tells everybody itself
        reactions.append(push.everybody_sees)
    for reaction in reactions:
        if entry.placed and entry.leg_id is None and reaction is push.everybody_sees:
            continue  # the offer tells the same, but not to whose leg an entry is about
        try:
            reaction(entry)
        except Exception:
            logger.exception("reaction %s to %s failed", getattr(reaction, "__name__", reaction), entry.kind)


# --- agents ----------------------------------------------------------------------------------------------------------


def agent_available(sender: Any, agent_id: int, **kwargs: Any) -> None:
    """After commit: look for something for her."""
    router.agent_has_room(agent_id)


def agent_refitted(sender: Any, agent_id: int, why: str, **kwargs: Any) -> None:
    """Inside the change of her licence, skills, team or profile: lanes and offers follow; then look for something."""
    handing_back.refit(agent_id, why, at=clock.now())
    transaction.on_commit(lambda: router.agent_has_room(agent_id))


def queue_switched(
    sender: Any, agent: Agent, queue: Queue, on: bool, by: User, reason: str, at: datetime, **kwargs: Any
) -> None:
    """Inside the change: journal who took which line from whom, or gave it back, and why."""
    whom, line = str(agent.public_id), str(queue.public_id)
    journal.record(queue.client, Kind.FORCED, by=by, at=at, agent=whom, queue=line, on=on, reason=reason)


def agent_leaves(sender: Any, agent_id: int, **kwargs: Any) -> None:
    """Before her seat is locked: hers and those of all on her contacts, in one order."""
    states.take_seats_around(agent_id)


def offer_withdrawn(sender: Any, agent_id: int, why: str, at: datetime, **kwargs: Any) -> None:
    """Inside her leaving: open offers go back."""
    handing_back.withdraw_offers(agent_id, why, at=at)


def consoles_gone(sender: Any, agent_id: int, at: datetime, **kwargs: Any) -> None:
    """Inside the loss of her last console."""
    handing_back.consoles_gone(agent_id, at=at)
    transaction.on_commit(partial(push.desk_lost, agent_id), robust=True)


def console_back(sender: Any, agent_id: int, at: datetime, **kwargs: Any) -> None:
    """Inside the return of her console."""
    handing_back.console_back(agent_id, at=at)


def agent_deactivated(sender: Any, agent_id: int, at: datetime, **kwargs: Any) -> None:
    """Inside her deactivation."""
    handing_back.leave(agent_id, at=at)


def presence_shown(sender: Any, agent_id: int, **kwargs: Any) -> None:
    """After commit: her console and the floors show it."""
    push.presence_changed(agent_id)


def mail_shown(sender: Any, interaction_id: int, **kwargs: Any) -> None:
    """After commit: the desks that show the mail."""
    push.mail_moved(interaction_id)


def trouble_shown(sender: Any, interaction_id: int, **kwargs: Any) -> None:
    """The exchange of a call is away, or back: the desks that hold it."""
    push.call_troubled(interaction_id)


def connect() -> None:
    """Called once when the app is ready."""
    agent_signals.became_available.connect(agent_available, dispatch_uid="interactions.agent_available")
    agent_signals.eligibility_changed.connect(agent_refitted, dispatch_uid="interactions.agent_refitted")
    agent_signals.queue_switched.connect(queue_switched, dispatch_uid="interactions.queue_switched")
    agent_signals.leaving.connect(agent_leaves, dispatch_uid="interactions.agent_leaves")
    agent_signals.offer_withdrawn.connect(offer_withdrawn, dispatch_uid="interactions.offer_withdrawn")
    agent_signals.consoles_gone.connect(consoles_gone, dispatch_uid="interactions.consoles_gone")
    agent_signals.console_back.connect(console_back, dispatch_uid="interactions.console_back")
    agent_signals.deactivated.connect(agent_deactivated, dispatch_uid="interactions.agent_deactivated")
    agent_signals.presence_changed.connect(presence_shown, dispatch_uid="interactions.presence_shown")
    standing_changed.connect(standing.standing_changed, dispatch_uid="interactions.standing")
    addresses_changed.connect(standing.addresses_changed, dispatch_uid="interactions.addresses_changed")
    queue_rules_changed.connect(lines.rules_changed, dispatch_uid="interactions.queue_rules_changed")
    share_changed.connect(lines.share_changed, dispatch_uid="interactions.share_changed")
    queue_use_asked.connect(lines.count_use, dispatch_uid="interactions.queue_use_asked")
    mail_moved.connect(mail_shown, dispatch_uid="interactions.mail_shown")
    call_troubled.connect(trouble_shown, dispatch_uid="interactions.trouble_shown")
    recorded.connect(react, dispatch_uid="interactions.reactions")
