"""Priya asks how many agents a line needs: with its own numbers, with others, and with some that cannot be."""

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from bpo.kernel import clock
from tests import factories
from tests.browser import stage
from tests.browser.test_looks import looks_right
from tests.interactions import reported
from tests.living import Product


def test_priya_tries_numbers_beside_a_line(new_page: Callable[..., Page], live: Product, watch) -> None:
    stage.set_up_once(live)
    stage.clear_the_floor()
    queue = factories.queue(stage.tech_giant(), "Evenings")  # a line whose figures no other story adds to
    at, dev = clock.now(), stage.agent("dev")
    for n in range(24):
        made = reported.contact(queue, "chat", at=at - timedelta(minutes=30 * n + 20), waited=15)
        reported.worked(made, dev, start=at - timedelta(minutes=30 * n + 19), talk=540, wrap=60)
    for n in range(4):
        reported.contact(queue, "chat", at=at - timedelta(minutes=30 * n + 25), waited=90, how="abandoned")
    reported.contact(queue, "chat", at=at, who="Ann Field")

    priya = new_page(user=stage.person("priya@contact-center.example"), viewport={"width": 1440, "height": 1250})
    priya.goto(f"/floor/?queue={queue.public_id}&channel=chat")
    priya.locator("#side").get_by_role("link", name="How many agents it needs").click()
    staffing = priya.locator("#staffing")
    expect(staffing).to_contain_text("29 contacts came to stay in the line")
    expect(staffing.locator("[name=handle_seconds]")).to_have_value("600")
    expect(staffing.locator("[name=patience_seconds]")).to_have_value(re.compile(r"^1[89]\d$"))
    expect(staffing).to_contain_text("Needed")
    looks_right(priya)

    # A busy hour with few agents: everybody would wait, and the answer says so as the number changes.
    staffing.locator("[name=per_hour]").fill("60")
    staffing.locator("[name=per_hour]").press("Tab")
    expect(staffing).to_contain_text("Waiting is certain")
    expect(staffing).to_contain_text("more are needed")
    looks_right(priya)
    watch.allow("422")
    staffing.locator("[name=at_once]").fill("0")
    staffing.locator("[name=at_once]").press("Enter")
    expect(staffing).to_contain_text("An agent has from 1 to 20 contacts at once.")
    staffing.get_by_role("link", name="The line's own numbers").click()
    expect(staffing.locator("[name=at_once]")).to_have_value(re.compile(r"^[1-9]$"))

    # What waits beside it is still acted on from here.
    priya.locator("#waiting").get_by_role("link", name="Assign").first.click()
    expect(priya.locator("#act")).to_be_visible()
    priya.goto("/floor/licences/")
    priya.locator("#licences .btns a").first.click()
    expect(priya.locator("#act")).to_be_visible()
