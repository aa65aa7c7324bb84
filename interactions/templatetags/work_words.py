"""Words about acts in templates: money, and when an appointment is."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils import translation

from clients.spoken import money
from clients.times import window_words, zone_words
from interactions.models import Appointment

register = template.Library()


@register.filter
def money_of(amount: Decimal, currency: str) -> str:
    """{{ refund.amount|money_of:refund.currency }}: $49.90."""
    return money(amount, currency)


@register.filter
def appointment_words(appointment: Appointment) -> str:
    """{{ appointment|appointment_words }}: Tuesday, 24 November, 9 am to 12 pm (New York)."""
    language = (translation.get_language() or "en")[:2]
    window = window_words(appointment.starts_at, appointment.ends_at, appointment.zone, language)
    return f"{window} ({zone_words(appointment.zone)})"
