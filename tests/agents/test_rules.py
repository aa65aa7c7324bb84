"""The rules of a line: drafted, published, due at a time, rolled back; the difference in words; what was in force."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from agents import rules
from agents.models import OverflowStep, QueueVersion, RulesState
from agents.rule_rows import snapshot
from agents.rule_words import difference
from bpo.kernel import clock
from bpo.kernel.errors import StaleState, TimePassed
from bpo.kernel.history import ReasonMissing, changes_of
from clients import queue_states
from clients.models import Queue
from interactions import eligibility
from interactions.routing import sweep
from tests import factories

pytestmark = pytest.mark.django_db


def step(action: str, after: int = 60, **parts: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("skill", "level", "team", "raise_by", "to_queue"))
    return {"after_seconds": after, "action": action, **empty, **parts}


@pytest.fixture
def line() -> Queue:
    """Acme's line, which wants Billing at level 3."""
    return factories.queue(factories.client("Acme"), "Orders", wants={"billing": 3}, offer_seconds=20)


def told(before: Any, after: Any) -> list[str]:
    return [str(change) for change in difference(before, after)]


def test_a_difference_reads_like_a_sentence(line: Queue) -> None:
    blue, spanish = factories.team("Blue"), factories.skill("spanish")
    OverflowStep.objects.create(queue=line, ordinal=1, after_seconds=30, action="offer_callback")
    OverflowStep.objects.create(queue=line, ordinal=2, after_seconds=60, action="drop_skill", skill=spanish)
    before = snapshot(line)
    after = {
        **before,
        "offer_seconds": 15,
        "manual": True,
        "wrap_up": "until_done",
        "limit": 7,
        "wanted_skills": [{"skill": "billing", "level": 2}, {"skill": "spanish", "level": 1}],
        "teams": [str(blue.public_id)],
        "overflow_steps": before["overflow_steps"][:1],
    }
    assert told(before, after) == [
        "Agents pick: no → yes",
        "Seconds an offer rings: 20 → 15",
        "Wrap-up: Timed → Until done",
        "Waiting at once, at most: none → 7",
        "Wants Billing: level 3 → level 2",
        "Wants Spanish: not wanted → level 1",
        "Teams: all → Blue",
        "Step 2: after 60 s: ask a skill no more (Spanish) → gone",
    ]
    assert told(after, after) == []
    between = {**before, "overflow_steps": [step("raise_priority", 5, raise_by=2), *before["overflow_steps"]]}
    assert told(before, between) == ["Step 1: none → after 5 s: raise the priority by 2"]


def test_a_draft_waits_until_it_is_published_and_then_is_the_line(line: Queue) -> None:
    ada, ann = factories.admin(), factories.waiting(line)
    blue = factories.team("Blue")
    asked = {
        "offer_seconds": 1,
        "wanted_skills": [],
        "teams": [str(blue.public_id)],
        "overflow_steps": [step("offer_callback", 0), step("message", 1)],
    }
    draft = rules.draft(line, asked, by=ada)
    line.refresh_from_db()
    assert (line.offer_seconds, line.version, draft.number) == (20, 1, None)
    rules.publish(draft, by=ada, why="Shorter rings")
    line.refresh_from_db()
    ann.refresh_from_db()
    assert (line.offer_seconds, line.version) == (1, 2)
    assert not line.wanted_skills.exists() and [each.team for each in line.teams.all()] == [blue]
    assert [(each.ordinal, each.action, each.after_seconds) for each in line.overflow_steps.all()] == [
        (1, "offer_callback", 0),
        (2, "message", 1),
    ]
    assert ann.lane is not None and ann.lane.queue_version == 2
    first, second = line.versions.order_by("number")
    assert first.why == "" and first.rules["offer_seconds"] == 20
    assert (second.pk, second.number, second.why, second.published_by) == (draft.pk, 2, "Shorter rings", ada)
    assert second.rules == snapshot(line)
    assert (str(ada), "Shorter rings") in {(change.who, change.why) for change in changes_of(line)}
    with pytest.raises(StaleState):
        rules.publish(draft, by=ada, why="Once more")


