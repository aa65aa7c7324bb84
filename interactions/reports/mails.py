"""Mails judged by their first human reply, in the open time of their queue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from bpo.kernel.composed import composed, first
from clients.formulas import SERVICE_LEVELS
from clients.hours import Calendar, NeverOpen, open_seconds_between
from clients.models import BusinessHours
from interactions.models import Interaction, State
from interactions.reports.measures import Line
from interactions.reports.scope import Scope

_ENDS = ("in_time", "late", "overdue", "pending", "elsewise")  # how a mail can count; the others are of live lines
KEYS: dict[str, tuple[str, ...]] = {
    **{end: (end,) for end in _ENDS},
    "still_waiting": ("overdue", "pending"),
    **{
        key: tuple(end for end in _ENDS if end in ends)
        for formula in SERVICE_LEVELS.values()
        for key, ends in (
            (formula.judged, formula.denominator),
            (formula.met, formula.numerator),
            (formula.unmet, formula.denominator - formula.numerator),
        )
    },
}


def _judged(scope: Scope, mails: Any) -> Iterator[tuple[int, str]]:
    """Each mail with the field of Line it counts in. Open time is never longer than time, so most need no calendar."""
    calendars: dict[int | None, Calendar | None] = {}
    for mail in mails:
        until = mail.first_reply or (scope.at if mail.state != State.CLOSED else None)
        if until is None:
            yield mail.pk, "elsewise"
            continue
        within = until - mail.arrived_at <= mail.threshold or _open(mail, until, calendars) <= mail.threshold
        if mail.first_reply:
            yield mail.pk, "in_time" if within else "late"
        else:
            yield mail.pk, "pending" if within else "overdue"


@composed
def _hours(queue: Any) -> QuerySet[BusinessHours]:
    return BusinessHours.objects.select_related("client").filter(queues=queue)


def _open(mail: Interaction, until: Any, calendars: dict[int | None, Calendar | None]) -> timedelta:
    if mail.queue_id not in calendars:
        hours = first(_hours(mail.queue_id)) if mail.queue_id else None
        calendars[mail.queue_id] = hours.calendar() if hours else None
    calendar = calendars[mail.queue_id]
    if calendar is None:
        return until - mail.arrived_at
    try:
        return timedelta(seconds=open_seconds_between(calendar, mail.arrived_at, until))
    except NeverOpen:
        return timedelta()


def mail_line(scope: Scope, mails: Any) -> Line:
    """The mails as a line: replied in time, later, overdue, not yet due, closed without a reply."""
    counts: dict[str, int] = {}
    for _pk, name in _judged(scope, mails):
        counts[name] = counts.get(name, 0) + 1
    return Line(**counts)


def mail_rows(key: str, scope: Scope, mails: Any) -> list[int]:
    """The mails that make a figure."""
    return [pk for pk, name in _judged(scope, mails) if name in KEYS[key]]
