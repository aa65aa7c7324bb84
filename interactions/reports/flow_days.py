"""A call flow's life over days: those that are over are counted once and kept, today is counted anew.

Everything in `flows.Life` is a count of runs by when they began, so that a period is the sum of its days. A day is kept
when it has been over for an hour and none of its runs goes on: from then on nothing of it can change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.db.models.functions import TruncDate

from bpo.kernel import clock
from clients.models import ScriptVersion, VersionState
from interactions.models import FlowDay, Run, RunState
from interactions.reports import flows
from interactions.reports.flows import AtStep, Life, Way
from interactions.reports.scope import DAY, Period, midnight

KEPT_AHEAD = 366  # as many days as a chart can be asked for
FORM = 2  # of what is kept; a day kept in another form is counted anew and takes its place
SECOND = timedelta(seconds=1)
Stretch = tuple[datetime, datetime]
NOTHING = Life(0, 0, {}, {}, {}, 0, {}, timedelta(), timedelta())
LATE = timedelta(hours=1)  # a run is written after its contact was accepted, and says that moment: it comes by then


def life(version: ScriptVersion, period: Period, *, at: datetime | None = None) -> Life:
    """The sum of a period's days (two statements for those that are kept or empty, eight for each other)."""
    at = at or clock.now()
    zone = version.script.client.zone
    kept = {
        (day.start, day.end): day.life
        for day in FlowDay.objects.filter(version=version, start__gte=period.start, end__lte=period.end)
        if day.life.get("form") == FORM
    }
    days = list(_days(period, zone, at))
    unknown = [day for day in days if day not in kept]
    empty = _empty(version, unknown, zone, at)
    _keep(version, [(*day, NOTHING) for day in empty])
    read = (_read(kept[day]) if day in kept else _day(version, *day, at) for day in days if day not in empty)
    return flows.together(read)


def keep_days(*, at: datetime | None = None) -> int:
    """Count the finished days of the last year that nobody has asked for yet; how many."""
    at = at or clock.now()
    followed = Run.objects.filter(started_at__gte=at - KEPT_AHEAD * DAY)
    versions = ScriptVersion.objects.filter(
        Q(pk__in=followed.values("version"))
        | Q(pk__in=followed.filter(~Q(sub_version=None)).values("sub_version"))
        | Q(state=VersionState.PUBLISHED)
    ).select_related("script__client")
    before = FlowDay.objects.count()
    for version in versions:
        zone = version.script.client.zone
        today = at.astimezone(ZoneInfo(zone)).date()
        first = today - (KEPT_AHEAD - 1) * DAY
        life(version, Period("", first, today, midnight(first, zone), midnight(today + DAY, zone)), at=at)
    return FlowDay.objects.count() - before


def _days(period: Period, zone: str, at: datetime) -> Iterator[Stretch]:
    """The local days of a period as instants, up to the one that goes on."""
    day = period.first
    while day <= period.last and midnight(day, zone) <= at:
        yield midnight(day, zone), midnight(day + DAY, zone)
        day += DAY


def _empty(version: ScriptVersion, days: list[Stretch], zone: str, at: datetime) -> set[Stretch]:
    """Those of these days that are over and on which no run began."""
    over = [day for day in days if day[1] + LATE <= at]
    if not over:
        return set()
    runs = flows.runs_of(version, over[0][0], over[-1][1])
    lived = set(runs.values_list(TruncDate("started_at", tzinfo=ZoneInfo(zone)), flat=True).distinct())
    return {day for day in over if day[0].astimezone(ZoneInfo(zone)).date() not in lived}


def _day(version: ScriptVersion, start: datetime, end: datetime, at: datetime) -> Life:
    over = end + LATE <= at and not flows.runs_of(version, start, end).filter(state=RunState.RUNNING).exists()
    found = flows.life(version, start, min(end, at + SECOND))
    if over:
        _keep(version, [(start, end, found)])
    return found


def _keep(version: ScriptVersion, days: list[tuple[datetime, datetime, Life]]) -> None:
    FlowDay.objects.bulk_create(
        [FlowDay(version=version, start=start, end=end, life=_written(found)) for start, end, found in days],
        update_conflicts=True,
        unique_fields=["version", "start", "end"],
        update_fields=["life"],
    )


def _written(found: Life) -> dict[str, Any]:
    return {
        "form": FORM,
        "started": found.started,
        "jumped": found.jumped,
        "ends": dict(found.ends),
        "ways": [[*way, n] for way, n in found.ways.items()],
        "way_ends": [[*way, dict(ends)] for way, ends in found.way_ends.items()],
        "waits": list(found.waits.items()),
        "step_time": _micro(found.step_time),
        "handling_time": _micro(found.handling_time),
        "steps": {
            key: [at.came, at.went_on, at.taken_over, _micro(at.total), list(at.stays.items()), dict(at.ends)]
            for key, at in found.steps.items()
        },
    }


def _read(kept: dict[str, Any]) -> Life:
    steps = {}
    for key, (came, went_on, taken_over, total, stays, ends) in kept["steps"].items():
        spent = timedelta(microseconds=total)
        steps[key] = AtStep(came, went_on, taken_over, 0, spent, Counter(dict(stays)), Counter(ends))
    return Life(
        started=kept["started"],
        inside=0,
        ends=kept["ends"],
        steps=steps,
        ways={Way(source, target): n for source, target, n in kept["ways"]},
        jumped=kept["jumped"],
        waits=dict(kept["waits"]),
        step_time=timedelta(microseconds=kept["step_time"]),
        handling_time=timedelta(microseconds=kept["handling_time"]),
        way_ends={Way(source, target): Counter(ends) for source, target, ends in kept["way_ends"]},
    )


def _micro(spent: timedelta) -> int:
    return spent // timedelta(microseconds=1)
