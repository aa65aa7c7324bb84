"""Amounts and days as a script says them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils import translation
from django.utils.formats import date_format

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "MXN": "$"}


def money(amount: Decimal, currency: str) -> str:
    """$1,848.00, and -$10.00 of a discount."""
    sign, less = SIGNS.get(currency), "-" if amount < 0 else ""
    return f"{less}{sign}{abs(amount):,.2f}" if sign else f"{amount:,.2f} {currency}"


def day(value: date | None, language: str = "") -> str:
    """Fri 27 Nov, in this language or the one in force; Spanish writes its months small: vie 27 nov."""
    if value is None:
        return ""
    language = language or translation.get_language() or "en"
    with translation.override(language):
        return date_format(value, "D j b" if language.startswith("es") else "D j M")
