"""Kim has never seen Pine Post before and has no mouse: a late delivery from signing in to being free for the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from playwright.sync_api import Page, expect

from agents.models import Agent
from clients.models import Client, EntryPoint, Order, OrderIssue, OrderLine, ScriptKind
from interactions import chats
from interactions.models import CaseState, Interaction, JournalEntry, Kind, Leg, Run, RunState, State
from tests import factories as make
from tests.browser import stage
from tests.browser.keyboard import Keys
from tests.interactions.scripted import publish
from tests.living import Product

PASSWORD = "a long word 5"
TALK = {
    "start": "greet",
    "steps": [
        {"id": "greet", "kind": "say", "name": "Greet", "next": "details",
         "text": "Thank you for writing to {client}, I am {agent}. How can I help?"},
        {"id": "details", "kind": "collect", "name": "Contact details", "next": "verify", "required": True,
         "text": "How do we reach you if we are cut off?",
         "fields": [{"name": "reach_name", "label": "Name", "required": True},
                    {"name": "reach_phone", "label": "Telephone", "type": "phone", "required": True}]},
        {"id": "verify", "kind": "verify", "name": "Verify", "next": "about", "failed": "close",
         "facts": [{"fact": "name", "label": "Full name"}, {"fact": "postal_code", "label": "ZIP code"},
                   {"fact": "order", "label": "Order number"}]},
        {"id": "about", "kind": "choose", "name": "What about", "required": True, "text": "What is it about?",
         "options": [{"value": "tech", "label": "Tech support", "next": "close"},
                     {"value": "orders", "label": "Billing and orders", "next": "reason"}]},
        {"id": "reason", "kind": "choose", "name": "Reason", "sets": "reason", "next": "product", "required": True},
        {"id": "product", "kind": "choose", "name": "Product", "sets": "product", "next": "solve", "required": True},
        {"id": "solve", "kind": "sub_process", "name": "Late delivery", "next": "agreed"},
        {"id": "agreed", "kind": "say", "name": "Read back", "next": "close",
         "text": "A new parcel leaves today, noted under {reference}. Is there anything to add?"},
        {"id": "close", "kind": "close", "name": "Close", "text": "Thank you for writing to {client}."},
    ],
}  # fmt: skip
LATE = {
    "start": "find",
    "steps": [
        {"id": "find", "kind": "collect", "name": "Find the order", "next": "remedy", "required": True,
         "fields": [{"name": "order", "label": "Order", "type": "order", "required": True}]},
        {"id": "remedy", "kind": "choose", "name": "Offer a remedy", "required": True,
         "text": "Your order {order} was due on {due}. I am sorry. What would you prefer?",
         "options": [{"value": "wait", "label": "Keep waiting", "next": "return"},
                     {"value": "again", "label": "Send a new one", "next": "where"}]},
        {"id": "where", "kind": "collect", "name": "Deliver to", "next": "replace",
         "text": "Shall it go to {deliver_to}?",
         "fields": [{"name": "agrees", "label": "Sends the late one back", "type": "choice", "required": True,
                     "options": [{"value": "no", "label": "Does not agree"}, {"value": "yes", "label": "Agrees"}]}]},
        {"id": "replace", "kind": "act", "name": "Create the replacement", "next": "return",
         "act": "create_order_issue", "params": {"kind": "replacement", "note": "Late delivery."}},
    ],
}  # fmt: skip
WALKED = ["greet", "details", "verify", "about", "reason", "product", "solve",
          "find", "remedy", "where", "replace", "agreed", "close"]  # fmt: skip


def pine_post() -> tuple[Client, EntryPoint, Agent, Order]:
    """A company new to the house, its one door, Kim who is licensed for it since today, and Ann's late parcel."""
    pine = make.client("Pine Post")
    team = make.team(f"Desk of {pine.slug}")
    line = make.queue(pine, "Orders", teams=[team], offer_seconds=90, wrap_up_seconds=300)
    person = make.user("Kim Keys")
    person.set_password(PASSWORD)
    person.save()
    kim = make.agent("Kim Keys", user=person, licensed=pine, in_team=team)
    lamp = make.product(pine, "Lamp")
    make.product(pine, "Chair")
    publish(pine, "Service", ScriptKind.INBOUND, TALK)
    publish(pine, "Late delivery", ScriptKind.SUB_PROCESS, LATE, product_type=lamp.type)
    make.reason(pine, "Invoice", code="invoice", position=1)
    make.reason(pine, "Late delivery", "complaint", code="late", position=2)
    settled = make.disposition(pine, "Settled", code="settled", position=1)
    make.disposition(pine, "Told", code="told", parent=settled, position=1)
    make.disposition(pine, "New one sent", code="again", parent=settled, position=2, needs_note=True)
    make.disposition(pine, "Passed on", code="passed", position=2)
    ann = make.customer(pine, "Ann Archer", address=f"ann@{pine.slug}.example", postal_code="43215", zone="UTC")
    today = date.today()
    late = Order.objects.create(
        client=pine, customer=ann, number="PP-204418", state="at_depot", placed_on=today - timedelta(9),
        shipped_on=today - timedelta(7), due_on=today - timedelta(3), total=Decimal("89.00"),
        paid_by="card ending 4471", deliver_to="118 Larch Street, Columbus",
    )  # fmt: skip
    OrderLine.objects.create(order=late, name="Lamp", amount=Decimal("89.00"))
    return pine, make.door(pine, into=line), kim, late


