"""Mail yields to a call: it is set aside while the call is in hand, and comes back by itself, the oldest first."""

import pytest

from agents import presence
from clients.models import Channel
from interactions import handling, offers, wrap_up
from interactions.models import EndedBy, Kind, Leg, State
from tests import factories as make
from tests.flows.floor import Day, House, fresh, kinds, seat


def test_a_call_sets_mails_aside_and_they_return_when_it_is_done(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    letters = [house.talk(bea, Channel.EMAIL) for _ in range(3)]
    day.after(10)
    ringing = house.ringing(bea, house.contact(Channel.VOICE))
    assert all(fresh(letter).set_aside for letter in letters)
    assert {fresh(letter.interaction).state for letter in letters} == {State.HELD}
    assert (seat(bea).points_voice, seat(bea).points_email) == (100, 0)
    call = offers.accept(ringing, by=bea)
    day.after(60)
    handling.end_work(call, by=bea, ended_by=EndedBy.AGENT)
    assert all(fresh(letter).set_aside for letter in letters), "in wrap-up the call still takes the room"
    wrap_up.finish(fresh(call), by=bea, disposition=house.solved)
    assert not any(fresh(letter).set_aside for letter in letters)
    assert {fresh(letter.interaction).state for letter in letters} == {State.ACTIVE}
    assert (seat(bea).points_voice, seat(bea).points_email) == (0, 60)
    assert {fresh(letter).hold_seconds for letter in letters} == {60}
    assert kinds(letters[0].interaction)[-2:] == [Kind.SET_ASIDE, Kind.SET_BACK]


def test_a_call_that_is_declined_or_missed_gives_them_back(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    letter = house.talk(bea, Channel.EMAIL)
    ann = house.contact(Channel.VOICE)
    offers.decline(house.ringing(bea, ann), by=bea, reason="coughing")
    assert not fresh(letter).set_aside
    day.after(house.line.decline_delay_seconds)
    assert fresh(letter).set_aside
    day.after(house.line.offer_seconds)
    assert (fresh(letter).set_aside, seat(bea).presence) == (False, "not_responding")


def test_only_as_many_as_must_the_newest_first(day: Day, house: House) -> None:
    roomy = make.profile(budget=150)
    bea = house.agent("Bea Brown", capacity=roomy)
    letters = []
    for _ in range(4):
        letters.append(house.talk(bea, Channel.EMAIL))
        day.after(1)
    house.talk(bea, Channel.VOICE)
    assert [fresh(letter).set_aside for letter in letters] == [False, False, True, True]
    handling.end_work(fresh(letters[0]), by=bea, ended_by=EndedBy.AGENT)
    wrap_up.finish(fresh(letters[0]), by=bea, disposition=house.solved)
    assert [fresh(letter).set_aside for letter in letters[1:]] == [False, False, True], "the oldest returns first"


def test_a_profile_may_let_nothing_be_set_aside(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown", capacity=make.profile(email_yields_to_voice=False))
    house.talk(bea, Channel.EMAIL)
    ann = house.contact(Channel.VOICE)
    assert fresh(ann).state == State.QUEUED


def test_chats_yield_where_the_profile_says_so(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown", capacity=make.profile(chat_yields_to_voice=True, email_yields_to_chat=True))
    letters = [house.talk(bea, Channel.EMAIL) for _ in range(5)]
    chat = house.talk(bea, Channel.CHAT)
    assert [fresh(letter).set_aside for letter in letters] == [False, False, False, True, True]
    house.talk(bea, Channel.VOICE)
    assert fresh(chat).set_aside
    assert all(fresh(letter).set_aside for letter in letters)


def test_two_calls_at_once_there_is_no_room_for(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    house.talk(bea, Channel.EMAIL)
    house.talk(bea, Channel.VOICE)
    second = house.contact(Channel.VOICE)
    letter = house.contact(Channel.EMAIL)
    assert (fresh(second).state, fresh(letter).state) == (State.QUEUED, State.QUEUED)


def test_what_is_set_aside_can_be_ended_but_not_held(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    letter = house.talk(bea, Channel.EMAIL)
    call = house.talk(bea, Channel.VOICE)
    with pytest.raises(handling.IsSetAside):
        handling.hold(fresh(letter), by=bea)
    with pytest.raises(handling.IsSetAside):
        handling.resume(fresh(letter), by=bea)
    handling.park(fresh(letter), by=bea)
    assert fresh(letter.interaction).state == State.PARKED
    assert fresh(call).state == "handling"


def test_a_wished_break_does_not_keep_them_aside(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    letter = house.talk(bea, Channel.EMAIL)
    call = house.talk(bea, Channel.VOICE)
    presence.pause_after(bea, "Lunch")
    handling.end_work(fresh(call), by=bea, ended_by=EndedBy.AGENT)
    wrap_up.finish(fresh(call), by=bea, disposition=house.solved)
    assert not fresh(letter).set_aside
    assert seat(bea).presence == "available", "the letter is still in hand"


def test_the_console_lost_gives_everything_back(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    letter = house.talk(bea, Channel.EMAIL)
    call = house.talk(bea, Channel.VOICE)
    presence.disconnected(bea.consoles.get().key)
    day.after(15)
    assert fresh(call).state == "lost"
    day.after(600)
    assert fresh(letter).state == "lost"
    assert {fresh(leg.interaction).state for leg in (letter, call)} == {State.QUEUED}
    assert not Leg.objects.filter(agent=bea, state="handling").exists()
