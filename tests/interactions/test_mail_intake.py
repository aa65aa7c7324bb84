"""Mail comes in: once, on the matter it belongs to, for one client; machines are filed and never answered."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agents.models import Agent
from bpo.kernel import clock
from bpo.kernel.outgoing import OutgoingState
from clients.models import Client, CustomerAddress, EntryPoint
from interactions import cases, handling, mail_intake, notices, offers, replies
from interactions.intake import ClientAway
from interactions.models import (
    Callback,
    Case,
    CaseState,
    Interaction,
    JournalEntry,
    Kind,
    Leg,
    Message,
    Notice,
    NoticeKind,
    Outcome,
    State,
)
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture
def giant() -> Client:
    client = make.client("The Tech Giant")
    client.brand.sender_address = "help@techgiant.example"
    client.brand.save()
    return client


@pytest.fixture
def box(giant: Client) -> EntryPoint:
    return make.door(giant, "mailbox", address="help@techgiant.example")


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.eml").read_bytes()


def mail(
    subject: str = "My parcel", text: str = "Where is it?", *, sender: str = "Ann <ann@home.example>",
    to: str = "help@techgiant.example", **headers: str,
) -> bytes:  # fmt: skip
    lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "Content-Type: text/plain; charset=utf-8", "", text, ""]).encode()


def take(box: EntryPoint, raw: bytes, uid: int, at: Any = None) -> Interaction:
    found = mail_intake.take_in(box, raw, f"1-{uid}", at=at)
    assert found is not None
    return Interaction.objects.select_related("case", "client", "envelope").get(pk=found.pk)


def handled(box: EntryPoint, bea: Agent | None = None) -> tuple[Agent, Leg]:
    """Ann's mail, accepted by Bea."""
    one = take(box, mail(Message_ID="<first@home.example>"), 1)
    bea = bea or make.agent(licensed=box.client, available=True)
    leg = make.offer(bea, one)
    offers.accept(leg, by=bea)
    return bea, Leg.objects.get(pk=leg.pk)


def test_a_mail_becomes_a_contact_with_customer_case_and_original(box: EntryPoint) -> None:
    one = take(box, sample("plain"), 1)
    assert (one.state, one.channel, one.queue) == (State.QUEUED, "email", box.queue)
    assert one.customer and one.customer.name == "Ann Miller"
    assert one.case and one.case.subject == "My order never came"
    message = one.messages.get()
    assert message.message_id == "<CAF1x7-plain@mail.home.example>"
    with message.original.open("rb") as original:
        assert original.read() == sample("plain")
    assert message.state == OutgoingState.DELIVERED


def test_the_same_mail_again_changes_nothing(box: EntryPoint) -> None:
    assert take(box, sample("plain"), 1) == take(box, sample("plain"), 1) == take(box, sample("plain"), 2)
    assert Message.objects.count() == 1


def test_the_same_id_with_other_content_is_another_mail(box: EntryPoint) -> None:
    first = take(box, mail(Message_ID="<same@home.example>"), 1)
    second = take(box, mail(text="Something else", Message_ID="<same@home.example>"), 2)
    assert first != second


def test_without_a_message_id_it_is_a_mail_like_any_other(box: EntryPoint) -> None:
    assert take(box, mail(), 1) != take(box, mail(), 2)


def test_one_mail_to_two_mailboxes_is_one_contact_at_the_first_named(giant: Client, box: EntryPoint) -> None:
    orders = make.door(giant, "mailbox", address="orders@techgiant.example", into=make.queue(giant, "Orders"))
    raw = mail(to="orders@techgiant.example, help@techgiant.example", Message_ID="<both@home.example>")
    first = take(box, raw, 1)
    assert first == take(orders, raw, 1) == take(box, raw, 1)
    assert first.queue == orders.queue
    assert Message.objects.count() == 1


def test_one_mail_to_two_clients_is_two_contacts_and_neither_sees_the_other(box: EntryPoint) -> None:
    globex = make.client("Globex")
    theirs = make.door(globex, "mailbox", address="care@globex.example")
    raw = mail(to="help@techgiant.example, care@globex.example", Message_ID="<both@home.example>")
    ours, other = take(box, raw, 1), take(theirs, raw, 1)
    assert (ours.client, other.client) == (box.client, globex)
    assert ours.case != other.case and ours.customer != other.customer


