"""Write a fact in the transaction of the change, and announce it after commit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from agents.models import Agent
from bpo.accounts.models import User
from bpo.kernel import clock
from bpo.kernel.writing import insert_later
from clients.models import Client
from interactions.models import (
    Callback,
    Case,
    Interaction,
    JournalEntry,
    Kind,
    Leg,
    Notice,
    Prospect,
    ProspectState,
    Run,
)
from interactions.signals import recorded

About = Client | Interaction | Leg | Case | Callback | Notice | Run | Prospect
Actor = Agent | User


def keys_of(about: About) -> dict[str, Any]:
    """The journal's keys for a thing: an entry about a leg, run or notice carries its interaction and case too."""
    match about:
        case Client():
            return {"client_id": about.pk}
        case Interaction():
            return {"client_id": about.client_id, **_of("interaction", about), "case_id": about.case_id}
        case Leg():
            return {**keys_of(about.interaction), "leg_id": about.pk}
        case Run():
            return {**keys_of(about.interaction), "run_id": about.pk}
        case Case():
            return {"client_id": about.client_id, **_of("case", about)}
        case Callback():
            return {
                "client_id": about.client_id,
                "callback_id": about.pk,
                "case_id": about.case_id,
                "interaction_id": about.interaction_id or about.promised_from_id,
            }
        case Notice():
            return {
                "client_id": about.client_id,
                "notice_id": about.pk,
                "case_id": about.case_id,
                "interaction_id": about.interaction_id,
                "callback_id": about.callback_id,
            }
        case Prospect():
            # What is written down before it is called again has nothing to do with the last contact.
            call = about.interaction if about.state in (ProspectState.CALLING, ProspectState.DONE) else None
            return {"prospect_id": about.pk, **(keys_of(call) if call else {"client_id": about.client_id})}


def _of(name: str, row: Interaction | Case) -> dict[str, Any]:
    # What is inserted together with its entry has no key yet.
    return {f"{name}_id": row.pk} if row.pk else {name: row}


def record(
    about: About,
    kind: Kind,
    *,
    by: Actor | None = None,
    by_name: str = "",
    at: datetime | None = None,
    **facts: Any,
) -> JournalEntry:
    """Append one fact about a thing and announce it after commit; who did it as for `entry`."""
    made = entry(about, kind, by=by, by_name=by_name, at=at, **facts)
    insert_later(made)
    announce_after(made)
    return made


def entry(
    about: About,
    kind: Kind,
    *,
    by: Actor | None = None,
    by_name: str = "",
    at: datetime | None = None,
    **facts: Any,
) -> JournalEntry:
    """One fact about a thing, for who inserts it with the thing itself and then calls `announce_after`.

    `by` is who did it (its name is copied); `by_name` names a customer or a machine; neither means the system.
    """
    return JournalEntry(
        **keys_of(about),
        kind=kind,
        at=at or clock.now(),
        actor_id=by.user_id if isinstance(by, Agent) else by.pk if by else None,
        actor_name=(by_name or (str(by) if by else "system"))[:120],
        facts=facts,
    )


def announce_after(*entries: JournalEntry) -> None:
    """Announce each when the transaction is committed."""
    for one in entries:
        transaction.on_commit(partial(announce, [one]))


def announce(entries: Iterable[JournalEntry]) -> None:
    """Tell the listeners of committed entries; also for those the routing SQL wrote and returned."""
    for one in entries:
        recorded.send_robust(sender=JournalEntry, entry=one)
