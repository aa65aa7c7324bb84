"""Notices: written or skipped with the reason, held while the client is away, sent once in the client's name."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from bpo.embedded.mail import LocalMail, MailServers
from bpo.kernel import clock
from clients.models import BrandText, Channel, ClientState, CustomerAddress, TextKind
from interactions import cases, notices, standing, tasks
from interactions.adapters.base import Automatic, Bounce, BounceKind, DeliveryError, Inbound
from interactions.adapters.email import MailboxAccess, read_mailbox
from interactions.models import (
    Callback,
    CallbackOrigin,
    Case,
    Envelope,
    Interaction,
    JournalEntry,
    Kind,
    Message,
    MessageDirection,
    Notice,
    NoticeKind,
    State,
    SurveyAnswer,
)
from tests import factories as make
from tests.interactions.acting import Desk
from tests.interactions.test_bookings import NOW, VISIT

pytestmark = pytest.mark.django_db


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


def contact(channel: str = Channel.CHAT, address: str = "ann@home.example", **fields: Any) -> Interaction:
    """Ann's contact with Acme and its case."""
    queue = make.queue(make.client("Acme"))
    ann = make.customer(queue.client, address=address, language=fields.pop("language", "en"))
    made = make.waiting(queue, channel, who=ann, language=ann.language, **fields)
    made.case = cases.open_case(queue.client, ann, subject="Parcel", queue=queue)
    made.save(update_fields=["case"])
    Envelope.objects.filter(interaction=made).update(from_address=address)
    return Interaction.objects.select_related("envelope", "client", "customer", "case").get(pk=made.pk)


def resolve(one: Interaction, confirmed: bool | None = None) -> Case:
    assert one.case is not None
    return cases.resolve(
        one.case, by=make.agent(licensed=one.client), summary="Sent again today.", outcome="solved",
        confirmed=confirmed, interaction=one,
    )  # fmt: skip


def promised(one: Interaction, **fields: Any) -> Callback:
    at = clock.now()
    assert one.queue is not None
    return Callback.objects.create(
        client=one.client, reference=f"X-{one.pk}", customer=one.customer, queue=one.queue, case=one.case,
        origin=CallbackOrigin.FORM, address="ann@home.example", number="+12025550123", name="Ann Archer",
        zone="America/New_York", promised_at=at, due_from=at + timedelta(hours=1), due_until=at + timedelta(hours=3),
        **fields,
    )  # fmt: skip


def skipped(one: Interaction | Case) -> list[str]:
    about = {"interaction": one} if isinstance(one, Interaction) else {"case": one}
    return [entry.facts["why"] for entry in JournalEntry.objects.filter(kind=Kind.NOTICE_SKIPPED, **about)]


def test_a_resolved_chat_is_told_once_with_its_transcript(local: LocalMail) -> None:
    one = contact(address="chat-ann@home.example")
    Message.objects.create(
        client=one.client, interaction=one, channel="chat", direction=MessageDirection.OUT, author_name="Alex",
        at=clock.now(), text="It is on its <way>", state="sent",
    )  # fmt: skip
    resolve(one)
    notice = Notice.objects.get()
    assert (notice.kind, notice.turn, notice.to_name) == ("resolution", 0, "Ann Archer")
    assert notices.write(NoticeKind.RESOLUTION, case=one.case, interaction=one) == notice
    assert tasks.send_notices() == 1
    assert tasks.send_notices() == 0
    (mail,) = mailbox(local, "chat-ann@home.example")
    assert (mail.from_name, mail.from_address) == ("Acme Care", one.client.brand.sender_address)
    assert mail.message_id == f"<{notice.message_id}@notices.{one.client.slug}.example>"
    headers = dict(mail.headers)
    assert headers["Auto-Submitted"] == "auto-generated"
    assert "Sent again today." in mail.text and "It is on its <way>" in mail.text
    assert "It is on its &lt;way&gt;" in mail.html
    assert re.search(r"Resolved: .*[ap]m \(New York time\)", mail.text)
    assert one.case and one.case.reference in mail.subject
    notice.refresh_from_db()
    assert notice.state == "sent" and "Sent again today." in notice.text
    assert JournalEntry.objects.filter(notice=notice, kind=Kind.NOTICE_SENT).count() == 1