def writes(door: EntryPoint, words: str, *, name: str, email: str = "") -> Interaction:
    """Somebody opens the chat."""
    hello = chats.Hello(key=str(uuid4()), words=words, name=name, email=email)
    return chats.start(door, hello).received.interaction


def stands_at(page: Page, step: str) -> None:
    """The open step of the script."""
    expect(page.locator("#answer-form [name=step]")).to_have_value(step)


def test_a_late_delivery_by_the_keyboard_alone(new_page: Callable[..., Page], live: Product) -> None:
    stage.set_up_once(live)
    stage.clear_the_floor()
    pine, door, kim, late = pine_post()
    page = new_page(viewport={"width": 1440, "height": 900})
    keys = Keys(page)

    # She signs in, and is available.
    page.goto("/console/")
    keys.tab_to("Email")
    keys.type(kim.user.email)
    keys.tab_to("Password")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_text("Connected").first).to_be_visible()
    keys.tab_to("Be available")
    keys.press("Enter")
    expect(page.locator("#top-state .presence > .now")).to_contain_text("Available")

    # Ann writes; the card, and its key.
    contact = writes(door, "My lamp never came.", name="Ann Archer", email=f"ann@{pine.slug}.example")
    stage.offered(page, "My lamp never came.")
    keys.press("Enter")
    expect(page.locator("#work")).to_have_attribute("data-state", "handling")
    keys.at("Your words")

    # The flow tells her what to say, and she says it.
    keys.press("Escape", "s")
    stands_at(page, "greet")
    keys.press("u")
    keys.at("Your words")
    expect(page.locator("#chat-text")).to_have_value("Thank you for writing to Pine Post, I am Kim. How can I help?")
    keys.press("Enter")
    expect(page.locator("#messages")).to_contain_text("I am Kim. How can I help?")
    keys.press("Escape", "s", "Control+Enter")
    stands_at(page, "details")
    keys.at("Name")
    keys.press("Control+a")
    keys.type("Ann Archer")
    keys.press("Tab")
    keys.at("Telephone")
    keys.type("+1 614 555 0173")
    keys.press("Control+Enter")
    stands_at(page, "verify")
    expect(page.locator("#side-customer")).not_to_contain_text("118 Larch")
    keys.at("Full name")
    keys.type("ann archer")
    keys.press("Tab")
    keys.at("ZIP code")
    keys.type("43215")
    keys.press("Tab")
    keys.at("Order number")
    keys.type("pp 204418")
    keys.press("Control+Enter")

    # Billing and orders by its number, the reason too; the product by its arrow.
    stands_at(page, "about")
    keys.press("2", "Control+Enter")
    stands_at(page, "reason")
    keys.press("2", "Control+Enter")
    stands_at(page, "product")
    keys.at("Chair")
    keys.press("ArrowDown", "Control+Enter")

    # Late delivery: the order, the remedy, and the act itself.
    stands_at(page, "find")
    keys.at("Order")
    expect(page.locator("#f-order")).to_have_value("PP-204418")
    keys.press("Control+Enter")
    stands_at(page, "remedy")
    expect(page.locator("#script .say")).to_contain_text("Your order PP-204418 was due on")
    keys.press("2", "Control+Enter")
    stands_at(page, "where")
    keys.at("Sends the late one back")
    keys.press("a", "Control+Enter")
    stands_at(page, "replace")
    assert not OrderIssue.objects.filter(order=late).exists()
    keys.press("Control+Enter")
    stands_at(page, "agreed")
    expect(page.locator(".done-acts")).to_contain_text("PP-204418")
    keys.press("Control+Enter")
    stands_at(page, "close")

    # Asked whether that is settled, and resolved.
    keys.press("r")
    keys.at("What was done, in a sentence the customer may read")
    keys.type("A new lamp leaves today.")
    keys.press("Tab")
    keys.at("How the matter ended")
    keys.type("New")
    keys.press("Tab")
    keys.press("ArrowUp", "ArrowUp")
    keys.at("Yes")
    keys.press("Control+Enter")

    # How it ended by its number, more exactly by its letter, the note it needs; ready, and free for the next.
    expect(page.locator("#wrapup")).to_be_visible()
    keys.press("1", "b")
    keys.at("Note")
    keys.type("New one sent, keeps the old one until it is there.")
    expect(page.locator("[data-missing]")).to_have_text("Nothing missing")
    keys.press("Control+Enter")
    expect(page.locator("#work.idle")).to_be_visible()
    expect(page.locator("#top-state .presence > .now")).to_contain_text("Available")

    # What comes meanwhile takes the focus from nothing: she accepts from where she is.
    keys.tab_to("Available", backwards=True)
    writes(door, "Do you have chairs?", name="Bob Barker")
    stage.offered(page, "Do you have chairs?")
    page.wait_for_load_state("networkidle")
    keys.at("Available")
    keys.press("Alt+Enter")
    expect(page.locator("#work")).to_contain_text("Do you have chairs?")

    done_in_the_books(contact, kim, late)
    mail = stage.mail_about(live, f"ann@{pine.slug}.example", "A new lamp leaves today.", within=60)
    assert (mail.from_name, mail.from_address) == ("Pine Post Care", f"care@{pine.slug}.example")


