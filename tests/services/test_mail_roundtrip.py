"""A customer writes, an agent answers: real mailbox, worker and server, and a worker that dies at a bad moment."""

from __future__ import annotations

import os
import smtplib
import subprocess
import sys
import uuid
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from bpo.kernel import clock
from clients.models import Client, EntryPoint
from interactions import cases, offers, replies
from interactions.adapters.base import Inbound
from interactions.adapters.email import MailboxAccess, read_mailbox
from interactions.models import Case, Interaction, JournalEntry, Kind, Leg, Message, Notice, State
from tests import factories as make
from tests.living import DATABASE, Product, eventually, product_redis

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def town() -> str:
    """A word no other test of this product's data uses."""
    return uuid.uuid4().hex[:8]


def client_with_mailbox(live: Product, town: str) -> tuple[Client, EntryPoint]:
    letters = "".join("ABCDEFGHJKLMNPQRSTUVWXYZ"[int(digit, 16)] for digit in town[:4])
    client = make.client("The Tech Giant", slug=f"giant-{town}", reference_prefix=letters)
    address = client.brand.sender_address
    box = make.door(
        client,
        "mailbox",
        address=address,
        imap_host=live.mail["host"],
        imap_port=live.mail["imap_port"],
        imap_tls=False,
        imap_user=address,
        imap_password=live.mail["password"],
    )
    return client, box


def write(live: Product, sender: str, to: str, text: str, **headers: str) -> str:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Ann Archer <{sender}>", to, "My parcel"
    mail["Message-ID"] = f"<{uuid.uuid4().hex}@home.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    with smtplib.SMTP(live.mail["host"], live.mail["smtp_port"]) as server:
        server.send_message(mail)
    return str(mail["Message-ID"])


def mailbox(live: Product, address: str) -> list[Inbound]:
    box = MailboxAccess(live.mail["host"], live.mail["imap_port"], address, live.mail["password"], security="plain")
    return read_mailbox(box)


def test_a_customer_writes_an_agent_answers_and_the_customer_writes_again(live: Product, town: str) -> None:
    client, box = client_with_mailbox(live, town)
    ann = f"ann-{town}@home.example"
    bea = make.agent("Bea Brown", licensed=client, available=True)
    first = write(live, ann, box.address, "Where is it?")
    one = eventually(lambda: Interaction.objects.filter(client=client).first(), within=40)
    leg = eventually(lambda: Leg.objects.filter(interaction=one, agent=bea, state="offered").first(), within=10)
    offers.accept(leg, by=bea)
    reply = replies.agent_replies(leg, "Sent again today.", by=bea, then="park")
    (answer,) = eventually(lambda: mailbox(live, ann), within=40)
    assert (answer.from_name, answer.from_address) == (client.brand.sender_name, client.brand.sender_address)
    assert answer.in_reply_to == first and "Sent again today." in answer.text and "> Where is it?" in answer.text
    assert eventually(lambda: Message.objects.filter(pk=reply.pk, state="sent").exists())

    write(live, ann, box.address, "Thank you!", In_Reply_To=answer.message_id)
    eventually(lambda: one.messages.filter(direction="in", text="Thank you!").exists(), within=40)
    assert Interaction.objects.filter(client=client).count() == 1
    assert not EntryPoint.objects.get(pk=box.pk).imap_problem


def test_an_answer_that_comes_back_is_told_to_the_floor(live: Product, town: str) -> None:
    client, box = client_with_mailbox(live, town)
    bea = make.agent("Bea Brown", licensed=client, available=True)
    write(live, f"ann-{town}@later.bounce.example", box.address, "Where is it?")
    one = eventually(lambda: Interaction.objects.filter(client=client).first(), within=40)
    leg = eventually(lambda: Leg.objects.filter(interaction=one, agent=bea, state="offered").first(), within=10)
    offers.accept(leg, by=bea)
    replies.agent_replies(leg, "Sent again today.", by=bea, then="park")
    eventually(lambda: JournalEntry.objects.filter(interaction=one, kind=Kind.NOTICE_BOUNCED).exists(), within=60)
    one.refresh_from_db()
    assert one.state in (State.QUEUED, State.OFFERED)
    assert Interaction.objects.filter(client=client).count() == 1


DIES = """
import os
import django
django.setup()
from bpo.kernel.outgoing import Outgoing
from interactions import tasks
from interactions.models import Notice
Notice.objects.filter(pk=os.environ["NOTICE"]).update(state="pending")
Outgoing.succeed = lambda self, at=None: os._exit(137)  # the server has said 250; nothing of it is written down
tasks.send_notices([int(os.environ["NOTICE"])])
"""


def test_killed_between_250_and_commit_the_same_mail_goes_once_more(live: Product, town: str) -> None:
    client, _box = client_with_mailbox(live, town)
    client.state = "suspended"  # nobody else sends it meanwhile
    client.save()
    ann = make.customer(client, address=f"ann-{town}@home.example")
    case = cases.open_case(client, ann, subject="Parcel")
    cases.resolve(case, by=make.agent(licensed=client), summary="Sent again.", outcome="solved")
    notice = Notice.objects.get(client=client)
    client.state = "live"
    client.save()
    worker = _as_worker(live, notice)
    ended = subprocess.run([sys.executable, "-c", DIES], cwd=ROOT, env=worker, check=False, timeout=60)
    assert ended.returncode == 137
    notice.refresh_from_db()
    assert notice.state == "sending"
    (once,) = mailbox(live, f"ann-{town}@home.example")
    Notice.objects.filter(pk=notice.pk).update(leased_until=clock.now())  # rather than to wait a minute
    eventually(lambda: Notice.objects.filter(pk=notice.pk, state="sent").exists(), within=40)
    second, first = mailbox(live, f"ann-{town}@home.example")
    assert first.message_id == second.message_id == once.message_id and first.text == second.text
    assert JournalEntry.objects.get(notice=notice, kind=Kind.NOTICE_SENT).facts["attempt"] == 2
    assert Case.objects.get(pk=case.pk).state == "resolved"


def _as_worker(live: Product, notice: Notice) -> dict[str, Any]:
    from django.conf import settings

    address = settings.POSTGRES.url(DATABASE) if settings.POSTGRES else os.environ["DATABASE_URL"]
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "DJANGO_"))},
        "DJANGO_SETTINGS_MODULE": "bpo.settings.development",
        "SECRET_KEY": settings.SECRET_KEY,
        "BPO_VAR": str(live.folder),
        "DATABASE_URL": address,
        "REDIS_URL": product_redis(),
        "EMAIL_HOST": str(live.mail["host"]),
        "EMAIL_PORT": str(live.mail["smtp_port"]),
        "NOTICE": str(notice.pk),
    }
