"""What Mallory, who is not Ann, had written down about Ann proves nothing, and nobody reads Ann's record to her."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser

from bpo.kernel import clock
from clients.models import Bill, Order, Policy
from interactions import handling, runs, verification, wrap_up
from interactions.models import EndedBy, Interaction, JournalEntry, Kind, Leg, LegState, Run
from tests import factories as make
from tests.interactions.acting import Desk
from tests.interactions.scripted import Scene, begun, scene
from tests.interactions.test_bookings import NOW, VISIT
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db

MALLORYS = "+12125550199"
RIGHT = {"name": "Ann Archer", "postal_code": "43215"}
HERS = {"name": "Mallory Moore", "phone": MALLORYS, "email": "mallory@mail.example"}


@pytest.fixture
def acme() -> Scene:
    made = scene()
    Policy.objects.filter(client=made.acme).update(
        verification_facts=["name", "phone", "email", "postal_code", "order", "account_number", "bill"]
    )
    return made


def contact(of: Scene, channel: str = "chat") -> tuple[Leg, Run]:
    leg, run = begun(of, channel)
    return leg, runs.answer(run, "greet", {}, by=of.bea)


def said(run: Run, of: Scene, **facts: str) -> bool | None:
    return runs.answer(run, "verify", facts, by=of.bea).verified


def over(leg: Leg, of: Scene) -> None:
    ended = handling.end_work(leg, by=of.bea, ended_by=EndedBy.AGENT)
    if ended.state == LegState.WRAPPING:
        wrap_up.finish(ended, by=of.bea, disposition=make.disposition(of.acme))
    assert Interaction.objects.get(pk=leg.interaction_id).state == "closed"


def rewritten(of: Scene, name: str = "Mallory Moore") -> None:
    """Dee, who has no contact with Ann, writes down what somebody asks her for."""
    reach = {"phones": f"+16145550173\n{MALLORYS}", "addresses": "ann@mail.example\nmallory@mail.example"}
    dee = desk_of(make.agent("Dee Dunn", licensed=of.acme))
    assert dee.post(url("customer-edit", of.ann), {"name": name, **reach}).status_code == 204


# --- in a later contact ----------------------------------------------------------------------------------------------


def test_mallory_calls_twice_and_is_not_ann_the_second_time_either(acme: Scene) -> None:
    first, run = contact(acme)
    rewritten(acme)
    assert said(run, acme, **HERS) is False
    over(first, acme)
    second, run = contact(acme)
    assert said(run, acme, **HERS) is False
    told = JournalEntry.objects.filter(run=run, kind=Kind.VERIFIED).latest("pk").facts
    assert (told["passed"], told["failed"]) == ([], ["name", "phone", "email"])
    Policy.objects.filter(client=acme.acme).update(verification_facts=["postal_code", "order"])
    page = desk_of(acme.bea).get(url("customer", acme.ann)).content.decode()
    assert "not confirmed" not in page, "after a failed check nothing of it is shown"
    over(second, acme)
    page = desk_of(acme.bea).get(url("customer", acme.ann)).content.decode()
    assert page.count("not confirmed") == 2


def test_what_ann_says_before_she_is_verified_counts_next_time(acme: Scene) -> None:
    first, run = contact(acme)
    rewritten(acme, "Ann Archer-Bell")
    assert said(run, acme, postal_code="43215", order="AC-204418") is True
    over(first, acme)
    assert not verification.unconfirmed(acme.ann)
    _second, run = contact(acme)
    assert said(run, acme, name="Ann Archer-Bell", phone=MALLORYS) is True


def test_what_is_written_down_once_she_is_verified_or_beside_nobody_counts(acme: Scene) -> None:
    first, run = contact(acme)
    assert said(run, acme, postal_code="43215", order="AC-204418") is True
    rewritten(acme, "Ann Archer-Bell")
    over(first, acme)
    acme.ann.refresh_from_db()
    _second, run = contact(acme)
    assert said(run, acme, name="Ann Archer-Bell", phone=MALLORYS) is True
    dan = make.customer(acme.acme, "Dan", phone="+16145550100")
    dee = desk_of(make.agent("Dan Dunn", licensed=acme.acme))
    assert dee.post(url("customer-edit", dan), {"name": "Dan Doe", "phones": "+16145550101"}).status_code == 204
    acme.ann = dan
    _third, run = contact(acme, "email")
    assert said(run, acme, name="Dan Doe", phone="+16145550101") is True


def test_after_a_later_correction_beside_nobody_the_name_counts_again(acme: Scene) -> None:
    first, run = contact(acme)
    rewritten(acme)
    said(run, acme, **HERS)
    over(first, acme)
    dee = desk_of(make.agent("Dan Dunn", licensed=acme.acme))
    dee.post(url("customer-edit", acme.ann), {"name": "Ann Archer", "phones": "+16145550173", "addresses": ""})
    acme.ann.refresh_from_db()
    assert not acme.ann.name_unproven_in and not verification.unconfirmed(acme.ann)
    _second, run = contact(acme)
    assert said(run, acme, **RIGHT) is True


def test_what_came_along_when_two_records_were_joined_in_her_contact_is_no_proof_later(acme: Scene) -> None:
    mallory = make.customer(acme.acme, "Mallory Moore", phone=MALLORYS, account_number="M-1")
    Order.objects.create(client=acme.acme, customer=mallory, number="AC-1", state="placed", placed_on="2026-11-01",
                         total=1)  # fmt: skip
    Bill.objects.create(client=acme.acme, customer=mallory, number="B-1", amount=1, due_on="2026-11-01")  # fmt: skip
    type(acme.ann).objects.filter(pk=acme.ann.pk).update(account_number="")
    first, run = contact(acme)
    bea = desk_of(acme.bea)
    joined = bea.post(url("customer-join", acme.ann), {"leg": str(first.public_id), "with": str(mallory.public_id)})
    assert joined.status_code == 200
    hers = {"phone": MALLORYS, "order": "AC-1", "bill": "B-1", "account_number": "M-1"}
    assert said(run, acme, **hers) is False
    over(first, acme)
    acme.ann.refresh_from_db()
    assert acme.ann.account_number == "M-1"
    second, run = contact(acme)
    assert said(run, acme, **hers) is False
    told = JournalEntry.objects.filter(run=run, kind=Kind.VERIFIED).latest("pk").facts
    assert told["passed"] == []
    over(second, acme)
    # Under a third record it is no better.
    kept = make.customer(acme.acme, "Ann Archer", postal_code="43215")
    dee = desk_of(make.agent("Dee Dunn", licensed=acme.acme))
    assert dee.post(url("customer-join", kept), {"with": str(acme.ann.public_id)}).status_code == 204
    acme.ann = kept
    third, run = contact(acme)
    assert said(run, acme, phone=MALLORYS, order="AC-1") is False
    assert said(run, acme, phone="(614) 555-0173", order="AC-204418") is True
    over(third, acme)


def test_ann_herself_joined_and_then_verified_is_known_by_both(acme: Scene) -> None:
    other = make.customer(acme.acme, "A. Archer", phone="+16145550111")
    first, run = contact(acme)
    bea = desk_of(acme.bea)
    bea.post(url("customer-join", acme.ann), {"leg": str(first.public_id), "with": str(other.public_id)})
    assert said(Run.objects.get(pk=run.pk), acme, postal_code="43215", order="AC-204418") is True
    over(first, acme)
    _second, run = contact(acme)
    assert said(run, acme, name="Ann Archer", phone="+16145550111") is True


# --- the record is changed by desk and API alike ---------------------------------------------------------------------


def patch(browser: Browser, of: Scene, **data: str) -> Any:
    return browser.patch(f"/api/v1/customers/{of.ann.public_id}/", data, "application/json")


NEW = {"name": "Mallory Moore", "add_phone": MALLORYS, "add_address": "mallory@mail.example"}


def test_after_a_failed_check_the_api_changes_no_number_either(acme: Scene) -> None:
    leg, run = contact(acme)
    for _time in range(3):
        run = runs.answer(run, "verify", {"name": "Somebody Else"}, by=acme.bea)
    sue = Browser()
    sue.force_login(make.supervisor(acme.acme))
    for browser in (desk_of(acme.bea), sue):
        refused = patch(browser, acme, **NEW)
        assert refused.status_code == 409 and refused.json()["errors"][0]["code"] == "not_verified", refused.content
    acme.ann.refresh_from_db()
    assert (acme.ann.name, acme.ann.phones.count(), acme.ann.addresses.count()) == ("Ann Archer", 1, 1)
    assert patch(desk_of(acme.bea), acme, name="Ann A. Archer").status_code == 200
    over(leg, acme)
    assert patch(sue, acme, **NEW).status_code == 200


def test_what_is_asked_is_not_added_before_it_was_said(acme: Scene) -> None:
    leg, run = contact(acme)
    bea = desk_of(acme.bea)
    assert patch(bea, acme, add_phone=MALLORYS).status_code == 409
    leg.interaction.envelope.from_phone = MALLORYS
    leg.interaction.envelope.save()
    assert "Add it to the customer" not in bea.get(url("side", leg)).content.decode()
    assert bea.post(url("identity", leg), {"value": MALLORYS}).status_code == 409
    assert said(run, acme, postal_code="43215", order="AC-204418") is True
    assert "Add it to the customer" in bea.get(url("side", leg)).content.decode()
    assert patch(bea, acme, add_phone=MALLORYS).status_code == 200


# --- what is asked is read off nowhere -------------------------------------------------------------------------------

SECRETS = ("+1 614-555-0173", "ann@mail.example")


def test_her_page_the_palette_and_the_list_to_join_show_nothing_of_what_is_asked(acme: Scene) -> None:
    leg, run = contact(acme)
    bea = desk_of(acme.bea)
    twin = make.customer(acme.acme, "Ann Archer", phone="+16145550111")
    pages = {
        url("customer", acme.ann): SECRETS,
        url("find") + "?q=Ann": SECRETS[:1],
        url("find") + "?q=AC-204": ("AC-204418",),
        url("customer-join", twin) + "?q=Ann": SECRETS,
    }
    for page, secrets in pages.items():
        words = bea.get(page).content.decode()
        assert not any(one in words for one in secrets), page
    assert "+1 614-555-0111" in bea.get(url("find") + "?q=Ann").content.decode(), "the twin is not beside her"
    assert said(run, acme, postal_code="43215", order="AC-204418") is True
    for page, secrets in pages.items():
        words = bea.get(page).content.decode()
        assert all(one in words for one in secrets), page


def test_where_a_visit_takes_place_is_covered_as_the_account_is() -> None:
    with clock.set_to(NOW):
        desk = Desk("book_visit")
        assert desk.answer(**VISIT).status_code == 200
        page = url("customer", desk.scene.ann)
        assert "118 Larch Street" in desk.browser.get(page).content.decode()
        Run.objects.update(verified=None)
        assert "118 Larch Street" not in desk.browser.get(page).content.decode()


def test_resolving_names_no_address_that_is_asked(acme: Scene) -> None:
    leg, run = contact(acme)
    bea = desk_of(acme.bea)
    words = bea.get(url("resolve", leg)).content.decode()
    assert "ann@mail.example" not in words and "The address on file gets this answer by mail" in words
    said(run, acme, postal_code="43215", order="AC-204418")
    assert "ann@mail.example" in bea.get(url("resolve", leg)).content.decode()


def test_the_api_gives_an_agent_no_more_than_her_desk(acme: Scene) -> None:
    leg, run = contact(acme)
    bea, page = desk_of(acme.bea), f"/api/v1/customers/{acme.ann.public_id}/"
    shown = bea.get(page).json()
    assert (shown["phones"], shown["addresses"], shown["account_number"], shown["postal_code"]) == ([], [], "", "")
    assert bea.get("/api/v1/customers/").json()["results"][0]["phones"] == []
    said(run, acme, postal_code="43215", order="AC-204418")
    shown = bea.get(page).json()
    assert shown["phones"] == ["+16145550173"] and shown["account_number"] == "A-771204"
