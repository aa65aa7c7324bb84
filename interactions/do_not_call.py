"""Numbers that a client never calls any more: written down, taken back, and what follows for its lists at once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bpo.kernel import clock, words
from bpo.kernel.errors import StaleState
from bpo.kernel.history import ReasonMissing
from clients.models import Client, DoNotCall
from interactions import journal, list_promises, states
from interactions.callback_rows import OPEN_STATES, BeingMade, drop_attempt, end, locked
from interactions.models import Callback, CallbackState, Kind, Origin, Prospect, ProspectState

MOST_WHY = 200
NOT_CALLED = (ProspectState.WAITING, ProspectState.TAKEN)
# Promises without an attempt; one that stands in line is found by the sweep, which holds no other row then.
NOT_WORKED = (CallbackState.PROMISED, CallbackState.DUE)
SAID_SO = _("Said so when called")
WANTS_NO_CALLS = "wants no calls"


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
        _tell_of_each(row, Kind.DO_NOT_CALL, by=by, why=why, at=at)
    waiting = Prospect.objects.filter(client=client, number=number, state__in=NOT_CALLED)
    for pk in waiting.order_by("pk").values_list("pk", flat=True):
        _stop(pk, by=by, at=at)
    for callback in _promised().filter(client=client, number=number, state__in=NOT_WORKED):
        _withdraw(callback, by=by, at=at)
    return row


@transaction.atomic
def lift(row: DoNotCall, *, by: journal.Actor, why: str, at: datetime | None = None) -> None:
    """It was written down by mistake, or the person asks to be called again. Who was stopped stays stopped."""
    at = at or clock.now()
    why = words.line(why, most=MOST_WHY)
    if not why:
        raise ReasonMissing
    if DoNotCall.objects.filter(pk=row.pk).delete()[0]:
        journal.record(row.client, Kind.CALL_AGAIN, by=by, at=at, number=row.number, why=why)
        _tell_of_each(row, Kind.CALL_AGAIN, by=by, why=why, at=at)


def _tell_of_each(row: DoNotCall, kind: Kind, *, by: journal.Actor, why: str, at: datetime) -> None:
    """A line in the story of everybody with this number, on whatever list of the client."""
    people = Prospect.objects.filter(client=row.client_id, number=row.number).select_related("interaction")
    for prospect in people.order_by("pk"):
        journal.record(prospect, kind, by=by, at=at, why=why)


def find_stopped(at: datetime | None = None, *, limit: int = 200) -> int:
    """Who was added to a list in the moment in which the number was written down, and promised calls that stood in line
    then; returns how many."""
    at = at or clock.now()
    refused = DoNotCall.objects.filter(client=OuterRef("client"), number=OuterRef("number"))
    found = Prospect.objects.filter(Exists(refused), state=ProspectState.WAITING).order_by("pk")
    stopped = sum(_stop(pk, by=None, at=at) for pk in list(found.values_list("pk", flat=True)[:limit]))
    promised = _promised().filter(Exists(refused), state__in=OPEN_STATES)[:limit]
    return stopped + sum(_withdraw(callback, by=None, at=at) for callback in promised)


def _promised() -> QuerySet[Callback]:
    """The promises among which are those made in calls of a list."""
    by_list = Q(promised_from__origin__in=[Origin.CAMPAIGN, Origin.CALLBACK]) | Q(replaces__isnull=False)
    return Callback.objects.filter(by_list).order_by("pk")


@transaction.atomic
def _withdraw(found: Callback, *, by: journal.Actor | None, at: datetime) -> bool:
    """A call promised in a call of a list is not made to somebody who wants none; nobody writes him about it."""
    if list_promises.of_promise(found) is None:
        return False
    callback = locked(found)
    try:
        with transaction.atomic():
            if callback.state == CallbackState.WORKING:
                drop_attempt(callback, why=WANTS_NO_CALLS, at=at)
            if callback.state not in OPEN_STATES:
                return False
            end(callback, CallbackState.WITHDRAWN, at=at, why=WANTS_NO_CALLS, by=by)
    except (BeingMade, StaleState):
        return False
    return True


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
