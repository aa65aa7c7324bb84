"""When a mail leaves: the times to choose from, and what a chosen time may be. Pure; nothing is read or saved."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from bpo.kernel.errors import DomainError

UNDO = timedelta(seconds=10)
FARTHEST = timedelta(days=60)
MORNING = time(9)
OWN = "own"


class TimeWrong(DomainError):
    """A time at which no mail can leave; the sentence says why."""

    code = "time_wrong"
    sentence = _("Choose the day and time at which the mail leaves.")
    status = 400


class SettlesNow(DomainError):
    """The answer that settles a matter is its notice: it cannot come days after."""

    code = "settles_now"
    sentence = _("A matter is settled when its answer leaves. Send it later and park, or resolve now.")
    status = 400


def due(send_at: datetime | None, at: datetime) -> datetime:
    """When a mail written at `at` leaves: as soon as it cannot be undone any more, or at the time that was chosen."""
    if send_at is None:
        return at + UNDO
    if send_at <= at:
        raise TimeWrong(sentence=_("This time has passed. Choose one that lies ahead."))
    if send_at > at + FARTHEST:
        raise TimeWrong(
            sentence=_("This is too far ahead: a mail leaves within %(n)s days.") % {"n": FARTHEST.days},
        )
    return max(send_at, at + UNDO)


def presets(zone: str, at: datetime) -> dict[str, datetime]:
    """The times to choose from, by their names: in an hour, and the next mornings of this zone."""
    local = at.astimezone(ZoneInfo(zone))

    def morning(days: int) -> datetime:
        return datetime.combine(local.date() + timedelta(days=days), MORNING, tzinfo=ZoneInfo(zone)).astimezone(UTC)

    found = {"hour": at + timedelta(hours=1)}
    if morning(0) > at:
        found["today"] = morning(0)
    found["tomorrow"] = morning(1)
    if local.weekday() != 6:  # on a Sunday that is tomorrow
        found["monday"] = morning(7 - local.weekday())
    return found


def chosen(name: str, own: str, zone: str, at: datetime) -> datetime:
    """The moment behind a name of the list, or behind a day and time of one's own on the clock of this zone."""
    if name == OWN:
        return on_the_clock(own, zone)
    try:
        return presets(zone, at)[name]
    except KeyError as error:
        raise TimeWrong(f"time {name!r}") from error


def on_the_clock(text: str, zone: str) -> datetime:
    """A day and time as the zone's clocks show it; of an hour that comes twice the first."""
    try:
        wall = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=0)
        moment = wall.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise TimeWrong(f"time {text!r}") from error
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise TimeWrong(
            sentence=_("There is no %(time)s on that day: the clocks are put forward over it. Choose another time.")
            % {"time": f"{wall:%H:%M}"}
        )
    return moment
