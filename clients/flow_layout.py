"""Where the steps of a call flow stand on its chart, and how its ways run.

One layout for chart, designer and documentation.

A layered drawing (Sugiyama, Tagawa and Toda 1981): ways that lead back are set aside, steps get rows by their longest
way from the start, each row is ordered by the medians of its neighbours so that few ways cross (Eades and Wormald
1994), and places in a row are the nearest to those neighbours that leave room (a least-squares fit by pooling).
Lengths are units of the picture. Pure: the same graph always gives the same picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

from clients import flow_labels

WIDTH, HEIGHT = 148.0, 50.0
GAP, LANE, MARGIN = 14.0, 14.0, 16.0
ROW_GAP = 40.0
MOST_IN_A_ROW = 6
SWEEPS = 12


@dataclass(frozen=True, slots=True)
class Box:
    """One step: its upper left corner; all have one size."""

    x: float
    y: float
    row: int

    @property
    def middle(self) -> float:
        """Of its width."""
        return self.x + WIDTH / 2


@dataclass(frozen=True, slots=True)
class Line:
    """One way: the path's commands, where its words and number stand, where and whether its tip comes from above."""

    path: str
    label: tuple[float, float]
    tip: tuple[float, float]
    back: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """The picture's size, boxes by step and lines by way."""

    width: float
    height: float
    boxes: Mapping[str, Box]
    lines: Mapping[tuple[str, str], Line]


@dataclass(slots=True)
class _Place:
    """A step or, where a way passes a row, a narrow place kept free for it."""

    key: object
    row: int
    width: float
    real: bool
    above: list[_Place]
    below: list[_Place]
    x: float = 0.0  # of its middle
    at: int = 0


def lay_out(
    start: str,
    steps: Sequence[str],
    ways: Iterable[tuple[str, str]],
    *,
    last: Iterable[str] = (),
    labels: Mapping[tuple[str, str], float] | None = None,
) -> Layout:
    """Boxes and lines of a graph. `last` stand in the lowest row (closing steps); what nothing leads to stands on top.

    `labels` says how wide the words of a way are; they stand beside each other and cover no box.
    Ways from or to a step that is not there are left out, and so are those of a step to itself.
    """
    known = dict.fromkeys(steps)
    drawn = [(a, b) for a, b in dict.fromkeys(ways) if a != b and a in known and b in known]
    backward = _backward(start, list(known), drawn)
    forward = [way for way in drawn if way not in backward]
    rows = _rows(list(known), forward, set(last))
    places, chains = _places(rows, forward)
    layers = _ordered(places)
    _placed(layers)
    return _drawn(layers, chains, sorted(backward, key=drawn.index), labels or {})


