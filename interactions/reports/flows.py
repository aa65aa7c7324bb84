"""What happened in a call flow: how many took each way, how long each step took, who left where, who is inside.

All of it is counted from the steps entered and left (`StepVisit`) of the runs that began within a period. A stay is one
agent's time at a step, from entering to leaving; a colleague who takes over stands there anew. At each step, whatever
happens meanwhile: came = went on + taken over + ended here + inside. The times of all steps of an ended run add up to
the handling time of its contact, wrap-up included. Percentiles are of whole seconds, by nearest rank.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from django.db.models import Case, CharField, Count, F, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, Extract, Floor

from clients.models import ScriptKind, ScriptVersion
from clients.script_graph import END
from interactions.models import HANDED_ON, Leg, LegRole, Run, RunState, StepVisit

DOOR, SUB = "", "sub:"


class Way(NamedTuple):
    """From one step to another, by their keys; from DOOR where a run begins, to END back to the call flow."""

    source: str
    target: str


@dataclass(slots=True)
class AtStep:
    """One step, or a sub-process as a whole; `stays` counts those over by whole seconds (a step only)."""

    came: int = 0
    went_on: int = 0
    taken_over: int = 0
    inside: int = 0
    total: timedelta = timedelta()
    stays: Counter[int] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)  # by outcome of the contact

    @property
    def ended(self) -> int:
        """How many runs ended here."""
        return self.ends.total()

    def add(self, other: AtStep) -> None:
        """Count what another period counted, too."""
        self.came += other.came
        self.went_on += other.went_on
        self.taken_over += other.taken_over
        self.inside += other.inside
        self.total += other.total
        self.stays.update(other.stays)
        self.ends.update(other.ends)

    def percentile(self, share: float) -> int | None:
        """Seconds that this share of the stays did not exceed; None where none is over."""
        return percentile(self.stays, share)


@dataclass(frozen=True, slots=True)
class Life:
    """A version in a period. `steps` by key: a step's id, or SUB and the public id of a sub-process's script."""

    started: int
    inside: int
    ends: Mapping[str, int]
    steps: Mapping[str, AtStep]
    ways: Mapping[Way, int]
    jumped: int
    waits: Mapping[int, int]  # seconds from arrival to the first step, by how many; none of a sub-process
    step_time: timedelta  # of the ended runs
    handling_time: timedelta  # of their contacts, by their legs
    way_ends: Mapping[Way, Mapping[str, int]] = field(default_factory=dict)  # of the ended runs, by outcome

    @property
    def ended(self) -> int:
        """How many runs are over."""
        return sum(self.ends.values())


def together(lives: Iterable[Life]) -> Life:
    """Of all these periods: everything is counted by when a run began, so stretches that do not overlap add up."""
    steps: defaultdict[str, AtStep] = defaultdict(AtStep)
    ways: Counter[Way] = Counter()
    way_ends: defaultdict[Way, Counter[str]] = defaultdict(Counter)
    ends: Counter[str] = Counter()
    waits: Counter[int] = Counter()
    started = inside = jumped = 0
    step_time = handling = timedelta()
    for life in lives:
        started, inside, jumped = started + life.started, inside + life.inside, jumped + life.jumped
        step_time, handling = step_time + life.step_time, handling + life.handling_time
        ends.update(life.ends)
        waits.update(life.waits)
        ways.update(life.ways)
        for key, at in life.steps.items():
            steps[key].add(at)
        for way, how in life.way_ends.items():
            way_ends[way].update(how)
    return Life(started, inside, ends, dict(steps), ways, jumped, waits, step_time, handling, dict(way_ends))


def percentile(counts: Mapping[int, int], share: float) -> int | None:
    """The nearest rank: the least value that at least this share of all does not exceed."""
    rank = ceil(share * sum(counts.values()))
    for value in sorted(counts):
        rank -= counts[value]
        if rank <= 0:
            return value
    return None


def runs_of(version: ScriptVersion, start: datetime, end: datetime) -> QuerySet[Run]:
    """The runs that began in the time; of a sub-process those that went through it."""
    runs = Run.objects.order_by().filter(client_id=version.script.client_id, started_at__gte=start, started_at__lt=end)
    if version.script.kind == ScriptKind.SUB_PROCESS:
        return runs.filter(pk__in=StepVisit.objects.filter(version=version).values("run"))
    return runs.filter(version=version)


def visits_of(version: ScriptVersion, start: datetime, end: datetime) -> QuerySet[StepVisit]:
    """Their steps; of a sub-process its own alone."""
    visits = StepVisit.objects.order_by().filter(run__started_at__gte=start, run__started_at__lt=end)
    if version.script.kind == ScriptKind.SUB_PROCESS:
        return visits.filter(version=version)
    return visits.filter(run__version=version)


def life(version: ScriptVersion, start: datetime, end: datetime) -> Life:
    """Everything that the chart of this version tells about a period (seven statements, of a sub-process as many)."""
    visits, runs, key = visits_of(version, start, end), runs_of(version, start, end), _Keys(version)
    steps: defaultdict[str, AtStep] = defaultdict(AtStep)
    ways: Counter[Way] = Counter()
    way_ends: defaultdict[Way, Counter[str]] = defaultdict(Counter)
    jumped = _entered(visits, key, steps, ways, way_ends)
    gone_on = _left(visits, key, steps)
    for row in (
        visits.filter(left_at__isnull=False, next_step="")
        .values("version_id", "step", outcome=F("run__interaction__outcome"))
        .annotate(n=Count("pk"))
    ):
        steps[key(row["version_id"], row["step"])].ends[row["outcome"]] += row["n"]
    if key.sub:
        for step, at in steps.items():
            back = gone_on[step] - at.went_on - at.taken_over
            if back:
                ways[Way(step, END)] = back
                at.went_on += back
        _went_back(version, start, end, way_ends)
    ended = {"run__state": RunState.ENDED}
    return Life(
        started=sum(n for way, n in ways.items() if way.source == DOOR),
        inside=sum(at.inside for at in steps.values()),
        ends=sum((at.ends for at in steps.values()), Counter[str]()),
        steps=dict(steps),
        ways=dict(ways),
        jumped=jumped,
        waits={} if key.sub else _waits(runs),
        step_time=visits.filter(**ended).aggregate(total=SPENT)["total"] or timedelta(),
        handling_time=handling_time(runs.filter(state=RunState.ENDED)),
        way_ends=dict(way_ends),
    )


SPENT = Sum(F("left_at") - F("entered_at"))


def _seconds(since: str, until: str) -> Cast:
    return Cast(Floor(Extract(F(until) - F(since), "epoch")), IntegerField())


def _entered(
    visits: QuerySet[StepVisit],
    key: _Keys,
    steps: Mapping[str, AtStep],
    ways: Counter[Way],
    way_ends: Mapping[Way, Counter[str]],
) -> int:
    """Count who came to each step, and from where, with which outcome in the end; how many of them by a free jump."""
    jumped = 0
    by = visits.values(
        "version_id", "step", "from_version_id", "from_step", "jumped", outcome=F("run__interaction__outcome")
    )
    for row in by.annotate(n=Count("pk")):
        here, n = key(row["version_id"], row["step"]), row["n"]
        before = key(row["from_version_id"], row["from_step"]) if row["from_version_id"] else DOOR
        jumped += n if row["jumped"] else 0
        if before != here:
            ways[Way(before, here)] += n
            if row["outcome"]:
                way_ends[Way(before, here)][row["outcome"]] += n
            if before != DOOR:
                steps[before].went_on += n
        elif here.startswith(SUB):
            continue  # inside a sub-process, which is one box here
        else:
            steps[here].taken_over += n
        steps[here].came += n
    return jumped


def _went_back(version: ScriptVersion, start: datetime, end: datetime, way_ends: Mapping[Way, Counter[str]]) -> None:
    """Count how those ended who left a sub-process for the flow that called it."""
    left = StepVisit.objects.order_by().filter(run__started_at__gte=start, run__started_at__lt=end)
    left = left.filter(from_version=version).exclude(version=version).exclude(run__interaction__outcome="")
    for row in left.values("from_step", outcome=F("run__interaction__outcome")).annotate(n=Count("pk")):
        way_ends[Way(row["from_step"], END)][row["outcome"]] += row["n"]


def _left(visits: QuerySet[StepVisit], key: _Keys, steps: Mapping[str, AtStep]) -> Counter[str]:
    """Add who is inside and how long the stays took that are over; how many went anywhere, by step."""
    gone_on: Counter[str] = Counter()
    how = Case(
        When(left_at=None, then=Value("inside")),
        When(next_step="", then=Value("ended")),
        default=Value("on"),
        output_field=CharField(),
    )
    stays = visits.annotate(how=how, seconds=_seconds("entered_at", "left_at"))
    for row in stays.values("version_id", "step", "how", "seconds").annotate(n=Count("pk"), total=SPENT):
        name = key(row["version_id"], row["step"])
        at, n = steps[name], row["n"]
        if row["how"] == "inside":
            at.inside += n
            continue
        at.total += row["total"]
        if row["how"] == "on":
            gone_on[name] += n
        if not name.startswith(SUB):
            at.stays[row["seconds"]] += n
    return gone_on


def _waits(runs: QuerySet[Run]) -> dict[int, int]:
    """Seconds from a contact's arrival to its first step, by how many; outbound contacts have none."""
    waited = runs.filter(interaction__direction="inbound").annotate(
        seconds=_seconds("interaction__arrived_at", "started_at")
    )
    return {row["seconds"]: row["n"] for row in waited.values("seconds").annotate(n=Count("pk"))}


