"""How a web call ends when a page, a desk or a voice is lost in ring, talk, hold or transfer, or two act at once.

It ends once, nobody keeps a leg, and the figures say what was heard.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from agents import presence
from agents.models import Agent
from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from clients.models import Channel, EntryKind, Queue
from interactions import chats, handling, media, offers, supervision, transfers, unanswered
from interactions.consumers.call import CallConsumer
from interactions.consumers.console import ConsoleConsumer
from interactions.models import EndedBy, Interaction, Kind, Leg, LegState, Outcome, State
from interactions.reports import queries
from interactions.reports.scope import scope_of
from interactions.routing import timers
from tests import factories as make
from tests.flows.floor import Day, House, at_once, console_of, fresh, kinds, seat
from tests.flows.test_web_call import Caller, heard, ringing, taken, visits

TIMES = range(3)
# What two at once break, they break once in many times: no second try.
together = pytest.mark.storm


@pytest.fixture
def line(house: House) -> Queue:
    return make.queue(house.acme, "Calls", channels=[Channel.VOICE])


@pytest.fixture
def ann(line: Queue) -> Caller:
    return calling(line)


def calling(line: Queue, key: str = "0123456789abcdef") -> Caller:
    """Somebody has pressed "Call now"."""
    caller = Caller(make.door(line.client, EntryKind.WEB_CALL, into=line))
    caller.post("start", key=key, name="Ann Archer", phone="+442079460000")
    return caller


def talking(house: House, day: Day, ann: Caller) -> Leg:
    """Bea and Ann hear each other."""
    leg = taken(house, day, ann)
    heard(leg)
    return leg


def consulted(house: House, leg: Leg, name: str = "Cal Cole") -> tuple[Agent, Leg]:
    """A colleague is asked and rings."""
    colleague = house.agent(name)
    return colleague, transfers.consult(leg, colleague, by=leg.agent, note="an old order")


def is_free(agent: Agent) -> bool:
    return seat(agent).points_voice == 0 and not seat(agent).offered


def nobody_holds(contact: Interaction) -> bool:
    return not contact.legs.filter(state__in=[LegState.OFFERED, LegState.HANDLING]).exists()


# --- Ann's page vanishes ---------------------------------------------------------------------------------------------


def test_her_page_is_gone_while_it_rings(day: Day, house: House, ann: Caller) -> None:
    chats.gone(ann.session)
    clock.advance(20)
    bea = house.agent("Bea Brown")
    day.after(0)
    offer = ringing(bea, ann.contact)
    day.after(10.1)
    assert (fresh(ann.contact).outcome, visits(ann.contact)) == (Outcome.ABANDONED, ["abandoned"])
    assert (fresh(offer).state, seat(bea).misses) == (LegState.RESCINDED, 0)


def test_her_page_is_gone_before_they_hear_each_other(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    media.came(leg, media.Side.AGENT)
    chats.gone(ann.session)
    day.after(10.1)
    assert (fresh(leg).state, fresh(ann.contact).state) == (LegState.LOST, State.QUEUED)
    day.after(20)
    assert (fresh(ann.contact).outcome, visits(ann.contact)) == (Outcome.ABANDONED, ["abandoned"])
    assert nobody_holds(ann.contact)


def test_her_page_is_gone_on_hold(day: Day, house: House, ann: Caller) -> None:
    leg = talking(house, day, ann)
    clock.advance(5)
    handling.hold(leg, by=leg.agent)
    chats.gone(ann.session)
    day.after(30.1)
    ended = fresh(leg)
    assert (ended.state, ended.ended_by, ended.on_hold, ended.hold_seconds) == (
        LegState.WRAPPING, EndedBy.CUSTOMER, False, 30
    )  # fmt: skip
    assert fresh(ann.contact).state == State.WRAP_UP


@pytest.mark.parametrize("joined", [False, True])
def test_her_page_is_gone_while_they_consult(day: Day, house: House, ann: Caller, joined: bool) -> None:
    leg = talking(house, day, ann)
    chats.gone(ann.session)
    clock.advance(20)
    cal, asked = consulted(house, leg)
    if joined:
        offers.accept(asked, by=cal)
    day.after(10.1)
    assert fresh(leg).state == LegState.WRAPPING
    assert fresh(asked).state == (LegState.COMPLETED if joined else LegState.RESCINDED)
    assert is_free(cal)


def test_her_page_is_gone_while_she_is_handed_on(day: Day, house: House, ann: Caller) -> None:
    leg = talking(house, day, ann)
    chats.gone(ann.session)
    clock.advance(20)
    cal = house.agent("Cal Cole")
    transfers.to_colleague(leg, cal, by=leg.agent)
    day.after(10.1)
    assert (fresh(ann.contact).outcome, visits(ann.contact)) == (Outcome.ABANDONED, ["answered", "abandoned"])
    assert is_free(cal) and seat(cal).misses == 0


# --- the desk vanishes -----------------------------------------------------------------------------------------------


def test_the_desk_is_gone_while_it_rings(day: Day, house: House, ann: Caller) -> None:
    place = fresh(ann.contact).enqueued_at
    bea = house.agent("Bea Brown")
    day.after(0)
    offer = ringing(bea, ann.contact)
    presence.disconnected(console_of(bea))
    assert (fresh(offer).state, fresh(ann.contact).enqueued_at) == (LegState.RESCINDED, place)
    assert visits(ann.contact) == [""] and ann.state()["state"] == "waiting"


def test_the_desk_is_gone_before_they_hear_each_other(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    presence.disconnected(console_of(leg.agent))
    day.after(10.1)
    assert (fresh(leg).state, fresh(ann.contact).state, visits(ann.contact)) == (LegState.LOST, State.QUEUED, [""])
    ann.state()
    day.after(10)
    assert kinds(ann.contact).count("console_lost") == 0, "it is lost once"


def test_the_desk_is_gone_on_hold(day: Day, house: House, ann: Caller) -> None:
    place = fresh(ann.contact).enqueued_at
    leg = talking(house, day, ann)
    handling.hold(leg, by=leg.agent)
    presence.disconnected(console_of(leg.agent))
    day.after(15.1)
    lost, contact = fresh(leg), fresh(ann.contact)
    assert (lost.state, lost.on_hold, lost.hold_seconds) == (LegState.LOST, False, 15)
    assert (contact.state, contact.returned, contact.enqueued_at) == (State.QUEUED, True, place)
    assert visits(contact) == ["answered", ""]


def test_the_desk_of_who_hands_on_is_gone(day: Day, house: House, ann: Caller) -> None:
    leg = talking(house, day, ann)
    cal, asked = consulted(house, leg)
    heard(offers.accept(asked, by=cal))
    presence.disconnected(console_of(leg.agent))
    ann.state()
    day.after(15.1)
    assert (fresh(leg).state, fresh(asked).role, fresh(asked).state) == (LegState.LOST, "primary", LegState.HANDLING)
    assert [link["id"] for link in ann.state()["links"]] == [str(asked.public_id)]
    assert visits(ann.contact) == ["answered"]


def test_the_desk_of_who_asks_is_gone_and_ann_could_not_hear_the_other(day: Day, house: House, ann: Caller) -> None:
    leg = talking(house, day, ann)
    cal, asked = consulted(house, leg)
    media.came(offers.accept(asked, by=cal), media.Side.AGENT)
    presence.disconnected(console_of(leg.agent))
    ann.state()
    day.after(15.1)
    assert (fresh(leg).state, fresh(asked).state) == (LegState.LOST, LegState.COMPLETED)
    contact = fresh(ann.contact)
    assert contact.returned and visits(contact) == ["answered", ""], "first in line, and not left to silence"


def test_the_desk_of_who_is_asked_is_gone(day: Day, house: House, ann: Caller) -> None:
    leg = talking(house, day, ann)
    cal, asked = consulted(house, leg)
    offers.accept(asked, by=cal)
    presence.disconnected(console_of(cal))
    ann.state()
    day.after(15.1)
    assert (fresh(asked).state, fresh(leg).state) == (LegState.LOST, LegState.HANDLING)
    handling.resume(fresh(leg), by=leg.agent)
    assert [link["id"] for link in ann.state()["links"]] == [str(leg.public_id)]


def test_the_desk_of_who_gets_it_is_gone_while_it_rings(day: Day, house: House, ann: Caller) -> None:
    leg = talking(house, day, ann)
    cal = house.agent("Cal Cole")
    transfers.to_colleague(leg, cal, by=leg.agent)
    presence.disconnected(console_of(cal))
    contact = fresh(ann.contact)
    assert (contact.state, contact.returned, visits(contact)) == (State.QUEUED, True, ["answered", ""])


def test_who_works_here_no_more_lets_an_unheard_call_go_back_to_its_wait(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    presence.deactivate(leg.agent, make.admin())
    assert (fresh(leg).state, fresh(ann.contact).state, visits(ann.contact)) == (LegState.LOST, State.QUEUED, [""])


# --- voices ----------------------------------------------------------------------------------------------------------


def test_a_voice_reported_by_whom_it_is_not_about_is_nothing(day: Day, house: House, ann: Caller, line: Queue) -> None:
    leg = taken(house, day, ann)
    media.came(leg, media.Side.AGENT)
    cal = house.agent("Cal Cole")
    other = calling(line, "fedcba9876543210")
    day.after(0)
    theirs = offers.accept(ringing(cal, other.contact), by=cal)
    desk = ConsoleConsumer()
    desk.agent = cal
    desk._hears(leg.public_id)
    page = CallConsumer()
    page.session = other.session
    for party in (str(leg.public_id), str(cal.public_id), "customer", "nobody"):
        page._hears_agent(party)
    assert media.unsettled(leg) is not None and media.unsettled(theirs) is not None
    page._hears_agent(str(theirs.public_id))
    desk._hears(theirs.public_id)
    assert media.unsettled(theirs) is None and media.unsettled(leg) is not None


def test_a_voice_that_comes_late_or_from_an_old_tab_is_nothing(day: Day, house: House, ann: Caller) -> None:
    first = taken(house, day, ann)
    day.after(10.1)
    heard(first)
    assert (fresh(first).state, visits(ann.contact)) == (LegState.LOST, [""])
    ann.state()
    day.after(15.1)
    again = offers.accept(ringing(first.agent, ann.contact), by=first.agent)
    heard(first)
    assert media.unsettled(again) is not None, "her old tab speaks of the old leg"
    heard(again)
    heard(again)
    assert visits(ann.contact) == ["answered"] and kinds(ann.contact).count("media_connected") == 1


def test_a_call_put_back_stands_before_who_came_later(day: Day, house: House, ann: Caller, line: Queue) -> None:
    place = fresh(ann.contact)
    entered = ann.contact.visits.get().entered_at
    leg = taken(house, day, ann)
    clock.advance(5)
    later = calling(line, "fedcba9876543210")
    day.after(5.1)
    contact = fresh(ann.contact)
    assert fresh(leg).state == LegState.LOST
    assert (contact.enqueued_at, contact.order_key, contact.priority) == (
        place.enqueued_at, place.order_key, place.priority
    )  # fmt: skip
    assert contact.visits.get().entered_at == entered
    waiting = ann.state()
    assert (waiting["position"], waiting["passed_on"]) == (1, False), "she has talked to nobody yet"
    assert later.contact.enqueued_at > contact.enqueued_at
    cal = house.agent("Cal Cole")
    day.after(0)
    assert ringing(cal, contact)


# --- hold and transfer before they hear each other -------------------------------------------------------------------


def test_nobody_is_put_on_hold_before_they_hear_each_other(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    with pytest.raises(media.NotHeardYet):
        handling.hold(leg, by=leg.agent)
    assert fresh(ann.contact).state == State.ACTIVE and not fresh(leg).on_hold
    heard(leg)
    assert fresh(handling.hold(leg, by=leg.agent)).on_hold


def test_nobody_is_asked_in_before_they_hear_each_other(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    cal = house.agent("Cal Cole")
    with pytest.raises(transfers.CannotTransfer):
        transfers.consult(leg, cal, by=leg.agent)
    heard(leg)
    assert transfers.consult(leg, cal, by=leg.agent)


def test_taken_back_before_they_hear_each_other_her_wait_goes_on(day: Day, house: House, ann: Caller) -> None:
    leg = taken(house, day, ann)
    supervision.take_back(ann.contact, by=make.admin(), reason="wrong one")
    assert (fresh(ann.contact).state, visits(ann.contact)) == (State.QUEUED, [""])
    assert fresh(leg).state != LegState.HANDLING


# --- two at once -----------------------------------------------------------------------------------------------------


@together
@pytest.mark.parametrize("_time", TIMES)
def test_both_hang_up_at_once(day: Day, house: House, ann: Caller, _time: int) -> None:
    leg = talking(house, day, ann)
    session = ann.session
    at_once(lambda: chats.say_goodbye(session), lambda: handling.end_work(leg, by=leg.agent, ended_by=EndedBy.AGENT))
    told = kinds(ann.contact)
    assert (told.count("ended"), told.count("wrap_up_started")) == (1, 1)
    assert fresh(leg).state == LegState.WRAPPING and visits(ann.contact) == ["answered"]


@together
@pytest.mark.parametrize("_time", TIMES)
def test_both_hang_up_at_once_before_they_heard_each_other(day: Day, house: House, ann: Caller, _time: int) -> None:
    leg = taken(house, day, ann)
    session = ann.session
    at_once(lambda: chats.say_goodbye(session), lambda: handling.end_work(leg, by=leg.agent, ended_by=EndedBy.AGENT))
    assert (fresh(ann.contact).outcome, visits(ann.contact)) == (Outcome.ABANDONED, ["abandoned"])
    assert nobody_holds(ann.contact) and is_free(leg.agent)


@together
@pytest.mark.parametrize("_time", TIMES)
def test_bea_accepts_while_ann_leaves(day: Day, house: House, ann: Caller, _time: int) -> None:
    bea = house.agent("Bea Brown")
    day.after(0)
    offer, session = ringing(bea, ann.contact), ann.session
    at_once(lambda: offers.accept(offer, by=bea), lambda: chats.say_goodbye(session))
    assert (fresh(ann.contact).outcome, visits(ann.contact)) == (Outcome.ABANDONED, ["abandoned"])
    assert fresh(offer).state in (LegState.RESCINDED, LegState.COMPLETED) and is_free(bea)


@together
@pytest.mark.parametrize("_time", TIMES)
def test_both_voices_come_at_once(day: Day, house: House, ann: Caller, _time: int) -> None:
    leg = taken(house, day, ann)
    said = at_once(*(lambda side=side: media.came(leg, side) for side in (*media.Side, *media.Side)))  # type: ignore[misc]
    assert sorted(map(bool, said)) == [False, False, False, True]
    assert kinds(ann.contact).count("media_connected") == 1 and visits(ann.contact) == ["answered"]


@together
@pytest.mark.parametrize("_time", TIMES)
def test_the_voice_comes_in_the_last_moment(day: Day, house: House, ann: Caller, _time: int) -> None:
    leg = taken(house, day, ann)
    media.came(leg, media.Side.AGENT)
    clock.advance(10.1)
    at = clock.now()
    came, failed = at_once(lambda: media.came(leg, media.Side.CUSTOMER, at=at), lambda: timers.voices_overdue(at))
    assert bool(came) != bool(failed)
    assert (fresh(leg).state, visits(ann.contact)) == (
        (LegState.HANDLING, ["answered"]) if came else (LegState.LOST, [""])
    )


@together
@pytest.mark.parametrize("_time", TIMES)
def test_ann_leaves_as_the_voice_is_given_up(day: Day, house: House, ann: Caller, _time: int) -> None:
    leg = taken(house, day, ann)
    clock.advance(10.1)
    at, session = clock.now(), ann.session
    at_once(lambda: chats.say_goodbye(session, at=at), lambda: timers.voices_overdue(at))
    assert (fresh(ann.contact).outcome, visits(ann.contact)) == (Outcome.ABANDONED, ["abandoned"])
    assert is_free(leg.agent)


@together
@pytest.mark.parametrize("_time", TIMES)
def test_bea_hands_over_as_ann_hangs_up(day: Day, house: House, ann: Caller, _time: int) -> None:
    leg = talking(house, day, ann)
    cal, asked = consulted(house, leg)
    heard(offers.accept(asked, by=cal))
    session = ann.session
    results = at_once(lambda: transfers.complete_warm(leg, by=leg.agent), lambda: chats.say_goodbye(session))
    assert all(result is None or isinstance(result, Leg | DomainError) for result in results)
    assert fresh(ann.contact).state == State.WRAP_UP and nobody_holds(ann.contact)
    assert visits(ann.contact) == ["answered"]


# --- figures ---------------------------------------------------------------------------------------------------------


def test_the_figures_say_what_was_heard(day: Day, house: House, line: Queue) -> None:
    bea = house.agent("Bea Brown")
    ann = calling(line)
    day.after(0)
    failed = offers.accept(ringing(bea, ann.contact), by=bea)
    day.after(10.1)
    ann.state()
    day.after(15)
    clock.advance(2)
    heard(again := offers.accept(ringing(bea, ann.contact), by=bea))
    clock.advance(60)
    ann.post("end")
    handling_over(again)
    al = calling(line, "fedcba9876543210")
    day.after(0)
    unheard = offers.accept(ringing(bea, al.contact), by=bea)
    clock.advance(8)
    al.post("end")
    scope = scope_of([house.acme], "today", at=clock.now() + timedelta(seconds=1))
    found = queries.line(scope)
    assert (found.answered, found.abandoned, found.offered) == (1, 1, 2)
    assert round(found.wait_seconds) == 27, "until they heard each other, the failed try within"
    assert queries.handling(scope)[()].legs == 1, "what was not heard was not handled"
    assert {fresh(failed).state, fresh(unheard).state} == {LegState.LOST, LegState.COMPLETED}


def handling_over(leg: Leg) -> None:
    """Her wrap-up is done; another desk of hers is open."""
    from interactions import wrap_up

    wrap_up.finish(fresh(leg), by=leg.agent, disposition=make.disposition(leg.client, f"Done {uuid4().hex[:6]}"))


def test_the_journal_says_it_in_order(day: Day, house: House, ann: Caller) -> None:
    leg = talking(house, day, ann)
    ann.post("end")
    told = [
        kind for kind in kinds(ann.contact) if kind in {Kind.ACCEPTED, Kind.MEDIA_CONNECTED, Kind.ENDED, Kind.QUEUED}
    ]
    assert told == ["queued", "accepted", "media_connected", "ended"]
    assert fresh(leg).ended_by == EndedBy.CUSTOMER


# --- a browser that gets no sound through ----------------------------------------------------------------------------


def unheard_by(house: House, day: Day, ann: Caller, name: str) -> Agent:
    """She takes the call, her desk hears Ann, and Ann's page never says that it hears her."""
    agent = house.agent(name)
    day.after(0)
    media.came(offers.accept(ringing(agent, ann.contact), by=agent), media.Side.AGENT)
    day.after(10.1)
    return agent