def test_our_own_mails_are_nobodys_contact(box: EntryPoint) -> None:
    from_us = mail(sender="Care <help@techgiant.example>")
    by_id = mail(Message_ID="<0af1@notices.techgiant.example>")
    answered = mail(Message_ID="<0af2@replies.techgiant.example>")
    for uid, raw in enumerate((from_us, by_id, answered), start=1):
        assert mail_intake.take_in(box, raw, f"1-{uid}") is None
        assert mail_intake.take_in(box, raw, f"1-{uid}") is None
    assert not Interaction.objects.exists() and not Notice.objects.exists()


def test_an_employee_of_the_client_is_not_taken_for_us(box: EntryPoint) -> None:
    raw = mail(sender="Tom <tom@techgiant.example>", Message_ID="<abc@techgiant.example>")
    assert take(box, raw, 1).state == State.QUEUED


def test_no_sender_is_filed_for_a_look_and_not_answered(box: EntryPoint) -> None:
    one = take(box, sample("no_from"), 1)
    assert (one.state, one.customer, one.queue) == (State.QUEUED, None, box.queue)
    assert not Notice.objects.exists()


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.eml")))
def test_every_sample_is_taken_in_without_harm(box: EntryPoint, name: str) -> None:
    before = clock.now() - timedelta(seconds=1)
    mail_intake.take_in(box, sample(name), "1-1")
    mail_intake.take_in(box, sample(name), "1-1")
    assert Message.objects.filter(at__gte=before).count() <= 1


BY_MACHINES = ("auto_reply", "auto_reply_es", "dsn_hard", "dsn_soft", "bounce_informal", "complaint")


@pytest.mark.parametrize("name", BY_MACHINES)
def test_machines_are_filed_closed_and_get_no_answer(giant: Client, box: EntryPoint, name: str) -> None:
    giant_hours = make.hours(giant, always_open=False)
    EntryPoint.objects.filter(pk=box.pk).update(hours=giant_hours)
    box.refresh_from_db()
    one = take(box, sample(name), 1)
    assert (one.state, one.outcome in (Outcome.SPAM, Outcome.UNDELIVERABLE)) == (State.CLOSED, True)
    assert not Notice.objects.exists() and not Callback.objects.exists()


def test_a_broken_mail_can_still_be_filed(box: EntryPoint) -> None:
    one = mail_intake.take_in_unread(box, b"\xff\xfe\x00 nonsense", "1-9")
    assert (one.state, one.customer) == (State.QUEUED, None)


def test_a_suspended_client_takes_nothing(giant: Client, box: EntryPoint) -> None:
    giant.state = "suspended"
    giant.save()
    box.refresh_from_db()
    with pytest.raises(ClientAway):
        mail_intake.take_in(EntryPoint.objects.get(pk=box.pk), mail(), "1-1")
    assert not Interaction.objects.exists()


# --- threads ----------------------------------------------------------------------------------------------------------


def test_an_answer_belongs_to_the_open_contact(box: EntryPoint) -> None:
    bea, leg = handled(box)
    reply = replies.agent_replies(leg, "Which parcel?", by=bea)
    known = f"<{reply.message_id}@replies.techgiant.example>"
    one = take(box, mail("Re: My parcel", "The red one", In_Reply_To=known, Message_ID="<second@home.example>"), 2)
    assert one == leg.interaction
    assert [message.text for message in one.messages.filter(direction="in")] == ["Where is it?", "The red one"]


def test_an_answer_brings_a_parked_contact_back_and_wakes_its_case(box: EntryPoint) -> None:
    bea, leg = handled(box)
    replies.agent_replies(leg, "Which parcel?", by=bea, then="park")
    case = Case.objects.get()
    assert case.state == CaseState.PENDING
    one = take(box, mail(References="<first@home.example>", Message_ID="<second@home.example>"), 2)
    case.refresh_from_db()
    assert (one, one.state, one.prefer_agent, case.state) == (leg.interaction, State.QUEUED, bea, CaseState.OPEN)


def test_an_answer_after_the_end_is_a_new_contact_that_reopens_the_case(box: EntryPoint) -> None:
    bea, leg = handled(box)
    replies.agent_replies(leg, "Sent again.", by=bea, then="resolve", summary="Sent again", outcome="solved")
    one = take(box, mail(In_Reply_To="<first@home.example>", Message_ID="<third@home.example>"), 3)
    case = Case.objects.get()
    assert one != leg.interaction
    assert (one.case, case.state, case.reopened) == (case, CaseState.OPEN, 1)


