"""Who pays for idle time: by the stated rule, and the shares add up to all of it."""

from datetime import timedelta
from uuid import uuid4

from django.test import Client as Browser
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from agents import licences, presence
from agents.models import Agent, Licence
from bpo.kernel import clock, history
from clients.models import Channel, Client
from interactions import handling, offers
from interactions.models import EndedBy
from interactions.reports import shares
from tests import factories as make
from tests.flows.floor import Day, House


def comes(house: House, name: str, *clients: Client) -> Agent:
    """She signs in with her console, as the log tells it."""
    agent = make.agent(name, licensed=clients)
    presence.connected(agent, uuid4(), "web")
    presence.go_available(agent)
    return agent


def test_idle_time_is_charged_by_handling_time_and_adds_up(day: Day) -> None:
    house = House(wrap_up="none")
    bolt = make.client("Bolt")
    bolts = make.queue(bolt, wrap_up="none")
    morning = clock.now()
    bea = comes(house, "Bea Brown", house.acme, bolt)
    eve = comes(house, "Eve Evans", bolt)
    nora = comes(house, "Nora New")
    call = house.contact(Channel.VOICE)
    leg = offers.accept(house.ringing(bea, call), by=bea)
    day.after(300)
    handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    other = house.contact(Channel.VOICE, bolts)
    leg = offers.accept(house.ringing(eve, other), by=eve)
    day.after(100)
    handling.end_work(leg, by=eve, ended_by=EndedBy.AGENT)
    day.after(200)
    presence.take_break(nora, "Lunch")
    found = shares.charged(morning, clock.now())
    assert found.worked == {house.acme.pk: 300, bolt.pk: 100}
    assert found.house == 600, "Nora answers for nobody yet"
    assert found.idle[house.acme.pk] == 300 * 300 / 400, "of Bea's 300 idle seconds"
    assert found.idle[bolt.pk] == 300 * 100 / 400 + 500
    assert found.total == 300 + 500 + 600
    assert shares.charged(morning, morning).total == 0


def test_a_floor_pays_for_being_ready(day: Day, house: House) -> None:
    bolt = make.client("Bolt", floor_seats=2)
    morning = clock.now()
    comes(house, "Bea Brown", house.acme, bolt)
    day.after(600)
    assert shares.charged(morning, clock.now()).idle == {bolt.pk: 600, house.acme.pk: 0}


def test_what_is_changed_later_changes_no_past_period(day: Day, house: House) -> None:
    bolt = make.client("Bolt", floor_seats=1)
    Client.objects.filter(pk=house.acme.pk).update(floor_seats=3)
    morning = clock.now()
    bea = comes(house, "Bea Brown", house.acme, bolt)
    day.after(600)
    evening = clock.now()
    charged = shares.charged(morning, evening)
    assert charged.idle == {bolt.pk: 150, house.acme.pk: 450}
    for model in (Client, Licence):
        model.pgh_event_model.objects.update(pgh_created_at=morning)  # type: ignore[attr-defined]
    licences.suspend(bea.licences.get(client=bolt), by=make.admin(), reason="audit")
    Client.objects.filter(pk=house.acme.pk).update(floor_seats=None)
    for model in (Client, Licence):
        later = model.pgh_event_model.objects.exclude(pgh_created_at=morning)  # type: ignore[attr-defined]
        later.update(pgh_created_at=evening + timedelta(hours=1))
    assert shares.charged(morning, evening) == charged
    day.after(7200)
    assert shares.charged(evening, clock.now()).idle == {house.acme.pk: 7200}, "Bea is certified for Acme alone by then"


def test_without_any_work_in_equal_parts(day: Day, house: House) -> None:
    bolt = make.client("Bolt")
    morning = clock.now()
    bea = comes(house, "Bea Brown", house.acme, bolt)
    day.after(60)
    presence.disconnected(bea.consoles.get().key)
    day.after(60)
    assert shares.charged(morning, clock.now()).idle == {bolt.pk: 30, house.acme.pk: 30}, "no console is not idle"


@given(st.lists(st.floats(0, 1e9, allow_nan=False), max_size=12))
def test_the_percentages_always_add_up(parts: list[float]) -> None:
    found = shares.percentages(parts)
    assert len(found) == len(parts)
    assert round(sum(found), 6) in ((0.0,) if not sum(parts) else (100.0,))


def test_the_page_names_nobody_one_does_not_supervise(day: Day, house: House, django_assert_max_num_queries) -> None:
    bolt = make.client("Bolt Secret")
    comes(house, "Bea Brown", house.acme, bolt)
    day.after(7200)
    browser = Browser()
    browser.force_login(house.sue)
    with django_assert_max_num_queries(22):
        page = browser.get(reverse("floor-shares")).content.decode()
    assert "Bolt Secret" not in page and "Other companies" in page
    assert page.count("50.0 %") == 2 and "100.0 %" in page
    assert browser.get(reverse("floor-shares") + "?period=soon").status_code == 400


def test_a_floor_of_a_quarter_of_an_hour_pays_for_that_quarter(db: None) -> None:
    acme, bolt = make.client("Acme"), make.client("Bolt")
    for name in ("Bea Brown", "Eve Evans"):
        make.agent(name, licensed=[acme, bolt])
    Client.objects.filter(pk=bolt.pk).update(floor_seats=1)
    Client.objects.filter(pk=bolt.pk).update(floor_seats=None)
    events = Client.pgh_event_model.objects.filter(pgh_obj_id=bolt.pk).order_by("pgh_id")  # type: ignore[attr-defined]
    noon = clock.now() - timedelta(hours=6)
    for event, minutes in zip(events, (-600, 15, 30), strict=True):
        events.filter(pk=event.pk).update(pgh_created_at=noon + timedelta(minutes=minutes))
    stood = [
        (row.floor_seats, seconds)
        for row, seconds in history.during(Client, noon, noon + timedelta(hours=1))
        if row.name == "Bolt"
    ]
    assert stood == [(None, 900), (1, 900), (None, 1800)]
