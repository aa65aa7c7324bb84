"""Ann of Acme is promised a call: made once, kept, late, unreached, broken or withdrawn, and always accounted for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from agents.models import Agent
from bpo.kernel import clock, references
from clients import hours, opening, standing
from clients.models import Channel, Client, ClientState, Customer, HoursException, HoursSpan, Policy, Queue, QueueState
from interactions import callback_work, callbacks, closing, handling, offers, outbound
from interactions import standing as consequences
from interactions.models import (
    Callback,
    CallbackOrigin,
    CallbackState,
    Direction,
    Interaction,
    JournalEntry,
    Kind,
    LegState,
    Notice,
    NoticeKind,
    Origin,
    Outcome,
    State,
)
from tests import factories

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("America/New_York")
ANNS_PHONE = "+12125550133"


def there(day: int, hour: int, minute: int = 0, *, month: int = 5) -> datetime:
    """A moment of 2026 in New York; 11 May is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


@dataclass
class Acme:
    client: Client
    line: Queue
    ann: Customer
    bea: Agent

    def promise(self, at: datetime, **given) -> Callback:
        given = {"customer": self.ann, "queue": self.line, "origin": CallbackOrigin.FORM, "number": ANNS_PHONE} | given
        return callbacks.promise(self.client, at=at, **given)

    def rules(self, **changes) -> None:
        Policy.objects.filter(client=self.client).update(**changes)


@pytest.fixture
def acme() -> Acme:
    """Open Monday to Friday, 9 to 17; four open hours of turn-around, three tries half an hour apart."""
    client = factories.client("Acme", zone="America/New_York")
    week = factories.hours(client, "Office", always_open=False)
    for weekday in range(5):
        HoursSpan.objects.create(hours=week, weekday=weekday, opens=540, closes=1020)
    line = factories.queue(client, "Care", hours=week)
    ann = factories.customer(client, phone=ANNS_PHONE, address="ann@mail.example")
    bea = factories.agent(licensed=client, available=True, at=there(1, 9))
    return Acme(client, line, ann, bea)


def kinds(callback: Callback) -> list[str]:
    return list(callback.journal.order_by("id").values_list("kind", flat=True))


def work(acme: Acme, callback: Callback, at: datetime):
    """Bea takes the waiting attempt and dials."""
    leg = outbound.start_callback(callback, by=acme.bea, at=at)
    outbound.dialled(leg, by=acme.bea, at=at)
    return leg


def let_go(leg, at: datetime) -> None:
    """Bea's wrap-up is over and she is free."""
    from interactions import wrap_up

    leg.refresh_from_db()
    if leg.state == LegState.HANDLING:
        from interactions import handling
        from interactions.models import EndedBy

        handling.end_work(leg, by=leg.agent, ended_by=EndedBy.AGENT, at=at)
        leg.refresh_from_db()
    if leg.state == LegState.WRAPPING:
        wrap_up.finish(leg, by=leg.agent, disposition=factories.disposition(leg.client), at=at)


# --- promising -------------------------------------------------------------------------------------------------------


def test_after_hours_promise_is_due_in_the_next_open_time_and_kept(acme: Acme):
    contact = factories.waiting(acme.line, Channel.CHAT, who=acme.ann, at=there(8, 19))
    closing.close(contact, Outcome.AFTER_HOURS, at=there(8, 19))
    made = acme.promise(
        there(8, 19), origin=CallbackOrigin.AFTER_HOURS, interaction=contact, address="Ann@Mail.example"
    )

    assert made.reference.startswith(acme.client.reference_prefix + "-")
    assert (made.due_from, made.due_until) == (there(11, 9), there(11, 13))
    assert made.promised_from == contact
    assert Notice.objects.filter(callback=made, kind=NoticeKind.CALLBACK_BOOKED).count() == 1
    assert callback_work.fall_due(there(11, 8, 59)) == 0

    assert callback_work.fall_due(there(11, 9)) == 1
    made.refresh_from_db()
    attempt = made.interaction
    assert made.state == CallbackState.WORKING
    assert (attempt.direction, attempt.origin, attempt.channel) == (Direction.OUTBOUND, Origin.CALLBACK, Channel.VOICE)
    assert (attempt.state, attempt.priority, attempt.customer) == (State.QUEUED, 2, acme.ann)

    leg = work(acme, made, there(11, 9, 5))
    callback_work.report(leg, "reached", by=acme.bea, at=there(11, 9, 6))

    made.refresh_from_db()
    attempt.refresh_from_db()
    assert made.state == CallbackState.KEPT
    assert (made.reached_at, made.ended_at) == (there(11, 9, 5), there(11, 9, 6))
    assert attempt.state == State.ACTIVE, "the talk goes on like any other"
    assert kinds(made) == [
        Kind.CALLBACK_PROMISED,
        *([Kind.NOTICE_WRITTEN] if Kind.NOTICE_WRITTEN in kinds(made) else []),
        Kind.CALLBACK_DUE,
        Kind.CALLBACK_TRIED,
        Kind.CALLBACK_KEPT,
    ]


