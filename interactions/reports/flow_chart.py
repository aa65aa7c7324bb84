"""The chart of a call flow with life on it: steps and ways where they stand, and what a person reads of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from bpo.kernel.templatetags.ui import duration
from clients import flow_layout
from clients.flow_layout import Box, Layout
from clients.flow_picture import THICKEST, THINNEST, PictureStep, PictureWay
from clients.flow_ways import labels_of, names_of, width_of
from clients.models import Script, ScriptKind, ScriptVersion
from clients.script_graph import END, Graph, parse
from interactions.models import Outcome
from interactions.reports.flows import DOOR, SUB, AtStep, Life, Way, percentile

SHARE_WIDTH = 56.0
BARS = 14
PASSED_THROUGH = ("decide", "sub_process")  # steps that take no time
ABOVE, BELOW = 56.0, 16.0
COUNTED = "0000"  # room for a number, so that the picture stands still while it grows
WAITED_AT, WAITED = 166.0, 190.0  # where the words on waiting begin beside the start, and their room in either language


@dataclass(frozen=True, slots=True)
class ChartStep(PictureStep):
    """A box with what stands in it. Seconds: `median`, `slow` (9 in 10 took no longer); a sub-process has its mean.

    `well` is the share of the contacts that were handled in the end, of those that are over and came here; `handled`
    how many these are.
    """

    life: AtStep
    median: int | None
    slow: int | None
    share: float
    text: str = ""
    script: Script | None = None
    well: float | None = None
    handled: int = 0

    @property
    def timed(self) -> tuple[str, int]:
        """Which stays its times are made of, as `flow_rows` calls them, and how many."""
        return ("came", self.life.came) if self.script else ("over", self.life.stays.total())

    @property
    def share_width(self) -> float:
        """Of the bar for its share of all time."""
        return round(max(self.share * SHARE_WIDTH, 1.0), 1)

    @property
    def left(self) -> int:
        """How many ended here though it is no closing step."""
        return 0 if self.kind == "close" else self.life.ended

    @property
    def told(self) -> str:
        """What a screen reader says of it."""
        life = self.life
        words = _("%(name)s, %(kind)s: %(came)d came, %(inside)d inside now, %(left)d left here") % {
            "name": self.name, "kind": self.kind_words, "came": life.came, "inside": life.inside, "left": self.left,
        }  # fmt: skip
        return f"{words}, {_('half took')} {duration(self.median)}" if self.median is not None else words


@dataclass(frozen=True, slots=True)
class ChartWay(PictureWay):
    """A line with its words and its number."""

    count: int = 0
    ends: Mapping[str, int] = field(default_factory=dict)
    here: str = ""  # the names of both steps
    there: str = ""

    @property
    def told(self) -> str:
        """How those ended who went this way, as a reader hears it; empty while none of them is over."""
        return ", ".join(f"{words} {n}" for _key, words, n in ends_in_words(self.ends))

    @property
    def words(self) -> str:
        """On what it is taken, and by how many."""
        return " ".join(part for part in (self.label, str(self.count or "")) if part)


@dataclass(frozen=True, slots=True)
class Chart:
    """A version's picture; `aside` are the jumps and steps back, which are drawn for a chosen step alone."""

    version: ScriptVersion
    layout: Layout
    steps: Sequence[ChartStep]
    ways: Sequence[ChartWay]
    life: Life
    aside: Sequence[Way]

    @property
    def unseen(self) -> int:
        """How many went by jumps and steps back."""
        return sum(self.life.ways[way] for way in self.aside)

    @property
    def left(self) -> int:
        """How many ended before a closing step."""
        return sum(step.left for step in self.steps)

    def step(self, key: str) -> ChartStep | None:
        """The one of this key."""
        return next((step for step in self.steps if step.key == key), None)

    @property
    def waited(self) -> int:
        """How many waited before the first step: all that came in."""
        return sum(self.life.waits.values())

    @property
    def start(self) -> ChartStep | None:
        """Where everybody begins."""
        return self.step(parse(self.version.graph).start)

    @property
    def top(self) -> float:
        """Where the picture begins: above is the door."""
        return -ABOVE

    @property
    def width(self) -> float:
        """With room for the words beside the start, however narrow the flow is."""
        first = self.start
        if self.wait is None or first is None:
            return self.layout.width
        return max(self.layout.width, first.box.x + WAITED_AT + WAITED)

    @property
    def height(self) -> float:
        """With room for the door above and the ends below."""
        return self.layout.height + ABOVE + BELOW

    @property
    def wait(self) -> int | None:
        """Seconds that half of them waited at most, from arrival to the first step."""
        return percentile(self.life.waits, 0.5)

    @property
    def inside_time(self) -> timedelta | None:
        """Mean time in the script of a run that is over."""
        return self.life.step_time / self.life.ended if self.life.ended else None

    @property
    def left_share(self) -> float:
        """Of those that are over, how many ended before a closing step, from 0 to 1."""
        return self.left / self.life.ended if self.life.ended else 0.0


