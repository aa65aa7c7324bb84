"""Where a client stands with us: going live, suspended, resumed, ended. Nothing else moves a client's state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bpo.accounts.models import User
from bpo.kernel import clock, words
from bpo.kernel.errors import DomainError
from bpo.kernel.history import ReasonMissing
from bpo.kernel.states import advance
from clients.models import Client, ClientState
from clients.readiness import Ready, readiness
from clients.signals import standing_changed

MOVES: Mapping[str, frozenset[str]] = {
    ClientState.SETTING_UP: frozenset({ClientState.LIVE}),
    ClientState.LIVE: frozenset({ClientState.SUSPENDED, ClientState.ENDED}),
    ClientState.SUSPENDED: frozenset({ClientState.LIVE, ClientState.ENDED}),
    ClientState.ENDED: frozenset(),
}


class NotReady(DomainError):
    """What is missing before the doors may open; `missing` lists it."""

    code = "not_ready"

    def __init__(self, missing: list[Ready]) -> None:
        self.missing = missing
        more = _(" (and %(n)s more)") % {"n": len(missing) - 1} if len(missing) > 1 else ""
        super().__init__(sentence=f"{missing[0].sentence}{more}")


def go_live(client: Client, *, by: User | None = None, at: datetime | None = None) -> Client:
    """Open the doors of a client that was set up; refused while something it cannot do without is missing."""
    missing = [item for item in readiness(client) if item.needed and not item.ok]
    if missing and client.state == ClientState.SETTING_UP:
        raise NotReady(missing)
    return _move(client, ClientState.LIVE, by=by, reason="ready", at=at, only_from=ClientState.SETTING_UP)


def suspend(client: Client, *, by: User | None = None, reason: str, at: datetime | None = None) -> Client:
    """Close the doors for a while: those in talk finish, promises and notices are held."""
    return _move(client, ClientState.SUSPENDED, by=by, reason=reason, at=at)


def resume(client: Client, *, by: User | None = None, reason: str, at: datetime | None = None) -> Client:
    """Open the doors of a suspended client again; what was held goes on."""
    return _move(client, ClientState.LIVE, by=by, reason=reason, at=at, only_from=ClientState.SUSPENDED)


def end(client: Client, *, by: User | None = None, reason: str, at: datetime | None = None) -> Client:
    """Close the doors for good: as suspended, and its promises are withdrawn. Nothing is deleted."""
    return _move(client, ClientState.ENDED, by=by, reason=reason, at=at)


@transaction.atomic
def _move(
    client: Client, to: ClientState, *, by: User | None, reason: str, at: datetime | None, only_from: str = ""
) -> Client:
    reason = words.line(reason, most=200)
    if not reason:
        raise ReasonMissing
    moves = {only_from: frozenset({to})} if only_from else MOVES
    before = advance(client, to, allowed=moves)
    transaction.on_commit(
        partial(
            standing_changed.send_robust,
            sender=Client,
            client=client,
            before=before,
            by=by,
            reason=reason,
            at=at or clock.now(),
        )
    )
    return client
