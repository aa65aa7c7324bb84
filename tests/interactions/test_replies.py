"""An agent's mail: in the client's name, in its thread, undone until it leaves, told when it does not arrive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from agents.models import Agent, Seat
from bpo.embedded.mail import LocalMail, MailServers
from bpo.kernel import clock
from clients import standing
from clients.models import BrandText, CustomerAddress, EntryPoint, PublicName, TextKind
from interactions import cases, drafts, handling, mail_intake, mail_out, offers, outbound, replies, tasks, unsent
from interactions import standing as consequences
from interactions.adapters.base import Automatic, Bounce, BounceKind, Inbound
from interactions.adapters.email import MailboxAccess, read_mailbox
from interactions.files import File
from interactions.models import (
    Case,
    CaseState,
    Draft,
    Interaction,
    JournalEntry,
    Kind,
    Leg,
    Message,
    Notice,
    State,
)
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMail]:
    pair = MailServers(tmp_path_factory.mktemp("var"))
    yield pair.start()
    pair.stop()


@pytest.fixture
def local(servers: LocalMail, settings: Any) -> LocalMail:
    settings.EMAIL_HOST, settings.EMAIL_PORT = servers.host, servers.smtp_port
    return servers


def mailbox(local: LocalMail, address: str) -> list[Inbound]:
    return read_mailbox(MailboxAccess(local.host, local.imap_port, address, local.password, security="plain"))


def take(box: EntryPoint, *, address: str, uid: int = 1, subject: str = "My parcel", language: str = "") -> Interaction:
    words = "¿Dónde está mi pedido? Todavía no ha llegado, gracias." if language == "es" else "Where is it?"
    raw = (
        f"From: Ann Archer <{address}>\r\nTo: {box.address}\r\nSubject: {subject}\r\n"
        f"Message-ID: <{uid}-{address}>\r\nReferences: <older@home.example>\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\nSince Monday.\r\n"
    )
    found = mail_intake.take_in(box, raw.encode(), f"1-{uid}")
    assert found
    return Interaction.objects.get(pk=found.pk)


@pytest.fixture
def box() -> EntryPoint:
    client = make.client("Acme")
    return make.door(client, "mailbox", address=client.brand.sender_address)


@pytest.fixture
def bea(box: EntryPoint) -> Agent:
    made = make.agent("Beatrix Brown", licensed=box.client, available=True)
    PublicName.objects.create(client=box.client, user=made.user, name="Bea")
    return made


def held(box: EntryPoint, bea: Agent, address: str = "ann@home.example", **more: Any) -> Leg:
    leg = make.offer(bea, take(box, address=address, **more))
    offers.accept(leg, by=bea)
    return Leg.objects.get(pk=leg.pk)


def send_all() -> None:
    with clock.set_to(clock.now() + timedelta(seconds=11)):
        tasks.send_messages()


def test_the_customer_reads_a_mail_of_the_client_in_its_thread(local: LocalMail, box: EntryPoint, bea: Agent) -> None:
    leg = held(box, bea, "thread-ann@home.example")
    message = replies.agent_replies(leg, "It was sent again today.\n\nhttps://acme.example/track", by=bea)
    send_all()
    (mail,) = mailbox(local, "thread-ann@home.example")
    case = Case.objects.get()
    headers = dict(mail.headers)
    assert (mail.from_name, mail.from_address) == ("Acme Care", box.client.brand.sender_address)
    assert mail.subject == f"Re: My parcel [{case.reference}]"
    assert mail.in_reply_to == "<1-thread-ann@home.example>"
    assert mail.references == ("<older@home.example>", "<1-thread-ann@home.example>")
    assert mail.message_id == f"<{message.message_id}@replies.{box.client.slug}.example>"
    assert "Kind regards,\nBea\nAcme" in mail.text
    assert "> Where is it?\n> Since Monday." in mail.text and "Ann Archer wrote:" in mail.text
    assert 'href="https://acme.example/track"' in mail.html
    assert "Auto-Submitted" not in headers and mail.automatic == Automatic.NOT
    assert b"Beatrix" not in mail.raw and b"bpo" not in mail.raw.lower()
    message.refresh_from_db()
    assert (message.state, message.author_name) == ("sent", "Bea")


def test_the_answer_speaks_the_customers_language(box: EntryPoint, bea: Agent) -> None:
    BrandText.objects.create(client=box.client, kind=TextKind.MAIL_SIGNATURE, language="es", text="Saludos, {agent}")
    message = replies.agent_replies(held(box, bea, language="es"), "Lo enviamos hoy.", by=bea)
    assert message.language == "es"
    assert "Saludos, Bea" in message.full_text and "escribió:" in message.full_text


def test_the_subject_is_not_answered_twice_and_names_the_case_once(box: EntryPoint, bea: Agent) -> None:
    leg = held(box, bea, subject="RE: Re: Parcel")
    reference = Case.objects.get().reference
    assert replies.agent_replies(leg, "One", by=bea).subject == f"Re: Parcel [{reference}]"
    assert replies.agent_replies(leg, "Two", by=bea, subject=f"Parcel {reference}").subject == f"Re: Parcel {reference}"


def test_files_go_along(local: LocalMail, box: EntryPoint, bea: Agent) -> None:
    file = File("label.pdf", "application/pdf", b"%PDF-1.4 label")
    replies.agent_replies(held(box, bea, "file-ann@home.example"), "The label.", by=bea, files=[file])
    send_all()
    (mail,) = mailbox(local, "file-ann@home.example")
    assert [(sent.name, sent.content) for sent in mail.attachments] == [("label.pdf", b"%PDF-1.4 label")]


def test_resolve_is_one_step_and_the_reply_is_the_notice(box: EntryPoint, bea: Agent) -> None:
    leg = held(box, bea)
    message = replies.agent_replies(leg, "Sent again.", by=bea, then="resolve", summary="Sent again", outcome="solved")
    leg.refresh_from_db()
    case = Case.objects.get()
    assert message.resolves and (case.state, leg.state, leg.interaction.state) == ("resolved", "wrapping", "wrap_up")
    assert [*Notice.objects.values_list("kind", flat=True)] == ["survey"]
    assert JournalEntry.objects.get(kind=Kind.NOTICE_SKIPPED).facts["why"] == "the reply is the notice"


def test_without_a_summary_nothing_happens_at_all(box: EntryPoint, bea: Agent) -> None:
    leg = held(box, bea)
    with pytest.raises(cases.SummaryMissing):
        replies.agent_replies(leg, "Sent again.", by=bea, then="resolve", outcome="solved")
    assert not Message.objects.filter(direction="out").exists()
    leg.refresh_from_db()
    assert leg.state == "handling"


def test_park_frees_the_agent_and_the_case_waits_for_the_customer(box: EntryPoint, bea: Agent) -> None:
    leg = held(box, bea)
    replies.agent_replies(leg, "Which one?", by=bea, then="park")
    leg.interaction.refresh_from_db()
    case = Case.objects.get()
    assert (leg.interaction.state, case.state, case.pending_for) == (State.PARKED, CaseState.PENDING, "customer")
    assert Seat.objects.get(agent=bea).points_email == 0


def test_the_same_send_twice_is_one_mail(box: EntryPoint, bea: Agent) -> None:
    leg = held(box, bea)
    once = replies.agent_replies(leg, "Hello", by=bea, client_key="k1", then="park")
    assert replies.agent_replies(leg, "Hello", by=bea, client_key="k1", then="park") == once
    assert Message.objects.filter(direction="out").count() == 1


def test_a_mail_that_was_undone_may_be_sent_again_with_its_key(box: EntryPoint, bea: Agent) -> None:
    leg = held(box, bea)
    unsent.undo(replies.agent_replies(leg, "Hello", by=bea, client_key="k1"), by=bea)
    again = replies.agent_replies(leg, "Hello Ann", by=bea, client_key="k1")
    assert (again.text, again.state) == ("Hello Ann", "pending")
    assert replies.agent_replies(leg, "Hello Ann", by=bea, client_key="k1") == again


def test_only_who_holds_it_may_answer(box: EntryPoint, bea: Agent) -> None:
    leg = held(box, bea)
    cal = make.agent("Cal", licensed=box.client)
    with pytest.raises(handling.NotYours):
        replies.agent_replies(leg, "Hello", by=cal)
    with pytest.raises(handling.NotYours):
        drafts.save(leg.interaction, cal, "Hello")


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b"])
def test_nothing_is_not_a_mail(box: EntryPoint, bea: Agent, text: str) -> None:
    with pytest.raises(replies.NothingWritten):
        replies.agent_replies(held(box, bea), text, by=bea)


def test_only_to_the_customer_and_copies_must_be_addresses(box: EntryPoint, bea: Agent) -> None:
    leg = held(box, bea)
    with pytest.raises(replies.AddressWrong):
        replies.agent_replies(leg, "Hello", by=bea, to="somebody@else.example")
    with pytest.raises(replies.AddressWrong):
        replies.agent_replies(leg, "Hello", by=bea, cc=["not an address\r\nBcc: all@home.example"])
    message = replies.agent_replies(leg, "Hello", by=bea, cc=["Tom@home.example", "tom@home.example", ""])
    assert message.to_addresses == ["ann@home.example", "tom@home.example"]
    assert mail_out.outbound(message).cc == ("tom@home.example",)


def test_undone_within_ten_seconds_it_never_leaves(local: LocalMail, box: EntryPoint, bea: Agent) -> None:
    leg = held(box, bea, "undo-ann@home.example")
    message = replies.agent_replies(leg, "Too quick", by=bea)
    assert tasks.send_messages() == 0
    unsent.undo(message, by=bea)
    send_all()
    assert mailbox(local, "undo-ann@home.example") == []
    assert Draft.objects.get().text == "Too quick"


def test_undo_after_a_park_takes_the_contact_back(box: EntryPoint, bea: Agent) -> None:
    leg = held(box, bea)
    message = replies.agent_replies(leg, "Too quick", by=bea, then="park")
    unsent.undo(message, by=bea)
    leg.interaction.refresh_from_db()
    assert (leg.interaction.state, Case.objects.get().state) == (State.ACTIVE, CaseState.OPEN)


def test_undo_after_a_resolution_opens_the_case_again(box: EntryPoint, bea: Agent) -> None:
    leg = held(box, bea)
    message = replies.agent_replies(leg, "Too quick", by=bea, then="resolve", summary="Sent", outcome="solved")
    unsent.undo(message, by=bea)
    leg.refresh_from_db()
    assert (leg.state, leg.interaction.state, Case.objects.get().state) == ("handling", "active", "open")
    again = replies.agent_replies(leg, "Better", by=bea, then="resolve", summary="Sent", outcome="solved")
    asked = Notice.objects.order_by("pk").values_list("kind", "state")
    assert again.state == "pending" and [*asked] == [("survey", "cancelled"), ("survey", "pending")]


def test_what_has_left_cannot_be_undone(local: LocalMail, box: EntryPoint, bea: Agent) -> None:
    message = replies.agent_replies(held(box, bea, "left-ann@home.example"), "Hello", by=bea)
    send_all()
    with pytest.raises(unsent.TooLate):
        unsent.undo(message, by=bea)
    with pytest.raises(unsent.TooLate):
        unsent.send_later(message, clock.now() + timedelta(hours=1), by=bea)


def test_a_mail_can_leave_tomorrow(box: EntryPoint, bea: Agent) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    message = replies.agent_replies(held(box, bea), "Good morning", by=bea, send_at=tomorrow)
    assert message.due_at == tomorrow
    unsent.send_later(message, tomorrow + timedelta(hours=1), by=bea)
    send_all()
    message.refresh_from_db()
    assert (message.state, message.due_at) == ("pending", tomorrow + timedelta(hours=1))


def test_a_refused_mail_is_told_and_the_parked_contact_comes_back(
    local: LocalMail, box: EntryPoint, bea: Agent
) -> None:
    leg = held(box, bea, "ann@bounce.example")
    message = replies.agent_replies(leg, "Which one?", by=bea, then="park")
    send_all()
    message.refresh_from_db()
    leg.interaction.refresh_from_db()
    assert (message.state, leg.interaction.state) == ("failed", State.QUEUED)
    failed = JournalEntry.objects.get(kind=Kind.NOTICE_FAILED)
    assert failed.interaction == leg.interaction and failed.facts["message"] == str(message.public_id)
    assert CustomerAddress.objects.get(address="ann@bounce.example").undeliverable
    assert Case.objects.get().state == CaseState.OPEN


def test_a_mail_that_our_own_mistake_stops_is_told_and_the_parked_contact_comes_back(
    box: EntryPoint, bea: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(message: Message) -> bool:
        raise RuntimeError("a file that is gone")

    leg = held(box, bea, "ann@home.example")
    message = replies.agent_replies(leg, "Which one?", by=bea, then="park")
    Message.objects.filter(pk=message.pk).update(attempts=6)
    monkeypatch.setattr(mail_out, "deliver", broken)
    send_all()
    message.refresh_from_db()
    leg.interaction.refresh_from_db()
    assert (message.state, leg.interaction.state) == ("failed", State.QUEUED)
    assert JournalEntry.objects.get(kind=Kind.NOTICE_FAILED).interaction == leg.interaction


def test_a_server_that_asks_to_wait_gets_the_same_mail_later(local: LocalMail, box: EntryPoint, bea: Agent) -> None:
    message = replies.agent_replies(held(box, bea, "ann@slow.example"), "Hello", by=bea)
    send_all()
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("pending", 1)
    with clock.set_to(clock.now() + timedelta(minutes=5)):
        tasks.send_messages()
    (mail,) = mailbox(local, "ann@slow.example")
    assert message.message_id in mail.message_id


def test_a_mail_an_agent_begins_has_no_re_and_answers_nothing(box: EntryPoint, bea: Agent) -> None:
    ann = make.customer(box.client, address="ann@home.example")
    assert box.queue
    leg = outbound.start_mail(ann, box.queue, by=bea, subject="Your warranty")
    message = replies.agent_replies(leg, "It ends in May.", by=bea)
    assert message.subject.startswith("Your warranty [") and message.in_reply_to == ""
    second = replies.agent_replies(leg, "One more thing.", by=bea)
    assert second.in_reply_to == f"<{message.message_id}@replies.{box.client.slug}.example>"


def test_one_draft_a_contact(box: EntryPoint, bea: Agent) -> None:
    leg = held(box, bea)
    drafts.save(leg.interaction, bea, "Dear")
    drafts.save(leg.interaction, bea, "Dear Ann")
    assert Draft.objects.get().text == "Dear Ann"
    assert drafts.save(leg.interaction, bea, " ") is None
    drafts.save(leg.interaction, bea, "Dear Ann")
    replies.agent_replies(leg, "Dear Ann", by=bea)
    assert not Draft.objects.exists()


# --- held ------------------------------------------------------------------------------------------------------------


def test_mails_of_a_suspended_client_wait_and_leave_when_it_is_back(
    local: LocalMail, box: EntryPoint, bea: Agent
) -> None:
    leg = held(box, bea, "paused-ann@home.example")
    message = replies.agent_replies(leg, "Today", by=bea)
    with clock.set_to(clock.now() + timedelta(seconds=1)):
        standing.suspend(box.client, reason="not paid")
        consequences.follow(box.client)
        later = replies.agent_replies(leg, "Tomorrow", by=bea)
    message.refresh_from_db()
    assert (message.state, later.state) == ("held", "held")
    send_all()
    assert mailbox(local, "paused-ann@home.example") == []
    box.client.refresh_from_db()
    standing.resume(box.client, reason="paid")
    consequences.follow(box.client)
    send_all()
    assert len(mailbox(local, "paused-ann@home.example")) == 2


def test_a_mail_that_is_held_is_taken_back_like_any_that_has_not_left(box: EntryPoint, bea: Agent) -> None:
    leg = held(box, bea)
    message = replies.agent_replies(leg, "Today", by=bea)
    standing.suspend(box.client, reason="not paid")
    consequences.follow(box.client)
    assert unsent.undo(message, by=bea).state == "cancelled"
    assert Draft.objects.get().text == "Today"


def test_nothing_more_goes_to_an_address_from_which_mail_came_back(box: EntryPoint, bea: Agent) -> None:
    leg = held(box, bea)
    sent = replies.agent_replies(leg, "Today", by=bea)
    (claimed,) = mail_out.sendable().claim_due(1, at=clock.now() + timedelta(seconds=11), ids=[sent.pk])
    mail_out.left(claimed)
    waits = replies.agent_replies(leg, "And tomorrow", by=bea, send_at=clock.now() + timedelta(hours=1))
    mail_out.bounced(claimed, Bounce(BounceKind.HARD, recipient="ann@home.example"))
    waits.refresh_from_db()
    assert (waits.state, replies.agent_replies(leg, "Hello?", by=bea).state) == ("held", "held")
    assert mail_out.release_held(box.client) == 0
    CustomerAddress.objects.update(undeliverable=False)
    assert mail_out.release_held(box.client) == 2
