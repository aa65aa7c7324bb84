"""Staffing by the API: the published example, a line's own figures, who may ask, and refusals in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bpo.kernel import clock
from clients.models import Client, Queue, Role
from tests import factories
from tests.interactions import reported
from tests.interactions.test_api import Caller, key, of_role

pytestmark = pytest.mark.django_db
NUMBERS = {"per_hour": 200, "handle_seconds": 180}


@pytest.fixture
def acme() -> Client:
    return factories.client("Acme")


@pytest.fixture
def line(acme: Client) -> Queue:
    return factories.queue(acme, "Orders")


@pytest.fixture
def shop(acme: Client) -> Caller:
    return key(acme)


def test_the_example_every_planner_knows(shop: Caller) -> None:
    answer = shop.post("staffing/", **NUMBERS, agents=10, occupancy_percent=85, shrinkage_percent=30)
    assert answer.status_code == 200
    told = answer.json()
    assert told["load_erlangs"] == 10 and told["recent"] is None
    (model,) = told["models"]
    assert (model["model"], model["needed"], model["scheduled"]) == ("erlang_c", 14, 20)
    good, bad = model["with_needed"], model["with_agents"]
    assert round(good["in_time"], 3) == 0.888 and round(good["asa_seconds"], 1) == 7.8 and not good["certain_wait"]
    assert bad["certain_wait"] and bad["asa_seconds"] is None and bad["in_time"] == 0
    assert "Waiting is certain" in bad["words"]
    assert any("200 an hour" in each for each in told["assumptions"])


def test_with_a_patience_both_models_answer(shop: Caller) -> None:
    told = shop.post("staffing/", per_hour=2880, handle_seconds=60, patience_seconds=120, agents=50).json()
    c, a = told["models"]
    assert round(c["with_agents"]["asa_seconds"], 1) == 20.8
    assert round(a["with_agents"]["gives_up"], 3) == 0.031
    assert a["needed"] <= c["needed"]


def test_a_line_stands_in_for_what_is_left_out(shop: Caller, line: Queue) -> None:
    at = clock.now()
    bea = factories.agent("Bea Brown", licensed=line.client, available=True)
    for n in range(12):
        made = reported.contact(line, at=at - timedelta(minutes=10 * n + 5), waited=10)
        reported.worked(made, bea, start=at - timedelta(minutes=10 * n + 4), talk=150, wrap=30)
    for n in range(3):
        reported.contact(line, at=at - timedelta(minutes=10 * n + 6), waited=60, how="abandoned")
    reported.promise(line.client, "voice", 30, target_percent=90)
    told = shop.post("staffing/", queue=str(line.public_id), channel="voice").json()
    assert told["recent"] | {"open_seconds": 0} == {
        "period": "7d", "arrivals": 15, "open_seconds": 0, "handled": 12, "given_up": 3,
    }  # fmt: skip
    asked = told["asked"]
    assert (asked["handle_seconds"], asked["patience_seconds"], asked["agents"], asked["at_once"]) == (180, 100, 1, 1)
    assert (asked["percent"], asked["within_seconds"]) == (90, 30)
    busier = shop.post("staffing/", queue=str(line.public_id), channel="voice", per_hour=400, patience_seconds=None)
    assert busier.json()["asked"]["per_hour"] == 400
    assert [model["model"] for model in busier.json()["models"]] == ["erlang_c"]


def test_a_line_without_a_past_is_told_so(shop: Caller, line: Queue) -> None:
    answer = shop.post("staffing/", queue=str(line.public_id), channel="voice")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "per_hour"
    given = shop.post("staffing/", queue=str(line.public_id), channel="voice", **NUMBERS)
    assert given.status_code == 200


def test_who_may_ask(acme: Client, line: Queue, shop: Caller) -> None:
    assert Caller().post("staffing/", **NUMBERS).status_code == 401
    cal = Caller(factories.agent("Cal Clay", licensed=acme).user)
    for caller in (cal, of_role(acme, Role.VIEWER), shop, of_role(acme, Role.SUPERVISOR)):
        assert caller.post("staffing/", **NUMBERS).status_code == 200
    of_line = {"queue": str(line.public_id), "channel": "voice", **NUMBERS}
    assert cal.post("staffing/", **of_line).status_code == 403
    assert of_role(acme, Role.MANAGER).post("staffing/", **of_line).status_code == 403
    assert of_role(acme, Role.SUPERVISOR).post("staffing/", **of_line).status_code == 200
    theirs = {**of_line, "queue": str(factories.queue(factories.client("Globex")).public_id)}
    refused = shop.post("staffing/", **theirs)
    assert (refused.status_code, refused.json()["errors"][0]["attr"]) == (400, "queue")
    assert key(acme, "act").post("staffing/", **NUMBERS).status_code == 403
    assert shop.get("staffing/").status_code == 405


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("per_hour", -1), ("per_hour", "many"), ("per_hour", None), ("per_hour", True), ("per_hour", 10**400),
        ("per_hour", 1e300), ("per_hour", []), ("per_hour", "nan"), ("per_hour", "inf"), ("handle_seconds", 0),
        ("handle_seconds", 90_000), ("patience_seconds", 0), ("patience_seconds", {}), ("at_once", 0), ("at_once", 1.5),
        ("at_once", 21), ("agents", -1), ("agents", 10**400), ("agents", 100_001), ("percent", 0), ("percent", 100),
        ("within_seconds", -1), ("gives_up_percent", 0), ("occupancy_percent", 29), ("occupancy_percent", 101),
        ("shrinkage_percent", 91), ("queue", "x"), ("queue", "2b1f0d7e-93a7-4c59-8a51-3c2f6f0f9a11"),
    ],
)  # fmt: skip
def test_numbers_no_line_can_have_are_400_by_name(shop: Caller, field: str, value: Any) -> None:
    answer = shop.post("staffing/", **{**NUMBERS, field: value})
    assert answer.status_code == 400, answer.content
    (error,) = answer.json()["errors"]
    assert error["attr"] == field and error["detail"] and "%(" not in error["detail"]


@pytest.mark.parametrize("given", [{"channel": "email"}, {"channel": "fax"}, {"channel": ""}, {"period": "ever"}])
def test_a_line_is_asked_for_calls_and_chats_and_known_periods(shop: Caller, line: Queue, given: Any) -> None:
    of_line = {"queue": str(line.public_id), "channel": "voice", **NUMBERS}
    assert shop.post("staffing/", **{**of_line, **given}).status_code == 400


@pytest.mark.parametrize("missing", NUMBERS)
def test_what_nothing_tells_is_asked_for(shop: Caller, missing: str) -> None:
    answer = shop.post("staffing/", **{name: value for name, value in NUMBERS.items() if name != missing})
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, missing)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"3", b'{"per_hour": NaN, "handle_seconds": 1}', b"null"])
def test_a_body_that_is_no_question_is_400(shop: Caller, body: bytes) -> None:
    answer = shop.browser.post("/api/v1/staffing/", body, content_type="application/json", headers=shop.headers)
    assert answer.status_code == 400
