"""The desk under somebody's hands: a number dialled, a second mail, a line lost, words half written, a bell."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from clients.models import Customer, Queue
from interactions import outbound
from interactions.models import JournalEntry, Kind, Leg
from tests.browser import stage
from tests.living import Product, Watch, eventually


@pytest.fixture(autouse=True)
def empty_floor(live: Product) -> None:
    """The demo's clients, nobody at a desk."""
    stage.set_up_once(live)
    stage.clear_the_floor()


def orders() -> Queue:
    """A line of The Tech Giant that takes calls."""
    return Queue.objects.filter(client=stage.tech_giant(), channels__contains=["voice"], state="open").order_by("pk")[0]


def marcus() -> Customer:
    """Who is called."""
    made = stage.customer_with_late_order("Marcus Bell", "marcus.desk@mail.example", order="TG-310103")
    stage.give_phone(made, "+16145550199")
    return made


def on_a_call(page: Page, key: str) -> Leg:
    """This agent has begun a call to Marcus, and it is open on her desk."""
    leg = outbound.start_call(marcus(), orders(), by=stage.agent(key))
    page.goto(f"/console/legs/{leg.public_id}/")
    expect(page.locator("#work")).to_have_attribute("data-leg", str(leg.public_id))
    return leg


def test_dial_opens_the_telephone_and_is_journalled(new_page: Callable[..., Page], watch: Watch) -> None:
    watch.allow("Failed to launch 'tel:")
    ben = stage.at_the_desk(new_page(user=stage.agent("ben").user))
    leg = on_a_call(ben, "ben")
    ben.evaluate("addEventListener('click', (event) => { window.cancelled = event.defaultPrevented; })")
    ben.locator("a[href='tel:+16145550199']").click()
    assert ben.evaluate("window.cancelled") is False
    eventually(lambda: JournalEntry.objects.filter(leg=leg, kind=Kind.DIALLED).count() == 1)
