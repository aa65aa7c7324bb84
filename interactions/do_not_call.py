"""Numbers that a client never calls any more: written down, taken back, and what follows for its lists at once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from bpo.kernel import clock, words
from bpo.kernel.errors import StaleState
from bpo.kernel.history import ReasonMissing
from clients.models import Client, DoNotCall
from interactions import journal, states
from interactions.models import Kind, Prospect, ProspectState

MOST_WHY = 200
NOT_CALLED = (ProspectState.WAITING, ProspectState.TAKEN)


@transaction.atomic
def add(client: Client, number: str, *, by: journal.Actor, why: str, at: datetime | None = None) -> DoNotCall:
    """Nobody calls this number (E.164) for the client any more, whatever the list. The first word is kept."""
    at = at or clock.now()
    why = words.line(why, most=MOST_WHY)
    if not why:
        raise ReasonMissing
    row, fresh = DoNotCall.objects.get_or_create(
        client=client, number=number, defaults={"since": at, "why": why, "by_name": str(by)[:120]}
    )
    if fresh:
        journal.record(client, Kind.DO_NOT_CALL, by=by, at=at, number=number, why=why)
    waiting = Prospect.objects.filter(client=client, number=number, state__in=NOT_CALLED)
    for pk in waiting.order_by("pk").values_list("pk", flat=True):
        _stop(pk, by=by, at=at)
    return row


@transaction.atomic
def lift(row: DoNotCall, *, by: journal.Actor, why: str) -> None:
    """It was written down by mistake, or the person asks to be called again. Who was stopped stays stopped."""
    why = words.line(why, most=MOST_WHY)
    if not why:
        raise ReasonMissing
    if DoNotCall.objects.filter(pk=row.pk).delete()[0]:
        journal.record(row.client, Kind.CALL_AGAIN, by=by, number=row.number, why=why)


def find_stopped(at: datetime | None = None, *, limit: int = 200) -> int:
    """Who was added to a list in the moment in which the number was written down; returns how many."""
    at = at or clock.now()
    refused = DoNotCall.objects.filter(client=OuterRef("client"), number=OuterRef("number"))
    found = Prospect.objects.filter(Exists(refused), state=ProspectState.WAITING).order_by("pk")
    return sum(_stop(pk, by=None, at=at) for pk in list(found.values_list("pk", flat=True)[:limit]))


@transaction.atomic
def _stop(pk: int, *, by: journal.Actor | None, at: datetime) -> bool:
    prospect = Prospect.objects.select_for_update(no_key=True).get(pk=pk)
    if prospect.state not in NOT_CALLED:
        return False
    try:
        with transaction.atomic():
            states.move(
                prospect,
                ProspectState.DO_NOT_CALL,
                at=at,
                taken_by=None,
                held_until=None,
                next_try_at=None,
                ended_at=at,
            )
    except StaleState:
        return False
    journal.record(
        prospect, Kind.PROSPECT_ENDED, by=by, at=at, state=str(ProspectState.DO_NOT_CALL), result="", note=""
    )
    return True
