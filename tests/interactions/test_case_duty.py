"""Whose case it is, and until when Ann is owed a reply: set, kept, answered, and shown in the lists."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from agents import presence
from bpo.kernel import clock
from bpo.kernel.outgoing import OutgoingState
from clients.models import Channel, HoursSpan
from interactions import (
    callback_work,
    callbacks,
    case_merging,
    cases,
    conversation,
    handling,
    intake,
    mail_out,
    offers,
    replies,
    taking_over,
    transfers,
    unsent,
)
from interactions.adapters.base import Bounce, BounceKind
from interactions.models import Case, CaseState, Interaction, Leg, Message
from tests import factories as make
from tests.interactions.reported import promise

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

FOUR_HOURS = 14_400
# A Wednesday; Acme is open from nine to five, in UTC.
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


class Acme:
    """A client that promises a reply to mails within four open hours, and two agents."""

    def __init__(self) -> None:
        self.client = make.client("Acme", zone="UTC")
        hours = make.hours(self.client, always_open=False)
        for weekday in range(7):
            HoursSpan.objects.create(hours=hours, weekday=weekday, opens=9 * 60, closes=17 * 60)
        self.line = make.queue(self.client, hours=hours, wrap_up="none")
        self.ann = make.customer(self.client, address="ann@home.example", phone="+16145550173")
        self.doors: dict[str, Any] = {}
        self.bea = make.agent("Bea Brown", licensed=self.client, available=True)
        self.came = 0
        promise(self.client, Channel.EMAIL, FOUR_HOURS)
        promise(self.client, Channel.CHAT, 30)

    def comes(self, channel: str, *, case: Case | None = None, words: str = "Where is it?") -> Interaction:
        """Ann, at a door of that channel."""
        kind = {"chat": "widget", "email": "mailbox", "voice": "phone"}[channel]
        if kind not in self.doors:
            self.doors[kind] = make.door(self.client, kind, into=self.line)
        self.came += 1
        contact = intake.NewContact(
            provider_id=f"contact-{self.came}",
            channel=channel,
            from_name="Ann",
            from_address="ann@home.example",
            text="" if channel == "voice" else words,
            customer=self.ann,
            case=case,
        )
        return intake.receive(self.doors[kind], contact).interaction

    def taken(self, contact: Interaction, agent: Any = None) -> Leg:
        """By Bea, unless another is named."""
        agent = agent or self.bea
        leg = offers.accept(make.offer(agent, contact), by=agent)
        return Leg.objects.select_related("interaction__case", "agent").get(pk=leg.pk)


@pytest.fixture
def acme() -> Any:
    with clock.set_to(NOON):
        yield Acme()


def case_of(contact: Interaction) -> Case:
    return Case.objects.get(interactions=contact)


def due(contact: Interaction) -> datetime | None:
    return case_of(contact).due_at


def leave(message: Message) -> None:
    """The worker gets the mail out."""
    at = clock.now() + timedelta(seconds=12)
    (claimed,) = mail_out.sendable().claim_due(1, at=at, ids=[message.pk])
    mail_out.left(claimed, at=at)


# --- whose it is -----------------------------------------------------------------------------------------------------


def test_bea_owns_what_she_accepted_and_keeps_it_when_the_contact_closes(acme: Acme) -> None:
    contact = acme.comes("chat")
    assert case_of(contact).owner is None
    leg = acme.taken(contact)
    assert case_of(contact).owner == acme.bea
    handling.end_work(leg, by=acme.bea, ended_by="agent")
    contact.refresh_from_db()
    assert (contact.state, case_of(contact).owner) == ("closed", acme.bea)


def test_who_takes_it_over_or_is_handed_it_owns_it(acme: Acme) -> None:
    dee = make.agent("Dee Dunn", licensed=acme.client, available=True)
    mail = acme.comes("email")
    acme.taken(mail)
    taking_over.take_over(mail, by=dee, reason="Bea went to lunch")
    assert case_of(mail).owner == dee
    call = acme.comes("voice")
    leg = acme.taken(call)
    eve = make.agent("Eve Ellis", licensed=acme.client, available=True)
    asked = transfers.consult(leg, eve, by=acme.bea)
    offers.accept(asked, by=eve)
    assert case_of(call).owner == acme.bea
    transfers.complete_warm(leg, by=acme.bea)
    assert case_of(call).owner == eve


def test_a_reopened_case_waits_for_anyone(acme: Acme) -> None:
    first = acme.taken(acme.comes("email"))
    case = case_of(first.interaction)
    replies.agent_replies(first, "Today", by=acme.bea, then="resolve", summary="Sent", outcome="solved")
    presence.take_break(acme.bea, "lunch")
    again = acme.comes("email", case=case)
    assert case_of(again) == case and again.prefer_agent is None
    dee = make.agent("Dee Dunn", licensed=acme.client, available=True)
    acme.taken(again, dee)
    assert case_of(again).owner == dee


def test_an_owner_keeps_nobody_who_worked_on_it_from_moving_it(acme: Acme) -> None:
    dee = make.agent("Dee Dunn", licensed=acme.client, available=True)
    mail = acme.comes("email")
    acme.taken(mail)
    leg = taking_over.take_over(mail, by=dee, reason="lunch")
    assert not taking_over.may_move(case_of(mail), acme.bea)
    handling.end_work(leg, by=dee, ended_by="agent")
    assert taking_over.may_move(case_of(mail), acme.bea) and taking_over.may_move(case_of(mail), dee)


# --- what is owed ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["chat", "email", "voice"])
def test_who_comes_is_owed_a_reply_in_open_time(acme: Acme, channel: str) -> None:
    assert due(acme.comes(channel)) == NOON + timedelta(hours=4)
    with clock.set_to(NOON + timedelta(hours=3)):
        later = acme.comes(channel)
    # Two hours are left of Wednesday, two are taken from Thursday.
    assert due(later) == datetime(2026, 11, 19, 11, 0, tzinfo=UTC)


def test_without_a_promise_no_date_is_invented(acme: Acme) -> None:
    acme.client.contracts.update(valid_until=date(2026, 11, 17))
    assert due(acme.comes("email")) is None


def test_it_does_not_start_anew_while_she_writes_again(acme: Acme) -> None:
    contact = acme.comes("email")
    case = case_of(contact)
    with clock.set_to(NOON + timedelta(hours=1)):
        acme.comes("email", case=case)
    assert due(contact) == NOON + timedelta(hours=4)


def test_a_mail_answers_when_it_leaves_not_when_it_is_written(acme: Acme) -> None:
    leg = acme.taken(acme.comes("email"))
    message = replies.agent_replies(leg, "Today", by=acme.bea)
    assert due(leg.interaction) == NOON + timedelta(hours=4)
    leave(message)
    assert due(leg.interaction) is None


def test_what_she_wrote_after_it_was_written_is_still_owed(acme: Acme) -> None:
    leg = acme.taken(acme.comes("email"))
    message = replies.agent_replies(leg, "Today", by=acme.bea)
    with clock.set_to(NOON + timedelta(seconds=5)):
        conversation.customer_wrote(leg.interaction, "And where from?")
    leave(message)
    assert due(leg.interaction) == NOON + timedelta(hours=4, seconds=5)


def test_an_undone_mail_was_no_reply(acme: Acme) -> None:
    leg = acme.taken(acme.comes("email"))
    message = replies.agent_replies(leg, "On Friday", by=acme.bea, then="park", until=NOON + timedelta(days=2))
    assert due(leg.interaction) == NOON + timedelta(days=2)
    unsent.undo(message, by=acme.bea)
    assert due(leg.interaction) == NOON + timedelta(hours=4)


def test_a_mail_that_came_back_was_no_reply(acme: Acme) -> None:
    leg = acme.taken(acme.comes("email"))
    message = replies.agent_replies(leg, "Today", by=acme.bea, then="park")
    leave(message)
    assert due(leg.interaction) is None
    sent = Message.objects.get(pk=message.pk)
    assert sent.state == OutgoingState.SENT
    mail_out.bounced(sent, Bounce(BounceKind.HARD, recipient="ann@home.example"))
    case = case_of(leg.interaction)
    assert (case.state, case.due_at) == (CaseState.OPEN, NOON + timedelta(hours=4))


def test_a_line_answers_a_chat_and_her_next_words_are_owed_again(acme: Acme) -> None:
    leg = acme.taken(acme.comes("chat"))
    assert due(leg.interaction) is not None
    conversation.agent_wrote(leg, "Hello Ann", by=acme.bea)
    assert due(leg.interaction) is None
    with clock.set_to(NOON + timedelta(minutes=1)):
        conversation.customer_wrote(leg.interaction, "It is late")
    assert due(leg.interaction) == NOON + timedelta(hours=4, minutes=1)


def test_a_call_is_answered_by_speaking(acme: Acme) -> None:
    leg = acme.taken(acme.comes("voice"))
    assert due(leg.interaction) is None


def test_a_call_nobody_took_is_owed_until_ann_is_reached(acme: Acme) -> None:
    call = acme.comes("voice")
    made = callbacks.instead_of_waiting(call, number="+16145550173")
    assert made is not None and due(call) is not None
    callback_work.fall_due(clock.now())
    made.refresh_from_db()
    assert made.interaction is not None
    leg = acme.taken(made.interaction)
    assert due(call) is not None and case_of(call).owner == acme.bea
    callback_work.report(leg, "reached", by=acme.bea)
    assert due(call) is None


def test_settled_owes_nothing_and_reopened_by_ann_owes_anew(acme: Acme) -> None:
    leg = acme.taken(acme.comes("chat"))
    case = case_of(leg.interaction)
    cases.resolve(case, by=acme.bea, summary="Sent", outcome="solved")
    assert due(leg.interaction) is None
    with clock.set_to(NOON + timedelta(hours=1)):
        again = acme.comes("email", case=case)
    assert (case_of(again), due(again)) == (case, NOON + timedelta(hours=5))
    cases.resolve(case_of(again), by=acme.bea, summary="Sent", outcome="solved")
    cases.reopen(case_of(again), by=acme.bea)
    assert due(again) is None


def test_waiting_for_a_date_it_is_due_at_that_date(acme: Acme) -> None:
    leg = acme.taken(acme.comes("chat"))
    conversation.agent_wrote(leg, "I will look on Friday", by=acme.bea)
    friday = NOON + timedelta(days=2)
    cases.set_pending(case_of(leg.interaction), by=acme.bea, until=friday)
    conversation.agent_wrote(leg, "Bye", by=acme.bea)
    assert due(leg.interaction) == friday
    cases.wake_pending(friday)
    assert due(leg.interaction) == friday


def test_ann_first_what_she_is_owed_counts(acme: Acme) -> None:
    leg = acme.taken(acme.comes("chat"))
    conversation.agent_wrote(leg, "I will look on Friday", by=acme.bea)
    case = case_of(leg.interaction)
    cases.set_pending(case, by=acme.bea, until=NOON + timedelta(days=2))
    with clock.set_to(NOON + timedelta(hours=1)):
        again = acme.comes("email", case=case)
    assert case_of(again).state == CaseState.OPEN
    assert due(again) == NOON + timedelta(hours=5)


def test_of_two_cases_the_earlier_reply_is_owed_by_the_owner_there_is(acme: Acme) -> None:
    old = acme.comes("chat")
    acme.taken(old)
    with clock.set_to(NOON + timedelta(hours=1)):
        new = acme.comes("email")
    first, second = case_of(old), case_of(new)
    case_merging.merge(first, second, by=acme.bea)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (second.owner, second.due_at, first.due_at) == (acme.bea, NOON + timedelta(hours=4), None)
