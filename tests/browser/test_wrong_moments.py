"""The worst moments: a second tab, a closed lid, a key pressed too late, a step back, a page reloaded or closed."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from agents.models import Seat
from clients.models import EntryKind, EntryPoint, Queue
from interactions.models import Interaction, JournalEntry, Kind, Leg, LegState, Outcome, State
from tests.browser import stage
from tests.living import Product, Watch, eventually

PHONE = {"width": 390, "height": 760}


@pytest.fixture
def shop(live: Product) -> Iterator[str]:
    """The Tech Giant's page with its chat button; nobody at a desk yet."""
    stage.set_up_once(live)
    stage.clear_the_floor()
    with stage.site_of(stage.tech_giant(), live, language="en") as address:
        yield address


def newest() -> Interaction:
    """The contact that came in last."""
    return Interaction.objects.latest("pk")


def leg_of(key: str, *, state: LegState) -> Leg:
    """What this agent has in this state of the newest contact."""
    return Leg.objects.get(agent=stage.agent(key), interaction=newest(), state=state)


def test_a_second_tab_makes_the_first_step_aside(new_page: Callable[..., Page], shop: str) -> None:
    first = stage.at_the_desk(new_page(user=stage.agent("dev").user))
    second = first.context.new_page()
    stage.at_the_desk(second, available=False)
    expect(first.locator("#aside-note")).to_contain_text("This desk was opened in another tab")
    expect(first.locator("#top-state")).to_be_hidden()
    assert first.evaluate("document.querySelector('nav.items').inert")
    expect(first.locator("header.top [data-live]")).to_have_text("Open elsewhere")
    expect(first.locator("[data-offline]")).to_be_hidden()
    expect(second.locator("#aside-note")).to_be_hidden()
    assert Seat.objects.get(agent=stage.agent("dev")).connected

    stage.asks(new_page(viewport=PHONE), shop, "Which tab am I in?")
    stage.offered(second, "Which tab am I in?")
    expect(first.locator("[data-offer]")).to_have_count(0)

    first.get_by_role("button", name="Work here").click()
    expect(first.locator("#aside-note")).to_be_hidden()
    expect(first.locator("#top-state")).to_be_visible()
    expect(first.locator("header.top [data-live]")).to_have_text("Connected")
    expect(second.locator("#aside-note")).to_be_visible()
    stage.take(first, "Which tab am I in?")


def test_a_lid_closed_during_an_offer_costs_the_customer_nothing(new_page: Callable[..., Page], shop: str) -> None:
    dev = stage.at_the_desk(new_page(user=stage.agent("dev").user))
    ann = stage.asks(new_page(viewport=PHONE), shop, "Is anybody there?")
    stage.offered(dev, "Is anybody there?")
    came = newest().enqueued_at
    elena = stage.at_the_desk(new_page(user=stage.agent("elena").user))
    expect(elena.locator("[data-offer]")).to_have_count(0)

    context = dev.context
    dev.close()
    stage.offered(elena, "Is anybody there?")
    assert leg_of("dev", state=LegState.RESCINDED)
    assert newest().enqueued_at == came
    assert Seat.objects.get(agent=stage.agent("dev")).misses == 0
    expect(ann.locator("#over")).to_be_hidden()

    again = context.new_page()
    again.goto("/console/")
    expect(again.locator("#top-state .presence > .now")).to_contain_text("Available")
    expect(again.locator("[data-offer]")).to_have_count(0)
    stage.take(elena, "Is anybody there?")


