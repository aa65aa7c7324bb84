"""Keep the promises: fall due, try, report what came of it, find what was broken. Each step is safe twice and late.

Nothing here runs by a timer of its own: the sweep asks, and every row is read anew before it is touched.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel import clock
from bpo.kernel.asking import asked_now
from bpo.kernel.choices import TextChoices
from bpo.kernel.errors import DomainError, StaleState
from clients import hours, opening
from clients.models import Channel, ClientState, QueueState
from interactions import case_duty, handling, journal, queueing, states
from interactions.callback_rows import LOOK_AGAIN, BeingMade, drop_attempt, end, locked, wait_for_next_try
from interactions.models import (
    Callback,
    CallbackState,
    Direction,
    EndedBy,
    Envelope,
    Interaction,
    JournalEntry,
    Kind,
    Leg,
    LegState,
    Message,
    MessageDirection,
    Origin,
    Outcome,
    State,
)

logger = logging.getLogger(__name__)

# A promise comes back with more weight than a new contact of the same line.
PRIORITY_RAISED_BY = 2
HIGHEST_PRIORITY = 9
NEVER_OPEN_LOOK_AGAIN = timedelta(hours=1)


class Result(TextChoices):
    """What came of one try."""

    REACHED = "reached", _("Reached")
    NO_ANSWER = "no_answer", _("No answer")
    BUSY = "busy", _("Busy")
    WRONG_NUMBER = "wrong_number", _("Wrong number")
    VOICEMAIL_LEFT = "voicemail_left", _("Left a voicemail")


# Written by the sweep when a contact was closed and nobody said what came of it.
NOT_REPORTED = "not_reported"


class NothingToReport(DomainError):
    """The contact keeps no open promise, or was reported already."""

    code = "nothing_to_report"
    sentence = _("There is nothing to report on this contact any more.")


def grace(callback: Callback) -> timedelta:
    """How long after its window a try still counts as made in time."""
    return timedelta(minutes=callback.client.policy.callback_grace_minutes)


def is_broken(callback: Callback, at: datetime) -> bool:
    """Whether window and grace passed without a try."""
    return not callback.tried_in_window and callback.due_until + grace(callback) <= at


def fall_due(at: datetime | None = None, *, limit: int = 100) -> int:
    """Put what is due and open in its line; returns how many. Each promise in a transaction of its own."""
    at = at or clock.now()
    due = Callback.objects.filter(
        state__in=[CallbackState.PROMISED, CallbackState.DUE],
        held=False,
        next_try_at__lte=at,
        client__state=ClientState.LIVE,
    )
    return _each(due.order_by("next_try_at", "pk"), partial(_fall_due, at=at), limit)


def find_broken(at: datetime | None = None, *, limit: int = 100) -> int:
    """End what was not tried in time; returns how many."""
    at = at or clock.now()
    late = Callback.objects.filter(
        state__in=[CallbackState.PROMISED, CallbackState.DUE], held=False, tried_in_window=False, due_until__lte=at
    )
    return _each(late.order_by("due_until", "pk"), partial(_find_broken, at=at), limit)


def settle(at: datetime | None = None, *, limit: int = 100) -> int:
    """Working promises whose contact went its way without a report: mailed, closed, timed out; returns how many."""
    at = at or clock.now()
    working = Callback.objects.filter(state=CallbackState.WORKING)
    gone = working.filter(interaction__state=State.CLOSED) | working.filter(
        interaction__channel=Channel.EMAIL,
        interaction__messages__direction=MessageDirection.OUT,
        interaction__messages__state__in=[Message.State.SENT, Message.State.DELIVERED],
    )
    return _each(gone.distinct().order_by("pk"), partial(_settle, at=at), limit)


def _each(rows: models.QuerySet[Callback], step: partial[bool], limit: int) -> int:
    """Take the step for each row; one that fails is logged and the next is still taken."""
    done = 0
    for pk in list(rows.values_list("pk", flat=True)[:limit]):
        try:
            with transaction.atomic():
                done += step(locked(Callback.objects.select_related("interaction").get(pk=pk)))
        except StaleState:
            continue
        except Exception:
            logger.exception("callback %s could not be worked", pk)
    return done


def _fall_due(callback: Callback, *, at: datetime) -> bool:
    if callback.state not in (CallbackState.PROMISED, CallbackState.DUE) or callback.held:
        return False
    if callback.next_try_at is None or callback.next_try_at > at or is_broken(callback, at):
        return False
    calendar = opening.calendar_of(opening.calls_at(callback.entry_point, callback.queue))
    if not hours.is_open(calendar, at):
        # The hours were changed after the promise: never while closed, at the next opening instead.
        later = hours.next_opening(calendar, at) or at + NEVER_OPEN_LOOK_AGAIN
        Callback.objects.filter(pk=callback.pk).update(next_try_at=later)
        return False
    if callback.state == CallbackState.PROMISED:
        states.move(callback, CallbackState.DUE, at=at)
        journal.record(callback, Kind.CALLBACK_DUE, at=at, reference=callback.reference, attempt=callback.attempts + 1)
    if callback.queue.state in (QueueState.CLOSED, QueueState.ARCHIVED):
        Callback.objects.filter(pk=callback.pk).update(next_try_at=at + LOOK_AGAIN)
        return False
    start(callback, at=at)
    return True


def start(callback: Callback, *, at: datetime) -> Interaction:
    """The attempt as a contact in its line: old place, more weight, the owner first. The caller holds the row."""
    queue = callback.queue
    prefer_until = callback.due_from + (callback.due_until - callback.due_from) / 2
    preferred = callback.owner if callback.owner and prefer_until > at else None
    attempt = Interaction(
        client=callback.client,
        pool=callback.client.pool,
        entry_point=callback.entry_point,
        customer=callback.customer,
        case=callback.case,
        queue=queue,
        channel=Channel.VOICE if callback.number else Channel.EMAIL,
        direction=Direction.OUTBOUND,
        origin=Origin.CALLBACK,
        state=State.QUEUED,
        arrived_at=at,
        state_since=at,
        language=callback.language,
        reason=callback.reason,
        simulated=callback.simulated,
    )
    queueing.enter_queue(
        attempt,
        queue,
        wants=_wants(callback),
        priority=min(queue.priority + PRIORITY_RAISED_BY, HIGHEST_PRIORITY),
        at=at,
        enqueued_at=callback.enqueued_at,
        prefer_agent_id=preferred.pk if preferred else None,
        prefer_until=prefer_until if preferred else None,
        arrived={"origin": Origin.CALLBACK, "callback": callback.reference},
    )
    asked_now()
    Envelope.objects.create(
        interaction=attempt,
        from_name=callback.name,
        from_phone=callback.number,
        from_address=callback.address,
        subject=callback.reference,
        opening=callback.words[:300],
    )
    states.move(callback, CallbackState.WORKING, at=at, interaction=attempt)
    if preferred:
        journal.record(attempt, Kind.PREFERRED, at=at, agent=str(preferred.public_id), until=prefer_until.isoformat())
    return attempt


def _wants(callback: Callback) -> tuple[tuple[int, int], ...]:
    """What the contact it was promised from wanted; else the customer's language where the line does not speak it."""
    if callback.promised_from is not None and callback.promised_from.lane_id:
        return tuple(queueing.wants_of(callback.promised_from))
    return queueing.wants_in(callback.language, callback.client)


