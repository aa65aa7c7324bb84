"""One promise and its attempt as rows that change together: lock, window, insert, drop the attempt, end."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel.errors import DomainError, InvalidValue, StaleState
from bpo.kernel.references import new_reference
from clients import hours, opening
from clients.models import EntryPoint, Queue
from interactions import closing, handling, journal, offers, states
from interactions.models import (
    Callback,
    CallbackOrigin,
    CallbackState,
    Case,
    Interaction,
    Kind,
    LegState,
    Outcome,
    State,
)

OPEN_STATES = (CallbackState.PROMISED, CallbackState.DUE, CallbackState.WORKING)
FARTHEST = timedelta(days=opening.FARTHEST_DAYS)
REFERENCES_TRIED = 8
LOOK_AGAIN = timedelta(minutes=1)


class CannotPromise(InvalidValue):
    """Such a promise could not be kept; the sentence says why."""

    code = "cannot_promise"


class CallbackOver(DomainError):
    """It has ended; ends are final."""

    code = "callback_over"
    sentence = _("This callback has already ended.")


class BeingMade(DomainError):
    """An agent is on it at this moment."""

    code = "callback_being_made"
    sentence = _("An agent has it in hand right now.")


def promised_window(
    of: EntryPoint | Queue, due_from: datetime | None, due_until: datetime | None, at: datetime
) -> tuple[datetime, datetime]:
    """The window asked for, if it can be kept; without one, from the next open minute until the turn-around is over."""
    if due_from is None and due_until is None:
        opens = opening.next_opening(of, at)
        if opens is None:
            raise hours.NeverOpen
        policy = getattr(of.client, "policy", None)
        return opens, opening.deadline(of, at, policy.turnaround_minutes if policy else 240)
    if due_from is None or due_until is None:
        raise CannotPromise(sentence=_("A window needs a beginning and an end."))
    if due_from.tzinfo is None or due_until.tzinfo is None:
        raise CannotPromise("a window without a zone")
    if due_until <= due_from:
        raise CannotPromise(sentence=_("A window must end after it begins."))
    if due_until <= at:
        raise CannotPromise(sentence=_("This window is already over. Choose a later one."))
    if due_until > at + FARTHEST:
        raise CannotPromise(sentence=_("This is too far ahead. Choose an earlier window."))
    opens = opening.next_opening(of, max(due_from, at))
    if opens is None or opens >= due_until:
        raise CannotPromise(sentence=_("We are closed in this window. Choose another one."))
    return opens, due_until


def require_open(callback: Callback) -> None:
    """CallbackOver when it has ended."""
    if callback.state not in OPEN_STATES:
        raise CallbackOver


def locked(callback: Callback, *agents: Agent) -> Callback:
    """The row read anew under its lock, the seats of all who are on its attempt, and of these agents, locked before it.

    A promise and its attempt change together, so a guarded UPDATE of one row is not enough here.
    """
    if callback.interaction is not None:
        seats_of_attempt(callback.interaction, *agents)
    else:
        states.take_seats(*agents)
    # Locked alone: of joined rows a query that had to wait would show what was there before the wait.
    Callback.objects.select_for_update(no_key=True).values_list("pk").get(pk=callback.pk)
    return Callback.objects.select_related(
        "client__policy", "queue__hours__client", "queue__client", "interaction", "customer", "owner"
    ).get(pk=callback.pk)


OFFERED_MEANWHILE = 3


def seats_of_attempt(interaction: Interaction, *agents: Agent) -> bool:
    """Lock the seats of all who are on this contact, and of these agents, and read it anew; whether it still waits."""
    states.take_seats_on(interaction.pk, *agents)
    interaction.refresh_from_db()
    return interaction.state in (State.QUEUED, State.OFFERED)


def drop_attempt(callback: Callback, *, why: str, at: datetime) -> None:
    """Close the waiting attempt of a working promise; BeingMade when an agent is on it."""
    attempt = callback.interaction
    if attempt is None or attempt.state == State.CLOSED:
        return
    for tries_left in reversed(range(OFFERED_MEANWHILE)):
        try:
            with transaction.atomic():
                if not seats_of_attempt(attempt):
                    raise BeingMade
                close_attempt(attempt, Outcome.WITHDRAWN, why=why, at=at)
            return
        except StaleState:  # offered between our look and our word: nobody held a seat that would have kept it
            if not tries_left:
                raise


def close_attempt(interaction: Interaction, outcome: Outcome, *, why: str, at: datetime) -> None:
    """Close a waiting contact, its open offer withdrawn first. The caller holds the seat."""
    leg = handling.live_leg(interaction)
    if leg and leg.state == LegState.OFFERED:
        offers.withdraw_offer(leg, why=why, at=at)
    closing.close(interaction, outcome, at=at)


ENDS = {
    CallbackState.KEPT: Kind.CALLBACK_KEPT,
    CallbackState.LATE: Kind.CALLBACK_LATE,
    CallbackState.UNREACHED: Kind.CALLBACK_UNREACHED,
    CallbackState.BROKEN: Kind.CALLBACK_BROKEN,
    CallbackState.WITHDRAWN: Kind.CALLBACK_WITHDRAWN,
}


def end(
    callback: Callback,
    to: CallbackState,
    *,
    at: datetime,
    why: str = "",
    by: journal.Actor | None = None,
    by_name: str = "",
    **changes: object,
) -> None:
    """One of the five ends, journalled."""
    states.move(callback, to, at=at, ended_at=at, end_reason=why[:200], next_try_at=None, **changes)
    journal.record(callback, ENDS[to], by=by, by_name=by_name, at=at, reference=callback.reference, why=why[:200])


def wait_for_next_try(callback: Callback, *, at: datetime, **changes: object) -> Callback:
    """A working promise is open again; tried next in open time after the client's spacing.

    The spacing lies between tries: what was not tried yet is taken up again by the end of its window at the latest.
    """
    if callback.state != CallbackState.WORKING:
        return callback
    policy = callback.client.policy
    if not opening.is_open(callback.queue, at):
        next_try = opening.next_opening(callback.queue, at) or at + timedelta(hours=1)
    else:
        next_try = opening.deadline(callback.queue, at, policy.callback_retry_minutes)
        if not changes.get("tried_in_window", callback.tried_in_window):
            next_try = min(next_try, max(callback.due_until, at + LOOK_AGAIN))
    states.move(callback, CallbackState.PROMISED, at=at, next_try_at=next_try, **changes)
    return callback


def insert(callback: Callback) -> Callback:
    """Write the row under a new reference; of two writers for one contact the second gets the first's row."""
    for _try in range(REFERENCES_TRIED):
        callback.reference = new_reference(callback.client.reference_prefix)
        if Case.objects.filter(reference=callback.reference).exists():
            continue
        try:
            with transaction.atomic():
                callback.save(force_insert=True)
            return callback
        except IntegrityError:
            if not Callback.objects.filter(reference=callback.reference).exists():
                first = Callback.objects.filter(promised_from=callback.promised_from)
                return first.exclude(origin=CallbackOrigin.AGENT).get()
            callback.pk = None
    raise IntegrityError("no free reference found")
