"""Any days that a chart is asked for, and those in which a version is held against another one's."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from bpo.kernel.errors import InvalidValue
from clients.models import ScriptVersion, VersionState
from interactions.reports.scope import DAY, PERIODS, Period, midnight, period

LONGEST = 366  # days
TO = ".."
YEARS = range(2000, 2201)


class BadDays(InvalidValue):
    """Days that are none, the wrong way around, or too many."""

    code = "bad_days"
    sentence = _("Choose a first and a last day.")


def between(first: date, last: date, zone: str) -> Period:
    """These local days, both included, a year of them at most; BadDays says what is wrong with them."""
    if first.year not in YEARS or last.year not in YEARS:
        raise BadDays(f"{first}{TO}{last}")
    if last < first:
        raise BadDays(f"{first}{TO}{last}", sentence=_("The first day is after the last one."))
    if (last - first).days >= LONGEST:
        raise BadDays(f"{first}{TO}{last}", sentence=_("Choose a year at most: 366 days."))
    key = f"{first}" if first == last else f"{first}{TO}{last}"
    return Period(key, first, last, midnight(first, zone), midnight(last + DAY, zone))


def day_of(text: str) -> date:
    """A day as an address or a form says it; BadDays where it says none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadDays(f"day {text[:20]!r}") from None


def stretch(key: str, zone: str, at: datetime | None = None) -> Period:
    """A period by its name, by its day, or by its first and last day ("2026-11-01..2026-11-15"); else BadDays."""
    if key in PERIODS:
        return period(key, zone, at)
    first, _to, last = key.partition(TO)
    return between(day_of(first), day_of(last or first), zone)


def last_in_force(version: ScriptVersion, like: Period, zone: str, at: datetime) -> Period:
    """The same time where the version was in force all of it; else its last as many days in force, whole ones first.

    Where nobody wrote down when it was in force it is the same time.
    """
    since = version.in_force_since
    until = None if version.state == VersionState.PUBLISHED else version.retired_at
    unknown = since is None or (until is None and version.state != VersionState.PUBLISHED)
    if since is None or unknown or (since <= like.start and (until is None or until >= min(like.end, at))):
        return like
    here = ZoneInfo(zone)
    last = (until or at).astimezone(here).date()
    if until is not None and since.astimezone(here).date() < last:
        last -= DAY
    return between(last - (like.last - like.first), last, zone)
