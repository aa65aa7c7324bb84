"""A line whose contacts are picked: nothing is offered, and no path passes the rules of routing."""

import pytest

from agents import presence, skills
from clients.models import Channel
from interactions import handling, supervision
from interactions.models import LegState, State
from tests import factories as make
from tests.flows.floor import Day, House, at_once, fresh, kinds, seat


def test_nothing_is_offered_and_bea_picks_the_one_she_wants(day: Day) -> None:
    house = House(manual=True)
    bea = house.agent("Bea Brown")
    ann, bob = house.contact(waited=60), house.contact()
    day.after(5)
    assert (fresh(ann).state, fresh(bob).state) == (State.QUEUED, State.QUEUED)
    leg = handling.pick(bob, by=bea)
    assert (fresh(bob).state, leg.made_by, seat(bea).points_chat) == (State.ACTIVE, str(bea), 33)
    assert kinds(bob)[-2:] == ["picked", "accepted"]
    with pytest.raises(handling.NotYours):
        handling.pick(bob, by=bea)


def test_who_would_not_be_offered_it_cannot_pick_it_either(day: Day) -> None:
    house = House(manual=True)
    ann = house.contact()
    stranger = make.agent("Dora Diaz", licensed=make.client("Cobalt"), available=True)
    away = house.agent("Abe Away")
    presence.take_break(away, "lunch")
    full = house.agent("Flo Full", capacity=make.profile(chat_cap=0))
    off = house.agent("Ola Off")
    skills.switch_off_queue(off, house.line, by=house.sue, reason="new here")
    for agent in (stranger, away, full, off):
        with pytest.raises(handling.NotEligible) as refused:
            handling.pick(ann, by=agent)
        told = str(refused.value.sentence)
        assert told.startswith("You ") or agent.name in told or str(house.line) in told
        with pytest.raises(handling.NotEligible):
            supervision.assign(ann, agent, by=house.sue, reason="please")
    assert fresh(ann).state == State.QUEUED


def test_a_line_that_offers_cannot_be_picked_from(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    presence.take_break(bea, "a moment")
    ann = house.contact()
    with pytest.raises(handling.NotEligible) as refused:
        handling.pick(ann, by=bea)
    assert "offers its contacts by itself" in str(refused.value.sentence)


def test_two_pick_the_same_at_one_moment(day: Day) -> None:
    house = House(manual=True)
    agents = [house.agent(name) for name in ("Bea Brown", "Cal Cole", "Dan Drake")]
    ann = house.contact()
    results = at_once(*[lambda agent=agent: handling.pick(ann, by=agent) for agent in agents])
    assert sum(isinstance(result, Exception) for result in results) == 2
    assert ann.legs.filter(state=LegState.HANDLING).count() == 1


def test_who_parked_it_takes_it_back_if_she_has_room(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown", capacity=make.profile(email_cap=1))
    leg = house.talk(bea, Channel.EMAIL)
    handling.park(leg, by=bea)
    other = house.talk(bea, Channel.EMAIL)
    with pytest.raises(handling.NotEligible):
        handling.unpark(leg.interaction, by=bea)
    handling.park(other, by=bea)
    cal = house.agent("Cal Cole")
    with pytest.raises(handling.NotYours):
        handling.unpark(leg.interaction, by=cal)
    again = handling.unpark(leg.interaction, by=bea)
    assert (again.state, fresh(leg.interaction).state, fresh(leg.interaction).due_at) == ("handling", "active", None)
