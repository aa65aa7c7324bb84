"""The page: Sue asks for yesterday with Bea taken out, follows the run, and sees her own clients' figures alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from bpo.kernel import clock
from interactions.models import Replay, ReplayState
from tests import factories as make

pytestmark = pytest.mark.django_db


class Floor:
    def __init__(self) -> None:
        self.acme, self.globex = make.client("Acme"), make.client("Globex")
        self.line = make.queue(self.acme, "Questions")
        self.other = make.queue(self.globex, "Secrets")
        self.bea = make.agent("Bea Brown", licensed=self.acme)
        self.cal = make.agent("Cal Cole", licensed=self.globex)
        self.sue = make.supervisor(self.acme)
        self.browser = Browser()
        self.browser.force_login(self.sue)

    def form(self, **more: Any) -> dict[str, Any]:
        day = (clock.now() - timedelta(days=2)).date().isoformat()
        return {"first": day, "last": day, **more}

    def done(self, *, contacts: int = 1) -> Replay:
        """A run of Sue's that has its result."""
        rows = [make.waiting(self.line) for _each in range(contacts)]
        hidden = make.waiting(self.other)
        row = {"answered": 5, "service_level": 81.5, "wait_mean": 12.0, "wait_p50": 8.0, "wait_p90": 30.0,
               "abandon_rate": 2.5, "handled": 6, "share_of_staffed": 20.0}  # fmt: skip
        arm = {
            "total": row,
            "clients": {str(self.acme.pk): row, str(self.globex.pk): {**row, "service_level": 66.6}},
            "lines": [{"client": self.acme.pk, "line": self.line.pk, "channel": "chat", **row},
                      {"client": self.globex.pk, "line": self.other.pk, "channel": "chat", **row}],
        }  # fmt: skip
        different = [
            {"leg": 1, "contact": one.pk, "at": clock.now().isoformat(), "recorded": self.bea.pk,
             "replayed": None, "other_contact": None, "cause": "race"}
            for one in [*rows, hidden]
        ]  # fmt: skip
        return Replay.objects.create(
            asked_by=self.sue, asked_at=clock.now(), start=clock.now() - timedelta(days=1), end=clock.now(),
            state=ReplayState.DONE, percent=100, changes={"without": [self.bea.employee_number]},
            result={"contacts": 9, "arms": {"recorded": arm, "unchanged": arm, "changed": arm}, "runs": {},
                    "winners": {"asked": 10, "same": 9, "percent": 90.0, "by_person": 1, "causes": {"race": 1},
                                "different": different}},
        )  # fmt: skip


