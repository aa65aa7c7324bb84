"""A moment that somebody types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.times import zone_words


def moment_field(label: Any, **kwargs: Any) -> forms.DateTimeField:
    """A moment on the clock of whoever types it."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **kwargs)


def name_zone(field: forms.Field) -> None:
    """Say on whose clock it is."""
    field.help_text = _("Time in %(zone)s.") % {"zone": zone_words(timezone.get_current_timezone_name())}