def test_a_lid_closed_during_a_chat_loses_nothing(new_page: Callable[..., Page], shop: str) -> None:
    dev = stage.at_the_desk(new_page(user=stage.agent("dev").user))
    ann = stage.asks(new_page(viewport=PHONE), shop, "My dock does not charge.")
    stage.take(dev, "My dock does not charge.")
    dev.locator("#chat-text").fill("Please unplug it and")
    expect(dev.locator("[data-draft-words]").first).to_contain_text("saved", ignore_case=True)

    context = dev.context
    dev.close()
    leg = leg_of("dev", state=LegState.HANDLING)
    eventually(lambda: Leg.objects.get(pk=leg.pk).lost_since)
    ann.locator("#text").fill("Hello? It is the white one.")
    ann.locator("#text").press("Enter")
    expect(ann.locator("#log")).to_contain_text("the white one")

    back = context.new_page()
    back.goto("/console/")
    expect(back.locator("#work")).to_have_attribute("data-leg", str(leg.public_id))
    expect(back.locator("#messages")).to_contain_text("the white one")
    expect(back.locator("#chat-text")).to_have_value("Please unplug it and")
    eventually(lambda: Leg.objects.get(pk=leg.pk).lost_since is None)
    assert JournalEntry.objects.filter(interaction=leg.interaction, kind=Kind.CONSOLE_BACK).count() == 1
    assert newest().legs.count() == 1
    back.locator("#chat-text").fill("Please unplug it and wait a minute.")
    back.keyboard.press("Enter")
    expect(ann.locator("#log")).to_contain_text("wait a minute")


def test_a_key_pressed_too_late_is_answered_in_words(new_page: Callable[..., Page], shop: str, watch: Watch) -> None:
    watch.allow("409")
    dev = stage.at_the_desk(new_page(user=stage.agent("dev").user))
    stage.asks(new_page(viewport=PHONE), shop, "Am I too late?")
    stage.offered(dev, "Am I too late?")
    leg = leg_of("dev", state=LegState.OFFERED)

    def outrun(route: Route) -> None:
        """The time runs out while the press of the key travels."""
        Leg.objects.filter(pk=leg.pk).update(expires_at=timezone.now())
        eventually(lambda: Leg.objects.get(pk=leg.pk).state == LegState.MISSED)
        route.continue_()

    dev.route("**/accept/", outrun)
    where = dev.url
    dev.keyboard.press("Enter")
    expect(dev.locator("#notices")).to_contain_text("The time to accept was over")
    expect(dev.locator("[data-offer]")).to_have_count(0)
    expect(dev.locator("#work")).to_have_class("idle")
    expect(dev.locator("#items .item[data-leg]")).to_have_count(0)
    assert dev.url == where
    assert newest().state == State.QUEUED
    assert not Leg.objects.filter(interaction=newest(), state=LegState.HANDLING).exists()


def test_a_step_back_after_the_end_finds_it_over(new_page: Callable[..., Page], shop: str, watch: Watch) -> None:
    watch.allow("Failed to load resource")
    dev = stage.at_the_desk(new_page(user=stage.agent("dev").user))
    ann = stage.asks(new_page(viewport=PHONE), shop, "Do you sell cables?")
    stage.take(dev, "Do you sell cables?")
    leg = leg_of("dev", state=LegState.HANDLING)
    dev.get_by_role("button", name="End chat").click()
    expect(ann.locator("#over")).to_be_visible()
    stage.wrap_up(dev, note="Yes, we do.")

    dev.go_back()
    expect(dev.locator("#work")).to_contain_text("This contact is not with you any more.")
    expect(dev.locator("#work form")).to_have_count(0)
    expect(dev.locator("#work button")).to_have_count(0)
    for act in ("end", "hold", "resume", "transfer", "resolve", "send", "wrap-up"):
        answer = dev.evaluate(
            """async (path) => {
                const token = document.querySelector("meta[name=csrf-token]").content;
                const body = new URLSearchParams({text: "again", note: "again", summary: "again", outcome: "again"});
                const headers = {"X-CSRFToken": token, "HX-Request": "true"};
                return (await fetch(path, {method: "POST", headers, body})).status;
            }""",
            f"/console/legs/{leg.public_id}/{act}/",
        )
        assert 400 <= answer < 500, act
    closed = newest()
    assert (closed.state, closed.outcome, closed.legs.count()) == (State.CLOSED, Outcome.HANDLED, 1)
    assert Leg.objects.get(pk=leg.pk).note == "Yes, we do."


