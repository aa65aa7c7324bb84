"""Call lists by the API: the machine of the shop makes one, fills it after a dry run, opens it, reads its results."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pghistory.models
import pytest

from bpo.kernel import clock
from clients.models import CallList, Client, Queue, Role
from interactions import do_not_call, outbound, prospect_calls, prospects
from interactions.models import JournalEntry, Kind, Prospect
from tests import factories as make
from tests.clients.test_scripts import graph
from tests.interactions.scripted import publish
from tests.interactions.test_api import Caller, key, of_role

pytestmark = pytest.mark.django_db

PAUL = {
    "name": "Paul Pine", "number": "(212) 555-0101", "email": "Paul@Pine.example", "zone": "America/New_York",
    "consent_how": "Form at the fair", "consent_on": "2026-11-02",
}  # fmt: skip


@pytest.fixture
def acme() -> Client:
    return make.client("Acme")


@pytest.fixture
def line(acme: Client) -> Queue:
    return make.queue(acme, "Sales", wrap_up="none")


@pytest.fixture
def renewals(line: Queue) -> CallList:
    return make.call_list(line)


@pytest.fixture
def shop(acme: Client) -> Caller:
    return key(acme, "read", "act")


def at(client: Client, path: str) -> str:
    return f"clients/{client.public_id}/{path}"


def rules(line: Queue, **more: Any) -> dict[str, Any]:
    return {"name": "Spring", "queue": str(line.public_id), "calls_from": "09:00", "calls_until": "18:00", **more}


def refused(answer: Any) -> list[tuple[str, str | None]]:
    return [(each["code"], each["attr"]) for each in answer.json()["errors"]]


# --- lists -----------------------------------------------------------------------------------------------------------


def test_the_shop_makes_a_list_once_however_often_it_asks(acme: Client, line: Queue, shop: Caller) -> None:
    sale = publish(acme, "A sale", "outbound", graph())
    wanted = rules(line, script=str(sale.script.public_id), weekdays=[0, 1, 4], attempts=2, spacing_minutes=120)
    made = shop.post(at(acme, "call-lists/"), **wanted)
    again = shop.post(at(acme, "call-lists/"), **wanted)
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json() == again.json()
    told = made.json()
    assert (told["state"], told["weekdays"], told["calls_from"]) == ("draft", [0, 1, 4], "09:00:00")
    assert (told["script"], told["queue"]) == (str(sale.script.public_id), str(line.public_id))
    other = shop.post(at(acme, "call-lists/"), **wanted | {"attempts": 5})
    assert other.status_code == 400 and refused(other) == [("invalid", "name")]
    assert CallList.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"calls_until": "08:00"}, "calls_until"),
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": [9]}, "weekdays.0"),
        ({"attempts": 0}, "attempts"),
        ({"spacing_minutes": 10**9}, "spacing_minutes"),
        ({"queue": "5f0c2f5e-0000-4000-8000-000000000000"}, "queue"),
        ({"calls_from": "noon"}, "calls_from"),
    ],
)
def test_what_nobody_could_call_by_is_400_by_its_field(
    acme: Client, line: Queue, shop: Caller, wrong: dict[str, Any], field: str
) -> None:
    answer = shop.post(at(acme, "call-lists/"), **rules(line, **wrong))
    assert answer.status_code == 400 and [attr for _code, attr in refused(answer)] == [field], answer.json()
    assert not CallList.objects.exists()


def test_line_and_call_flow_are_the_clients_own(acme: Client, line: Queue, shop: Caller) -> None:
    theirs = make.queue(make.client("Globex"))
    assert refused(shop.post(at(acme, "call-lists/"), **rules(theirs))) == [("does_not_exist", "queue")]
    flow = publish(theirs.client, "Theirs", "outbound", graph())
    answer = shop.post(at(acme, "call-lists/"), **rules(line, script=str(flow.script.public_id)))
    assert refused(answer) == [("does_not_exist", "script")]


def test_rules_change_and_the_list_moves_each_with_a_reason(renewals: CallList, shop: Caller) -> None:
    here = at(renewals.client, f"call-lists/{renewals.public_id}/")
    assert refused(shop("patch", here, {"attempts": 5})) == [("required", "reason")]
    changed = shop("patch", here, {"attempts": 5, "reason": "more tries"})
    assert changed.status_code == 200 and changed.json()["attempts"] == 5
    assert changed.json()["name"] == "Renewals", "what is not given stays"
    assert refused(shop.post(f"{here}pause/")) == [("required", "reason")]
    assert shop.post(f"{here}pause/", reason="holiday").json()["state"] == "paused"
    late = shop.post(f"{here}pause/", reason="holiday")
    assert late.status_code == 409 and refused(late) == [("illegal_move", None)]
    assert shop.post(f"{here}open/", reason="holiday over").json()["state"] == "open"
    assert shop.post(f"{here}close/", reason="over").json()["state"] == "closed"
    for answer in (
        shop.post(f"{here}open/", reason="again"),
        shop("patch", here, {"attempts": 2, "reason": "x"}),
        shop.post(f"{here}people/", people=[PAUL]),
        shop.post(at(renewals.client, "prospects/"), call_list=str(renewals.public_id), **PAUL),
    ):
        assert answer.status_code == 409, answer.json()
    whys = {context.metadata.get("why") for context in pghistory.models.Context.objects.all()}
    assert {"more tries", "holiday", "holiday over", "over"} <= whys


def test_a_rename_to_a_name_that_is_taken_is_400(renewals: CallList, line: Queue, shop: Caller) -> None:
    make.call_list(line, "Spring")
    here = at(renewals.client, f"call-lists/{renewals.public_id}/")
    assert refused(shop("patch", here, {"name": "Spring", "reason": "x"})) == [("invalid", "name")]


# --- people ----------------------------------------------------------------------------------------------------------


def test_one_person_is_added_once(renewals: CallList, shop: Caller) -> None:
    here = at(renewals.client, "prospects/")
    made = shop.post(here, call_list=str(renewals.public_id), **PAUL)
    assert made.status_code == 201, made.json()
    told = made.json()
    assert (told["number"], told["email"], told["language"]) == ("+12125550101", "paul@pine.example", "en")
    assert (told["state"], told["attempts"], told["interaction"]) == ("waiting", 0, None)
    again = shop.post(here, call_list=str(renewals.public_id), **PAUL | {"name": "Pauline"})
    assert again.status_code == 200 and again.json() == told, "the person as things stand"
    do_not_call.add(renewals.client, "+12125550102", by=make.admin("Ada"), why="asked")
    blocked = shop.post(here, call_list=str(renewals.public_id), **PAUL | {"number": "+12125550102"})
    assert blocked.status_code == 409 and refused(blocked) == [("number_refused", None)]
    wrong = shop.post(here, call_list=str(renewals.public_id), name="Nobody", number="12")
    assert wrong.status_code == 400
    assert {attr for _code, attr in refused(wrong)} == {"number", "consent_how", "consent_on"}
    assert Prospect.objects.count() == 1


def test_many_are_tried_first_and_then_added_whole(renewals: CallList, shop: Caller) -> None:
    make.prospect(renewals, number="+12125550104")
    do_not_call.add(renewals.client, "+12125550105", by=make.admin("Ada"), why="asked")
    people = [
        PAUL,
        PAUL | {"name": "Same number"},
        PAUL | {"name": "Known", "number": "+12125550104"},
        PAUL | {"name": "Never", "number": "+12125550105"},
        {"name": "No consent", "number": "+12125550106", "zone": "Mars/Base"},
        PAUL | {"name": "Nora North", "number": "+12125550107"},
    ]
    here = at(renewals.client, f"call-lists/{renewals.public_id}/people/")
    tried = shop.post(here, people=people, dry_run=True)
    assert tried.status_code == 200
    told = tried.json()
    assert (told["added"], told["duplicate"], told["blocked"], told["wrong"]) == (2, 2, 1, 1)
    assert [(each["row"], each["state"]) for each in told["left_out"]] == [
        (2, "duplicate"), (3, "duplicate"), (4, "blocked"), (5, "wrong"),
    ]  # fmt: skip
    assert set(told["left_out"][3]["errors"]) == {"zone", "consent_how", "consent_on"}
    assert Prospect.objects.count() == 1 and not JournalEntry.objects.filter(kind=Kind.PROSPECTS_ADDED).exists()

    done = shop.post(here, people=people, source="crm").json()
    assert done == told | {"dry_run": False}
    repeated = shop.post(here, people=people, source="crm").json()
    assert (repeated["added"], repeated["duplicate"]) == (0, 4)
    assert Prospect.objects.count() == 3
    (entry,) = JournalEntry.objects.filter(kind=Kind.PROSPECTS_ADDED)
    assert (entry.facts["source"], entry.facts["added"]) == ("crm", 2)


@pytest.mark.parametrize("people", [[], "Paul", [{"name": {"first": "Paul"}}], [PAUL] * 1001])
def test_a_body_of_another_shape_is_400_and_adds_nobody(renewals: CallList, shop: Caller, people: Any) -> None:
    assert shop.post(at(renewals.client, f"call-lists/{renewals.public_id}/people/"), people=people).status_code == 400
    assert not Prospect.objects.exists()


def test_people_are_found_by_list_state_result_and_number(renewals: CallList, line: Queue, shop: Caller) -> None:
    paul = make.prospect(renewals, "Paul Pine", number="+12125550101", attempts=1, result="busy")
    make.prospect(make.call_list(line, "Spring"), "Nora North", number="+12125550102")
    here = at(renewals.client, "prospects/")
    for query, names in (
        ({}, ["Paul Pine", "Nora North"]),
        ({"call_list": renewals.public_id}, ["Paul Pine"]),
        ({"call_list": "5f0c2f5e-0000-4000-8000-000000000000"}, []),
        ({"result": ["busy", "no_answer"]}, ["Paul Pine"]),
        ({"state": "waiting", "number": "+12125550102"}, ["Nora North"]),
        ({"name": "pine"}, ["Paul Pine"]),
        ({"page_size": 1}, ["Paul Pine"]),
    ):
        assert [each["name"] for each in shop.get(here, **query).json()["results"]] == names, query
    for wrong in ({"call_list": "x"}, {"state": "gone"}, {"result": "maybe"}):
        assert shop.get(here, **wrong).status_code == 400
    assert shop.get(f"{here}{paul.public_id}/").json()["result"] == "busy"


def test_paul_is_corrected_taken_off_and_put_back(renewals: CallList, shop: Caller) -> None:
    paul = make.prospect(renewals, "Paul Pine", number="+12125550101")
    here = at(renewals.client, f"prospects/{paul.public_id}/")
    assert refused(shop("patch", here, {"note": "Mornings"})) == [("required", "reason")]
    given = {"note": "Mornings", "number": "212 555 0109", "reason": "he wrote"}
    changed = shop("patch", here, given).json()
    assert (changed["note"], changed["number"], changed["zone"]) == ("Mornings", "+12125550109", "America/New_York")
    assert refused(shop("patch", here, {"zone": "Mars/Base", "reason": "x"})) == [("invalid", "zone")]
    for _twice in range(2):
        assert shop.post(f"{here}remove/", reason="left").json()["state"] == "removed"
    assert shop("patch", here, {"note": "Evenings", "reason": "x"}).status_code == 409
    for _twice in range(2):
        assert shop.post(f"{here}put-back/", reason="a mistake").json()["state"] == "waiting"
    kinds = list(paul.journal.order_by("pk").values_list("kind", flat=True))
    assert kinds == [Kind.PROSPECT_CHANGED, Kind.PROSPECT_REMOVED, Kind.PROSPECT_PUT_BACK]


def test_whom_an_agent_has_in_hand_the_shop_leaves_alone(renewals: CallList, shop: Caller) -> None:
    paul = make.prospect(renewals)
    prospects.take_next(renewals, by=make.agent(licensed=renewals.client, available=True))
    here = at(renewals.client, f"prospects/{paul.public_id}/")
    for answer in (shop("patch", here, {"note": "x", "reason": "x"}), shop.post(f"{here}remove/", reason="x")):
        assert answer.status_code == 409 and refused(answer) == [("prospect_not_waiting", None)]


# --- results ---------------------------------------------------------------------------------------------------------


def test_results_are_those_of_the_page(renewals: CallList, shop: Caller) -> None:
    bea = make.agent(licensed=renewals.client, available=True)
    paul, nora = make.prospect(renewals, "Paul Pine"), make.prospect(renewals, "Nora North")
    make.prospect(renewals, "Wanda Waits")
    make.prospect(renewals, "Later Larry", next_try_at=clock.now() + timedelta(hours=1))
    for each in (paul, nora):
        prospects.take_next(renewals, by=bea)
        leg = outbound.start_prospect(each, by=bea)
        if each == paul:
            prospect_calls.conclude(leg, "not_interested", by=bea, note="too dear")
        outbound.report(leg, "busy", by=bea)
    told = shop.get(at(renewals.client, f"call-lists/{renewals.public_id}/results/")).json()
    assert (told["people"], told["calls"], told["reached"], told["follow_ups"]) == (4, 2, 1, 0)
    assert (told["ready"], told["conversion"]) == (1, 0.0)
    assert (told["states"]["waiting"], told["states"]["done"], told["states"]["removed"]) == (3, 1, 0)
    assert (told["results"]["not_interested"], told["results"]["busy"]) == (1, 1)
    assert told["reasons"] == [{"reason": "too dear", "people": 1}]


# --- who may ---------------------------------------------------------------------------------------------------------


def test_a_supervisor_does_it_in_her_name_and_nobody_else_does(renewals: CallList) -> None:
    acme, here = renewals.client, at(renewals.client, "prospects/")
    sue = of_role(acme, Role.SUPERVISOR)
    made = sue.post(here, call_list=str(renewals.public_id), **PAUL).json()
    sue.post(f"{here}{made['public_id']}/remove/", reason="left")
    entry = JournalEntry.objects.get(kind=Kind.PROSPECT_REMOVED)
    assert entry.actor_name == "supervisor person"
    bea = Caller(make.agent(licensed=acme).user)
    for nobody in (of_role(acme, Role.VIEWER), of_role(acme, Role.MANAGER), bea):
        assert nobody.get(here).status_code == 403
        assert nobody.get(at(acme, "call-lists/")).status_code == 403
    stranger = key(make.client("Globex"), "read", "act")
    assert stranger.get(here).status_code == 404
    reader = key(acme, "read")
    assert reader.get(here).status_code == 200
    assert reader.post(here, call_list=str(renewals.public_id), **PAUL).status_code == 403


@pytest.mark.parametrize("path", ["prospects/", "call-lists/"])
def test_thirty_rows_cost_as_many_questions_as_three(
    renewals: CallList, shop: Caller, path: str, django_assert_max_num_queries: Any
) -> None:
    for n in range(30):
        make.prospect(make.call_list(renewals.queue, f"List {n}"))
    with django_assert_max_num_queries(10):
        assert len(shop.get(at(renewals.client, path)).json()["results"]) >= 30


def test_a_change_of_an_older_edition_is_refused_and_a_new_list_has_the_usual_tries(
    acme: Client, line: Queue, renewals: CallList, shop: Caller
) -> None:
    paul = make.prospect(renewals, "Paul Pine")
    there = at(acme, f"prospects/{paul.public_id}/")
    read = shop.get(there).json()["edition"]
    assert shop("patch", there, {"note": "Mornings", "edition": read, "reason": "wrote"}).json()["edition"] == read + 1
    late = shop("patch", there, {"note": "Evenings", "edition": read, "reason": "wrote"})
    assert late.status_code == 409 and late.json()["errors"][0]["code"] == "changed_meanwhile"
    assert shop("patch", there, {"note": "Mornings", "edition": read, "reason": "wrote"}).status_code == 200, "a repeat"
    assert shop("patch", there, {"company": "Pine & Co", "reason": "wrote"}).status_code == 200, "what is sent alone"
    made = shop("post", at(acme, "call-lists/"), rules(line)).json()
    usual = CallList()
    assert (made["attempts"], made["spacing_minutes"]) == (usual.attempts, usual.spacing_minutes)
