"""Who Ann is: unknown at first, two records, one again; on two channels at once."""

from datetime import timedelta

import pytest

from bpo.kernel import clock
from clients import customers
from clients.models import Customer, EntryKind
from interactions import callbacks, case_merging, cases, customer_merging, handling, intake, surveys
from interactions.models import CallbackOrigin, CaseState, EndedBy, JournalEntry, Kind
from tests import factories as make
from tests.flows.floor import Day, House, fresh


def test_an_unknown_person_is_an_unverified_customer_with_the_address_alone(day: Day, house: House) -> None:
    door = make.door(house.acme, into=house.line)
    first = intake.receive(
        door, intake.NewContact("one", text="Hello", from_name="Ann", from_address="Ann@Home.example")
    )
    ann = first.interaction.customer
    assert (ann.confirmed, [row.address for row in ann.addresses.all()]) == (False, ["ann@home.example"])
    other = intake.receive(door, intake.NewContact("two", text="Hi", from_name="Ann", from_address="ann@work.example"))
    assert other.interaction.customer != ann, "a second address is proposed, never joined by itself"
    proposed = customers.unknown_identities(ann, address="ann@work.example")
    assert proposed == [("ann@work.example", other.interaction.customer)]


def test_two_records_become_one_while_both_are_in_use(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    ann = make.customer(house.acme, "Ann Archer", address="ann@home.example")
    known = make.customer(house.acme, "A. Archer", phone="+12025550101", account_number="TG-1")
    talk = house.talk(bea, who=ann)
    waits = house.contact(who=ann)
    case = cases.open_case(house.acme, ann, queue=house.line)
    promised = callbacks.promise(
        house.acme, customer=ann, queue=house.line, origin=CallbackOrigin.FORM, address="ann@home.example"
    )
    assert customer_merging.merge(ann, known, by=bea) == known
    for row in (talk.interaction, waits, case, promised):
        row.refresh_from_db()
        assert row.customer == known
    assert customers.find(house.acme, address="ann@home.example") == known
    door = make.door(house.acme, EntryKind.WIDGET, into=house.line)
    again = intake.receive(door, intake.NewContact("one", text="Me again", from_address="ann@home.example"))
    assert again.interaction.customer == known
    told = JournalEntry.objects.get(client=house.acme, kind=Kind.CUSTOMER_MERGED)
    assert (told.actor_name, told.facts["into"]) == ("Bea Brown", str(known.public_id))


def test_within_a_day_it_is_undone_and_both_are_as_before(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    ann = make.customer(house.acme, "Ann", address="ann@home.example", account_number="TG-1")
    bob = make.customer(house.acme, "Bob", address="bob@home.example")
    anns, bobs = house.contact(who=ann), house.contact(who=bob)
    customer_merging.merge(ann, bob, by=bea)
    bob.refresh_from_db()
    assert bob.account_number == "TG-1"
    meanwhile = house.contact(who=bob)
    day.after(86400)
    customer_merging.part(Customer.objects.get(pk=ann.pk), by=bea)
    assert [fresh(contact).customer for contact in (anns, bobs, meanwhile)] == [ann, bob, bob]
    ann.refresh_from_db()
    bob.refresh_from_db()
    assert (ann.merged_into, ann.account_number, bob.account_number) == (None, "TG-1", "")
    assert customers.find(house.acme, address="ann@home.example") == ann
    with pytest.raises(customer_merging.CannotPart):
        customer_merging.part(ann, by=bea)


def test_later_than_a_day_or_under_a_third_record_it_is_refused(day: Day, house: House) -> None:
    ann, bob, cleo = (make.customer(house.acme, name) for name in ("Ann", "Bob", "Cleo"))
    customer_merging.merge(ann, bob, by=house.sue)
    customer_merging.merge(bob, cleo, by=house.sue)
    with pytest.raises(customer_merging.CannotPart) as refused:
        customer_merging.part(Customer.objects.get(pk=ann.pk), by=house.sue)
    assert "part those first" in str(refused.value.sentence)
    with pytest.raises(customer_merging.CannotPart):
        late = clock.now() + timedelta(hours=24, seconds=1)
        customer_merging.part(Customer.objects.get(pk=bob.pk), by=house.sue, at=late)


def test_customers_of_two_clients_are_never_one(day: Day, house: House) -> None:
    ann = make.customer(house.acme, "Ann")
    for other in (make.customer(make.client("Cobalt"), "Ann"), ann):
        with pytest.raises(customer_merging.CannotMergeCustomers):
            customer_merging.merge(ann, other, by=house.sue)
    bob = make.customer(house.acme, "Bob")
    customer_merging.merge(ann, bob, by=house.sue)
    for pair in ((ann, make.customer(house.acme, "Cleo")), (bob, ann)):
        with pytest.raises(customer_merging.CannotMergeCustomers):
            customer_merging.merge(*pair, by=house.sue)


def test_a_case_that_was_merged_leads_to_the_surviving_one(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    ann = make.customer(house.acme, "Ann")
    old, kept = (cases.open_case(house.acme, ann, queue=house.line) for _ in range(2))
    waits = house.contact(case=old, who=ann)
    case_merging.merge(old, kept, by=bea)
    assert fresh(waits).case == kept
    assert cases.for_contact(house.acme, ann, previous=old) == kept


def test_not_solved_after_a_merge_opens_the_surviving_case(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    ann = make.customer(house.acme, "Ann")
    old, kept = (cases.open_case(house.acme, ann, queue=house.line) for _ in range(2))
    leg = house.talk(bea, case=old, who=ann)
    cases.resolve(old, by=bea, summary="A new dock is on its way", outcome="solved", interaction=leg.interaction)
    handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    day.after(60)
    case_merging.merge(old, kept, by=bea)
    cases.resolve(kept, by=bea, summary="It came", outcome="solved")
    surveys.answer(fresh(leg.interaction), score=1, solved=False)
    kept.refresh_from_db()
    assert (kept.state, kept.reopened) == (CaseState.OPEN, 1)
