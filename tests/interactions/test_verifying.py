"""Who says he is Ann: which facts Acme wants, how many, how often, and what a failed check leaves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse

from bpo.kernel import clock
from clients.models import CustomerPhone, Policy
from interactions import runs, verifying
from interactions.models import Callback, Envelope, JournalEntry, Kind, Notice, Run
from tests import factories as make
from tests.clients.test_setup import at as setup_at
from tests.clients.test_setup import form_of
from tests.interactions.acting import Desk
from tests.interactions.scripted import Scene, begun, scene
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Scene:
    return scene()


def rule(of: Scene, **fields: Any) -> None:
    Policy.objects.filter(client=of.acme).update(**fields)


def at_the_check(of: Scene, channel: str = "chat") -> tuple[Any, Run]:
    leg, run = begun(of, channel)
    return leg, runs.answer(run, "greet", {}, by=of.bea)


def fail(run: Run, of: Scene) -> Run:
    for _try in range(3):
        run = runs.answer(run, "verify", {"name": "Somebody Else"}, by=of.bea)
    return run


def test_the_clients_facts_are_asked_in_its_order_whatever_the_flow_lists(acme: Scene) -> None:
    rule(acme, verification_facts=["birth_date", "account_number", "name"])
    leg, run = at_the_check(acme)
    page = desk_of(acme.bea).get(url("script", leg)).content.decode()
    assert page.index("Date of birth") < page.index("Account number") < page.index("Full name")
    assert "ZIP code" not in page
    # What is not asked is not counted, however well it fits.
    run = runs.answer(run, "verify", {"name": "Ann Archer", "postal_code": "43215"}, by=acme.bea)
    assert run.verified is False
    run = runs.answer(run, "verify", {"name": "Ann Archer", "account_number": "a771204"}, by=acme.bea)
    assert run.verified is True


def test_what_is_asked_in_the_check_is_not_read_off_beside_it(acme: Scene) -> None:
    rule(acme, verification_facts=["phone", "email", "name"])
    leg, run = at_the_check(acme)
    bea = desk_of(acme.bea)
    page = bea.get(url("side", leg)).content.decode()
    assert "555-0173" not in page and "ann@mail.example" not in page and "asked in the check" in page
    runs.answer(run, "verify", {"phone": "(614) 555-0173", "name": "ann archer"}, by=acme.bea)
    page = bea.get(url("side", leg)).content.decode()
    assert "+1 614-555-0173" in page and "ann@mail.example" in page


def test_what_is_asked_in_the_check_is_in_no_dialog_and_no_field_either(acme: Scene) -> None:
    rule(acme, verification_facts=["phone", "email", "name"])
    leg, run = at_the_check(acme)
    bea, theirs = desk_of(acme.bea), (("+1614", "+1 614"), ("ann@mail.example",))  # a field has it as it is kept
    beside = f"?leg={leg.public_id}"
    twin = make.customer(acme.acme, "Ann Archer", city="Columbus")
    dialogs = [
        url("customer-edit", acme.ann) + beside, url("customer-edit", acme.ann),
        url("customer-join", acme.ann) + f"{beside}&with={twin.public_id}",
    ]  # fmt: skip
    for address in dialogs:
        page = bea.get(address).content.decode()
        assert not any(one in page for way in theirs for one in way), address
    page = bea.get(url("book", leg)).content.decode()
    assert ">ending in 73<" in page and ">+1614" not in page
    # What is not shown is kept when the rest is corrected.
    sent = {"leg": str(leg.public_id), "name": "Ann Archer", "city": "Dayton", "phones": "", "addresses": ""}
    assert bea.post(url("customer-edit", acme.ann), sent).status_code == 200
    acme.ann.refresh_from_db()
    assert (acme.ann.city, acme.ann.phones.count(), acme.ann.addresses.count()) == ("Dayton", 1, 1)
    bea.post(url("answer", leg), {"step": "verify", "phone": "(614) 555-0173", "email": "ann@mail.example"})
    for address in dialogs:
        page = bea.get(address).content.decode()
        assert all(any(one in page for one in way) for way in theirs), address
    assert ">+16145550173<" in bea.get(url("book", leg)).content.decode()


@pytest.mark.parametrize("act", ["book_visit", "book_meeting", "send_notice"])
def test_no_act_of_the_flow_shows_the_address_that_is_asked(act: str) -> None:
    desk = Desk(act, kind="survey")
    rule(desk.scene, verification_facts=["email", "name"])
    Run.objects.filter(pk=desk.run.pk).update(verified=None)
    assert "ann@mail.example" not in desk.script()
    if act == "send_notice":
        assert desk.answer().status_code == 200
        assert Notice.objects.get().to_address == "ann@mail.example"
        assert "ann@mail.example" not in desk.script()


def test_another_contact_does_not_get_new_tries_while_the_rule_says_so(acme: Scene) -> None:
    rule(acme, verification_lock_hours=2)
    now = clock.now()
    _leg, run = at_the_check(acme)
    fail(run, acme)
    again, run = at_the_check(acme, "email")
    right = {"name": "Ann Archer", "postal_code": "43215"}
    with pytest.raises(runs.TriesUsedUp) as refused:
        runs.answer(run, "verify", right, by=acme.bea)
    assert "Another contact used up" in str(refused.value.sentence)
    assert "Another contact used up the tries" in desk_of(acme.bea).get(url("script", again)).content.decode()
    later = runs.answer(run, "verify", right, by=acme.bea, at=now + timedelta(hours=3))
    assert later.verified is True


def test_two_guesses_a_contact_are_counted_together(acme: Scene) -> None:
    rule(acme, verification_lock_hours=2)
    now, bea = clock.now(), desk_of(acme.bea)
    wrong = {"step": "verify", "name": "Somebody Else"}
    first, _run = at_the_check(acme)
    for _try in range(2):
        bea.post(url("answer", first), wrong)
    second, _run = at_the_check(acme, "email")
    assert bea.post(url("answer", second), wrong).status_code == 200
    third, run = at_the_check(acme)
    right = {"step": "verify", "name": "Ann Archer", "postal_code": "43215"}
    assert "Another contact used up the tries" in bea.get(url("script", third)).content.decode()
    assert bea.post(url("answer", third), right).status_code == 409
    run.refresh_from_db()
    assert run.verified is None
    with clock.set_to(now + timedelta(hours=3)):
        assert bea.post(url("answer", third), right).status_code == 200
    run.refresh_from_db()
    assert run.verified is True


def test_anns_own_slips_before_she_was_verified_lock_nobody_and_neither_does_giving_up(acme: Scene) -> None:
    rule(acme, verification_lock_hours=2)
    bea = desk_of(acme.bea)
    wrong = {"step": "verify", "name": "Somebody Else"}
    right = {"step": "verify", "name": "Ann Archer", "postal_code": "43215"}
    first, _run = at_the_check(acme)
    for said in (wrong, wrong, right):
        bea.post(url("answer", first), said)
    second, _run = at_the_check(acme, "email")
    for said in (wrong, wrong, {"step": "verify", "gave_up": "1"}):
        bea.post(url("answer", second), said)
    third, run = at_the_check(acme)
    assert bea.post(url("answer", third), right).status_code == 200
    run.refresh_from_db()
    assert run.verified is True


def test_somebody_elses_failed_tries_lock_nobody(acme: Scene) -> None:
    rule(acme, verification_lock_hours=2)
    _leg, run = at_the_check(acme)
    fail(run, acme)
    acme.ann = make.customer(acme.acme, "Dan Doe", postal_code="10001")
    _leg, run = at_the_check(acme, "email")
    assert runs.answer(run, "verify", {"name": "Dan Doe", "postal_code": "10001"}, by=acme.bea).verified is True


@pytest.mark.parametrize(
    ("failure", "issue", "callback"), [("go_on", True, True), ("call_back", False, True), ("end", False, False)]
)
def test_what_may_still_be_done_after_a_failed_check(acme: Scene, failure: str, issue: bool, callback: bool) -> None:
    rule(acme, verification_failure=failure)
    leg, run = at_the_check(acme)
    run = fail(run, acme)
    for act, allowed in (("create_order_issue", issue), ("promise_callback", callback)):
        if allowed:
            verifying.require_act(run, act)
        else:
            with pytest.raises(verifying.NotVerified):
                verifying.require_act(run, act)
    assert "Not verified" in desk_of(acme.bea).get(url("script", leg)).content.decode()


def test_a_failed_check_leaves_a_callback_under_a_number_on_file_alone(acme: Scene) -> None:
    rule(acme, verification_failure="call_back")
    leg, run = at_the_check(acme)
    fail(run, acme)
    bea = desk_of(acme.bea)
    assert bea.post(url("book", leg), {"number": "+12125550199", "words": "Call me"}).status_code == 409
    assert not Callback.objects.exists()
    assert bea.post(url("book", leg), {"number": "(614) 555-0173", "words": "Call me"}).status_code == 200
    assert Callback.objects.get().number == "+16145550173"


def test_where_nothing_more_is_done_no_callback_is_promised_either(acme: Scene) -> None:
    rule(acme, verification_failure="end")
    leg, run = at_the_check(acme)
    bea = desk_of(acme.bea)
    assert bea.get(url("book", leg)).status_code == 200
    fail(run, acme)
    opened = bea.get(url("book", leg))
    assert opened.status_code == 409 and "nothing more is done in this contact" in opened.content.decode()
    for number in ("+12125550199", "+16145550173"):
        assert bea.post(url("book", leg), {"number": number}).status_code == 409
        machine = bea.post(f"/api/v1/legs/{leg.public_id}/callback/", {"number": number}, "application/json")
        assert machine.status_code == 409, machine.content
    assert not Callback.objects.exists()


def test_how_to_reach_ann_is_not_changed_on_the_word_of_whoever_failed(acme: Scene) -> None:
    leg, run = at_the_check(acme)
    fail(run, acme)
    bea = desk_of(acme.bea)
    edit = reverse("console-customer-edit", args=[acme.ann.public_id])
    assert 'name="phones"' not in bea.get(f"{edit}?leg={leg.public_id}").content.decode()
    sent = {"leg": str(leg.public_id), "name": "Ann Archer", "phones": "+12125550199", "addresses": "x@mail.example"}
    assert bea.post(edit, sent).status_code == 200
    # From her page it is the same while that contact is on Bea's desk.
    assert 'name="phones"' not in bea.get(edit).content.decode()
    del sent["leg"]
    assert bea.post(edit, sent).status_code == 204
    assert [*CustomerPhone.objects.values_list("number", flat=True)] == ["+16145550173"]


# --- what was written down in the contact itself ---------------------------------------------------------------------

MALLORYS = "+12125550199"


def believed(of: Scene) -> None:
    """Mallory's number, name and address stand in Ann's record by Dee's hand, who believed her."""
    reach = {"phones": f"{MALLORYS}\n+16145550173", "addresses": "mallory@mail.example"}
    dee = desk_of(make.agent("Dee Dunn", licensed=of.acme))
    assert dee.post(url("customer-edit", of.ann), {"name": "Mallory Moore", **reach}).status_code == 204