def again(agent: Agent, day: Day, ann: Caller) -> None:
    """The same desk, once her delay is over."""
    ann.state()
    day.after(16)
    media.came(offers.accept(ringing(agent, ann.contact), by=agent), media.Side.AGENT)
    day.after(10.1)


def test_one_desk_that_gets_no_sound_through_ends_nobodys_call(day: Day, house: House, ann: Caller) -> None:
    bea = unheard_by(house, day, ann, "Bea Brown")
    for _try in range(4):
        again(bea, day, ann)
    contact = fresh(ann.contact)
    assert kinds(contact).count("media_failed") == 5
    assert contact.state == State.QUEUED, "what five tries of one desk tell is about the desk"


def test_while_browsers_cannot_signal_nobodys_call_is_given_up(
    day: Day, house: House, ann: Caller, settings: Any
) -> None:
    for name in ("Bea Brown", "Cal Cole"):
        unheard_by(house, day, ann, name)
    dee = house.agent("Dee Dunn")
    day.after(0)
    media.came(offers.accept(ringing(dee, ann.contact), by=dee), media.Side.AGENT)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    day.after(10.1)
    assert kinds(ann.contact).count("media_failed") == 3
    assert fresh(ann.contact).state in (State.QUEUED, State.OFFERED)


def test_after_three_agents_nobody_heard_the_call_ends_in_words(day: Day, house: House, ann: Caller) -> None:
    before = fresh(ann.contact).enqueued_at
    agents = [unheard_by(house, day, ann, name) for name in ("Bea Brown", "Cal Cole")]
    assert fresh(ann.contact).state == State.QUEUED
    agents.append(unheard_by(house, day, ann, "Dee Dunn"))
    contact = fresh(ann.contact)
    assert (contact.state, contact.outcome) == (State.CLOSED, Outcome.TIMED_OUT)
    assert kinds(contact)[-2:] == ["media_failed", "closed"]
    assert contact.journal.filter(kind=Kind.MEDIA_FAILED, facts__gave_up=True).count() == 1
    assert nobody_holds(contact) and all(is_free(agent) and seat(agent).misses == 0 for agent in agents)
    assert visits(contact) == ["timed_out"], "one wait, and nobody was reached"
    told = ann.state()
    assert told["unheard"] and "no sound" in told["text"] and told["leave_number"]
    promised = unanswered.typed_in(contact)
    assert promised["number"] == "+442079460000" and contact.enqueued_at == before


