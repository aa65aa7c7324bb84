"""Cases: open, wait, resolve, reopen, close, and notes of colleagues. Merging has a module of its own."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel import clock, words
from bpo.kernel.errors import DomainError, IllegalMove
from bpo.kernel.references import new_reference
from bpo.kernel.steps import each
from bpo.kernel.writing import insert
from clients.models import Client, Customer, Policy, Queue
from interactions import case_duty, closing, endings, journal, notices, states
from interactions.models import (
    Case,
    CaseNote,
    CaseState,
    Interaction,
    Kind,
    Leg,
    Outcome,
    State,
)

MOST_WORDS = 8000  # of a summary or a note


class SummaryMissing(DomainError):
    """The customer is owed a sentence about what was done."""

    code = "summary_missing"
    sentence = _("Sum up in a sentence what was done.")
    status = 400


class OutcomeMissing(DomainError):
    """A case ends with an outcome."""

    code = "outcome_missing"
    sentence = _("Say how the matter ended.")
    status = 400


class DateMissing(DomainError):
    """Waiting needs something to wait for."""

    code = "date_missing"
    sentence = _("Choose a date ahead, or wait for the customer.")
    status = 400


class CannotWait(IllegalMove):
    """It waits already, or is settled."""


def open_case(
    client: Client,
    customer: Customer | None,
    *,
    subject: str = "",
    queue: Queue | None = None,
    follows: Case | None = None,
    owner: Agent | None = None,
    at: datetime | None = None,
) -> Case:
    """A new matter with a reference to say aloud; another is drawn when the reference is taken."""
    at = at or clock.now()
    for attempt in range(8):
        try:
            with transaction.atomic():
                case = Case(
                    client=client,
                    customer=customer,
                    subject=subject[:300],
                    queue=queue,
                    follows=follows,
                    owner=owner,
                    opened_at=at,
                    reference=new_reference(client.reference_prefix),
                )
                before = follows.reference if follows else None
                opened = journal.entry(case, Kind.CASE_OPENED, at=at, follows=before)
                insert(case, opened)
                journal.announce_after(opened)
                return case
        except IntegrityError:
            if attempt == 7:
                raise
    raise AssertionError("unreachable")


def surviving(case: Case) -> Case:
    """The case itself, or the one it was merged into at last."""
    while case.merged_into is not None:
        case = case.merged_into
    return case


@transaction.atomic
def for_contact(
    client: Client,
    customer: Customer | None,
    *,
    subject: str = "",
    queue: Queue | None = None,
    previous: Case | None = None,
    at: datetime | None = None,
) -> Case:
    """The case a new contact belongs to (DESIGN.md 2): open or pending stays, resolved within the client's limit
    reopens, else a new case linked to the old; without an old one, a new case.

    The old case is locked: of two contacts at one moment the second finds what the first made of it, and nothing is
    hung on a case that is being merged.
    """
    at = at or clock.now()
    if previous is None:
        return open_case(client, customer, subject=subject, queue=queue, at=at)
    previous = case_duty.locked(previous)
    if previous.state == CaseState.OPEN:
        return previous
    if previous.state == CaseState.PENDING:
        back_to_open(previous, why="customer wrote", at=at)
        return previous
    if may_reopen(previous, at):
        reopen(previous, at=at)
        return previous
    return open_case(client, customer, subject=subject or previous.subject, queue=queue, follows=previous, at=at)


def may_reopen(case: Case, at: datetime) -> bool:
    """Whether it is resolved, and the customer's word opens it again: within the client's limit."""
    if case.state != CaseState.RESOLVED or case.resolved_at is None:
        return False
    policy = Policy.objects.filter(client=case.client_id).first() or Policy()
    return at < case.resolved_at + timedelta(days=policy.reopen_days)


@transaction.atomic
def resolve(
    case: Case,
    *,
    by: Agent,
    summary: str,
    outcome: str,
    confirmed: bool | None = None,
    interaction: Interaction | None = None,
    at: datetime | None = None,
) -> Case:
    """The matter is settled: with a summary and an outcome, which is the code of one of the client's endings or words.
    The notice to the customer is written with it.

    What was parked on it has nothing to wait for any more and is closed as handled.
    """
    at = at or clock.now()
    summary, outcome = words.paragraphs(summary, most=MOST_WORDS), words.line(outcome, most=endings.MOST_WORDS)
    if not summary:
        raise SummaryMissing
    if not outcome:
        raise OutcomeMissing
    ending = endings.settling_as(case.client_id, outcome)
    states.move(
        case,
        CaseState.RESOLVED,
        at=at,
        summary=summary,
        outcome=endings.words_of(ending) if ending else outcome,
        confirmed_by_customer=confirmed,
        resolved_at=at,
        resolved_by=by,
        pending_until=None,
        pending_for="",
        due_at=None,
    )
    journal.record(
        interaction or case,
        Kind.CASE_RESOLVED,
        by=by,
        at=at,
        outcome=case.outcome,
        ending=ending.code if ending else "",
        confirmed=confirmed,
        turn=case.reopened,
    )
    for parked in Interaction.objects.filter(case=case, state=State.PARKED).order_by("pk"):
        closing.close(parked, Outcome.HANDLED, by=by, at=at)
    notices.write_resolution(case, interaction)
    return case


@transaction.atomic
def reopen(case: Case, *, by: Agent | None = None, at: datetime | None = None) -> Case:
    """Resolved was too early; its turn counts up, so that a second resolution is its own. It waits for anyone."""
    at = at or clock.now()
    _require(case, CaseState.RESOLVED)
    states.move(case, CaseState.OPEN, at=at, reopened=case.reopened + 1, resolved_at=None, closed_at=None)
    journal.record(case, Kind.CASE_REOPENED, by=by, at=at, turn=case.reopened)
    notices.take_back_resolution(case, at=at)
    return case


@transaction.atomic
def set_pending(
    case: Case, *, by: Agent, until: datetime | None = None, for_customer: bool = False, at: datetime | None = None
) -> Case:
    """Wait for the customer, or for a date; with a date it is due at that date. CannotWait of one that is not open."""
    at = at or clock.now()
    if case.state != CaseState.OPEN:
        told = {"ref": case.reference, "state": case.get_state_display().lower()}
        raise CannotWait(sentence=_("Case %(ref)s is %(state)s: it is not made to wait.") % told)
    if not for_customer and (until is None or until <= at):
        raise DateMissing
    due = {"due_at": until} if until else {}
    wait_for = "customer" if for_customer else "date"
    states.move(case, CaseState.PENDING, at=at, pending_until=until, pending_for=wait_for, **due)
    journal.record(
        case, Kind.CASE_PENDING, by=by, at=at, until=until.isoformat() if until else None, wait_for=case.pending_for
    )
    return case


@transaction.atomic
def back_to_open(case: Case, *, why: str, by: Agent | None = None, at: datetime | None = None) -> Case:
    """What it waited for has come. A date that is reached stays its due, one that lies ahead falls."""
    at = at or clock.now()
    _require(case, CaseState.PENDING)
    due = {"due_at": None} if case.pending_until and case.pending_until > at else {}
    states.move(case, CaseState.OPEN, at=at, pending_until=None, pending_for="", **due)
    journal.record(case, Kind.CASE_PENDING, by=by, at=at, ended=why)
    return case


def _require(case: Case, state: CaseState) -> None:
    """Two ways lead to open, and each begins in its own state."""
    if case.state != state:
        raise IllegalMove(f"{case} is {case.state}, not {state}")


def wake_pending(at: datetime) -> int:
    """Cases whose date has come are open again; called by the sweep. Returns how many."""
    due = Case.objects.filter(state=CaseState.PENDING, pending_for="date", pending_until__lte=at)
    return each(due.order_by("pending_until", "pk")[:100], lambda case: back_to_open(case, why="date reached", at=at))


def close_expired(at: datetime) -> int:
    """Resolved cases past the client's reopen limit are closed; called by beat. Returns how many."""
    closed = 0
    for policy in Policy.objects.order_by("pk"):
        limit = at - timedelta(days=policy.reopen_days)
        expired = Case.objects.filter(client=policy.client_id, state=CaseState.RESOLVED, resolved_at__lte=limit)
        closed += each(expired.order_by("resolved_at", "pk")[:500], lambda case: _expire(case, at=at))
    return closed


@transaction.atomic
def _expire(case: Case, *, at: datetime) -> Case:
    states.move(case, CaseState.CLOSED, at=at, closed_at=at)
    journal.record(case, Kind.CASE_CLOSED, at=at)
    return case


@transaction.atomic
def add_note(case: Case, *, by: journal.Actor | None, text: str, at: datetime | None = None) -> CaseNote:
    """Something for colleagues alone."""
    at = at or clock.now()
    text = words.paragraphs(text, most=MOST_WORDS)
    if not text:
        raise SummaryMissing(sentence=_("The note is empty."))
    note = CaseNote.objects.create(case=case, by_name=str(by or "system"), text=text, at=at)
    journal.record(case, Kind.NOTE_ADDED, by=by, at=at)
    return note


def of_leg(leg: Leg) -> Case:
    """The case of the contact a leg is on; opened now when there is none yet."""
    interaction = leg.interaction
    if interaction.case_id is None:
        interaction.case = open_case(leg.client, interaction.customer, queue=interaction.queue, owner=leg.agent)
        Interaction.objects.filter(pk=interaction.pk).update(case=interaction.case)
    case = interaction.case
    assert case is not None
    return case
