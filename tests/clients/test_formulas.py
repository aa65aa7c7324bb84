"""Formulas as data: what was published says the same for good, and each says what it counts and what it does not."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import fields, replace

import pytest

from clients.formulas import (
    COUNTS,
    FORMULAS,
    PROMISED,
    SERVICE_LEVELS,
    Formula,
    NoSuchFormula,
    Ratio,
    Source,
    formula_of,
)
from interactions.reports import figures
from interactions.reports.measures import Callbacks, Handling, Line, Time

# Of everything a published formula says. A line here is never changed: what is counted otherwise is a new version.
PUBLISHED: dict[str, str] = {
    "service_level.v1": "e04d18d9d6d67671",
    "service_level_answered.v1": "bad1906fe4b1961d",
    "service_level_with_short.v1": "f8c18931db16dd0e",
    "service_level_offered.v1": "8f0ce9e80731fdca",
    "service_level_late_abandons.v1": "8f6d2b90c84b1599",
    "service_level_abandons_in_time.v1": "ceaff362f6c18919",
    "service_level_settled_in_time.v1": "d473a1e18f302dd0",
    "abandon_rate.v1": "daede2313b936d5c",
    "given_up_rate.v1": "85794120c4dc5013",
    "asa.v1": "e8b93461783d1db9",
    "aht.v1": "bba7ca6370da71ce",
    "callbacks_kept.v1": "4ea2a8b438753dd5",
    "occupancy.v1": "d08148a2ebd9c4dc",
}


def test_a_published_formula_is_never_changed() -> None:
    assert {key: formula.digest[:16] for key, formula in FORMULAS.items()} == PUBLISHED


@pytest.mark.parametrize(
    "change",
    [
        {"words": "Other words."}, {"denominator": frozenset({"late"})}, {"numerator": frozenset()}, {"version": 2},
        {"sums": "wait_seconds"}, {"source": Source.LEG}, {"less_is_better": True},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_any_change_shows_in_the_digest(change: dict[str, object]) -> None:
    plain = FORMULAS["service_level.v1"]
    assert replace(plain, **change).digest != plain.digest  # type: ignore[arg-type]


def test_an_unknown_formula_is_refused_in_words() -> None:
    with pytest.raises(NoSuchFormula, match="no_such_formula|service_level.v9") as refused:
        formula_of("service_level.v9")
    assert str(refused.value.sentence) == "There is no such formula."


# As they were written before they were data: over the same counts they say the same.
BEFORE: dict[str, tuple[Callable[[Line], int], Callable[[Line], int]]] = {
    "service_level.v1": (lambda x: x.in_time, lambda x: x.answered + x.abandoned + x.overdue - x.short),
    "service_level_answered.v1": (lambda x: x.in_time, lambda x: x.answered),
    "service_level_with_short.v1": (lambda x: x.in_time, lambda x: x.answered + x.abandoned + x.overdue),
    "service_level_offered.v1": (lambda x: x.in_time, lambda x: x.judged),
    "service_level_late_abandons.v1": (
        lambda x: x.in_time, lambda x: x.answered + x.abandoned + x.overdue - x.short - x.abandoned_in_time,
    ),
    "service_level_abandons_in_time.v1": (
        lambda x: x.in_time + x.short + x.abandoned_in_time, lambda x: x.answered + x.abandoned + x.overdue,
    ),
    "service_level_settled_in_time.v1": (
        lambda x: x.in_time + x.short + x.abandoned_in_time + x.callback_in_time, lambda x: x.judged,
    ),
    "abandon_rate.v1": (lambda x: x.abandoned, lambda x: x.judged),
    "given_up_rate.v1": (lambda x: x.given_up, lambda x: x.judged),
}  # fmt: skip


@pytest.mark.parametrize("key", BEFORE)
def test_data_say_what_the_code_said(key: str) -> None:
    dice = random.Random(6)
    above, below = BEFORE[key]
    for _ in range(200):
        line = Line(**{name: dice.randrange(9) for name in COUNTS[Source.LINE]}, wait_seconds=dice.random())
        assert formula_of(key).of(line) == Ratio(above(line), below(line))


def test_every_service_level_was_held_against_the_code() -> None:
    assert set(SERVICE_LEVELS) <= set(BEFORE)


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)
def test_a_formula_counts_each_row_of_its_source_or_says_that_it_does_not(formula: Formula) -> None:
    every = COUNTS[formula.source]
    assert formula.denominator and formula.numerator <= formula.denominator <= set(every)
    assert sorted([*formula.denominator, *formula.excluded]) == sorted(every)
    assert formula.words.endswith(".") and formula.title
    if formula.key in PROMISED:
        assert formula.yes and formula.no and not formula.sums


def test_the_counts_are_those_that_are_counted() -> None:
    counted = {Source.LINE: Line, Source.LEG: Handling, Source.CALLBACK: Callbacks, Source.TIME: Time}
    for source, kind in counted.items():
        names = {field.name for field in fields(kind)}
        assert set(COUNTS[source]) <= names and all(name.endswith("_seconds") for name in names - set(COUNTS[source]))
    assert tuple(figures.ENDS) == COUNTS[Source.LINE]


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)
def test_of_nothing_there_is_no_value(formula: Formula) -> None:
    nothing = {Source.LINE: Line(), Source.LEG: Handling(), Source.CALLBACK: Callbacks(), Source.TIME: Time()}
    assert formula.of(nothing[formula.source]).share is None
