"""Redis goes away and comes back empty: desks ask by themselves, contacts are offered, and nobody waits for it."""

import json
import signal
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from agents import presence
from agents.models import ConsoleSession, Seat
from bpo.embedded.valkey import Valkey
from interactions.models import Leg, LegState
from tests.browser import stage
from tests.living import Product, eventually

PHONE = {"width": 390, "height": 760}


@pytest.fixture
def shop(live: Product) -> Iterator[str]:
    """The Tech Giant's page with its chat button; nobody at a desk yet."""
    stage.set_up_once(live)
    stage.clear_the_floor()
    with stage.site_of(stage.tech_giant(), live, language="en") as address:
        yield address


@pytest.fixture
def valkey(live: Product) -> Iterator[Valkey]:
    """The server of the running product, there again for whoever comes after."""
    server = settings.VALKEY
    if server is None or server.process is None:
        pytest.skip("the Redis of these tests is not ours to stop")
    yield server
    if server.process is not None:
        server.process.send_signal(signal.SIGCONT)
    server.start()


def consoles(key: str) -> list[str]:
    """Who speaks for the open consoles of this agent."""
    return list(ConsoleSession.objects.filter(agent=stage.agent(key)).values_list("node", flat=True))


def asks_by_itself(desk: Page) -> None:
    """The desk says that it asks, and not that nothing reaches it."""
    expect(desk.locator("[data-asked]")).to_be_visible(timeout=60_000)
    expect(desk.locator(".offline[data-offline]")).to_be_hidden()


def hears_again(desk: Page) -> None:
    expect(desk.get_by_text("Connected", exact=True)).to_be_visible(timeout=60_000)
    expect(desk.locator("[data-asked]")).to_be_hidden()


def ready(live: Product) -> dict[str, str]:
    """What the product says of its parts."""
    with urllib.request.urlopen(f"{live.url}/readyz") as answer:
        parts: dict[str, str] = json.load(answer)
    return parts


def test_a_desk_opened_without_redis_is_offered_a_chat_and_answers(
    new_page: Callable[..., Page], live: Product, shop: str, valkey: Valkey
) -> None:
    eventually(lambda: ready(live)["worker"] == "ok")
    valkey.stop()
    dev = new_page(user=stage.agent("dev").user)
    dev.goto("/console/")
    asks_by_itself(dev)
    eventually(lambda: consoles("dev") == [presence.BY_ITSELF], within=30)
    dev.get_by_role("button", name="Be available").click()
    expect(dev.locator("#top-state .presence > .now")).to_contain_text("Available")

    ann = stage.asks(new_page(viewport=PHONE), shop, "Is Redis there?")
    stage.take(dev, "Is Redis there?")
    leg = Leg.objects.get(agent=stage.agent("dev"), state=LegState.HANDLING)
    dev.locator("#chat-text").fill("It is not, but I am.")
    dev.keyboard.press("Enter")
    expect(ann.locator("#log")).to_contain_text("It is not, but I am.")
    ann.locator("#text").fill("Good enough.")
    ann.locator("#text").press("Enter")
    expect(dev.locator("#messages")).to_contain_text("Good enough.")
    assert Seat.objects.get(agent=stage.agent("dev")).connected
    parts = ready(live)
    assert parts["ready"] and parts["redis"] != "ok"

    valkey.start()
    hears_again(dev)
    assert ready(live)["worker"] in ("ok", "no answer"), "asked on a line that died with the Redis of before"
    eventually(lambda: len(consoles("dev")) == 1 and presence.BY_ITSELF not in consoles("dev"), within=30)
    ann.locator("#text").fill("And now?")
    ann.locator("#text").press("Enter")
    expect(dev.locator("#messages")).to_contain_text("And now?")
    assert Leg.objects.get(pk=leg.pk).lost_since is None


def test_a_desk_that_was_open_when_redis_hangs_goes_on_and_declines(
    new_page: Callable[..., Page], shop: str, valkey: Valkey
) -> None:
    dev = stage.at_the_desk(new_page(user=stage.agent("dev").user))
    assert valkey.process is not None
    valkey.process.send_signal(signal.SIGSTOP)
    asks_by_itself(dev)
    stage.asks(new_page(viewport=PHONE), shop, "Does it hang?")
    stage.offered(dev, "Does it hang?")
    dev.get_by_role("button", name="Decline").click()
    dev.wait_for_timeout(6000)  # the desk asks meanwhile; an open menu stays
    dev.locator("#decline-menu button").first.click()
    expect(dev.locator("[data-offer]")).to_have_count(0)
    assert Leg.objects.filter(agent=stage.agent("dev"), state=LegState.DECLINED).exists()

    valkey.process.send_signal(signal.SIGCONT)
    hears_again(dev)
    assert Seat.objects.get(agent=stage.agent("dev")).connected
    assert presence.BY_ITSELF not in consoles("dev")
