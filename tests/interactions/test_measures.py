"""The formulas, on the golden day and at their edges."""

from datetime import UTC, datetime, timedelta

import pytest

from clients.formulas import SERVICE_LEVELS
from interactions.reports.measures import Callbacks, Handling, Line, Ratio, Span, covered, occupancy, total

GOLDEN = Line(in_time=70, late=15, short=3, abandoned_in_time=4, abandoned_late=5, callback_in_time=3)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def span(start: int, end: int) -> Span:
    return Span(NOON + timedelta(seconds=start), NOON + timedelta(seconds=end))


@pytest.mark.parametrize(
    ("formula", "percent"),
    [
        ("service_level_answered.v1", 82.35),
        ("service_level.v1", 74.47),
        ("service_level_with_short.v1", 72.16),
        ("service_level_offered.v1", 70.00),
        ("service_level_late_abandons.v1", 77.78),
        ("service_level_abandons_in_time.v1", 79.38),
        ("service_level_settled_in_time.v1", 80.00),
    ],
)
def test_the_golden_day(formula: str, percent: float) -> None:
    assert round(GOLDEN.service_level(formula).percent or 0, 2) == percent


def test_the_golden_day_adds_up() -> None:
    assert (GOLDEN.offered, GOLDEN.answered, GOLDEN.abandoned, GOLDEN.given_up, GOLDEN.took_callback) == (
        100,
        85,
        12,
        9,
        3,
    )


@pytest.mark.parametrize("formula", SERVICE_LEVELS.values(), ids=lambda f: f.key)
def test_a_quiet_day_has_no_level_and_no_division_by_zero(formula) -> None:
    assert formula.of(Line()).percent is None
    assert formula.words.endswith(".")


def test_who_still_waits_is_judged_only_when_the_threshold_has_passed() -> None:
    running = GOLDEN + Line(pending=4)
    assert running.service_level() == GOLDEN.service_level()
    assert running.service_level("service_level_offered.v1").percent == 70
    late = GOLDEN + Line(overdue=1)
    assert late.service_level() == Ratio(70, 95)
    assert late.service_level("service_level_offered.v1") == Ratio(70, 101)


def test_the_speed_of_answer_is_that_of_the_answered() -> None:
    assert Line(in_time=2, late=1, short=9, wait_seconds=45).asa_seconds == 15
    assert Line(short=1).asa_seconds is None


def test_abandoned_are_all_who_left_the_line() -> None:
    assert GOLDEN.abandon_rate == Ratio(12, 100)


def test_a_total_is_not_the_mean_of_its_parts() -> None:
    lines = [Line(in_time=1), Line(in_time=1, late=9)]
    assert total(lines).service_level().percent == pytest.approx(200 / 11)


def test_handling_time_is_talk_hold_and_wrap_up_over_legs() -> None:
    both = Handling(1, 330, 42, 54) + Handling(1, 100, 0, 20)
    assert both.aht_seconds == (426 + 120) / 2
    assert Handling().aht_seconds is None


def test_made_is_open_and_ended() -> None:
    ledger = Callbacks(open=16, kept=23, late=1, unreached=2, broken=1, withdrawn=3)
    assert ledger.made == 46
    assert ledger.kept_rate == Ratio(23, 25)


def test_two_chats_at_once_are_one_stretch_of_work() -> None:
    assert covered([span(0, 60), span(30, 90), span(100, 100)]) == [span(0, 90)]


def test_occupancy_leaves_breaks_out_and_counts_idle_once() -> None:
    # An hour available, of it ten minutes of work that runs five minutes into a break.
    ratio = occupancy([span(3300, 3900)], [span(0, 3600)])
    assert ratio == Ratio(600, 600 + 3300)
