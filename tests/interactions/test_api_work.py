"""A whole day over the API: Bea's call flow, calls, colleagues and cases; Ada's set-up of doors, logins and words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agents import licences
from bpo.kernel import clock
from clients.models import Membership, PublicName, Role, Snippet
from interactions import callbacks, cases, handling, offers, transfers, wrap_up
from interactions.models import Callback, CallbackState, Case, CaseState, EndedBy, Leg, LegState
from tests import factories
from tests.interactions.scripted import Scene, accepted, begun, scene
from tests.interactions.test_api import Caller, key, of_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Scene:
    return scene()


@pytest.fixture
def bea(acme: Scene) -> Caller:
    return Caller(acme.bea.user)


def test_a_call_flow_is_followed_to_its_reason_and_product(acme: Scene, bea: Caller) -> None:
    leg, _run = begun(acme)
    path = f"legs/{leg.public_id}/script/"
    assert bea.get(path).json()["step"]["name"] == "Greet"
    assert bea.post(f"{path}answer/", step="greet").json()["at_step"] == "verify"
    facts = {"name": "ann archer", "postal_code": "43215"}
    told = bea.post(f"{path}answer/", step="verify", answers=facts).json()
    assert (told["verified"], told["at_step"]) == (True, "reason")
    refused = bea.post(f"{path}answer/", step="reason", answers={})
    assert refused.status_code == 422
    bea.post(f"{path}answer/", step="reason", answers={"choice": "praise"})
    told = bea.post(f"{path}answer/", step="product", answers={"choice": acme.slate.code}).json()
    assert (told["reason"], told["product"], told["at_step"]) == ("praise", acme.slate.code, "close")
    assert bea.post(f"{path}back/").json()["at_step"] == "product"
    assert bea.post(f"{path}jump/", step="greet").json()["at_step"] == "greet"
    assert bea.post(f"{path}answer/", step="close").status_code == 409
    machine = key(acme.acme, "read", "act")
    assert machine.get(path).json()["at_step"] == "greet"
    assert machine.post(f"{path}answer/", agent=str(acme.bea.public_id), step="greet").json()["at_step"] == "verify"


def test_who_was_asked_for_advice_reads_the_call_flow_and_does_not_walk_it(acme: Scene) -> None:
    leg, run = begun(acme)
    cal = factories.agent("Cal Cole", licensed=acme.acme, available=True)
    advice = offers.accept(transfers.consult(leg, cal, by=acme.bea), by=cal)
    desk, caller = Browser(headers={"HX-Request": "true"}), Caller(cal.user)
    desk.force_login(cal.user)
    page = desk.get(reverse("console-script", args=[advice.public_id])).content.decode()
    assert "How may I help you today?" in page
    acts = [reverse(f"console-{act}", args=[advice.public_id]) for act in ("answer", "back", "jump")]
    assert not any(act in page for act in acts)
    assert [desk.post(act, {"step": "greet"}).status_code for act in acts] == [409] * 3
    path = f"legs/{advice.public_id}/script/"
    assert caller.get(path).json()["step"]["name"] == "Greet"
    assert [caller.post(f"{path}{act}/", step="greet").status_code for act in ("answer", "back", "jump")] == [409] * 3
    run.refresh_from_db()
    assert run.at_step == "greet" and run.visits.get().agent == acme.bea
    bea = Browser()
    bea.force_login(acme.bea.user)
    page = bea.get(reverse("console-script", args=[leg.public_id])).content.decode()
    assert reverse("console-answer", args=[leg.public_id]) in page


def test_a_key_does_in_beas_name_what_she_may_do_herself(acme: Scene) -> None:
    leg = accepted(acme)
    case = cases.of_leg(leg)
    Case.objects.filter(pk=case.pk).update(owner=acme.bea)
    machine, bea = key(acme.acme, "read", "act"), str(acme.bea.public_id)
    licences.revoke(acme.bea.licences.get(), by=factories.admin(), reason="works for Globex now")
    assert machine.post(f"legs/{leg.public_id}/say/", agent=bea, text="Goodbye Ann").status_code == 200
    assert machine.post(f"legs/{leg.public_id}/end/", agent=bea).status_code == 200
    leg.refresh_from_db()
    if leg.state == LegState.WRAPPING:
        wrap_up.finish(leg, by=acme.bea, disposition=factories.disposition(acme.acme))
    settle = {"agent": bea, "summary": "Sent again", "outcome": "done"}
    assert machine.post(f"cases/{case.public_id}/resolve/", **settle).status_code == 400
    case.refresh_from_db()
    assert case.state == CaseState.OPEN


def test_contacts_are_picked_parked_and_taken_over(acme: Scene, bea: Caller) -> None:
    manual = factories.queue(acme.acme, manual=True)
    waiting = factories.waiting(manual, "email", who=acme.ann)
    assert bea.post(f"interactions/{factories.waiting(acme.line, who=acme.ann).public_id}/pick/").status_code == 409
    taken = bea.post(f"interactions/{waiting.public_id}/pick/")
    assert taken.status_code == 200 and taken.json()["state"] == "handling", taken.content
    leg = Leg.objects.get(public_id=taken.json()["public_id"])
    handling.park(leg, by=acme.bea, why="waits")
    back = bea.post(f"interactions/{waiting.public_id}/unpark/").json()
    dee = factories.agent("Dee Dunn", licensed=acme.acme, available=True)
    other = Caller(dee.user)
    assert other.post(f"interactions/{waiting.public_id}/take-over/").status_code == 400
    held = other.post(f"interactions/{waiting.public_id}/take-over/", reason="Bea is ill").json()
    assert held["agent"] == str(dee.public_id)
    assert Leg.objects.get(public_id=back["public_id"]).ended_by == EndedBy.TRANSFER


def test_a_callback_is_made_dialled_and_reported(acme: Scene, bea: Caller) -> None:
    made = callbacks.promise(acme.acme, customer=acme.ann, queue=acme.line, number="+16145550173", origin="form")
    leg = bea.post(f"callbacks/{made.public_id}/make/").json()["public_id"]
    assert bea.post(f"legs/{leg}/dialled/").status_code == 200
    assert bea.post(f"legs/{leg}/report/", result="shouting").status_code == 400
    assert bea.post(f"legs/{leg}/report/", result="no_answer").json()["state"] == "wrapping"
    made.refresh_from_db()
    assert (made.state, made.attempts) == (CallbackState.PROMISED, 1)


def test_a_callback_is_promised_from_a_contact(acme: Scene, bea: Caller) -> None:
    leg = accepted(acme)
    promised = bea.post(f"legs/{leg.public_id}/callback/", number="+16145550173", words="The delay", mine=True)
    assert promised.status_code == 201, promised.content
    row = Callback.objects.get()
    assert (row.promised_from, row.owner, row.customer) == (leg.interaction, acme.bea, acme.ann)


def test_a_colleague_is_asked_and_goes_on(acme: Scene, bea: Caller) -> None:
    leg = accepted(acme, "voice")
    dee = factories.agent("Dee Dunn", licensed=acme.acme, available=True)
    cal = factories.agent("Cal Clay", licensed=factories.client("Globex"))
    assert bea.post(f"legs/{leg.public_id}/consult/", colleague=str(cal.public_id)).status_code == 400
    assert bea.post(f"legs/{leg.public_id}/consult/", colleague=str(dee.public_id)).status_code == 200
    assert bea.post(f"legs/{leg.public_id}/consult/end/").status_code == 200
    bea.post(f"legs/{leg.public_id}/consult/", colleague=str(dee.public_id))
    asked = Leg.objects.get(agent=dee, state=LegState.OFFERED)
    Caller(dee.user).post(f"legs/{asked.public_id}/accept/")
    assert bea.post(f"legs/{leg.public_id}/consult/complete/").status_code == 200
    asked.refresh_from_db()
    assert (asked.role, asked.state) == ("primary", LegState.HANDLING)


def test_a_case_waits_goes_on_and_is_opened_again(acme: Scene, bea: Caller) -> None:
    case = cases.of_leg(accepted(acme))
    path = f"cases/{case.public_id}"
    dee = factories.agent("Dee Dunn", licensed=acme.acme)
    assert Caller(dee.user).post(f"{path}/pending/").status_code == 403
    assert bea.post(f"{path}/pending/").json()["state"] == "pending"
    assert bea.post(f"{path}/open/").json()["state"] == "open"
    until = (clock.now() + timedelta(days=2)).isoformat()
    assert bea.post(f"{path}/pending/", until=until).json()["pending_until"]
    assert bea.post(f"{path}/resolve/", summary="Sent anew", outcome="solved").json()["state"] == "resolved"
    assert bea.post(f"{path}/reopen/").json()["reopened"] == 1
    assert bea.post(f"{path}/reopen/").status_code == 409


def test_a_customer_is_found_mailed_and_the_mail_taken_back(acme: Scene, bea: Caller) -> None:
    factories.customer(factories.client("Globex"), "Ann Archer")
    [found] = bea.get("customers/search/", q="arche").json()
    assert found["public_id"] == str(acme.ann.public_id)
    assert [row["name"] for row in key(acme.acme, "read").get("customers/search/", q="614 555 0173").json()] == [
        "Ann Archer"
    ]
    path = f"customers/{found['public_id']}"
    foreign = factories.queue(factories.client("Tulip"))
    assert bea.post(f"{path}/mail/", queue=str(foreign.public_id)).status_code == 400
    leg = bea.post(f"{path}/mail/", queue=str(acme.line.public_id), subject="Your order").json()["public_id"]
    assert bea.post(f"legs/{leg}/reply/", text="Dear Ann").status_code == 200
    sent = Leg.objects.get(public_id=leg).interaction.messages.get()
    dee = factories.agent("Dee Dunn", licensed=acme.acme, available=True)
    assert Caller(dee.user).post(f"messages/{sent.public_id}/undo/").status_code == 404
    said = f"interactions/{sent.interaction.public_id}/messages/"
    assert len(bea.get(said).json()["results"]) == 1
    assert bea.post(f"messages/{sent.public_id}/undo/").json()["state"] == "cancelled"
    assert bea.get(said).json()["results"] == []
    called = Caller(dee.user).post(f"{path}/call/", queue=str(acme.line.public_id))
    assert called.status_code == 200 and called.json()["channel"] == "voice", called.content


def test_doors_have_rules_in_order(acme: Scene) -> None:
    ada = Caller(factories.admin())
    base = f"clients/{acme.acme.public_id}"
    spanish = factories.queue(acme.acme, "Español")
    factories.skill("es", language="es")
    rules: list[dict[str, Any]] = [
        {"language": "es", "queue": str(spanish.public_id), "skills": [{"skill": "es", "level": 2}]},
        {"reason": "late", "queue": str(acme.line.public_id), "priority": 3},
    ]
    door = ada.post(f"{base}/doors/", kind="widget", name="Site", queue=str(acme.line.public_id), rules=rules)
    assert door.status_code == 201, door.content
    path = f"{base}/doors/{door.json()['public_id']}/"
    assert [(rule["language"], rule["reason"]) for rule in ada.get(path).json()["rules"]] == [
        ("es", None),
        ("", "late"),
    ]
    assert ada("patch", path, {"name": "Shop"}).json()["rules"][0]["skills"] == [{"skill": "es", "level": 2}]
    assert len(ada("patch", path, {"rules": rules[1:]}).json()["rules"]) == 1
    foreign = factories.queue(factories.client("Globex"))
    assert ada("patch", path, {"rules": [{"queue": str(foreign.public_id)}]}).status_code == 400


def test_logins_names_and_ready_sentences_are_set_up(acme: Scene) -> None:
    ada, mia = Caller(factories.admin()), of_role(acme.acme, Role.MANAGER)
    base = f"clients/{acme.acme.public_id}"
    vic = {"full_name": "Vic", "email": "vic@acme.example", "language": "en"}
    assert mia.post(f"{base}/members/", **vic, role="supervisor").status_code == 400
    made = mia.post(f"{base}/members/", **vic, role="viewer")
    assert made.status_code == 201, made.content
    path = f"{base}/members/{made.json()['person']}/remove/"
    assert mia.post(path).status_code == 400
    assert mia.post(path, reason="has left").status_code == 204
    manager = Membership.objects.get(client=acme.acme).user
    assert mia.post(f"{base}/members/{manager.public_id}/remove/", reason="x").status_code == 403

    given = {"client": str(acme.acme.public_id), "name": "Robin"}
    assert ada.post(f"agents/{acme.bea.public_id}/public-name/", **given).status_code == 200
    assert PublicName.objects.get(client=acme.acme, user=acme.bea.user).name == "Robin"

    sentence = {"shortcut": "sorry", "language": "en", "text": "I am sorry, {first_name}."}
    assert ada.post(f"{base}/snippets/", **sentence).status_code == 200
    assert ada.get(f"{base}/snippets/").json()["results"] == [{**sentence, "in_use": True}]
    assert mia.post(f"{base}/snippets/", **sentence).status_code == 403
    ada.post(f"{base}/snippets/", **{**sentence, "text": ""})
    assert ada.get(f"{base}/snippets/").json()["results"] == [{**sentence, "in_use": False}]
    assert ada.post(f"{base}/snippets/", **sentence).json()["in_use"] is True
    assert Snippet.objects.count() == 1
