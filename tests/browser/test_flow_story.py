"""Priya reads the chart of a call flow while Elena talks: by keyboard, live, to the contact itself."""

import re
from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, expect

from clients.models import EntryKind, EntryPoint, Script
from interactions import chats, runs
from interactions.models import Run
from tests.browser import stage
from tests.browser.test_looks import looks_right
from tests.living import Product, eventually


def test_the_chart_follows_the_talk(new_page: Callable[..., Page], live: Product) -> None:
    stage.set_up_once(live)
    stage.clear_the_floor()
    door = EntryPoint.objects.get(client=stage.tech_giant(), kind=EntryKind.WIDGET)
    hello = chats.Hello(key=str(uuid4()), words="Where is my order?", name="Ann Field")
    contact = chats.start(door, hello).received.interaction
    stage.taken("elena", contact, uuid4())
    run = eventually(lambda: Run.objects.filter(interaction=contact).first())
    script = Script.objects.get(pk=run.version.script_id)
    priya = new_page(user=stage.person("priya@contact-center.example"), viewport={"width": 1440, "height": 900})
    priya.goto("/floor/flows/")
    priya.get_by_role("link", name=script.name, exact=True).first.click()
    expect(priya.get_by_role("heading", level=1)).to_contain_text(script.name)
    first = priya.locator(f"#step-{run.at_step}")
    assert "1 inside now" in (first.get_attribute("aria-label") or "")

    first.focus()
    priya.keyboard.press("Enter")
    panel = priya.get_by_role("complementary")
    expect(panel).to_contain_text("Elena Marsh")
    looks_right(priya)

    # The talk goes on, and the chart shows it without being asked.
    runs.answer(run, run.at_step, {}, by=stage.agent("elena"))
    run.refresh_from_db()
    expect(priya.locator(f"#inside-{run.at_step}")).to_have_text("1", timeout=20_000)
    expect(panel).to_contain_text("On to")

    # Other stories may have left rows of their own in it: one of its figures is Ann's.
    chart = priya.url
    for address in [each.get_attribute("href") for each in panel.get_by_role("link", name=re.compile(r"^\d+$")).all()]:
        priya.goto(str(address))
        if "Ann Field" in priya.locator("#rows").inner_text():
            break
    expect(priya.locator("#rows")).to_contain_text("Ann Field")
    priya.goto(chart)
    priya.get_by_role("link", name="Table").click()
    expect(priya.get_by_role("table", name="Steps of the call flow with their figures")).to_be_visible()
    looks_right(priya)
    priya.set_viewport_size({"width": 390, "height": 844})
    assert priya.evaluate("document.scrollingElement.scrollWidth") <= 390
