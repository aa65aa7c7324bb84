"""A call from a client's page: what the page is told, what answers the call, and what an end means before and after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agents import presence
from agents.models import Agent, StepAction
from bpo.kernel import clock
from clients.models import Channel, EntryKind, EntryPoint, EntryRule, HoursSpan, Queue
from clients.naming import public_name
from interactions import (
    calls,
    chats,
    eligibility,
    handing_back,
    handling,
    media,
    offers,
    queueing,
    supervision,
    transfers,
    wrap_up,
)
from interactions.desk import offer
from interactions.models import Callback, ChatSession, EndedBy, Interaction, Kind, Leg, LegState, Outcome, State
from interactions.reports import queries, story
from interactions.reports.scope import scope_of
from interactions.routing import why
from tests import factories as make
from tests.flows.floor import Day, House, console_of, fresh, kinds
from tests.flows.test_overflow import step


class Caller:
    """Ann at the call page of Acme: she has no cookie, only her page's token."""

    def __init__(self, door: EntryPoint) -> None:
        self.door, self.token = door, ""

    def post(self, act: str, /, **body: Any) -> Any:
        """What she presses; the answer is the page's new state."""
        address = reverse(f"customer-call-{act}", args=[self.door.public_id])
        answer = Browser().post(address, body, content_type="application/json", headers=self._headers())
        self.last = answer
        said = answer.json()
        self.token = said.get("token", self.token)
        return said

    def state(self) -> Any:
        """What her page shows."""
        return Browser().get(reverse("customer-call-state", args=[self.door.public_id]), headers=self._headers()).json()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    @property
    def session(self) -> ChatSession:
        """Her page's row."""
        return chats.session_of(self.token)

    @property
    def contact(self) -> Interaction:
        """Her call."""
        found = self.session.interaction
        assert found is not None
        return found


@pytest.fixture
def line(house: House) -> Queue:
    """A line that takes calls and wraps up."""
    return make.queue(house.acme, "Calls", channels=[Channel.VOICE])


@pytest.fixture
def ann(line: Queue) -> Caller:
    """She has pressed "Call now"."""
    door = make.door(line.client, EntryKind.WEB_CALL, into=line)
    caller = Caller(door)
    caller.post("start", key="0123456789abcdef", name="Ann Archer", phone="+442079460000")
    assert caller.last.status_code == 201
    return caller


def ringing(agent: Agent, contact: Interaction) -> Leg:
    """Her open offer of this call."""
    return Leg.objects.get(agent=agent, interaction=contact, state=LegState.OFFERED)


def taken(house: House, day: Day, ann: Caller, name: str = "Bea Brown") -> Leg:
    """An agent comes and takes it; nobody has heard anybody yet."""
    bea = house.agent(name)
    day.after(0)
    return offers.accept(ringing(bea, ann.contact), by=bea)


def heard(leg: Leg) -> None:
    """Both pages receive the other's voice."""
    media.came(leg, media.Side.AGENT)
    media.came(leg, media.Side.CUSTOMER)


def visits(contact: Interaction) -> list[str]:
    """How each stay in line ended."""
    return list(contact.visits.order_by("ordinal").values_list("how", flat=True))


def test_ann_calls_waits_and_talks_to_bea(day: Day, house: House, ann: Caller) -> None:
    waiting = ann.state()
    assert (waiting["state"], waiting["position"], waiting["links"]) == ("waiting", 1, [])
    clock.advance(20)
    leg = taken(house, day, ann)
    told = ann.state()
    assert told["state"] == "talking" and told["heard_at"] is None and told["agent"]
    assert told["links"] == [{"id": str(leg.public_id), "role": "primary", "send": True, "hear": True, "offers": False}]
    assert visits(ann.contact) == [""], "she waits until they hear each other"
    clock.advance(2)
    assert media.came(leg, media.Side.CUSTOMER) is False
    assert visits(ann.contact) == [""]
    assert media.came(leg, media.Side.AGENT) is True
    assert media.came(leg, media.Side.AGENT) is False, "once is enough"
    assert visits(ann.contact) == ["answered"]
    assert ann.state()["heard_at"] == clock.now().isoformat()
    assert kinds(ann.contact).count("media_connected") == 1
    waited = ann.contact.visits.get()
    assert waited.left_at is not None and (waited.left_at - waited.entered_at).total_seconds() == 22
    ended = ann.post("end")
    assert ended["state"] == "wrap_up"
    assert fresh(leg).state == LegState.WRAPPING and fresh(leg).ended_by == EndedBy.CUSTOMER


