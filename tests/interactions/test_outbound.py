"""Bea begins contacts herself: a call, a mail, a callback of hers; and says what came of them."""

from __future__ import annotations

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agents.models import Agent
from clients.models import Channel, Client, ClientState, Customer, CustomerAddress, Queue
from interactions import handling, outbound
from interactions.adapters import VOICES
from interactions.models import Direction, Interaction, Kind, LegState, Origin, State
from tests import factories

pytestmark = pytest.mark.django_db

PHONE = "+12125550133"


@pytest.fixture
def acme() -> Client:
    return factories.client("Acme")


@pytest.fixture
def line(acme: Client) -> Queue:
    return factories.queue(acme)


@pytest.fixture
def ann(acme: Client) -> Customer:
    return factories.customer(acme, phone=PHONE, address="ann@mail.example")


@pytest.fixture
def bea(acme: Client) -> Agent:
    return factories.agent(licensed=acme, available=True)


def test_bea_calls_ann_and_reaches_her(line: Queue, ann: Customer, bea: Agent):
    leg = outbound.start_call(ann, line, by=bea)
    contact = leg.interaction
    assert (contact.direction, contact.origin, contact.state) == (Direction.OUTBOUND, Origin.AGENT, State.ACTIVE)
    assert outbound.dial_link(leg) == f"tel:{PHONE}"
    assert outbound.awaits_report(leg)

    outbound.dialled(leg, by=bea)
    leg = outbound.report(leg, "reached", by=bea)
    leg = outbound.report(leg, "reached", by=bea)

    assert leg.state == LegState.HANDLING
    assert not outbound.awaits_report(leg)
    assert leg.journal.filter(kind=Kind.MEDIA_CONNECTED).count() == 1
    bea.seat.refresh_from_db()
    assert bea.seat.points_voice == 100


def test_nobody_answers_and_the_call_goes_to_wrap_up(line: Queue, ann: Customer, bea: Agent):
    leg = outbound.report(outbound.start_call(ann, line, by=bea), "voicemail_left", by=bea)
    assert leg.state == LegState.WRAPPING
    assert leg.journal.get(kind=Kind.MEDIA_FAILED).facts["why"] == "voicemail_left"


def test_bea_begins_a_mail(line: Queue, ann: Customer, bea: Agent):
    leg = outbound.start_mail(ann, line, by=bea, subject="Your order")
    assert leg.channel == Channel.EMAIL
    assert leg.interaction.envelope.from_address == "ann@mail.example"
    assert leg.interaction.envelope.subject == "Your order"
    assert not outbound.awaits_report(leg)


def test_the_mail_goes_to_the_address_bea_typed(line: Queue, ann: Customer, bea: Agent):
    at_work = CustomerAddress.objects.create(client=ann.client, customer=ann, address="ann@work.example")
    desk = Browser(headers={"HX-Request": "true"})
    desk.force_login(bea.user)
    typed = {"queue": str(line.public_id), "kind": "mail", "reach": " Ann@Work.example", "subject": "Your order"}
    assert desk.post(reverse("console-start"), typed).status_code == 200
    contact = Interaction.objects.get()
    assert (contact.customer, contact.envelope.from_address) == (ann, "ann@work.example")
    at_work.undeliverable = True
    at_work.save()
    refused = desk.post(reverse("console-start"), typed)
    assert refused.status_code == 409 and "ann@work.example" in refused.content.decode()
    assert Interaction.objects.count() == 1, "it does not go elsewhere instead"


def test_cal_of_another_client_may_not(line: Queue, ann: Customer):
    cal = factories.agent("Cal Cole", licensed=factories.client("Bolt"), available=True)
    with pytest.raises(handling.NotEligible) as refused:
        outbound.start_call(ann, line, by=cal)
    assert "certified" in str(refused.value.sentence)
    assert not Interaction.objects.exists()


def test_who_has_no_room_starts_nothing(line: Queue, ann: Customer, bea: Agent):
    outbound.start_call(ann, line, by=bea)
    with pytest.raises(handling.NotEligible):
        outbound.start_call(ann, line, by=bea)
    assert Interaction.objects.count() == 1


def test_without_number_or_address_nothing_starts(acme: Client, line: Queue, bea: Agent):
    nobody = factories.customer(acme)
    with pytest.raises(outbound.CannotStart):
        outbound.start_call(nobody, line, by=bea)
    CustomerAddress.objects.create(client=acme, customer=nobody, address="gone@mail.example", undeliverable=True)
    with pytest.raises(outbound.CannotStart):
        outbound.start_mail(nobody, line, by=bea)


def test_customers_of_others_and_clients_that_are_away_are_refused(ann: Customer, line: Queue, bea: Agent):
    with pytest.raises(outbound.CannotStart):
        outbound.start_call(ann, factories.queue(), by=bea)
    Client.objects.filter(pk=ann.client_id).update(state=ClientState.SUSPENDED)
    ann.client.refresh_from_db()
    with pytest.raises(outbound.CannotStart):
        outbound.start_call(ann, line, by=bea)


def test_only_the_holder_dials(line: Queue, ann: Customer, bea: Agent):
    leg = outbound.start_call(ann, line, by=bea)
    with pytest.raises(handling.NotYours):
        outbound.dialled(leg, by=factories.agent("Dan Dow", licensed=ann.client))


@pytest.mark.parametrize("number", ["", "0133", "+1 212 555 0133", "+12125550133;ext=1", 'javascript:"'])
def test_only_a_number_becomes_a_link(number: str):
    assert VOICES[""].dial_link(number) == ""
