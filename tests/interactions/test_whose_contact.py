"""A caller nobody knew says who he is; Ann calls on her brother's telephone: the contact is put where it belongs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from bpo.kernel import clock
from clients.models import Customer, Policy
from interactions import callbacks, case_merging, cases, conversation, customer_merging, handling, outbound, runs
from interactions.models import (
    Callback,
    CallbackOrigin,
    Case,
    EndedBy,
    Envelope,
    Interaction,
    JournalEntry,
    Kind,
    Leg,
    Message,
    Run,
)
from tests import factories as make
from tests.interactions.acting import Desk
from tests.interactions.scripted import Scene, accepted, begun, scene
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db

ANNS = {"step": "verify", "name": "Ann Archer", "postal_code": "43215"}


@pytest.fixture
def acme() -> Scene:
    return scene()


@pytest.fixture
def bea(acme: Scene) -> Browser:
    return desk_of(acme.bea)


def asked_who(of: Scene, who: Customer | None, channel: str = "chat") -> tuple[Leg, Run]:
    """A contact of this one, at the check of the call flow."""
    ann, of.ann = of.ann, who or make.customer(of.acme, "Somebody")
    leg, run = begun(of, channel)
    of.ann = ann
    if who is None:
        leg.interaction.customer = run.interaction.customer = None
        leg.interaction.save(update_fields=["customer"])
    return leg, runs.answer(run, "greet", {}, by=of.bea)


def put(bea: Browser, leg: Leg, customer: Customer) -> Any:
    return bea.post(url("whose", leg), {"with": str(customer.public_id)})


def whose(leg: Leg) -> tuple[Customer | None, Case | None]:
    contact = Interaction.objects.select_related("customer", "case").get(pk=leg.interaction_id)
    return contact.customer, contact.case


# --- who nobody knew -------------------------------------------------------------------------------------------------


def test_a_caller_nobody_knew_is_found_put_on_her_record_and_verified(acme: Scene, bea: Browser) -> None:
    leg, run = asked_who(acme, None)
    for _try in range(2):
        bea.post(url("answer", leg), ANNS)
    side = bea.get(url("side", leg)).content.decode()
    assert "Unknown customer" in side and "Find the customer" in side
    found = bea.get(url("whose", leg) + "?q=ann").content.decode()
    assert "Ann Archer" in found and "Columbus" in found
    look = bea.get(url("whose", leg) + f"?with={acme.ann.public_id}").content.decode()
    assert "It is Ann Archer" in look and "verified anew" in look
    answer = put(bea, leg, acme.ann)
    assert answer.status_code == 200 and url("whose-back", leg) in answer["HX-Trigger"]
    assert whose(leg)[0] == acme.ann
    run.refresh_from_db()
    assert (run.at_step, run.verified, run.verify_attempts) == ("verify", None, 0)
    assert bea.post(url("answer", leg), ANNS).status_code == 200
    run.refresh_from_db()
    assert run.verified is True
    assert "AC-204418" in bea.get(url("side", leg)).content.decode()
    told = JournalEntry.objects.get(interaction=leg.interaction, kind=Kind.CORRECTED)
    assert (told.actor, told.facts["was"], told.facts["is"]) == (acme.bea.user, "", str(acme.ann.public_id))


def test_the_search_shows_no_number_that_the_check_asks_and_nobody_of_another_company(
    acme: Scene, bea: Browser
) -> None:
    leg, _run = asked_who(acme, None)
    stranger = make.customer(make.client("Zenith"), "Ann Other", phone="+16145550111")
    found = bea.get(url("whose", leg) + "?q=Ann").content.decode()
    assert "+1 614-555-0173" in found and "Ann Other" not in found
    Policy.objects.filter(client=acme.acme).update(verification_facts=["phone", "email"])
    for more in ("?q=Ann", f"?with={acme.ann.public_id}"):
        page = bea.get(url("whose", leg) + more).content.decode()
        assert "Ann Archer" in page and "555-0173" not in page and "ann@mail.example" not in page
    assert "Nobody fits" in bea.get(url("whose", leg) + "?q=Zebulon").content.decode()
    assert bea.get(url("whose", leg) + f"?with={stranger.public_id}").status_code == 404
    assert put(bea, leg, stranger).status_code == 404
    assert bea.post(url("whose", leg), {"with": "x"}).status_code == 400
    assert whose(leg)[0] is None


def test_somebody_new_gets_a_record_by_name_with_the_number_he_calls_from(acme: Scene, bea: Browser) -> None:
    leg, _run = asked_who(acme, None)
    Envelope.objects.filter(interaction=leg.interaction).update(from_phone="+16145550188")
    refused = bea.post(url("whose", leg), {"name": "  "})
    assert refused.status_code == 409 and "name of the new customer" in refused.content.decode()
    assert bea.post(url("whose", leg), {"name": "Nora New"}).status_code == 200
    nora = Customer.objects.get(name="Nora New")
    assert whose(leg)[0] == nora and [one.number for one in nora.phones.all()] == ["+16145550188"]
    other, _run = asked_who(acme, None)
    Envelope.objects.filter(interaction=other.interaction).update(from_phone="+16145550188")
    bea.post(url("whose", other), {"name": "Ned New"})
    assert Customer.objects.get(name="Ned New").phones.count() == 0, "the number is Nora's"
    # Refused, no empty record is left behind.
    done, _run = asked_who(acme, None)
    handling.end_work(done, by=acme.bea, ended_by=EndedBy.AGENT)
    assert bea.post(url("whose", done), {"name": "Nobody"}).status_code in (404, 409)
    assert not Customer.objects.filter(name="Nobody").exists()


# --- the wrong one ---------------------------------------------------------------------------------------------------


def test_ann_on_her_brothers_telephone_is_asked_anew_and_his_order_is_forgotten(acme: Scene, bea: Browser) -> None:
    ben = make.customer(acme.acme, "Ben Archer", postal_code="43215", phone="+16145550144")
    leg, run = asked_who(acme, ben)
    bea.post(url("answer", leg), {"step": "verify", "name": "Ben Archer", "postal_code": "43215"})
    Run.objects.filter(pk=run.pk).update(answers={"order_chosen": "B-1", "bill_chosen": "B-2", "mood": "good"})
    run.refresh_from_db()
    step = run.at_step
    assert run.verified is True and "It is somebody else" in bea.get(url("side", leg)).content.decode()
    assert put(bea, leg, acme.ann).status_code == 200
    assert put(bea, leg, acme.ann).status_code == 200, "twice is once"
    run.refresh_from_db()
    assert (run.at_step, run.verified, run.answers) == (step, None, {"mood": "good"})
    page = bea.get(url("side", leg)).content.decode()
    assert "Ann Archer" in page and "covered until the customer is verified" in page
    assert JournalEntry.objects.filter(interaction=leg.interaction, kind=Kind.CORRECTED).count() == 1


def test_its_own_case_goes_along_with_what_was_promised_and_comes_back_by_undo(acme: Scene, bea: Browser) -> None:
    ben = make.customer(acme.acme, "Ben Archer")
    leg, _run = asked_who(acme, ben)
    case = cases.of_leg(leg)
    promised = callbacks.promise(
        acme.acme, customer=ben, queue=acme.line, origin=CallbackOrigin.AGENT, number="+16145550144", by=acme.bea,
        interaction=leg.interaction,
    )  # fmt: skip
    page = bea.get(url("whose", leg) + f"?with={acme.ann.public_id}").content.decode()
    assert f"Case {case.reference} goes along" in page
    put(bea, leg, acme.ann)
    for customer in (acme.ann, ben):
        case.refresh_from_db()
        assert whose(leg) == (customer, case) and case.customer == customer
        assert Callback.objects.get(pk=promised.pk).customer == customer
        if customer == acme.ann:
            assert bea.post(url("whose-back", leg)).status_code == 204
    refused = bea.post(url("whose-back", leg))
    assert refused.status_code == 409 and "nothing to undo" in refused.content.decode()


def test_a_case_with_other_contacts_stays_and_this_one_gets_its_own_until_undone(acme: Scene, bea: Browser) -> None:
    ben = make.customer(acme.acme, "Ben Archer")
    case = cases.open_case(acme.acme, ben, queue=acme.line, subject="The dock")
    ann, acme.ann = acme.ann, ben
    leg = accepted(acme, case=case)
    acme.ann = ann
    before = make.waiting(acme.line, "email", who=ben, case=case)
    said = conversation.customer_wrote(leg.interaction, "Hello", provider_id="m1")
    page = bea.get(url("whose", leg) + f"?with={ann.public_id}").content.decode()
    assert "has other contacts and stays" in page
    put(bea, leg, ann)
    customer, own = whose(leg)
    assert own is not None and own != case
    assert (customer, own.customer, own.subject, own.owner) == (ann, ann, "The dock", acme.bea)
    case.refresh_from_db()
    before.refresh_from_db()
    assert (case.customer, before.case, before.customer) == (ben, case, ben)
    assert Message.objects.get(pk=said.pk).case == own
    assert bea.post(url("whose-back", leg)).status_code == 204
    own.refresh_from_db()
    assert whose(leg) == (ben, case) and (own.state, own.merged_into) == ("merged", case)


def test_what_came_to_the_case_meanwhile_stays_with_ann_when_it_is_undone(acme: Scene, bea: Browser) -> None:
    ben = make.customer(acme.acme, "Ben Archer")
    leg, _run = asked_who(acme, ben)
    case = cases.of_leg(leg)
    put(bea, leg, acme.ann)
    beside, _ = asked_who(acme, acme.ann, "email")
    Interaction.objects.filter(pk=beside.interaction_id).update(case=case)
    assert bea.post(url("whose-back", leg)).status_code == 204
    case.refresh_from_db()
    assert whose(beside) == (acme.ann, case) and case.customer == acme.ann
    bens, his = whose(leg)
    assert bens == ben and his not in (None, case) and his.customer == ben


def test_undone_after_the_case_before_was_merged_the_contact_is_on_the_one_that_stayed(
    acme: Scene, bea: Browser
) -> None:
    ben = make.customer(acme.acme, "Ben Archer")
    leg, _run = asked_who(acme, ben)
    case = cases.of_leg(leg)
    beside, _ = asked_who(acme, ben, "email")
    Interaction.objects.filter(pk=beside.interaction_id).update(case=case)
    put(bea, leg, acme.ann)
    assert whose(leg)[1] != case, "it has its own"
    stayed = cases.open_case(acme.acme, ben, subject="The same matter")
    case_merging.merge(case, stayed, by=acme.bea)
    assert bea.post(url("whose-back", leg)).status_code == 204
    assert whose(leg) == (ben, stayed)


def test_back_on_nobodys_record(acme: Scene, bea: Browser) -> None:
    leg, run = asked_who(acme, None)
    put(bea, leg, acme.ann)
    bea.post(url("answer", leg), ANNS)
    assert bea.post(url("whose-back", leg)).status_code == 204
    run.refresh_from_db()
    assert whose(leg)[0] is None and run.verified is None
    assert "AC-204418" not in bea.get(url("side", leg)).content.decode()


# --- refused ---------------------------------------------------------------------------------------------------------


def test_while_an_act_on_the_record_stands_the_contact_stays_his() -> None:
    desk = Desk("create_order_issue", kind="replacement", note="x")
    other = make.customer(desk.scene.acme, "Abe Archer")
    assert desk.answer().status_code == 200
    refused = put(desk.browser, desk.leg, other)
    assert refused.status_code == 409 and "Take back first" in refused.content.decode()
    assert whose(desk.leg)[0] == desk.scene.ann
    desk.undo()
    put(desk_of(desk.scene.bea), desk.leg, other)
    assert whose(desk.leg)[0] == other


def test_a_contact_we_began_a_settled_case_and_a_contact_that_is_over_stay(acme: Scene, bea: Browser) -> None:
    ben = make.customer(acme.acme, "Ben Archer")
    ours = outbound.start_mail(acme.ann, acme.line, by=acme.bea, subject="Your dock")
    assert "somebody else" not in bea.get(url("side", ours)).content.decode()
    refused = put(bea, ours, ben)
    assert refused.status_code == 409 and "We began this contact" in refused.content.decode()
    leg, _run = asked_who(acme, acme.ann)
    case = cases.of_leg(leg)
    cases.resolve(case, by=acme.bea, summary="Done", outcome="solved")
    refused = put(bea, leg, ben)
    assert refused.status_code == 409 and "settled already" in refused.content.decode()
    handling.end_work(leg, by=acme.bea, ended_by=EndedBy.AGENT)
    assert put(bea, leg, ben).status_code in (404, 409)
    assert whose(leg)[0] == acme.ann


def test_a_colleague_and_a_stranger_put_nothing(acme: Scene) -> None:
    leg, _run = asked_who(acme, None)
    dee = desk_of(make.agent("Dee Dunn", licensed=acme.acme))
    cal = desk_of(make.agent("Cal Carter", licensed=make.client("Zenith")))
    for browser in (dee, cal):
        assert browser.get(url("whose", leg)).status_code == 404
        assert put(browser, leg, acme.ann).status_code == 404
        assert browser.post(url("whose-back", leg)).status_code == 404


def test_a_record_that_was_joined_stands_for_the_one_that_stayed(acme: Scene, bea: Browser) -> None:
    twin = make.customer(acme.acme, "A. Archer")
    customer_merging.merge(twin, acme.ann, by=acme.bea)
    leg, _run = asked_who(acme, None)
    put(bea, leg, twin)
    assert whose(leg)[0] == acme.ann


# --- wrong tries stay with whom they were guessed at -----------------------------------------------------------------


def test_what_was_guessed_at_bens_record_counts_against_ben_not_against_ann(acme: Scene, bea: Browser) -> None:
    Policy.objects.filter(client=acme.acme).update(verification_lock_hours=2)
    ben = make.customer(acme.acme, "Ben Archer", postal_code="10001")
    leg, run = asked_who(acme, ben)
    for _try in range(2):
        bea.post(url("answer", leg), {"step": "verify", "name": "Somebody Else"})
    put(bea, leg, acme.ann)
    run.refresh_from_db()
    assert run.verify_attempts == 2
    bea.post(url("answer", leg), {"step": "verify", "name": "Somebody Else"})
    now = clock.now()
    # Two at Ben, one at Ann: a third at Ben is one too many, two more at Ann are not.
    second, run = asked_who(acme, ben)
    bea.post(url("answer", second), {"step": "verify", "name": "Somebody Else"})
    third, run = asked_who(acme, ben, "email")
    right = {"step": "verify", "name": "Ben Archer", "postal_code": "10001"}
    assert bea.post(url("answer", third), right).status_code == 409
    acme.bea = make.agent("Dee Dunn", licensed=acme.acme, available=True)
    fourth, run = asked_who(acme, acme.ann, "email")
    assert desk_of(acme.bea).post(url("answer", fourth), ANNS).status_code == 200
    run.refresh_from_db()
    assert run.verified is True
    with clock.set_to(now + timedelta(hours=3)):
        assert bea.post(url("answer", third), right).status_code == 200


# --- by the API ------------------------------------------------------------------------------------------------------


def test_the_api_puts_a_contact_where_it_belongs_and_back(acme: Scene) -> None:
    leg, _run = asked_who(acme, None)
    browser = Browser()
    browser.force_login(acme.bea.user)
    door = f"/api/v1/legs/{leg.public_id}/customer/"
    stranger = make.customer(make.client("Zenith"), "Cara")
    assert browser.post(door, {"customer": str(stranger.public_id)}, "application/json").status_code == 400
    assert browser.post(door, {}, "application/json").status_code == 409
    answer = browser.post(door, {"customer": str(acme.ann.public_id)}, "application/json")
    assert answer.status_code == 200 and whose(leg)[0] == acme.ann, answer.content
    assert browser.post(door + "back/", {}, "application/json").status_code == 200
    assert whose(leg)[0] is None
    assert browser.post(door, {"name": "Nora New"}, "application/json").status_code == 200
    assert whose(leg)[0] == Customer.objects.get(name="Nora New")
