"""When contracts begin and end: what was judged stays as it was, so one that has begun is never rewritten."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bpo.kernel import clock
from clients.models import Contract

DAY = timedelta(days=1)
TERMS = ("client_id", "valid_from", "client_approves_scripts")


def begun(contract: Contract, at: datetime | None = None) -> bool:
    """Whether its first day has come for the client: from then on only its last day can change."""
    return contract.pk is not None and contract.valid_from <= contract.client.day_at(at or clock.now())


def over(contract: Contract, at: datetime | None = None) -> bool:
    """Whether its last day is gone."""
    last = contract.valid_until
    return contract.pk is not None and last is not None and last < contract.client.day_at(at or clock.now())


def check(contract: Contract, at: datetime | None = None) -> None:
    """Refuses, in words, what would judge days gone by anew, and two contracts for one day to come."""
    at = at or clock.now()
    today = contract.client.day_at(at)
    stored = Contract.objects.select_related("client").filter(pk=contract.pk).first() if contract.pk else None
    if stored and begun(stored, at):
        if any(getattr(stored, name) != getattr(contract, name) for name in TERMS):
            raise ValidationError(_("This contract has begun: only its last day can change. Begin the next one."))
        if stored.valid_until != contract.valid_until:
            if over(stored, at):
                raise ValidationError({"valid_until": _("This contract is over.")})
            if contract.valid_until and contract.valid_until < today:
                raise ValidationError({"valid_until": _("Choose today or a later day: what was judged stays.")})
    others = contract.client.contracts.exclude(pk=contract.pk)
    gone = others.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=contract.valid_from), valid_from__lte=today)
    if not (stored and begun(stored, at)) and contract.valid_from <= today and gone.exists():
        raise ValidationError({"valid_from": _("A contract is in force. The next one begins tomorrow or later.")})
    last = Q() if contract.valid_until is None else Q(valid_from__lte=contract.valid_until)
    later = others.filter(last, valid_from__gt=contract.valid_from).order_by("valid_from").first()
    if later:
        words = _("A contract begins on %(day)s. Give this one a last day before.")
        raise ValidationError({"valid_until": words % {"day": date_format(later.valid_from)}})


def begin(contract: Contract, *, moved_from: date | None = None) -> None:
    """The one before ends the day before it; it follows one whose first day was moved."""
    ends = Q(valid_until__isnull=True) | Q(valid_until__gte=contract.valid_from)
    if moved_from:
        ends |= Q(valid_until=moved_from - DAY)
    before = contract.client.contracts.filter(ends, valid_from__lt=contract.valid_from)
    before.exclude(pk=contract.pk).update(valid_until=contract.valid_from - DAY)