def test_one_contact_makes_one_promise_however_often_it_is_asked(acme: Acme):
    contact = factories.waiting(acme.line, who=acme.ann, at=there(11, 10))
    first = acme.promise(there(11, 10), interaction=contact, origin=CallbackOrigin.QUEUE)
    again = acme.promise(there(11, 11), interaction=contact, origin=CallbackOrigin.QUEUE)
    assert again == first
    assert Callback.objects.count() == 1
    assert JournalEntry.objects.filter(kind=Kind.CALLBACK_PROMISED).count() == 1


def test_a_second_click_of_an_agent_is_not_a_second_promise_but_another_word_is(acme: Acme):
    contact = factories.waiting(acme.line, who=acme.ann, at=there(11, 10))
    given = {"interaction": contact, "origin": CallbackOrigin.AGENT, "by": acme.bea}
    first = acme.promise(there(11, 10), **given)
    assert acme.promise(there(11, 10) + timedelta(seconds=3), **given) == first
    assert acme.promise(there(11, 10, 5), **given) != first


def test_a_taken_reference_is_never_given_twice(acme: Acme, monkeypatch: pytest.MonkeyPatch):
    drawn = iter(["A", "A", "A", "B"])
    monkeypatch.setattr(references.secrets, "choice", lambda letters: drawn_letter(drawn))
    first = acme.promise(there(11, 10))
    second = acme.promise(there(11, 10))
    assert first.reference != second.reference


