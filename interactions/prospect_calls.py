"""A call to somebody on a list: begun, tried, concluded in the agent's word; what nobody said is found by the sweep.

The contact itself is begun in `outbound`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as lazy

from agents.models import Agent
from bpo.kernel import clock, words
from bpo.kernel.asking import operation
from bpo.kernel.errors import DomainError, InvalidValue
from clients import call_lists, hours
from interactions import case_duty, do_not_call, handling, journal, list_promises, states, wrap_up
from interactions.models import (
    REACHED,
    Callback,
    Interaction,
    JournalEntry,
    Kind,
    Leg,
    LegState,
    Origin,
    Prospect,
    ProspectResult,
    ProspectState,
    State,
)
from interactions.offers import read_anew
from interactions.prospects import NotCallable, back, each, locked, person_refusal

# What an agent says of a talk.
SAID = (ProspectResult.FOLLOW_UP, ProspectResult.NOT_INTERESTED, ProspectResult.DO_NOT_CALL)
# Of whom an agent may say what came of the talk.
OPEN_TO_WORDS = (ProspectState.CALLING, ProspectState.DONE)
MOST_REASON = 200


class NothingToSay(DomainError):
    """The contact calls nobody of a list, or its result is decided."""

    code = "no_prospect_called"
    sentence = lazy("There is nothing to say about this call any more.")


class FollowUpMissing(DomainError):
    """Nothing was promised yet."""

    code = "follow_up_missing"
    sentence = lazy("Book the follow-up first: promise a callback, or set the case to pending.")


class ReasonWanted(InvalidValue):
    """A refusal is worth something only with its reason."""

    code = "reason_wanted"
    sentence = lazy("Say why in a few words.")


def of_contact(interaction_id: int) -> Prospect | None:
    """Whom of a list this contact calls."""
    rows = Prospect.objects.filter(interaction=interaction_id)
    return rows.select_related("call_list__queue", "call_list__client", "client", "interaction").first()


def require_dialling(interaction_id: int, at: datetime) -> None:
    """NotCallable when the number was forbidden, or the person's clock has moved on, since the contact began.

    A call of a list, or one that was promised in such a call.
    """
    prospect = of_contact(interaction_id)
    callback = Callback.objects.filter(interaction=interaction_id).first() if prospect is None else None
    why = person_refusal(prospect, at) if prospect else list_promises.refusal(callback, at) if callback else ""
    if why:
        raise NotCallable(sentence=why)


def begun(prospect: Prospect, contact: Interaction, *, at: datetime) -> None:
    """Its call lives. The caller holds the row."""
    states.move(prospect, ProspectState.CALLING, at=at, interaction=contact, taken_by=None, held_until=None)


def tried(leg: Leg, result: str, *, by: Agent, at: datetime) -> None:
    """Nobody was reached: another try, or given up. The caller holds the seats."""
    found = of_contact(leg.interaction_id)
    if found is None:
        return
    prospect = locked(found, by)
    if prospect.state == ProspectState.CALLING:
        _count(prospect, result, by=by, at=at)


@operation
def conclude(leg: Leg, result: str, *, by: Agent, note: str = "", at: datetime | None = None) -> Prospect:
    """What came of the talk, in the agent's word; while the contact is hers she may still correct it."""
    at = at or clock.now()
    if result not in SAID:
        raise InvalidValue(f"result {result!r}")
    note = words.line(note, most=MOST_REASON)
    if result == ProspectResult.NOT_INTERESTED and not note:
        raise ReasonWanted
    found = of_contact(leg.interaction_id)
    if found is None:
        raise NothingToSay
    prospect = locked(found, by)
    leg = read_anew(leg)
    if leg.agent_id != by.pk or not leg.is_worked_on:
        raise handling.NotYours
    if result == ProspectResult.FOLLOW_UP and not wrap_up.has_follow_up(leg.interaction, tasks=False):
        raise FollowUpMissing
    if prospect.state == ProspectState.CALLING:
        if leg.state == LegState.HANDLING and not _reached(leg.interaction_id):
            case_duty.answered(leg.interaction)
            journal.record(leg, Kind.MEDIA_CONNECTED, by=by, at=at, leg=str(leg.public_id), how="reported")
        _count(prospect, result, by=by, at=at, note=note)
    elif prospect.state != ProspectState.DONE:
        raise NothingToSay
    elif (prospect.result, prospect.result_note) != (result, note):
        _end(prospect, ProspectState.DONE, result, by=by, at=at, note=note)
    if result == ProspectResult.DO_NOT_CALL:
        do_not_call.add(prospect.client, prospect.number, by=by, why=note or str(do_not_call.SAID_SO), at=at)
    return prospect