def test_the_same_press_twice_is_one_call(ann: Caller) -> None:
    again = Caller(ann.door)
    again.post("start", key="0123456789abcdef", name="Ann Archer")
    assert again.contact == ann.contact
    assert ChatSession.objects.count() == 1


def test_no_voice_within_ten_seconds_is_a_failed_offer(day: Day, house: House, ann: Caller) -> None:
    before = fresh(ann.contact).enqueued_at
    leg = taken(house, day, ann)
    media.came(leg, media.Side.CUSTOMER)
    day.after(9.9)
    assert fresh(leg).state == LegState.HANDLING
    day.after(0.2)
    contact = fresh(ann.contact)
    assert fresh(leg).state == LegState.LOST
    assert (contact.state, contact.enqueued_at) == (State.QUEUED, before)
    assert visits(contact) == [""], "one wait, which goes on"
    failed = contact.journal.get(kind=Kind.MEDIA_FAILED)
    assert failed.facts["heard"] == ["customer"]
    assert ann.state()["state"] == "waiting"
    assert not contact.legs.filter(state=LegState.OFFERED).exists(), "she is not asked again at once"
    cal = house.agent("Cal Cole")
    day.after(0)
    heard(offers.accept(ringing(cal, contact), by=cal))
    assert visits(contact) == ["answered"]


def test_why_says_that_a_failed_call_keeps_her_out_for_a_while(day: Day, house: House, ann: Caller) -> None:
    bea = house.agent("Bea Brown")
    presence.take_break(bea, "Lunch")
    presence.go_available(bea)  # so that the log knows of her
    offers.accept(ringing(bea, ann.contact), by=bea)
    day.after(10.1)
    cal = house.agent("Cal Cole")
    day.after(1)
    told = why.others(ringing(cal, ann.contact))
    assert [(str(her), group.key) for group in told for her, _words in group.rows] == [("Bea Brown", "delay")]