def test_a_line_has_one_draft_and_what_was_published_never_changes(line: Queue) -> None:
    ada = factories.admin()
    draft = rules.draft(line, {"limit": 5}, by=ada)
    with pytest.raises(rules.DraftThere):
        rules.draft(line, {"limit": 6}, by=ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        QueueVersion.objects.create(queue=line, state=RulesState.SCHEDULED, publish_at=clock.now(), rules={})
    assert rules.edit(draft, {"limit": 6}, by=ada).rules["limit"] == 6
    with pytest.raises(ReasonMissing):
        rules.publish(draft, by=ada, why=" ")
    rules.publish(draft, by=ada, why="Seven is too many")
    for write in (
        lambda: QueueVersion.objects.filter(pk=draft.pk).update(why="Other"),
        lambda: QueueVersion.objects.filter(pk=draft.pk).delete(),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            write()
    with pytest.raises(rules.NotADraft):
        rules.edit(draft, {"limit": 7}, by=ada)
    gone = rules.draft(line, {"limit": 9}, by=ada)
    rules.discard(gone, by=ada, why="Not needed")
    assert rules.open_version(line) is None
    with pytest.raises(StaleState):
        rules.publish(gone, by=ada, why="After all")


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ({"offer_seconds": 0}, "offer_seconds"),
        ({"idle_warn_seconds": 60, "idle_end_seconds": 60}, "idle_end_seconds"),
        ({"floor_seats": 5, "ceiling_seats": 4}, "ceiling_seats"),
        ({"channels": ["fax"]}, "channels"),
        ({"wanted_skills": [{"skill": "nobody", "level": 1}]}, "wanted_skills"),
        ({"wanted_skills": [{"skill": "billing", "level": 6}]}, "wanted_skills"),
        ({"hours": "7d0f4b64-2f64-4f44-8f5c-1f8f3a4a2a10"}, "hours"),
        ({"overflow_steps": [step("message"), step("offer_callback")]}, "overflow_steps.1"),
        ({"overflow_steps": [step("offer_callback"), step("drop_skill")]}, "overflow_steps.2"),
        ({"overflow_steps": [step("overflow", to_queue="7d0f4b64-2f64-4f44-8f5c-1f8f3a4a2a10")]}, "overflow_steps.1"),
    ],
)
def test_rules_that_cannot_be_are_not_published(line: Queue, asked: Any, place: str) -> None:
    ada = factories.admin()
    draft = rules.draft(line, asked, by=ada)
    with pytest.raises(rules.RulesRefused) as refused:
        rules.publish(draft, by=ada, why="Try")
    assert list(refused.value.problems) == [place]
    line.refresh_from_db()
    assert line.version == 1 and QueueVersion.objects.get(pk=draft.pk).state == RulesState.DRAFT


def test_a_line_of_another_client_is_no_way_out(line: Queue) -> None:
    theirs = factories.queue(factories.client("Globex"))
    with pytest.raises(rules.RulesRefused, match="overflow"):
        asked = {"overflow_steps": [step("overflow", to_queue=str(theirs.public_id))]}
        rules.change(line, asked, by=factories.admin(), why="Try")


def test_a_line_that_takes_none_of_its_channels_is_no_way_out(line: Queue) -> None:
    letters = factories.queue(line.client, "Letters", channels=["email"])
    asked = {"channels": ["chat", "voice"], "overflow_steps": [step("overflow", to_queue=str(letters.public_id))]}
    with pytest.raises(rules.RulesRefused) as refused:
        rules.change(line, asked, by=factories.admin(), why="Try")
    assert "takes none of the channels" in refused.value.problems["overflow_steps.1"][0]
    rules.change(line, asked | {"channels": ["chat", "email"]}, by=factories.admin(), why="Letters may go")


def test_a_difference_names_what_does_not_move_to_the_other_line(line: Queue) -> None:
    letters = factories.queue(line.client, "Letters", channels=["email", "chat"])
    before = snapshot(line)
    after = {**before, "overflow_steps": [step("overflow", to_queue=str(letters.public_id))]}
    assert told(before, after) == ["Step 1: none → after 60 s: move to the line Letters (does not take Phone)"]
    after |= {"channels": ["chat", "email"]}
    assert told(before, after)[-1] == "Step 1: none → after 60 s: move to the line Letters"