def test_the_operator_and_other_clients_are_never_named(local: LocalMail, settings: Any) -> None:
    settings.OPERATOR_NAME = "Outsourcing Heroes"
    make.client("Globex")
    one = contact(address="brand-ann@home.example")
    resolve(one)
    tasks.send_notices()
    (mail,) = mailbox(local, "brand-ann@home.example")
    assert not re.search(rb"outsourcing|globex|bpo", mail.raw.split(b"\r\n\r\n", 1)[0] + mail.raw, re.IGNORECASE)


def test_a_second_resolution_after_a_reopen_is_its_own() -> None:
    one = contact()
    case = resolve(one)
    cases.reopen(case)
    resolve(one)
    assert list(Notice.objects.order_by("turn").values_list("turn", flat=True)) == [0, 1]


def test_who_confirmed_on_the_phone_gets_no_resolution_mail_but_is_asked_how_it_was(local: LocalMail) -> None:
    one = contact(Channel.VOICE, address="asked-ann@home.example")
    case = resolve(one, confirmed=True)
    notice = Notice.objects.get()
    assert notice.kind == "survey" and notice.due_at == notice.written_at + timedelta(minutes=10)
    assert tasks.send_notices() == 0  # not at once
    Notice.objects.update(due_at=clock.now())
    assert tasks.send_notices() == 1
    (mail,) = mailbox(local, "asked-ann@home.example")
    assert "How was it with Acme?" in mail.subject and "/survey/" in mail.text
    notices.write_resolution(case, one)  # twice is once
    assert Notice.objects.count() == 1


def test_nobody_is_asked_how_it_was_about_what_is_open_again_or_answered_or_unwanted() -> None:
    again = contact(Channel.VOICE)
    cases.reopen(resolve(again, confirmed=True))
    assert Notice.objects.get().state == "cancelled"
    unwanted = contact(Channel.VOICE)
    unwanted.client.policy.send_survey = False
    unwanted.client.policy.save()
    resolve(unwanted, confirmed=True)
    assert skipped(unwanted) == ["confirmed on the phone", "switched off by the client"]
    answered = contact(Channel.VOICE)
    SurveyAnswer.objects.create(client=answered.client, interaction=answered, score=5, answered_at=clock.now())
    resolve(answered, confirmed=True)
    assert Notice.objects.count() == 1


def test_why_no_resolution_mail_is_in_the_journal() -> None:
    on_the_phone = contact(Channel.VOICE)
    resolve(on_the_phone, confirmed=True)
    assert skipped(on_the_phone) == ["confirmed on the phone"]

    switched_off = contact()
    switched_off.client.policy.send_resolution_mail = False
    switched_off.client.policy.save()
    resolve(switched_off)
    assert skipped(switched_off) == ["switched off by the client"]

    nowhere = contact(address="")
    resolve(nowhere)
    assert skipped(nowhere) == ["no address"]

    came_back = contact(address="gone@home.example")
    CustomerAddress.objects.filter(address="gone@home.example").update(undeliverable=True)
    resolve(came_back)
    assert skipped(came_back) == ["mail to this address came back"]

    by_mail = contact(Channel.EMAIL)
    Message.objects.create(
        client=by_mail.client, interaction=by_mail, channel="email", direction="out", at=clock.now(), resolves=True
    )
    resolve(by_mail)
    assert skipped(by_mail) == ["the reply is the notice"]
    assert not Notice.objects.exclude(kind="survey").exists()


def test_not_confirmed_on_the_phone_is_told_by_mail() -> None:
    one = contact(Channel.VOICE)
    resolve(one)
    assert Notice.objects.get().interaction == one


def test_a_suspended_clients_notices_wait_and_go_out_when_it_is_back(local: LocalMail) -> None:
    one = contact(address="held-ann@home.example")
    one.client.state = ClientState.SUSPENDED
    one.client.save()
    resolve(one)
    assert Notice.objects.get().state == "held"
    assert tasks.send_notices() == 0
    one.client.state = ClientState.LIVE
    one.client.save()
    standing.follow(one.client)
    assert tasks.send_notices() == 1
    assert len(mailbox(local, "held-ann@home.example")) == 1


def test_what_was_pending_when_the_client_was_suspended_is_not_sent() -> None:
    one = contact()
    resolve(one)
    one.client.state = ClientState.SUSPENDED
    one.client.save()
    assert tasks.send_notices() == 0
    standing.follow(one.client)
    assert Notice.objects.get(kind="resolution").state == "held"


