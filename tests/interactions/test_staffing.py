"""How many agents a line needs: the planner's questions, refusals in words, and the numbers of a real line."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpo.kernel import clock
from clients.models import Queue
from interactions.reports import demand, staffing
from interactions.reports.staffing import Demand, Goal, ImpossibleStaffing, Model
from tests import factories
from tests.interactions import reported

# --- pure ------------------------------------------------------------------------------------------------------------


def test_the_example_every_planner_knows() -> None:
    """200 calls an hour of 3 minutes, 80 % in 20 s, 85 % busy at most, 30 % shrinkage: 14, so 20 on the plan."""
    found = staffing.needed(Demand(200, 180), Goal(80, 20, occupancy_percent=85, shrinkage_percent=30), Model.C)
    assert (found.agents, found.scheduled) == (14, 20)
    assert found.expected.in_time == pytest.approx(0.888, abs=5e-4)


def test_a_cap_on_being_busy_asks_for_more() -> None:
    """300 erlangs: a large line keeps its service level with agents who never rest."""
    asked = Demand(3600, 300)
    assert staffing.needed(asked, Goal(), Model.C).agents == 312
    assert staffing.needed(asked, Goal(occupancy_percent=85), Model.C).agents == 353


def test_an_agent_with_three_chats_is_three_places() -> None:
    one = staffing.needed(Demand(200, 180), Goal(), Model.C).agents
    three = staffing.needed(Demand(200, 180, at_once=3), Goal(), Model.C)
    assert three.agents == -(-one // 3)
    assert three.expected == staffing.expected(Demand(200, 180), three.agents * 3, 20, Model.C)


def test_thousands_of_agents_are_found_at_once() -> None:
    started = time.perf_counter()
    asked = Demand(240_000, 300, 120)
    for model in asked.models:
        found = staffing.needed(asked, Goal(), model)
        assert 18_900 < found.agents < 20_200
        assert Goal().met_by(found.expected)
        assert not Goal().met_by(staffing.expected(asked, found.agents - 1, 20, model))
    assert time.perf_counter() - started < 5


def test_a_service_level_is_not_bought_by_those_who_go() -> None:
    """80 % in 20 s would be met with 8 % giving up; the most who may go asks for more agents."""
    asked = Demand(6000, 300, 120)
    careless = staffing.needed(asked, Goal(gives_up_percent=100), Model.A)
    careful = staffing.needed(asked, Goal(gives_up_percent=5), Model.A)
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
    asked, goal = Demand(200, 180, 60), Goal()
    certain = staffing.verdict(asked, 10, staffing.expected(asked, 10, 20, Model.C), goal)
    assert "Waiting is certain" in certain and "10" in certain
    left = staffing.verdict(asked, 9, staffing.expected(asked, 9, 20, Model.A), goal)
    assert "give up" in left and "Only those who give up" in left
    nobody = staffing.verdict(asked, 0, staffing.expected(asked, 0, 20, Model.A), goal)
    assert "100.0 % give up" in nobody
    enough = staffing.verdict(asked, 14, staffing.expected(asked, 14, 20, Model.C), goal)
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
    asked, goal = Demand(rate, handle, patience), Goal(percent, within, left, cap)
    found = staffing.needed(asked, goal, model)
    assert found.agents < staffing.MOST_AGENTS
    assert goal.met_by(found.expected)
    if found.agents:
        assert not goal.met_by(staffing.expected(asked, found.agents - 1, within, model))


# --- of a real line --------------------------------------------------------------------------------------------------


@pytest.fixture
def line(db: None) -> Queue:
    return factories.queue(factories.client("Acme"), "Orders")


def a_day_of(line: Queue, at: datetime) -> None:
    """Since ten hours ago: six answered after 10 s each, three who gave up after 60 s, one who left at once."""
    bea = reported.agent("Bea Brown", line.client)
    for n in range(6):
        made = reported.contact(line, at=at - timedelta(hours=10 - n), waited=10)
        reported.worked(made, bea, start=at - timedelta(hours=9, minutes=50), talk=200, hold=20, wrap=20)
    for n in range(3):
        reported.contact(line, at=at - timedelta(minutes=50 + n), waited=60, how="abandoned")
    reported.contact(line, at=at - timedelta(minutes=45), waited=2, how="abandoned")
    reported.contact(line, "chat", at=at - timedelta(minutes=45), waited=2)
    reported.contact(factories.queue(line.client), at=at - timedelta(minutes=45), waited=2)


def test_a_line_is_asked_with_its_own_figures(line: Queue) -> None:
    at = datetime(2026, 3, 10, 20, tzinfo=UTC)
    a_day_of(line, at)
    found = demand.recent(line, "voice", "7d", at=at)
    assert (found.arrivals, found.given_up) == (9, 3)
    assert found.open_seconds == 36_000  # from its first contact on, not seven days
    assert found.per_hour == 0.9
    assert found.handle_seconds == 240
    assert found.patience_seconds == (6 * 10 + 3 * 60) // 3
    assert found.busiest == (datetime(2026, 3, 10, 19, tzinfo=UTC), 3)


def test_closed_time_is_no_time_in_which_contacts_come(line: Queue) -> None:
    """Open from noon in New York, 16:00 UTC: of ten hours since the first contact four count."""
    at = datetime(2026, 3, 10, 20, tzinfo=UTC)
    line.hours = factories.hours(line.client, always_open=False)
    line.hours.spans.create(weekday=1, opens=12 * 60, closes=18 * 60)
    line.save()
    a_day_of(line, at)
    assert demand.recent(line, "voice", "today", at=at).open_seconds == 4 * 3600


def test_a_line_without_a_past_says_so(line: Queue) -> None:
    found = demand.recent(line, "voice", at=clock.now())
    assert (found.per_hour, found.handle_seconds, found.patience_seconds, found.busiest) == (None, None, None, None)


def test_too_few_who_gave_up_tell_no_patience(line: Queue) -> None:
    at = clock.now()
    for n in range(2):
        reported.contact(line, at=at - timedelta(minutes=9 + n), waited=60, how="abandoned")
    assert demand.recent(line, "voice", "lately", at=at).patience_seconds is None


def test_who_is_there_and_how_many_chats_one_has(line: Queue) -> None:
    factories.agent("Bea Brown", licensed=line.client, available=True)
    factories.agent("Dev Dale", licensed=line.client)
    factories.agent("Cal Clay", available=True)
    assert demand.there(line, "chat") == demand.There(agents=1, at_once=3)
    assert demand.there(line, "voice") == demand.There(agents=1, at_once=1)
    line.cap_per_agent = 2
    assert demand.there(line, "chat").at_once == 2


def test_the_goal_is_the_contract_of_the_client(line: Queue) -> None:
    assert demand.goal_of(line, "voice", clock.now()) == Goal()
    reported.promise(line.client, "voice", 30, target_percent=90)
    assert demand.goal_of(line, "voice", clock.now()) == Goal(90, 30)
    reported.promise(line.client, "chat", 60, target_percent=100)
    assert demand.goal_of(line, "chat", clock.now()).percent == 99.9