def test_long_after_the_resolution_it_is_a_new_case_linked_to_the_old(box: EntryPoint) -> None:
    bea, leg = handled(box)
    replies.agent_replies(leg, "Sent again.", by=bea, then="resolve", summary="Sent again", outcome="solved")
    old = Case.objects.get()
    with clock.set_to(clock.now() + timedelta(days=15)):
        cases.close_expired(clock.now())
        one = take(box, mail(In_Reply_To="<first@home.example>", Message_ID="<late@home.example>"), 4)
    assert one.case and one.case != old and one.case.follows == old


def test_a_reference_in_the_subject_counts_from_its_own_customer_alone(box: EntryPoint) -> None:
    first = take(box, mail(Message_ID="<first@home.example>"), 1)
    assert first.case
    named = f"About {first.case.reference}"
    assert take(box, mail(named, "And?", Message_ID="<b@home.example>"), 2).case == first.case
    stranger = take(box, mail(named, "And?", sender="Mallory <m@evil.example>", Message_ID="<c@evil.example>"), 3)
    assert stranger.case != first.case


def test_a_strangers_mail_joins_no_case_by_an_id_that_can_be_guessed(box: EntryPoint) -> None:
    first = take(box, mail(Message_ID="<order-1001@home.example>"), 1)
    guessed = {"In_Reply_To": "<order-1001@home.example>", "Message_ID": "<b@evil.example>"}
    assert take(box, mail("Re: My parcel", sender="Mallory <m@evil.example>", **guessed), 2).case != first.case
    api = Message.objects.get(interaction=first)
    Message.objects.filter(pk=api.pk).update(channel="chat", message_id="order-1002")
    said = {"In_Reply_To": "<order-1002>", "Message_ID": "<c@evil.example>"}
    assert take(box, mail("Re: My parcel", sender="Mallory <m@evil.example>", **said), 3).case != first.case


def test_a_colleague_who_answers_a_mail_of_ours_is_on_its_case(box: EntryPoint) -> None:
    bea, leg = handled(box)
    reply = replies.agent_replies(leg, "Which parcel?", by=bea, then="keep")
    ours = {"In_Reply_To": f"<{reply.message_id}@replies.techgiant.example>", "Message_ID": "<c@home.example>"}
    one = take(box, mail("Re: My parcel", sender="Tom <tom@home.example>", **ours), 2)
    assert one == leg.interaction


def test_a_persons_mail_through_a_gateway_that_wants_no_automatic_answer_is_read(closed_box: EntryPoint) -> None:
    with clock.set_to(SUNDAY):
        one = take(closed_box, mail(Message_ID="<q@home.example>", X_Auto_Response_Suppress="All"), 1)
    assert (one.state, one.outcome) == (State.QUEUED, "")
    assert one.customer is not None and one.case is not None
    assert not Notice.objects.exists() and not Callback.objects.exists()


def test_the_thread_of_another_client_is_not_ours(box: EntryPoint) -> None:
    first = take(box, mail(Message_ID="<first@home.example>"), 1)
    globex = make.door(make.client("Globex"), "mailbox", address="care@globex.example")
    raw = mail(to="care@globex.example", In_Reply_To="<first@home.example>", Message_ID="<x@h.example>")
    one = take(globex, raw, 1)
    assert one.case != first.case and one.client != first.client


def test_an_automatic_reply_is_filed_on_the_case_it_answers(box: EntryPoint) -> None:
    bea, leg = handled(box)
    replies.agent_replies(leg, "Which parcel?", by=bea, then="park")
    raw = mail("Automatic reply", "I am away", In_Reply_To="<first@home.example>", Auto_Submitted="auto-replied")
    one = take(box, raw, 2)
    assert (one.case, one.state) == (Case.objects.get(), State.CLOSED)
    leg.interaction.refresh_from_db()
    assert leg.interaction.state == State.PARKED


# --- what comes back --------------------------------------------------------------------------------------------------