def called_from(leg: Any) -> None:
    """The contact came from Mallory's number."""
    Envelope.objects.filter(interaction=leg.interaction).update(from_phone=MALLORYS)


def test_what_mallory_had_written_down_minutes_ago_does_not_make_her_ann(acme: Scene) -> None:
    rule(acme, verification_facts=["name", "phone", "email", "postal_code"])
    leg, run = at_the_check(acme)
    bea = desk_of(acme.bea)
    believed(acme)
    said = {"step": "verify", "name": "Mallory Moore", "phone": MALLORYS, "email": "mallory@mail.example"}
    assert bea.post(url("answer", leg), said).status_code == 200
    run.refresh_from_db()
    assert run.verified is False
    told = JournalEntry.objects.get(run=run, kind=Kind.VERIFIED)
    assert (told.facts["passed"], told.facts["failed"]) == ([], ["name", "phone", "email"])
    # Ann has her own number still, and is known by it: what she had written down before counts in the next contact.
    bea.post(url("answer", leg), {"step": "verify", "phone": "(614) 555-0173", "postal_code": "43215"})
    run.refresh_from_db()
    assert run.verified is True
    later, run = at_the_check(acme, "email")
    bea.post(url("answer", later), {"step": "verify", "name": "Mallory Moore", "phone": MALLORYS})
    run.refresh_from_db()
    assert run.verified is True


