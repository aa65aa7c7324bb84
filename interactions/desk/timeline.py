"""Everything that happened with one customer at this company, whatever the channel: one list, newest first, paged."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bpo.kernel.errors import InvalidValue
from clients.models import Customer
from clients.times import window_words
from interactions import promise_words
from interactions.desk.customer_pane import contact_icon, contact_words
from interactions.models import (
    Appointment,
    Callback,
    Case,
    ClientTask,
    Interaction,
    Refund,
    SurveyAnswer,
    TaskState,
)

PAGE = 30


@dataclass(frozen=True, slots=True)
class Event:
    """One line: what it was, how it stands, since when it is known, and where more of it is."""

    at: datetime
    rank: int
    key: UUID
    icon: str
    words: str
    aside: str
    url: str = ""

    @property
    def mark(self) -> str:
        """Where the page after this line begins."""
        return f"{self.at.isoformat()}~{self.rank}~{self.key}"


@dataclass(frozen=True, slots=True)
class Page:
    """So many lines; `older` is where the next page begins, empty on the last."""

    events: list[Event]
    older: str


@dataclass(frozen=True, slots=True)
class Kind:
    """Where lines of one kind come from: their rows, the time and the key in them, and their words."""

    rows: Callable[[Customer], QuerySet[Any]]
    at: str
    key: str
    told: Callable[[Any], tuple[str, str, str, str]]


def page_of(customer: Customer, before: str = "") -> Page:
    """The lines before a mark, else the newest. As many statements whatever there is; InvalidValue of no mark."""
    since = _read(before) if before else None
    found: list[Event] = []
    for rank, kind in enumerate(KINDS):
        rows = kind.rows(customer)
        if since is not None:
            rows = rows.filter(_before(kind, rank, *since))
        rows = rows.annotate(seen_at=F(kind.at), seen_key=F(kind.key)).order_by(f"-{kind.at}", f"-{kind.key}")
        found += (Event(row.seen_at, rank, row.seen_key, *kind.told(row)) for row in rows[: PAGE + 1])
    found.sort(key=lambda one: (one.at, -one.rank, one.key), reverse=True)
    shown = found[:PAGE]
    return Page(shown, shown[-1].mark if len(found) > PAGE else "")


def _read(mark: str) -> tuple[datetime, int, UUID]:
    try:
        at, rank, key = mark.split("~")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError(mark)
        return moment, int(rank), UUID(key)
    except ValueError as error:
        raise InvalidValue(f"before {mark!r}", sentence=_("This page of the list is not there.")) from error


def _before(kind: Kind, rank: int, at: datetime, last: int, key: UUID) -> Q:
    """What comes after this line: earlier; at the same moment of a later kind, or of the same kind by its key."""
    earlier = Q(**{f"{kind.at}__lt": at})
    if rank > last:
        return earlier | Q(**{kind.at: at})
    return earlier | Q(**{kind.at: at, f"{kind.key}__lt": key}) if rank == last else earlier


def _contact(one: Interaction) -> tuple[str, str, str, str]:
    how = one.get_outcome_display() or one.get_state_display()
    aside = ", ".join(str(part) for part in (one.queue or "", how) if part)
    return contact_icon(one), contact_words(one), aside, _case_page(one.case)


def _promise(one: Callback) -> tuple[str, str, str, str]:
    words = _("Reply by mail promised") if promise_words.by_mail(one) else _("Callback promised")
    aside = f"{one.reference}, {promise_words.standing_words(one)}"
    return promise_words.kind_icon(one), words, aside, reverse("console-callback", args=[one.public_id])


def _appointment(one: Appointment) -> tuple[str, str, str, str]:
    when = window_words(one.starts_at, one.ends_at, one.zone, get_language() or "en")
    aside = f"{when}, {one.get_state_display().lower()}"
    return "calendar", one.get_kind_display(), aside, _case_page(one.case)


def _refund(one: Refund) -> tuple[str, str, str, str]:
    return "bill", _("Refund: %(why)s") % {"why": one.reason}, one.get_state_display().lower(), _case_page(one.case)


def _task(one: ClientTask) -> tuple[str, str, str, str]:
    state = one.get_state_display().lower()
    return "flag", one.title, f"{_('task for the company')}, {state}" + (f": {one.note}" if one.note else ""), ""


def _survey(one: SurveyAnswer) -> tuple[str, str, str, str]:
    return "star", _("Survey answered"), one.judgement, _case_page(one.interaction.case)


def _case(one: Case) -> tuple[str, str, str, str]:
    aside = f"{one.reference}, {one.get_state_display().lower()}"
    return "case", one.subject or _("A matter without a subject"), aside, _case_page(one)


def _case_page(case: Case | None) -> str:
    return reverse("console-case", args=[case.public_id]) if case else ""


def _contacts_of(customer: Customer) -> QuerySet[Interaction]:
    return Interaction.objects.filter(customer=customer).select_related("reason", "case", "envelope", "queue")


# In this order at one moment. A case stands for itself where it has no contact.
KINDS: Iterable[Kind] = (
    Kind(lambda of: SurveyAnswer.objects.filter(interaction__customer=of).select_related("interaction__case"),
         "answered_at", "interaction__public_id", _survey),
    Kind(lambda of: ClientTask.objects.filter(customer=of).exclude(state=TaskState.WITHDRAWN), "made_at", "public_id",
         _task),
    Kind(lambda of: Refund.objects.filter(customer=of).select_related("case"), "asked_at", "public_id", _refund),
    Kind(lambda of: Appointment.objects.filter(customer=of).select_related("case"), "booked_at", "public_id",
         _appointment),
    Kind(lambda of: Callback.objects.filter(customer=of).select_related("interaction"), "promised_at", "public_id",
         _promise),
    Kind(lambda of: Case.objects.filter(customer=of, interactions=None), "opened_at", "public_id", _case),
    Kind(_contacts_of, "arrived_at", "public_id", _contact),
)  # fmt: skip
