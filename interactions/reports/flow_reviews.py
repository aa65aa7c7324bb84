"""What the chart of a call flow shows to whoever reviews it: the last 30 days, beside the 30 before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from bpo.kernel import clock
from clients.models import ScriptVersion
from interactions.reports import flow_chart, flow_days
from interactions.reports.flow_chart import Chart, ChartStep
from interactions.reports.flows import Life
from interactions.reports.scope import DAY, Period, midnight, period

WHEN, DAYS, MOST = "30d", 30, 3


@dataclass(frozen=True, slots=True)
class Slow:
    """A step that took long: half took at most `step.median` seconds, `before` in the days before them (None: nobody).

    `times` is how often that is the median of all steps.
    """

    step: ChartStep
    before: int | None
    times: float | None

    @property
    def more(self) -> int | None:
        """Seconds more than before; fewer where it is less than nothing."""
        return None if self.before is None or self.step.median is None else self.step.median - self.before


@dataclass(frozen=True, slots=True)
class Shown:
    """One version in force: its chart, the steps most left without closing, and the slowest, each a few."""

    version: ScriptVersion
    chart: Chart
    exits: Sequence[ChartStep]
    slow: Sequence[Slow]

    @property
    def left(self) -> int:
        """How many ended without a closing step."""
        return sum(step.left for step in self.chart.steps)


def shown(version: ScriptVersion, *, at: datetime | None = None) -> Shown:
    """The figures of a version; the days before are its own, else those of the version before it."""
    at = at or clock.now()
    zone = version.script.client.zone
    lately = period(WHEN, zone, at)
    chart = flow_chart.chart_of(version, flow_days.life(version, lately, at=at))
    timed = [step for step in chart.steps if step.median is not None and step.life.stays]
    usual = median(step.median or 0 for step in timed) if timed else 0
    slowest = sorted(timed, key=lambda step: -(step.median or 0))[:MOST]
    before = _before(version, _days_before(lately, zone), at) if slowest else None
    slow = [Slow(step, _median(before, step.key), (step.median or 0) / usual if usual else None) for step in slowest]
    exits = sorted((step for step in chart.steps if step.left), key=lambda step: -step.left)[:MOST]
    return Shown(version, chart, exits, slow)


def at_step(version: ScriptVersion, key: str, *, at: datetime | None = None) -> ChartStep | None:
    """A step with its figures of the last 30 days; none where nobody came to it."""
    at = at or clock.now()
    lately = period(WHEN, version.script.client.zone, at)
    step = flow_chart.chart_of(version, flow_days.life(version, lately, at=at)).step(key)
    return step if step is not None and step.life.came else None


def _days_before(lately: Period, zone: str) -> Period:
    first, last = lately.first - DAYS * DAY, lately.first - DAY
    return Period("", first, last, midnight(first, zone), lately.start)


def _before(version: ScriptVersion, days: Period, at: datetime) -> Life | None:
    found = flow_days.life(version, days, at=at)
    if found.steps:
        return found
    earlier = version.script.versions.filter(
        language=version.language, channel=version.channel, number__lt=version.number, published_at__isnull=False
    )
    last = earlier.select_related("script__client").order_by("-number").first()
    return flow_days.life(last, days, at=at) if last else None


def _median(life: Life | None, key: str) -> int | None:
    at = life.steps.get(key) if life else None
    return at.percentile(0.5) if at else None