def test_a_draft_whose_ground_has_moved_says_what_changed_since(line: Queue) -> None:
    ada = factories.admin()
    draft = rules.draft(line, {"limit": 5}, by=ada)
    queue_states.pause(line, by=ada, why="Lunch")  # a new version, of the same rules
    rules.change(line, {"offer_seconds": 10}, by=factories.admin("Bob"), why="Faster")
    with pytest.raises(rules.BaseChanged) as refused:
        rules.publish(draft, by=ada, why="Limit")
    assert [str(change) for change in refused.value.changes] == ["Seconds an offer rings: 20 → 10"]
    with pytest.raises(rules.BaseChanged):
        rules.schedule(draft, by=ada, why="Limit", at=clock.now() + timedelta(hours=1))
    rules.publish(draft, by=ada, why="Limit", knowing=True)
    line.refresh_from_db()
    assert (line.limit, line.offer_seconds, line.state) == (5, 20, "paused")


def test_a_pause_does_not_move_the_ground(line: Queue) -> None:
    ada = factories.admin()
    draft = rules.draft(line, {"limit": 5}, by=ada)
    queue_states.pause(line, by=ada, why="Lunch")
    rules.publish(draft, by=ada, why="Limit")
    line.refresh_from_db()
    assert (line.limit, line.state) == (5, "paused")
    assert [each.why for each in line.versions.order_by("number")] == ["", "Lunch", "Limit"]
    lunch = line.versions.get(why="Lunch")
    before = rules.before(lunch)
    assert before is not None and told(before.rules, lunch.rules) == ["State: Open → Paused"]


def test_a_roll_back_is_a_new_version_with_the_old_rules(line: Queue) -> None:
    ada = factories.admin()
    OverflowStep.objects.create(queue=line, ordinal=1, after_seconds=30, action="offer_callback")
    first = rules.keep(line)
    rules.change(line, {"offer_seconds": 5, "overflow_steps": [], "wanted_skills": []}, by=ada, why="Try")
    back = rules.roll_back(line, first, by=ada, why="It was better")
    line.refresh_from_db()
    assert (back.number, back.rolled_back_to, line.version, line.offer_seconds) == (3, first, 3, 20)
    assert back.rules == first.rules == snapshot(line)
    with pytest.raises(rules.NothingNew):
        rules.roll_back(line, first, by=ada, why="Twice")
    other = rules.keep(factories.queue(line.client))
    with pytest.raises(rules.NotADraft):
        rules.roll_back(line, other, by=ada, why="Of another line")


def test_what_was_in_force_at_any_moment(line: Queue) -> None:
    ada = factories.admin()
    earlier = clock.now() - timedelta(seconds=1)
    first = rules.keep(line)
    between = clock.now()
    second = rules.change(line, {"limit": 5}, by=ada, why="Limit")
    assert rules.in_force(line, earlier) is None
    assert rules.in_force(line, between) == first
    assert rules.in_force(line) == second


def test_a_scheduled_version_comes_by_itself_and_once(line: Queue) -> None:
    ada, now = factories.admin(), clock.now()
    draft = rules.draft(line, {"limit": 5}, by=ada)
    with pytest.raises(TimePassed):
        rules.schedule(draft, by=ada, why="Monday", at=now)
    rules.schedule(draft, by=ada, why="Monday", at=now + timedelta(minutes=5))
    step_of_sweep = sweep.rules_due.publish
    assert step_of_sweep in sweep.STEPS
    assert step_of_sweep(now + timedelta(minutes=4)) == 0
    assert step_of_sweep(now + timedelta(minutes=9)) == 1
    assert step_of_sweep(now + timedelta(minutes=9)) == 0
    line.refresh_from_db()
    draft.refresh_from_db()
    assert (line.limit, line.version, draft.state, draft.number, draft.why) == (5, 2, "published", 2, "Monday")
    assert draft.published_by == ada