def _backward(start: str, steps: Sequence[str], ways: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """The ways that lead to a step one came by, found by going on from the start as deep as it gets."""
    after: dict[str, list[str]] = {step: [] for step in steps}
    for source, target in ways:
        after[source].append(target)
    found: set[tuple[str, str]] = set()
    done: set[str] = set()
    for first in sorted(steps, key=lambda step: step != start):
        if first in done:
            continue
        trail: dict[str, int] = {first: 0}
        while trail:
            step = next(reversed(trail))
            if trail[step] == len(after[step]):
                done.add(step)
                del trail[step]
                continue
            target = after[step][trail[step]]
            trail[step] += 1
            if target in trail:
                found.add((step, target))
            elif target not in done:
                trail[target] = 0
    return found


def _rows(steps: Sequence[str], ways: Sequence[tuple[str, str]], last: set[str]) -> dict[str, int]:
    """Row by step: below all it comes from, no row fuller than it may be; the last in one row at the bottom."""
    before: dict[str, list[str]] = {step: [] for step in steps}
    after: dict[str, list[str]] = {step: [] for step in steps}
    for source, target in ways:
        before[target].append(source)
        after[source].append(target)
    lacks = {step: len(before[step]) for step in steps}
    ready = [step for step in steps if not lacks[step]]
    rows: dict[str, int] = {}
    filled: dict[int, int] = {}
    while ready:
        step = min(ready, key=lambda one: (max((rows[each] for each in before[one]), default=-1), steps.index(one)))
        ready.remove(step)
        row = max((rows[each] + 1 for each in before[step]), default=0)
        while filled.get(row, 0) >= MOST_IN_A_ROW:
            row += 1
        rows[step] = row
        filled[row] = filled.get(row, 0) + 1
        for target in after[step]:
            lacks[target] -= 1
            if not lacks[target]:
                ready.append(target)
    lowest = max((row for step, row in rows.items() if step not in last), default=-1) + 1
    ends = {step for step in last if not after.get(step)}
    return {step: lowest if step in ends else row for step, row in rows.items()}


def _places(
    rows: Mapping[str, int], ways: Sequence[tuple[str, str]]
) -> tuple[list[_Place], dict[tuple[str, str], list[_Place]]]:
    """All places, and those that each way goes through."""
    steps = {step: _Place(step, row, WIDTH, True, [], []) for step, row in rows.items()}
    places = list(steps.values())
    chains: dict[tuple[str, str], list[_Place]] = {}
    for source, target in ways:
        chain = [steps[source]]
        for row in range(rows[source] + 1, rows[target]):
            chain.append(_Place((source, target), row, LANE, False, [], []))
        chain.append(steps[target])
        places += chain[1:-1]
        for upper, lower in pairwise(chain):
            upper.below.append(lower)
            lower.above.append(upper)
        chains[source, target] = chain
    return places, chains


def _ordered(places: Sequence[_Place]) -> list[list[_Place]]:
    """Rows of places in an order with few crossings: the best of some sweeps down and up."""
    layers: list[list[_Place]] = [[] for _ in range(max((place.row for place in places), default=-1) + 1)]
    for place in places:
        layers[place.row].append(place)
    _number(layers)
    best, fewest = [list(layer) for layer in layers], _crossings(layers)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for layer in layers[1:] if down else reversed(layers[:-1]):
            layer.sort(key=lambda place: _median(place.above if down else place.below, place.at))
            _number([layer])
        crossed = _crossings(layers)
        if crossed < fewest:
            best, fewest = [list(layer) for layer in layers], crossed
    _number(best)
    return best


def _number(layers: Iterable[list[_Place]]) -> None:
    for layer in layers:
        for at, place in enumerate(layer):
            place.at = at


def _median(neighbours: Sequence[_Place], own: int) -> float:
    return median(place.at for place in neighbours) if neighbours else float(own)


def _crossings(layers: Sequence[Sequence[_Place]]) -> int:
    count = 0
    for layer in layers[:-1]:
        ends = [lower.at for place in layer for lower in sorted(place.below, key=lambda one: one.at)]
        count += sum(1 for i, one in enumerate(ends) for other in ends[i + 1 :] if other < one)
    return count


def _placed(layers: Sequence[Sequence[_Place]]) -> None:
    """Middles of all places: near to those above and below in turns, never nearer to each other than they may be."""
    for layer in layers:
        _fit(layer, [0.0] * len(layer))
    for turn in range(SWEEPS):
        down = turn % 2 == 0
        for layer in layers if down else reversed(layers):
            wanted = []
            for place in layer:
                near = (place.above if down else place.below) or place.below or place.above
                wanted.append(fmean(one.x for one in near) if near else place.x)
            _fit(layer, wanted)
    left = min((place.x - place.width / 2 for layer in layers for place in layer), default=0.0)
    for layer in layers:
        for place in layer:
            place.x += MARGIN - left


def _fit(layer: Sequence[_Place], wanted: Sequence[float]) -> None:
    """Least squares with the order kept: who would be too near is moved as one block (pooling of violators)."""
    offsets, offset = [], 0.0
    for at, place in enumerate(layer):
        if at:
            before = layer[at - 1]
            offset += (before.width + place.width) / 2 + GAP
        offsets.append(offset)
    blocks: list[tuple[float, float, int]] = []  # weighted mean, weight, count
    for want, place, offset in zip(wanted, layer, offsets, strict=True):
        weight = 1.0 if place.real else 3.0  # long ways are drawn straight rather than steps in the middle
        block = (want - offset, weight, 1)
        while blocks and blocks[-1][0] >= block[0]:
            mean, heavy, count = blocks.pop()
            total = heavy + block[1]
            block = ((mean * heavy + block[0] * block[1]) / total, total, count + block[2])
        blocks.append(block)
    at = 0
    for mean, _weight, count in blocks:
        for place, offset in zip(layer[at : at + count], offsets[at : at + count], strict=True):
            place.x = mean + offset
        at += count


def _drawn(
    layers: Sequence[Sequence[_Place]],
    chains: Mapping[tuple[str, str], Sequence[_Place]],
    backward: Sequence[tuple[str, str]],
    widths: Mapping[tuple[str, str], float],
) -> Layout:
    ports = _ports(chains)
    middles = {str(place.key): place for layer in layers for place in layer if place.real}
    through: list[list[flow_labels.Way]] = [[] for _layer in layers]
    for way, chain in chains.items():
        there = ports[way, False] if len(chain) == 2 else chain[1].x
        through[chain[0].row].append(flow_labels.Way(way, ports[way, True], there, widths.get(way, 0.0)))
    for way in backward:
        place = middles[way[0]]
        here = place.x + WIDTH * 0.4
        through[place.row].append(flow_labels.Way(way, here, here, widths.get(way, 0.0), back=True))
    spreads = [flow_labels.spread([way for way in ways if way.width], ROW_GAP) for ways in through]
    tops = [MARGIN]
    for gap, _labels in spreads:
        tops.append(tops[-1] + HEIGHT + gap)
    boxes = {
        key: Box(round(place.x - WIDTH / 2, 1), round(tops[place.row], 1), place.row) for key, place in middles.items()
    }
    right = max((place.x + place.width / 2 for layer in layers for place in layer), default=0.0)
    labels = {
        way: (round(x, 1), round(tops[row] + HEIGHT + y, 1))
        for row, (_gap, placed) in enumerate(spreads)
        for way, (x, y) in placed.items()
    }
    lines = {way: _forward(way, chain, ports, tops, labels.get(way)) for way, chain in chains.items()}
    for lane, way in enumerate(backward, start=1):
        lines[way] = _around(boxes[way[0]], boxes[way[1]], right + MARGIN + lane * LANE, labels.get(way))
    width = right + MARGIN + (len(backward) + 1) * LANE * bool(backward)
    width = max([width, *(x + widths[way] / 2 + MARGIN for way, (x, _y) in labels.items())])
    below = spreads[-1][0] if spreads and spreads[-1][1] else MARGIN
    return Layout(round(width, 1), round(tops[-2] + HEIGHT + below if layers else 2 * MARGIN, 1), boxes, lines)


def _ports(chains: Mapping[tuple[str, str], Sequence[_Place]]) -> dict[tuple[tuple[str, str], bool], float]:
    """Where on a box each way begins (True) and ends: side by side, in the order in which they go on."""
    leaving: dict[str, list[tuple[float, tuple[str, str]]]] = {}
    coming: dict[str, list[tuple[float, tuple[str, str]]]] = {}
    middles: dict[str, float] = {}
    for way, chain in chains.items():
        leaving.setdefault(way[0], []).append((chain[1].x, way))
        coming.setdefault(way[1], []).append((chain[-2].x, way))
        middles[way[0]], middles[way[1]] = chain[0].x, chain[-1].x
    found: dict[tuple[tuple[str, str], bool], float] = {}
    for side, begins in ((leaving, True), (coming, False)):
        for step, ends in side.items():
            room = WIDTH * 0.7 / max(len(ends), 3)
            for at, (_x, way) in enumerate(sorted(ends)):
                found[way, begins] = middles[step] + (at - (len(ends) - 1) / 2) * room
    return found


def _forward(
    way: tuple[str, str],
    chain: Sequence[_Place],
    ports: Mapping[tuple[tuple[str, str], bool], float],
    tops: Sequence[float],
    label: tuple[float, float] | None,
) -> Line:
    """Down from row to row: curves between rows, straight where a row is passed."""
    xs = [ports[way, True], *(place.x for place in chain[1:-1]), ports[way, False]]
    row = chain[0].row
    path = f"M{xs[0]:.1f} {tops[row] + HEIGHT:.1f}"
    for below, (here, there) in enumerate(pairwise(xs), start=row + 1):
        begins, ends = tops[below - 1] + HEIGHT, tops[below]
        half = (begins + ends) / 2
        path += f"C{here:.1f} {half:.1f} {there:.1f} {half:.1f} {there:.1f} {ends:.1f}"
        if below < chain[-1].row:
            path += f"V{ends + HEIGHT:.1f}"
    if label is None:
        label = (round((xs[0] + xs[1]) / 2, 1), round((tops[row] + HEIGHT + tops[row + 1]) / 2, 1))
    return Line(path, label, (round(xs[-1], 1), round(tops[chain[-1].row], 1)), back=False)


def _around(source: Box, target: Box, lane: float, label: tuple[float, float] | None) -> Line:
    """Back up, outside on the right: out below the one, in above the other."""
    begins, ends = source.middle + WIDTH * 0.4, target.middle + WIDTH * 0.4
    low, high = source.y + HEIGHT + ROW_GAP * 0.7, target.y - ROW_GAP * 0.7
    path = f"M{begins:.1f} {source.y + HEIGHT:.1f}V{low:.1f}H{lane:.1f}V{high:.1f}H{ends:.1f}V{target.y:.1f}"
    label = label or (round(lane, 1), round((low + high) / 2, 1))
    return Line(path, label, (round(ends, 1), target.y), back=True)