def test_the_callback_mail_has_window_zone_and_a_link_that_is_signed(local: LocalMail) -> None:
    one = contact(Channel.VOICE, language="es")
    with clock.set_to(clock.now().replace(hour=14, minute=0)):
        callback = promised(one, language="es")
        notice = notices.write(NoticeKind.CALLBACK_BOOKED, callback=callback)
    assert notice is not None and notice.language == "es"
    rendered = notices.render(notices.letter_of(notice), notice.client, notice.language)
    assert rendered.subject.startswith("Le llamamos: ")
    assert "hora de New York" in rendered.text and "+12025550123" in rendered.text
    assert notices.write(NoticeKind.CALLBACK_CHANGED, callback=callback, turn=1) != notice


def test_a_callback_to_an_address_promises_an_answer_and_no_call() -> None:
    one = contact(Channel.VOICE)
    callback = promised(one, language="en")
    callback.number = ""
    callback.save()
    notice = notices.write(NoticeKind.CALLBACK_BOOKED, callback=callback)
    assert notice is not None
    rendered = notices.render(notices.letter_of(notice), notice.client, "en")
    assert rendered.subject.startswith("We reply to you: ")
    assert "call you" not in rendered.text


def test_a_server_that_is_away_is_asked_again_later(settings: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", taken.getsockname()[1]
        resolve(contact())
        tasks.send_notices()
    notice = Notice.objects.get()
    assert (notice.state, notice.attempts) == ("pending", 1)
    assert notice.due_at > clock.now() + timedelta(seconds=20)
    assert not JournalEntry.objects.filter(kind=Kind.NOTICE_FAILED).exists()


def test_an_invitation_that_was_on_its_way_does_not_come_after_the_cancellation(local: LocalMail) -> None:
    with clock.set_to(NOW):
        desk, to = Desk("book_visit"), "called-off-ann@mail.example"
        desk.answer(**{**VISIT, "visit_email": to})
        clock.advance(60)
        (claimed,) = Notice.objects.claim_due()
        assert desk.undo().status_code == 200
        notices.failed(claimed, DeliveryError("the server is busy", permanent=False))
        clock.advance(600)
        assert tasks.send_notices() == 1
    (mail,) = mailbox(local, to)
    files = [part for part in message_from_bytes(mail.raw).walk() if part.get_content_type() == "text/calendar"]
    assert {part.get_param("method") for part in files} == {"CANCEL"}
    invitation = Notice.objects.get(kind=NoticeKind.BOOKING)
    assert (invitation.state, invitation.attempts) == ("cancelled", 1)
    skipped = JournalEntry.objects.get(notice=invitation, kind=Kind.NOTICE_SKIPPED)
    assert skipped.facts["why"] == "the appointment was cancelled"
    assert not JournalEntry.objects.filter(notice=invitation, kind=Kind.NOTICE_SENT).exists()


def test_a_refused_address_fails_for_good_and_is_not_written_to_again(local: LocalMail) -> None:
    one = contact(address="ann@bounce.example")
    resolve(one)
    tasks.send_notices()
    notice = Notice.objects.get()
    assert notice.state == "failed" and "550" in notice.last_error
    assert CustomerAddress.objects.get(address="ann@bounce.example").undeliverable
    assert JournalEntry.objects.get(kind=Kind.NOTICE_FAILED).notice == notice


def test_a_notice_that_our_own_mistake_stops_ends_in_the_journal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(notice: Notice) -> bool:
        raise RuntimeError("a template without its end")

    resolve(contact())
    monkeypatch.setattr(notices, "deliver", broken)
    for tries in (1, 7):
        Notice.objects.update(attempts=tries - 1, due_at=clock.now())
        tasks.send_notices()
        notice = Notice.objects.get()
        assert (notice.state, notice.attempts) == ("failed" if tries == 7 else "pending", tries)
        assert JournalEntry.objects.filter(kind=Kind.NOTICE_FAILED, notice=notice).count() == (tries == 7)


def test_a_mail_that_comes_back_is_known_by_its_id_and_told_once() -> None:
    one = contact()
    resolve(one)
    notice = Notice.objects.get()
    Notice.objects.update(state="sent")
    notice.refresh_from_db()
    bounce = Bounce(BounceKind.HARD, "ann@home.example", status="5.1.1", reason="no such mailbox")
    assert notices.bounced(notice, bounce)
    assert notices.bounced(notice, bounce) is None
    assert CustomerAddress.objects.get(customer=one.customer).undeliverable


def test_a_soft_bounce_does_not_suppress_the_address() -> None:
    one = contact()
    resolve(one)
    Notice.objects.update(state="sent")
    notices.bounced(Notice.objects.get(), Bounce(BounceKind.SOFT, "ann@home.example"))
    assert not CustomerAddress.objects.get(customer=one.customer).undeliverable


def test_a_final_report_after_a_soft_one_suppresses_the_address_once() -> None:
    one = contact()
    resolve(one)
    Notice.objects.update(state="sent")
    notice = Notice.objects.get()
    notices.bounced(notice, Bounce(BounceKind.SOFT, "ann@home.example", status="4.4.7"))
    assert notices.bounced(notice, Bounce(BounceKind.HARD, "ann@home.example", status="5.1.1"))
    assert notices.bounced(notice, Bounce(BounceKind.HARD, "ann@home.example", status="5.1.1")) is None
    assert (notice.state, notice.bounced_hard) == ("bounced", True)
    assert CustomerAddress.objects.get(customer=one.customer).undeliverable
    told = JournalEntry.objects.filter(kind=Kind.NOTICE_BOUNCED).order_by("pk")
    assert [entry.facts["hard"] for entry in told] == [False, True]


def test_a_complaint_is_kept_as_one() -> None:
    one = contact()
    resolve(one)
    Notice.objects.update(state="delivered")
    notice = Notice.objects.get()
    assert notices.bounced(notice, Bounce(BounceKind.COMPLAINT, "ann@home.example", reason="abuse"))
    assert Notice.objects.get().state == "complained"
    assert CustomerAddress.objects.get(customer=one.customer).undeliverable


def test_a_resolution_that_was_too_early_is_not_mailed_and_the_second_is() -> None:
    one = contact()
    resolve(one)
    assert one.case is not None
    one.case.refresh_from_db()
    cases.reopen(one.case)
    assert Notice.objects.get().state == "cancelled"
    assert JournalEntry.objects.get(kind=Kind.NOTICE_SKIPPED).facts["why"] == "the case is open again"
    resolve(one)
    assert list(Notice.objects.order_by("turn").values_list("turn", "state")) == [(0, "cancelled"), (1, "pending")]


def test_claimed_while_the_chat_goes_on_and_the_case_opens_it_does_not_leave_later(local: LocalMail) -> None:
    one = contact(address="again-ann@home.example")
    resolve(one)
    (claimed,) = notices.sendable().claim_due()
    assert one.case is not None
    one.case.refresh_from_db()
    cases.reopen(one.case)
    Interaction.objects.filter(pk=one.pk).update(state=State.ACTIVE)
    assert not notices.deliver(claimed)
    assert Notice.objects.get().state == "cancelled"
    assert mailbox(local, "again-ann@home.example") == []


def test_a_slow_server_lets_no_second_worker_send_what_waits_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        resolve(contact(address=f"ann{number}@home.example"))
    seen: list[tuple[int, int]] = []

    def slow(notice: Notice) -> bool:
        clock.advance(45)
        seen.append((notice.pk, Notice.objects.filter(state="sending").count()))
        return notice.succeed()

    monkeypatch.setattr(notices, "deliver", slow)
    with clock.set_to(clock.now()):
        assert tasks.send_notices() == 3
    assert [held for _pk, held in seen] == [1, 1, 1] and len({pk for pk, _held in seen}) == 3


def test_what_still_waits_for_an_address_that_came_back_is_held_until_it_is_cleared(client: Browser) -> None:
    one = contact()
    resolve(one)
    sent = Notice.objects.get()
    Notice.objects.update(state="sent")
    sent.refresh_from_db()
    later = notices.write(NoticeKind.CALLBACK_BOOKED, callback=promised(one))
    bob = contact(address="bob@home.example")
    resolve(bob)
    notices.bounced(sent, Bounce(BounceKind.HARD, "Ann@home.example", status="5.1.1"))
    assert later is not None
    later.refresh_from_db()
    assert later.state == "held"
    assert Notice.objects.get(case=bob.case).state == "pending"
    assert not notices.sendable().claim_due(ids=[later.pk])

    ann = one.customer
    assert ann is not None
    address = ann.addresses.get()
    client.force_login(make.admin())
    path = reverse("admin:clients_customer_change", args=[ann.pk])
    form = {
        "name": ann.name, "language": "en", "attributes": "{}", "phones-TOTAL_FORMS": "0", "phones-INITIAL_FORMS": "0",
        "addresses-TOTAL_FORMS": "1", "addresses-INITIAL_FORMS": "1", "addresses-0-id": str(address.pk),
        "addresses-0-customer": str(ann.pk), "addresses-0-address": address.address, "addresses-0-primary": "on",
    }  # fmt: skip
    answer = client.post(path, form)
    assert answer.status_code == 302, answer.context["errors"]
    later.refresh_from_db()
    assert later.state == "pending"


def test_nothing_is_held_for_an_address_of_which_nobody_keeps_that_it_came_back() -> None:
    one = contact()
    CustomerAddress.objects.all().delete()
    later = notices.write(NoticeKind.CALLBACK_BOOKED, callback=promised(one))
    notices.mark_undeliverable(one.client, "ann@home.example")
    assert later is not None
    later.refresh_from_db()
    assert later.state == "pending", "held, it would wait for ever: there is nothing to clear"


def test_an_ended_client_writes_nothing_more_but_that_the_promise_is_over() -> None:
    one = contact()
    one.client.state = ClientState.ENDED
    one.client.save()
    callback = promised(one)
    assert notices.write(NoticeKind.CALLBACK_BOOKED, callback=callback) is None
    cancelled = notices.write(NoticeKind.CALLBACK_CANCELLED, callback=callback)
    assert cancelled is not None and cancelled.state == "pending"


def test_killed_between_250_and_commit_the_same_mail_goes_once_more(local: LocalMail) -> None:
    one = contact(address="twice-ann@home.example")
    resolve(one)
    with clock.set_to(clock.now()):
        (notice,) = notices.sendable().claim_due()
        lease = notice.leased_until
        notices.deliver(notice)
        Notice.objects.update(state="sending", leased_until=lease, sent_at=None)  # the commit was lost with the worker
        tasks.send_notices()
        assert Notice.objects.get().attempts == 1
        clock.advance(61)
        tasks.send_notices()
    first, second = mailbox(local, "twice-ann@home.example")
    assert first.message_id == second.message_id and first.text == second.text
    assert Notice.objects.get().state == "sent"


def test_a_chat_that_goes_on_is_told_when_it_is_over(local: LocalMail) -> None:
    one = contact(address="talk-ann@home.example")
    Interaction.objects.filter(pk=one.pk).update(state=State.ACTIVE)
    one.refresh_from_db()
    resolve(one)
    with clock.set_to(clock.now()):
        tasks.send_notices()
        assert (Notice.objects.get().state, Notice.objects.get().attempts) == ("pending", 0)
        Interaction.objects.filter(pk=one.pk).update(state=State.WRAP_UP)
        clock.advance(16)
        tasks.send_notices()
    assert len(mailbox(local, "talk-ann@home.example")) == 1


def test_a_wished_transcript_is_one_mail_with_the_resolution() -> None:
    one = contact()
    notices.write(NoticeKind.TRANSCRIPT, case=one.case, interaction=one)
    resolve(one)
    assert dict(Notice.objects.values_list("kind", "state")) == {"transcript": "cancelled", "resolution": "pending"}


def test_the_clients_own_words_in_both_languages() -> None:
    one = contact()
    BrandText.objects.create(client=one.client, kind=TextKind.RESOLUTION, language="es", text="Gracias, {client}.")
    for kind in NoticeKind:
        for language in ("en", "es"):
            rendered = notices.preview(one.client, kind, language)
            assert rendered.subject and "Acme" in rendered.text and "style=" not in rendered.html
            assert "{" not in rendered.text
    assert "Gracias, Acme." in notices.preview(one.client, NoticeKind.RESOLUTION, "es").text
    assert not Notice.objects.exists() and Case.objects.count() == 1


def test_the_logo_travels_with_the_mail(local: LocalMail, media: Path) -> None:
    from django.core.files.base import ContentFile

    one = contact(address="logo-ann@home.example")
    one.client.brand.logo.save("logo.png", ContentFile(b"\x89PNG\r\n\x1a\n0000"))
    resolve(one)
    tasks.send_notices()
    (mail,) = mailbox(local, "logo-ann@home.example")
    assert [file.inline_cid for file in mail.attachments] == ["logo"]
    assert b"/brand/" not in mail.raw


def test_an_automatic_mail_is_recognised_as_such(local: LocalMail) -> None:
    one = contact(address="auto-ann@home.example")
    resolve(one)
    tasks.send_notices()
    (mail,) = mailbox(local, "auto-ann@home.example")
    assert mail.automatic == Automatic.AUTO_REPLY
