"""Bea hands Ann on: to a line, to Cal, with a word before; and what happens when nobody takes her."""

from datetime import timedelta

import pytest

from agents import presence
from clients.models import BusinessHours, Channel, HoursException, WrapUpMode
from interactions import handling, offers, transfers, wrap_up
from interactions.models import CaseNote, EndedBy, LegState, State, Visit
from tests import factories as make
from tests.flows.floor import Day, House, console_of, fresh, kinds, seat


def test_a_line_nobody_may_serve_or_outside_its_hours_is_refused_with_the_alternatives(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    leg = house.talk(bea)
    orders = make.queue(house.acme, "Orders", wants={"orders": 2})
    night = make.queue(house.acme, "Night")
    night.hours = BusinessHours.objects.create(client=house.acme, name="Never today", always_open=True)
    night.save()
    HoursException.objects.create(hours=night.hours, date=day.now().date(), name="Inventory")
    closed = make.queue(house.acme, "Closed", state="closed")
    before = kinds(leg.interaction)
    for line in (orders, night, closed):
        with pytest.raises(transfers.CannotTransfer) as refused:
            transfers.to_queue(leg, line, by=bea)
        assert "Another line, a callback, or keep it" in str(refused.value.sentence)
    assert (kinds(leg.interaction), fresh(leg).state) == (before, LegState.HANDLING), "nothing was changed"
    choices = {choice.target: choice.ok for choice in transfers.queue_choices(leg)}
    assert choices == {orders: False, night: False, closed: False}


def test_signed_in_but_busy_is_allowed_and_she_waits_anew_there(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    orders = make.queue(house.acme, "Orders", wants={"orders": 2})
    dan = house.agent("Dan Drake", skills={"orders": 3}, capacity=make.profile(chat_cap=1))
    house.talk(dan, queue=orders)
    leg = house.talk(bea, waited=50)
    day.after(30)
    transfers.to_queue(leg, orders, by=bea, note="The parcel of the 3rd")
    ann = fresh(leg.interaction)
    assert (ann.state, ann.queue, ann.enqueued_at) == (State.QUEUED, orders, day.now())
    assert list(Visit.objects.filter(interaction=ann).order_by("ordinal").values_list("queue__name", "how")) == [
        ("Questions", "answered"),
        ("Orders", ""),
    ]
    assert CaseNote.objects.get(case=ann.case).text == "The parcel of the 3rd", "kept though there was no case yet"
    assert (fresh(leg).state, seat(bea).points_chat) == (LegState.WRAPPING, 33)


def test_bea_wraps_up_by_the_rule_of_her_own_line_wherever_ann_has_gone(day: Day, house: House) -> None:
    orders = make.queue(house.acme, "Orders", wrap_up=WrapUpMode.TIMED_FULL)
    bea, _cal = house.agent("Bea Brown"), house.agent("Cal Cole")
    leg = house.talk(bea)
    transfers.to_queue(leg, orders, by=bea)
    wrap_up.finish(leg, by=bea, disposition=house.solved)
    assert fresh(leg).state == LegState.COMPLETED, "her line lets her go when she is done"


def test_missed_by_cal_she_is_first_and_kept_for_bea_for_fifteen_seconds(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown", capacity=make.profile(chat_cap=2))
    leg = house.talk(bea, waited=50)
    cal = house.agent("Cal Cole")
    transfers.to_colleague(leg, cal, by=bea)
    ann = leg.interaction
    assert house.ringing(cal, ann).made_by == str(bea)
    older = house.contact(waited=500)
    offers.decline(house.ringing(bea, older), by=bea, reason="another language")
    day.after(20)
    assert (fresh(ann).returned, fresh(ann).prefer_agent) == (True, bea)
    assert fresh(ann).prefer_until == day.now() + timedelta(seconds=15)
    assert house.ringing(bea, ann), "before the older one"


def test_who_has_no_room_is_not_preferred(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    leg = house.talk(bea, Channel.VOICE)
    cal = house.agent("Cal Cole")
    transfers.to_colleague(leg, cal, by=bea)
    dan = house.agent("Dan Drake")
    offers.decline(house.ringing(cal, leg.interaction), by=cal, reason="lunch")
    assert fresh(leg).state == LegState.WRAPPING, "Bea still writes her note and holds her points"
    assert fresh(leg.interaction).prefer_agent is None
    assert house.ringing(dan, leg.interaction), "nobody waits for the end of Bea's wrap-up"


def test_cals_console_is_lost_while_it_rings_and_she_is_first_in_line_as_well(day: Day, house: House) -> None:
    bea, cal = house.agent("Bea Brown"), house.agent("Cal Cole")
    leg = house.talk(bea)
    transfers.to_colleague(leg, cal, by=bea)
    presence.disconnected(console_of(cal))
    assert fresh(leg.interaction).returned
    assert house.ringing(bea, leg.interaction)


def test_nobody_is_handed_what_routing_would_not_give_her(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    leg = house.talk(bea)
    away = house.agent("Abe Away")
    presence.take_break(away, "lunch")
    stranger = make.agent("Dora Diaz", licensed=make.client("Cobalt"), available=True)
    full = house.agent("Flo Full", capacity=make.profile(chat_cap=0))
    for colleague in (away, stranger, full, bea):
        for hand_on in (transfers.to_colleague, transfers.consult):
            with pytest.raises(transfers.CannotTransfer) as refused:
                hand_on(leg, colleague, by=bea)
            assert str(refused.value.sentence)
    assert fresh(leg).state == LegState.HANDLING
    told = {choice.target: choice.sentence for choice in transfers.colleague_choices(leg)}
    assert "is away: lunch" in told[away] and stranger not in told


def test_warm_the_contact_stays_active_and_bea_wraps_up(day: Day, house: House) -> None:
    bea, cal = house.agent("Bea Brown"), house.agent("Cal Cole")
    leg = house.talk(bea)
    beside = transfers.consult(leg, cal, by=bea)
    with pytest.raises(transfers.CannotTransfer):
        transfers.consult(leg, cal, by=bea)
    offers.accept(beside, by=cal)
    assert seat(cal).points_chat == 33
    transfers.complete_warm(leg, by=bea)
    assert (fresh(leg).state, fresh(beside).role, fresh(leg.interaction).state) == (
        LegState.WRAPPING,
        "primary",
        State.ACTIVE,
    )
    with pytest.raises(handling.NotYours):
        transfers.complete_warm(leg, by=bea)
    handling.end_work(fresh(beside), by=cal, ended_by=EndedBy.AGENT)
    wrap_up.finish(beside, by=cal, disposition=house.solved)
    assert fresh(leg.interaction).state == State.WRAP_UP, "Bea's note is still open"
    day.after(60)
    assert fresh(leg.interaction).state == State.CLOSED


def test_either_ends_the_consultation_and_nobody_else(day: Day, house: House) -> None:
    bea, cal, dan = (house.agent(name) for name in ("Bea Brown", "Cal Cole", "Dan Drake"))
    leg = house.talk(bea)
    beside = transfers.consult(leg, cal, by=bea)
    with pytest.raises(handling.NotYours):
        transfers.end_consult(leg, by=dan)
    offers.accept(beside, by=cal)
    transfers.end_consult(leg, by=cal)
    assert (fresh(beside).state, fresh(leg).state, seat(cal).points_chat) == (
        LegState.COMPLETED,
        LegState.HANDLING,
        0,
    )
    transfers.end_consult(leg, by=bea)  # what is over stays over
    assert fresh(beside).state == LegState.COMPLETED
