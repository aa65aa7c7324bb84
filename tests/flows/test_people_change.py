"""Somebody loses a licence, a skill, a job or a client while Ann waits or talks."""

from collections import deque
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client as Browser
from django.urls import reverse

from agents import licences, presence, skills
from agents.models import Agent, Presence, Team
from bpo.kernel import push
from clients import queue_states, standing
from clients.models import Channel, Queue, QueueState, WrapUpMode
from interactions import cases, handling, intake, offers, supervision, waits, wrap_up
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
    licences.certify(bea.licences.get(), by=house.sue, why="settled")
    assert seat(bea).offered, "and from then on she is asked again"


@pytest.mark.parametrize("wrap_up_mode", [WrapUpMode.NONE, WrapUpMode.TIMED])
@pytest.mark.parametrize("ends", ["lapses", "is revoked"])
def test_a_licence_that_ends_in_the_talk(day: Day, ends: str, wrap_up_mode: str) -> None:
    house = House(wrap_up=wrap_up_mode)
    cal = house.agent("Cal Cole")
    others = house.talk(cal)
    presence.take_break(cal, "lunch")  # after this
    bea = house.agent("Bea Brown")
    leg, second = house.talk(bea), house.talk(bea)
    if ends == "lapses":
        licences.lapse(bea.licences.get(), why="valid until yesterday")
    else:
        licences.revoke(bea.licences.get(), by=house.sue, reason="works for Borg now")
    desk = Browser(headers={"HX-Request": "true"})
    desk.force_login(bea.user)
    assert desk.get(reverse("console-leg", args=[leg.public_id])).status_code == 200, "she finishes what she has"
    assert desk.post(reverse("console-send", args=[leg.public_id]), {"text": "Hello Ann"}).status_code == 200
    case = cases.of_leg(leg)
    assert desk.get(reverse("console-case", args=[case.public_id])).status_code == 200
    assert desk.get(reverse("console-leg", args=[others.public_id])).status_code == 404, "not what others have"
    ended = desk.post(reverse("console-end", args=[leg.public_id]))
    assert ended.status_code == 200
    if wrap_up_mode != WrapUpMode.NONE:
        finished = desk.post(reverse("console-finish", args=[leg.public_id]), {"ending": house.solved.code})
        assert finished.status_code == 200
    assert fresh(leg).state == LegState.COMPLETED
    presence.go_available(cal)
    to = {"to": f"queue:{house.line.public_id}", "note": "Ann waits"}
    handed = desk.post(reverse("console-transfer", args=[second.public_id]), to)
    assert handed.status_code == 200
    day.after(120)
    assert desk.get(reverse("console-leg", args=[leg.public_id])).status_code == 404, "then the company is gone for her"
    assert desk.get(reverse("console-case", args=[case.public_id])).status_code == 404


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


@pytest.fixture
def ada() -> Browser:
    """Ada the administrator at Django's own pages."""
    browser = Browser()
    browser.force_login(make.admin())
    return browser


def deactivated_by_act(ada: Browser, bea: Agent) -> None:
    ada.post(reverse("admin:accounts_user_changelist"), {"action": "deactivate", ACTION_CHECKBOX_NAME: [bea.user_id]})


def saved_as_a_person(ada: Browser, bea: Agent, **ticked: str) -> None:
    path = reverse("admin:accounts_user_change", args=[bea.user_id])
    form = {"email": bea.user.email, "full_name": bea.user.full_name, "language": "en", "theme": "system", **ticked}
    assert ada.post(path, form).status_code == 302


@pytest.mark.parametrize("how", [deactivated_by_act, saved_as_a_person])
def test_who_is_deactivated_as_a_person_leaves_her_work_too(
    day: Day, house: House, ada: Browser, how: Callable[[Browser, Agent], None]
) -> None:
    bea = house.agent("Bea Brown", capacity=make.profile(budget=300, chat_cap=4))
    chat = house.talk(bea, waited=70)
    parked = house.talk(bea, Channel.EMAIL, waited=80)
    handling.park(parked, by=bea)
    ringing = house.ringing(bea, house.contact())
    behind = house.contact(waited=10)
    how(ada, bea)
    bea = Agent.objects.get(pk=bea.pk)
    assert (bea.user.is_active, bea.deactivated_at, seat(bea).presence) == (False, day.now(), Presence.SIGNED_OUT)
    assert fresh(ringing).state == LegState.RESCINDED
    contact = fresh(chat.interaction)
    assert (fresh(chat).state, contact.state) == (LegState.LOST, State.QUEUED)
    assert contact.enqueued_at == chat.interaction.enqueued_at
    assert (waits.position(contact), waits.position(fresh(behind))) == (1, 2)
    assert fresh(parked.interaction).state == State.QUEUED
    assert fresh(parked.interaction).prefer_agent is None
    assert not bea.consoles.exists()
    how(ada, bea)
    assert list(bea.presence_log.filter(presence=Presence.SIGNED_OUT).values_list("why", flat=True)) == [
        "account deactivated"
    ], "once more changes nothing"