def test_a_customer_who_reloads_is_in_the_same_conversation(new_page: Callable[..., Page], shop: str) -> None:
    dev = stage.at_the_desk(new_page(user=stage.agent("dev").user))
    page = new_page(viewport=PHONE)
    ann = stage.asks(page, shop, "My screen flickers.")
    stage.take(dev, "My screen flickers.")
    dev.locator("#chat-text").fill("Since when?")
    dev.keyboard.press("Enter")
    ann.locator("#text").press_sequentially("Since yest")
    before = Interaction.objects.count()

    page.reload()
    ann = page.frame_locator("iframe")
    expect(ann.locator("#log")).to_contain_text("My screen flickers.")
    expect(ann.locator("#log")).to_contain_text("Since when?")
    expect(ann.locator("#text")).to_have_value("Since yest")
    ann.locator("#text").fill("Since yesterday.")
    ann.locator("#text").press("Enter")
    expect(dev.locator("#messages")).to_contain_text("Since yesterday.")
    expect(dev.locator("#messages")).not_to_contain_text("page is closed")
    assert Interaction.objects.count() == before
    expect(dev.locator("#items .item[data-leg]")).to_have_count(1)


@pytest.fixture
def short_patience(shop: str) -> Iterator[Queue]:
    """The chat's line gives up after two seconds on somebody who closed the window."""
    queue = EntryPoint.objects.get(client=stage.tech_giant(), kind=EntryKind.WIDGET).queue
    assert queue is not None
    Queue.objects.filter(pk=queue.pk).update(patience_seconds=2)
    yield queue
    Queue.objects.filter(pk=queue.pk).update(patience_seconds=queue.patience_seconds)


def test_a_customer_who_closes_the_page_while_waiting_has_left(
    new_page: Callable[..., Page], shop: str, short_patience: Queue
) -> None:
    stage.only_so_much("dev", chat_cap=1)
    dev = stage.at_the_desk(new_page(user=stage.agent("dev").user))
    stage.asks(new_page(viewport=PHONE), shop, "I came first.")
    stage.take(dev, "I came first.")
    cal = new_page(viewport=PHONE)
    chat = stage.asks(cal, shop, "I am in a hurry.")
    expect(chat.locator("#position")).to_contain_text("1")
    waiting = newest()
    assert waiting.state == State.QUEUED
    eventually(lambda: waiting.chat_sessions.filter(seen_at__gt=F("created_at")).exists())  # his line is open

    cal.close()
    # A call that was on its way as the page closed says he is here: then it is his silence that tells.
    eventually(lambda: Interaction.objects.get(pk=waiting.pk).state == State.CLOSED, within=150)
    assert Interaction.objects.get(pk=waiting.pk).outcome == Outcome.ABANDONED
    expect(dev.locator("[data-offer]")).to_have_count(0)


def test_a_line_that_opens_slowly_does_not_send_its_own_desk_away(new_page: Callable[..., Page], live: Product) -> None:
    """The desk says by itself that it is there, and its line opens before the answer has come: one desk, not two."""
    stage.set_up_once(live)
    stage.clear_the_floor()
    page = new_page(user=stage.agent("elena").user)

    def opens_slowly(socket: WebSocketRoute) -> None:
        time.sleep(3)
        socket.connect_to_server()

    def answers_late(route: Route) -> None:
        answer = route.fetch()
        time.sleep(3)
        route.fulfill(response=answer)

    page.route_web_socket(re.compile("/ws/console/"), opens_slowly)
    page.route("**/console/here/", answers_late)
    page.goto("/console/")
    page.wait_for_timeout(9_000)
    expect(page.locator("#aside-note")).to_be_hidden()
    expect(page.locator("[data-live-words]")).to_have_text("Connected")
    eventually(lambda: stage.agent("elena").consoles.count() == 1)
