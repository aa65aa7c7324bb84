"""Finding, creating and searching customers: within one client, once, whoever asks first."""

from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from clients import customers
from clients.models import Customer, Role
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_ann_is_found_by_number_however_she_writes_it() -> None:
    acme = make.client()
    ann = make.customer(acme, phone="+16145550173")
    assert customers.find_or_create(acme, phone="(614) 555-0173", name="A. Archer") == ann


def test_ann_is_found_by_address_in_any_case_and_by_account() -> None:
    acme = make.client()
    ann = make.customer(acme, address="ann@home.example", account_number="A-1")
    assert customers.find_or_create(acme, address=" Ann@Home.EXAMPLE ") == ann
    assert customers.find_or_create(acme, account="A-1") == ann


def test_the_same_person_at_two_clients_is_two_customers() -> None:
    acme, other = make.client(), make.client("Other")
    one = customers.find_or_create(acme, address="ann@home.example")
    two = customers.find_or_create(other, address="ann@home.example")
    assert one != two and one.client == acme and two.client == other


def test_an_unknown_person_is_created_unconfirmed() -> None:
    made = customers.find_or_create(make.client(), address="new@home.example", name="Nia")
    assert (made.confirmed, made.addresses.get().address) == (False, "new@home.example")


def test_a_second_address_is_proposed_and_not_taken_over() -> None:
    acme = make.client()
    ann, bob = make.customer(acme, phone="+16145550173"), make.customer(acme, "Bob", address="bob@home.example")
    found = customers.find_or_create(acme, phone="+16145550173", address="bob@home.example")
    assert found == ann and not ann.addresses.exists()
    assert customers.unknown_identities(ann, address="bob@home.example") == [("bob@home.example", bob)]
    assert customers.unknown_identities(ann, address="own@home.example") == [("own@home.example", None)]
    with pytest.raises(ValidationError):
        customers.add_address(ann, "bob@home.example")
    assert customers.add_address(ann, "Own@home.example") == customers.add_address(ann, "own@home.example")


def test_a_typed_account_number_is_not_believed() -> None:
    assert customers.find_or_create(make.client(), account="A-9", name="Mallory").account_number == ""


def test_a_merged_customer_answers_as_the_survivor() -> None:
    acme = make.client()
    ann = make.customer(acme)
    make.customer(acme, "Old Ann", address="old@home.example", merged_into=ann)
    assert customers.find_or_create(acme, address="old@home.example") == ann


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_customer() -> None:
    acme = make.client()
    start, found = Barrier(4), []

    def come() -> None:
        start.wait()
        found.append(customers.find_or_create(acme, phone="+16145550173", address="ann@home.example").pk)
        connection.close()

    threads = [Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1 and Customer.objects.count() == 1


@pytest.mark.parametrize("text", ["archer", "Ann Archr", "614 555", "home.example", "A-77"])
def test_search_finds_by_name_number_address_and_account(text) -> None:
    acme, other = make.client(), make.client("Other")
    ann = make.customer(acme, phone="+16145550173", address="ann@home.example", account_number="A-770")
    make.customer(other, phone="+16145550173", address="ann@home.example", account_number="A-770")
    sue = make.supervisor(acme)
    assert list(customers.search(sue, text)) == [ann]


@pytest.mark.parametrize("text", ["", "  ", "%", "_", "'; drop table", "\u202e"])
def test_search_survives_anything(text) -> None:
    acme = make.client()
    make.customer(acme)
    assert list(customers.search(make.supervisor(acme), text)) == []


def test_search_shows_a_stranger_nothing() -> None:
    make.customer(make.client())
    cal = make.user("Cal Client")
    make.membership(cal, make.client("Other"), Role.VIEWER)
    assert not customers.search(cal, "archer")


@pytest.mark.django_db
def test_who_calls_from_a_number_outside_the_plan_is_known_by_it() -> None:
    """Whether it can be called is asked only of a number somebody types to be called under."""
    acme = make.client()
    ann = make.customer(acme, "Ann", phone="+447700900123")
    assert customers.find_or_create(acme, phone="+447700900123", name="Ann") == ann
    assert customers.typed_phone(acme, "+447700900123") == ""
    assert customers.typed_phone(acme, "+34 911 234 567") == "+34911234567"