def test_who_is_activated_again_starts_signed_out_with_nothing_of_before(day: Day, house: House, ada: Browser) -> None:
    bea = house.agent("Bea Brown")
    chat = house.talk(bea)
    deactivated_by_act(ada, bea)
    day.after(60)
    saved_as_a_person(ada, bea, is_active="on")
    bea = Agent.objects.get(pk=bea.pk)
    assert (bea.user.is_active, bea.deactivated_at, seat(bea).presence) == (True, None, Presence.SIGNED_OUT)
    assert fresh(chat).state == LegState.LOST
    assert fresh(chat.interaction).state == State.QUEUED, "nobody is offered anything before she signs in"
    presence.sign_in(bea)
    presence.go_available(bea)
    presence.connected(bea, uuid4(), "web")
    assert house.ringing(bea, chat.interaction), "and then she is asked again"


def test_who_was_made_in_the_administration_is_offered_what_waits(day: Day, house: House, ada: Browser) -> None:
    """Cal was made by Ada; the line had its lanes before he came, and he takes chats alone."""
    waiting = house.contact(Channel.CHAT)
    chats_alone = make.profile(voice_cap=0)
    data = {
        "user": make.user("Cal Cole").pk, "name": "Cal Cole", "employee_number": "E9001", "hired_on": "",
        "team": Team.objects.get_or_create(name="Everybody")[0].pk, "profile": chats_alone.pk, "wrap_up_seconds": "",
        "skills-TOTAL_FORMS": "0", "skills-INITIAL_FORMS": "0",
        "licences-TOTAL_FORMS": "0", "licences-INITIAL_FORMS": "0",
    }  # fmt: skip
    answer = ada.post(reverse("admin:agents_agent_add"), data)
    assert answer.status_code == 302, answer.context["errors"]
    cal = Agent.objects.get(name="Cal Cole")
    licence = licences.train(cal, house.acme, by=house.sue, why="new")
    licences.certify(licence, by=house.sue, why="passed")
    presence.sign_in(cal)
    presence.connected(cal, uuid4(), "web")
    presence.go_available(cal)
    assert house.ringing(cal, waiting), "what waits is offered to him at once"
    assert not seat(cal).fits_voice, "and his room is that of his profile"


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


@pytest.mark.parametrize("at_work", ["parked", "in talk", "in wrap-up"])
def test_a_line_whose_work_is_in_hand_is_not_archived(day: Day, house: House, at_work: str) -> None:
    """It may come back into the line at any moment; nobody would see it in an archived one."""
    bea = house.agent("Bea Brown")
    leg = house.talk(bea, Channel.EMAIL)
    if at_work == "parked":
        handling.park(leg, by=bea)
    elif at_work == "in wrap-up":
        handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    queue_states.close(house.line, by=house.sue, why="moved")
    with pytest.raises(queue_states.StillUsed) as refused:
        queue_states.archive(house.line, by=house.sue, why="moved")
    assert "1 contact of “Questions” is parked or in hand" in str(refused.value.sentence)
    assert fresh_line(house.line).state == QueueState.CLOSED


def test_a_paused_line_is_archived_like_an_open_one(day: Day, house: House) -> None:
    queue_states.pause(house.line, by=house.sue, why="moved")
    queue_states.archive(house.line, by=house.sue, why="moved")
    assert fresh_line(house.line).state == QueueState.ARCHIVED


def fresh_line(line: Queue) -> Queue:
    """The line as it is now."""
    return Queue.objects.get(pk=line.pk)


def test_without_redis_work_goes_on(day: Day, house: House, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(push, "_idle", deque())
    bea = house.agent("Bea Brown")
    leg = house.talk(bea)
    handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    wrap_up.finish(leg, by=bea, disposition=house.solved)
    assert house.ringing(bea, house.contact())
