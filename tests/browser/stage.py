"""The stage of the stories: the demo's clients on the running product, a page of another site, and people at desks."""

from __future__ import annotations

import datetime as dt
import http.server
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import FrameLocator, Page, expect

from agents import presence
from agents.models import Agent, CapacityProfile, ConsoleSession, Presence, Seat
from bpo.accounts.models import User
from clients.models import (
    Client,
    Customer,
    CustomerAddress,
    CustomerPhone,
    Disposition,
    EntryKind,
    EntryPoint,
    Order,
    OrderLine,
    Queue,
)
from interactions import chats, states
from interactions.adapters.base import Inbound
from interactions.adapters.email import MailboxAccess, read_mailbox
from interactions.models import Interaction, Leg
from tests.living import Product, eventually

expect.set_options(timeout=30_000)  # a busy machine is slow, not broken


@cache
def set_up_once(product: Product) -> None:
    """The three clients of the demo, once per running product, their mailboxes on its mail servers."""
    from bpo.demo.setting_up import set_up

    with override_settings(DEMO=True):
        set_up()
    # What a person answers in seconds, a browser on a busy machine answers in a minute.
    Queue.objects.update(offer_seconds=90, wrap_up_seconds=300)
    for mailbox in EntryPoint.objects.filter(kind=EntryKind.MAILBOX):
        mailbox.imap_host, mailbox.imap_port = product.mail["host"], product.mail["imap_port"]
        mailbox.imap_user, mailbox.imap_password, mailbox.imap_tls = mailbox.address, product.mail["password"], False
        mailbox.save()


@transaction.atomic
def clear_the_floor() -> None:
    """Nobody at a desk, nobody waiting from an earlier story, and no promise of the demo's that this hour makes due."""
    from interactions import callbacks, closing, handling, wrap_up
    from interactions.callback_rows import OPEN_STATES
    from interactions.models import Callback, EndedBy, Leg, LegState, Outcome, State

    Seat.objects.update(presence=Presence.SIGNED_OUT, wish="", wish_sign_out=False, misses=0)
    for leg in Leg.objects.filter(state=LegState.HANDLING, role="primary"):
        handling.end_work(leg, ended_by=EndedBy.SYSTEM)
    for leg in Leg.objects.filter(state=LegState.WRAPPING).select_related("interaction", "agent"):
        wrap_up.complete(leg, disposition=None, note="", in_time=False, by=None, at=timezone.now())
    for promised in Callback.objects.filter(state__in=OPEN_STATES):
        callbacks.withdraw(promised, "end of story", tell=False)
    for waiting in Interaction.objects.filter(state__in=[State.QUEUED, State.OFFERED]):
        handling.customer_left(waiting, where="end of story")
    for parked in Interaction.objects.filter(state=State.PARKED):
        closing.close(parked, Outcome.WITHDRAWN)
    ConsoleSession.objects.all().delete()
    Seat.objects.update(connected=False)


def tech_giant() -> Client:
    """The client of the stories."""
    return Client.objects.get(slug="the-tech-giant")


def agent(key: str) -> Agent:
    """One of the fourteen."""
    return Agent.objects.get(user__email=f"{key}@contact-center.example")


def person(address: str) -> User:
    """A supervisor or one of the client's own people."""
    return User.objects.get(email=address)


def only_so_much(key: str, **caps: int) -> None:
    """At most so much of a channel at once: her wrap-up, not her capacity, decides when the next customer comes."""
    one, _ = CapacityProfile.objects.update_or_create(name=f"Of {key}", defaults=caps)
    Agent.objects.filter(pk=agent(key).pk).update(profile=one)
    states.recount_seat(agent(key).pk)


def customer_with_late_order(name: str, address: str, *, order: str, zip_code: str = "43215") -> Customer:
    """Somebody whose order should have come days ago."""
    client = tech_giant()
    existing = CustomerAddress.objects.filter(client=client, address=address).first()
    if existing:
        return existing.customer
    made = Customer.objects.create(client=client, name=name, postal_code=zip_code, account_number=f"A-{order[-6:]}")
    CustomerAddress.objects.create(client=client, customer=made, address=address, primary=True)
    today = dt.date.today()
    placed = Order.objects.create(
        client=client,
        customer=made,
        number=order,
        state="at_depot",
        placed_on=today - dt.timedelta(days=9),
        shipped_on=today - dt.timedelta(days=7),
        due_on=today - dt.timedelta(days=3),
        total="1649.00",
        paid_by="card ending 4471",
        deliver_to="118 Larch Street, Columbus OH 43215",
    )
    OrderLine.objects.create(order=placed, name="Slate 14 laptop, 32 GB", amount="1649.00")
    return made


def give_phone(customer: Customer, number: str) -> None:
    """The number the customer is known by."""
    CustomerPhone.objects.get_or_create(client=customer.client, number=number, defaults={"customer": customer})


