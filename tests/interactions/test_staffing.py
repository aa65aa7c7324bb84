"""How many agents a line needs: the planner's questions, refusals in words, and the numbers of a real line."""

from __future__ import annotations

import time
from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interactions.reports import staffing
from interactions.reports.staffing import Demand, Goal, ImpossibleStaffing, Model

# --- pure ------------------------------------------------------------------------------------------------------------


def test_the_example_every_planner_knows() -> None:
    """200 calls an hour of 3 minutes, 80 % in 20 s, 85 % busy at most, 30 % shrinkage: 14, so 20 on the plan."""
    found = staffing.needed(Demand(200, 180), Goal(80, 20, occupancy_percent=85, shrinkage_percent=30), Model.C)
    assert (found.agents, found.scheduled) == (14, 20)
    assert found.expected.in_time == pytest.approx(0.888, abs=5e-4)


def test_a_cap_on_being_busy_asks_for_more() -> None:
    """300 erlangs: a large line keeps its service level with agents who never rest."""
    demand = Demand(3600, 300)
    assert staffing.needed(demand, Goal(), Model.C).agents == 312
    assert staffing.needed(demand, Goal(occupancy_percent=85), Model.C).agents == 353


def test_an_agent_with_three_chats_is_three_places() -> None:
    one = staffing.needed(Demand(200, 180), Goal(), Model.C).agents
    three = staffing.needed(Demand(200, 180, at_once=3), Goal(), Model.C)
    assert three.agents == -(-one // 3)
    assert three.expected == staffing.expected(Demand(200, 180), three.agents * 3, 20, Model.C)


def test_thousands_of_agents_are_found_at_once() -> None:
    started = time.perf_counter()
    demand = Demand(240_000, 300, 120)
    for model in demand.models:
        found = staffing.needed(demand, Goal(), model)
        assert 18_900 < found.agents < 20_200
        assert Goal().met_by(found.expected)
        assert not Goal().met_by(staffing.expected(demand, found.agents - 1, 20, model))
    assert time.perf_counter() - started < 5


def test_a_service_level_is_not_bought_by_those_who_go() -> None:
    """80 % in 20 s would be met with 8 % giving up; the most who may go asks for more agents."""
    demand = Demand(6000, 300, 120)
    careless = staffing.needed(demand, Goal(gives_up_percent=100), Model.A)
    careful = staffing.needed(demand, Goal(gives_up_percent=5), Model.A)
    assert careless.expected.gives_up > 0.08 and careful.expected.gives_up <= 0.05
    assert careful.agents > careless.agents


def test_nobody_is_needed_where_nobody_comes() -> None:
    found = staffing.needed(Demand(0, 180), Goal(shrinkage_percent=30), Model.C)
    assert (found.agents, found.scheduled) == (0, 0)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Demand(-1, 180), lambda: Demand(nan, 180), lambda: Demand(inf, 180), lambda: Demand(10, 0),
        lambda: Demand(10, 180, 0), lambda: Demand(10, 180, at_once=0), lambda: Demand(3600 * 19_000, 3600),
        lambda: Goal(0), lambda: Goal(100), lambda: Goal(80, -1),
        lambda: Goal(gives_up_percent=0), lambda: Goal(occupancy_percent=0), lambda: Goal(shrinkage_percent=100),
        lambda: staffing.expected(Demand(10, 180), -1, 20, Model.C),
        lambda: staffing.expected(Demand(10, 180), 3, 20, Model.A),
    ],
)  # fmt: skip
def test_numbers_no_line_can_have_are_refused_in_words(make) -> None:
    with pytest.raises(ImpossibleStaffing) as refused:
        make()
    assert str(refused.value.sentence).endswith(".") and "%" not in str(refused.value.sentence)


def test_a_certain_wait_is_said_in_words() -> None:
    demand, goal = Demand(200, 180, 60), Goal()
    certain = staffing.verdict(demand, 10, staffing.expected(demand, 10, 20, Model.C), goal)
    assert "Waiting is certain" in certain and "10" in certain
    left = staffing.verdict(demand, 9, staffing.expected(demand, 9, 20, Model.A), goal)
    assert "give up" in left and "Only those who give up" in left
    nobody = staffing.verdict(demand, 0, staffing.expected(demand, 0, 20, Model.A), goal)
    assert "100.0 % give up" in nobody
    enough = staffing.verdict(demand, 14, staffing.expected(demand, 14, 20, Model.C), goal)
    assert enough == "88.8 % are answered within 20 s."


def test_every_assumption_that_holds_is_told_and_no_other() -> None:
    plain = " ".join(staffing.assumptions(Demand(200, 180), Goal()))
    assert "200 an hour" in plain and "180 s" in plain and "10 in hand" in plain and "Erlang C" in plain
    assert "Erlang A" not in plain and "at once, each" not in plain and "busy at most" not in plain
    rich = " ".join(staffing.assumptions(Demand(200, 180, 90, 3), Goal(occupancy_percent=85, shrinkage_percent=30)))
    for words in ("90 s", "up to 3 at once", "85 %", "30 %"):
        assert words in rich


@given(
    st.floats(0, 20_000), st.floats(1, 3600), st.floats(1, 86_400), st.floats(1, 99.9), st.floats(0, 600),
    st.floats(0.1, 100), st.floats(30, 100), st.sampled_from(Model),
)  # fmt: skip
@settings(deadline=None, max_examples=60)
def test_what_is_needed_is_enough_and_one_less_is_not(
    rate: float, handle: float, patience: float, percent: float, within: float, left: float, cap: float, model: Model
) -> None:
    demand, goal = Demand(rate, handle, patience), Goal(percent, within, left, cap)
    found = staffing.needed(demand, goal, model)
    assert found.agents < staffing.MOST_AGENTS
    assert goal.met_by(found.expected)
    if found.agents:
        assert not goal.met_by(staffing.expected(demand, found.agents - 1, within, model))
