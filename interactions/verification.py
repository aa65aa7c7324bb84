"""Whether what a customer says fits what is on record: compared normalised, the expected value never told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from clients.customers import tidy_address, tidy_phone
from clients.models import Client, Customer
from interactions.models import JournalEntry, Kind, Run

DATE_SHAPES = (
    re.compile(r"^(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})$"),
    re.compile(r"^(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})$"),
    re.compile(r"^(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})$"),
)


@dataclass(frozen=True, slots=True)
class Compared:
    """The facts that fit and those that did not; a fact left empty is in neither."""

    passed: tuple[str, ...]
    failed: tuple[str, ...]


def compare(client: Client, customer: Customer | None, given: Mapping[str, str], *, since: datetime) -> Compared:
    """Compare each given fact with the customer's record; what came to it after `since` proves nothing."""
    passed: list[str] = []
    failed: list[str] = []
    for fact, value in given.items():
        if not value.strip():
            continue
        (passed if customer and fits(client, customer, fact, value, since=since) else failed).append(fact)
    return Compared(tuple(passed), tuple(failed))


def fits(client: Client, customer: Customer, fact: str, value: str, *, since: datetime) -> bool:
    """Whether one value is the customer's, and was so at `since`."""
    match fact:
        case "name":
            same = bool(words(customer.name)) and words(value) == words(customer.name)
            return same and not _renamed(customer, since)
        case "postal_code":
            return bool(customer.postal_code) and postal(value) == postal(customer.postal_code)
        case "birth_date":
            return customer.birth_date is not None and read_date(value) == customer.birth_date
        case "account_number":
            same = bool(customer.account_number) and plain(value) == plain(customer.account_number)
            return same and not any(entry.facts["account"] for entry in _doubtful_joins(customer, since))
        case "phone":
            number = tidy_phone(client, value)
            return bool(number) and known(customer, "phones", since).filter(number=number).exists()
        case "email":
            address = tidy_address(value)
            return bool(address) and known(customer, "addresses", since).filter(address=address).exists()
        case "order":
            return has_number(known(customer, "orders", since).values_list("number", flat=True), value)
        case "bill":
            return has_number(known(customer, "bills", since).values_list("number", flat=True), value)
    return False


def known(customer: Customer, what: str, since: datetime) -> QuerySet[Any]:
    """Of a customer's "phones", "addresses", "orders" or "bills" those that were his at `since` already.

    Left out is what was written down, or came by a join, in a contact in which nobody has been verified.
    """
    rows: QuerySet[Any] = getattr(customer, what).all()
    joined = {pk for entry in _doubtful_joins(customer, since) for pk in entry.facts["moved"].get(what, ())}
    if what in ("phones", "addresses"):
        rows = rows.exclude(added_at__gt=since).exclude(pk__in=[row.pk for row in _hearsay(customer, rows)])
    return rows.exclude(pk__in=joined) if joined else rows


def unconfirmed(customer: Customer) -> frozenset[str]:
    """The numbers and addresses of the record that count for nothing yet."""
    return frozenset(str(row) for row in _hearsay(customer, [*customer.phones.all(), *customer.addresses.all()]))


def _hearsay(customer: Customer, rows: Iterable[Any]) -> list[Any]:
    doubtful = _unproven(customer, {one for row in rows for one in row.unproven_in})
    return [row for row in rows if doubtful.intersection(row.unproven_in)]


def _unproven(customer: Customer, contacts: Iterable[UUID | str]) -> set[UUID]:
    """Of these contacts those in which nobody was verified as this customer."""
    asked = {UUID(str(one)) for one in contacts}
    if not asked:
        return asked
    passed = Run.objects.filter(interaction__public_id__in=asked, interaction__customer=customer, verified=True)
    return asked - set(passed.values_list("interaction__public_id", flat=True))


def _doubtful_joins(customer: Customer, since: datetime) -> list[JournalEntry]:
    """The joins that brought something to this record after `since`, or beside somebody who was not verified."""
    gone: list[Customer] = []
    came = list(Customer.objects.filter(merged_into=customer))
    while came:
        gone += came
        came = list(Customer.objects.filter(merged_into__in=came))
    if not gone:
        return []
    entries = JournalEntry.objects.filter(
        client=customer.client_id,
        kind=Kind.CUSTOMER_MERGED,
        facts__customer__in=[str(one.public_id) for one in gone],
    )
    last = {entry.facts["customer"]: entry for entry in entries.order_by("pk")}
    return [entry for entry in last.values() if entry.at > since or _unproven(customer, entry.facts.get("beside", ()))]


def _renamed(customer: Customer, since: datetime) -> bool:
    if _unproven(customer, customer.name_unproven_in):
        return True
    corrected = JournalEntry.objects.filter(client=customer.client_id, kind=Kind.CORRECTED, at__gt=since)
    return corrected.filter(facts__customer=str(customer.public_id), facts__changed__contains="name").exists()


def asks(run: Run) -> bool:
    """Whether the script of this run has a check of who it is."""
    return any(step.get("kind") == "verify" for step in run.version.graph.get("steps", []))


def has_number(numbers: object, value: str) -> bool:
    """Whether one of the numbers is the value, however it was spoken: dashes, spaces and case do not count."""
    said = plain(value)
    return bool(said) and any(plain(str(number)) == said for number in numbers)  # type: ignore[attr-defined]


def plain(text: str) -> str:
    """Letters and digits alone, without accents, in lower case."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in bare if char.isalnum())


def words(name: str) -> tuple[str, ...]:
    """The words of a name in any order."""
    return tuple(sorted(filter(None, (plain(word) for word in re.split(r"[\s,.-]+", name)))))


def postal(code: str) -> str:
    """A postal code; of a US ZIP+4 the first five digits."""
    bare = plain(code)
    return bare[:5] if bare.isdigit() and len(bare) == 9 else bare


def read_date(text: str) -> date | None:
    """A date as written in English, German or ISO order; None when it is none."""
    for shape in DATE_SHAPES:
        found = shape.match(text.strip())
        if found:
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                return None
    return None
