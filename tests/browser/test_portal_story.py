"""The client's own viewer: every number of the day opens as many contacts, and agents are who the client knows."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from clients.models import Membership, Role
from tests.browser import stage
from tests.living import Product

NUMBERS = """(scope) => [...document.querySelectorAll(scope)].map((a) =>
    [a.getAttribute("href"), (a.querySelector(".tv") ?? a).textContent.trim()])"""


def listed(page: Page) -> int:
    """How many rows the open list says it has, over all its pages."""
    if page.locator("#main .empty").count():
        return 0
    told = page.locator("#main .foot, #main .pager")
    number = re.search(r"of (\d+)|(\d+) rows?", told.last.inner_text()) if told.count() else None
    return int(number[1] or number[2]) if number else page.locator("#main tbody tr").count()


def test_each_number_leads_to_as_many_contacts(new_page: Callable[..., Page], live: Product) -> None:
    stage.set_up_once(live)
    stage.clear_the_floor()
    client = stage.tech_giant()
    contact = stage.talked("mina", "Where is my order?", name="Ann Field")  # known to this client as Robin
    stage.clear_the_floor()
    viewer = Membership.objects.filter(client=client, role=Role.VIEWER).select_related("user").earliest("pk").user
    page = new_page(user=viewer)
    page.goto("/portal/")
    expect(page).to_have_url(re.compile(str(client.public_id)))
    expect(page.locator(".ptiles")).to_contain_text("Answered today")
    tiles = page.evaluate(NUMBERS, ".ptiles a")
    page.goto(f"/portal/{client.public_id}/figures/?when=today")
    figures = page.evaluate(NUMBERS, "#main table a")
    counts = [(href, int(words)) for href, words in [*tiles, *figures] if words.isdigit()]
    assert len(counts) >= 8
    for href, count in dict(counts).items():
        page.goto(href)
        assert listed(page) == count, href

    page.goto(f"/portal/{client.public_id}/contacts/?figure=answered&when=today")
    row = page.locator("tr", has_text="Ann Field").first
    expect(row).to_contain_text("Robin")
    page.goto(f"/portal/{client.public_id}/contacts/{contact.public_id}/")
    expect(page.locator("#main")).to_contain_text("Robin")
    for one in ("Mina", "Farouk", "Halden Air", "Maple Row"):
        expect(page.locator("body")).not_to_contain_text(one)

    # Another client's rooms and the floor are not there for him.
    assert page.request.get("/floor/").status in (403, 404)
    other = type(client).objects.get(slug="halden-air")
    assert page.request.get(f"/portal/{other.public_id}/").status == 404
