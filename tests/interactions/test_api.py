"""The API: who may see and do what with a session or a key, once is once, and refusals in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from drf_spectacular.generators import SchemaGenerator

from agents.models import Agent
from bpo.accounts.models import User
from bpo.kernel import clock
from clients import api_keys
from clients.models import ApiKey, Client, Customer, EntryKind, Membership, Queue, QueueState, Role
from interactions import callbacks, cases, handling, messages, offers
from interactions.messages import Words
from interactions.models import Callback, CallbackState, Case, Interaction, JournalEntry, Kind, Leg, LegState, State
from tests import factories

pytestmark = pytest.mark.django_db


class Caller:
    """Somebody or something that calls the API."""

    def __init__(self, user: User | None = None, secret: str = "") -> None:
        self.browser = Browser()
        if user:
            self.browser.force_login(user)
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def __call__(self, method: str, path: str, data: Any = None, **query: Any) -> Any:
        call: Callable[..., Any] = getattr(self.browser, method)
        body = json.dumps(data or {}) if method != "get" else query
        return call(f"/api/v1/{path}", body, content_type="application/json", headers=self.headers)

    def get(self, path: str, **query: Any) -> Any:
        return self.browser.get(f"/api/v1/{path}", query, headers=self.headers)

    def post(self, path: str, **data: Any) -> Any:
        return self("post", path, data)


def key(of: Client, *scopes: str) -> Caller:
    """A machine of the client."""
    _row, secret = api_keys.make(of, name="shop", scopes=scopes or ["read"], by=factories.admin(f"Ada {of.pk}"))
    return Caller(secret=secret)


def of_role(of: Client, role: str) -> Caller:
    person = factories.user(f"{role} person")
    Membership.objects.create(user=person, client=of, role=role)
    return Caller(person)


@pytest.mark.parametrize("path", ["callbacks/zzz/", "nothing/", "interactions/1/messages/"])
def test_an_address_that_leads_nowhere_is_told_in_the_shape_of_every_error(path: str) -> None:
    answer = Caller(factories.admin()).get(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    assert answer.json() == {
        "type": "client_error",
        "errors": [{"code": "not_found", "detail": "Not found.", "attr": None}],
    }


# --- seeing ----------------------------------------------------------------------------------------------------------


def test_without_a_name_nothing_is_told() -> None:
    assert Caller().get("interactions/").status_code == 401
    assert Caller(secret="bpo_wrong-key-altogether").get("interactions/").status_code == 401


def test_lists_hold_what_one_may_see_and_others_are_not_there() -> None:
    acme, globex = factories.client("Acme"), factories.client("Globex")
    mine, theirs = factories.waiting(factories.queue(acme)), factories.waiting(factories.queue(globex))
    for caller in (key(acme), of_role(acme, Role.SUPERVISOR), of_role(acme, Role.VIEWER)):
        found = caller.get("interactions/").json()["results"]
        assert [row["public_id"] for row in found] == [str(mine.public_id)]
        assert caller.get(f"interactions/{mine.public_id}/").status_code == 200
        assert caller.get(f"interactions/{theirs.public_id}/").status_code == 404
        assert caller.get("interactions/", client=str(globex.public_id)).json()["results"] == []
    assert len(Caller(factories.admin()).get("interactions/").json()["results"]) == 2


def test_unknown_ids_give_nothing_and_malformed_ones_are_refused() -> None:
    caller = key(factories.client())
    assert caller.get("interactions/", queue="2b1f0d7e-93a7-4c59-8a51-3c2f6f0f9a11").json()["count"] == 0
    refused = caller.get("interactions/", queue="seven")
    assert refused.status_code == 400 and refused.json()["errors"][0]["attr"] == "queue"
    assert caller.get("interactions/", state="lost").status_code == 400
    assert caller.get("interactions/not-an-id/").status_code == 404


def test_a_list_costs_the_same_however_long_it_is(django_assert_max_num_queries: Any) -> None:
    line = factories.queue()
    caller = key(line.client)
    for _ in range(8):
        factories.waiting(line)
    with django_assert_max_num_queries(8):
        assert caller.get("interactions/").json()["count"] == 8


def test_the_client_reads_public_names_and_no_facts_of_ours() -> None:
    line = factories.queue()
    bea = factories.agent("Beatrix Brown", licensed=line.client, available=True)
    leg = factories.offer(bea, in_queue=line)
    offers.accept(leg, by=bea)
    path = f"interactions/{leg.interaction.public_id}/journal/"
    told = of_role(line.client, Role.MANAGER).get(path).json()["results"]
    assert {row["by"] for row in told} <= {"Beatrix", "system", "customer"}
    assert "Brown" not in json.dumps(told) and all(row["facts"] == {} for row in told)
    assert "Beatrix Brown" in json.dumps(of_role(line.client, Role.SUPERVISOR).get(path).json())


def test_words_are_for_those_who_may_read_them() -> None:
    line = factories.queue()
    bea, cal = factories.agent(licensed=line.client, available=True), factories.agent("Cal", licensed=line.client)
    leg = factories.offer(bea, in_queue=line)
    messages.write_in(leg.interaction, Words(text="It never came", author="Ann"), at=leg.offered_at)
    offers.accept(leg, by=bea)
    path = f"interactions/{leg.interaction.public_id}/messages/"
    assert "It never came" in Caller(bea.user).get(path).content.decode()
    assert Caller(cal.user).get(path).status_code == 403
    assert key(line.client, "read").get(path).status_code == 403
    assert key(line.client, "media").get(path).status_code == 200
    viewer = of_role(line.client, Role.VIEWER)
    assert viewer.get(path).status_code == 200
    line.client.policy.client_sees_transcripts = False
    line.client.policy.save()
    assert viewer.get(path).status_code == 403


# --- bringing in -----------------------------------------------------------------------------------------------------


def test_a_machine_brings_a_contact_once() -> None:
    acme = factories.client()
    line = factories.queue(acme)
    door = factories.door(acme, EntryKind.API, into=line)
    caller = key(acme, "read", "act")
    contact = {
        "door": str(door.public_id),
        "provider_id": "order-77",
        "channel": "chat",
        "from_name": "Ann Archer",
        "from_address": "ann@example.com",
        "text": "Where is it?",
    }
    first = caller.post("interactions/", **contact)
    assert first.status_code == 201, first.content
    again = caller.post("interactions/", **contact)
    assert again.status_code == 200 and again.json()["repeated"]
    assert first.json()["interaction"]["public_id"] == again.json()["interaction"]["public_id"]
    assert Interaction.objects.filter(client=acme).count() == 1
    assert key(acme, "read").post("interactions/", **contact).status_code == 403
    assert key(factories.client("Globex"), "act").post("interactions/", **contact).status_code == 404
    assert caller.post("interactions/", **{**contact, "provider_id": ""}).status_code == 400
    assert caller.post("interactions/", **{**contact, "provider_id": "x", "reason": "nope"}).status_code == 400


def test_a_line_is_brought_nothing_that_it_does_not_take() -> None:
    acme = factories.client()
    line = factories.queue(acme, "Chat", channels=["chat"])
    factories.queue(acme, "Calls", channels=["voice"])
    caller, door = key(acme, "read", "act"), factories.door(acme, EntryKind.API, into=line)
    letter = {
        "door": str(door.public_id),
        "provider_id": "mail-1",
        "channel": "email",
        "from_address": "ann@mail.example",
    }
    answer = caller.post("interactions/", **letter, text="Where is it?")
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "channel_not_taken"
    assert answer.json()["errors"][0]["detail"] == "The line Chat does not take Email."
    assert not Interaction.objects.exists()
    assert caller.post("interactions/", **{**letter, "channel": "chat"}).status_code == 201, "the same id, put right"
    wish = {**letter, "provider_id": "call-1", "channel": "voice", "from_phone": "+16145550173", "wants_callback": True}
    assert caller.post("interactions/", **wish).json()["callback"], "a promise is no place in the line"


def test_seconds_of_preference_are_of_somebody_preferred() -> None:
    acme = factories.client()
    door = factories.door(acme, EntryKind.API)
    contact = {"door": str(door.public_id), "provider_id": "order-1", "from_name": "Ann", "preferred_seconds": 60}
    answer = key(acme, "read", "act", "route").post("interactions/", **contact)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "preferred_seconds" and not Interaction.objects.exists()


def test_a_door_refuses_in_words_and_offers_what_the_customers_page_offers() -> None:
    acme = factories.client()
    line = factories.queue(acme, limit=1)
    door = factories.door(acme, EntryKind.API, into=line)
    caller = key(acme, "read", "act")

    def calls(name: str, **more: Any) -> Any:
        contact = {"door": str(door.public_id), "provider_id": name, "channel": "voice", "from_phone": "+16145550142"}
        return caller.post("interactions/", **contact, **more).json()

    let_in = calls("ann", language="es")
    assert (let_in["text"], let_in["alternative"]) == ("", None)
    full = calls("ben")
    assert full["interaction"]["outcome"] == "refused_full"
    assert full["text"].startswith("A lot of people are waiting just now. We would rather call you back")
    assert full["alternative"] == "callback"
    again = calls("ben")
    assert again["repeated"] and (again["text"], again["alternative"]) == (full["text"], "callback")
    assert calls("eva", language="es")["text"].startswith("Ahora mismo hay muchas personas esperando.")
    promised = calls("ben-back", wants_callback=True)
    assert promised["callback"] and promised["alternative"] is None
    assert promised["text"].startswith("We will contact you by ")


def test_without_calls_a_full_door_offers_none() -> None:
    acme = factories.client()
    line = factories.queue(acme, limit=1, channels=["chat"])
    door = factories.door(acme, EntryKind.API, into=line)
    caller = key(acme, "read", "act")
    contact = {"door": str(door.public_id), "channel": "chat"}
    caller.post("interactions/", provider_id="ann", **contact)
    full = caller.post("interactions/", provider_id="ben", **contact).json()
    assert full["text"].endswith("Please try again later, or write to us.") and full["alternative"] is None


# --- an agent's own work ---------------------------------------------------------------------------------------------


def worked(line: Queue, agent: Agent) -> Leg:
    leg = factories.offer(agent, in_queue=line)
    return offers.accept(leg, by=agent)


def test_an_agent_works_a_contact_by_the_api() -> None:
    line = factories.queue()
    done = factories.disposition(line.client)
    bea = factories.agent(licensed=line.client, available=True)
    leg = factories.offer(bea, in_queue=line)
    caller = Caller(bea.user)
    assert [row["public_id"] for row in caller.get("legs/").json()["results"]] == [str(leg.public_id)]
    assert caller.post(f"legs/{leg.public_id}/accept/").json()["state"] == LegState.HANDLING
    assert caller.post(f"legs/{leg.public_id}/hold/").json()["on_hold"] is True
    caller.post(f"legs/{leg.public_id}/resume/")
    assert caller.post(f"legs/{leg.public_id}/end/").json()["state"] == LegState.WRAPPING
    refused = caller.post(f"legs/{leg.public_id}/finish/", disposition=None)
    assert refused.status_code in (400, 409) and refused.json()["errors"][0]["detail"]
    assert caller.post(f"legs/{leg.public_id}/finish/", disposition=done.code).json()["state"] == LegState.COMPLETED
    late = caller.post(f"legs/{leg.public_id}/accept/")
    assert late.status_code == 409 and late.json()["errors"][0]["detail"]


def test_another_agents_leg_is_not_there() -> None:
    line = factories.queue()
    bea, cal = factories.agent(licensed=line.client, available=True), factories.agent("Cal", licensed=line.client)
    leg = factories.offer(bea, in_queue=line)
    assert Caller(cal.user).post(f"legs/{leg.public_id}/accept/").status_code == 404
    assert of_role(line.client, Role.SUPERVISOR).post(f"legs/{leg.public_id}/accept/").status_code == 403


def test_a_machine_acts_in_a_named_agents_name() -> None:
    line = factories.queue()
    bea, cal = factories.agent(licensed=line.client, available=True), factories.agent("Cal", licensed=line.client)
    leg = factories.offer(bea, in_queue=line)
    machine = key(line.client, "act")
    assert machine.post(f"legs/{leg.public_id}/accept/", agent=str(cal.public_id)).status_code == 404
    assert machine.post(f"legs/{leg.public_id}/accept/").status_code == 400
    assert machine.post(f"legs/{leg.public_id}/accept/", agent=str(bea.public_id)).status_code == 200
    assert key(line.client, "read").post(f"legs/{leg.public_id}/hold/", agent=str(bea.public_id)).status_code == 403


def test_an_agent_signs_in_by_the_page_and_works_by_the_api() -> None:
    """As docs/api.md tells it: the form, then two cookies."""
    bea = factories.agent("Bea Brown", licensed=factories.client())
    bea.user.set_password("tango-lima-47")
    bea.user.save()
    browser = Browser(enforce_csrf_checks=True)
    browser.get("/accounts/login/")
    given = {"login": bea.user.email, "csrfmiddlewaretoken": browser.cookies["csrftoken"].value}
    assert browser.post("/accounts/login/", {**given, "password": "wrong"}).status_code != 302
    assert browser.post("/accounts/login/", {**given, "password": "tango-lima-47"}).status_code == 302
    mine = "/api/v1/me/presence/"
    assert browser.post(mine, {"presence": "available"}, content_type="application/json").status_code == 403
    token = {"X-CSRFToken": browser.cookies["csrftoken"].value}
    answer = browser.post(mine, {"presence": "available"}, content_type="application/json", headers=token)
    assert (answer.status_code, answer.json()["presence"], answer.json()["connected"]) == (200, "available", False)
    here = browser.post("/console/here/", headers=token).json()
    assert browser.post("/console/here/", here, headers=token).json()["console"] == here["console"]
    assert browser.get(mine).json()["connected"]


def test_my_presence() -> None:
    bea = factories.agent()
    caller = Caller(bea.user)
    assert caller.get("me/presence/").json()["presence"] == "signed_out"
    assert caller.post("me/presence/", presence="available").json()["presence"] == "available"
    assert caller.post("me/presence/", presence="break").status_code == 400
    assert caller.post("me/presence/", presence="break", reason="lunch").json()["reason"] == "lunch"
    assert Caller(factories.user()).get("me/presence/").status_code == 403


# --- supervising -----------------------------------------------------------------------------------------------------


def test_a_supervisor_takes_back_assigns_and_reprioritises_with_a_reason() -> None:
    line = factories.queue()
    bea = factories.agent(licensed=line.client, available=True)
    leg = worked(line, bea)
    path = f"interactions/{leg.interaction.public_id}"
    sue = Caller(factories.supervisor(line.client, teams=[bea.team]))
    assert sue.post(f"{path}/take-back/").status_code == 400
    sam = of_role(line.client, Role.SUPERVISOR)
    assert sam.post(f"{path}/take-back/", reason="x").status_code == 403, "of another team"
    assert Caller(bea.user).post(f"{path}/take-back/", reason="mine").status_code == 403
    assert of_role(line.client, Role.MANAGER).post(f"{path}/take-back/", reason="x").status_code == 403
    assert sue.post(f"{path}/take-back/", reason="asked for Cal").json()["state"] in (State.QUEUED, State.OFFERED)
    waiting = factories.waiting(line)
    assert (
        key(line.client, "read").post(f"interactions/{waiting.public_id}/priority/", priority=5, reason="x").status_code
        == 403
    )
    answer = key(line.client, "route").post(f"interactions/{waiting.public_id}/priority/", priority=5, reason="vip")
    assert answer.json()["priority"] == 5
    stranger = factories.agent("Cal")
    refused = sue.post(f"interactions/{waiting.public_id}/assign/", agent_id=str(stranger.public_id), reason="x")
    assert refused.status_code == 400


def test_a_supervisor_assigns_to_agents_of_own_teams_alone() -> None:
    line = factories.queue()
    first = factories.team("First")
    bea = factories.agent("Bea Brown", licensed=line.client, in_team=first, available=True)
    una = factories.agent("Una Other", licensed=line.client, in_team=factories.team("Second"), available=True)
    ned = factories.agent("Ned Novice", in_team=first, available=True)
    factories.licence(ned, line.client, "suspended")
    contact = factories.waiting(line)
    path = f"interactions/{contact.public_id}/assign/"
    sue = Caller(factories.supervisor(line.client, teams=[first]))
    refused = sue.post(path, agent_id=str(una.public_id), reason="knows the case")
    assert refused.status_code == 403 and "none of your teams" in refused.json()["errors"][0]["detail"]
    assert sue.post(path, agent_id=str(ned.public_id), reason="he is free").status_code == 409
    assert not contact.legs.exists()
    assert sue.post(path, agent_id=str(bea.public_id), reason="knows the case").json()["state"] == State.OFFERED
    assert contact.legs.get().agent == bea
    at_unas = worked(line, una).interaction
    path = f"interactions/{at_unas.public_id}/assign/"
    assert sue.post(path, agent_id=str(bea.public_id), reason="knows the case").status_code == 403


def test_an_administrator_and_a_key_with_the_scope_assign_to_anybody_eligible() -> None:
    line = factories.queue()
    una = factories.agent("Una Other", licensed=line.client, available=True)
    for caller in (Caller(factories.admin()), key(line.client, "route")):
        contact = factories.waiting(line)
        path = f"interactions/{contact.public_id}/"
        answer = caller.post(f"{path}assign/", agent_id=str(una.public_id), reason="knows the case")
        assert answer.json()["state"] == State.OFFERED
        assert caller.post(f"{path}take-back/", reason="enough").status_code == 200


# --- cases, callbacks, customers -------------------------------------------------------------------------------------


def test_a_case_is_resolved_by_its_agent_and_noted_by_the_house() -> None:
    line = factories.queue()
    bea = factories.agent(licensed=line.client, available=True)
    leg = worked(line, bea)
    case = cases.of_leg(leg)
    caller, manager = Caller(bea.user), of_role(line.client, Role.MANAGER)
    assert caller.post(f"cases/{case.public_id}/notes/", text="Called the depot").status_code == 201
    assert manager.get(f"cases/{case.public_id}/notes/").status_code == 403
    assert manager.post(f"cases/{case.public_id}/resolve/", summary="x", outcome="x").status_code == 403
    assert caller.post(f"cases/{case.public_id}/resolve/", summary="", outcome="sent").status_code == 400
    answer = caller.post(f"cases/{case.public_id}/resolve/", summary="Sent again", outcome="replaced")
    assert answer.json()["state"] == "resolved"
    assert caller.get("cases/", reference=case.reference).json()["count"] == 1


def test_a_colleague_who_never_worked_on_a_case_does_not_resolve_it() -> None:
    line = factories.queue()
    bea = factories.agent(licensed=line.client, available=True)
    dee = factories.agent("Dee Dunn", licensed=line.client)
    case = cases.of_leg(worked(line, bea))
    refused = Caller(dee.user).post(f"cases/{case.public_id}/resolve/", summary="Sent again", outcome="replaced")
    assert refused.status_code == 403
    case.refresh_from_db()
    assert case.state == "open"


def test_a_promise_hides_its_words_and_names_by_policy() -> None:
    line = factories.queue()
    callbacks.promise(
        line.client,
        customer=None,
        queue=line,
        number="+12025550142",
        name="Ann Archer",
        words="Ann, at +1 202 555 0142",
        origin="agent",
        by=factories.agent(licensed=line.client),
    )
    viewer, policy = of_role(line.client, Role.VIEWER), line.client.policy
    [shown] = viewer.get("callbacks/").json()["results"]
    assert shown["words"] == "Ann, at +1 202 555 0142"
    policy.client_sees_customer_names = False
    policy.save()
    [shown] = viewer.get("callbacks/").json()["results"]
    assert (shown["words"], shown["reaches"]) == ("[name], at [number]", {})
    policy.client_sees_customer_names, policy.client_sees_transcripts = True, False
    policy.save()
    [shown] = viewer.get("callbacks/").json()["results"]
    assert (shown["words"], shown["reaches"]["name"]) == ("", "Ann Archer")


def test_a_case_hides_names_in_its_words_by_policy() -> None:
    line = factories.queue()
    bea = factories.agent(licensed=line.client, available=True)
    leg = factories.offer(bea, in_queue=line, who=factories.customer(line.client, "Ann Archer"))
    offers.accept(leg, by=bea)
    case = cases.of_leg(leg)
    Case.objects.filter(pk=case.pk).update(subject="Ann's parcel", summary="Called Ann Archer at +1 202 555 0142")
    viewer, policy = of_role(line.client, Role.VIEWER), line.client.policy
    assert viewer.get(f"cases/{case.public_id}/").json()["subject"] == "Ann's parcel"
    policy.client_sees_customer_names = False
    policy.save()
    shown = viewer.get(f"cases/{case.public_id}/").json()
    assert (shown["subject"], shown["summary"]) == ("[name]'s parcel", "Called [name] at [number]")


def test_a_callback_is_promised_changed_and_withdrawn() -> None:
    line = factories.queue()
    caller = key(line.client, "read", "act")
    made = caller.post(
        "callbacks/", client=str(line.client.public_id), queue=str(line.public_id), number="+12025550142", name="Ann"
    )
    assert made.status_code == 201, made.content
    row = Callback.objects.get()
    assert caller.get(f"callbacks/{row.public_id}/").json()["reaches"]["number"] == "+12025550142"
    refused = caller.post("callbacks/", client=str(line.client.public_id), queue=str(line.public_id))
    assert refused.status_code in (400, 409)
    viewer = of_role(line.client, Role.VIEWER)
    assert viewer.post(f"callbacks/{row.public_id}/withdraw/", why="x").status_code == 403
    assert caller.post(f"callbacks/{row.public_id}/withdraw/", why="no longer needed").status_code == 200
    row.refresh_from_db()
    assert row.state == CallbackState.WITHDRAWN


def test_a_promise_is_made_anew_and_a_supervisor_says_why() -> None:
    line = factories.queue()
    made = callbacks.promise(line.client, customer=None, queue=line, number="+12025550142", name="Ann", origin="form")
    sue = of_role(line.client, Role.SUPERVISOR)
    start = clock.now() + timedelta(hours=3)
    window = {"due_from": start.isoformat(), "due_until": (start + timedelta(hours=1)).isoformat()}
    path = f"callbacks/{made.public_id}"
    assert sue.post(f"{path}/change/", **window).status_code == 400
    assert sue.post(f"{path}/change/", **window, why="Ann asked").status_code == 200
    assert sue.post(f"{path}/replace/", **window).status_code == 400
    anew = sue.post(f"{path}/replace/", **window, why="Nobody is there")
    assert anew.status_code == 201 and anew.json()["replaces"] == made.reference
    assert sue.post(f"{path}/replace/", **window, why="Once more").status_code == 409


def test_a_customer_is_found_or_created_and_never_taken_over() -> None:
    acme = factories.client()
    caller = key(acme, "read", "act")
    body = {"client": str(acme.public_id), "name": "Ann", "address": "Ann@example.com"}
    assert caller.post("customers/", **body).status_code == 201
    assert caller.post("customers/", **body).status_code == 200
    ann = caller.get("customers/", address="ann@example.com").json()["results"][0]
    other = factories.customer(acme, "Bob", phone="+12025550177")
    answer = caller("patch", f"customers/{ann['public_id']}/", {"add_phone": "+12025550177"})
    assert answer.status_code == 409 and "another customer" in answer.content.decode()
    assert (
        caller("patch", f"customers/{ann['public_id']}/", {"city": "x", "name": "Ann Archer"}).json()["name"]
        == "Ann Archer"
    )
    assert other.phones.count() == 1
    told = JournalEntry.objects.get(kind=Kind.CORRECTED)
    assert (told.facts["customer"], told.facts["changed"]) == (ann["public_id"], ["name"])
    Customer.objects.filter(name="Ann Archer").update(merged_into=other)
    assert caller("patch", f"customers/{ann['public_id']}/", {"name": "Anna"}).status_code == 409
    policy = acme.policy
    policy.client_sees_customer_names = False
    policy.save()
    viewer = of_role(acme, Role.VIEWER)
    assert viewer.get("customers/").json()["count"] == 0


def test_words_without_names_by_policy() -> None:
    acme = factories.client()
    contact = factories.waiting(
        factories.queue(acme), who=factories.customer(acme, "Ann Archer", address="ann@mail.example")
    )
    messages.write_in(contact, Words(text="Ann here, ann@mail.example"), at=clock.now())
    viewer = of_role(acme, Role.VIEWER)
    [said] = viewer.get(f"interactions/{contact.public_id}/messages/").json()["results"]
    assert said["text"] == "Ann here, ann@mail.example"
    acme.policy.client_sees_customer_names = False
    acme.policy.save()
    [said] = viewer.get(f"interactions/{contact.public_id}/messages/").json()["results"]
    assert said["text"] == "[name] here, [address]" and said["author_name"] == "Customer"
    detail = viewer.get(f"messages/{said['public_id']}/").json()
    assert detail["headers"] == [] and "ann@" not in str(detail)
    assert viewer.get(f"messages/{said['public_id']}/original/").status_code == 403


def test_a_line_tells_how_it_stands() -> None:
    line = factories.queue(channels=["chat"])
    factories.agent(licensed=line.client, available=True)
    factories.waiting(line)
    [now] = key(line.client).get(f"lines/{line.public_id}/live/").json()
    assert (now["channel"], now["open"], now["staffed"]) == ("chat", True, 1)


# --- set-up ----------------------------------------------------------------------------------------------------------


def test_an_admin_sets_a_client_up_by_the_api() -> None:
    ada = Caller(factories.admin())
    made = ada.post(
        "clients/", name="Tulip", reference_prefix="TLP", country="US", zone="America/New_York",
        languages=["en"], default_language="en", currency="USD",
    )  # fmt: skip
    assert made.status_code == 201, made.content
    base = f"clients/{made.json()['public_id']}"
    assert (
        ada(
            "patch", f"{base}/brand/", {"colour": "#97265d", "sender_name": "T", "sender_address": "t@t.example"}
        ).status_code
        == 200
    )
    assert ada("patch", f"{base}/brand/", {"colour": "#808080"}).status_code in (200, 400)
    hours = ada.post(f"{base}/hours/", name="Nights", spans=[{"weekday": 0, "opens": 1200, "closes": 1440}])
    assert hours.status_code == 201, hours.content
    assert (
        ada.post(f"{base}/hours/", name="Odd", spans=[{"weekday": 0, "opens": 600, "closes": 500}]).status_code == 400
    )
    factories.skill("es", language="es")
    line = ada.post(
        f"{base}/queues/", name="Care", channels=["chat"], hours=hours.json()["public_id"],
        wanted_skills=[{"skill": "es", "level": 2}],
    )  # fmt: skip
    assert line.status_code == 201, line.content
    door = ada.post(f"{base}/doors/", kind="widget", name="Site", queue=line.json()["public_id"], published=True)
    assert door.status_code == 201, door.content
    assert "webhook_secret" not in door.json()
    refused = ada.post(f"{base}/go-live/")
    assert refused.status_code == 409 and refused.json()["errors"][0]["code"] == "not_ready"
    assert {row["item"] for row in ada.get(f"{base}/readiness/").json()} >= {"brand", "doors", "hours"}


def test_only_admins_write_the_set_up_and_other_clients_are_not_there() -> None:
    acme, globex = factories.client("Acme"), factories.client("Globex")
    line = factories.queue(acme)
    path = f"clients/{acme.public_id}/queues/{line.public_id}/"
    for caller in (key(acme, *ApiKey.SCOPES), of_role(acme, Role.MANAGER), of_role(acme, Role.SUPERVISOR)):
        assert caller.get(path).status_code == 200
        assert caller("patch", path, {"name": "Mine"}).status_code == 403
        assert caller.get(f"clients/{globex.public_id}/queues/").status_code == 404
        assert caller("patch", f"clients/{globex.public_id}/brand/", {"colour": "#000000"}).status_code == 404
    ada = Caller(factories.admin())
    assert ada("patch", path, {"name": "Care", "reason": "Its name"}).json()["version"] == line.version + 1
    factories.waiting(line)
    assert ada.post(f"{path}archive/").status_code == 400
    refused = ada.post(f"{path}archive/", reason="season over")
    assert refused.status_code == 409 and "close entry first" in refused.json()["errors"][0]["detail"]
    line.refresh_from_db()
    assert line.state == QueueState.OPEN


def test_rows_of_another_client_cannot_be_woven_in() -> None:
    acme, globex = factories.client("Acme"), factories.client("Globex")
    theirs = factories.queue(globex)
    ada = Caller(factories.admin())
    body = {"kind": "widget", "name": "Site", "queue": str(theirs.public_id), "published": True}
    assert ada.post(f"clients/{acme.public_id}/doors/", **body).status_code == 400


def test_keys_are_shown_once_and_die_when_revoked() -> None:
    acme = factories.client()
    ada = Caller(factories.admin())
    made = ada.post(f"clients/{acme.public_id}/keys/", name="shop", scopes=["read"]).json()
    machine = Caller(secret=made["secret"])
    assert machine.get("interactions/").status_code == 200
    assert "secret" not in ada.get(f"clients/{acme.public_id}/keys/").json()["results"][0]
    assert machine.get(f"clients/{acme.public_id}/keys/").status_code == 403
    ada.post(f"clients/{acme.public_id}/keys/{made['public_id']}/revoke/")
    assert machine.get("interactions/").status_code == 401


def test_agents_are_for_those_who_lead_them() -> None:
    acme = factories.client()
    blue = factories.team("Blue")
    bea = factories.agent(licensed=acme, in_team=blue)
    factories.skill("es", language="es")
    sue = of_role(acme, Role.SUPERVISOR)
    assert sue.get("agents/").json()["count"] == 1
    assert sue.post(f"agents/{bea.public_id}/skill/", skill="es", level=3, reason="took the test").status_code == 403
    lead = Caller(factories.supervisor(acme, name="Lea", teams=[blue]))
    assert lead.post(f"agents/{bea.public_id}/skill/", skill="es", level=3, reason="took the test").json()[
        "skills"
    ] == {"es": 3}
    answer = lead.post(f"agents/{bea.public_id}/licence/", client=str(acme.public_id), act="suspend", reason="rude")
    assert answer.json()["licences"][0]["state"] == "suspended"
    again = {"client": str(acme.public_id), "act": "certify"}
    assert lead.post(f"agents/{bea.public_id}/licence/", **again).status_code == 400, "every act says why"
    assert lead.post(f"agents/{bea.public_id}/licence/", **again, reason=" ").status_code == 400
    answer = lead.post(f"agents/{bea.public_id}/licence/", **again, reason="apologised")
    assert answer.json()["licences"][0]["state"] == "certified"
    assert of_role(acme, Role.VIEWER).get("agents/").status_code == 403
    assert key(acme).get("agents/").status_code == 403


def test_the_page_of_the_api_opens_and_describes_everything() -> None:
    ada = Browser()
    ada.force_login(factories.admin())
    schema = ada.get("/api/schema/", headers={"Accept": "application/json"})
    assert schema.status_code == 200
    paths = schema.json()["paths"]
    assert "/api/v1/interactions/" in paths and "/api/v1/legs/{public_id}/accept/" in paths
    assert ada.get("/api/docs/").status_code == 200


def test_the_description_is_written_once_and_each_language_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = Browser()
    ada.force_login(factories.admin())
    asked = [{"lang": "en"}, {"lang": "es"}]
    english, spanish = (ada.get("/api/schema/", language).content for language in asked)
    monkeypatch.setattr(SchemaGenerator, "parse", None)
    assert [ada.get("/api/schema/", language).content for language in asked] == [english, spanish]
    assert Browser().get("/api/schema/").status_code == 401


def test_handling_is_the_same_operation_everywhere() -> None:
    """A parked contact comes back by the desk as it went by the API."""
    line = factories.queue(idle_warn_seconds=0)
    bea = factories.agent(licensed=line.client, available=True)
    leg = worked(line, bea)
    assert Caller(bea.user).post(f"legs/{leg.public_id}/park/", why="waits for the depot").status_code == 200
    contact = Interaction.objects.get(pk=leg.interaction_id)
    assert contact.state == State.PARKED
    handling.unpark(contact, by=bea)
    contact.refresh_from_db()
    assert contact.state == State.ACTIVE
