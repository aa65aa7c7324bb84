"""Somebody loses a licence, a skill, a job or a client while Ann waits or talks."""

import pytest
import redis

from agents import licences, presence, skills
from agents.models import Presence
from bpo.kernel import push
from clients import queue_states, standing
from clients.models import Channel
from interactions import handling, intake, offers, supervision, wrap_up
from interactions.models import Callback, EndedBy, LegState, Outcome, State
from tests import factories as make
from tests.flows.floor import Day, House, fresh, kinds, seat


def names_in_log(contact) -> set[str]:
    """Whose names the log keeps beside the system's and the customer's."""
    return set(contact.journal.values_list("actor_name", flat=True)) - {"system", "customer"}


def test_a_licence_suspended_in_the_talk(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    leg = house.talk(bea)
    ringing = house.ringing(bea, house.contact())
    licences.suspend(bea.licences.get(), by=house.sue, reason="a complaint")
    assert fresh(ringing).state == LegState.RESCINDED
    assert fresh(leg).state == LegState.HANDLING, "she finishes what she has"
    bob = house.contact()
    assert fresh(bob).state == State.QUEUED
    supervision.take_back(fresh(leg.interaction), by=house.sue, reason="a complaint")
    assert (fresh(leg).ended_by, fresh(leg.interaction).state) == (EndedBy.SUPERVISOR, State.QUEUED)
    licences.certify(bea.licences.get(), by=house.sue)
    assert seat(bea).offered, "and from then on she is asked again"


def test_a_skill_removed_takes_back_only_what_no_longer_fits(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown", skills={"orders": 3, "returns": 3})
    orders = make.queue(house.acme, "Orders", wants={"orders": 2})
    ringing = house.ringing(bea, house.contact(queue=orders))
    skills.drop(bea, make.skill("returns"), by=house.sue)
    assert fresh(ringing).state == LegState.OFFERED
    skills.set_level(bea, make.skill("orders"), 1, by=house.sue)
    assert fresh(ringing).state == LegState.RESCINDED
    assert fresh(ringing.interaction).state == State.QUEUED


def test_a_deactivated_agent_leaves_everything_at_its_old_place(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown", capacity=make.profile(budget=300, chat_cap=4))
    chat = house.talk(bea, waited=70)
    mail = house.talk(bea, Channel.EMAIL, waited=80)
    parked = house.talk(bea, Channel.EMAIL)
    handling.park(parked, by=bea)
    wrapping = house.talk(bea)
    handling.end_work(wrapping, by=bea, ended_by=EndedBy.AGENT)
    call = house.talk(bea, Channel.VOICE)
    ringing = house.ringing(bea, house.contact())
    presence.deactivate(bea, house.sue, why="left the house")
    assert fresh(ringing).state == LegState.RESCINDED
    for leg in (chat, mail, call):
        contact = fresh(leg.interaction)
        assert (fresh(leg).state, contact.state, contact.enqueued_at) == (
            LegState.LOST,
            State.QUEUED,
            leg.interaction.enqueued_at,
        )
        assert contact.prefer_agent is None
    assert fresh(call.interaction).returned
    assert fresh(parked.interaction).state == State.QUEUED
    day.after(1)
    assert fresh(wrapping).disposed_in_time is False
    assert seat(bea).presence == Presence.SIGNED_OUT
    assert names_in_log(chat.interaction) == {"Bea Brown"}
    with pytest.raises(presence.Deactivated):
        presence.sign_in(type(bea).objects.get(pk=bea.pk))


def test_a_client_is_suspended_and_comes_back(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown", capacity=make.profile(chat_cap=2))
    door = make.door(house.acme, into=house.line)
    leg = house.talk(bea)
    ringing = house.ringing(bea, house.contact())
    ann = house.contact(who=make.customer(house.acme, phone="+12025550101"))
    standing.suspend(house.acme, by=house.sue, reason="not paid")
    assert (fresh(ann).outcome, Callback.objects.get().held) == (Outcome.CALLBACK_PROMISED, True)
    assert fresh(ringing).state == LegState.RESCINDED
    assert fresh(ringing.interaction).outcome == Outcome.NO_AGENT, "out of reach, nothing to promise"
    assert fresh(leg).state == LegState.HANDLING
    with pytest.raises(intake.ClientAway):
        intake.receive(door, intake.NewContact("one", text="Hello", from_phone="+12025550102"))
    handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    wrap_up.finish(leg, by=bea, disposition=house.solved)
    assert fresh(leg.interaction).outcome == Outcome.HANDLED, "who talks finishes"
    house.acme.refresh_from_db()
    standing.resume(house.acme, by=house.sue, reason="paid")
    assert not Callback.objects.get().held


def test_assigned_to_cal_whoever_has_it(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    leg = house.talk(bea)
    cal = house.agent("Cal Cole")
    supervision.assign(leg.interaction, cal, by=house.sue, reason="he knows her")
    assert (fresh(leg).state, fresh(leg).ended_by) == (LegState.WRAPPING, EndedBy.SUPERVISOR)
    ringing = house.ringing(cal, leg.interaction)
    assert ringing.made_by == str(house.sue)
    day.after(20)
    assert fresh(ringing).state == LegState.MISSED
    assert house.ringing(bea, leg.interaction), "missed, it is anybody's again"
    offers.accept(house.ringing(bea, leg.interaction), by=bea)
    assert kinds(leg.interaction).count("assigned") == 1


def test_a_line_with_people_waiting_is_not_archived(day: Day, house: House) -> None:
    ann = house.contact()
    queue_states.close(house.line, by=house.sue, why="season over")
    with pytest.raises(queue_states.StillUsed) as refused:
        queue_states.archive(house.line, by=house.sue, why="season over")
    assert str(refused.value.sentence).startswith("1 wait; close entry first")
    house.line.refresh_from_db()
    assert house.line.state == "closed"
    assert handling.customer_left(ann, where="queue")
    queue_states.archive(house.line, by=house.sue, why="season over")
    house.line.refresh_from_db()
    assert house.line.state == "archived"


def test_without_redis_work_goes_on(day: Day, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = redis.Redis.from_url("redis://127.0.0.1:1/0", socket_timeout=0.2, socket_connect_timeout=0.2)
    monkeypatch.setattr(push, "_client", gone)
    bea = house.agent("Bea Brown")
    leg = house.talk(bea)
    handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    wrap_up.finish(leg, by=bea, disposition=house.solved)
    assert house.ringing(bea, house.contact())