def test_a_cancelled_time_does_not_come(line: Queue) -> None:
    ada, now = factories.admin(), clock.now()
    draft = rules.schedule(rules.draft(line, {"limit": 5}, by=ada), by=ada, why="Monday", at=now + timedelta(minutes=5))
    with pytest.raises(rules.NotADraft):
        rules.edit(draft, {"limit": 6}, by=ada)
    rules.cancel(draft, by=ada, why="Not this Monday")
    assert rules.publish_due(now + timedelta(minutes=9)) == 0
    assert draft.state == RulesState.DRAFT and draft.publish_at is None
    with pytest.raises(StaleState):
        rules.cancel(draft, by=ada, why="Twice")


def test_a_time_that_finds_other_rules_leaves_a_draft_that_says_so(line: Queue) -> None:
    ada, now = factories.admin(), clock.now()
    draft = rules.schedule(rules.draft(line, {"limit": 5}, by=ada), by=ada, why="Monday", at=now + timedelta(minutes=5))
    rules.change(line, {"offer_seconds": 10}, by=ada, why="Faster")
    rules.publish_due(now + timedelta(minutes=9))
    draft.refresh_from_db()
    line.refresh_from_db()
    assert (draft.state, draft.publish_at, line.limit) == (RulesState.DRAFT, None, None)
    assert "Seconds an offer rings: 20 → 10" in draft.problem


@pytest.mark.parametrize("lost", ["is_active", "is_superuser"])
def test_nothing_is_published_in_the_name_of_somebody_who_no_longer_may(line: Queue, lost: str) -> None:
    ada, now = factories.admin(name="Ada Gone"), clock.now()
    draft = rules.schedule(rules.draft(line, {"limit": 5}, by=ada), by=ada, why="Monday", at=now + timedelta(minutes=5))
    setattr(ada, lost, False)
    ada.save(update_fields=[lost])
    rules.publish_due(now + timedelta(minutes=9))
    draft.refresh_from_db()
    line.refresh_from_db()
    assert (draft.state, draft.publish_at, draft.published_by, line.limit) == (RulesState.DRAFT, None, None, None)
    assert "Ada Gone" in draft.problem
    assert rules.publish_due(now + timedelta(minutes=9)) == 0


def test_whatever_raises_the_version_leaves_one_row(line: Queue) -> None:
    eligibility.queue_changed(line)
    eligibility.queue_changed(line, by=factories.admin(), why="By hand")
    assert list(line.versions.order_by("number").values_list("number", "why")) == [(2, ""), (3, "By hand")]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_is_told(line: Queue) -> None:
    """Ada and Bob press the button together; the line changes once."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    ada = factories.admin()
    draft = rules.draft(line, {"limit": 5}, by=ada)

    def press(_: int) -> str:
        try:
            rules.publish(QueueVersion.objects.get(pk=draft.pk), by=ada, why="Now")
            return "published"
        except StaleState:
            return "late"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(press, range(4)))
    assert sorted(said) == ["late", "late", "late", "published"]
    line.refresh_from_db()
    assert line.version == 2 and line.versions.filter(state="published").count() == 2


def test_lines_that_were_there_before_begin_with_what_they_are() -> None:
    """The migration writes the same shape as the code does."""
    blue = factories.team("Blue")
    acme = factories.client("Acme")
    line = factories.queue(acme, hours=factories.hours(acme), wants={"billing": 3, "a": 1}, teams=[blue], version=7)
    OverflowStep.objects.create(queue=line, ordinal=1, after_seconds=30, action="add_team", team=blue)
    OverflowStep.objects.create(
        queue=line, ordinal=2, after_seconds=30, action="overflow", to_queue=factories.queue(acme)
    )
    import_module("agents.migrations.0006_first_versions_of_rules").keep_what_is(apps, None)
    kept = line.versions.get()
    assert (kept.number, kept.state, kept.rules) == (7, RulesState.PUBLISHED, snapshot(line))
    assert rules.change(line, {"limit": 1}, by=factories.admin(), why="Limit").number == 8
