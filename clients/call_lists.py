"""A call list opened, paused, closed, each with a reason; and the numbers that are never called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bpo.accounts.models import User
from bpo.kernel.errors import DomainError
from bpo.kernel.history import because
from bpo.kernel.states import advance
from clients.models import CallList, CallListState, Channel, DoNotCall, QueueState

S = CallListState
MOVES: Mapping[str, frozenset[str]] = {
    S.DRAFT: frozenset({S.OPEN, S.CLOSED}),
    S.OPEN: frozenset({S.PAUSED, S.CLOSED}),
    S.PAUSED: frozenset({S.OPEN, S.CLOSED}),
    S.CLOSED: frozenset(),
}


class CannotOpen(DomainError):
    """Nobody could call from it; the sentence says why."""

    code = "cannot_open"


@transaction.atomic
def move(call_list: CallList, to: str, *, by: User, why: str) -> CallList:
    """Open, pause or close it; closed is for good. CannotOpen where its line takes no calls."""
    if to == S.OPEN:
        queue = call_list.queue
        if Channel.VOICE not in queue.channels or queue.state in (QueueState.CLOSED, QueueState.ARCHIVED):
            raise CannotOpen(sentence=_("The line “%(line)s” takes no calls now.") % {"line": queue.name})
    with because(why, by=by):
        advance(call_list, to, allowed=MOVES)
    return call_list


def blocked(client_id: int, numbers: Iterable[str]) -> set[str]:
    """Those of the numbers that this client never calls (one query)."""
    return set(DoNotCall.objects.filter(client=client_id, number__in=[*numbers]).values_list("number", flat=True))
