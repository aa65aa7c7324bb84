"""The desk under somebody's hands: a number dialled, a second mail, a line lost, words half written, a bell."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from clients.models import Customer, Queue
from interactions import handling, outbound
from interactions.models import EndedBy, Interaction, JournalEntry, Kind, Leg, LegState
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


def test_a_chat_that_ended_while_the_line_was_lost_is_seen_to_be_over(
    new_page: Callable[..., Page], live: Product, watch: Watch
) -> None:
    watch.allow("WebSocket", "net::ERR_INTERNET_DISCONNECTED", "htmx:sendError")
    dev = stage.at_the_desk(new_page(user=stage.agent("dev").user))
    with stage.site_of(stage.tech_giant(), live, language="en") as address:
        ann = stage.asks(new_page(), address, "Is it open on Sunday?")
    stage.take(dev, "Is it open on Sunday?")
    dev.evaluate(BELL)
    dev.evaluate("document.hasFocus = () => false")
    ann.locator("#text").fill("Hello?")
    ann.locator("#text").press("Enter")
    expect(dev.locator("#messages")).to_contain_text("Hello?")
    dev.wait_for_function("window.tones > 0")

    dev.context.set_offline(True)
    expect(dev.locator("[data-offline]")).to_be_visible()
    leg = Leg.objects.get(interaction=Interaction.objects.latest("pk"), state=LegState.HANDLING)
    handling.end_work(leg, ended_by=EndedBy.CUSTOMER)
    dev.context.set_offline(False)
    expect(dev.locator("#work")).to_have_attribute("data-state", "wrapping", timeout=60_000)


BELL = """() => {
    window.tones = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...given) { window.tones += 1; return start.apply(this, given); };
}"""