def test_ann_hangs_up_before_she_hears_bea(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    clock.advance(3)
    ended = ann.post("end")
    contact = fresh(ann.contact)
    assert (ended["state"], contact.outcome, visits(contact)) == ("closed", Outcome.ABANDONED, ["abandoned"])
    assert fresh(leg).state == LegState.COMPLETED, "she has nothing to wrap up"


def test_bea_hangs_up_before_she_hears_ann(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    handling.end_work(leg, by=leg.agent, ended_by=EndedBy.AGENT)
    assert fresh(leg).state == LegState.LOST
    assert fresh(ann.contact).state == State.QUEUED


def test_hold_stops_all_voices_and_the_page_knows(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    heard(leg)
    handling.hold(leg, by=leg.agent)
    held = ann.state()
    assert held["state"] == "held"
    assert [(link["send"], link["hear"]) for link in held["links"]] == [(False, False)]
    handling.resume(leg, by=leg.agent)
    assert [(link["send"], link["hear"]) for link in ann.state()["links"]] == [(True, True)]


def test_anns_page_is_away_in_talk_and_back(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    heard(leg)
    chats.gone(ann.session)
    day.after(29)
    assert fresh(leg).state == LegState.HANDLING
    assert ann.state()["state"] == "talking", "asking is a sign of life"
    day.after(40)
    assert fresh(leg).state == LegState.HANDLING


def test_anns_page_does_not_come_back(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    heard(leg)
    chats.gone(ann.session)
    day.after(30.1)
    assert fresh(leg).state == LegState.WRAPPING and fresh(leg).ended_by == EndedBy.CUSTOMER


def test_anns_page_closes_while_she_waits(day: Day, house: House, ann: Caller) -> None:
    chats.gone(ann.session)
    day.after(30.1)
    contact = fresh(ann.contact)
    assert (contact.state, contact.outcome) == (State.CLOSED, Outcome.ABANDONED)


def test_ann_is_back_in_the_line_her_key_had_led_her_to(day: Day, house: House, line: Queue) -> None:
    tech = make.queue(house.acme, "Tech", channels=[Channel.VOICE])
    spanish = make.skill(language="es")
    door = make.door(line.client, EntryKind.WEB_CALL, into=line)
    rule = EntryRule.objects.create(entry_point=door, position=1, key="2", menu={"en": "Tech"}, queue=tech, priority=7)
    rule.skills.create(skill=spanish, level=3)
    ann = Caller(door)
    ann.post("start", key="0123456789abcdef", name="Ann Archer", menu="2")
    left = ann.contact
    assert left.queue == tech
    day.after(5)
    chats.gone(ann.session)
    day.after(31)
    assert fresh(left).outcome == Outcome.ABANDONED
    assert ann.state()["state"] == "waiting"
    again = ann.contact
    assert (again != left, again.queue, again.priority, again.enqueued_at) == (True, tech, 7, left.enqueued_at)
    assert queueing.wants_of(again) == queueing.wants_of(left) == ((spanish.pk, 3),)


def test_a_typed_number_takes_nobodys_place(day: Day, house: House, ann: Caller) -> None:
    first = ann.contact
    day.after(20)
    chats.gone(ann.session)
    day.after(31)
    assert fresh(first).outcome == Outcome.ABANDONED
    mallory = Caller(ann.door)
    mallory.post("start", key="mallory-0123456789", name="Mallory", phone="+442079460000")
    assert mallory.contact.enqueued_at == clock.now() and not fresh(first).came_back
    assert ann.state()["state"] == "waiting" and ann.contact.enqueued_at == first.enqueued_at


def test_beas_desk_is_lost_and_ann_is_told_one_moment(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    heard(leg)
    presence.disconnected(console_of(leg.agent))
    assert ann.state()["state"] == "away"
    day.after(15.1)
    assert fresh(leg).state == LegState.LOST
    waiting = ann.state()
    assert waiting["state"] == "waiting" and waiting["passed_on"] is True
    assert visits(ann.contact) == ["answered", ""]


def test_ann_takes_a_callback_and_keeps_her_place(day: Day, house: House, ann: Caller) -> None:
    entered = fresh(ann.contact).enqueued_at
    clock.advance(60)
    said = ann.post("back", number="+442079460111", zone="Europe/London")
    promised = Callback.objects.get(promised_from=ann.contact)
    assert (said["state"], said["callback"]["reference"]) == ("closed", promised.reference)
    assert promised.enqueued_at == entered


def test_warm_transfer_moves_the_call(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    heard(leg)
    cal = house.agent("Cal Cole")
    asked = transfers.consult(leg, cal, by=leg.agent, note="an old order")
    offers.accept(asked, by=cal)
    assert ann.state()["state"] == "held", "the two talk without her first"
    assert ann.state()["also"] == []
    desk = Browser()
    desk.force_login(cal.user)
    work = reverse("console-work", args=[asked.public_id])
    assert "the customer hears music" in desk.get(work, follow=True).content.decode()
    handling.resume(fresh(leg), by=leg.agent)
    assert {link["role"] for link in ann.state()["links"]} == {"primary", "consult"}, "three talk"
    assert ann.state()["also"] == [public_name(cal.user, house.acme)]
    assert "the customer hears you now" in desk.get(work, follow=True).content.decode()
    heard(asked)
    transfers.complete_warm(fresh(leg), by=leg.agent)
    told = ann.state()
    assert [link["id"] for link in told["links"]] == [str(asked.public_id)]
    assert told["state"] == "talking"
    clock.advance(60)
    ann.state()
    day.after(0)
    assert fresh(asked).state == LegState.HANDLING, "her voice came with the consultation"


def test_nobody_is_handed_to_a_colleague_whom_she_could_not_hear(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    heard(leg)
    cal = house.agent("Cal Cole")
    asked = offers.accept(transfers.consult(leg, cal, by=leg.agent), by=cal)
    day.after(20)
    assert fresh(asked).state == LegState.HANDLING, "they talk beside her, as long as they like"
    desk = Browser()
    desk.force_login(leg.agent.user)
    for said in ((), (media.Side.AGENT,), (media.Side.AGENT,)):
        for side in said:
            assert media.came(asked, side) is False
        refused = desk.post(reverse("console-consult-complete", args=[leg.public_id]))
        assert refused.status_code == 409
        assert "cannot hear each other yet" in refused.content.decode()
    assert (fresh(leg).state, fresh(asked).role) == (LegState.HANDLING, "consult")
    media.came(asked, media.Side.CUSTOMER)
    assert desk.post(reverse("console-consult-complete", args=[leg.public_id])).status_code == 302
    assert (fresh(leg).state, fresh(asked).role) == (LegState.WRAPPING, "primary")


def test_a_colleague_asked_in_makes_no_second_answer_and_her_work_counts_from_her_accept(
    day: Day, house: House, ann: Caller
) -> None:
    leg = taken(house, day, ann)
    heard(leg)
    clock.advance(10)
    cal = house.agent("Cal Cole")
    asked = offers.accept(transfers.consult(leg, cal, by=leg.agent), by=cal)
    clock.advance(5)
    heard(asked)
    assert kinds(ann.contact).count("media_connected") == 1 and visits(ann.contact) == ["answered"]
    clock.advance(15)
    transfers.complete_warm(fresh(leg), by=leg.agent)
    wrap_up.finish(fresh(leg), by=leg.agent, disposition=house.solved)
    clock.advance(40)
    ann.post("end")
    wrap_up.finish(fresh(asked), by=cal, disposition=house.solved)
    told = story.story(ann.contact, name_of=lambda _user, name: name, for_client=True)
    assert [stretch.talk_seconds for stretch in told.stretches] == [10, 60], "Bea held him for twenty"
    handled = queries.handling(scope_of([house.acme]))[()]
    assert (handled.legs, handled.talk_seconds, handled.hold_seconds) == (2, 70, 20)
    line = queries.line(scope_of([house.acme]))
    assert (line.in_time, line.answered) == (1, 1)


@pytest.mark.parametrize("ends", ["end", "lost", "left"])
def test_a_colleague_who_is_out_again_leaves_no_voice_awaited(day: Day, house: House, ann: Caller, ends: str) -> None:
    leg = taken(house, day, ann)
    heard(leg)
    cal = house.agent("Cal Cole")
    asked = offers.accept(transfers.consult(leg, cal, by=leg.agent), by=cal)
    if ends == "end":
        transfers.end_consult(fresh(leg), by=leg.agent)
    elif ends == "lost":
        handing_back.let_go(asked, why="console lost", at=clock.now())
    else:
        ann.post("end")
    assert fresh(asked).state in (LegState.COMPLETED, LegState.LOST)
    assert not media.CallMedia.objects.filter(settled_at__isnull=True).exists()
    assert media.came(asked, media.Side.CUSTOMER) is False


def test_the_desk_reads_with_its_lists_since_when_they_talk(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    heard(leg)
    desk = Browser()
    desk.force_login(leg.agent.user)
    with CaptureQueriesContext(connection) as asked:
        for part in ("console-items", "console-top"):
            assert "Talking" in desk.get(reverse(part)).content.decode()
    assert not [each for each in asked if 'FROM "interactions_callmedia"' in each["sql"]]


def test_who_takes_a_call_over_is_told_what_ann_waited_and_not_what_she_talked(
    day: Day, house: House, ann: Caller
) -> None:
    clock.advance(7)
    leg = taken(house, day, ann)
    heard(leg)
    clock.advance(300)
    cal = house.agent("Cal Cole")
    asked = transfers.consult(leg, cal, by=leg.agent)
    clock.advance(5)
    heard(offers.accept(asked, by=cal))
    transfers.complete_warm(fresh(leg), by=leg.agent)
    clock.advance(60)
    handling.end_work(fresh(asked), by=cal, ended_by=EndedBy.AGENT)
    for each in (asked, leg):
        desk = Browser()
        desk.force_login(each.agent.user)
        told = desk.get(reverse("console-work", args=[each.public_id]), follow=True).content.decode()
        assert "<dt>Waited</dt><dd>0:07</dd>" in told


def test_a_phone_call_counts_by_its_accept(day: Day, house: House, line: Queue) -> None:
    bea = house.agent("Bea Brown")
    contact = house.contact(Channel.VOICE, queue=line)
    day.after(0)
    offers.accept(ringing(bea, contact), by=bea)
    assert visits(contact) == ["answered"]
    day.after(60)
    assert fresh(contact).state == State.ACTIVE


def test_the_page_of_a_closed_line_is_told_so(day: Day, house: House, line: Queue) -> None:
    from clients.models import QueueState

    door = make.door(line.client, EntryKind.WEB_CALL, into=line)
    Queue.objects.filter(pk=line.pk).update(state=QueueState.CLOSED)
    caller = Caller(door)
    said = caller.post("start", key="0123456789abcdef", name="Ann")
    assert said["state"] == "closed" and said["text"]


def test_a_chat_door_takes_no_call_and_a_chats_token_opens_none(day: Day, house: House, ann: Caller) -> None:
    other = Caller(make.door(house.acme, into=house.line))
    other.post("start", key="0123456789abcdef")
    assert other.last.status_code == 404
    hello = chats.Hello(key="fedcba9876543210", words="Hello")
    ann.token = chats.start(other.door, hello).token
    assert ann.post("end")["code"] == "link_invalid"
    assert ann.last.status_code == 401


def test_what_ann_types_wrong_is_said(line: Queue, day: Day) -> None:
    caller = Caller(make.door(line.client, EntryKind.WEB_CALL, into=line))
    said = caller.post("start", key="0123456789abcdef", phone="twelve", email="at home")
    assert caller.last.status_code == 422
    assert set(said["errors"]) == {"phone", "email"}
    assert not Interaction.objects.exists()


def test_a_call_begins_by_its_operation(day: Day, line: Queue) -> None:
    door = make.door(line.client, EntryKind.WEB_CALL, into=line)
    begun = calls.start(door, calls.Caller(key="0123456789abcdef", name="Ann"))
    contact = begun.received.interaction
    assert (contact.channel, contact.origin) == (Channel.VOICE, "web_call")
    assert contact.arrived_at <= clock.now() + timedelta(seconds=1)


def test_ann_presses_two_for_tech_support(day: Day, house: House, line: Queue) -> None:
    tech = make.queue(house.acme, "Tech", channels=[Channel.VOICE])
    found = make.door(house.acme, EntryKind.WEB_CALL, into=line)
    EntryRule.objects.create(entry_point=found, position=1, key="2", menu={"en": "Tech support"}, queue=tech)
    EntryRule.objects.create(entry_point=found, position=2, key="1", menu={"en": "Orders"}, queue=line)
    page = Browser().get(reverse("customer-call", args=[found.public_id])).content.decode()
    assert page.index("Orders") < page.index("Tech support"), "in the order of the keys"
    caller = Caller(found)
    caller.post("start", key="0123456789abcdef", menu="2")
    assert caller.contact.queue == tech and caller.contact.envelope.opening == "Tech support", "his agent reads it"


def test_a_call_that_came_back_unheard_still_reaches_the_next_step(day: Day, house: House) -> None:
    spanish = make.skill("es")
    line = make.queue(house.acme, "Spanish", channels=[Channel.VOICE], wants={"es": 1})
    step(line, 30, StepAction.DROP_SKILL, skill=spanish)
    eligibility.queue_changed(Queue.objects.get(pk=line.pk))
    ann = Caller(make.door(house.acme, EntryKind.WEB_CALL, into=line))
    ann.post("start", key="0123456789abcdef")
    bea = house.agent("Bea Brown", skills={"es": 1})
    day.after(0)
    offers.accept(ringing(bea, ann.contact), by=bea)
    day.after(10.1)
    assert fresh(ann.contact).state == State.QUEUED
    presence.sign_out(bea)
    cal = house.agent("Cal Cole")
    day.after(0)
    assert not ann.contact.legs.filter(agent=cal).exists(), "he speaks no Spanish"
    day.after(25)
    assert ringing(cal, ann.contact).state == LegState.OFFERED


def test_once_they_hear_each_other_no_step_is_due(day: Day, house: House) -> None:
    line = make.queue(house.acme, "Calls", channels=[Channel.VOICE])
    step(line, 30, StepAction.RAISE_PRIORITY, raise_by=2)
    eligibility.queue_changed(Queue.objects.get(pk=line.pk))
    ann = Caller(make.door(house.acme, EntryKind.WEB_CALL, into=line))
    ann.post("start", key="0123456789abcdef")
    leg = taken(house, day, ann)
    assert fresh(ann.contact).step_due_at is not None
    heard(leg)
    assert fresh(ann.contact).step_due_at is None


def test_what_the_sweep_read_before_does_not_undo_what_was_heard(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    stale = media.unsettled(leg)
    assert stale is not None
    heard(leg)
    media.settle(stale, at=clock.now())
    row = media.CallMedia.objects.get(leg=leg)
    assert row.customer_at is not None and row.agent_at is not None


def test_handed_on_to_a_line_the_page_counts_the_wait_there(day: Day, house: House, ann: Caller) -> None:
    came = clock.now()
    assert ann.state()["since"] == came.isoformat()
    clock.advance(5)
    leg = taken(house, day, ann)
    heard(leg)
    clock.advance(200)
    orders = make.queue(house.acme, "Orders", channels=[Channel.VOICE])
    make.agent("Dee Dunn", licensed=house.acme, available=True)
    transfers.to_queue(leg, orders, by=leg.agent)
    waiting = ann.state()
    assert (waiting["state"], waiting["since"]) == ("waiting", clock.now().isoformat())


def test_handed_to_a_colleague_ann_waits_anew_and_talk_is_no_wait(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    heard(leg)
    clock.advance(200)
    cal = house.agent("Cal Cole")
    transfers.to_colleague(leg, cal, by=leg.agent)
    wrap_up.finish(fresh(leg), by=leg.agent, disposition=house.solved)
    clock.advance(3)
    asked = ringing(cal, ann.contact)
    card = offer.open_offer(cal)
    assert card is not None and (clock.now() - card.waited_since).total_seconds() == 3
    heard(offers.accept(asked, by=cal))
    clock.advance(60)
    ann.state()
    presence.disconnected(console_of(cal))
    day.after(15.1)
    ann.state()
    clock.advance(2)
    offers.accept(ringing(leg.agent, ann.contact), by=leg.agent)
    told = story.story(ann.contact, name_of=lambda _user, name: name, for_client=False)
    answers = [line.detail for line in told.told if "Answered" in line.title]
    assert answers == ["after 0:00 in line", "after 0:03 in line", "after 0:02 in line"]


def test_a_blind_transfer_without_a_voice_returns_to_who_made_it(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    heard(leg)
    cal = house.agent("Cal Cole")
    transfers.to_colleague(leg, cal, by=leg.agent)
    wrap_up.finish(fresh(leg), by=leg.agent, disposition=house.solved)
    offers.accept(ringing(cal, ann.contact), by=cal)
    day.after(10.1)
    contact = fresh(ann.contact)
    assert contact.returned is True
    assert contact.prefer_agent == leg.agent or contact.legs.filter(agent=leg.agent, state=LegState.OFFERED).exists()


def test_who_is_called_back_when_the_line_opens_is_told_when(day: Day, line: Queue, ann: Caller) -> None:
    ann.post("start", key="fedcba9876543210", name="Ann Archer", phone="+442079460000", zone="Europe/Madrid")
    line.callback_offer_seconds = 0
    line.save()
    told = ann.state()
    assert told["offer_callback"] is True and told["calls_from"] == "", "the line is open: she keeps her place"
    line.hours = make.hours(line.client, "Tomorrow", always_open=False, zone="UTC")
    line.save()
    tomorrow = day.now() + timedelta(days=1)
    HoursSpan.objects.create(hours=line.hours, weekday=tomorrow.weekday(), opens=8 * 60, closes=9 * 60)
    said = ann.state()["calls_from"]
    at = tomorrow.replace(hour=8, minute=0).astimezone(ZoneInfo("Europe/Madrid"))
    assert f"{at:%A}, {at.day} {at:%B}, {at.hour} am (Madrid)" in said and "when this line opens" in said
    promised = ann.post("back", number="+442079460000")
    due = Callback.objects.get(reference=promised["callback"]["reference"]).due_from
    assert due == tomorrow.replace(hour=8, minute=0, second=0, microsecond=0), "as it was said"


def test_a_desk_says_busy_to_web_calls_alone(day: Day, house: House, ann: Caller) -> None:
    bea = house.agent("Bea Brown")
    day.after(0)
    desk = Browser()
    desk.force_login(bea.user, backend="django.contrib.auth.backends.ModelBackend")
    desk.post(reverse("console-busy", args=[ringing(bea, ann.contact).public_id]))
    assert fresh(ann.contact).state == State.QUEUED
    chat = house.contact()
    day.after(0)
    refused = desk.post(reverse("console-busy", args=[ringing(bea, chat).public_id]))
    assert refused.status_code == 409
    assert ringing(bea, chat).state == LegState.OFFERED


def test_a_call_that_only_connects_cannot_be_handed_on(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    orders = make.queue(house.acme, "Orders", channels=[Channel.VOICE])
    cal = house.agent("Cal Cole")
    entered = fresh(ann.contact).enqueued_at
    with pytest.raises(media.NotHeardYet):
        transfers.to_queue(leg, orders, by=leg.agent)
    with pytest.raises(media.NotHeardYet):
        transfers.to_colleague(leg, cal, by=leg.agent)
    day.after(10.1)
    assert fresh(leg).state == LegState.LOST, "the offer failed"
    assert fresh(ann.contact).enqueued_at == entered, "and she keeps her place"


def test_what_came_before_the_first_voice_is_wait_and_not_talk(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    clock.advance(4)
    heard(leg)
    clock.advance(60)
    ann.post("end")
    told = story.story(ann.contact, name_of=lambda _user, name: name, for_client=True)
    assert [stretch.talk_seconds for stretch in told.stretches] == [60]
    desk = Browser()
    desk.force_login(leg.agent.user)
    page = desk.get(reverse("console-work", args=[leg.public_id]), follow=True).content.decode()
    assert "<dt>Waited</dt><dd>0:04</dd>" in page and "<dt>Talked</dt><dd>1:00</dd>" in page
    wrap_up.finish(fresh(leg), by=leg.agent, disposition=house.solved)
    handled = queries.handling(scope_of([house.acme]))[()]
    assert (handled.legs, handled.talk_seconds) == (1, 60)
    assert queries.line(scope_of([house.acme])).in_time == 1, "answered after four seconds"


def test_a_leg_nobody_heard_is_no_talk_to_the_client(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    day.after(10.1)
    assert fresh(leg).state == LegState.LOST
    told = story.story(ann.contact, name_of=lambda _user, name: name, for_client=True)
    assert [stretch.answered for stretch in told.stretches] == [False]
    assert not [bar for bar in told.bars if bar.kind == "talk"]


def test_work_taken_back_before_the_first_voice_leaves_nothing_to_wrap_up(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    supervision.take_back(ann.contact, by=house.sue, reason="she cannot be heard")
    assert fresh(leg).state == LegState.COMPLETED
    assert fresh(ann.contact).state == State.QUEUED
    assert not media.CallMedia.objects.filter(settled_at__isnull=True).exists()