@operation
def misheard(contact: Interaction, *, by: Agent, at: datetime | None = None) -> None:
    """That the person of this call wants no more was a slip: she says anew what came of it. The caller has the number
    called again."""
    at = at or clock.now()
    found = of_contact(contact.pk)
    prospect = locked(found, by) if found else None
    if prospect is None or (prospect.state, prospect.interaction_id) != (ProspectState.DO_NOT_CALL, contact.pk):
        return
    fresh = {"result": "", "result_note": "", "ended_at": None, "attempts": max(prospect.attempts - 1, 0)}
    states.move(prospect, ProspectState.CALLING, at=at, **fresh)


def _count(prospect: Prospect, result: str, *, by: Agent | None, at: datetime, note: str = "") -> None:
    """One call of a prospect is over, or decided: another try later, or an end. The caller holds the row."""
    call_list, attempts = prospect.call_list, prospect.attempts + 1
    journal.record(prospect, Kind.PROSPECT_TRIED, by=by, at=at, result=str(result), attempt=attempts)
    if result in REACHED:
        _end(prospect, ProspectState.DONE, result, by=by, at=at, note=note, attempts=attempts)
    elif call_lists.blocked(prospect.client_id, [prospect.number]):
        _end(prospect, ProspectState.DO_NOT_CALL, result, by=by, at=at, attempts=attempts)
    elif result == ProspectResult.WRONG_NUMBER or attempts >= call_list.attempts:
        _end(prospect, ProspectState.GIVEN_UP, result, by=by, at=at, attempts=attempts)
    else:
        soonest = at + timedelta(minutes=call_list.spacing_minutes)
        later = hours.next_opening(call_list.calendar(prospect.zone), soonest) or soonest
        states.move(prospect, ProspectState.WAITING, at=at, result=result, next_try_at=later, attempts=attempts)


def _end(
    prospect: Prospect,
    to: ProspectState,
    result: str,
    *,
    by: Agent | None,
    at: datetime,
    note: str = "",
    attempts: int | None = None,
) -> None:
    """An end, journalled; a corrected result is told once more."""
    if result == ProspectResult.DO_NOT_CALL:
        to = ProspectState.DO_NOT_CALL
    journal.record(prospect, Kind.PROSPECT_ENDED, by=by, at=at, state=str(to), result=str(result), note=note)
    if prospect.state == to:
        prospect.result, prospect.result_note = result, note
        prospect.save(update_fields=["result", "result_note"])
        return
    counted = {} if attempts is None else {"attempts": attempts}
    states.move(prospect, to, at=at, result=result, result_note=note, ended_at=at, next_try_at=None, **counted)


def _reached(interaction_id: int) -> bool:
    return JournalEntry.objects.filter(interaction=interaction_id, kind=Kind.MEDIA_CONNECTED).exists()


def nobody_asked_for_it(contact: Interaction) -> bool:
    """A call from a list that has reached nobody: whoever it was for waits for nothing, and is promised nothing."""
    if contact.origin != Origin.CAMPAIGN:
        return False
    calling = Prospect.objects.filter(interaction=contact.pk, state=ProspectState.CALLING)
    return calling.exists() and not _reached(contact.pk)


def settle(at: datetime | None = None, *, limit: int = 100) -> int:
    """Calls that ended without a word about the person; returns how many."""
    at = at or clock.now()
    rows = Prospect.objects.filter(state=ProspectState.CALLING, interaction__state=State.CLOSED)
    return each(rows.order_by("pk"), partial(_settle, at=at), limit)


def give_up(at: datetime | None = None, *, limit: int = 200) -> int:
    """Who waits for one more try than the list allows by now; returns how many."""
    at = at or clock.now()
    spent = Q(attempts__gt=0, attempts__gte=F("call_list__attempts"))
    rows = Prospect.objects.filter(spent, state=ProspectState.WAITING)
    return each(rows.order_by("pk"), partial(_give_up, at=at), limit)


def _give_up(prospect: Prospect, *, at: datetime) -> bool:
    if prospect.state != ProspectState.WAITING or prospect.attempts < prospect.call_list.attempts:
        return False
    _end(prospect, ProspectState.GIVEN_UP, prospect.result, by=None, at=at)
    return True


def _settle(prospect: Prospect, *, at: datetime) -> bool:
    contact = prospect.interaction
    if prospect.state != ProspectState.CALLING or contact is None or contact.state != State.CLOSED:
        return False
    if _reached(contact.pk):
        result = ProspectResult.FOLLOW_UP if wrap_up.has_follow_up(contact, tasks=False) else ProspectResult.TALKED
        _count(prospect, result, by=None, at=at)
    elif contact.journal.filter(kind=Kind.DIALLED).exists():
        _count(prospect, ProspectResult.NOT_REPORTED, by=None, at=at)
    else:  # a try is a dial
        back(prospect, why="not dialled", by=None, at=at)
    return True
