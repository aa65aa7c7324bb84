"""A mail that has not left: it leaves at another time, is taken back, or the customer writes before it leaves.

What becomes of it is written down in docs/decisions/0006-send-later.md.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel import clock, words
from bpo.kernel.errors import DomainError
from bpo.kernel.outgoing import OutgoingState
from clients.models import Channel
from interactions import case_duty, cases, drafts, handling, journal, mail_out, sending_time, states
from interactions.models import (
    Case,
    CaseState,
    Interaction,
    Kind,
    Leg,
    LegRole,
    LegState,
    Message,
    MessageDirection,
    State,
)
from interactions.models.message import NOT_LEFT, MessageQuerySet

HOLDING = (LegState.HANDLING, LegState.WRAPPING)
TAKEN_BACK = "mail undone"
CUSTOMER_WROTE = "customer wrote"
KEPT = _("The customer wrote before this mail left, so it did not leave:")
TOLD_FOR = timedelta(hours=24)


class TooLate(DomainError):
    """The mail has left, or what followed it has gone on."""

    code = "too_late"
    sentence = _("This mail has already left.")


def scheduled(*, at: Any = None) -> MessageQuerySet:
    """The mails that leave later than one that is sent now; one that is held does, whatever its time.

    `at` is a time, or a place for one in a statement that is written once.
    """
    at = at or clock.now()
    later = Q(state=OutgoingState.PENDING, due_at__gt=at + sending_time.UNDO) | Q(state=OutgoingState.HELD)
    return mail_out.mails().filter(later, attempts=0)


def overtaken_of(agent: Any, *, at: Any) -> MessageQuerySet:
    """Her mails that a customer's mail took back, for a day after they should have left."""
    undone = mail_out.mails().filter(agent=agent, state=OutgoingState.CANCELLED, last_error=CUSTOMER_WROTE)
    return undone.filter(due_at__gt=at - TOLD_FOR)


def of_case(case_id: int) -> Q:
    """The mails of a matter: of its contacts, and of those that ended before their case was merged into it."""
    return Q(interaction__case=case_id) | Q(interaction__case__merged_into=case_id)


def may_change(message: Message, agent: Agent) -> bool:
    """Who holds the contact or its case decides about its mails; where nobody holds the contact, who wrote it.

    Who still wraps up a contact that a colleague handles by now holds it no more.
    """
    same = Q(interaction=message.interaction_id)
    if message.interaction.case_id:
        same |= Q(interaction__case=message.interaction.case_id)
    holders = Leg.objects.filter(same, role=LegRole.PRIMARY, state__in=HOLDING)
    legs = list(holders.values_list("agent_id", "interaction_id", "state"))
    handled = {contact for _holder, contact, state in legs if state == LegState.HANDLING}
    held = [one[:2] for one in legs if one[2] == LegState.HANDLING or one[1] not in handled]
    if any(holder == agent.pk for holder, _contact in held):
        return True
    return message.agent_id == agent.pk and all(contact != message.interaction_id for _holder, contact in held)


def _own(message: Message, by: Agent) -> Message:
    """The mail read anew under its lock, if it is hers to decide about and has not left."""
    rows = Message.objects.select_related("interaction__case", "case").select_for_update(of=("self",))
    fresh = rows.get(pk=message.pk)
    mail = fresh.direction == MessageDirection.OUT and fresh.channel == Channel.EMAIL
    if not mail or not may_change(fresh, by):
        raise handling.NotYours
    if fresh.state not in NOT_LEFT or fresh.attempts:
        raise TooLate
    return fresh


@transaction.atomic
def send_later(message: Message, send_at: datetime | None, *, by: Agent, at: datetime | None = None) -> Message:
    """Let a mail that has not left leave at another time; without one it leaves now, and can still be undone."""
    at = at or clock.now()
    due = sending_time.due(send_at, at)
    message = _own(message, by)
    if message.resolves and send_at is not None:
        raise sending_time.SettlesNow
    message.due_at, message.at = due, send_at or at
    message.save(update_fields=["due_at", "at"])
    facts = {"message": str(message.public_id), "due": due.isoformat()}
    journal.record(message.interaction, Kind.DRAFT_SENT, by=by, at=at, now=send_at is None, **facts)
    return message


