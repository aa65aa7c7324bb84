"""Find or create a client's customer by what identifies him, and search; never across two clients."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

from bpo.accounts.models import User
from bpo.kernel.fields import can_be_called, normalise_phone
from bpo.kernel.words import salvaged_line, sought
from bpo.kernel.writing import insert
from clients.models import Channel, Client, Customer, CustomerAddress, CustomerPhone, QueueState

MOST_MERGES = 10
LEAST_DIGITS = 4


def tidy_phone(client: Client, text: str) -> str:
    """The number in E.164, read in the client's country; empty when it is none."""
    try:
        number = normalise_phone(text.strip(), client.country) if text.strip() else ""
    except ValidationError:
        return ""
    return number if re.fullmatch(r"\+[1-9][0-9]{5,14}", number) else ""


def typed_phone(client: Client, text: str) -> str:
    """A number that a customer types to be called under, in E.164; empty when nobody can be called there."""
    number = tidy_phone(client, text)
    return number if number and can_be_called(number) else ""


def takes_calls(client: Client) -> bool:
    """Whether a line of the client takes calls: where none does, no customer is promised one."""
    lines = client.queues.exclude(state=QueueState.ARCHIVED).values_list("channels", flat=True)
    return any(Channel.VOICE in channels for channels in lines)


def number_to_call(client: Client, text: str) -> str:
    """The number under which a call may be promised, in E.164; empty when it is none, or when nobody would call."""
    number = tidy_phone(client, text)
    return number if number and takes_calls(client) else ""


def tidy_address(text: str) -> str:
    """The mail address in lower case; empty when it is none."""
    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address if len(address) <= 254 else ""


def find(client: Client, *, phone: str = "", address: str = "", account: str = "") -> Customer | None:
    """The customer of this client by number, then address, then account; a merged one answers as its survivor."""
    of_client = Customer.objects.filter(client=client)
    found: Customer | None = None
    if phone:
        found = of_client.filter(phones__number=phone, phones__client=client).first()
    if found is None and address:
        found = of_client.filter(addresses__address=address, addresses__client=client).first()
    if found is None and account:
        found = of_client.filter(account_number=account).first()
    return found and survivor(found)


def survivor(customer: Customer) -> Customer:
    """Who a merged customer has become."""
    for _time in range(MOST_MERGES):
        if customer.merged_into is None:
            break
        customer = customer.merged_into
    return customer


def find_or_create(
    client: Client, *, phone: str = "", address: str = "", name: str = "", account: str = "", language: str = ""
) -> Customer:
    """The customer these belong to, or a new unconfirmed one.

    A further number or address that somebody found here also gives is not taken over: it could be anybody's. It stays
    on the contact (`unknown_identities` shows it) until an agent adds it with `add_phone` or `add_address`.
    Of two callers at once one creates and both get the same customer, by the unique constraints.
    """
    phone, address, account = tidy_phone(client, phone), tidy_address(address), salvaged_line(account, most=40)
    found = find(client, phone=phone, address=address, account=account)
    if found:
        return found
    try:
        with transaction.atomic():
            return _create(client, phone=phone, address=address, name=name, language=language)
    except IntegrityError:
        found = find(client, phone=phone, address=address, account=account)
        if found is None:
            raise
        return found


def by_number(client: Client, number: str, *, address: str = "", name: str = "", language: str = "") -> Customer:
    """Whose number this is, or a new customer, with the address unless it is somebody's: a company's own stands beside
    many numbers and says nothing about who answers."""
    found = find(client, phone=number)
    if found is None:
        found = find_or_create(client, phone=number, name=name, language=language)
        with suppress(ValidationError):
            add_address(found, address)
    return found


def _create(client: Client, *, phone: str, address: str, name: str, language: str) -> Customer:
    # An account number somebody merely typed is not written down: only the client's own records set it.
    customer = Customer(client=client, name=salvaged_line(name, most=120), language=language[:5])
    rows: list[Model] = [customer]
    if phone:
        rows.append(CustomerPhone(client=client, customer=customer, number=phone, primary=True))
    if address:
        rows.append(CustomerAddress(client=client, customer=customer, address=address, primary=True))
    insert(*rows)
    return customer


def unknown_identities(customer: Customer, *, phone: str = "", address: str = "") -> list[tuple[str, Customer | None]]:
    """What of these is not the customer's yet, each with the customer of this client whose it is, if any."""
    proposals: list[tuple[str, Customer | None]] = []
    number, mail = tidy_phone(customer.client, phone), tidy_address(address)
    if number and not customer.phones.filter(number=number).exists():
        proposals.append((number, find(customer.client, phone=number)))
    if mail and not customer.addresses.filter(address=mail).exists():
        proposals.append((mail, find(customer.client, address=mail)))
    return proposals


def add_phone(customer: Customer, number: str, *, unproven_in: Sequence[UUID] = ()) -> CustomerPhone:
    """Write a further number down; the same one twice is one. ValidationError when it is another customer's or none."""
    tidy = tidy_phone(customer.client, number)
    if not tidy:
        raise ValidationError(_("This is not a phone number."))
    new = {"customer": customer, "unproven_in": list(unproven_in)}
    row, _new = CustomerPhone.objects.get_or_create(client=customer.client, number=tidy, defaults=new)
    if row.customer_id != customer.pk:
        raise ValidationError(_("This number belongs to another customer. Join the two records instead."))
    return row


def add_address(customer: Customer, address: str, *, unproven_in: Sequence[UUID] = ()) -> CustomerAddress:
    """Write a further address down; the same one twice is one. ValidationError when it is another's or none."""
    tidy = tidy_address(address)
    if not tidy:
        raise ValidationError(_("This is not a mail address."))
    new = {"customer": customer, "unproven_in": list(unproven_in)}
    row, _new = CustomerAddress.objects.get_or_create(client=customer.client, address=tidy, defaults=new)
    if row.customer_id != customer.pk:
        raise ValidationError(_("This address belongs to another customer. Join the two records instead."))
    return row


def search(user: User | AnonymousUser, text: str, limit: int = 20) -> QuerySet[Customer]:
    """Customers of the clients one may see, by name (also misspelt), number, address or account."""
    return matching(Customer.objects.visible_to(user), text, limit)


def matching(rows: QuerySet[Customer], text: str, limit: int = 20) -> QuerySet[Customer]:
    """Of these customers those whom the words name."""
    wanted = sought(text)
    seen = rows.filter(merged_into__isnull=True)
    if not wanted:
        return seen.none()
    upper = wanted.upper()
    fits = Q(name__icontains=wanted) | Q(upper_name__trigram_word_similar=upper) | Q(account_number__istartswith=wanted)
    digits = re.sub(r"\D", "", wanted)
    if len(digits) >= LEAST_DIGITS and len(digits) >= len(re.sub(r"[\s()+./-]", "", wanted)) - 1:
        phones = CustomerPhone.objects.filter(number__contains=digits.lstrip("0"))
        fits |= Q(pk__in=phones.values("customer"))
    if "@" in wanted or "." in wanted:
        addresses = CustomerAddress.objects.filter(address__contains=wanted.lower())
        fits |= Q(pk__in=addresses.values("customer"))
    return (
        seen.annotate(upper_name=Upper("name"))
        .filter(fits)
        .select_related("client", "client__brand")
        .prefetch_related("phones", "addresses")
        .order_by("name", "pk")[:limit]
    )
