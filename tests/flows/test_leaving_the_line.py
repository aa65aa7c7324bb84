"""Ann leaves: in the line, while it rings, in the talk; and comes to the line when it cannot take her any more."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from agents import presence
from clients import queue_states, standing
from clients.models import BusinessHours, Channel, HoursException, HoursSpan, Queue, WhenUnstaffed
from interactions import callbacks, handling, intake, offers, outbound, supervision, transfers, wrap_up
from interactions.models import (
    Callback,
    CallbackOrigin,
    CallbackState,
    Interaction,
    Leg,
    LegState,
    Outcome,
    State,
    Visit,
)
from tests import factories as make
from tests.flows.floor import Day, House, console_of, fresh, kinds, seat


def test_she_leaves_while_it_rings_and_bea_is_asked_for_the_next_at_once(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    ann, bob = house.contact(waited=30), house.contact()
    ringing = house.ringing(bea, ann)
    assert handling.customer_left(ann, where="queue")
    assert (fresh(ann).outcome, fresh(ringing).state) == (Outcome.ABANDONED, LegState.RESCINDED)
    visit = Visit.objects.get(interaction=ann)
    assert (visit.how, visit.left_at - visit.entered_at) == ("abandoned", timedelta(seconds=30)), "the wait is real"
    assert house.ringing(bea, bob)
    assert (seat(bea).misses, seat(bea).points_chat) == (0, 33)
    with pytest.raises(offers.OfferGone) as refused:
        offers.accept(ringing, by=bea)
    assert "customer has left" in str(refused.value.sentence)
    assert kinds(ann).count("closed") == 1


def test_she_takes_a_callback_in_the_line_and_writing_again_has_her_old_place(day: Day, house: House) -> None:
    door = make.door(house.acme, into=house.line)
    ann = make.customer(house.acme, phone="+12025550101")
    other = house.contact(waited=10)
    first = intake.receive(door, intake.NewContact("one", text="My dock", customer=ann))
    old_place = first.interaction.enqueued_at
    day.after(60)
    promised = callbacks.instead_of_waiting(first.interaction, number="+12025550101", case=first.interaction.case)
    assert (fresh(first.interaction).outcome, promised.enqueued_at) == (Outcome.CALLBACK_PROMISED, old_place)
    day.after(60)
    later = house.contact()
    same_window = intake.NewContact("two", text="Still my dock", customer=ann, case=first.interaction.case)
    again = intake.receive(door, same_window)
    promised.refresh_from_db()
    assert promised.state == CallbackState.WITHDRAWN
    assert fresh(again.interaction).enqueued_at == old_place
    bea = house.agent("Bea Brown")
    day.after(1)
    assert house.ringing(bea, other)
    offers.accept(house.ringing(bea, other), by=bea)
    assert house.ringing(bea, again.interaction), "before those who came after her first call"
    assert fresh(later).state == State.QUEUED


def test_the_last_agent_signs_out_and_those_waiting_are_promised_a_callback(day: Day) -> None:
    house = House(when_unstaffed=WhenUnstaffed.CALLBACK)
    bea = house.agent("Bea Brown", capacity=make.profile(chat_cap=1))
    leg = house.talk(bea)
    ann = house.contact(who=make.customer(house.acme, phone="+12025550101"))
    bob = house.contact(who=make.customer(house.acme, "Bob"))
    day.after(5)
    assert fresh(ann).state == State.QUEUED, "she is busy, not gone"
    handling.end_work(leg, by=bea, ended_by="agent")
    presence.sign_out(bea, after_this=True)
    wrap_up.finish(leg, by=bea, disposition=house.solved)
    day.after(1)
    assert (fresh(ann).outcome, fresh(bob).outcome) == (Outcome.CALLBACK_PROMISED, Outcome.NO_AGENT)
    assert Callback.objects.get().enqueued_at == ann.enqueued_at


def test_hours_end_with_people_waiting(day: Day) -> None:
    house = House(drain_seconds=900)
    here = day.now().astimezone(ZoneInfo(house.acme.zone))
    closes = here.hour * 60 + 10
    hours = BusinessHours.objects.create(client=house.acme, name="Office")
    for weekday in range(5):
        HoursSpan.objects.create(hours=hours, weekday=weekday, opens=0, closes=closes)
    house.line.hours = hours
    house.line.save()
    door = make.door(house.acme, into=house.line)
    bea = house.agent("Bea Brown", capacity=make.profile(chat_cap=1))
    leg = house.talk(bea)
    ann = house.contact(who=make.customer(house.acme, phone="+12025550101"))
    bob = house.contact(who=make.customer(house.acme, "Bob", phone="+12025550102"))
    day.after(11 * 60)
    assert fresh(ann).state == State.QUEUED, "closed a minute ago, the line drains"
    late = intake.receive(door, intake.NewContact("late", text="Hello", from_phone="+12025550103"))
    assert (late.interaction.outcome, late.callback is not None) == (Outcome.AFTER_HOURS, True)
    assert late.callback.promised_from == late.interaction
    handling.end_work(leg, by=bea, ended_by="agent")
    wrap_up.finish(leg, by=bea, disposition=house.solved)
    offers.accept(house.ringing(bea, ann), by=bea)
    day.after(15 * 60)
    assert fresh(ann).state == State.ACTIVE
    assert fresh(bob).outcome == Outcome.CALLBACK_PROMISED
    assert day.after(1).get("line_ends.hours_over") is None, "once"


def reached_and_handed_on(day: Day, house: House, orders: Queue) -> Interaction:
    """Bea made Ann's callback, reached her and gave her to another line, where nobody takes her."""
    bea, cal = house.agent("Bea Brown"), house.agent("Cal Cole")
    ann = make.customer(house.acme, phone="+12025550101")
    made = {"customer": ann, "queue": house.line, "number": "+12025550101"}
    callbacks.promise(house.acme, **made, origin=CallbackOrigin.AGENT, by=bea, owner=bea)
    day.after(1)
    leg = offers.accept(Leg.objects.get(agent=bea, state=LegState.OFFERED), by=bea)
    outbound.report(leg, "reached", by=bea)
    presence.pause_after(bea, "lunch")
    transfers.to_queue(fresh(leg), orders, by=bea)
    offers.decline(house.ringing(cal, leg.interaction), by=cal, reason="not mine")
    presence.take_break(cal, "lunch")
    return leg.interaction


