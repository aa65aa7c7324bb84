"""Whether what a customer says fits what is on record: compared normalised, the expected value never told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from clients.customers import tidy_address, tidy_phone
from clients.models import Bill, Client, Customer, Order
from interactions.models import JournalEntry, Kind

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
            return bool(customer.account_number) and plain(value) == plain(customer.account_number)
        case "phone":
            number = tidy_phone(client, value)
            return bool(number) and known(customer.phones, since).filter(number=number).exists()
        case "email":
            address = tidy_address(value)
            return bool(address) and known(customer.addresses, since).filter(address=address).exists()
        case "order":
            return has_number(Order.objects.filter(customer=customer).values_list("number", flat=True), value)
        case "bill":
            return has_number(Bill.objects.filter(customer=customer).values_list("number", flat=True), value)
    return False


def known(rows: Any, since: datetime) -> Any:
    """Of a customer's numbers or addresses those that were his at `since` already."""
    return rows.exclude(added_at__gt=since)


def _renamed(customer: Customer, since: datetime) -> bool:
    corrected = JournalEntry.objects.filter(client=customer.client_id, kind=Kind.CORRECTED, at__gt=since)
    return corrected.filter(facts__customer=str(customer.public_id), facts__changed__contains="name").exists()


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
