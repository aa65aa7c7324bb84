"""The past month: what is written in bulk is what the operations write, row for row and entry for entry."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pytest
from django.db.models import Model

from bpo.celery import app
from bpo.demo.past import parts, timelines
from bpo.demo.past.bulk import Bulk
from bpo.demo.past.play import play
from bpo.demo.past.stories import Timeline
from bpo.demo.past.world import world
from bpo.demo.setting_up import set_up
from bpo.kernel import clock
from clients.models import OrderIssue, Queue
from interactions.models import (
    Action,
    Arrival,
    Callback,
    Case,
    ChatSession,
    Envelope,
    Interaction,
    JournalEntry,
    Leg,
    Message,
    Notice,
    Run,
    StepVisit,
    SurveyAnswer,
    Visit,
)

UNTIL = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
HOW_MANY = 50
REFERENCE = re.compile(r"\b(TTG|HAL|MRP)-[0-9A-Z]{6}\b")
# Ids of the rows themselves, and what differs because one writer looked at the seats and the other did not.
OWN = {"id", "public_id", "why"}
OF_CASE = {
    Case: "pk",
    Interaction: "case",
    Callback: "case",
    Envelope: "interaction__case",
    Visit: "interaction__case",
    Leg: "interaction__case",
    Message: "interaction__case",
    Run: "interaction__case",
    StepVisit: "run__interaction__case",
    Action: "run__interaction__case",
    Notice: "case",
    SurveyAnswer: "interaction__case",
    ChatSession: "interaction__case",
}
TO_OWN = {"case", "interaction", "run", "leg", "notice", "callback", "promised_from"}


def kinds(timeline: Timeline) -> str:
    """What sort of story it is, so that each is among those compared."""
    how = "after" if timeline.after_hours else "left" if timeline.left else "promise" if timeline.promise else "handled"
    more = [timeline.client, timeline.channel, timeline.language, how]
    if timeline.handling:
        more += ["late" if not timeline.handling.disposition else "", "gone" if timeline.handling.by_customer else ""]
        more += ["held" if timeline.handling.holds else "", "surveyed" if timeline.survey else ""]
    if timeline.promise:
        more += [str(len(timeline.promise.tries))]
    return " ".join([*more, "closed" if timeline.closed_case else ""])


def chosen() -> list[Timeline]:
    """Fifty, of as many sorts as there are."""
    every = [each for day in islice(timelines.month(world(), UNTIL), 6) for each in day]
    first: dict[str, Timeline] = {}
    for each in every:
        first.setdefault(kinds(each), each)
    rest = [each for each in every if each not in first.values()]
    return [*first.values(), *rest][:HOW_MANY] if len(first) < HOW_MANY else spread(list(first.values()))


def left_open(stories: list[Timeline]) -> list[Timeline]:
    """The same where nobody has tidied up yet: cases that somebody owns and a reply is owed on."""
    first: dict[tuple[str, bool], Timeline] = {}
    for each in stories:
        if each.tidied:
            first.setdefault((each.channel, each.handling is None), each)
    return [replace(each, key=f"{each.key}-open", tidied=None, closed_case=None) for each in first.values()]


def spread(found: list[Timeline]) -> list[Timeline]:
    """Those with a promise or a departure first: they are the rare ones."""
    rare = [each for each in found if each.handling is None]
    usual = [each for each in found if each.handling is not None]
    return [*rare[: HOW_MANY // 2], *usual][:HOW_MANY]


def told(timeline: Timeline) -> dict[str, list[str]]:
    """Every row of a timeline's case and its journal, without the ids that each writer draws for itself."""
    arrival = Arrival.objects.get(provider_id=parts.provider_id(timeline))
    assert arrival.interaction is not None
    case = arrival.interaction.case
    assert case is not None
    rows = {model.__name__: model._base_manager.filter(**{lookup: case.pk}) for model, lookup in OF_CASE.items()}
    issues = OrderIssue.objects.filter(created_at__gte=timeline.arrived, created_at__lte=timeline.over)
    rows["OrderIssue"] = issues.filter(order__customer=case.customer)
    own: set[str] = set()
    for found in rows.values():
        own |= {str(row.public_id) for row in found if hasattr(row, "public_id")}
    entries = JournalEntry.objects.filter(case=case)
    dumped = {name: sorted(_words(row, own, timeline) for row in found) for name, found in rows.items()}
    dumped["journal"] = sorted(_words(entry, own, timeline) for entry in entries)
    return dumped


def _words(row: Model, own: Iterable[str], timeline: Timeline) -> str:
    kept: dict[str, Any] = {}
    for column in row._meta.concrete_fields:
        value = getattr(row, column.attname)
        if column.name in OWN or column.name == "source":
            continue
        if column.name in TO_OWN:
            value = value is not None
        if column.name == "message_id" and getattr(row, "direction", "out") != "in":
            value = "drawn"
        kept[column.name] = value
    text = json.dumps(kept, default=str, sort_keys=True)
    for public_id in own:
        text = text.replace(public_id, "own")
    return REFERENCE.sub("reference", text).replace(parts.key(timeline), "key")


@pytest.fixture
def no_worker() -> Iterator[None]:
    """Tasks are started but nobody takes them: the mails of the past are not sent again."""
    app.conf.task_always_eager = False
    yield
    app.conf.task_always_eager = True
    app.control.purge()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("media", "no_worker")
def test_fifty_timelines_played_and_written_in_bulk_are_the_same() -> None:
    with clock.set_to(UNTIL):
        set_up()
    # In the past that is written nobody is back within a minute.
    Queue.objects.update(take_old_place=False)
    stories = chosen()
    assert len(stories) == HOW_MANY
    stories += left_open(stories)
    for story in stories:
        play(story)
    again = [replace(story, key=f"{story.key}-bulk") for story in stories]
    Bulk().write(again)
    unlike = [line for played, written in zip(stories, again, strict=True) for line in differences(played, written)]
    assert not unlike, "\n".join(unlike[:40])
    still_open = Case.objects.filter(state="open")
    assert still_open.filter(due_at=None).exists() and still_open.exclude(due_at=None).exists()
    assert still_open.filter(owner=None).exists() and still_open.exclude(owner=None).exists()


def differences(played: Timeline, written: Timeline) -> list[str]:
    """What one writer says and the other does not."""
    theirs, ours = told(played), told(written)
    found = []
    for name in theirs:
        only_theirs = [row for row in theirs[name] if row not in ours[name]]
        only_ours = [row for row in ours[name] if row not in theirs[name]]
        if only_theirs or only_ours or len(theirs[name]) != len(ours[name]):
            found.append(f"{kinds(played)}, {name}:\n  played {only_theirs}\n  bulk   {only_ours}")
    return found


@pytest.mark.django_db
@pytest.mark.usefixtures("media")
def test_the_month_is_the_same_from_the_same_seed_and_leaves_nothing_open() -> None:
    with clock.set_to(UNTIL):
        set_up()
    facts = world()
    first = [each for day in timelines.month(facts, UNTIL) for each in day]
    assert first == [each for day in timelines.month(facts, UNTIL) for each in day]
    assert 5_000 < len(first) < 12_000
    assert all(each.over < UNTIL for each in first)
    Bulk().write(first[:300])
    assert not Interaction.objects.exclude(state="closed").exists()
    # The call list's people have been called by its own operations; one has a follow-up ahead.
    assert not Callback.objects.filter(ended_at=None).exclude(promised_from__origin="campaign").exists()
    assert not Leg.objects.exclude(state="completed").exists()
