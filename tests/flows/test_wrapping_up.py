"""Ann has gone; Bea writes down how it ended, in time or not, and takes the break she wished for."""

from datetime import timedelta
from functools import partial

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agents import presence
from agents.models import Presence
from clients.models import Channel, WrapUpMode
from interactions import cases, chats, closing, conversation, handling, intake, offers, wrap_up
from interactions.models import (
    Callback,
    CaseState,
    ChatSession,
    EndedBy,
    Interaction,
    JournalEntry,
    Kind,
    LegState,
    Outcome,
    State,
)
from tests import factories as make
from tests.flows.floor import Day, House, at_once, fresh, kinds, seat


def ended(leg):
    handling.end_work(leg, by=leg.agent, ended_by=EndedBy.AGENT)
    return leg


def test_at_the_limit_the_gap_shows_and_she_has_the_next_one(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown", capacity=make.profile(chat_cap=1))
    leg = ended(house.talk(bea))
    bob = house.contact()
    day.after(59)
    assert fresh(bob).state == State.QUEUED, "wrap-up holds her points"
    day.after(1)
    told = JournalEntry.objects.get(interaction=leg.interaction, kind=Kind.DISPOSED)
    assert (told.facts["code"], told.facts["in_time"]) == ("not_filled_in_time", False)
    assert seat(bea).presence == Presence.AVAILABLE
    assert house.ringing(bea, bob)
    day.after(0)
    assert kinds(leg.interaction).count("disposed") == 1


def test_what_she_had_chosen_is_kept_at_the_limit_but_what_it_wants_and_has_not_is_a_gap(
    day: Day, house: House
) -> None:
    needs_note = make.disposition(house.acme, "Other", needs_note=True)
    call_back = make.disposition(house.acme, "Call back", needs_follow_up=True)
    group = make.disposition(house.acme, "Not solved")
    make.disposition(house.acme, "No parts", parent=group)
    bea = house.agent("Bea Brown", capacity=make.profile(chat_points=10, chat_cap=9))
    for choice, in_time in ((house.solved, True), (needs_note, False), (call_back, False), (group, False)):
        leg = ended(house.talk(bea))
        wrap_up.save_draft(leg, by=bea, disposition=choice, note="")
        day.after(60)
        assert (fresh(leg).disposition, fresh(leg).disposed_in_time) == (choice, in_time)


def test_a_callback_promised_before_the_line_lets_her_go_is_promised_once_and_her_break_comes_with_the_end(
    day: Day,
) -> None:
    house = House(wrap_up=WrapUpMode.TIMED_FULL)
    call_back = make.disposition(house.acme, "Call back", needs_follow_up=True)
    bea = house.agent("Bea Brown")
    leg = ended(house.talk(bea, who=make.customer(house.acme, phone="+12025550101")))
    desk = Browser(headers={"HX-Request": "true"})
    desk.force_login(bea.user)
    ready = {
        "ending": call_back.code,
        "note": "After six",
        "follow": "callback",
        "number": "+12025550101",
        "then": "lunch",
    }
    early = desk.post(reverse("console-finish", args=[leg.public_id]), ready)
    assert "keeps the whole wrap-up time" in early.headers["HX-Trigger"]
    assert (fresh(leg).state, fresh(leg).note, seat(bea).wish) == (LegState.WRAPPING, "After six", "lunch")
    assert Callback.objects.get().number == "+12025550101"
    day.after(60)
    assert (fresh(leg).disposition, fresh(leg).disposed_in_time) == (call_back, True)
    assert (Callback.objects.count(), seat(bea).presence, seat(bea).reason) == (1, Presence.BREAK, "lunch")


def test_the_break_she_wished_for_begins_with_the_end_of_the_last_leg(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    first, second = house.talk(bea), house.talk(bea)
    presence.pause_after(bea, "lunch")
    bob = house.contact()
    assert fresh(bob).state == State.QUEUED, "nothing new"
    wrap_up.finish(ended(first), by=bea, disposition=house.solved)
    assert seat(bea).presence == Presence.AVAILABLE
    ended(second)
    day.after(60)
    assert (seat(bea).presence, seat(bea).reason) == (Presence.BREAK, "lunch")
    assert fresh(bob).state == State.QUEUED
    presence.go_available(bea)
    assert house.ringing(bea, bob)


def test_signing_out_with_work_is_refused_in_words_or_comes_after_it(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    leg = house.talk(bea)
    with pytest.raises(presence.LiveWork) as refused:
        presence.sign_out(bea)
    assert "Finish, park or hand them over" in str(refused.value.sentence)
    presence.sign_out(bea, after_this=True)
    wrap_up.finish(ended(leg), by=bea, disposition=house.solved)
    assert seat(bea).presence == Presence.SIGNED_OUT


def test_sue_forces_a_break_during_the_talk(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    leg = house.talk(bea)
    ringing = house.ringing(bea, house.contact())
    presence.force(bea, Presence.BREAK, "training", by=house.sue, why="a meeting")
    assert fresh(ringing).state == LegState.RESCINDED, "at once"
    assert (fresh(leg).state, seat(bea).presence) == (LegState.HANDLING, Presence.AVAILABLE)
    wrap_up.finish(ended(leg), by=bea, disposition=house.solved)
    assert (seat(bea).presence, seat(bea).reason) == (Presence.BREAK, "training")


def test_ann_writes_again_before_the_end_and_the_same_leg_goes_on(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    leg = ended(house.talk(bea))
    day.after(30)
    conversation.customer_wrote(leg.interaction, "One more thing", provider_id="m2")
    assert (fresh(leg).state, fresh(leg.interaction).state) == (LegState.HANDLING, State.ACTIVE)
    assert seat(bea).points_chat == 33
    day.after(60)
    assert fresh(leg).state == LegState.HANDLING, "the old limit is void"
    ended(fresh(leg))
    assert fresh(leg).wrap_up_due_at == day.now() + timedelta(seconds=60)


def test_ann_writes_after_the_end_and_it_is_a_new_contact_on_the_same_case(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    door = make.door(house.acme, into=house.line)
    case = cases.open_case(house.acme, None, queue=house.line)
    leg = house.talk(bea, case=case, entry_point=door)
    cases.resolve(case, by=bea, summary="A new dock is on its way", outcome="solved", interaction=leg.interaction)
    wrap_up.finish(ended(leg), by=bea, disposition=house.solved)
    said = conversation.customer_wrote(leg.interaction, "It never came", provider_id="m3")
    case.refresh_from_db()
    assert (said.interaction != leg.interaction, said.interaction.case) == (True, case)
    assert (case.state, case.reopened) == (CaseState.OPEN, 1)
    assert house.ringing(bea, said.interaction)


def gone_home(house: House, bea):
    """Ann's window after a chat with Bea that is over; nobody is there any more."""
    door = make.door(house.acme, into=house.line)
    window = chats.start(door, chats.Hello(key="0123456789abcdef", words="My dock beeps", name="Ann")).session
    leg = offers.accept(house.ringing(bea, window.interaction), by=bea)
    wrap_up.finish(ended(leg), by=bea, disposition=house.solved)
    presence.take_break(bea, "lunch")
    return window


def test_two_lines_after_the_end_are_one_new_contact_in_her_window(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    window = gone_home(house, bea)
    # Both requests read the window before either was through; the first line comes twice.
    lines = [("One more thing", "line-1"), ("It still beeps", "line-2"), ("One more thing", "line-1")]
    contacts = [Interaction.objects.get(pk=window.interaction_id) for _line in lines]
    said = at_once(
        *(
            partial(conversation.customer_wrote, contact, text, provider_id=key)
            for contact, (text, key) in zip(contacts, lines, strict=True)
        )
    )
    new = Interaction.objects.exclude(state=State.CLOSED).get()
    assert {message.interaction for message in said} == {new}
    assert ChatSession.objects.get().interaction == new
    assert sorted(new.messages.values_list("text", flat=True)) == ["It still beeps", "One more thing"]


def test_a_process_that_dies_while_she_writes_again_leaves_no_contact_without_a_window(
    day: Day, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dies(BaseException):
        """Nothing catches a killed process."""

    def received_and_killed(*given, **more):
        received(*given, **more)
        raise Dies

    window = gone_home(house, house.agent("Bea Brown"))
    received = intake.receive
    monkeypatch.setattr(intake, "receive", received_and_killed)
    with pytest.raises(Dies):
        conversation.customer_wrote(fresh(window.interaction), "One more thing", provider_id="line-1")
    monkeypatch.undo()
    assert not Interaction.objects.exclude(state=State.CLOSED).exists()
    said = conversation.customer_wrote(fresh(window.interaction), "One more thing", provider_id="line-1")
    assert ChatSession.objects.get().interaction == said.interaction


def test_ann_writes_after_resolve_and_the_case_is_open_till_it_is_resolved_again(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    case = cases.open_case(house.acme, None, queue=house.line)
    leg = house.talk(bea, case=case)
    cases.resolve(case, by=bea, summary="A new dock is on its way", outcome="solved", interaction=leg.interaction)
    leg = ended(leg)
    conversation.customer_wrote(leg.interaction, "No, it is still broken", provider_id="m4")
    assert (fresh(leg).state, fresh(leg.interaction).state) == (LegState.HANDLING, State.ACTIVE)
    case.refresh_from_db()
    assert (case.state, case.reopened) == (CaseState.OPEN, 1)
    cases.resolve(case, by=bea, summary="Mended", outcome="solved", interaction=fresh(leg.interaction))
    assert case.state == CaseState.RESOLVED


def test_a_chat_is_parked_only_when_nothing_came_for_a_while_and_goodbye_ends_it(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    leg = house.talk(bea)
    with pytest.raises(handling.CannotPark):
        handling.park(leg, by=bea)
    day.after(house.line.idle_warn_seconds)
    handling.park(leg, by=bea)
    assert handling.customer_left(leg.interaction, where="talk")
    assert (fresh(leg.interaction).state, fresh(leg.interaction).outcome) == (State.CLOSED, Outcome.HANDLED)


def test_a_disposition_taken_off_the_list_meanwhile_stays_valid_for_this_leg(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    leg = ended(house.talk(bea))
    type(house.solved).objects.filter(pk=house.solved.pk).update(active=False)
    house.solved.refresh_from_db()
    wrap_up.finish(leg, by=bea, disposition=house.solved)
    assert fresh(leg).disposition == house.solved


def test_parked_it_comes_back_at_its_date_to_her_or_after_a_minute_to_anybody(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown", capacity=make.profile(email_cap=1))
    leg = house.talk(bea, Channel.EMAIL)
    handling.park(leg, by=bea, until=day.now() + timedelta(hours=1))
    other = house.talk(bea, Channel.EMAIL)
    assert other.state == LegState.HANDLING, "the slot was free"
    cal = house.agent("Cal Cole")
    day.after(3599)
    assert fresh(leg.interaction).state == State.PARKED
    day.after(1)
    assert (fresh(leg.interaction).state, fresh(leg.interaction).prefer_agent) == (State.QUEUED, bea)
    assert fresh(leg.interaction).enqueued_at == day.now(), "it waits anew"
    day.after(60)
    assert house.ringing(cal, leg.interaction)


def test_parked_without_a_date_it_is_closed_as_handled_at_the_limit(day: Day) -> None:
    house = House(park_limit_days=2)
    bea = house.agent("Bea Brown")
    leg = house.talk(bea, Channel.EMAIL)
    handling.park(leg, by=bea)
    day.after(2 * 86400 - 1)
    assert fresh(leg.interaction).state == State.PARKED
    day.after(1)
    assert (fresh(leg.interaction).state, fresh(leg.interaction).outcome) == (State.CLOSED, Outcome.HANDLED)
    assert day.after(1).get("timers.parks_over") is None


def test_resolving_the_case_closes_what_is_parked_on_it(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    case = cases.open_case(house.acme, None, queue=house.line)
    leg = house.talk(bea, Channel.EMAIL, case=case)
    handling.park(leg, by=bea)
    cases.resolve(case, by=bea, summary="Paid back", outcome="solved")
    assert fresh(leg.interaction).outcome == Outcome.HANDLED
    with pytest.raises(handling.NotYours):
        handling.unpark(leg.interaction, by=bea)


def test_a_closed_contact_moves_no_more(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    leg = house.talk(bea)
    wrap_up.finish(ended(leg), by=bea, disposition=house.solved)
    before = kinds(leg.interaction)
    acts = [
        lambda: wrap_up.finish(leg, by=bea, disposition=house.solved),
        lambda: wrap_up.extend(leg, by=bea),
        lambda: handling.hold(leg, by=bea),
        lambda: offers.accept(leg, by=bea),
        lambda: handling.park(leg, by=bea),
        lambda: closing.close(fresh(leg.interaction), Outcome.HANDLED),
    ]
    for act in acts:
        with pytest.raises(Exception) as refused:
            act()
        assert refused.value.status == 409 and str(refused.value.sentence)
    assert not wrap_up.run_out(leg) and not handling.customer_left(leg.interaction, where="talk")
    assert kinds(leg.interaction) == before