@transaction.atomic
def report(leg: Leg, result: Result | str, *, by: Agent, at: datetime | None = None) -> Callback:
    """The agent says what came of the try. Reached: kept or late, and the contact goes on like any other.

    Else the try is counted and the contact goes to wrap-up. Said twice it counts once.
    """
    result = Result(result)
    states.take_seats_on(leg.interaction_id, leg.agent_id)
    leg = Leg.objects.select_related("interaction", "agent").get(pk=leg.pk)
    at = at or clock.now()
    if leg.agent_id != by.pk:
        raise handling.NotYours
    found = Callback.objects.filter(interaction=leg.interaction).select_related("interaction").first()
    if found is None:
        raise NothingToReport
    if result == Result.REACHED:
        case_duty.answered(leg.interaction)
    callback = locked(found)
    said = JournalEntry.objects.filter(
        callback=callback, kind=Kind.CALLBACK_TRIED, facts__leg=str(leg.public_id)
    ).first()
    if said is not None and said.facts["result"] == result:
        return callback
    if said is not None or callback.state != CallbackState.WORKING:
        raise NothingToReport
    if leg.state not in (LegState.HANDLING, LegState.WRAPPING):
        raise handling.NotYours
    dialled = leg.journal.filter(kind=Kind.DIALLED).order_by("-at").values_list("at", flat=True).first()
    tried_at = dialled or leg.accepted_at or at
    if result == Result.REACHED:
        journal.record(leg, Kind.MEDIA_CONNECTED, by=by, at=at, leg=str(leg.public_id), how="reported")
    count_try(callback, result, tried_at=tried_at, by=by, leg=leg, at=at)
    if result != Result.REACHED and leg.state == LegState.HANDLING:
        handling.end_work(leg, by=by, ended_by=EndedBy.AGENT, at=at)
    return callback


