"""The queueing formulas against published tables, against sums worked out another way, and for what always holds."""

from __future__ import annotations

from math import exp, fsum, inf, lgamma, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interactions.reports import erlang

# --- published -------------------------------------------------------------------------------------------------------

# Offered load in erlangs that so many lines carry at a blocking of 1 %, as Erlang B tables print it to three digits
# (15 lines: 8.108 in the manual at erlang.com/calculatormanual).
ONE_PERCENT = {1: 0.0101, 2: 0.153, 3: 0.455, 4: 0.869, 5: 1.36, 10: 4.46, 15: 8.11, 20: 12.0, 30: 20.3, 50: 37.9,
               100: 84.1}  # fmt: skip


@pytest.mark.parametrize(("lines", "load"), ONE_PERCENT.items())
def test_blocking_is_that_of_the_tables(lines: int, load: float) -> None:
    """The load of the table is rounded to three digits: one more or less in the last encloses one percent."""
    step = 10 ** (int(f"{load:e}".partition("e")[2]) - 2)
    assert erlang.blocking(load - step, lines) < 0.01 < erlang.blocking(load + step, lines)


def test_the_example_every_planner_knows() -> None:
    """200 calls an hour of 3 minutes, 14 agents: 17.4 % wait, 88.8 % within 20 s, 7.8 s on average, 71.4 % busy."""
    met = erlang.patient(10, 14, handle_seconds=180, within_seconds=20)
    assert met.waits == pytest.approx(0.174, abs=5e-4)
    assert met.in_time == pytest.approx(0.888, abs=5e-4)
    assert met.asa_seconds == pytest.approx(7.8, abs=0.05)
    assert met.occupancy == pytest.approx(0.714, abs=5e-4)


def test_the_comparison_of_garnett_mandelbaum_and_reiman() -> None:
    """48 calls a minute of one minute, 50 agents, patience of two minutes: table 1 of their paper (2002).

    Without giving up 20.8 s of waiting and 96 % busy; with it 3.1 % give up, 3.7 s of waiting and 93 % busy.
    """
    c = erlang.patient(48, 50, handle_seconds=60, within_seconds=20)
    assert (round(c.asa_seconds or 0, 1), round(c.occupancy, 2)) == (20.8, 0.96)
    a = erlang.impatient(48, 50, handle_seconds=60, patience_seconds=120, within_seconds=20)
    assert (round(a.gives_up, 3), round(a.gives_up * 120, 1), round(a.occupancy, 2)) == (0.031, 3.7, 0.93)


# --- worked out another way ------------------------------------------------------------------------------------------


def exact_c(load: float, servers: int) -> float:
    """Erlang C as it is written in books, term by term in logarithms."""
    terms = [n * log(load) - lgamma(n + 1) for n in range(servers)]
    last = servers * log(load) - lgamma(servers + 1) + log(servers / (servers - load))
    top = max(*terms, last)
    return exp(last - top) / fsum([*(exp(term - top) for term in terms), exp(last - top)])


def states_of(load: float, servers: int, rate: float) -> list[float]:
    """How likely so many are in the house, by the balance of births and deaths; `rate` of giving up per handling."""
    logs, top = [0.0], 0.0
    for n in range(1, 10**6):
        step = load / (n if n <= servers else servers + (n - servers) * rate)
        logs.append(logs[-1] + log(step))
        top = max(top, logs[-1])
        if n > servers and step < 1 and logs[-1] < top - 60:
            break
    total = fsum(exp(each - top) for each in logs)
    return [exp(each - top) / total for each in logs]


def answered_by(ahead: int, servers: int, rate: float, within: float) -> float:
    """The chance that one with so many ahead, all servers busy, is answered by then: steps of a pure death process.

    Those ahead and he himself leave the line at a rate; he is answered when he is first and a server is free.
    """
    here, steps = {ahead: 1.0}, 4000
    dt, answered = within / steps, 0.0
    for _ in range(steps):
        after: dict[int, float] = {}
        for place, chance in here.items():
            goes, leaves = (servers + place * rate) * dt, rate * dt
            if place == 0:
                answered += chance * servers * dt
                after[0] = after.get(0, 0.0) + chance * (1 - servers * dt - leaves)
            else:
                after[place - 1] = after.get(place - 1, 0.0) + chance * goes
                after[place] = after.get(place, 0.0) + chance * (1 - goes - leaves)
        here = after
    return answered


@pytest.mark.parametrize(
    ("load", "servers"), [(0.5, 1), (1.9, 2), (10, 14), (99.5, 100), (950.25, 1000), (4990, 5000), (16_900, 17_000)]
)
def test_waiting_is_the_sum_of_the_books(load: float, servers: int) -> None:
    assert erlang.waiting(load, servers) == pytest.approx(exact_c(load, servers), rel=1e-8)


A_LINES = [
    (48, 50, 60, 120), (10, 14, 180, 60), (5, 2, 300, 600), (5000, 4900, 240, 300), (12_000, 12_010, 300, 90),
    (1000, 1, 60, 60), (0.3, 1, 100, 10_000), (2, 3, 3600, 1), (300, 200, 3600, 18_000), (10_000, 5000, 600, 60),
    (0.01, 1, 30, 30), (7.5, 30, 200, 40),
]  # fmt: skip


