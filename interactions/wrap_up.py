"""Work after the contact: the disposition, its time limit, and the end that frees the agent."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel import clock, words
from bpo.kernel.asking import operation
from bpo.kernel.errors import DomainError
from clients.models import Disposition, WrapUpMode
from interactions import closing, handling, journal, offers, states
from interactions.models import (
    Appointment,
    AppointmentState,
    Callback,
    CallbackState,
    CaseState,
    ClientTask,
    EndedBy,
    Interaction,
    Kind,
    Leg,
    LegRole,
    LegState,
    Outcome,
    State,
    TaskState,
)

MOST_NOTE = 8000
NOT_IN_TIME = "not_filled_in_time"
OPEN_CALLBACKS = (CallbackState.PROMISED, CallbackState.DUE, CallbackState.WORKING)


class NotWrappingUp(DomainError):
    """The wrap-up is over, or has not begun."""

    code = "not_wrapping_up"
    sentence = _("The wrap-up of this contact is over.")


class DispositionMissing(DomainError):
    """The answer to “how did it end?” is not complete."""

    code = "disposition_incomplete"
    sentence = _("Choose how the contact ended.")


class TooEarly(DomainError):
    """The queue wants the whole wrap-up time."""

    code = "too_early"
    sentence = _("This line keeps the whole wrap-up time; you are free when it is over.")


class ExtendedAlready(DomainError):
    """Once is enough."""

    code = "extended_already"
    sentence = _("The wrap-up was extended once already.")


def wrapping_leg(leg: Leg, *, by: Agent | None = None) -> Leg:
    """The leg read anew under its seat's lock, in wrap-up and its holder's."""
    states.take_seats(leg.agent_id)
    fresh = offers.read_anew(leg)
    if fresh.state != LegState.WRAPPING or (by is not None and fresh.agent_id != by.pk):
        raise NotWrappingUp
    return fresh


def asks_for_ending(leg: Leg) -> bool:
    """Whether she has to say how it ended: not where the line leaves it to her, nor of what was taken from her."""
    return handling.wrap_up_mode(leg) not in (WrapUpMode.NONE, WrapUpMode.OPTIONAL) and not taken_from_her(leg)


def taken_from_her(leg: Leg) -> bool:
    """A supervisor ended her work on a contact that goes on: there is no ending yet that she could name."""
    return leg.ended_by == EndedBy.SUPERVISOR


def check_disposition(leg: Leg, disposition: Disposition | None, note: str) -> None:
    """Refuse what is incomplete: no choice, another client's, a group, a missing note or follow-up."""
    if disposition is None:
        if not asks_for_ending(leg):
            return
        raise DispositionMissing
    if disposition.client_id != leg.client_id:
        raise DispositionMissing
    if disposition.children.filter(active=True).exists():
        raise DispositionMissing(sentence=_("Choose one of the answers below “%s”.") % disposition.name)
    if disposition.needs_note and not note:
        raise DispositionMissing(sentence=_("“%s” needs a note: what happened?") % disposition.name)
    if disposition.needs_follow_up and not has_follow_up(leg.interaction):
        raise DispositionMissing(
            sentence=_("“%s” needs a follow-up: a callback, a day, or a task for the company.") % disposition.name
        )


def has_follow_up(interaction: Interaction) -> bool:
    """Whether something is promised on the case or from this contact: it is pending, a callback is open, a visit or
    meeting is booked and not over, or the company's people have a task to do."""
    case = interaction.case
    promised, booked = Q(promised_from=interaction.pk), Q(action__run__interaction=interaction.pk)
    asked = booked | Q(leg__interaction=interaction.pk)
    if case is not None:
        if case.state == CaseState.PENDING:
            return True
        promised |= Q(case=case)
        booked |= Q(case=case)
        asked |= Q(case=case)
    ahead = Appointment.objects.filter(booked, state=AppointmentState.BOOKED, ends_at__gt=clock.now())
    to_do = ClientTask.objects.filter(asked, state=TaskState.OPEN)
    return Callback.objects.filter(promised, state__in=OPEN_CALLBACKS).exists() or ahead.exists() or to_do.exists()


@operation
def save_draft(leg: Leg, *, by: Agent, disposition: Disposition | None, note: str) -> Leg:
    """Keep what is chosen so far, so that the time limit loses nothing."""
    leg = wrapping_leg(leg, by=by)
    if disposition is not None and disposition.client_id != leg.client_id:
        raise DispositionMissing
    Leg.objects.filter(pk=leg.pk).update(disposition=disposition, note=words.drafted(note, most=MOST_NOTE))
    return leg


