"""A line tells the addresses it lists of a new contact; never a machine's, never ours, never the customer's."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from clients.models import Client, EntryPoint, Queue
from interactions import acts, contact_alerts, intake, mail_intake, notices
from interactions.models import JournalEntry, Kind, Notice, NoticeKind
from interactions.notice_letters import letter_of
from tests import factories as make
from tests.interactions.test_mail_intake import mail, sample

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def acme() -> Client:
    client = make.client("Acme")
    client.brand.sender_address = "Help@acme.example"
    client.brand.save()
    return client


@pytest.fixture
def line(acme: Client) -> Queue:
    return make.queue(acme, "Orders", notify_addresses="sue@floor.example\nboss@acme.example\n")


@pytest.fixture
def box(acme: Client, line: Queue) -> EntryPoint:
    return make.door(acme, "mailbox", into=line, address="help@acme.example")


def told() -> list[str]:
    return sorted(Notice.objects.filter(kind=NoticeKind.NEW_CONTACT).values_list("to_address", flat=True))


def test_each_listed_address_is_told_once(box: EntryPoint) -> None:
    contact = mail_intake.take_in(box, mail(), "1")
    mail_intake.take_in(box, mail(), "1")
    assert told() == ["boss@acme.example", "sue@floor.example"]
    assert contact is not None
    assert contact_alerts.write(contact, intake.Automatic.NOT, at=contact.arrived_at) == []
    assert JournalEntry.objects.filter(kind=Kind.NOTICE_WRITTEN).count() == 2


def test_the_mail_names_line_and_reference_and_no_word_of_the_customer(box: EntryPoint) -> None:
    contact = mail_intake.take_in(box, mail("My secret parcel", "Where is it?"), "1")
    notice = Notice.objects.filter(kind=NoticeKind.NEW_CONTACT).first()
    assert notice is not None and contact is not None and contact.case is not None
    letter = letter_of(notice)
    shown = f"{letter}"
    assert "Orders" in letter.subject and contact.case.reference in shown
    assert "secret" not in shown and "Ann" not in shown
    sent = notices.outbound(notice)
    assert sent.automatic and not sent.in_reply_to and not sent.reply_to


@pytest.mark.parametrize("name", ["auto_reply", "dsn_hard", "complaint"])
def test_nobody_is_told_of_what_a_machine_wrote(box: EntryPoint, name: str) -> None:
    mail_intake.take_in(box, sample(name), "1")
    assert told() == []


def test_our_mailboxes_and_the_writer_are_never_told(box: EntryPoint, line: Queue) -> None:
    make.door(make.client("Zenith"), "mailbox", address="care@zenith.example")
    line.notify_addresses = "Ann@home.example\nhelp@acme.example\ncare@zenith.example\nsue@floor.example\nnonsense"
    line.save()
    mail_intake.take_in(box, mail(sender="Ann <ann@home.example>"), "1")
    assert told() == ["sue@floor.example"]


def test_a_script_cannot_send_it_to_a_customer(acme: Client) -> None:
    with pytest.raises(ValueError, match="not for customers"):
        notices.write(NoticeKind.NEW_CONTACT, interaction=make.waiting(make.queue(acme)))
    step: Any = type("Step", (), {"params": {"kind": "new_contact"}})()
    with pytest.raises(acts.CannotAct):
        acts.contact.send_notice(type("Doing", (), {"step": step})())  # type: ignore[arg-type]


def test_the_list_is_checked_wherever_it_is_written(line: Queue) -> None:
    line.notify_addresses = "sue@floor.example\nnot an address"
    with pytest.raises(ValidationError, match="not an address"):
        line.clean()
