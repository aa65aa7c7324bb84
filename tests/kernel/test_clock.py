"""The settable clock."""

import datetime as dt

import pytest

from bpo.kernel import clock

NINE = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def test_it_stands_still_moves_and_goes_back() -> None:
    with clock.set_to(NINE):
        assert clock.now() == NINE
        assert clock.advance(30) == NINE + dt.timedelta(seconds=30)
        with clock.set_to(NINE):
            assert clock.now() == NINE
        assert clock.now() == NINE + dt.timedelta(seconds=30)
    assert abs(clock.now() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)


def test_the_real_clock_cannot_be_moved() -> None:
    with pytest.raises(RuntimeError):
        clock.advance(1)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"), clock.set_to(dt.datetime(2026, 3, 2)):
        pass