def report(message_id: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    raw = sample("dsn_hard" if action == "failed" else "dsn_soft").decode()
    return re.sub(r"(?mi)^message-id: <(?!20260310)[^>]*>", f"Message-ID: {message_id}", raw).encode()


def test_a_report_about_a_notice_bounces_it_and_makes_no_contact(box: EntryPoint) -> None:
    one = take(box, mail(sender="Ann <ann.miller@home.example>"), 1)
    notice = notices.write(NoticeKind.SURVEY, interaction=one)
    assert notice
    Notice.objects.update(state="sent")
    mail_intake.take_in(box, report(f"<{notice.message_id}@notices.techgiant.example>"), "1-2")
    notice.refresh_from_db()
    assert notice.state == "bounced"
    assert CustomerAddress.objects.get(customer=one.customer).undeliverable
    assert JournalEntry.objects.get(kind=Kind.NOTICE_BOUNCED).facts["hard"] is True
    assert Interaction.objects.count() == 1


def test_a_reply_that_comes_back_brings_the_parked_contact_to_its_agent(box: EntryPoint) -> None:
    bea, leg = handled(box)
    reply = replies.agent_replies(leg, "Which parcel?", by=bea, then="park")
    Message.objects.filter(pk=reply.pk).update(state="sent")
    mail_intake.take_in(box, report(f"<{reply.message_id}@replies.techgiant.example>"), "1-2")
    reply.refresh_from_db()
    leg.interaction.refresh_from_db()
    assert (reply.state, leg.interaction.state, leg.interaction.prefer_agent) == ("bounced", State.QUEUED, bea)


def test_a_report_of_delay_ends_nothing_and_a_final_one_after_it_does(box: EntryPoint) -> None:
    bea, leg = handled(box)
    reply = replies.agent_replies(leg, "Which parcel?", by=bea, then="park")
    Message.objects.filter(pk=reply.pk).update(state="sent")
    about = f"<{reply.message_id}@replies.techgiant.example>"
    mail_intake.take_in(box, report(about, action="delayed"), "1-2")
    reply.refresh_from_db()
    leg.interaction.refresh_from_db()
    assert (reply.state, leg.interaction.state) == ("sent", State.PARKED)
    assert not JournalEntry.objects.filter(kind=Kind.NOTICE_BOUNCED).exists()
    mail_intake.take_in(box, report(about), "1-3")
    reply.refresh_from_db()
    leg.interaction.refresh_from_db()
    assert (reply.state, reply.bounced_hard, leg.interaction.state) == ("bounced", True, State.QUEUED)
    assert Interaction.objects.count() == 1


# --- outside hours ----------------------------------------------------------------------------------------------------


@pytest.fixture
def closed_box(giant: Client, box: EntryPoint) -> EntryPoint:
    """Open on weekdays from nine to five; the tests write on a Sunday."""
    hours = make.hours(giant, "Office", always_open=False)
    for weekday in range(5):
        hours.spans.create(weekday=weekday, opens=9 * 60, closes=17 * 60)
    queue = box.queue
    assert queue
    queue.hours = hours
    queue.save()
    return EntryPoint.objects.select_related("queue__hours", "client__brand").get(pk=box.pk)


SUNDAY = clock.now().replace(year=2026, month=3, day=8, hour=15, minute=0)


def test_outside_hours_the_customer_is_told_when_and_promised_an_answer(closed_box: EntryPoint) -> None:
    with clock.set_to(SUNDAY):
        one = take(closed_box, mail(Message_ID="<sunday@home.example>"), 1)
        notice = Notice.objects.get()
        assert (one.outcome, notice.kind, notice.to_address) == (Outcome.AFTER_HOURS, "after_hours", "ann@home.example")
        assert notice.callback == Callback.objects.get()
        rendered = notices.render(notices.letter_of(notice), notice.client, "en")
    assert "closed at the moment" in rendered.text and "Monday, 9 March" in rendered.text
    assert rendered.subject == "Re: My parcel"
    assert notices.outbound(notice).in_reply_to == "<sunday@home.example>"


def test_one_answer_a_day_is_enough(closed_box: EntryPoint) -> None:
    with clock.set_to(SUNDAY):
        take(closed_box, mail(), 1)
        take(closed_box, mail(text="Still there?"), 2)
        assert Notice.objects.filter(kind="after_hours").count() == 1
    assert JournalEntry.objects.filter(kind=Kind.NOTICE_SKIPPED, facts__why="told within the last day").count() == 1


def test_a_list_gets_no_answer_outside_hours(closed_box: EntryPoint) -> None:
    with clock.set_to(SUNDAY):
        take(closed_box, sample("list"), 1)
    assert not Notice.objects.exists() and not Callback.objects.exists()


def test_handing_back_needs_no_case(box: EntryPoint) -> None:
    bea, leg = handled(box)
    handling.park(leg, by=bea)
    assert handling.return_parked(leg.interaction, why="customer wrote")
