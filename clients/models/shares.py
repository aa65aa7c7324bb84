"""A fair share of the floor: the seats a client or line is served first for, and the most it may hold."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

HAS_SHARE = Q(floor_seats__isnull=False) | Q(ceiling_seats__isnull=False)


def floor_below_ceiling(name: str) -> models.CheckConstraint:
    """The database refuses a floor above the ceiling."""
    within = Q(floor_seats__isnull=True) | Q(ceiling_seats__isnull=True) | Q(floor_seats__lte=F("ceiling_seats"))
    return models.CheckConstraint(condition=within, name=f"{name}_floor_below_ceiling")


def check(thing: Any) -> None:
    """The same in words."""
    if thing.floor_seats is not None and thing.ceiling_seats is not None and thing.floor_seats > thing.ceiling_seats:
        raise ValidationError({"ceiling_seats": _("The most it may hold is less than what it is served first for.")})
