"""Bea does not answer, or says no: Ann keeps her place and somebody else is asked at once."""

from datetime import timedelta

import pytest

from agents import presence
from agents.models import Presence
from bpo.kernel import clock
from clients.models import Channel, MissRule
from interactions import handling, offers
from interactions.models import Kind, LegState, Refusal, State
from tests.flows.floor import Day, House, fresh, kinds, seat


def test_bea_misses_and_cal_is_asked_at_once(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    ann = house.contact()
    ringing = house.ringing(bea, ann)
    cal = house.agent("Cal Cole")
    day.after(19)
    assert fresh(ringing).state == LegState.OFFERED, "not early"
    day.after(1)
    day.after(0)
    assert fresh(ringing).state == LegState.MISSED
    assert seat(bea).presence == Presence.NOT_RESPONDING
    assert house.ringing(cal, ann)
    assert fresh(ann).enqueued_at == ann.enqueued_at
    assert kinds(ann).count("missed") == 1


def test_a_line_that_keeps_her_available_asks_her_for_others_and_for_this_one_after_the_wait(day: Day) -> None:
    house = House(miss_rule=MissRule.WAIT, miss_delay_seconds=40)
    bea = house.agent("Bea Brown")
    ann = house.contact()
    day.after(20)
    assert seat(bea).presence == Presence.AVAILABLE
    assert fresh(ann).state == State.QUEUED
    bob = house.contact()
    offers.accept(house.ringing(bea, bob), by=bea)
    day.after(39)
    assert fresh(ann).state == State.QUEUED
    day.after(1)
    assert house.ringing(bea, ann), "the only agent is asked again"


def test_three_misses_in_a_row_are_a_break_and_an_accept_begins_the_count_anew(day: Day) -> None:
    house = House(miss_rule=MissRule.WAIT, miss_delay_seconds=5)
    bea = house.agent("Bea Brown")
    ann = house.contact()
    for missed in (1, 2):
        day.after(20)
        assert seat(bea).misses == missed
        day.after(5)
    offers.accept(house.ringing(bea, ann), by=bea)
    assert seat(bea).misses == 0
    bob = house.contact()
    for _miss in range(3):
        assert house.ringing(bea, bob)
        day.after(20)
        day.after(5)
    assert (seat(bea).presence, seat(bea).reason, seat(bea).misses) == (Presence.BREAK, "missed 3", 0)
    assert fresh(bob).state == State.QUEUED
    presence.go_available(bea)
    assert house.ringing(bea, bob), "the break cleared the count, she is asked as before"


def test_not_responding_she_comes_back_herself_and_is_asked_at_once(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    ann = house.contact()
    day.after(20)
    day.after(600)
    assert seat(bea).presence == Presence.NOT_RESPONDING
    presence.go_available(bea)
    assert (seat(bea).misses, fresh(ann).state) == (1, State.OFFERED)


def test_declined_it_goes_on_at_once_and_the_only_agent_is_asked_again_but_never_in_a_loop(
    day: Day, house: House
) -> None:
    bea = house.agent("Bea Brown")
    ann = house.contact()
    for _time in range(3):
        offers.decline(house.ringing(bea, ann), by=bea, reason="I know her")
        assert fresh(ann).state == State.QUEUED
        day.after(29)
        assert fresh(ann).state == State.QUEUED, "not before the delay is over"
        day.after(1)
        assert fresh(ann).state == State.OFFERED
    assert (seat(bea).presence, seat(bea).misses) == (Presence.AVAILABLE, 0), "counted, not punished"
    assert kinds(ann).count("declined") == 3
    cal = house.agent("Cal Cole")
    offers.decline(house.ringing(bea, ann), by=bea, reason="again")
    assert house.ringing(cal, ann)


def test_what_bea_declined_comes_back_from_cal_and_she_is_not_asked_before_her_delay_is_over(
    day: Day, house: House
) -> None:
    bea = house.agent("Bea Brown")
    ann = house.contact()
    cal = house.agent("Cal Cole")
    offers.decline(house.ringing(bea, ann), by=bea, reason="I know her")
    leg = offers.accept(house.ringing(cal, ann), by=cal)
    day.after(10)
    presence.deactivate(cal, by=house.sue)
    assert fresh(leg).state == LegState.LOST
    assert fresh(ann).state == State.QUEUED, "Bea said no ten seconds ago"
    day.after(19)
    assert fresh(ann).state == State.QUEUED
    day.after(1)
    assert house.ringing(bea, ann)


@pytest.mark.parametrize("answer", ["no", None])
def test_what_was_kept_for_bea_is_anybodys_once_she_said_no_or_nothing(day: Day, answer: str | None) -> None:
    house = House(miss_rule=MissRule.WAIT)
    bea = house.agent("Bea Brown")
    leg = house.talk(bea, Channel.EMAIL)
    handling.park(leg, by=bea, until=day.now() + timedelta(seconds=5))
    cal = house.agent("Cal Cole")
    day.after(5)
    assert house.ringing(bea, leg.interaction), "she had parked it"
    if answer:
        offers.decline(house.ringing(bea, leg.interaction), by=bea, reason=answer)
    else:
        day.after(20)
    assert house.ringing(cal, leg.interaction), "within the minute that was hers"


def test_declining_one_she_is_asked_for_the_next(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    ann, bob = house.contact(), house.contact()
    offers.decline(house.ringing(bea, ann), by=bea, reason="not mine")
    assert house.ringing(bea, bob)
    assert Refusal.objects.filter(interaction=ann, agent=bea).exists()


@pytest.mark.parametrize("answer", ["busy", "decline", "miss"])
def test_without_a_delay_the_only_agent_is_asked_a_second_later_and_not_in_a_loop(day: Day, answer: str) -> None:
    """A desk without a microphone answers busy by itself: without a break it would be asked as fast as it answers."""
    none = {f"{name}_delay_seconds": 0 for name in ("busy", "decline", "miss")}
    house = House(miss_rule=MissRule.WAIT, offer_seconds=20, **none)
    bea = house.agent("Bea Brown")
    ann = house.contact(Channel.VOICE)
    ringing = house.ringing(bea, ann)
    match answer:
        case "busy":
            offers.busy(ringing, by=bea)
        case "decline":
            offers.decline(ringing, by=bea, reason="not now")
        case "miss":
            clock.advance(20)
            offers.miss(ringing)
    assert fresh(ann).state == State.QUEUED
    assert ann.journal.get(kind__in=[Kind.DECLINED, Kind.MISSED]).facts["delay"] == 1
    day.after(1)
    assert house.ringing(bea, ann)
