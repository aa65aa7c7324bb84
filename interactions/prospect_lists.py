"""People put on a call list, all of a form or file at once, and the figures of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from bpo.accounts.models import User
from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from bpo.kernel.history import because
from clients import call_lists
from clients.models import CallList, CallListState
from interactions import journal
from interactions.models import REACHED, Kind, Prospect, ProspectResult, ProspectState


class ListClosed(DomainError):
    """A closed list is history."""

    code = "list_closed"
    sentence = _("This list is closed and stays as it is.")


class NameTaken(DomainError):
    """Somebody made a list of this name at this moment."""

    code = "name_taken"
    sentence = _("This company has a list of that name already.")


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to add: the number in E.164, a known zone, a language the client speaks, and how and when he agreed."""

    name: str
    number: str
    zone: str
    language: str
    consent_how: str
    consent_on: date
    address: str = ""
    company: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of them."""

    added: int
    duplicates: int
    blocked: int


def require_open(call_list: CallList) -> None:
    """ListClosed when neither the list nor anybody on it is changed any more."""
    if call_list.state == CallListState.CLOSED:
        raise ListClosed


def change_rules(call_list: CallList, names: Sequence[str], *, by: User, why: str) -> None:
    """Keep these fields as the object has them; its state is left to whoever pauses or closes it at this moment."""
    try:
        with transaction.atomic(), because(why, by=by):
            require_open(CallList.objects.select_for_update(of=("self",)).get(pk=call_list.pk))
            call_list.save(update_fields=names)
    except IntegrityError as error:
        raise NameTaken from error


@transaction.atomic
def add(call_list: CallList, people: Sequence[Person], *, by: User, source: str, at: datetime | None = None) -> Added:
    """Add whoever is not on the list yet and may be called; all in one transaction, asked twice it adds once.

    `source` says where they come from, for the journal: a form, or the name of a file.
    """
    at = at or clock.now()
    # Two who add to one list do so one after the other, so that both can tell what they added.
    fresh_list = CallList.objects.select_for_update(no_key=True).get(pk=call_list.pk)
    require_open(fresh_list)
    once = {person.number: person for person in reversed(people)}
    numbers = list(once)
    known = set(Prospect.objects.filter(call_list=call_list, number__in=numbers).values_list("number", flat=True))
    refused = call_lists.blocked(call_list.client_id, set(numbers) - known)
    made = Prospect.objects.bulk_create(
        [
            Prospect(
                client_id=call_list.client_id, call_list=call_list, name=one.name, number=one.number,
                address=one.address, company=one.company, zone=one.zone, language=one.language, note=one.note,
                consent_how=one.consent_how, consent_on=one.consent_on, next_try_at=at, added_at=at,
            )
            for one in reversed(once.values())
            if one.number not in known and one.number not in refused
        ]
    )  # fmt: skip
    result = Added(len(made), len(people) - len(made) - len(refused), len(refused))
    journal.record(
        fresh_list.client, Kind.PROSPECTS_ADDED, by=by, at=at, call_list=str(call_list.public_id), source=source[:120],
        added=result.added, duplicates=result.duplicates, blocked=result.blocked,
    )  # fmt: skip
    return result


@dataclass(frozen=True, slots=True)
class Figures:
    """A list in numbers. `reached` are those who spoke with us; conversion is of them."""

    people: int
    attempts: int
    states: dict[str, int]
    results: dict[str, int]

    @property
    def reached(self) -> int:
        """With whom a talk was held."""
        return sum(self.results.get(result, 0) for result in REACHED)

    @property
    def booked(self) -> int:
        """Those who agreed to a follow-up."""
        return self.results.get(ProspectResult.FOLLOW_UP, 0)

    @property
    def conversion(self) -> float | None:
        """Follow-ups of a hundred who were reached; None before anybody was."""
        return 100 * self.booked / self.reached if self.reached else None

    @property
    def open(self) -> int:
        """Those who have no end yet."""
        return sum(self.states.get(state, 0) for state in OPEN)


MOST_REASONS = 10
OPEN = (ProspectState.WAITING, ProspectState.TAKEN, ProspectState.CALLING)


def figures(lists: Sequence[CallList] | QuerySet[CallList]) -> dict[int, Figures]:
    """The figures of each list, by its key (one query)."""
    keys = [each.pk for each in lists]
    rows = Prospect.objects.filter(call_list__in=keys).values_list("call_list", "state", "result")
    found: dict[int, Figures] = {key: Figures(0, 0, {}, {}) for key in keys}
    for key, state, result, n, tries in rows.annotate(n=Count("pk"), tries=Sum("attempts")).order_by():
        before = found[key]
        states = {**before.states, state: before.states.get(state, 0) + n}
        results = {**before.results, result: before.results.get(result, 0) + n} if result else before.results
        found[key] = Figures(before.people + n, before.attempts + tries, states, results)
    return found


def reasons(call_list: CallList) -> QuerySet[Any]:
    """Why people were not interested, the commonest first: `result_note` and `n`."""
    rows = Prospect.objects.filter(call_list=call_list, result=ProspectResult.NOT_INTERESTED)
    return rows.values("result_note").annotate(n=Count("pk")).order_by("-n", "result_note")[:MOST_REASONS]
