"""Ben looks something up and puts it into his reply by keyboard; then his desk is compact and has his own keys."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from clients.models import Queue
from interactions import outbound
from tests.browser import stage
from tests.living import Product, Watch


@pytest.fixture(autouse=True)
def empty_floor(live: Product) -> None:
    """The demo's clients, nobody at a desk."""
    stage.set_up_once(live)
    stage.clear_the_floor()


def ready(page: Page) -> None:
    """Its keys are there: the desk says so once its scripts have run."""
    expect(page.locator("[data-live]")).to_contain_text("Connected")


def test_ben_looks_it_up_and_sets_up_his_desk(new_page: Callable[..., Page], watch: Watch) -> None:
    watch.allow("422")  # a key that another command has
    marcus = stage.customer_with_late_order("Marcus Bell", "marcus.reads@mail.example", order="TG-310177")
    line = Queue.objects.filter(client=stage.tech_giant(), channels__contains=["email"], state="open").order_by("pk")[0]
    ben = stage.at_the_desk(new_page(user=stage.agent("ben").user))
    leg = outbound.start_mail(
        marcus, line, by=stage.agent("ben"), address="marcus.reads@mail.example", subject="Your laptop"
    )
    ben.goto(f"/console/legs/{leg.public_id}/")
    expect(ben.locator("#mail-text")).to_be_visible()
    ready(ben)

    ben.locator("#work").focus()
    ben.keyboard.press("k")
    expect(ben.locator("#knowledge-q")).to_be_focused()
    expect(ben.locator("#knowledge-found")).to_contain_text("It arrived damaged")
    ben.keyboard.type("retrun somthing")
    expect(ben.locator("#knowledge-found li")).to_have_count(1)
    ben.keyboard.press("Tab")
    ben.keyboard.press("Enter")
    article = ben.locator("#knowledge-found .article")
    expect(article).to_contain_text("Marcus, you can send it back within thirty days")
    expect(article.locator("h3")).to_be_focused()
    ben.keyboard.press("Tab")
    ben.keyboard.press("Enter")
    expect(ben.locator("#mail-text")).to_have_value(re.compile(r"^Marcus, you can send it back.*\n\nThe money", re.S))
    expect(ben.locator("#mail-text")).to_be_focused()
    ben.locator("#knowledge-back").click()
    expect(ben.locator("#knowledge-q")).to_be_focused()
    expect(ben.locator("#knowledge-found li")).to_have_count(1)  # at the same place

    ben.goto("/console/settings/")
    ben.locator("#id_density").select_option("compact")
    ben.get_by_role("button", name="Save", exact=True).click()
    expect(ben.locator("html")).to_have_attribute("data-density", "compact")
    ready(ben)
    field = ben.locator("[name=letter-knowledge]")
    field.focus()
    ben.keyboard.press("r")
    expect(field).to_have_value("r")
    ben.get_by_role("button", name="Save the keys").click()
    expect(ben.locator("#key-resolve-error, #key-knowledge-error").first).to_contain_text("already")
    ready(ben)
    ben.locator("[name=letter-knowledge]").focus()
    ben.keyboard.press("q")
    ben.get_by_role("button", name="Save the keys").click()
    expect(ben.locator("[name=letter-knowledge]")).to_have_value("q")

    ben.goto(f"/console/legs/{leg.public_id}/")
    ready(ben)
    expect(ben.locator("#side-knowledge")).to_be_visible()  # the tab stays open for this contact
    ben.locator("#tab-customer").click()
    ben.locator("#work").focus()
    ben.keyboard.press("k")
    expect(ben.locator("#side-knowledge")).to_be_hidden()
    ben.keyboard.press("q")
    expect(ben.locator("#side-knowledge")).to_be_visible()
    ben.keyboard.press("Escape")
    expect(ben.locator("#act-resolve")).to_have_attribute("title", "Resolve (R, Ctrl D)")
    ben.keyboard.press("?")
    expect(ben.locator("#keys-dialog dt:text-is('Knowledge') + dd")).to_have_text("Q")
