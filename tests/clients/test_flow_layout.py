"""The picture of any call flow: every step has a place of its own, ways go down, and what leads back goes around."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpo.demo.content import CLIENTS
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