def test_a_number_written_down_in_the_contact_is_not_on_file(acme: Scene) -> None:
    rule(acme, verification_failure="call_back")
    leg, run = at_the_check(acme)
    bea = desk_of(acme.bea)
    called_from(leg)
    assert bea.post(url("identity", leg), {"value": MALLORYS}).status_code == 200
    fail(run, acme)
    assert bea.post(url("book", leg), {"number": MALLORYS}).status_code == 409
    assert not Callback.objects.exists()
    assert bea.post(url("book", leg), {"number": "+16145550173"}).status_code == 200


def test_the_flow_calls_a_failed_customer_back_under_a_number_on_file() -> None:
    desk = Desk("promise_callback")
    rule(desk.scene, verification_failure="call_back")
    believed(desk.scene)
    Run.objects.filter(pk=desk.run.pk).update(verified=False)
    assert desk.answer().status_code == 200
    assert Callback.objects.get().number == "+16145550173"


# --- two records become one ------------------------------------------------------------------------------------------


def test_joined_with_anns_record_mallory_is_asked_again(acme: Scene) -> None:
    ann, acme.ann = acme.ann, make.customer(acme.acme, "Mallory Moore", postal_code="10001", phone=MALLORYS)
    leg, run = at_the_check(acme)
    bea = desk_of(acme.bea)
    bea.post(url("answer", leg), {"step": "verify", "name": "Mallory Moore", "postal_code": "10001"})
    assert "covered until" not in bea.get(url("side", leg)).content.decode()
    sent = {"leg": str(leg.public_id), "with": str(ann.public_id)}
    assert bea.post(url("customer-join", acme.ann), sent).status_code in (200, 302)
    run.refresh_from_db()
    assert run.verified is None
    page = bea.get(url("side", leg)).content.decode()
    assert "covered until the customer is verified" in page and "AC-204418" not in page
    told = JournalEntry.objects.get(kind=Kind.CUSTOMER_MERGED).facts
    assert told["unverified"] == [str(leg.interaction.public_id)]
    # Anns number, which came along, is no proof in this contact.
    bea.post(url("jump", leg), {"step": "verify"})
    rule(acme, verification_facts=["name", "phone"])
    bea.post(url("answer", leg), {"step": "verify", "name": "Mallory Moore", "phone": "+16145550173"})
    run.refresh_from_db()
    assert run.verified is False
    # Parted again, whoever passed with both records at hand is asked anew, too.
    Run.objects.update(verified=True)
    assert bea.post(url("customer-part", ann)).status_code in (204, 302)
    run.refresh_from_db()
    assert run.verified is None


