"""Whose a case is and until when a reply is owed: the two columns that contacts and words move, by one rule.

Written down in docs/decisions/0005-owner-and-due.md. The moves of a case are in `cases`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Max, Q, QuerySet

from agents.models import Agent
from bpo.kernel.outgoing import OutgoingState
from bpo.kernel.writing import update
from clients import promises
from clients.models import Channel
from interactions.models import Case, CaseState, Direction, Interaction, Message, MessageDirection, Outcome

UNSETTLED = (CaseState.OPEN, CaseState.PENDING)
# A reply that came back reached nobody; one that a worker still tries has not left.
LEFT = (OutgoingState.SENT, OutgoingState.DELIVERED, OutgoingState.COMPLAINED)
FROM_MACHINES = (Outcome.SPAM, Outcome.UNDELIVERABLE)


def locked(case: Case) -> Case:
    """The case, or the one it was merged into at last, read anew under its lock."""
    while True:
        case.refresh_from_db(from_queryset=Case.objects.select_for_update(no_key=True))
        if case.merged_into is None:
            return case
        case = case.merged_into


def taken(interaction: Interaction, *, by: Agent) -> None:
    """She took its primary leg: the open or pending case is hers. A call that came in has its answer with it.

    Called after the seats are locked and before the contact is: a case is locked before its contacts everywhere.
    """
    if interaction.case_id is None:
        return
    changes: dict[str, Any] = {"owner": by}
    if interaction.channel == Channel.VOICE and interaction.direction == Direction.INBOUND:
        changes["due_at"] = None
    update(Case, {"pk": interaction.case_id, "state__in": UNSETTLED}, **changes)


def customer_spoke(interaction: Interaction, *, at: datetime) -> None:
    """He came or wrote: a reply is owed from now on, unless one is owed already."""
    if interaction.case is None:
        return
    case = locked(interaction.case)
    if case.state in UNSETTLED and case.due_at is None:
        _owe(case, interaction, at)


def answered(interaction: Interaction) -> None:
    """A person's words reached him, in a chat or on the phone: nothing is owed but what waits for its date."""
    if interaction.case_id is not None:
        waits = Q(state=CaseState.PENDING, pending_until__isnull=False)
        _unsettled(interaction.case_id).filter(~waits, due_at__isnull=False).update(due_at=None)


def reckon_due(case: Case) -> None:
    """A mail left, was taken back or did not arrive: what is owed counts from the first words nobody answered."""
    case = locked(case)
    if case.state not in UNSETTLED or (case.state == CaseState.PENDING and case.pending_until):
        return
    Case.objects.filter(pk=case.pk).update(due_at=None)
    said = Message.objects.filter(interaction__case=case)
    replies = said.filter(direction=MessageDirection.OUT, agent__isnull=False, state__in=LEFT)
    last = replies.aggregate(last=Max("at"))["last"]
    words = said.filter(direction=MessageDirection.IN).exclude(interaction__outcome__in=FROM_MACHINES)
    unanswered = words.filter(at__gt=last) if last else words
    first = unanswered.select_related("interaction__queue__client", "interaction__entry_point").order_by("at").first()
    if first is not None:
        _owe(case, first.interaction, first.at)


def overdue(at: datetime) -> Q:
    """Which cases should have been answered by now."""
    return Q(state__in=UNSETTLED, due_at__lt=at)


def _owe(case: Case, interaction: Interaction, at: datetime) -> None:
    if interaction.queue is not None:
        due = promises.first_reply_by(interaction.queue, interaction.entry_point, at)
        update(Case, {"pk": case.pk}, due_at=due)
        case.due_at = due


def _unsettled(case_id: int) -> QuerySet[Case]:
    return Case.objects.filter(pk=case_id, state__in=UNSETTLED)


def inherit(into: Case, case: Case) -> None:
    """The surviving case keeps its owner, else takes the other's; of two replies owed the earlier counts."""
    due = [moment for moment in (into.due_at, case.due_at) if moment]
    waits = into.state == CaseState.PENDING and into.pending_until
    if into.state in UNSETTLED:
        into.owner = into.owner or case.owner
        into.due_at = into.due_at if waits else min(due, default=None)
        into.save(update_fields=["owner", "due_at"])