def chart_of(version: ScriptVersion, life: Life, *, chosen: str = "") -> Chart:
    """Lay out a version's graph with its sub-processes as boxes of their own, and put the figures on it."""
    graph = parse(version.graph)
    subs = _subs(version, life)
    drawn = list(_static(graph, subs))
    aside = aside_of(version, life)
    shown = [way for way in aside if chosen in way]
    keys = [*graph.steps, *subs]
    last = [step.id for step in graph.steps.values() if step.kind == "close"]
    labels = labels_of(graph, names_of(version, graph))
    widths: dict[tuple[str, str], float] = {
        (way.source, way.target): width_of(f"{labels.get((way.source, way.target), '')} {COUNTED}".lstrip())
        for way in [*drawn, *shown]
    }
    layout = flow_layout.lay_out(graph.start, keys, [*drawn, *shown], last=last, labels=widths)
    total = sum((at.total for at in life.steps.values()), timedelta())
    steps = [_step(key, graph, subs, layout.boxes[key], life, total) for key in keys]
    names = {step.key: step.name for step in steps}
    ways = [
        _way(way, layout, life, labels.get((way.source, way.target), ""), names, out=way in shown, on=chosen in way)
        for way in [*drawn, *shown]
        if way in layout.lines
    ]
    return Chart(version, layout, steps, ways, life, aside)


def aside_of(version: ScriptVersion, life: Life) -> list[Way]:
    """The ways that were gone though the flow does not provide for them: by jumps and steps back."""
    drawn = set(_static(parse(version.graph), _subs(version, life)))
    return [way for way in life.ways if way not in drawn and way.source != DOOR and way.target != END]


def _subs(version: ScriptVersion, life: Life) -> dict[str, Script]:
    """The sub-processes that were entered, by their keys."""
    wanted = {key[len(SUB) :]: key for key in life.steps if key.startswith(SUB)}
    found = Script.objects.filter(client_id=version.script.client_id, public_id__in=wanted).order_by("name")
    return {wanted[str(script.public_id)]: script for script in found}


def _static(graph: Graph, subs: Mapping[str, Script]) -> Iterator[Way]:
    """The ways the flow provides for, sub-processes between the step that calls them and the next."""
    seen = set()
    for step in graph.steps.values():
        targets = [target for target in step.ways() if target in graph]
        for target in targets:
            seen.add(Way(step.id, target))
        if step.kind == "sub_process":
            for key in subs:
                seen |= {Way(step.id, key), Way(key, step.next)}
    yield from sorted(seen, key=lambda way: (list(graph.steps).index(way.source) if way.source in graph else 999, way))


def _step(key: str, graph: Graph, subs: Mapping[str, Script], box: Box, life: Life, total: timedelta) -> ChartStep:
    at = life.steps.get(key) or AtStep()
    share = at.total / total if total else 0.0
    came = came_ends(life, key)
    how: dict[str, Any] = {"well": handled_share(came), "handled": came[Outcome.HANDLED]}
    if key in subs:
        mean = round(at.total.total_seconds() / at.came) if at.came else None
        return ChartStep(key, subs[key].name, "sub_process", box, at, mean, None, share, script=subs[key], **how)
    step = graph[key]
    if step.kind in PASSED_THROUGH:
        return ChartStep(key, step.name, step.kind, box, at, None, None, share, **how)
    half, most = at.percentile(0.5), at.percentile(0.9)
    return ChartStep(key, step.name, step.kind, box, at, half, most, share, step.text, **how)


def came_ends(life: Life, key: str) -> Counter[str]:
    """How those ended who came to a step from elsewhere."""
    return sum((Counter(ends) for way, ends in life.way_ends.items() if way.target == key), Counter[str]())


def handled_share(ends: Mapping[str, int]) -> float | None:
    """Of those that are over, how many contacts were handled, from 0 to 1; None where none is over."""
    over = sum(ends.values())
    return ends.get(Outcome.HANDLED, 0) / over if over else None


def _way(
    way: Way, layout: Layout, life: Life, label: str, names: Mapping[str, str], *, out: bool, on: bool
) -> ChartWay:
    count = life.ways.get(way, 0)
    width = max(THICKEST * count / life.started, THINNEST) if life.started else THINNEST
    ends = life.way_ends.get(way, {})
    return ChartWay(
        way,
        layout.lines[way],
        round(min(width, THICKEST), 1),
        out,
        on,
        label,
        count,
        ends,
        names.get(way.source, ""),
        names.get(way.target, ""),
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """How many stays took from `begins` to `ends` seconds, and how high their bar is, of 64."""

    begins: int
    ends: int
    count: int
    height: float
    x: float

    @property
    def top(self) -> float:
        """Where it begins, from above."""
        return round(64 - self.height, 1)


def histogram(step: ChartStep) -> list[Bar]:
    """The stays at a step in equal stretches; the last holds whatever took longer than nearly all."""
    stays = step.life.stays
    if not stays or step.median is None:
        return []
    longest = max(step.slow or 0, 1) * 4 // 3 + 1
    stretch = max(-(-longest // BARS), 1)
    counts = [0] * BARS
    for seconds, n in stays.items():
        counts[min(seconds // stretch, BARS - 1)] += n
    most = max(counts)
    return [Bar(at * stretch, (at + 1) * stretch, n, round(64 * n / most, 1), at * 20.0) for at, n in enumerate(counts)]


def ends_in_words(ends: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Outcome, words and number, the most first."""
    words: dict[str, Any] = dict(Outcome.choices)
    return [(key, str(words.get(key, key)), n) for key, n in sorted(ends.items(), key=lambda end: -end[1])]


def sums_of(chart: Chart) -> dict[str, Any]:
    """What stands below a chart: how its runs ended, and of a sub-process how many went back to who called it."""
    return {
        "ends": ends_in_words(chart.life.ends),
        "is_sub": chart.version.script.kind == ScriptKind.SUB_PROCESS,
        "returned": sum(n for way, n in chart.life.ways.items() if way.target == END),
    }