@contextmanager
def site_of(client: Client, product: Product, *, language: str) -> Iterator[str]:
    """A page of another site, on an origin of its own, with the one line that a client pastes."""
    door = EntryPoint.objects.get(client=client, kind=EntryKind.WIDGET)
    page = (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>Contact</title>'
        '<link rel="icon" href="data:,">'
        f'<h1>Contact us</h1><script async src="{product.url}/widget/{door.public_id}.js"></script></html>'
    ).encode()

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    origin = f"http://127.0.0.1:{server.server_port}"
    door.origins = [*door.origins, origin]
    door.save(update_fields=["origins"])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"{origin}/contact"
    finally:
        server.shutdown()


def open_chat(page: Page, address: str) -> FrameLocator:
    """Press the brand's button; the frame that opens."""
    page.goto(address)
    page.get_by_role("button", name=re.compile("The Tech Giant")).click()
    return page.frame_locator("iframe")


def asks(page: Page, address: str, words: str, *, name: str = "") -> FrameLocator:
    """A customer opens the chat on the client's page and says the first words."""
    chat = open_chat(page, address)
    if name:
        chat.locator("#name").fill(name)
    chat.locator("#words").fill(words)
    chat.locator("#start [type=submit]").click()
    expect(chat.locator("#log")).to_contain_text(words)
    return chat


def taken(key: str, contact: Interaction, console: UUID) -> Leg:
    """This agent comes to the desk, without a browser, is offered the contact and accepts."""
    from interactions import offers

    holder = agent(key)
    presence.connected(holder, console, "story")
    presence.go_available(holder, by=holder)
    leg = eventually(lambda: Leg.objects.filter(interaction=contact, agent=holder, state="offered").first())
    return offers.accept(leg, by=holder)


def talked(key: str, words: str, *, name: str) -> Interaction:
    """A whole chat by this agent, without a browser: asked, accepted, answered, ended, filed."""
    from interactions import conversation, handling
    from interactions import wrap_up as ending
    from interactions.models import EndedBy

    holder, console = agent(key), uuid4()
    door = EntryPoint.objects.get(client=tech_giant(), kind=EntryKind.WIDGET)
    contact = chats.start(door, chats.Hello(key=str(uuid4()), words=words, name=name)).received.interaction
    leg = taken(key, contact, console)
    conversation.agent_wrote(leg, "It is on its way.", by=holder, client_key=str(uuid4()))
    leg = handling.end_work(leg, by=holder, ended_by=EndedBy.AGENT)
    answered = Disposition.objects.get(client=tech_giant(), code="answered")
    ending.finish(leg, by=holder, disposition=answered, note="Told when it comes.")
    presence.disconnected(console)
    return Interaction.objects.get(pk=contact.pk)


def offered(page: Page, words: str) -> None:
    """The card of this contact is on the desk, filled in and acknowledged."""
    expect(page.locator("[data-offer]")).to_contain_text(words)


def take(page: Page, words: str) -> None:
    """Accept the offer by the key; the work is open."""
    offered(page, words)
    page.keyboard.press("Enter")
    expect(page.locator("#work")).to_have_attribute("data-state", "handling")
    expect(page.locator("[data-offer]")).to_have_count(0)


def at_the_desk(page: Page, *, available: bool = True) -> Page:
    """Open the console and, unless told otherwise, become available."""
    page.goto("/console/")
    expect(page.get_by_text("Connected").first).to_be_visible()
    if available:
        page.get_by_role("button", name="Be available").click()
        expect(page.locator("#top-state .presence > .now")).to_contain_text("Available")
    return page


def wrap_up(page: Page, *, note: str) -> None:
    """The first ending of the list, its first below, a note; then ready. What was taken back has no ending."""
    expect(page.locator("#wrapup")).to_be_visible()
    for tiles in ("#wrapup .ends3 .tile", "#wrapup [data-below]:not([hidden]) .tile"):
        if page.locator(tiles).count():
            page.locator(tiles).first.click()
    page.locator("#note").fill(note)
    page.locator("#wrapup button[type=submit]").click()
    expect(page.locator("#wrapup")).to_have_count(0)


def mails_to(product: Product, address: str) -> list[Inbound]:
    """What has reached this mailbox, newest first, read by IMAP."""
    mail = product.mail
    access = MailboxAccess(
        host=mail["host"], port=mail["imap_port"], username=address, password=mail["password"], security="plain"
    )
    return read_mailbox(access)


def mail_about(product: Product, address: str, words: str, *, within: float = 30) -> Inbound:
    """The newest mail in that mailbox whose subject or text has these words."""

    def found() -> Inbound | None:
        return next((one for one in mails_to(product, address) if words in one.subject + one.text), None)

    result: Inbound = eventually(found, within=within, every=0.5)
    return result


def send_mail(product: Product, *, sender: str, to: str, subject: str, text: str) -> None:
    """A customer's mail program, by real SMTP."""
    import smtplib
    from email.utils import make_msgid

    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Message-ID"] = make_msgid(domain="mail.example")
    message.set_content(text)
    with smtplib.SMTP(product.mail["host"], product.mail["smtp_port"], timeout=10) as server:
        server.send_message(message)
