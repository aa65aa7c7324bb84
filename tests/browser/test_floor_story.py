"""The supervisor's hand: Priya sees who waits while it happens, gives, takes back, and sends an agent to a break."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from clients.models import EntryKind, EntryPoint
from interactions.models import Interaction, JournalEntry, Kind, Leg, LegState
from tests.browser import stage
from tests.living import Product


def answer(page: Page, button: str, reason: str) -> None:
    """Say why in the open dialog and do it."""
    page.locator("#act textarea[name=reason]").fill(reason)
    page.locator("#act footer").get_by_role("button", name=button, exact=True).click()
    expect(page.locator("#act")).to_have_count(0)


def test_priya_gives_takes_back_and_sends_to_a_break(new_page: Callable[..., Page], live: Product) -> None:
    stage.set_up_once(live)
    stage.clear_the_floor()
    client = stage.tech_giant()
    queue = EntryPoint.objects.get(client=client, kind=EntryKind.WIDGET).queue
    assert queue is not None
    priya = new_page(user=stage.person("priya@contact-center.example"))
    priya.goto("/floor/")
    expect(priya.get_by_text("Live", exact=True).first).to_be_visible()
    dev = stage.at_the_desk(new_page(user=stage.agent("dev").user))
    expect(priya.locator("#agents")).to_contain_text("Dev Malhotra")

    # Ann comes; the number changes on the open page, and opens who waits.
    with stage.site_of(client, live, language="en") as address:
        stage.asks(new_page(), address, "Where is my monitor?", name="Ann Field")
    stage.offered(dev, "Where is my monitor?")
    number = priya.locator(f"#wall [data-opens='{queue.public_id}:chat']").first
    expect(number).to_have_text("1")
    number.click()
    expect(priya.locator("#side")).to_contain_text("Ann Field")
    expect(priya.locator("#side")).to_contain_text("Ringing")

    # Dev does not look; Elena has just come and is given it.
    elena = stage.at_the_desk(new_page(user=stage.agent("elena").user))
    priya.locator("#side").get_by_role("link", name="Assign").click()
    expect(priya.locator("#unable")).to_contain_text("Dev Malhotra")
    priya.locator("#act label", has_text="Elena Marsh").click()
    answer(priya, "Assign", "Dev is in a meeting")
    stage.offered(elena, "Where is my monitor?")
    expect(dev.locator("[data-offer]")).to_have_count(0)
    stage.take(elena, "Where is my monitor?")
    contact = Interaction.objects.latest("pk")
    came = contact.enqueued_at
    expect(priya.locator("#side")).to_contain_text("Nobody waits here")

    # Taken back: Elena may still file it, Dev is asked again, and Ann keeps her place.
    priya.goto(f"/floor/contacts/{contact.public_id}/")
    priya.locator("#contact").get_by_role("link", name="Take back").click()
    answer(priya, "Take back", "Elena is needed for mail")
    expect(elena.locator("#wrapup")).to_be_visible()
    stage.offered(dev, "Where is my monitor?")
    assert Interaction.objects.get(pk=contact.pk).enqueued_at == came

    # Elena is sent to a break: it begins when she has filed what she had; her page follows.
    priya.goto(f"/floor/agents/{stage.agent('elena').public_id}/")
    priya.get_by_role("link", name="Set state").click()
    priya.locator("#act input[name=presence][value=break]").check()
    priya.locator("#act select[name=away]").select_option("Coaching")
    answer(priya, "Set state", "Ten minutes with Tom")
    expect(elena.locator("#top-state")).to_contain_text("Then Coaching")
    stage.wrap_up(elena, note="Taken back by Priya.")
    expect(elena.locator("#top-state .presence > .now")).to_contain_text("Coaching")
    priya.goto("/floor/agents/")
    expect(priya.locator("#people tr", has_text="Elena Marsh")).to_contain_text("Coaching")

    kinds = set(JournalEntry.objects.filter(interaction=contact).values_list("kind", flat=True))
    assert {Kind.ASSIGNED, Kind.TAKEN_BACK} <= kinds
    assert Leg.objects.get(interaction=contact, state=LegState.OFFERED).agent == stage.agent("dev")


def test_the_floor_is_brought_and_holds_still_under_priyas_hand(new_page: Callable[..., Page], live: Product) -> None:
    stage.set_up_once(live)
    stage.clear_the_floor()
    client = stage.tech_giant()
    queue = EntryPoint.objects.get(client=client, kind=EntryKind.WIDGET).queue
    assert queue is not None
    priya = new_page(user=stage.person("priya@contact-center.example"))
    fetched: list[str] = []
    priya.on("request", lambda request: fetched.append(request.url) if "/floor/parts/" in request.url else None)
    priya.goto("/floor/")
    expect(priya.get_by_text("Live", exact=True).first).to_be_visible()
    expect(priya.locator("#latest")).to_be_visible()
    # However many lines the wall has, and however low her screen is, agents and contacts keep their room.
    priya.set_viewport_size({"width": 1280, "height": 300})
    for part in ("#agents", "#latest"):
        expect(priya.locator(part)).to_be_visible()
        priya.locator(part).scroll_into_view_if_needed()
        expect(priya.locator(part)).to_be_in_viewport()
    priya.set_viewport_size({"width": 1280, "height": 720})

    # Her pointer rests on the agents, the focus on a line: the wall changes around it, the agents when she leaves.
    line = priya.locator(f"#wall th.q a[href*='{queue.public_id}']").first
    line.focus()
    address = line.get_attribute("href")
    priya.locator("#agents h2").hover()
    stage.at_the_desk(new_page(user=stage.agent("dev").user))
    expect(priya.locator("#wall header")).to_contain_text("1 person on the floor")
    assert priya.evaluate("document.activeElement.getAttribute('href')") == address
    expect(priya.locator("#agents")).to_have_attribute("data-owed", "yes")
    expect(priya.locator("#agents")).not_to_contain_text("Dev Malhotra")
    priya.mouse.move(700, 5)
    expect(priya.locator("#agents")).to_contain_text("Dev Malhotra")
    expect(priya.locator("#agents time[data-since]").first).to_have_text(re.compile(r"\d:\d\d"))

    # An opened line is fetched at each nudge; a closed one does not come back.
    with stage.site_of(client, live, language="en") as site:
        stage.asks(new_page(), site, "Where is my monitor?", name="Ann Field")
        priya.locator(f"#wall [data-opens='{queue.public_id}:chat']").first.click()
        expect(priya.locator("#side")).to_contain_text("Ann Field")
        expect(priya.locator("#wall .pick-on").first).to_be_visible()
        priya.locator("[data-close-side]").click()
        stage.asks(new_page(), site, "Where is my keyboard?", name="Fay Archer")
        expect(priya.locator("#latest")).to_contain_text("Fay Archer")
    expect(priya.locator("#side")).to_be_hidden()
    own = [url for url in fetched if "/parts/lines/" not in url]
    assert len(own) == 2, f"callbacks and latest once, when the page opened: {own}"

    # The big screen, too.
    screen = new_page(user=stage.person("priya@contact-center.example"))
    screen.goto("/floor/wall/")
    expect(screen.locator("[data-live-words]")).to_have_text("Live")
    screen.locator("#main > header").evaluate("header => header.dataset.old = 'yes'")
    stage.at_the_desk(new_page(user=stage.agent("elena").user))
    expect(screen.locator("#main > header[data-old]")).to_have_count(0)
    expect(screen.locator("[data-live-words]")).to_have_text("Live")
