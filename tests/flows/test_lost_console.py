"""Bea's lid closes: what waits for her, for how long, and who has it then."""

from uuid import uuid4

import pytest

from agents import presence
from agents.models import Presence
from bpo.kernel import clock
from clients.models import Channel
from interactions import drafts, handing_back, handling, offers, transfers
from interactions.models import Draft, EndedBy, Kind, LegState, Outcome, State
from interactions.routing.sweep import Sweep
from tests import factories as make
from tests.flows.floor import Day, House, console_of, fresh, kinds, seat


def test_what_rings_goes_to_a_colleague_at_once_and_nobody_is_blamed(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    ann = house.contact()
    ringing = house.ringing(bea, ann)
    cal = house.agent("Cal Cole")
    presence.disconnected(console_of(bea))
    assert fresh(ringing).state == LegState.RESCINDED
    assert house.ringing(cal, ann)
    assert seat(bea).misses == 0
    with pytest.raises(offers.OfferGone):
        offers.accept(ringing, by=bea)


def test_a_chat_waits_a_minute_and_is_kept_for_her_half_a_minute_more(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    leg = house.talk(bea, waited=40)
    ann = leg.interaction
    presence.disconnected(console_of(bea))
    day.after(59)
    assert fresh(leg).state == LegState.HANDLING
    day.after(1)
    assert (fresh(leg).state, fresh(leg).ended_by) == (LegState.LOST, EndedBy.SYSTEM)
    again = fresh(ann)
    assert (again.state, again.enqueued_at, again.prefer_agent) == (State.QUEUED, ann.enqueued_at, bea)
    assert not again.returned
    assert seat(bea).presence == Presence.SIGNED_OUT
    cal = house.agent("Cal Cole")
    day.after(1)
    assert house.ringing(cal, ann), "who is signed out holds nobody back"


def test_back_in_time_she_goes_on(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    leg = house.talk(bea)
    presence.disconnected(console_of(bea))
    day.after(45)
    presence.connected(bea, uuid4(), "web")
    day.after(60)
    assert (fresh(leg).state, fresh(leg).lost_since) == (LegState.HANDLING, None)
    assert kinds(leg.interaction)[-1] == "console_back"


def test_back_at_the_last_moment_while_the_sweep_looks_she_goes_on(
    day: Day, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    bea = house.agent("Bea Brown")
    leg = house.talk(bea)
    presence.disconnected(console_of(bea))
    let_go = handing_back.let_go

    def back_before(*found, **more) -> bool:
        presence.connected(bea, uuid4(), "web")
        return let_go(*found, **more)

    monkeypatch.setattr(handing_back, "let_go", back_before)
    day.after(60)
    assert (fresh(leg).state, fresh(leg).lost_since) == (LegState.HANDLING, None)


def test_a_call_waits_fifteen_seconds_and_is_then_first_in_its_priority(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    leg = house.talk(bea, Channel.VOICE)
    older = house.contact(Channel.VOICE, waited=300)
    presence.disconnected(console_of(bea))
    day.after(14)
    assert fresh(leg).state == LegState.HANDLING
    day.after(1)
    assert (fresh(leg).state, fresh(leg.interaction).returned) == (LegState.LOST, True)
    cal = house.agent("Cal Cole")
    day.after(1)
    assert house.ringing(cal, leg.interaction)
    assert fresh(older).state == State.QUEUED


def test_a_mail_waits_ten_minutes_and_the_next_one_finds_the_draft(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    leg = house.talk(bea, Channel.EMAIL)
    drafts.save(leg.interaction, bea, "Dear Ann, your dock")
    presence.disconnected(console_of(bea))
    day.after(599)
    assert fresh(leg).state == LegState.HANDLING
    day.after(1)
    assert fresh(leg).state == LegState.LOST
    cal = house.agent("Cal Cole")
    day.after(31)
    offers.accept(house.ringing(cal, leg.interaction), by=cal)
    assert Draft.objects.get(interaction=leg.interaction).text == "Dear Ann, your dock"


def test_many_mails_left_behind_hide_no_call(day: Day, house: House) -> None:
    writer = house.agent("Wes Write", capacity=make.profile(email_points=1, email_cap=80, email_yields_to_voice=False))
    house.line.wrap_up = "none"
    for _mail in range(3):
        house.talk(writer, Channel.EMAIL)
    bea = house.agent("Bea Brown")
    call = house.talk(bea, Channel.VOICE)
    presence.disconnected(console_of(writer))
    day.after(10)
    presence.disconnected(console_of(bea))
    day.after(15)
    assert fresh(call).state == LegState.LOST


def test_in_wrap_up_the_clock_runs_on_and_the_gap_shows(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    leg = house.talk(bea)
    handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    presence.disconnected(console_of(bea))
    day.after(59)
    assert fresh(leg).state == LegState.WRAPPING
    day.after(1)
    assert (fresh(leg).state, fresh(leg).disposed_in_time) == (LegState.COMPLETED, False)
    assert fresh(leg.interaction).outcome == Outcome.HANDLED


def test_with_a_colleague_in_the_talk_the_customer_stays_with_the_colleague(day: Day, house: House) -> None:
    bea, cal = house.agent("Bea Brown"), house.agent("Cal Cole")
    leg = house.talk(bea, Channel.VOICE)
    beside = offers.accept(transfers.consult(leg, cal, by=bea), by=cal)
    handling.hold(leg, by=bea)
    presence.disconnected(console_of(bea))
    day.after(15)
    assert (fresh(leg).state, fresh(beside).state, fresh(beside).role) == (LegState.LOST, LegState.HANDLING, "primary")
    assert fresh(leg.interaction).state == State.ACTIVE
    assert kinds(leg.interaction)[-2:] == ["console_lost", "transferred"]
    handling.end_work(fresh(beside), by=cal, ended_by=EndedBy.AGENT)


def test_of_another_line_the_colleague_has_the_contact_in_hers(day: Day, house: House) -> None:
    second = make.queue(house.acme, "Second line", wants={"repairs": 3})
    bea, cal = house.agent("Bea Brown"), house.agent("Cal Cole", skills={"repairs": 4})
    leg = house.talk(bea, Channel.VOICE)
    offers.accept(transfers.consult_line(leg, second, by=bea), by=cal)
    presence.disconnected(console_of(bea))
    day.after(15)
    contact = fresh(leg.interaction)
    assert (contact.state, contact.queue) == (State.ACTIVE, second)
    told = contact.journal.get(kind=Kind.TRANSFERRED)
    assert told.facts["queue"] == str(second.public_id)


def test_the_colleague_is_lost_and_the_customer_is_with_bea_as_before(day: Day, house: House) -> None:
    bea, cal = house.agent("Bea Brown"), house.agent("Cal Cole")
    leg = house.talk(bea)
    beside = offers.accept(transfers.consult(leg, cal, by=bea), by=cal)
    presence.disconnected(console_of(cal))
    day.after(60)
    assert (fresh(beside).state, fresh(leg).state) == (LegState.LOST, LegState.HANDLING)
    with pytest.raises(transfers.CannotTransfer):
        transfers.complete_warm(leg, by=bea)
    assert seat(cal).points_chat == 0


def test_a_web_process_dies_and_all_its_consoles_with_it(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    leg = house.talk(bea, Channel.VOICE)
    clock.advance(16)
    Sweep().once(clock.now())
    assert not seat(bea).connected
    clock.advance(15)
    Sweep().once(clock.now())
    assert fresh(leg).state == LegState.LOST


def test_after_an_outage_nobody_is_taken_for_gone_before_he_could_be_heard(day: Day, house: House) -> None:
    """Postgres is away for 25 s: no heartbeat is written, nobody can press Accept."""
    bea = house.agent("Bea Brown")
    talk = house.talk(bea, Channel.VOICE)
    cal = house.agent("Cal Cole")
    ringing = house.ringing(cal, house.contact())
    sweep = Sweep()
    sweep.turn()
    clock.advance(25)
    sweep.turn()
    assert seat(bea).connected and fresh(talk).lost_since is None
    assert (fresh(ringing).state, seat(cal).misses) == (LegState.RESCINDED, 0), "back without blame"
    assert seat(cal).presence == "available" and seat(cal).offered, "and offered again"
    for _second in range(16):
        clock.advance(1)
        presence.seen("web")
        sweep.turn()
    assert seat(bea).connected and fresh(talk).state == LegState.HANDLING
    for _second in range(16):
        clock.advance(1)
        sweep.turn()
    assert not seat(bea).connected, "who is really gone is found"
    sweep.release()
