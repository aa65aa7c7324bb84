"""Licences: who may be offered a client's contacts. Each change says who, when and why.

The seat is taken first, so that no offer is made by the old rules while the new ones are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import EllipsisType
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agents import signals
from agents.models import Agent, Licence, LicenceState, Seat
from agents.presence import given_reason
from bpo.accounts.models import User
from bpo.kernel import clock, words
from bpo.kernel.errors import IllegalMove, InvalidValue
from bpo.kernel.states import advance
from bpo.kernel.steps import each
from clients.models import Client, ScriptVersion

S = LicenceState
MOVES: Mapping[str, frozenset[str]] = {
    S.TRAINING: frozenset({S.CERTIFIED, S.REVOKED}),
    S.CERTIFIED: frozenset({S.SUSPENDED, S.LAPSED, S.REVOKED, S.CERTIFIED}),
    S.SUSPENDED: frozenset({S.CERTIFIED, S.REVOKED}),
    S.LAPSED: frozenset({S.CERTIFIED, S.REVOKED}),
    S.REVOKED: frozenset({S.TRAINING}),
}


FARTHEST_AHEAD = timedelta(hours=14)  # of any zone's clocks before UTC

# What a supervisor may do besides an administrator (TABLES.md 1); who works for a client no more is an
# administrator's word.
OF_SUPERVISORS = frozenset({"train", "certify", "suspend"})


class LicensedAlready(IllegalMove):
    """Training begins once."""

    sentence = _("This agent has a licence for this client already.")


@transaction.atomic
def train(
    agent: Agent,
    client: Client,
    *,
    by: User,
    why: str,
    ramp_per_hour: int | None = None,
    at: datetime | None = None,
) -> Licence:
    """Begin training for a client; somebody revoked begins anew. Takes a reason."""
    at, why = at or clock.now(), given_reason(why)
    _take_seat(agent)
    licence = Licence.objects.filter(agent=agent, client=client).first()
    if licence is None:
        licence = Licence.objects.create(
            agent=agent,
            client=client,
            state=S.TRAINING,
            since=at,
            by=by,
            reason=why,
            ramp_per_hour=ramp_per_hour,
        )
        _tell(licence, "licence training")
    elif licence.state == S.REVOKED:
        _move(licence, S.TRAINING, by=by, why=why, at=at, ramp_per_hour=ramp_per_hour, until=None)
    else:
        raise LicensedAlready
    return licence


@transaction.atomic
def certify(
    licence: Licence,
    *,
    by: User,
    why: str,
    until: date | EllipsisType | None = ...,
    script_version: ScriptVersion | None = None,
    ramp_per_hour: int | EllipsisType | None = ...,
    at: datetime | None = None,
) -> None:
    """She may be offered the client's contacts; also ends a suspension. Takes a reason.

    What is not given stays: the pace of her beginning, and her last day unless it has passed.
    """
    at = at or clock.now()
    today = licence.client.day_at(at)
    if until and not isinstance(until, EllipsisType) and until < today:
        raise InvalidValue("until", sentence=_("The last day of a certificate lies ahead."))
    if script_version and script_version.script.client_id != licence.client_id:
        raise InvalidValue("script version", sentence=_("This script is another company's."))
    if isinstance(until, EllipsisType):
        until = licence.until if licence.until and licence.until >= today else None
    if isinstance(ramp_per_hour, EllipsisType):
        ramp_per_hour = licence.ramp_per_hour
    _move(
        licence,
        S.CERTIFIED,
        by=by,
        why=given_reason(why),
        at=at,
        until=until,
        script_version=script_version or licence.script_version,
        ramp_per_hour=ramp_per_hour,
    )


@transaction.atomic
def suspend(licence: Licence, *, by: User, reason: str, at: datetime | None = None) -> None:
    """No new offers from this commit on; what she has she finishes. Takes a reason."""
    _move(licence, S.SUSPENDED, by=by, why=given_reason(reason), at=at)


@transaction.atomic
def lapse(licence: Licence, *, why: str, at: datetime | None = None) -> None:
    """Its date passed, or a new version of the script demands a new certificate."""
    _move(licence, S.LAPSED, by=None, why=why, at=at)


@transaction.atomic
def revoke(licence: Licence, *, by: User, reason: str, at: datetime | None = None) -> None:
    """Ends the licence. Takes a reason."""
    _move(licence, S.REVOKED, by=by, why=given_reason(reason), at=at)


def lapse_expired(at: datetime) -> int:
    """Lapse every certificate whose last day has passed where the client is; how many."""
    dated = Licence.objects.filter(state=S.CERTIFIED, until__lt=(at + FARTHEST_AHEAD).date())
    expired = [
        licence
        for licence in dated.select_related("agent", "client")
        if licence.until and licence.until < licence.client.day_at(at)
    ]

    def act(licence: Licence) -> bool:
        lapse(licence, why=f"valid until {licence.until}", at=at)
        return True

    return each(expired, act)


def _move(
    licence: Licence, to: LicenceState, *, by: User | None, why: str, at: datetime | None, **changes: Any
) -> None:
    _take_seat(licence.agent)
    advance(licence, to, allowed=MOVES, since=at or clock.now(), by=by, reason=words.line(why, most=200), **changes)
    _tell(licence, f"licence {to.value}")


def _tell(licence: Licence, why: str) -> None:
    signals.eligibility_changed.send(sender=Licence, agent_id=licence.agent_id, why=why)


def _take_seat(agent: Agent) -> None:
    Seat.objects.select_for_update(no_key=True).filter(pk=agent.pk).first()
