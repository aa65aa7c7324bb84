"""A line opened, paused, closed, archived, each with a reason; and told to those above when its rules change."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bpo.accounts.models import User
from bpo.kernel.errors import DomainError
from bpo.kernel.history import because
from bpo.kernel.states import advance
from clients.models import EntryPoint, EntryRule, Queue, QueueState
from clients.signals import queue_rules_changed, queue_use_asked

S = QueueState
MOVES: Mapping[str, frozenset[str]] = {
    S.OPEN: frozenset({S.PAUSED, S.CLOSED}),
    S.PAUSED: frozenset({S.OPEN, S.CLOSED}),
    S.CLOSED: frozenset({S.OPEN, S.PAUSED, S.ARCHIVED}),
    S.ARCHIVED: frozenset({S.CLOSED}),
}


class StillUsed(DomainError):
    """Somebody waits in it, or something leads to it."""

    code = "queue_in_use"


@transaction.atomic
def open_queue(queue: Queue, *, by: User, why: str) -> Queue:
    """Contacts enter and are offered again."""
    return _move(queue, S.OPEN, by, why)


@transaction.atomic
def pause(queue: Queue, *, by: User, why: str) -> Queue:
    """Nothing is offered; contacts may still enter and wait."""
    return _move(queue, S.PAUSED, by, why)


@transaction.atomic
def close(queue: Queue, *, by: User, why: str) -> Queue:
    """Nobody new enters; those who wait are still served."""
    return _move(queue, S.CLOSED, by, why)


@transaction.atomic
def archive(queue: Queue, *, by: User, why: str) -> Queue:
    """Out of every list; only an empty line that nothing leads to."""
    # A contact that enters takes this row as well, when the line has a limit; the sweep finds any other.
    Queue.objects.select_for_update().get(pk=queue.pk)
    waiting, in_hand, promised = _use(queue)
    words = {"queue": queue.name, "waiting": waiting, "in_hand": in_hand, "promised": promised}
    if waiting:
        raise StillUsed(sentence=_("%(waiting)s wait; close entry first, or move them to another line.") % words)
    if in_hand:
        raise StillUsed(
            sentence=ngettext(
                "%(in_hand)s contact of “%(queue)s” is parked or in hand; it may come back to the line.",
                "%(in_hand)s contacts of “%(queue)s” are parked or in hand; they may come back to the line.",
                in_hand,
            )
            % words
        )
    if promised:
        raise StillUsed(sentence=_("%(promised)s promised callbacks wait for “%(queue)s”.") % words)
    door = EntryPoint.objects.filter(queue=queue).first()
    rule = EntryRule.objects.select_related("entry_point").filter(queue=queue).first()
    leading = door or (rule.entry_point if rule else None)
    if leading:
        raise StillUsed(sentence=_("The door “%(door)s” still leads here.") % {"door": leading.name})
    if queue.state in (S.OPEN, S.PAUSED):
        _move(queue, S.CLOSED, by, why)
    return _move(queue, S.ARCHIVED, by, why)


@transaction.atomic
def reopen(queue: Queue, *, by: User, why: str) -> Queue:
    """Back from the archive, closed at first."""
    return _move(queue, S.CLOSED, by, why)


@transaction.atomic
def rules_changed(queue: Queue, *, by: User | None, why: str) -> None:
    """Call it in the transaction that changed the line's settings, skills, teams or steps; who and why are kept."""
    queue_rules_changed.send(sender=Queue, queue=queue, by=by, why=why)


def _move(queue: Queue, to: QueueState, by: User, why: str) -> Queue:
    with because(why, by=by):
        advance(queue, to, allowed=MOVES)
    rules_changed(queue, by=by, why=why)
    return queue


def _use(queue: Queue) -> tuple[int, int, int]:
    counts = {"waiting": 0, "in_hand": 0, "promised": 0}
    queue_use_asked.send(sender=Queue, queue=queue, counts=counts)
    return counts["waiting"], counts["in_hand"], counts["promised"]
