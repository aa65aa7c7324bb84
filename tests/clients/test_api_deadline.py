"""Callback deadlines by the API: as promises are made, for one's own clients, and refusals in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bpo.kernel import clock
from clients import opening
from clients.models import Client, Queue, Role
from interactions import callbacks
from interactions.models import CallbackOrigin
from tests import factories
from tests.interactions.test_api import Caller, key, of_role

pytestmark = pytest.mark.django_db

OFFICE = [{"weekday": day, "opens": 540, "closes": 1020} for day in range(5)]
NEW_YORK = {"zone": "America/New_York", "spans": OFFICE, "exceptions": [{"date": "2026-05-25"}]}
FRIDAY = "2026-05-22T16:30:00-04:00"


@pytest.fixture
def acme() -> Client:
    return factories.client("Acme")


@pytest.fixture
def line(acme: Client) -> Queue:
    hours = factories.hours(acme, "Office", always_open=False)
    for day in range(5):
        hours.spans.create(weekday=day, opens=540, closes=1020)
    return factories.queue(acme, "Orders", hours=hours)


@pytest.fixture
def shop(acme: Client) -> Caller:
    return key(acme)


def test_hours_written_out_skip_the_long_weekend(shop: Caller) -> None:
    """Friday half past four, two open hours, Memorial Day: Tuesday half past ten."""
    told = shop.post("hours/deadline/", calendar=NEW_YORK, at=FRIDAY, minutes=120).json()
    assert told["due_until_local"] == "2026-05-26T10:30:00-04:00"
    assert (told["open"], told["open_seconds"], told["zone"]) == (True, 7200, "America/New_York")
    closed = shop.post("hours/deadline/", calendar=NEW_YORK, at="2026-05-23T12:00:00Z", seconds=1).json()
    assert not closed["open"]
    assert datetime.fromisoformat(closed["counts_from"]) == datetime(2026, 5, 26, 13, tzinfo=UTC)
    assert datetime.fromisoformat(closed["due_until"]) == datetime(2026, 5, 26, 13, 0, 1, tzinfo=UTC)


def test_a_line_answers_as_its_promises_are_made(acme: Client, line: Queue, shop: Caller) -> None:
    at = datetime(2026, 5, 22, 20, 30, tzinfo=UTC)
    with clock.set_to(at):
        told = shop.post("hours/deadline/", queue=str(line.public_id)).json()
        made = callbacks.promise(acme, customer=None, queue=line, number="+12025550101", origin=CallbackOrigin.API)
    assert datetime.fromisoformat(told["due_until"]) == made.due_until
    assert datetime.fromisoformat(told["counts_from"]) == made.due_from
    assert told["open_seconds"] == acme.policy.turnaround_minutes * 60


def test_door_client_and_hours_can_be_named(acme: Client, line: Queue, shop: Caller) -> None:
    at = datetime(2026, 5, 22, 20, 30, tzinfo=UTC)
    assert line.hours is not None
    for name, thing in {"door": factories.door(acme, into=line), "client": acme, "hours": line.hours}.items():
        told = shop.post("hours/deadline/", **{name: str(thing.public_id)}, at=at.isoformat(), minutes=60).json()
        assert datetime.fromisoformat(told["due_until"]) == opening.deadline(line, at, 60), name


def test_who_may_ask(acme: Client, line: Queue, shop: Caller) -> None:
    asked = {"queue": str(line.public_id), "minutes": 60}
    assert Caller().post("hours/deadline/", **asked).status_code == 401
    for caller in (shop, of_role(acme, Role.VIEWER), Caller(factories.agent("Cal Clay", licensed=acme).user)):
        assert caller.post("hours/deadline/", **asked).status_code == 200
    globex = factories.client("Globex")
    stranger = key(globex)
    for name, thing in {"queue": line, "client": acme, "hours": line.hours}.items():
        refused = stranger.post("hours/deadline/", **{name: str(thing.public_id)}, minutes=60)  # type: ignore[union-attr]
        assert (refused.status_code, refused.json()["errors"][0]["attr"]) == (400, name)
    assert key(acme, "act").post("hours/deadline/", **asked).status_code == 403
    assert shop.get("hours/deadline/").status_code == 405


def _day(weekday: int, opens: int, closes: int) -> dict[str, int]:
    return {"weekday": weekday, "opens": opens, "closes": closes}


def _with(**changes: Any) -> dict[str, Any]:
    return {"calendar": {**NEW_YORK, **changes}}


@pytest.mark.parametrize(
    "changes",
    [
        {"minutes": 0}, {"minutes": -5}, {"minutes": 1.5}, {"minutes": "soon"}, {"minutes": 10**30}, {"minutes": None},
        {"minutes": 400 * 1440 + 1}, {"seconds": 60}, {"minutes": True},
        {"at": "yesterday"}, {"at": "1999-12-31T00:00:00Z"}, {"at": "9999-12-31T23:59:59Z"}, {"at": None},
        {"at": "0001-01-01T00:00:00+14:00"}, {"queue": "2b1f0d7e-93a7-4c59-8a51-3c2f6f0f9a11"}, {"calendar": None},
        {"calendar": []}, {"calendar": {}},
        _with(zone="Middle/Earth"), _with(zone="../../etc"), _with(zone=""), _with(spans=[]), _with(spans="always"),
        _with(spans=[_day(7, 1, 2)]), _with(spans=[_day(0, 1020, 540)]), _with(spans=[_day(0, 0, 1441)]),
        _with(spans=[_day(0, 5, 5)]), _with(spans=[_day(0, -1, 5)]), _with(spans=[*OFFICE, *OFFICE]),
        _with(spans=OFFICE * 40), _with(spans=[{"weekday": 0}]),
        _with(exceptions=[{"date": "2026-02-30"}]), _with(exceptions=[{"date": "2026-05-25", "opens": 5}]),
    ],
)  # fmt: skip
def test_what_nobody_could_keep_is_400_in_words(shop: Caller, changes: dict[str, Any]) -> None:
    answer = shop.post("hours/deadline/", **{"calendar": NEW_YORK, "at": FRIDAY, "minutes": 60, **changes})
    assert answer.status_code == 400, answer.content
    assert all(error["detail"].strip() for error in answer.json()["errors"])


def test_a_question_names_one_calendar_and_how_long(acme: Client, shop: Caller) -> None:
    assert shop.post("hours/deadline/", minutes=60).status_code == 400
    lone = shop.post("hours/deadline/", calendar=NEW_YORK)
    assert (lone.status_code, lone.json()["errors"][0]["attr"]) == (400, "minutes")
    never = shop.post("hours/deadline/", calendar={"zone": "UTC", "spans": []}, minutes=60)
    assert "no opening" in never.json()["errors"][0]["detail"]
    always = shop.post("hours/deadline/", calendar={"zone": "UTC", "always_open": True}, at=FRIDAY, minutes=1)
    assert datetime.fromisoformat(always.json()["due_until"]) == datetime(2026, 5, 22, 20, 31, tzinfo=UTC)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"3", b"null"])
def test_a_body_that_is_no_question_is_400(shop: Caller, body: bytes) -> None:
    answer = shop.browser.post("/api/v1/hours/deadline/", body, content_type="application/json", headers=shop.headers)
    assert answer.status_code == 400
