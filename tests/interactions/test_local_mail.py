"""Real mail over real SMTP and IMAP, between servers we start ourselves."""

from __future__ import annotations

import json
import smtplib
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bpo.embedded.mail import LocalMail, MailServers, address_file, running
from interactions.adapters.base import Automatic, BounceKind, DeliveryError, Outbound, Transport
from interactions.adapters.email import EmailAdapter, MailboxAccess, MailboxError, fetch_new, read_mailbox

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServers]:
    pair = MailServers(tmp_path_factory.mktemp("var"))
    pair.start()
    yield pair
    pair.stop()


@pytest.fixture
def local(servers: MailServers) -> LocalMail:
    return servers.start()  # the pair that runs is used as it is


def box_of(local: LocalMail, address: str) -> MailboxAccess:
    return MailboxAccess(local.host, local.imap_port, address, local.password, security="plain")


def someone(domain: str = "home.example") -> str:
    return f"ann-{uuid.uuid4().hex[:8]}@{domain}"


def send(local: LocalMail, to: str, subject: str = "Your case", **changes: object) -> str:
    message = Outbound(
        from_name="The Tech Giant",
        from_address="help@techgiant.example",
        to=(to,),
        subject=subject,
        text="Dear Ann",
        html="<p>Dear <b>Ánn</b></p>",
        message_id=f"<{uuid.uuid4().hex}@techgiant.example>",
        transport=Transport(local.host, local.smtp_port, security="plain"),
    )
    return EmailAdapter().deliver(replace(message, **changes))  # type: ignore[arg-type]


def test_ann_finds_the_mail_in_her_mailbox_and_it_names_only_the_client(local: LocalMail) -> None:
    ann = someone()
    message_id = send(local, ann)
    (found,) = read_mailbox(box_of(local, ann))
    assert (found.message_id, found.from_name, found.from_address) == (
        message_id,
        "The Tech Giant",
        "help@techgiant.example",
    )
    assert found.html == "<p>Dear <b>Ánn</b></p>"
    assert ("Return-Path", "<help@techgiant.example>") in found.headers
    assert next(value for name, value in found.headers if name == "Received").startswith("from techgiant.example by")


def test_only_new_mails_are_fetched_in_the_order_they_came(local: LocalMail) -> None:
    ann = someone()
    ids = [send(local, ann, f"Mail {number}") for number in range(4)]
    first, second, *_ = fetched = list(fetch_new(box_of(local, ann)))
    assert [EmailAdapter().parse(mail.raw).message_id for mail in fetched] == ids
    assert [mail.uid for mail in fetched] == [1, 2, 3, 4]
    behind = list(fetch_new(box_of(local, ann), (second.uidvalidity, second.uid)))
    assert [mail.uid for mail in behind] == [3, 4]
    assert not list(fetch_new(box_of(local, ann), (first.uidvalidity, 4)))
    assert [mail.uid for mail in fetch_new(box_of(local, ann), (first.uidvalidity, 1), limit=1)] == [2]


def test_a_mailbox_numbered_anew_is_read_from_the_start(local: LocalMail) -> None:
    ann = someone()
    send(local, ann)
    assert [mail.uid for mail in fetch_new(box_of(local, ann), (1, 900))] == [1]


def test_a_mail_that_is_too_big_comes_as_its_headers(local: LocalMail) -> None:
    ann = someone()
    send(local, ann, text="x " * 50_000)
    (found,) = fetch_new(replace(box_of(local, ann), biggest=20_000))
    assert found.cut
    assert len(found.raw) < 2000
    assert "larger than we take" in EmailAdapter().parse(found.raw).text or b"larger than we take" in found.raw


def test_the_bytes_of_a_hostile_mail_arrive_as_they_were_sent(local: LocalMail) -> None:
    ann = someone()
    raw = b"From: \xe9lise <e@maison.example>\r\nSubject: \xff\xfe\r\nX-Empty:\r\n\r\nCaf\xe9\r\n.\r\nend\r\n"
    with smtplib.SMTP(local.host, local.smtp_port, timeout=10) as server:
        server.sendmail("e@maison.example", [ann], raw)
    (found,) = fetch_new(box_of(local, ann))
    assert found.raw.endswith(raw)


def test_a_refused_address_is_final_and_a_busy_server_is_not(local: LocalMail) -> None:
    with pytest.raises(DeliveryError) as refused:
        send(local, someone("bounce.example"))
    assert (refused.value.permanent, refused.value.code) == (True, 550)
    slow = someone("slow.example")
    with pytest.raises(DeliveryError) as waits:
        send(local, slow)
    assert (waits.value.permanent, waits.value.code) == (False, 451)
    send(local, slow)
    assert len(read_mailbox(box_of(local, slow))) == 1


def test_a_mail_returned_later_names_the_notice(local: LocalMail) -> None:
    sender = someone("techgiant.example")
    gone = someone("later.bounce.example")
    message_id = send(local, gone, from_address=sender)
    (report,) = read_mailbox(box_of(local, sender))
    assert report.automatic is Automatic.BOUNCE
    assert report.bounce is not None
    assert (report.bounce.kind, report.bounce.recipient) == (BounceKind.HARD, gone)
    assert report.bounce.original_message_id == message_id


def test_a_wrong_password_is_final_and_a_server_that_is_away_is_not(local: LocalMail) -> None:
    with pytest.raises(MailboxError) as refused:
        list(fetch_new(replace(box_of(local, someone()), password="wrong")))
    assert refused.value.permanent
    assert "wrong" not in str(refused.value)
    with pytest.raises(MailboxError) as away:
        list(fetch_new(replace(box_of(local, someone()), port=1, timeout=2)))
    assert not away.value.permanent
    with pytest.raises(DeliveryError) as unsent:
        send(local, someone(), transport=Transport(local.host, 1, security="plain", timeout=2))
    assert not unsent.value.permanent


def test_the_mails_are_still_there_after_a_restart(tmp_path: Path) -> None:
    pair = MailServers(tmp_path)
    before = pair.start()
    ann = someone()
    send(before, ann)
    (first,) = fetch_new(box_of(before, ann))
    pair.stop()
    assert running(tmp_path) is None
    assert not address_file(tmp_path).exists()
    try:
        after = pair.start()
        assert (after.password, after.smtp_port, after.imap_port) == (
            before.password,
            before.smtp_port,
            before.imap_port,
        )
        send(after, ann)
        (second,) = fetch_new(box_of(after, ann), (first.uidvalidity, first.uid))
        assert second.uid == first.uid + 1
        assert json.loads(address_file(tmp_path).read_text())["imap_port"] == after.imap_port
        assert address_file(tmp_path).stat().st_mode & 0o077 == 0
    finally:
        pair.stop()


def test_an_orphan_gives_way_when_its_address_file_is_gone(tmp_path: Path) -> None:
    orphan, heir = MailServers(tmp_path), MailServers(tmp_path)
    before = orphan.start()
    try:
        address_file(tmp_path).unlink()
        after = heir.start()
        assert after.pid != before.pid
        assert (after.smtp_port, after.imap_port) == (before.smtp_port, before.imap_port)
    finally:
        heir.stop()
        orphan.stop()