@pytest.fixture
def floor() -> Floor:
    return Floor()


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What would run on the worker."""
    found: list[object] = []
    monkeypatch.setattr("bpo.kernel.push.start", lambda task, *args: found.append(task.name))
    return found


def test_sue_asks_for_a_day_without_bea(floor: Floor, started: list[object]) -> None:
    page = floor.browser.get(reverse("floor-replays"))
    assert page.status_code == 200
    assert "Bea Brown" in page.text and "Cal Cole" not in page.text and "Secrets" not in page.text
    for part in ("Period", "Staffing", "Rules of a line", "Share of the floor"):
        assert f"<legend>{part}</legend>" in page.text
    form = floor.form(without=[floor.bea.public_id], line=floor.line.public_id, offer_seconds=9)
    answer = floor.browser.post(reverse("floor-replays"), form)
    asked = Replay.objects.get()
    assert answer.status_code == 302 and answer.url == reverse("floor-replay", args=[asked.public_id])
    assert started == ["interactions.run_replays"]
    assert asked.changes == {
        "without": [floor.bea.employee_number],
        "lines": [{"client": floor.acme.slug, "line": "Questions", "offer_seconds": 9}],
    }
    page = floor.browser.get(answer.url)
    assert "Without Bea Brown" in page.text and "Waiting to start" in page.text and "every 2s" in page.text
    Replay.objects.update(state=ReplayState.RUNNING, percent=40, doing="Replaying")
    part = floor.browser.get(reverse("floor-replay-part", args=[asked.public_id]))
    assert "40 %" in part.text and "<html" not in part.text
    floor.browser.post(reverse("floor-replay-stop", args=[asked.public_id]))
    assert Replay.objects.get().state == ReplayState.STOPPED
    assert "every 2s" not in floor.browser.get(answer.url).text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"last": "2020-01-01"}, "must end after it begins"),
        ({"first": "2020-01-01"}, "At most 31 days"),
        ({"last": "9999-12-31"}, "Only what is over can be replayed."),
        ({"first": "9999-12-31", "last": "9999-12-31"}, "Only what is over can be replayed."),
        ({"first": "0001-01-01", "last": "0001-01-01"}, "Nothing is recorded of a time so long ago."),
        ({"offer_seconds": 9}, "Choose what it is for."),
        ({"times": 3}, "This is needed too."),
    ],
)
def test_what_cannot_be_is_said_at_the_form(floor: Floor, more: dict[str, Any], words: str) -> None:
    answer = floor.browser.post(reverse("floor-replays"), floor.form(**more))
    assert answer.status_code == 422 and words in answer.text
    assert not Replay.objects.exists()


def test_changes_are_told_in_the_words_of_the_set_up(floor: Floor) -> None:
    make.skill("billing")
    bea = floor.bea.employee_number
    run = floor.done()
    run.changes = {
        "more": [{"like": bea, "times": 2}],
        "shift": [{"agent": bea, "minutes": -30}],
        "licences": [{"agent": bea, "client": floor.acme.slug, "state": "none"}],
        "skills": [{"agent": bea, "skill": "billing", "level": 3}],
        "lines": [{"client": floor.acme.slug, "line": "Questions", "strategy": "skill", "offer_seconds": 9,
                   "ageing_seconds": None, "manual": True, "wants": {"billing": 2}}],
        "clients": [{"client": floor.acme.slug, "floor_seats": 3}],
    }  # fmt: skip
    run.save(update_fields=["changes"])
    page = floor.browser.get(reverse("floor-replay", args=[run.public_id])).text
    for words in (
        "2 more like Bea Brown",
        "Bea Brown comes and goes 30 minutes earlier",
        "Bea Brown has no licence for Acme",
        "Bea Brown has Billing at level 3",
        "Acme, Questions: ",
        "Which agent first: Most skilled",
        "Seconds an offer rings: 9",
        "Agents pick: yes",
        "Wants: Billing at level 2",
        "seats: 3",
    ):
        assert words in page, words
    for raw in ("offer_seconds", "strategy", "floor_seats", "ageing_seconds"):
        assert raw not in page


def test_another_clients_agent_cannot_be_named(floor: Floor) -> None:
    answer = floor.browser.post(reverse("floor-replays"), floor.form(without=[floor.cal.public_id]))
    assert answer.status_code == 422 and not Replay.objects.exists()


def test_only_her_clients_are_shown(floor: Floor) -> None:
    page = floor.browser.get(reverse("floor-replay", args=[floor.done().public_id])).text
    assert "Questions" in page and "81.5 %" in page and "nobody" in page and "Several routers" in page
    assert "Do not rely on these figures" in page
    assert "Globex" not in page and "Secrets" not in page and "66.6" not in page
    assert page.count("Several routers") == 2, "the count of the cause, and the one offer of Acme's"
    assert page.index("As it was") < page.index("Replayed") < page.index("With the change")


def test_a_run_is_its_askers_and_the_administrators(floor: Floor) -> None:
    run = floor.done()
    for person, status in ((make.supervisor(floor.acme, name="Sid"), 404), (make.admin(), 200), (floor.bea.user, 403)):
        browser = Browser()
        browser.force_login(person)
        assert browser.get(reverse("floor-replay", args=[run.public_id])).status_code == status
        assert browser.get(reverse("floor-replay-part", args=[run.public_id])).status_code == status
    assert floor.browser.get(reverse("floor-replay-stop", args=[run.public_id])).status_code == 405


def test_pages_ask_no_more_for_more_rows(floor: Floor, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    few, many = floor.done(), floor.done(contacts=12)
    counts = []
    for address in (reverse("floor-replay", args=[few.public_id]), reverse("floor-replay", args=[many.public_id])):
        with django_assert_max_num_queries(20) as asked:
            assert floor.browser.get(address).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
    with django_assert_max_num_queries(20):
        assert floor.browser.get(reverse("floor-replays")).status_code == 200
