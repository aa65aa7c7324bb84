"""Mailboxes are read once, in order, by one worker each; what fails is shown at the door and harms no other."""

from __future__ import annotations

import imaplib
import smtplib
import socket
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection

from bpo.embedded.mail import LocalMail, MailServers
from clients.models import ClientState, EntryPoint
from interactions import mail_fetch, mail_intake, tasks
from interactions.models import Interaction, Message
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMail]:
    pair = MailServers(tmp_path_factory.mktemp("var"))
    yield pair.start()
    pair.stop()


@pytest.fixture
def box(local: LocalMail) -> EntryPoint:
    address = f"care-{uuid.uuid4().hex[:8]}@acme.example"
    return make.door(
        make.client("Acme"), "mailbox", address=address, imap_host=local.host, imap_port=local.imap_port,
        imap_tls=False, imap_user=address, imap_password=local.password,
    )  # fmt: skip


def write(local: LocalMail, box: EntryPoint, subject: str) -> None:
    raw = f"From: Ann <ann@home.example>\r\nTo: {box.address}\r\nSubject: {subject}\r\n\r\nHello\r\n".encode()
    with smtplib.SMTP(local.host, local.smtp_port) as server:
        server.sendmail("ann@home.example", [box.address], raw)


def subjects() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("subject", flat=True))


def test_each_mail_is_read_once_and_in_order(local: LocalMail, box: EntryPoint) -> None:
    for number in range(3):
        write(local, box, f"Mail {number}")
    assert (tasks.fetch_all_mail(), tasks.fetch_all_mail()) == (3, 0)
    write(local, box, "Mail 3")
    assert tasks.fetch_mail(box.pk) == 1
    assert subjects() == ["Mail 0", "Mail 1", "Mail 2", "Mail 3"]
    box.refresh_from_db()
    assert box.imap_last_uid == 4 and box.imap_checked_at and not box.imap_problem


def test_a_mail_the_server_cannot_give_for_a_moment_is_read_later(
    local: LocalMail, box: EntryPoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        write(local, box, f"Mail {number}")
    asked = imaplib.IMAP4.uid

    def unwell(self: imaplib.IMAP4, command: str, *args: str) -> Any:
        if args[0] == "2":
            return "NO", [b"[UNAVAILABLE] Try later"]
        return asked(self, command, *args)

    with monkeypatch.context() as patched:
        patched.setattr(imaplib.IMAP4, "uid", unwell)
        tasks.fetch_mail(box.pk)
    box.refresh_from_db()
    assert (subjects(), box.imap_last_uid) == (["Mail 0"], 1)
    assert "mail 2" in box.imap_problem
    assert tasks.fetch_mail(box.pk) == 2
    assert subjects() == ["Mail 0", "Mail 1", "Mail 2"]


def test_renumbered_mails_are_read_again_and_change_nothing_known(local: LocalMail, box: EntryPoint) -> None:
    write(local, box, "Mail")
    tasks.fetch_mail(box.pk)
    EntryPoint.objects.filter(pk=box.pk).update(imap_last_uid=0)
    assert tasks.fetch_mail(box.pk) == 1
    assert subjects() == ["Mail"]


def test_a_mailbox_that_fails_says_why_and_holds_up_no_other(local: LocalMail, box: EntryPoint) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = make.door(
            make.client("Globex"), "mailbox", address="care@globex.example", imap_host="127.0.0.1",
            imap_port=nobody.getsockname()[1], imap_tls=False, imap_user="care@globex.example", imap_password="x",
        )  # fmt: skip
        write(local, box, "Mail")
        assert tasks.fetch_all_mail() == 1
    away.refresh_from_db()
    assert "cannot be read" in away.imap_problem


def test_a_wrong_password_is_shown_without_the_password(local: LocalMail, box: EntryPoint) -> None:
    box.imap_password = "open sesame"
    box.save()
    assert tasks.fetch_mail(box.pk) == 0
    box.refresh_from_db()
    assert "refuses to sign in" in box.imap_problem and "sesame" not in box.imap_problem


def test_two_workers_never_read_one_mailbox_at_once(local: LocalMail, box: EntryPoint) -> None:
    write(local, box, "Mail")
    with psycopg.connect(**connection.get_connection_params() | {"context": None, "cursor_factory": None}) as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [mail_fetch.LOCKS, box.pk])
        assert tasks.fetch_mail(box.pk) == 0
        assert box.address and not subjects()
        other.execute("SELECT pg_advisory_unlock(%s, %s)", [mail_fetch.LOCKS, box.pk])
    assert tasks.fetch_mail(box.pk) == 1


def test_the_mail_of_a_suspended_client_stays_in_its_mailbox(local: LocalMail, box: EntryPoint) -> None:
    write(local, box, "Mail")
    box.client.state = ClientState.SUSPENDED
    box.client.save()
    assert tasks.fetch_all_mail() == tasks.fetch_mail(box.pk) == 0
    box.client.state = ClientState.LIVE
    box.client.save()
    assert tasks.fetch_all_mail() == 1


def test_a_mail_we_stumble_over_is_filed_and_those_behind_it_are_read(
    local: LocalMail, box: EntryPoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = mail_intake.read

    def stumble(entry_point: EntryPoint, raw: bytes, provider_id: str = "") -> object:
        if b"Poison" in raw:
            raise RuntimeError("our own mistake")
        return real(entry_point, raw, provider_id)

    monkeypatch.setattr(mail_intake, "read", stumble)
    for subject in ("Before", "Poison", "After"):
        write(local, box, subject)
    assert tasks.fetch_mail(box.pk) == 3
    assert subjects() == ["Before", "", "After"]
    assert Interaction.objects.filter(customer=None).count() == 1


def test_a_mail_that_met_a_lock_is_taken_in_at_the_next_try(
    local: LocalMail, box: EntryPoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(local, box, "It met a lock")
    take_in, tries = mail_intake.take_in, []

    def once_in_the_way(*mail: Any, **more: Any) -> Interaction | None:
        tries.append(mail)
        if len(tries) == 1:
            raise OperationalError("deadlock detected")
        return take_in(*mail, **more)

    monkeypatch.setattr(mail_intake, "take_in", once_in_the_way)
    assert mail_fetch.fetch(box.pk) == 1
    assert len(tries) == 2 and subjects() == ["It met a lock"] and not Interaction.objects.get().outcome
