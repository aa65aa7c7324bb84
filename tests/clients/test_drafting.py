"""A draft is changed in turn: every edit can be read again, is taken back exactly, and nobody writes over another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bpo.accounts.models import User
from bpo.kernel.history import changes_of
from clients import drafting, graph_edits, script_graph, scripts, starters
from clients.models import ScriptVersion, VersionState
from tests import factories
from tests.clients.test_scripts import graph

pytestmark = pytest.mark.django_db
Raw = dict[str, Any]


@pytest.fixture
def draft() -> ScriptVersion:
    return (
        factories.client("Acme").scripts.create(name="Calls", kind="inbound").versions.create(number=1, graph=graph())
    )


@pytest.fixture
def sue() -> User:
    return factories.user("Sue Sander")


@pytest.fixture
def mo() -> User:
    return factories.user("Mo Marsh")


def renamed(of: Raw, name: str, step: str = "greet") -> Raw:
    return graph_edits.put(of, {**(graph_edits.find(of, step) or {}), "name": name})


# --- edits of a graph ------------------------------------------------------------------------------------------------

CHOICES = st.integers(0, 30)
EDIT = st.tuples(st.sampled_from(["add", "remove", "connect", "up", "down", "start", "name"]), CHOICES, CHOICES)


def edited(of: Raw, edit: tuple[str, int, int]) -> Raw:
    """The edit, on whichever step the numbers fall."""
    what, one, other = edit
    ids = [step["id"] for step in of["steps"]] or [""]
    step, second = ids[one % len(ids)], ids[other % len(ids)]
    kinds = script_graph.KINDS
    acts: dict[str, Callable[[], Raw]] = {
        "add": lambda: graph_edits.add(of, kinds[other % len(kinds)], "New", after=step)[0],
        "remove": lambda: graph_edits.remove(of, step)[0],
        "connect": lambda: graph_edits.connect(of, step, second if other % 3 else ""),
        "up": lambda: graph_edits.move(of, step, -1),
        "down": lambda: graph_edits.move(of, step, 1),
        "start": lambda: graph_edits.begin_at(of, step),
        "name": lambda: renamed(of, f"Name {other}", step) if step else of,
    }
    return acts[what]()


STARTS = [starters.starter(kind, "en") for kind in ("inbound", "outbound", "sub_process")]
STARTS += [graph(), {"start": "", "steps": []}]


@given(st.sampled_from(STARTS), st.lists(EDIT, max_size=25))
def test_any_edits_leave_a_graph_that_is_read_and_leads_nowhere_unknown(
    of: Raw, edits: list[tuple[str, int, int]]
) -> None:
    for edit in edits:
        of = edited(of, edit)
        read = script_graph.parse(of)
        assert len(read.steps) == len(of["steps"])
        known = {*read.steps, "return"}
        assert all(way in known for step in read.steps.values() for way in step.ways())
        assert read.start in read if read.steps else read.start == ""
        scripts.check(of)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EDIT, min_size=1, max_size=12))
def test_undo_returns_exactly_what_was(draft: ScriptVersion, sue: User, edits: list[tuple[str, int, int]]) -> None:
    draft.edits.all().delete()
    states = [graph_edits.copy(draft.graph)]
    for edit in edits:
        scripts.rewrite(draft, edited(draft.graph, edit), sue)
        if draft.graph != states[-1]:
            states.append(draft.graph)
    for before in reversed(states[:-1]):
        scripts.undo(draft, sue)
        draft.refresh_from_db()
        assert draft.graph == before
    with pytest.raises(scripts.NothingToUndo):
        scripts.undo(draft, sue)
    for after in states[1:]:
        scripts.redo(draft, sue)
        draft.refresh_from_db()
        assert draft.graph == after
    with pytest.raises(scripts.NothingToUndo):
        scripts.redo(draft, sue)


def test_a_step_is_added_in_between_and_before_the_closing_one() -> None:
    made, new = graph_edits.add(graph(), "say", "One more thing", after="greet")
    assert new == "say_1" and [step["id"] for step in made["steps"]][:2] == ["greet", "say_1"]
    assert (graph_edits.find(made, "greet") or {})["next"] == "say_1"
    assert (graph_edits.find(made, "say_1") or {})["next"] == "verify"
    made, new = graph_edits.add(graph(), "decide", "Late?", after="close")
    assert (graph_edits.find(made, "product") or {})["next"] == new
    assert (graph_edits.find(made, "verify") or {})["failed"] == new
    assert (graph_edits.find(made, new) or {})["otherwise"] == "close"


def test_a_step_that_goes_joins_its_ways_and_hands_on_the_start() -> None:
    made, beside = graph_edits.remove(graph(), "verify")
    assert (graph_edits.find(made, "greet") or {})["next"] == "reason" and beside == "greet"
    made, _ = graph_edits.remove(graph(), "greet")
    assert made["start"] == "verify"
    made, _ = graph_edits.remove(graph(), "close")
    assert "next" not in (graph_edits.find(made, "product") or {})


# --- one hand at a time ----------------------------------------------------------------------------------------------


def test_who_edits_an_older_state_is_refused_and_nothing_is_lost(draft: ScriptVersion, sue: User, mo: User) -> None:
    mos = ScriptVersion.objects.get(pk=draft.pk)
    scripts.rewrite(draft, renamed(draft.graph, "Sue's greeting"), sue, since=0)
    for late in (
        lambda: scripts.rewrite(mos, renamed(mos.graph, "Mo's greeting"), mo, since=0),
        lambda: scripts.rewrite(ScriptVersion.objects.get(pk=draft.pk), graph(), mo, since=0),
        lambda: scripts.undo(ScriptVersion.objects.get(pk=draft.pk), mo, since=0),
    ):
        with pytest.raises(scripts.Outdated):
            late()
    draft.refresh_from_db()
    assert draft.graph["steps"][0]["name"] == "Sue's greeting" and draft.edition == 1
    assert [*draft.writers.all()] == [sue]


def test_typing_on_is_one_edit_and_another_person_or_place_is_another(
    draft: ScriptVersion, sue: User, mo: User
) -> None:
    def types(words: str, by: User, step: str = "greet") -> None:
        scripts.rewrite(draft, renamed(draft.graph, words, step), by, step=step, what="name", typed=True)

    with time_machine.travel(0, tick=False) as now:
        for words in ("W", "Wel", "Welcome"):
            types(words, sue)
            now.shift(3)
        types("Close it", sue, "close")
        types("Close", mo, "close")
        now.shift(60)
        types("Closing", mo, "close")
    assert draft.edits.count() == 4
    for _ in range(4):
        scripts.undo(draft, sue)
    assert draft.graph == graph()


def test_the_oldest_edits_are_forgotten(draft: ScriptVersion, sue: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting, "KEPT", 3)
    for n in range(6):
        scripts.rewrite(draft, renamed(draft.graph, f"Name {n}"), sue)
    for _ in range(3):
        scripts.undo(draft, sue)
    assert draft.graph["steps"][0]["name"] == "Name 2"
    with pytest.raises(scripts.NothingToUndo):
        scripts.undo(draft, sue)


def test_what_is_no_draft_is_not_changed_nor_taken_back(draft: ScriptVersion, sue: User, mo: User) -> None:
    scripts.rewrite(draft, renamed(draft.graph, "Hello"), sue)
    told = len(changes_of(draft))
    scripts.submit(draft, sue, why="read it")
    assert len(changes_of(draft)) == told + 1, "edits of the steps are no entries of the history"
    for late in (lambda: scripts.undo(draft, sue), lambda: scripts.rewrite(draft, graph(), sue)):
        with pytest.raises(scripts.NotADraft):
            late()
    scripts.publish(scripts.approve(draft, mo, why="read"), mo, why="today")
    assert draft.state == VersionState.PUBLISHED and not draft.edits.exists()
