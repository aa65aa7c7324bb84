"""Versions of call flows that are published at a time, and former ones that are brought back."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bpo.accounts.models import User
from bpo.kernel import clock
from bpo.kernel.errors import DomainError, StaleState, TimePassed
from bpo.kernel.history import because
from bpo.kernel.steps import each
from clients import scripts
from clients.access import is_admin
from clients.models import Role, Script, ScriptVersion, VersionState

BATCH = 50


class NoLongerMay(DomainError):
    """Whoever set the time may no longer publish: nothing happens in that name."""

    code = "no_longer_may"
    sentence = _("Whoever set the time may no longer publish this company's call flows.")


class NeverInForce(DomainError):
    """Only a former version comes back."""

    code = "never_in_force"
    sentence = _("Only a version that was in force once, and is no longer, can be brought back.")


@transaction.atomic
def schedule(version: ScriptVersion, by: User, *, why: str, at: datetime, edition: int | None = None) -> ScriptVersion:
    """An approved version is published at that time by itself; a time set before is replaced.

    TimePassed for a moment that is over; else refused as publishing it now would be.
    """
    if at <= clock.now():
        raise TimePassed
    scripts.require_read(version, edition)
    scripts.require_publishable(version, by)
    return _set(version, by, why=why, publish_at=at, published_by=by)


@transaction.atomic
def take_back(version: ScriptVersion, by: User, *, why: str, edition: int | None = None) -> ScriptVersion:
    """It is not published at its time; it stays approved. StaleState where none is set, or its time has come."""
    scripts.require_read(version, edition)
    if version.publish_at is None:
        raise StaleState
    return _set(version, by, why=why, publish_at=None, published_by=None)


@transaction.atomic
def roll_back(version: ScriptVersion, by: User, *, why: str, edition: int | None = None) -> ScriptVersion:
    """Put a former version in force again, in the place of the one that is; runs in progress keep theirs.

    Refused as publishing it would be: old steps may break a check that is asked today.
    """
    if version.state != VersionState.RETIRED:
        raise NeverInForce
    return scripts.put_in_force(version, by, why=why, edition=edition)


def publish_due(at: datetime) -> int:
    """Publish what is due, in the name of whoever set the time; returns how many were looked at.

    What can no longer be published has no time any more, its history says why; it is never tried twice.
    """
    due = ScriptVersion.objects.filter(state=VersionState.APPROVED, publish_at__lte=at).order_by("publish_at")
    return each(due.only("pk", "script_id")[:BATCH], partial(_publish_set, at=at))


@transaction.atomic
def _publish_set(version: ScriptVersion, *, at: datetime) -> bool:
    Script.objects.select_for_update(no_key=True).get(pk=version.script_id)  # before its version, as publishing does
    rows = ScriptVersion.objects.select_related("script__client", "published_by").select_for_update(of=("self",))
    held = rows.get(pk=version.pk)
    if held.state != VersionState.APPROVED or held.publish_at is None or held.publish_at > at:
        return False
    by = held.published_by
    assert by is not None  # the database holds that
    try:
        if not _may(held, by):
            raise NoLongerMay
        scripts.publish(held, by, why=_t("At the time that was set."))
    except DomainError as refused:
        why = _t("Not published at its time: %(why)s") % {"why": refused.sentence}
        _set(held, by, why=why, publish_at=None, published_by=None)
    return True


def _may(version: ScriptVersion, by: User) -> bool:
    of_client = by.memberships.filter(client=version.script.client_id, role=Role.SUPERVISOR)
    return by.is_active and (is_admin(by) or of_client.exists())


def _set(version: ScriptVersion, by: User, *, why: str, **changes: object) -> ScriptVersion:
    approved = ScriptVersion.objects.filter(pk=version.pk, state=VersionState.APPROVED, publish_at=version.publish_at)
    with because(why, by=by):
        if not approved.update(**changes):
            raise StaleState
    version.refresh_from_db(fields=[*changes])
    return version
