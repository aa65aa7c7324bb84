"""The benchmarks that `make bench` names are there, and a tiny run of some tells its goal as a line for machines."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator

import pytest
from django.db import connection

from benchmarks import collisions, statements
from benchmarks.__main__ import MODULES

KEYS = {"goal", "value", "floor", "aim", "holds", "arms"}


@pytest.fixture
def large_floor() -> Iterator[None]:
    """The bare arm's tables are no model's: nobody else would take them away."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS bare CASCADE")


@pytest.mark.parametrize("name", MODULES)
def test_each_module_can_be_run(name: str) -> None:
    assert callable(importlib.import_module(f"benchmarks.{name}").main)


def test_every_goal_has_one_module() -> None:
    goals = [goal for goals in MODULES.values() for goal in goals]
    assert sorted(goals) == sorted(
        {*(f"G{number}" for number in range(1, 18)), "CALL", "FLOW", "REPLAY", "START", "STEP"}
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("large_floor")
def test_statements_of_a_match_are_few_and_constant(capsys: pytest.CaptureFixture[str]) -> None:
    assert statements.measure(40, 60, 6)
    line = json.loads(capsys.readouterr().out)
    assert set(line) == KEYS
    assert (line["goal"], line["holds"], line["arms"]["constant"]) == ("G8", True, True)


@pytest.mark.django_db(transaction=True)
def test_a_few_collisions_leave_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    collisions.measure(10)
    line = json.loads(capfd.readouterr().out)
    assert set(line) == KEYS
    assert (line["goal"], line["value"]) == ("G10", 0)
    assert line["arms"]["product"]["rounds"] == line["arms"]["looks once"]["rounds"] == 10