def count_try(
    callback: Callback,
    result: str,
    *,
    tried_at: datetime,
    at: datetime,
    by: Agent | None = None,
    leg: Leg | None = None,
) -> None:
    """One try of a working promise: it ends, or waits for the next. The caller holds the row."""
    journal.record(
        callback,
        Kind.CALLBACK_TRIED,
        by=by,
        at=at,
        result=str(result),
        attempt=callback.attempts + 1,
        leg=str(leg.public_id) if leg else None,
    )
    counted: dict[str, Any] = {
        "attempts": callback.attempts + 1,
        "tried_in_window": callback.tried_in_window or tried_at < callback.due_until + grace(callback),
    }
    if result == Result.REACHED:
        kept = tried_at <= callback.due_until  # when he was called, not when the button was pressed
        to = CallbackState.KEPT if kept else CallbackState.LATE
        end(callback, to, at=at, by=by, reached_at=tried_at, **counted)
        return
    used_up = counted["attempts"] >= callback.client.policy.callback_attempts or result == Result.WRONG_NUMBER
    if not used_up:
        wait_for_next_try(callback, at=at, **counted)
    elif counted["tried_in_window"]:
        why = "wrong number" if result == Result.WRONG_NUMBER else "no answer"
        end(callback, CallbackState.UNREACHED, at=at, why=why, by=by, **counted)
    else:
        # Nobody answered, but nobody had tried in time either: the table ends that as broken.
        wait_for_next_try(callback, at=at, **counted)
        end(callback, CallbackState.BROKEN, at=at, why="first tried after the window")


def _find_broken(callback: Callback, *, at: datetime) -> bool:
    if callback.state not in (CallbackState.PROMISED, CallbackState.DUE) or callback.held:
        return False
    if not is_broken(callback, at):
        return False
    why = "promised anew for another time" if callback.replaced_by.exists() else "not tried in time"
    end(callback, CallbackState.BROKEN, at=at, why=why)
    return True


def _settle(callback: Callback, *, at: datetime) -> bool:
    attempt = callback.interaction
    if callback.state != CallbackState.WORKING or attempt is None:
        return False
    mailed = attempt.messages.filter(
        direction=MessageDirection.OUT, state__in=[Message.State.SENT, Message.State.DELIVERED]
    ).first()
    if attempt.channel == Channel.EMAIL and mailed is not None:
        reached = mailed.sent_at or mailed.at
        count_try(callback, Result.REACHED, tried_at=reached, by=mailed.agent, at=reached)
        return True
    if attempt.state != State.CLOSED:
        return False
    dialled = attempt.journal.filter(kind=Kind.DIALLED).select_related("leg").order_by("-at").first()
    if attempt.outcome == Outcome.HANDLED and dialled is not None:
        count_try(callback, NOT_REPORTED, tried_at=dialled.at, leg=dialled.leg, at=at)
    else:  # a try is a dial; the promise is owed still
        wait_for_next_try(callback, at=at)
    return True


@transaction.atomic
def put_back(interaction: Interaction, *, why: str, at: datetime | None = None) -> bool:
    """A waiting attempt leaves its line (hours over, nobody left to serve it); its promise waits. No try is counted."""
    at = at or clock.now()
    found = Callback.objects.filter(interaction=interaction).select_related("interaction").first()
    if found is None:
        return False
    callback = locked(found)
    if callback.state != CallbackState.WORKING:
        return False
    try:
        drop_attempt(callback, why=why, at=at)
    except BeingMade:
        return False
    wait_for_next_try(callback, at=at)
    return True