def drawn_letter(drawn, held=[]):  # noqa: B006
    """One drawn letter fills a whole reference of six."""
    if len(held) == 0:
        held.extend(next(drawn) * 6)
    return held.pop()


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"number": "", "address": ""}, "number"),
        ({"number": "12"}, "phone"),
        ({"number": "", "address": "ann at mail"}, "address"),
        ({"due_from": there(12, 11), "due_until": there(12, 11)}, "end after"),
        ({"due_from": there(12, 11), "due_until": there(12, 10)}, "end after"),
        ({"due_from": there(12, 11)}, "beginning and an end"),
        ({"due_from": there(8, 11), "due_until": there(8, 12)}, "already over"),
        ({"due_from": there(16, 11), "due_until": there(16, 12)}, "closed"),
        ({"due_from": there(11, 11, month=11), "due_until": there(11, 12, month=11)}, "far ahead"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(acme: Acme, given, word):
    with pytest.raises(callbacks.CannotPromise) as refused:
        acme.promise(there(11, 10), **given)
    assert word in str(refused.value.sentence)
    assert not Callback.objects.exists()


def test_a_line_that_never_opens_promises_nothing(acme: Acme):
    HoursSpan.objects.all().delete()
    with pytest.raises(hours.NeverOpen):
        acme.promise(there(11, 10))


@pytest.mark.parametrize("state", [ClientState.SUSPENDED, ClientState.ENDED])
def test_a_client_that_is_away_promises_nothing(acme: Acme, state):
    Client.objects.filter(pk=acme.client.pk).update(state=state)
    acme.client.refresh_from_db()
    with pytest.raises(callbacks.CannotPromise):
        acme.promise(there(11, 10))


def test_holiday_and_clock_change_are_counted_on_the_local_calendar(acme: Acme):
    HoursException.objects.create(hours=acme.line.hours, date=date(2026, 5, 25), name="Memorial Day")
    before_holiday = acme.promise(there(22, 16))
    assert before_holiday.due_until == there(26, 12)

    HoursSpan.objects.create(hours=acme.line.hours, weekday=6, opens=0, closes=300)
    night = datetime(2026, 3, 8, 0, 30, tzinfo=ZONE)
    changed = acme.promise(night)
    # From 0:30 to 5:00 the clock walks four and a half hours; one of them does not exist.
    assert changed.due_until.astimezone(ZONE) == datetime(2026, 3, 9, 9, 30, tzinfo=ZONE)


# --- waiting and coming in first --------------------------------------------------------------------------------------


def test_who_waits_takes_a_callback_and_keeps_the_place(acme: Acme):
    contact = factories.waiting(acme.line, Channel.VOICE, who=acme.ann, at=there(11, 10))
    made = callbacks.instead_of_waiting(contact, number=ANNS_PHONE, at=there(11, 10, 3))
    contact.refresh_from_db()
    assert (contact.state, contact.outcome) == (State.CLOSED, Outcome.CALLBACK_PROMISED)
    assert made.enqueued_at == there(11, 10)
    assert callbacks.instead_of_waiting(contact, number=ANNS_PHONE, at=there(11, 10, 4)) is None

    callback_work.fall_due(there(11, 10, 4))
    made.refresh_from_db()
    assert made.interaction.enqueued_at == there(11, 10)


def test_ann_calls_again_first_and_her_promise_ends(acme: Acme):
    made = acme.promise(there(11, 10))
    callback_work.fall_due(there(11, 10))
    made.refresh_from_db()
    came = factories.waiting(acme.line, Channel.VOICE, who=acme.ann, at=there(11, 10, 30))
    sure = callbacks.surely_promised(came, number=ANNS_PHONE)

    assert callbacks.withdraw_for_contact(sure, came, at=there(11, 10, 30)) == [made]
    assert callbacks.surely_promised(came, number=ANNS_PHONE) == []

    made.refresh_from_db()
    made.interaction.refresh_from_db()
    assert made.state == CallbackState.WITHDRAWN
    assert (made.interaction.state, made.interaction.outcome) == (State.CLOSED, Outcome.WITHDRAWN)
    assert not Notice.objects.filter(callback=made, kind=NoticeKind.CALLBACK_CANCELLED).exists()


def test_another_matter_or_another_customer_ends_nothing(acme: Acme):
    bill, order = factories.reason(acme.client, "Bill"), factories.reason(acme.client, "Order")
    acme.promise(there(11, 10), reason=bill)
    about_order = factories.waiting(acme.line, Channel.VOICE, who=acme.ann, at=there(11, 11), reason=order)
    stranger = factories.waiting(acme.line, Channel.VOICE, at=there(11, 11))
    assert callbacks.surely_promised(about_order, number=ANNS_PHONE) == []
    assert callbacks.surely_promised(stranger, number=ANNS_PHONE) == []


def test_a_promise_ends_only_for_who_is_as_surely_its_customer(acme: Acme):
    made = acme.promise(there(11, 10))
    typed = factories.waiting(acme.line, Channel.CHAT, who=acme.ann, at=there(11, 11))
    assert callbacks.surely_promised(typed, number=ANNS_PHONE) == []
    call = factories.waiting(acme.line, Channel.VOICE, who=acme.ann, at=there(11, 11))
    assert callbacks.surely_promised(call, number="+16145559999") == []
    assert callbacks.surely_promised(call, number=ANNS_PHONE) == [made]
    assert callbacks.surely_promised(typed, vouched=True) == [made]


# --- changing, replacing, withdrawing ---------------------------------------------------------------------------------


def test_ann_chooses_another_window_and_is_judged_by_it(acme: Acme):
    made = acme.promise(there(11, 10), address="ann@mail.example")
    callback_work.fall_due(there(11, 10))
    changed = callbacks.change(made, there(13, 10), there(13, 12), link=True, at=there(11, 11))
    assert changed == made
    assert (changed.state, changed.due_until, changed.next_try_at) == (
        CallbackState.PROMISED,
        there(13, 12),
        there(13, 10),
    )
    assert changed.interaction.state == State.CLOSED
    assert callback_work.find_broken(there(12, 16)) == 0, "the old window judges nothing any more"
    callbacks.change(made, there(14, 10), there(14, 12), by=acme.bea, at=there(11, 12))
    assert list(Notice.objects.filter(kind=NoticeKind.CALLBACK_CHANGED).values_list("turn", flat=True)) == [1, 2]


def test_we_never_move_our_own_promise(acme: Acme):
    made = acme.promise(there(11, 10))
    with pytest.raises(Exception, match="customer's"):
        callbacks.change(made, there(13, 10), there(13, 12))

    anew = callbacks.replace(made, there(13, 10), there(13, 12), by=acme.bea, at=there(11, 11))
    assert anew.replaces == made
    assert callbacks.current(made) == anew
    with pytest.raises(callbacks.CallbackOver):
        callbacks.replace(made, there(14, 10), there(14, 12), by=acme.bea, at=there(11, 11))

    assert callback_work.fall_due(there(11, 12)) == 0, "Ann was told another time"
    assert callback_work.find_broken(there(11, 14, 15)) == 1
    made.refresh_from_db()
    anew.refresh_from_db()
    assert (made.state, anew.state) == (CallbackState.BROKEN, CallbackState.PROMISED)


def test_ann_cancels_by_her_link_twice(acme: Acme):
    made = acme.promise(there(11, 10), address="ann@mail.example")
    callbacks.withdraw(made, "cancelled by the customer", link=True, at=there(11, 11))
    callbacks.withdraw(made, "cancelled by the customer", link=True, at=there(11, 12))
    made.refresh_from_db()
    assert (made.state, made.ended_at) == (CallbackState.WITHDRAWN, there(11, 11))
    assert Notice.objects.filter(callback=made, kind=NoticeKind.CALLBACK_CANCELLED).count() == 1
    with pytest.raises(callbacks.CallbackOver):
        callbacks.change(made, there(13, 10), there(13, 12), link=True, at=there(11, 12))


def test_nobody_withdraws_a_call_that_is_being_made(acme: Acme):
    made = acme.promise(there(11, 10))
    callback_work.fall_due(there(11, 10))
    made.refresh_from_db()
    work(acme, made, there(11, 10, 1))
    with pytest.raises(callbacks.BeingMade):
        callbacks.withdraw(made, "cancelled", link=True, at=there(11, 10, 2))
    made.refresh_from_db()
    assert made.state == CallbackState.WORKING


# --- keeping ----------------------------------------------------------------------------------------------------------


def test_reached_after_the_window_is_late(acme: Acme):
    made = acme.promise(there(11, 10))
    callback_work.fall_due(there(11, 10))
    made.refresh_from_db()
    leg = work(acme, made, there(11, 15))
    callback_work.report(leg, "reached", by=acme.bea, at=there(11, 15, 1))
    made.refresh_from_db()
    assert made.state == CallbackState.LATE


def test_no_answer_three_times_half_an_hour_apart_is_unreached(acme: Acme):
    made = acme.promise(there(11, 10))
    at = there(11, 10)
    for attempt in (1, 2, 3):
        assert callback_work.fall_due(at - timedelta(seconds=1)) == 0
        assert callback_work.fall_due(at) == 1
        made.refresh_from_db()
        leg = work(acme, made, at)
        callback_work.report(leg, "no_answer", by=acme.bea, at=at)
        callback_work.report(leg, "no_answer", by=acme.bea, at=at)
        leg.refresh_from_db()
        assert leg.state == LegState.WRAPPING
        let_go(leg, at)
        made.refresh_from_db()
        assert made.attempts == attempt
        at += timedelta(minutes=30)
    assert (made.state, made.tried_in_window) == (CallbackState.UNREACHED, True)
    assert kinds(made).count(Kind.CALLBACK_TRIED) == 3


def test_the_next_try_waits_for_open_time(acme: Acme):
    made = acme.promise(there(11, 14))
    callback_work.fall_due(there(11, 14))
    made.refresh_from_db()
    callback_work.report(work(acme, made, there(11, 16, 50)), "busy", by=acme.bea, at=there(11, 16, 50))
    made.refresh_from_db()
    assert (made.state, made.next_try_at) == (CallbackState.PROMISED, there(12, 9, 20))


def test_a_wrong_number_is_not_dialled_again(acme: Acme):
    made = acme.promise(there(11, 10))
    callback_work.fall_due(there(11, 10))
    made.refresh_from_db()
    callback_work.report(work(acme, made, there(11, 10)), "wrong_number", by=acme.bea, at=there(11, 10))
    made.refresh_from_db()
    assert (made.state, made.end_reason) == (CallbackState.UNREACHED, "wrong number")


def test_what_was_reported_cannot_be_reported_otherwise(acme: Acme):
    made = acme.promise(there(11, 10))
    callback_work.fall_due(there(11, 10))
    made.refresh_from_db()
    leg = work(acme, made, there(11, 10))
    callback_work.report(leg, "reached", by=acme.bea, at=there(11, 10))
    with pytest.raises(callback_work.NothingToReport):
        callback_work.report(leg, "busy", by=acme.bea, at=there(11, 10))


def test_who_calls_again_after_a_colleague_reached_the_customer_reports_a_plain_call(acme: Acme):
    made = acme.promise(there(11, 10))
    callback_work.fall_due(there(11, 10))
    made.refresh_from_db()
    leg = work(acme, made, there(11, 10))
    outbound.report(leg, "reached", by=acme.bea, at=there(11, 10))
    handling.console_lost(leg, at=there(11, 10, 5))
    made.refresh_from_db()
    again = offers.accept(factories.offer(acme.bea, made.interaction), by=acme.bea, at=there(11, 10, 6))
    assert outbound.awaits_report(again)
    outbound.report(again, "reached", by=acme.bea, at=there(11, 10, 7))
    assert not outbound.awaits_report(again)
    made.refresh_from_db()
    assert made.state == CallbackState.KEPT


def test_not_tried_in_window_and_grace_is_broken_whatever_runs_first(acme: Acme):
    made = acme.promise(there(11, 10))
    after = there(11, 14, 15)
    assert callback_work.fall_due(after) == 0
    assert callback_work.find_broken(after - timedelta(seconds=1)) == 0
    assert callback_work.find_broken(after) == 1
    assert callback_work.find_broken(after) == 0
    made.refresh_from_db()
    assert (made.state, made.ended_at) == (CallbackState.BROKEN, after)
    again = callbacks.replace(made, there(12, 10), there(12, 11), by=acme.bea, at=there(11, 15))
    assert again.state == CallbackState.PROMISED


def test_first_tried_too_late_and_not_reached_is_broken(acme: Acme):
    acme.rules(callback_attempts=1)
    made = acme.promise(there(11, 10))
    callback_work.fall_due(there(11, 10))
    made.refresh_from_db()
    callback_work.report(work(acme, made, there(11, 16)), "no_answer", by=acme.bea, at=there(11, 16))
    made.refresh_from_db()
    assert made.state == CallbackState.BROKEN


def test_hours_changed_later_never_call_while_closed(acme: Acme):
    made = acme.promise(there(11, 10), due_from=there(12, 9), due_until=there(12, 17))
    HoursException.objects.create(hours=acme.line.hours, date=date(2026, 5, 12), opens=780, closes=1020)
    assert callback_work.fall_due(there(12, 9)) == 0
    made.refresh_from_db()
    assert (made.state, made.next_try_at) == (CallbackState.PROMISED, there(12, 13))
    assert callback_work.fall_due(there(12, 13)) == 1


def test_a_closed_line_keeps_a_due_promise_due(acme: Acme):
    made = acme.promise(there(11, 10))
    Queue.objects.filter(pk=acme.line.pk).update(state=QueueState.CLOSED)
    assert callback_work.fall_due(there(11, 10)) == 0
    made.refresh_from_db()
    assert made.state == CallbackState.DUE
    Queue.objects.filter(pk=acme.line.pk).update(state=QueueState.OPEN)
    assert callback_work.fall_due(there(11, 10, 1)) == 1
    assert kinds(made).count(Kind.CALLBACK_DUE) == 1


def test_the_owner_is_preferred_until_half_of_the_window(acme: Acme):
    made = acme.promise(there(11, 10), owner=acme.bea, origin=CallbackOrigin.AGENT, by=acme.bea)
    callback_work.fall_due(there(11, 10))
    made.refresh_from_db()
    assert made.interaction.prefer_agent == acme.bea
    assert made.interaction.prefer_until == there(11, 12)


def test_hours_over_the_attempt_leaves_the_line_and_the_promise_waits(acme: Acme):
    made = acme.promise(there(11, 15))
    callback_work.fall_due(there(11, 15))
    made.refresh_from_db()
    assert callback_work.put_back(made.interaction, why="hours over", at=there(11, 17, 5))
    assert not callback_work.put_back(made.interaction, why="hours over", at=there(11, 17, 5))
    made.refresh_from_db()
    assert (made.state, made.attempts, made.next_try_at) == (CallbackState.PROMISED, 0, there(12, 9))


def test_promising_for_an_attempt_makes_no_second_promise(acme: Acme):
    made = acme.promise(there(11, 15))
    callback_work.fall_due(there(11, 15))
    made.refresh_from_db()
    same = callbacks.instead_of_waiting(made.interaction, number=ANNS_PHONE, at=there(11, 17, 5))
    assert same == made
    made.refresh_from_db()
    assert made.state == CallbackState.PROMISED
    assert made.interaction.state == State.CLOSED
    assert Callback.objects.count() == 1


def test_closed_without_a_word_counts_as_a_try_that_did_not_reach(acme: Acme):
    made = acme.promise(there(11, 10))
    callback_work.fall_due(there(11, 10))
    made.refresh_from_db()
    let_go(work(acme, made, there(11, 10)), there(11, 10, 2))
    assert callback_work.settle(there(11, 10, 3)) == 1
    assert callback_work.settle(there(11, 10, 3)) == 0
    made.refresh_from_db()
    assert (made.state, made.attempts) == (CallbackState.PROMISED, 1)
    assert made.journal.get(kind=Kind.CALLBACK_TRIED).facts["result"] == "not_reported"


def test_a_call_that_nobody_dialled_is_no_try(acme: Acme):
    made = acme.promise(there(11, 10))
    callback_work.fall_due(there(11, 10))
    made.refresh_from_db()
    let_go(outbound.start_callback(made, by=acme.bea, at=there(11, 10)), there(11, 10, 2))
    assert callback_work.settle(there(11, 10, 3)) == 1
    made.refresh_from_db()
    assert (made.state, made.attempts, made.tried_in_window) == (CallbackState.PROMISED, 0, False)
    assert made.next_try_at == there(11, 10, 33)
    assert not made.journal.filter(kind=Kind.CALLBACK_TRIED).exists()


def test_what_nobody_dialled_is_taken_up_again_before_its_window_is_over(acme: Acme):
    made = acme.promise(there(11, 10))
    callback_work.fall_due(there(11, 10))
    made.refresh_from_db()
    closed = made.due_until - timedelta(minutes=10)
    let_go(outbound.start_callback(made, by=acme.bea, at=closed), closed)
    callback_work.settle(closed)
    made.refresh_from_db()
    assert made.next_try_at == made.due_until
    callback_work.fall_due(made.due_until)
    made.refresh_from_db()
    let_go(outbound.start_callback(made, by=acme.bea, at=made.due_until), made.due_until)
    callback_work.settle(made.due_until)
    late = made.due_until + timedelta(minutes=1)
    callback_work.find_broken(late)
    callback_work.fall_due(late)
    made.refresh_from_db()
    assert made.state == CallbackState.WORKING


def test_a_call_dialled_by_who_was_lost_is_a_try_at_that_moment(acme: Acme):
    made = acme.promise(there(11, 10))
    callback_work.fall_due(there(11, 10))
    made.refresh_from_db()
    handling.console_lost(work(acme, made, there(11, 10)), why="console lost", at=there(11, 10, 2))
    cid = factories.agent("Cid Clark", licensed=acme.client, available=True, at=there(1, 9))
    made.refresh_from_db()
    assert (made.state, made.attempts) == (CallbackState.WORKING, 0)
    let_go(outbound.start_callback(made, by=cid, at=there(11, 10, 5)), there(11, 10, 6))
    callback_work.settle(there(11, 10, 7))
    made.refresh_from_db()
    assert (made.attempts, made.tried_in_window) == (1, True)


def test_one_that_fails_does_not_stop_the_others(acme: Acme, monkeypatch: pytest.MonkeyPatch):
    first, second = acme.promise(there(11, 10)), acme.promise(there(11, 10))
    real = callback_work.start

    def breaks_once(callback, *, at):
        if callback == first:
            raise RuntimeError("no lane")
        return real(callback, at=at)

    monkeypatch.setattr(callback_work, "start", breaks_once)
    assert callback_work.fall_due(there(11, 10)) == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (CallbackState.PROMISED, CallbackState.WORKING)


# --- the client's standing --------------------------------------------------------------------------------------------


def test_suspended_holds_promises_and_resumed_makes_them(acme: Acme):
    made = acme.promise(there(11, 10), address="ann@mail.example")
    waiting = factories.waiting(acme.line, Channel.CHAT, who=acme.ann, at=there(11, 10))
    standing.suspend(acme.client, reason="not paid", at=there(11, 10, 1))
    consequences.follow(acme.client, at=there(11, 10, 1))
    consequences.follow(acme.client, at=there(11, 10, 1))

    made.refresh_from_db()
    waiting.refresh_from_db()
    assert made.held
    assert (waiting.state, waiting.outcome) == (State.CLOSED, Outcome.CALLBACK_PROMISED)
    assert Callback.objects.get(promised_from=waiting).held
    assert set(Notice.objects.values_list("state", flat=True)) == {Notice.State.HELD}
    assert callback_work.fall_due(there(11, 11)) == 0
    assert callback_work.find_broken(there(13, 11)) == 0

    standing.resume(acme.client, reason="paid", at=there(11, 12))
    assert consequences.follow_standing(there(11, 12)) == 1, "found again though nobody was told"
    assert consequences.follow_standing(there(11, 12)) == 0
    assert set(Notice.objects.values_list("state", flat=True)) == {Notice.State.PENDING}
    assert callback_work.fall_due(there(11, 12)) == 2


def test_ended_withdraws_promises_with_a_notice(acme: Acme):
    made = acme.promise(there(11, 10), address="ann@mail.example")
    waiting = factories.waiting(acme.line, Channel.CHAT, who=acme.ann, at=there(11, 10))
    standing.end(acme.client, reason="contract over", at=there(11, 11))
    consequences.follow(acme.client, at=there(11, 11))
    made.refresh_from_db()
    waiting.refresh_from_db()
    assert made.state == CallbackState.WITHDRAWN
    assert waiting.outcome == Outcome.NO_AGENT
    assert Notice.objects.get(kind=NoticeKind.CALLBACK_CANCELLED).state == Notice.State.PENDING
    booked = Notice.objects.get(kind=NoticeKind.CALLBACK_BOOKED)
    assert booked.state == Notice.State.CANCELLED
    assert booked.journal.get(kind=Kind.NOTICE_SKIPPED).facts["why"] == "the client ended"


def test_a_promise_held_while_it_was_made_does_not_outlive_the_client(acme: Acme):
    made = acme.promise(there(11, 10), address="ann@mail.example")
    callback_work.fall_due(there(11, 10, 1))
    made.refresh_from_db()
    leg = work(acme, made, there(11, 10, 2))
    standing.suspend(acme.client, reason="not paid", at=there(11, 10, 3))
    consequences.follow(acme.client, at=there(11, 10, 3))
    standing.end(acme.client, reason="contract over", at=there(11, 10, 4))
    consequences.follow(acme.client, at=there(11, 10, 4))
    made.refresh_from_db()
    assert (made.state, made.held) == (CallbackState.WORKING, True), "Bea is on the phone"
    assert consequences.follow_standing(there(11, 10, 5)) == 0, "nothing to do before she is done"

    callback_work.report(leg, "no_answer", by=acme.bea, at=there(11, 10, 6))
    let_go(leg, there(11, 10, 6))
    made.refresh_from_db()
    assert made.state == CallbackState.PROMISED
    assert consequences.follow_standing(there(11, 10, 7)) == 1
    made.refresh_from_db()
    assert made.state == CallbackState.WITHDRAWN
    assert consequences.follow_standing(there(11, 10, 8)) == 0


def test_notices_held_while_suspended_are_cancelled_with_the_end(acme: Acme):
    """Also those that a process which died in between left behind."""
    acme.promise(there(11, 10), address="ann@mail.example")
    standing.suspend(acme.client, reason="not paid", at=there(11, 10, 1))
    consequences.follow(acme.client, at=there(11, 10, 1))
    standing.end(acme.client, reason="contract over", at=there(11, 11))
    assert consequences.follow_standing(there(11, 11)) == 1
    states = dict(Notice.objects.values_list("kind", "state"))
    assert states == {NoticeKind.CALLBACK_BOOKED: "cancelled", NoticeKind.CALLBACK_CANCELLED: "pending"}
    assert consequences.follow_standing(there(11, 11)) == 0


# --- at the same time -------------------------------------------------------------------------------------------------


def together(*steps):
    """Run each step in a thread and connection of its own, all at once; their results."""
    barrier = Barrier(len(steps))

    def run(step):
        try:
            barrier.wait(10)
            return step()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return [done.result(30) for done in [pool.submit(run, step) for step in steps]]


@pytest.mark.django_db(transaction=True)
def test_two_promises_at_once_are_one_row(acme: Acme):
    contact = factories.waiting(acme.line, who=acme.ann, at=there(11, 10))

    def promise():
        return acme.promise(there(11, 10), interaction=contact, origin=CallbackOrigin.QUEUE).pk

    assert len(set(together(*[promise] * 4))) == 1
    assert Callback.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_agents_words_at_once_are_one_promise(acme: Acme):
    contact = factories.waiting(acme.line, who=acme.ann, at=there(11, 10))

    def promise():
        return acme.promise(there(11, 10), interaction=contact, origin=CallbackOrigin.AGENT, by=acme.bea).pk

    assert len(set(together(promise, promise))) == 1


@pytest.mark.django_db(transaction=True)
def test_three_sweeps_at_once_start_one_attempt(acme: Acme):
    made = acme.promise(there(11, 10))
    started = together(*[lambda: callback_work.fall_due(there(11, 10))] * 3)
    assert sum(started) == 1
    assert Interaction.objects.filter(origin=Origin.CALLBACK).count() == 1
    made.refresh_from_db()
    assert made.state == CallbackState.WORKING


@pytest.mark.django_db(transaction=True)
def test_withdrawn_and_due_at_once_leaves_no_attempt_behind(acme: Acme):
    for _ in range(5):
        made = acme.promise(there(11, 10))
        together(
            lambda: callback_work.fall_due(there(11, 10)),
            lambda made=made: callbacks.withdraw(made, "cancelled", link=True, at=there(11, 10)),
        )
        made.refresh_from_db()
        assert made.state == CallbackState.WITHDRAWN
    assert not Interaction.objects.exclude(state=State.CLOSED).exists()


@pytest.mark.django_db(transaction=True)
def test_the_sweep_brings_the_promise_to_bea_and_she_keeps_it():
    """Through routing and the real clock: due, matched, offered, accepted, reached, wrapped up."""
    from interactions import offers
    from interactions.models import Leg
    from interactions.routing.sweep import Sweep

    client = factories.client("Acme")
    ann = factories.customer(client, phone=ANNS_PHONE)
    bea = factories.agent(licensed=client, available=True)
    made = callbacks.promise(
        client, customer=ann, queue=factories.queue(client), origin=CallbackOrigin.FORM, number=ANNS_PHONE
    )

    did = Sweep().once(clock.now())

    assert did["callback_work.fall_due"] == 1
    leg = Leg.objects.get(agent=bea, state=LegState.OFFERED)
    offers.accept(leg, by=bea)
    outbound.dialled(leg, by=bea)
    leg = outbound.report(leg, "reached", by=bea)
    let_go(leg, clock.now())
    Sweep().once(clock.now())
    made.refresh_from_db()
    made.interaction.refresh_from_db()
    assert made.state == CallbackState.KEPT
    assert (made.interaction.state, made.interaction.outcome) == (State.CLOSED, Outcome.HANDLED)


@pytest.mark.django_db(transaction=True)
def test_suspending_reaches_the_work_by_the_signal(acme: Acme):
    made = acme.promise(there(11, 10))
    sue = factories.supervisor(acme.client)
    standing.suspend(acme.client, by=sue, reason="not paid", at=there(11, 10))
    made.refresh_from_db()
    assert made.held
    told = JournalEntry.objects.get(client=acme.client, kind=Kind.FORCED)
    assert (told.actor, told.facts["standing"], told.facts["reason"]) == (sue, "suspended", "not paid")


def test_the_worker_may_do_it_as_well(acme: Acme):
    from interactions import tasks

    with clock.set_to(there(11, 10)):
        acme.promise(there(11, 10))
        assert tasks.work_due_callbacks() == 1
        assert tasks.work_due_callbacks() == 0


def test_a_line_without_hours_keeps_a_promise_in_those_of_the_door_it_was_asked_at(acme: Acme) -> None:
    """Asked on Monday at three in the morning; the door opens at nine, the line names no hours."""
    office, always = acme.line.hours, factories.queue(acme.client, "Always")
    door = factories.door(acme.client, "form", into=always, hours=office)
    made = acme.promise(there(11, 3), queue=always, entry_point=door)
    assert (made.due_from, made.due_until) == (there(11, 9), there(11, 13))
    assert callback_work.fall_due(there(11, 8, 59)) == 0
    assert callback_work.fall_due(there(11, 9)) == 1
    assert opening.callback_windows(opening.calls_at(door, always), there(11, 3))[0].starts == there(11, 9)
    assert acme.promise(there(11, 3), queue=always).due_from == there(11, 3)