def handling_time(runs: QuerySet[Run]) -> timedelta:
    """From accept to the end of wrap-up, of all who had these contacts; of whoever had to let one go, to that moment.

    A colleague who was asked in has it from when it became hers.
    """
    let_go = Q(ended_by__in=HANDED_ON)
    since = Coalesce("took_over_at", "accepted_at")
    legs = Leg.objects.order_by().filter(
        let_go | Q(ended_at__isnull=False),
        interaction__run__in=runs,
        role=LegRole.PRIMARY,
        accepted_at__isnull=False,
    )
    until = Case(When(let_go, then="work_ended_at"), default="ended_at")
    total: timedelta | None = legs.aggregate(total=Sum(until - since))["total"]
    return total or timedelta()


class _Keys:
    """A step's name on the chart: its own within the version, that of its sub-process otherwise."""

    def __init__(self, version: ScriptVersion) -> None:
        self.own = version.pk
        self.scripts = dict(
            ScriptVersion.objects.filter(script__client_id=version.script.client_id).values_list(
                "pk", "script__public_id"
            )
        )
        self.sub = version.script.kind == ScriptKind.SUB_PROCESS

    def __call__(self, version: int, step: str) -> str:
        if version == self.own:
            return step
        return DOOR if self.sub else f"{SUB}{self.scripts[version]}"