@transaction.atomic
def undo(message: Message, *, by: Agent, at: datetime | None = None) -> Message:
    """Take a mail back that has not left: its words are the draft again, and what followed from it is undone too.

    A parked contact comes back to her, else it stands in line again. On one that is closed the words stay on the case.
    """
    at = at or clock.now()
    states.take_seats_on(message.interaction_id, by)
    # The case before its mails, as a customer's mail is taken in.
    case = Case.objects.filter(interactions=message.interaction_id).first()
    if case is not None:
        case_duty.locked(case)
    message = _own(message, by)
    interaction = message.interaction
    if message.resolves:
        _take_back_resolution(message, by=by, at=at)
    elif interaction.state == State.PARKED:
        _fetch_back(interaction, by=by, at=at)
        if interaction.case is not None and interaction.case.state == CaseState.PENDING:
            cases.back_to_open(interaction.case, why=TAKEN_BACK, by=by, at=at)
    _cancel(message, interaction, draft_of=by, at=at)
    if interaction.case is not None:
        case_duty.reckon_due(interaction.case)
    journal.record(interaction, Kind.UNDONE, by=by, at=at, message=str(message.public_id))
    return message


def _fetch_back(interaction: Interaction, *, by: Agent, at: datetime) -> None:
    """It waits for an answer that does not come now: to her who parked it and has room, else to its line."""
    try:
        handling.unpark(interaction, by=by, at=at)
    except (handling.NotEligible, handling.NotYours):
        handling.return_parked(interaction, why=TAKEN_BACK, at=at)


def _cancel(message: Message, goes_on: Interaction, *, draft_of: Agent, at: datetime, why: str = "") -> None:
    if not message.move(OutgoingState.CANCELLED, at=min(message.at, at), last_error=why):
        raise TooLate
    drafts.give_back(goes_on, draft_of, message.text, at=at)


def _take_back_resolution(message: Message, *, by: Agent, at: datetime) -> None:
    interaction, case = message.interaction, message.case
    leg = (
        Leg.objects.select_related("interaction")
        .filter(interaction=interaction, agent=by, role=LegRole.PRIMARY, state=LegState.WRAPPING)
        .first()
    )
    if leg is None or interaction.state != State.WRAP_UP:
        raise TooLate(sentence=_("This contact is closed already; the mail leaves."))
    states.move(leg, LegState.HANDLING, at=at, work_ended_at=None, wrap_up_due_at=None, ended_by="")
    states.move(interaction, State.ACTIVE, at=at)
    journal.record(leg, Kind.RESUMED, by=by, at=at, leg=str(leg.public_id), why=TAKEN_BACK)
    if case is not None and case.state == CaseState.RESOLVED:
        cases.reopen(case, by=by, at=at)


def overtaken(interaction: Interaction, *, at: datetime) -> int:
    """The customer has written: what was to leave later answers less than he asked. It is taken back, its words are the
    draft of the contact his mail is on, or a note on the case when that is closed. Returns how many.

    Called in the transaction that takes his mail in.
    """
    about = Q(interaction=interaction)
    if interaction.case is not None:
        about |= of_case(interaction.case.pk)
        if interaction.case.follows_id:  # his mail on what was closed opens the next one
            about |= Q(interaction__case=interaction.case.follows_id)
    taken = 0
    found = scheduled(at=at).filter(about).select_related("interaction__case", "agent").order_by("due_at", "pk")
    for message in found:
        if message.agent is None:
            continue
        try:
            _cancel(message, interaction, draft_of=message.agent, at=at, why=CUSTOMER_WROTE)
        except TooLate:
            continue
        undone = str(message.public_id)
        journal.record(message.interaction, Kind.UNDONE, at=at, message=undone, why=CUSTOMER_WROTE)
        case = interaction.case or message.interaction.case
        if interaction.state == State.CLOSED and case is not None:  # outside hours: nobody has it, so it has no draft
            said = words.salvaged(f"{KEPT}\n\n{message.text}", most=cases.MOST_WORDS)
            cases.add_note(case, by=None, text=said, at=at)
        taken += 1
    return taken
