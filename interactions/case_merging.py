"""Two cases become one, and two again within a day; open contacts and promises follow."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel import clock
from bpo.kernel.composed import composed
from bpo.kernel.errors import DomainError, StaleState
from interactions import case_duty, cases, journal, states
from interactions.models import (
    Callback,
    Case,
    CaseState,
    Interaction,
    JournalEntry,
    Kind,
    Leg,
    LegRole,
    Message,
    MessageDirection,
    State,
)

UNDO_WITHIN = timedelta(hours=24)


class CannotMerge(DomainError):
    """The two cases do not belong together."""

    code = "cannot_merge"
    sentence = _("Only two cases of the same client can be merged.")


class CannotSplit(DomainError):
    """Nothing to undo, or too late for it."""

    code = "cannot_split"
    sentence = _("This case was not merged within the last 24 hours.")


@transaction.atomic
def merge(case: Case, into: Case, *, by: Agent, at: datetime | None = None) -> Case:
    """Two cases are one matter: contacts and promises open on the first follow to the second."""
    at = at or clock.now()
    into = cases.surviving(into)
    if case.client_id != into.client_id or case.pk == into.pk:
        raise CannotMerge
    _lock(case, into)
    if into.state == CaseState.MERGED:
        raise StaleState(f"{into} was merged meanwhile")
    if into.state == CaseState.CLOSED:
        raise CannotMerge(sentence=_("A closed case takes nothing in any more."))
    before = {
        "was": case.state, "due": _told(case.due_at), "into_due": _told(into.due_at),
        "into_owner": str(into.owner.public_id) if into.owner else None,
    }  # fmt: skip
    case_duty.inherit(into, case)
    states.move(case, CaseState.MERGED, at=at, merged_into=into, due_at=None)
    # Promises first: an attempt that one of them starts meanwhile is then among the contacts.
    moved = {"callbacks": _ids(case.callbacks.filter(ended_at=None))}
    Callback.objects.filter(public_id__in=moved["callbacks"]).update(case=into, version=F("version") + 1)
    moved["interactions"] = _ids(case.interactions.exclude(state=State.CLOSED))
    Interaction.objects.filter(public_id__in=moved["interactions"]).update(case=into)
    facts: dict[str, Any] = {**before, "due_then": _told(into.due_at), "moved": moved}
    journal.record(case, Kind.CASE_MERGED, by=by, at=at, into=into.reference, **facts)
    journal.record(into, Kind.CASE_MERGED, by=by, at=at, took=case.reference)
    return into


@transaction.atomic
def split(case: Case, *, by: Agent, at: datetime | None = None) -> Case:
    """Undo a merge of the last 24 hours: the case is what it was, what came along goes back to it.

    What is new since then stays with the surviving case.
    """
    at = at or clock.now()
    case.refresh_from_db()
    into, entry = case.merged_into, _merging(case)
    if into is None or entry is None or at - entry.at > UNDO_WITHIN:
        raise CannotSplit
    _lock(case, into)
    if case.merged_into_id != into.pk:
        raise CannotSplit
    if into.state == CaseState.MERGED:
        raise CannotSplit(sentence=_("The other case was merged with a third one since; undo that first."))
    facts = entry.facts
    states.split(case, facts["was"])
    promises = Callback.objects.filter(public_id__in=facts["moved"]["callbacks"], case=into)
    promises.update(case=case, version=F("version") + 1)
    contacts = Interaction.objects.filter(public_id__in=facts["moved"]["interactions"], case=into)
    said = Message.objects.filter(interaction__in=list(contacts.values_list("pk", flat=True)))
    contacts.update(case=case)
    wrote = said.filter(direction=MessageDirection.IN, at__gt=entry.at).exists()
    said.filter(case=into).update(case=case)
    _own_again(case, _taker(case, entry.at) or case.owner)
    before = Agent.objects.filter(public_id=facts.get("into_owner")).first() if facts.get("into_owner") else None
    _own_again(into, _taker(into, entry.at) or before)
    _owe_again(case, into, facts)
    if wrote and case.state == CaseState.PENDING:
        cases.back_to_open(case, why="customer wrote", at=at)
    elif wrote and case.state == CaseState.RESOLVED:
        cases.reopen(case, at=at)
    journal.record(case, Kind.CASE_SPLIT, by=by, at=at, left=into.reference)
    journal.record(into, Kind.CASE_SPLIT, by=by, at=at, gave=case.reference)
    return case


@composed
def _merged_since(into: Any, since: Any) -> QuerySet[JournalEntry]:
    entries = JournalEntry.objects.filter(kind=Kind.CASE_MERGED, case__merged_into=into, facts__has_key="moved")
    return entries.filter(at__gte=since).select_related("case").order_by("case_id", "pk")


def can_be_split(into: Case, *, at: datetime | None = None) -> list[tuple[Case, datetime]]:
    """Cases that came into this one within the last day, each with until when that can be undone."""
    at = at or clock.now()
    if into.state == CaseState.MERGED:
        return []
    last = {entry.case: entry.at for entry in _merged_since(into.pk, at - UNDO_WITHIN) if entry.case}
    return [(case, merged_at + UNDO_WITHIN) for case, merged_at in last.items()]


def _merging(case: Case) -> JournalEntry | None:
    """The entry of its last merge, which knows what came along."""
    entries = JournalEntry.objects.filter(case=case, kind=Kind.CASE_MERGED, facts__has_key="moved")
    return entries.order_by("-pk").first()


def _taker(case: Case, since: datetime) -> Agent | None:
    """Who took one of its contacts last since then: whose the case is by the rule of `case_duty`."""
    legs = Leg.objects.filter(interaction__case=case, role=LegRole.PRIMARY, accepted_at__gt=since)
    last = legs.select_related("agent").order_by("-accepted_at", "-pk").first()
    return last.agent if last else None


def _own_again(case: Case, owner: Agent | None) -> None:
    Case.objects.filter(pk=case.pk).update(owner=owner)


def _owe_again(case: Case, into: Case, facts: dict[str, Any]) -> None:
    """Due as they were; where something was owed or answered since, it is reckoned anew."""
    if _told(into.due_at) == facts["due_then"]:
        Case.objects.filter(pk=into.pk).update(due_at=_read(facts["into_due"]))
        Case.objects.filter(pk=case.pk).update(due_at=_read(facts["due"]))
    else:
        case_duty.reckon_due(into)
        case_duty.reckon_due(case)
    into.refresh_from_db()
    case.refresh_from_db()


def _ids(rows: QuerySet[Any]) -> list[str]:
    return [str(one) for one in rows.values_list("public_id", flat=True)]


def _told(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _read(told: str | None) -> datetime | None:
    return parse_datetime(told) if told else None


def _lock(case: Case, into: Case) -> None:
    """Both locked in one order, and read anew: merged into each other at one moment neither would survive."""
    rows = Case.objects.select_for_update(no_key=True).filter(pk__in=[case.pk, into.pk])
    list(rows.order_by("pk").values_list("pk"))
    case.refresh_from_db()
    into.refresh_from_db()


@transaction.atomic
def put_on(interaction: Interaction, other: Interaction, *, by: Agent, at: datetime | None = None) -> Case:
    """Two contacts of one customer are one matter, the agent says: the first goes on with the case of the other.

    Refused when their reasons differ: then they are two matters, whoever speaks.
    """
    at = at or clock.now()
    if other.case is None or interaction.client_id != other.client_id or interaction.customer_id != other.customer_id:
        raise CannotMerge(sentence=_("Only contacts of the same customer can share a case."))
    if interaction.reason_id and other.reason_id and interaction.reason_id != other.reason_id:
        raise CannotMerge(sentence=_("These contacts have different reasons, so they are two matters."))
    if interaction.case is not None and interaction.case_id != other.case_id:
        into = merge(interaction.case, other.case, by=by, at=at)
    else:
        into = case_duty.locked(other.case)
        if into.state == CaseState.CLOSED:
            raise CannotMerge(sentence=_("A closed case takes nothing in any more."))
        Interaction.objects.filter(pk=interaction.pk).update(case=into)
    interaction.case = into
    return into