def test_reached_by_a_callback_and_handed_on_she_is_promised_anew_when_the_hours_end(day: Day, house: House) -> None:
    orders = make.queue(house.acme, "Orders", hours=make.hours(house.acme))
    ann = reached_and_handed_on(day, house, orders)
    HoursException.objects.create(hours=orders.hours, date=day.now().date(), name="Inventory")
    day.after(1000)
    assert fresh(ann).outcome == Outcome.CALLBACK_PROMISED
    kept, anew = Callback.objects.order_by("pk")
    assert (kept.state, anew.state, anew.promised_from) == (CallbackState.KEPT, CallbackState.PROMISED, ann)
    assert (anew.queue, anew.number) == (orders, "+12025550101")


def test_reached_by_a_callback_and_handed_on_she_does_not_wait_for_a_client_that_is_suspended(
    day: Day, house: House
) -> None:
    ann = reached_and_handed_on(day, house, make.queue(house.acme, "Orders"))
    standing.suspend(house.acme, by=make.admin(), reason="unpaid")
    assert fresh(ann).outcome == Outcome.CALLBACK_PROMISED
    assert Callback.objects.get(promised_from=ann).held


def test_the_wait_limit_is_for_those_who_wait_on_the_line_and_not_for_mail(day: Day) -> None:
    house = House(wait_limit_seconds=120)
    chat = house.contact()
    mail = house.contact(Channel.EMAIL)
    called = house.contact(Channel.VOICE, who=make.customer(house.acme, phone="+12025550101"))
    day.after(119)
    assert fresh(chat).state == State.QUEUED
    day.after(1)
    assert (fresh(chat).outcome, fresh(called).outcome, fresh(mail).state) == (
        Outcome.TIMED_OUT,
        Outcome.CALLBACK_PROMISED,
        State.QUEUED,
    )


def test_the_wait_limit_does_not_throw_out_who_comes_back_from_a_talk(day: Day) -> None:
    house = House(wait_limit_seconds=120)
    bea = house.agent("Bea Brown")
    ann = house.talk(bea, Channel.VOICE, who=make.customer(house.acme, phone="+12025550101")).interaction
    day.after(300)
    presence.disconnected(console_of(bea))
    day.after(15)
    assert (fresh(ann).state, fresh(ann).returned) == (State.QUEUED, True), "first in line, as the lid closed on her"
    cal = house.agent("Cal Cole")
    day.after(1)
    offers.accept(house.ringing(cal, ann), by=cal)
    day.after(300)
    presence.pause_after(cal, "lunch")
    supervision.take_back(fresh(ann), by=house.sue, reason="a complaint")
    day.after(119)
    assert fresh(ann).state == State.QUEUED, "at her old place"
    day.after(1)
    assert fresh(ann).outcome == Outcome.CALLBACK_PROMISED, "she has waited two minutes since"


def test_a_paused_line_may_be_entered_and_offers_nothing_till_it_opens(day: Day, house: House) -> None:
    queue_states.pause(house.line, by=house.sue, why="A fire drill")
    bea = house.agent("Bea Brown")
    ann = house.contact()
    day.after(5)
    assert fresh(ann).state == State.QUEUED
    queue_states.open_queue(house.line, by=house.sue, why="It is over")
    assert house.ringing(bea, ann)


def test_reprioritised_she_is_next(day: Day, house: House) -> None:
    ann, bob = house.contact(waited=60), house.contact()
    supervision.reprioritise(bob, 5, by=house.sue, reason="wedding tomorrow")
    bea = house.agent("Bea Brown")
    day.after(1)
    assert house.ringing(bea, bob)
    assert fresh(ann).state == State.QUEUED
