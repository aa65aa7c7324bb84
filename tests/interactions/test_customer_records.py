"""Bea corrects Ann's record, adds what a contact came from, joins two records and parts them again."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client as Browser

from bpo.kernel import clock
from clients.models import Customer
from interactions import case_merging, cases, customer_merging, customer_records
from interactions.models import Case, Envelope, Interaction, JournalEntry, Kind, Leg
from tests import factories as make
from tests.interactions.scripted import Scene, accepted, scene
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db

GOOD = {
    "name": "Ann Archer-Bell", "phones": "(614) 555-0199\n+1 614 555 0173", "addresses": "Ann@New.example",
    "language": "es", "zone": "Europe/Madrid", "city": "Madrid",
}  # fmt: skip


@pytest.fixture
def acme() -> Scene:
    made = scene()
    made.acme.country = "US"
    made.acme.save()
    return made


@pytest.fixture
def bea(acme: Scene) -> Browser:
    return desk_of(acme.bea)


# --- correct ---------------------------------------------------------------------------------------------------------


def test_a_record_is_corrected_and_the_journal_says_who_but_not_what(acme: Scene, bea: Browser) -> None:
    assert "Ann Archer" in bea.get(url("customer-edit", acme.ann)).content.decode()
    answer = bea.post(url("customer-edit", acme.ann), GOOD)
    assert answer.status_code == 204 and answer["HX-Redirect"] == url("customer", acme.ann)
    acme.ann.refresh_from_db()
    assert (acme.ann.name, acme.ann.language, acme.ann.zone) == ("Ann Archer-Bell", "es", "Europe/Madrid")
    assert [one.number for one in acme.ann.phones.all()] == ["+16145550199", "+16145550173"]
    assert [one.address for one in acme.ann.addresses.all()] == ["ann@new.example"]
    told = JournalEntry.objects.get(kind=Kind.CORRECTED)
    assert told.actor == acme.bea.user and "Archer" not in str(told.facts)
    bea.post(url("customer-edit", acme.ann), GOOD)
    assert JournalEntry.objects.filter(kind=Kind.CORRECTED).count() == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("phones", "call me maybe", "not a phone number"),
        ("addresses", "ann at home", "not an address"),
        ("phones", "+16145550100", "another customer"),
        ("addresses", "DAN@mail.example", "another customer"),
        ("zone", "Moon/Crater", "not one of"),
        ("language", "xx", "not one of"),
        ("name", "x" * 121, "at most 120"),
    ],
)
def test_what_is_wrong_comes_back_beside_its_field(
    acme: Scene, bea: Browser, field: str, value: str, words: str
) -> None:
    make.customer(acme.acme, "Dan", phone="+16145550100", address="dan@mail.example")
    answer = bea.post(url("customer-edit", acme.ann), GOOD | {field: value})
    assert answer.status_code == 422 and words in answer.content.decode()
    acme.ann.refresh_from_db()
    assert acme.ann.name == "Ann Archer"


def test_a_record_without_anything_is_refused(acme: Scene, bea: Browser) -> None:
    assert bea.post(url("customer-edit", acme.ann), {"name": " "}).status_code == 422


def test_a_returned_address_stays_returned_until_it_is_changed(acme: Scene, bea: Browser) -> None:
    acme.ann.addresses.update(undeliverable=True)
    bea.post(url("customer-edit", acme.ann), GOOD | {"addresses": "ann@mail.example\nann@new.example"})
    kept = dict(acme.ann.addresses.values_list("address", "undeliverable"))
    assert kept == {"ann@mail.example": True, "ann@new.example": False}


def test_the_same_number_for_two_customers_at_one_moment_is_said_in_words(acme: Scene) -> None:
    make.customer(acme.acme, "Dan", phone="+16145550100")
    with pytest.raises(customer_records.TakenMeanwhile):
        customer_records.revise(acme.ann, by=acme.bea, phones=["+16145550100"], addresses=[], name="Ann B")
    acme.ann.refresh_from_db()
    assert acme.ann.name == "Ann Archer"


@pytest.mark.parametrize("name", ["customer-edit", "customer-join"])
def test_another_clients_customer_is_nobodys_to_change(acme: Scene, name: str) -> None:
    cal = desk_of(make.agent("Cal Carter", licensed=make.client("Zenith")))
    assert cal.get(url(name, acme.ann)).status_code == 404
    assert cal.post(url(name, acme.ann), GOOD).status_code == 404
    assert cal.post(url("customer-part", acme.ann)).status_code == 404
    assert cal.post(url("identity", accepted(acme)), {"value": "+16145550188"}).status_code == 404


# --- another number or address ---------------------------------------------------------------------------------------


def called_from(leg: Leg, number: str) -> Leg:
    Envelope.objects.filter(interaction=leg.interaction).update(from_phone=number)
    return leg


def test_another_number_is_proposed_and_added(acme: Scene, bea: Browser) -> None:
    leg = called_from(accepted(acme), "+16145550188")
    assert "Add it to the customer" in bea.get(url("side", leg)).content.decode()
    assert bea.post(url("identity", leg), {"value": "+16145550111"}).status_code == 400
    assert bea.post(url("identity", leg), {"value": "+16145550188"}).status_code == 200
    assert acme.ann.phones.filter(number="+16145550188").exists()
    assert "Add it to the customer" not in bea.get(url("side", leg)).content.decode()


def test_a_number_of_somebody_else_proposes_to_join(acme: Scene, bea: Browser) -> None:
    dan = make.customer(acme.acme, "Dan", phone="+16145550188")
    leg = called_from(accepted(acme), "+16145550188")
    page = bea.get(url("side", leg)).content.decode()
    assert f"with={dan.public_id}" in page and "the same person?" in page
    assert bea.post(url("identity", leg), {"value": "+16145550188"}).status_code == 400


# --- join and part ---------------------------------------------------------------------------------------------------


@pytest.fixture
def twin(acme: Scene) -> Customer:
    made = make.customer(acme.acme, "Ann Archer", phone="+16145550100", address="ann@work.example")
    make.waiting(acme.line, "email", who=made)
    return made


def test_two_records_are_found_looked_at_joined_and_parted(acme: Scene, bea: Browser, twin: Customer) -> None:
    assert str(twin.public_id) in bea.get(url("customer-join", acme.ann)).content.decode()
    look = bea.get(url("customer-join", acme.ann), {"with": str(twin.public_id)}).content.decode()
    assert "+1 614-555-0100" in look and "Contacts" in look and "24 hours" in look
    answer = bea.post(url("customer-join", acme.ann), {"with": str(twin.public_id)})
    assert answer.status_code == 204
    twin.refresh_from_db()
    assert twin.merged_into == acme.ann
    assert "was joined into this record" in bea.get(url("customer", acme.ann)).content.decode()
    assert bea.post(url("customer-part", twin)).status_code == 204
    twin.refresh_from_db()
    assert twin.merged_into is None and twin.phones.get().number == "+16145550100"
    assert Interaction.objects.get(customer=twin).channel == "email"


def test_a_joined_record_cannot_be_corrected_and_after_a_day_not_parted(
    acme: Scene, bea: Browser, twin: Customer
) -> None:
    customer_merging.merge(twin, acme.ann, by=acme.bea, at=clock.now() - timedelta(hours=25))
    with pytest.raises(customer_records.CannotChange):
        customer_records.revise(twin, by=acme.bea, phones=[], addresses=[], name="X")
    assert customer_merging.can_be_parted(acme.ann) == []
    assert bea.post(url("customer-part", twin)).status_code == 409


def test_records_of_two_clients_never_meet(acme: Scene, bea: Browser) -> None:
    zenith = make.client("Zenith")
    make.licence(acme.bea, zenith)
    other = make.customer(zenith, "Ann Archer", phone="+16145550100")
    assert bea.get(url("customer-join", acme.ann), {"with": str(other.public_id)}).status_code == 404
    assert bea.post(url("customer-join", acme.ann), {"with": str(other.public_id)}).status_code == 404
    assert str(other.public_id) not in bea.get(url("customer-join", acme.ann)).content.decode()


# --- two channels at once --------------------------------------------------------------------------------------------


def on_two_channels(acme: Scene) -> tuple[Leg, Leg]:
    """Ann chats with Bea and her mail is with Dee."""
    chat = accepted(acme, "chat")
    dee = make.agent("Dee Dunn", licensed=acme.acme, available=True)
    acme.bea.seat.presence = "break"
    acme.bea.seat.save()
    waits = make.waiting(acme.line, "email", who=acme.ann)
    from interactions import offers

    mail = offers.accept(make.offer(dee, waits), by=dee)
    cases.of_leg(chat)
    return chat, mail


def test_the_second_sees_the_first_and_puts_it_on_that_case(acme: Scene) -> None:
    chat, mail = on_two_channels(acme)
    dee = desk_of(mail.agent)
    page = dee.get(url("side", mail)).content.decode()
    assert "in chat with Bea Brown" in page and "The same matter" in page
    answer = dee.post(url("same-case", mail), {"other": str(chat.interaction.public_id)})
    assert answer.status_code == 200, answer.content.decode()
    mail.interaction.refresh_from_db()
    assert mail.interaction.case == chat.interaction.case
    assert "The same matter" not in dee.get(url("side", mail)).content.decode()


def test_two_cases_become_one(acme: Scene) -> None:
    chat, mail = on_two_channels(acme)
    before = cases.of_leg(mail)
    case_merging.put_on(mail.interaction, chat.interaction, by=mail.agent)
    before.refresh_from_db()
    assert (before.state, before.merged_into) == ("merged", chat.interaction.case)


def test_two_cases_that_became_one_are_two_again(acme: Scene) -> None:
    chat, mail = on_two_channels(acme)
    before, dee = cases.of_leg(mail), desk_of(mail.agent)
    answer = dee.post(url("same-case", mail), {"other": str(chat.interaction.public_id)})
    undo = json.loads(answer["HX-Trigger"])["toast"]["undo"]
    assert undo == url("case-split", before)
    page = dee.get(url("case", chat.interaction.case)).content.decode()
    assert f"{before.reference} was merged into this case." in page and "until" in page
    assert "It can be a case of its own again." in dee.get(url("case", before)).content.decode()
    assert dee.get(undo).status_code == 405
    assert desk_of(make.agent("Cal", licensed=make.client("Globex"))).post(undo).status_code == 404
    assert desk_of(make.agent("Eve", licensed=acme.acme)).post(undo).status_code == 403
    assert dee.post(undo).status_code == 204
    mail.interaction.refresh_from_db()
    assert mail.interaction.case == before
    page = dee.get(url("case", before)).content.decode()
    assert "Case split" in page and chat.interaction.case.reference in page
    assert dee.post(undo).status_code == 409


def test_different_reasons_are_two_matters(acme: Scene) -> None:
    chat, mail = on_two_channels(acme)
    Interaction.objects.filter(pk=chat.interaction_id).update(reason=acme.late)
    Interaction.objects.filter(pk=mail.interaction_id).update(reason=acme.praise)
    dee = desk_of(mail.agent)
    assert "The same matter" not in dee.get(url("side", mail)).content.decode()
    assert dee.post(url("same-case", mail), {"other": str(chat.interaction.public_id)}).status_code == 409


def test_another_customers_contact_is_no_choice(acme: Scene) -> None:
    _chat, mail = on_two_channels(acme)
    other = make.waiting(acme.line, "chat", who=make.customer(acme.acme, "Dan"))
    assert desk_of(mail.agent).post(url("same-case", mail), {"other": str(other.public_id)}).status_code == 404


# --- cases -----------------------------------------------------------------------------------------------------------


def test_a_case_without_a_subject_is_named_by_its_reason_and_its_reference_stands_once(
    acme: Scene, bea: Browser
) -> None:
    known = {"client": acme.acme, "customer": acme.ann, "opened_at": clock.now()}
    Case.objects.create(**known, reference="ACM-TTTTTT", reason=acme.late)
    Case.objects.create(**known, reference="ACM-VVVVVV")
    page = bea.get(url("customer", acme.ann)).content.decode()
    assert "Late delivery</a>" in page and "A matter without a subject</a>" in page
    beside = page.split("Open cases", 1)[1].split("</section>", 1)[0]
    assert beside.count("ACM-TTTTTT") == beside.count("ACM-VVVVVV") == 1
