"""Sue asks how many agents a line needs: its own figures, other numbers, and some that no line can have."""

from datetime import datetime, timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agents.models import Agent
from bpo.kernel import clock
from clients.models import Queue
from tests import factories
from tests.interactions import reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> Queue:
    return factories.queue(factories.client("Acme"), "Orders")


@pytest.fixture
def bea(line: Queue) -> Agent:
    return factories.agent("Bea Brown", licensed=line.client, available=True)


@pytest.fixture
def browser(line: Queue) -> Browser:
    made = Browser()
    made.force_login(factories.supervisor(line.client))
    return made


ASKED = {
    "channel": "voice", "per_hour": 200, "handle_seconds": 180, "patience_seconds": "", "at_once": 1, "agents": 10,
    "percent": 80, "within_seconds": 20, "gives_up_percent": 5, "occupancy_percent": 85, "shrinkage_percent": 30,
}  # fmt: skip


def a_morning(line: Queue, bea: Agent, at: datetime) -> None:
    for n in range(12):
        made = reported.contact(line, at=at - timedelta(minutes=10 * n + 5), waited=10)
        reported.worked(made, bea, start=at - timedelta(minutes=10 * n + 4), talk=150, wrap=30)
    for n in range(3):
        reported.contact(line, at=at - timedelta(minutes=10 * n + 6), waited=60, how="abandoned")


def test_staffing_begins_with_the_lines_own_figures(browser: Browser, line: Queue, bea: Agent) -> None:
    a_morning(line, bea, clock.now())
    reported.promise(line.client, "voice", 30, target_percent=90)
    page = browser.get(reverse("floor-line", args=[line.public_id]), {"channel": "voice"})
    asked = page.context["form"].cleaned_data
    assert (asked["handle_seconds"], asked["patience_seconds"]) == (180, 100)
    assert (asked["percent"], asked["within_seconds"], asked["agents"], asked["at_once"]) == (90, 30, 1, 1)
    assert asked["per_hour"] == pytest.approx(15 / (115 / 60), rel=0.01)
    words = page.content.decode()
    told = "15 contacts came to stay in the line", "3 gave up", "12 were worked on", "What this rests on", "Erlang A"
    for part in told:
        assert part in words


def test_other_numbers_are_worked_out_and_a_certain_wait_is_told(browser: Browser, line: Queue) -> None:
    for name in ("floor-line", "floor-staffing-part"):
        page = browser.get(reverse(name, args=[line.public_id]), ASKED)
        found = page.context["answer"]
        assert (found.need.agents, found.need.scheduled, found.missing) == (14, 20, 4)
        words = page.content.decode()
        assert "4 more are needed." in words and "Waiting is certain" in words and "88.8 %" in words


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("per_hour", "-1", "Contacts an hour are a number from 0"),
        ("per_hour", "many", "Enter a number"),
        ("per_hour", "nan", "Enter a number"),
        ("per_hour", "1e12", "Contacts an hour are a number from 0"),
        ("handle_seconds", "0", "A contact takes from 1"),
        ("patience_seconds", "0", "Patience is from 1"),
        ("at_once", "0", "An agent has from 1"),
        ("agents", "-3", "Agents are a number from 0"),
        ("agents", "9999999999999999999999", "Agents are a number from 0"),
        ("percent", "100", "The target is from 1 to 99.9"),
        ("within_seconds", "", "This field is required"),
        ("occupancy_percent", "5", "The most an agent may be busy is from 30"),
        ("shrinkage_percent", "100", "Shrinkage is from 0 to 90"),
    ],
)
def test_numbers_no_line_can_have_come_back_in_words(
    browser: Browser, line: Queue, field: str, value: str, words: str
) -> None:
    page = browser.get(reverse("floor-staffing-part", args=[line.public_id]), {**ASKED, field: value})
    assert page.status_code == 422
    assert words in page.context["form"].errors[field][0]
    assert words in page.content.decode().replace("&#x27;", "'")


def test_an_unknown_period_is_400(browser: Browser, line: Queue) -> None:
    answer = browser.get(reverse("floor-staffing-part", args=[line.public_id]), {"channel": "voice", "period": "ever"})
    assert answer.status_code == 400


def test_a_line_without_a_past_waits_for_numbers_and_mails_need_none(browser: Browser, line: Queue) -> None:
    part = reverse("floor-staffing-part", args=[line.public_id])
    page = browser.get(part, {"channel": "voice"})
    assert page.status_code == 200 and "Nothing was handled in this period" in page.content.decode()
    assert "For calls and chats" in browser.get(part, {"channel": "email"}).content.decode()
    assert browser.get(part, {"channel": "fax"}).status_code == 400


def test_staffing_is_of_supervised_clients_alone(browser: Browser, line: Queue) -> None:
    theirs = factories.queue(factories.client("Globex"))
    assert browser.get(reverse("floor-staffing-part", args=[theirs.public_id])).status_code == 404
    assert browser.post(reverse("floor-staffing-part", args=[line.public_id])).status_code == 405
    cal = Browser()
    cal.force_login(factories.agent("Cal Cole", licensed=line.client).user)
    assert cal.get(reverse("floor-staffing-part", args=[line.public_id])).status_code == 403


def test_staffing_asks_no_more_for_more(
    browser: Browser, line: Queue, bea: Agent, django_assert_max_num_queries
) -> None:
    page = reverse("floor-line", args=[line.public_id])
    a_morning(line, bea, clock.now())
    browser.get(page, {"channel": "voice"})  # the lane is made on first use
    with django_assert_max_num_queries(40) as few:
        browser.get(page, {"channel": "voice"})
    a_morning(line, bea, clock.now() - timedelta(hours=3))
    factories.agent("Dev Dale", licensed=line.client, available=True)
    with django_assert_max_num_queries(len(few.captured_queries)):
        browser.get(page, {"channel": "voice"})
