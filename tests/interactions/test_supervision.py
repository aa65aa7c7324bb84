"""Sue takes a contact back, assigns it, raises its priority: always with a reason, always in the journal."""

import pytest

from agents.models import Seat
from interactions import handling, offers, supervision
from interactions.models import Interaction, JournalEntry, Kind, Leg, LegState, State
from interactions.routing import router
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def floor():
    class Floor:
        acme = make.client()
        queue = make.queue(acme)
        sue = make.supervisor(acme)
        bea = make.agent("Bea Brown", licensed=acme, available=True)
        cal = make.agent("Cal Cole", licensed=acme, available=True)
        dora = make.agent("Dora Diaz", licensed=make.client("Cobalt"), available=True)

    floor = Floor()
    floor.contact = make.waiting(floor.queue)
    router.interaction_waits(floor.contact.pk)
    floor.contact.refresh_from_db()
    floor.offer = Leg.objects.get(interaction=floor.contact)
    floor.holder = floor.offer.agent
    floor.other = floor.cal if floor.holder == floor.bea else floor.bea
    return floor


def fresh(floor) -> Interaction:
    return Interaction.objects.get(pk=floor.contact.pk)


@pytest.mark.parametrize("act", ["take_back", "assign", "reprioritise"])
def test_every_act_needs_a_reason(floor, act: str) -> None:
    arguments = {"take_back": (), "assign": (floor.other,), "reprioritise": (5,)}[act]
    with pytest.raises(offers.ReasonMissing):
        getattr(supervision, act)(fresh(floor), *arguments, by=floor.sue, reason="  ")


def test_an_offer_is_taken_back_to_its_place(floor) -> None:
    before = fresh(floor).enqueued_at
    supervision.take_back(fresh(floor), by=floor.sue, reason="wrong language")
    assert (fresh(floor).state, fresh(floor).enqueued_at) == (State.QUEUED, before)
    floor.offer.refresh_from_db()
    assert floor.offer.state == LegState.RESCINDED
    assert Seat.objects.get(pk=floor.holder.pk).misses == 0
    entry = JournalEntry.objects.get(interaction=floor.contact, kind=Kind.TAKEN_BACK)
    assert (entry.actor, entry.facts["reason"]) == (floor.sue, "wrong language")


def test_running_work_is_taken_back(floor) -> None:
    leg = offers.accept(floor.offer, by=floor.holder)
    supervision.take_back(fresh(floor), by=floor.sue, reason="needs a colleague")
    leg.refresh_from_db()
    assert (leg.state, leg.ended_by) == (LegState.WRAPPING, "supervisor")
    assert fresh(floor).state == State.QUEUED
    with pytest.raises(supervision.NothingToTakeBack):
        supervision.take_back(fresh(floor), by=floor.sue, reason="again")


def test_assigned_to_somebody_eligible_and_to_nobody_else(floor) -> None:
    with pytest.raises(handling.NotEligible) as refused:
        supervision.assign(fresh(floor), floor.dora, by=floor.sue, reason="she is free")
    assert "not certified" in str(refused.value.sentence)
    supervision.assign(fresh(floor), floor.other, by=floor.sue, reason="knows the case")
    leg = Leg.objects.get(interaction=floor.contact, state=LegState.OFFERED)
    assert (leg.agent, leg.made_by) == (floor.other, str(floor.sue))
    floor.offer.refresh_from_db()
    assert floor.offer.state == LegState.RESCINDED
    offers.accept(leg, by=floor.other)
    assert fresh(floor).state == State.ACTIVE


def test_a_running_contact_is_assigned_to_a_colleague(floor) -> None:
    leg = offers.accept(floor.offer, by=floor.holder)
    supervision.assign(fresh(floor), floor.other, by=floor.sue, reason="knows the case")
    leg.refresh_from_db()
    assert leg.state == LegState.WRAPPING
    assert Leg.objects.get(interaction=floor.contact, state=LegState.OFFERED).agent == floor.other


def test_priority_changes_the_place_and_is_journalled(floor) -> None:
    supervision.take_back(fresh(floor), by=floor.sue, reason="test of order")
    supervision.reprioritise(fresh(floor), 7, by=floor.sue, reason="a pilot waits at the gate")
    assert fresh(floor).priority == 7
    entry = JournalEntry.objects.get(interaction=floor.contact, kind=Kind.REPRIORITISED)
    assert (entry.facts["from"], entry.facts["to"]) == (0, 7)
    with pytest.raises(supervision.NothingToTakeBack):
        supervision.reprioritise(fresh(floor), 10, by=floor.sue, reason="too much")


def test_no_priority_for_what_somebody_accepted_meanwhile(floor) -> None:
    stale = fresh(floor)
    offers.accept(floor.offer, by=floor.holder)
    with pytest.raises(supervision.NothingToTakeBack) as refused:
        supervision.reprioritise(stale, 7, by=floor.sue, reason="a pilot waits at the gate")
    assert "not waiting any more" in str(refused.value.sentence)
    assert (fresh(floor).priority, fresh(floor).state) == (0, State.ACTIVE)
    assert not JournalEntry.objects.filter(kind=Kind.REPRIORITISED).exists()


def test_the_priority_is_changed_from_what_it_is_now(floor) -> None:
    stale = fresh(floor)
    supervision.reprioritise(fresh(floor), 4, by=floor.sue, reason="a pilot")
    supervision.reprioritise(stale, 7, by=floor.sue, reason="his plane leaves")
    assert (stale.priority, stale.version) == (7, fresh(floor).version)
    last = JournalEntry.objects.filter(kind=Kind.REPRIORITISED).latest("pk")
    assert (last.facts["from"], last.facts["to"]) == (4, 7)
