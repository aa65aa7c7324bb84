"""Typed answers of a script step: read, checked, or refused field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from bpo.kernel.errors import DomainError
from clients.customers import tidy_address, tidy_phone
from clients.models import Bill, Client, Customer, Order
from clients.script_acts import Field
from clients.script_graph import Step
from interactions.verification import plain, read_date

LONGEST = 2000
CARD = re.compile(r"[0-9]{12,19}")
CARD_HIDDEN = "•••• "
CARD_KEPT = re.compile(CARD_HIDDEN + "[0-9]{4}")


class AnswersWrong(DomainError):
    """Some answers are missing or cannot be; `errors` has a sentence for each field."""

    code = "answers_wrong"
    status = 422

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__(sentence=" ".join(self.errors.values()))


def read_fields(step: Step, data: Mapping[str, str], *, client: Client, customer: Customer | None) -> dict[str, Any]:
    """The values of a step's fields as they are kept; AnswersWrong names every field at fault."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for one in step.fields:
        said = str(data.get(one.name, "")).strip()
        if not said:
            if one.required:
                errors[one.name] = _("“%(label)s” is missing.") % {"label": one.label}
            continue
        try:
            values[one.name] = read_value(one, said, client=client, customer=customer)
        except ValueError as error:
            errors[one.name] = str(error)
    if errors:
        raise AnswersWrong(errors)
    return values


def read_value(one: Field, said: str, *, client: Client, customer: Customer | None) -> str:
    """One value in the form in which it is kept; a ValueError carries the sentence."""
    match one.type:
        case "email":
            if address := tidy_address(said):
                return address
            raise ValueError(_("“%(label)s” is not a mail address.") % {"label": one.label})
        case "phone":
            if number := tidy_phone(client, said):
                return number
            raise ValueError(_("“%(label)s” is not a phone number.") % {"label": one.label})
        case "date":
            if day := read_date(said):
                return day.isoformat()
            raise ValueError(_("“%(label)s” is not a date.") % {"label": one.label})
        case "number":
            try:
                number_said = Decimal(said.replace(",", ""))
            except InvalidOperation:
                raise ValueError(_("“%(label)s” is not a number.") % {"label": one.label}) from None
            if not number_said.is_finite():
                raise ValueError(_("“%(label)s” is not a number.") % {"label": one.label})
            return str(number_said)
        case "amount":
            return _amount(one, said)
        case "time":
            try:
                return f"{time.fromisoformat(said):%H:%M}"
            except ValueError:
                raise ValueError(_("“%(label)s” is not a time of day, such as 14:30.") % {"label": one.label}) from None
        case "card":
            return _last_of_card(one, said)
        case "choice":
            if said in dict(one.options):
                return said
            raise ValueError(_("Choose one of the answers to “%(label)s”.") % {"label": one.label})
        case "order":
            for number in Order.objects.filter(customer=customer).values_list("number", flat=True):
                if customer is not None and plain(number) == plain(said):
                    return number
            raise ValueError(_("This customer has no order %(number)s.") % {"number": said[:40]})
        case "bill":
            for number in Bill.objects.filter(customer=customer).values_list("number", flat=True):
                if customer is not None and plain(number) == plain(said):
                    return number
            raise ValueError(_("This customer has no bill %(number)s.") % {"number": said[:40]})
    if len(said) > LONGEST:
        raise ValueError(_("“%(label)s” is too long.") % {"label": one.label})
    return said


def _amount(one: Field, said: str) -> str:
    """Money: more than nothing, in cents. A comma groups thousands, unless it stands before the last two digits."""
    plainly = re.sub(r"[\s$€£]", "", said)
    plainly = re.sub(r",(?=[0-9]{2}$)", ".", plainly) if "." not in plainly else plainly.replace(",", "")
    plainly = plainly.replace(",", "")
    if not re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,2})?", plainly) or not Decimal(plainly):
        raise ValueError(_("“%(label)s” is not an amount, such as 49.90.") % {"label": one.label})
    return f"{Decimal(plainly):.2f}"


def _last_of_card(one: Field, said: str) -> str:
    """A card's number is checked and never kept: its last four digits say which it was."""
    if CARD_KEPT.fullmatch(said):  # the step was opened again
        return said
    digits = said.replace(" ", "").replace("-", "")
    if not CARD.fullmatch(digits) or not _luhn(digits):
        raise ValueError(_("“%(label)s” is not a card's number.") % {"label": one.label})
    return f"{CARD_HIDDEN}{digits[-4:]}"


def _luhn(digits: str) -> bool:
    doubled = [2 * int(digit) if place % 2 else int(digit) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