def test_a_desk_that_is_deaf_is_not_the_callers_fault(day: Day, house: House, ann: Caller) -> None:
    for name in ("Bea Brown", "Cal Cole", "Dee Dunn"):
        agent = house.agent(name)
        day.after(0)
        media.came(offers.accept(ringing(agent, ann.contact), by=agent), media.Side.CUSTOMER)
        day.after(10.1)
    assert fresh(ann.contact).state in (State.QUEUED, State.OFFERED)


def test_agents_who_hang_up_before_it_began_end_nothing(day: Day, house: House, ann: Caller) -> None:
    for name in ("Bea Brown", "Cal Cole", "Dee Dunn"):
        agent = house.agent(name)
        day.after(0)
        handling.end_work(offers.accept(ringing(agent, ann.contact), by=agent), by=agent, ended_by=EndedBy.AGENT)
    assert fresh(ann.contact).state == State.QUEUED


def test_what_failed_before_a_talk_counts_no_more(day: Day, house: House, ann: Caller) -> None:
    def is_unheard() -> None:
        while not (offered := ann.contact.legs.select_related("agent").filter(state=LegState.OFFERED)):
            assert fresh(ann.contact).state == State.QUEUED
            ann.state()  # her page is there
            day.after(5)
        leg = offered.get()
        media.came(offers.accept(leg, by=leg.agent), media.Side.AGENT)
        ann.state()
        day.after(10.1)

    for name in ("Bea Brown", "Cal Cole"):
        unheard_by(house, day, ann, name)
        ann.state()
    leg = taken(house, day, ann, "Dee Dunn")
    heard(leg)
    clock.advance(5)
    assert handling.console_lost(leg)
    is_unheard()
    is_unheard()
    assert fresh(ann.contact).outcome == "", "they talked: he can be heard"
    is_unheard()
    assert fresh(ann.contact).outcome == Outcome.TIMED_OUT