def finish(leg: Leg, *, by: Agent, disposition: Disposition | None, note: str = "", at: datetime | None = None) -> Leg:
    """The agent is done: disposition saved, leg completed, contact closed, she is free.

    Where the line keeps the whole time it is TooEarly, and what she chose is kept for the limit; a caller with a
    transaction of its own keeps it by catching that inside.
    """
    try:
        return _finish(leg, by=by, disposition=disposition, note=note, at=at)
    except TooEarly:
        save_draft(leg, by=by, disposition=disposition, note=note)
        raise


@operation
def _finish(leg: Leg, *, by: Agent, disposition: Disposition | None, note: str, at: datetime | None) -> Leg:
    leg = wrapping_leg(leg, by=by)
    at = at or clock.now()
    note = words.paragraphs(note, most=MOST_NOTE)
    check_disposition(leg, disposition, note)
    if handling.wrap_up_mode(leg) == WrapUpMode.TIMED_FULL and leg.wrap_up_due_at and at < leg.wrap_up_due_at:
        raise TooEarly
    complete(leg, disposition=disposition, note=note, in_time=True, by=by, at=at)
    return leg


@operation
def extend(leg: Leg, *, by: Agent, at: datetime | None = None) -> Leg:
    """Once, by the same time again."""
    leg = wrapping_leg(leg, by=by)
    at = at or clock.now()
    if leg.wrap_up_extended or leg.wrap_up_due_at is None or leg.work_ended_at is None:
        raise ExtendedAlready
    more = leg.wrap_up_due_at - leg.work_ended_at
    due = leg.wrap_up_due_at + max(more, timedelta(seconds=1))
    Leg.objects.filter(pk=leg.pk).update(wrap_up_due_at=due, wrap_up_extended=True)
    leg.wrap_up_due_at, leg.wrap_up_extended = due, True
    journal.record(leg, Kind.WRAP_UP_EXTENDED, by=by, at=at, leg=str(leg.public_id), until=due.isoformat())
    return leg


@operation
def run_out(leg: Leg, *, at: datetime | None = None) -> bool:
    """The limit is reached. What was chosen is kept; if it is not complete the gap shows. Safe twice and early."""
    try:
        leg = wrapping_leg(leg)
    except NotWrappingUp:
        return False
    at = at or clock.now()
    if leg.wrap_up_due_at is None or leg.wrap_up_due_at > at:
        return False
    complete(leg, disposition=leg.disposition, note=leg.note, in_time=_filled_in(leg), by=None, at=at)
    return True


def _filled_in(leg: Leg) -> bool:
    """Whether what she had chosen would have let her go."""
    try:
        check_disposition(leg, leg.disposition, leg.note.strip())
    except DispositionMissing:
        return False
    return leg.disposition is not None or taken_from_her(leg)


def complete(
    leg: Leg, *, disposition: Disposition | None, note: str, in_time: bool, by: Agent | None, at: datetime
) -> None:
    """End the leg and, when it was the last on a contact in wrap-up, close the contact."""
    code = disposition.code if disposition else (NOT_IN_TIME if not in_time else "")
    states.move(
        leg,
        LegState.COMPLETED,
        at=at,
        ended_at=at,
        ended_by=leg.ended_by or EndedBy.TIMEOUT,
        disposition=disposition,
        disposed_in_time=in_time,
        note=note.strip(),
        wrap_up_due_at=None,
    )
    journal.record(
        leg,
        Kind.DISPOSED,
        by=by,
        at=at,
        leg=str(leg.public_id),
        code=code,
        in_time=in_time,
        note=bool(note.strip()),
        agent=str(leg.agent.public_id),
    )
    # Of two colleagues who finish at one moment the second waits here, and sees that the first has.
    Interaction.objects.select_for_update(no_key=True).values_list("pk").get(pk=leg.interaction_id)
    interaction = leg.interaction
    interaction.refresh_from_db()
    others = Leg.objects.filter(interaction=interaction, role=LegRole.PRIMARY, state=LegState.WRAPPING)
    if interaction.state == State.WRAP_UP and not others.exclude(pk=leg.pk).exists():
        closing.close(interaction, Outcome.HANDLED, by=by, at=at)