def done_in_the_books(contact: Interaction, kim: Agent, late: Order) -> None:
    """Every step is there with who took it and its seconds, the act, the reason, the ending and the resolution."""
    contact.refresh_from_db()
    assert (contact.state, contact.outcome) == (State.CLOSED, "handled")
    assert contact.reason is not None and contact.reason.code == "late"
    run = Run.objects.get(interaction=contact)
    visits = list(run.visits.order_by("ordinal"))
    assert [visit.step for visit in visits] == WALKED
    assert {visit.agent_id for visit in visits} == {kim.pk} and not any(visit.jumped for visit in visits)
    assert run.state == RunState.ENDED and run.verified
    assert [visit.left_at for visit in visits[:-1]] == [visit.entered_at for visit in visits[1:]]
    assert visits[1].answer["reach_phone"]
    leg = Leg.objects.get(interaction=contact, agent=kim)
    assert leg.disposition is not None and leg.disposition.code == "again"
    issue = OrderIssue.objects.get(order=late)
    assert issue.kind == "replacement" and issue.created_by_name == "Kim Keys"
    told = JournalEntry.objects.filter(interaction=contact)
    for kind in (Kind.RUN_STARTED, Kind.VERIFIED, Kind.ACTION_DONE, Kind.RUN_ENDED, Kind.DISPOSED):
        assert told.filter(kind=kind).exists(), kind
    assert contact.case is not None and contact.case.state == CaseState.RESOLVED