@pytest.mark.parametrize(("load", "servers", "handle", "patience"), A_LINES)
def test_giving_up_is_the_sum_over_births_and_deaths(load: float, servers: int, handle: float, patience: float) -> None:
    met = erlang.impatient(load, servers, handle_seconds=handle, patience_seconds=patience, within_seconds=20)
    states = states_of(load, servers, handle / patience)
    in_line = fsum((n - servers) * chance for n, chance in enumerate(states) if n > servers)
    assert met.waits == pytest.approx(fsum(states[servers:]), rel=1e-7, abs=1e-12)
    assert met.gives_up == pytest.approx(in_line * handle / patience / load, rel=1e-7, abs=1e-12)
    busy = fsum(min(n, servers) * chance for n, chance in enumerate(states)) / servers
    assert met.occupancy == pytest.approx(busy, rel=1e-7)


@pytest.mark.parametrize(("load", "servers", "rate"), [(4.0, 4, 0.5), (6.0, 4, 2.0), (2.0, 3, 0.1)])
def test_answered_in_time_is_what_those_ahead_leave(load: float, servers: int, rate: float) -> None:
    within = 0.3
    states = states_of(load, servers, rate)
    told = fsum(states[:servers]) + fsum(
        chance * answered_by(n - servers, servers, rate, within)
        for n, chance in enumerate(states[: servers + 40])
        if n >= servers
    )
    met = erlang.impatient(load, servers, handle_seconds=1, patience_seconds=1 / rate, within_seconds=within)
    assert met.in_time == pytest.approx(told, abs=2e-4)


@pytest.mark.parametrize(("load", "servers"), [(3.0, 5), (48.0, 50), (950.0, 1000)])
def test_endless_patience_is_erlang_c(load: float, servers: int) -> None:
    a = erlang.impatient(load, servers, handle_seconds=60, patience_seconds=1e9, within_seconds=20)
    c = erlang.patient(load, servers, handle_seconds=60, within_seconds=20)
    assert (a.waits, a.in_time) == pytest.approx((c.waits, c.in_time), abs=1e-5)
    assert a.asa_seconds == pytest.approx(c.asa_seconds, rel=1e-4)


# --- what always holds -----------------------------------------------------------------------------------------------

LOADS = st.floats(0, 3000)
SERVERS = st.integers(0, 3000)
SECONDS = st.floats(1, 20_000)
WITHIN = st.floats(0, 5000)
SLACK = 1e-9


@pytest.mark.parametrize("load", [5.0, 5.5, 1e6])
def test_the_wait_is_certain_where_load_is_not_below_staff(load: float) -> None:
    met = erlang.patient(load, 5, handle_seconds=60, within_seconds=20)
    assert (met.endless, met.waits, met.in_time, met.asa_seconds) == (True, 1.0, 0.0, None)
    assert erlang.waiting(load, 5) == 1.0
    patience = erlang.impatient(load, 5, handle_seconds=60, patience_seconds=60, within_seconds=20)
    assert not patience.endless and 0 < patience.gives_up < 1


def test_nobody_comes_and_nobody_is_there() -> None:
    for met in (
        erlang.patient(0, 0, handle_seconds=60, within_seconds=20),
        erlang.impatient(0, 0, handle_seconds=60, patience_seconds=60, within_seconds=20),
    ):
        assert (met.waits, met.in_time, met.asa_seconds, met.endless) == (0, 1, 0, False)
    assert erlang.patient(1, 0, handle_seconds=60, within_seconds=20).endless
    left = erlang.impatient(1, 0, handle_seconds=60, patience_seconds=60, within_seconds=20)
    assert (left.gives_up, left.in_time, left.asa_seconds, left.endless) == (1, 0, None, False)
    assert erlang.blocking(0, 0) == 1 and erlang.blocking(0, 3) == 0 and 1 / inf == 0


@given(LOADS, SERVERS, SECONDS, WITHIN)
def test_more_staff_is_never_worse_without_giving_up(load: float, servers: int, handle: float, within: float) -> None:
    few, more = (erlang.patient(load, n, handle_seconds=handle, within_seconds=within) for n in (servers, servers + 1))
    assert more.waits <= few.waits + SLACK and more.in_time >= few.in_time - SLACK
    assert few.endless or (more.asa_seconds or 0) <= (few.asa_seconds or 0) + SLACK


@given(LOADS, SERVERS, SECONDS, SECONDS, WITHIN)
@settings(deadline=None)
def test_more_staff_is_never_worse_with_giving_up(
    load: float, servers: int, handle: float, patience: float, within: float
) -> None:
    few, more = (
        erlang.impatient(load, n, handle_seconds=handle, patience_seconds=patience, within_seconds=within)
        for n in (servers, servers + 1)
    )
    assert more.waits <= few.waits + SLACK and more.gives_up <= few.gives_up + SLACK
    assert more.in_time >= few.in_time - SLACK and more.occupancy <= few.occupancy + SLACK
    for met in (few, more):
        assert all(0 <= share <= 1 + SLACK for share in (met.waits, met.in_time, met.gives_up, met.occupancy))
        assert met.in_time + met.gives_up <= 1 + SLACK


@given(LOADS, st.floats(0, 50), st.integers(1, 3000), SECONDS, SECONDS, WITHIN)
@settings(deadline=None)
def test_more_load_is_never_better(
    load: float, more: float, servers: int, handle: float, patience: float, within: float
) -> None:
    c = [erlang.patient(each, servers, handle_seconds=handle, within_seconds=within) for each in (load, load + more)]
    a = [
        erlang.impatient(each, servers, handle_seconds=handle, patience_seconds=patience, within_seconds=within)
        for each in (load, load + more)
    ]
    for light, heavy in (c, a):
        assert heavy.waits >= light.waits - SLACK and heavy.in_time <= light.in_time + SLACK
        assert heavy.gives_up >= light.gives_up - SLACK


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_fewest_is_the_first_that_is_enough(wanted: int, most: int) -> None:
    assert erlang.fewest(lambda n: n >= wanted, most) == min(wanted, most + 1)
