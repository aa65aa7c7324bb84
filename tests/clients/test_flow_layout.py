"""The picture of any call flow: every step has a place of its own, ways go down, and what leads back goes around."""

from __future__ import annotations

import re
from collections.abc import Mapping
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpo.demo.content import CLIENTS
from clients.flow_labels import HALF
from clients.flow_layout import HEIGHT, MOST_IN_A_ROW, WIDTH, Layout, lay_out
from clients.script_graph import END, parse


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, str]]]:
    steps = [f"s{nth}" for nth in range(draw(st.integers(1, 40)))]
    pairs = st.tuples(st.sampled_from(steps), st.sampled_from(steps))
    return steps, draw(st.lists(pairs, max_size=70))


def stand_apart(layout: Layout) -> None:
    boxes = sorted(layout.boxes.values(), key=lambda box: (box.row, box.x))
    for one, other in zip(boxes, boxes[1:], strict=False):
        assert one.row != other.row or one.x + WIDTH < other.x


@settings(max_examples=80, deadline=None)
@given(graphs())
def test_every_step_has_a_place_and_every_way_a_line(graph: tuple[list[str], list[tuple[str, str]]]) -> None:
    steps, ways = graph
    layout = lay_out(steps[0], steps, ways)
    assert set(layout.boxes) == set(steps)
    assert set(layout.lines) == {way for way in ways if way[0] != way[1]}
    stand_apart(layout)
    for (source, target), line in layout.lines.items():
        one, other = layout.boxes[source], layout.boxes[target]
        assert line.back or one.row < other.row
        assert other.x <= line.tip[0] <= other.x + WIDTH and line.tip[1] == other.y
        begins = re.match(r"M([\d.]+) ([\d.]+)", line.path)
        assert begins and one.x <= float(begins[1]) <= one.x + WIDTH and float(begins[2]) == one.y + HEIGHT
    assert all(box.x >= 0 and box.x + WIDTH <= layout.width for box in layout.boxes.values())
    assert lay_out(steps[0], steps, ways) == layout


@settings(max_examples=60, deadline=None)
@given(graphs(), st.lists(st.floats(8, 150), min_size=1, max_size=20))
def test_words_on_ways_cover_no_box_and_no_other_words(
    graph: tuple[list[str], list[tuple[str, str]]], widths: list[float]
) -> None:
    steps, ways = graph
    labels = {way: widths[nth % len(widths)] for nth, way in enumerate(dict.fromkeys(ways)) if nth % 4}
    words_stand_apart(lay_out(steps[0], steps, ways, labels=labels), labels)


def words_stand_apart(layout: Layout, labels: Mapping[tuple[str, str], float]) -> None:
    marks = [
        (x - labels[way] / 2, y - HALF, x + labels[way] / 2, y + HALF)
        for way, line in layout.lines.items()
        if labels.get(way)
        for x, y in [line.label]
    ]
    boxes = [(box.x, box.y, box.x + WIDTH, box.y + HEIGHT) for box in layout.boxes.values()]
    for nth, one in enumerate(marks):
        assert one[0] >= 0 and one[2] <= layout.width and one[3] <= layout.height
        for other in [*marks[nth + 1 :], *boxes]:
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart, (one, other)


def test_a_flow_of_sixty_steps_with_answers_everywhere_is_laid_out_at_once() -> None:
    steps = [f"s{nth}" for nth in range(60)]
    ways = [(steps[nth], steps[min(nth + by, 59)]) for nth in range(59) for by in (1, 2 + nth % 5, 7)]
    labels = {way: 60.0 + 10 * (nth % 9) for nth, way in enumerate(ways)}
    began = perf_counter()
    layout = lay_out("s0", steps, ways, last=["s59"], labels=labels)
    assert perf_counter() - began < 2
    words_stand_apart(layout, labels)


def test_what_leads_back_is_drawn_around_and_moves_nothing() -> None:
    steps, ways = ["ask", "look", "tell"], [("ask", "look"), ("look", "tell")]
    straight = lay_out("ask", steps, ways)
    again = lay_out("ask", steps, [*ways, ("tell", "ask")])
    assert again.boxes == straight.boxes
    assert [way for way, line in again.lines.items() if line.back] == [("tell", "ask")]
    assert again.width > straight.width


def test_closing_steps_stand_at_the_bottom_and_no_row_is_too_full() -> None:
    answers = [f"answer {nth}" for nth in range(14)]
    steps = ["reason", "close", *answers]
    ways = (
        [("reason", answer) for answer in answers] + [(answer, "close") for answer in answers] + [("reason", "close")]
    )
    layout = lay_out("reason", steps, ways, last=["close"])
    rows = [layout.boxes[answer].row for answer in answers]
    assert max(rows.count(row) for row in set(rows)) == MOST_IN_A_ROW
    assert layout.boxes["close"].row == max(box.row for box in layout.boxes.values()) > max(rows)
    stand_apart(layout)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.slug)
def test_the_flows_of_the_demo_lead_down_from_their_start(client: object) -> None:
    for script in client.scripts:  # type: ignore[attr-defined]
        graph = parse(script.graphs["en"])
        ways = [(step.id, way) for step in graph.steps.values() for way in step.ways() if way != END]
        last = [step.id for step in graph.steps.values() if step.kind == "close"]
        layout = lay_out(graph.start, list(graph.steps), ways, last=last)
        assert layout.boxes[graph.start].row == 0
        assert not any(line.back for line in layout.lines.values())