def test_after_a_failed_check_no_record_is_joined_beside_the_contact(acme: Scene) -> None:
    rule(acme, verification_failure="call_back")
    mallory = make.customer(acme.acme, "Mallory Moore", phone=MALLORYS)
    leg, run = at_the_check(acme)
    fail(run, acme)
    bea = desk_of(acme.bea)
    for into, other in ((acme.ann, mallory), (mallory, acme.ann)):
        for beside in ({"leg": str(leg.public_id)}, {}):
            refused = bea.post(url("customer-join", into), {"with": str(other.public_id), **beside})
            assert refused.status_code == 409 and "not joined" in refused.content.decode()
    # A supervisor's colleague without that contact joins them; what failed stays failed.
    dee = desk_of(make.agent("Dee Dunn", licensed=acme.acme))
    dee.post(url("customer-join", acme.ann), {"with": str(mallory.public_id)})
    run.refresh_from_db()
    assert run.verified is False
    assert bea.post(url("book", leg), {"number": MALLORYS}).status_code == 409


# --- the rules themselves --------------------------------------------------------------------------------------------


def test_more_facts_cannot_be_needed_than_are_asked(acme: Scene) -> None:
    ada = Browser()
    ada.force_login(make.admin())
    page = setup_at("setup-contract", acme.acme)
    forms = form_of(ada, page, "form", "promises", "policy_form")
    sent = forms | {"verification_facts": ["name"], "verification_facts_needed": 2}
    refused = ada.post(page, sent)
    assert refused.status_code == 422 and "only 1 are asked" in refused.content.decode()
    sent |= {"verification_facts": ["name", "bill"], "verification_failure": "end", "verification_lock_hours": 24}
    assert ada.post(page, sent).status_code == 302
    kept = Policy.objects.get(client=acme.acme)
    assert (kept.verification_facts, kept.verification_failure) == (["name", "bill"], "end")
    for wrong in ({"verification_facts": ["shoe_size", "name"]}, {"verification_facts_needed": 3}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rule(acme, **wrong)
