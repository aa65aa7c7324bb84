"""Somebody on a call list is corrected, taken off it, or put back: never while an agent has the person in hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from bpo.accounts.models import User
from bpo.kernel import clock, words
from bpo.kernel.asking import operation
from bpo.kernel.errors import DomainError
from bpo.kernel.history import ReasonMissing
from clients import call_lists
from interactions import journal, states
from interactions.models import IN_HAND, Kind, Prospect, ProspectState
from interactions.prospect_lists import require_open
from interactions.prospects import locked

MOST_WHY = 200
NEVER_CALLED = lazy("This number is not called any more.")
CALLED = lazy("This number was called. For another one, take the person off the list and add the new number.")


class NotWaiting(DomainError):
    """In an agent's hand at this moment, or at an end; the sentence says which."""

    code = "prospect_not_waiting"


class NumberRefused(DomainError):
    """The number cannot be this person's; the sentence says why."""

    code = "number_refused"


class ChangedMeanwhile(DomainError):
    """Somebody corrected the person since this edition was read; nothing of it is written over."""

    code = "changed_meanwhile"
    sentence = lazy("Somebody changed this person meanwhile. Look at the person as it is now, and change it again.")


def refusal(prospect: Prospect) -> str:
    """Why nothing of this person can be changed at this moment, in words; empty when it can."""
    match prospect.state:
        case ProspectState.WAITING:
            return ""
        case ProspectState.TAKEN:
            told = {"agent": prospect.taken_by.name if prospect.taken_by else ""}
            return _("%(agent)s has this person in hand. It can be changed once the call is over or let go.") % told
        case ProspectState.CALLING:
            return _("This person is being called. It can be changed once the call is over.")
        case ProspectState.REMOVED:
            return _("This person is taken off the list. Put the person back first.")
    return _("The calls to this person are over. What came of them stays as it is.")


@operation
def change(
    prospect: Prospect, *, by: User, why: str, edition: int | None = None, at: datetime | None = None, **fields: Any
) -> Prospect:
    """Correct what is known of somebody who waits; the values are checked already, the number is in E.164.

    The journal keeps the names of what changed alone, for what somebody no longer wants known must not stay there. Sent
    twice it is changed once. NumberRefused for a number that is on the list already, never called, or called already;
    ChangedMeanwhile where `edition`, the one that was read, is not the person's any more.
    """
    why = _reason(why)
    prospect = locked(prospect)
    changed = [name for name, value in fields.items() if getattr(prospect, name) != value]
    if not changed:
        return prospect
    if edition not in (None, prospect.edition):
        raise ChangedMeanwhile
    _require_waiting(prospect)
    if "number" in changed:
        _require_number(prospect, fields["number"])
    for name in changed:
        setattr(prospect, name, fields[name])
    prospect.edition += 1
    try:
        with transaction.atomic():
            prospect.save(update_fields=[*changed, "edition"])
    except IntegrityError as error:
        raise NumberRefused(sentence=_("This number is on the list already.")) from error
    journal.record(prospect, Kind.PROSPECT_CHANGED, by=by, at=at or clock.now(), changed=changed, why=why)
    return prospect


@operation
def remove(prospect: Prospect, *, by: User, why: str, at: datetime | None = None) -> Prospect:
    """Nobody calls this person from this list any more; what was tried and said stays. Done twice it is done once."""
    why, at = _reason(why), at or clock.now()
    prospect = locked(prospect)
    if prospect.state == ProspectState.REMOVED:
        return prospect
    _require_waiting(prospect)
    states.move(prospect, ProspectState.REMOVED, at=at, ended_at=at)
    journal.record(prospect, Kind.PROSPECT_REMOVED, by=by, at=at, why=why)
    return prospect


@operation
def put_back(prospect: Prospect, *, by: User, why: str, at: datetime | None = None) -> Prospect:
    """Undo it: waiting again, at the place and for the tries the person had. Done twice it is done once.

    NotWaiting when the calls are over, or nobody may call the person any more.
    """
    why, at = _reason(why), at or clock.now()
    prospect = locked(prospect)
    if prospect.state in (ProspectState.WAITING, *IN_HAND):
        return prospect
    if prospect.state != ProspectState.REMOVED:
        raise NotWaiting(sentence=refusal(prospect))
    require_open(prospect.call_list)
    if call_lists.blocked(prospect.client_id, [prospect.number]):
        raise NotWaiting(sentence=NEVER_CALLED)
    if prospect.attempts >= prospect.call_list.attempts:
        raise NotWaiting(sentence=_("This list’s tries for this person are used up."))
    states.move(prospect, ProspectState.WAITING, at=at, ended_at=None)
    journal.record(prospect, Kind.PROSPECT_PUT_BACK, by=by, at=at, why=why)
    return prospect


def _reason(why: str) -> str:
    why = words.line(why, most=MOST_WHY)
    if not why:
        raise ReasonMissing
    return why


def _require_waiting(prospect: Prospect) -> None:
    require_open(prospect.call_list)
    if told := refusal(prospect):
        raise NotWaiting(sentence=told)


def _require_number(prospect: Prospect, number: str) -> None:
    """Tries are counted by the person, and other lists ask when a number was called: a called one stays as it was."""
    if prospect.attempts:
        raise NumberRefused(sentence=CALLED)
    if call_lists.blocked(prospect.client_id, [number]):
        raise NumberRefused(sentence=NEVER_CALLED)
