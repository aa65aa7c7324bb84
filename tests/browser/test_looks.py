"""Every surface in light and dark: no serious finding of axe, and no page of a customer wider than the phone."""

import itertools
from collections.abc import Callable
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from agents import presence
from clients.models import EntryKind, EntryPoint, Queue
from interactions import chats, outbound
from interactions.models import Interaction
from interactions.notice_letters import survey_url
from tests.browser import stage
from tests.browser.axe_says import in_both_schemes
from tests.living import Product

PHONES = (390, 320)


# Whether one of these boxes lies over one of those.
OVER = """([one, many]) => {
    const box = document.querySelector(one).getBoundingClientRect();
    const beside = (other) => box.left >= other.right || other.left >= box.right;
    const apart = (other) => beside(other) || box.top >= other.bottom || other.top >= box.bottom;
    const others = [...document.querySelectorAll(many)].map((each) => each.getBoundingClientRect());
    return others.some((other) => other.width && !apart(other));
}"""
# Left, right, top and bottom of all that stands in the desk's bar.
BAR = """[...document.querySelectorAll(
    ".top > :not(.top-state, .themes, .menu), .top .load, .presence > :not(.menu), .top .themes > *"
)].map((one) => one.getBoundingClientRect()).filter((box) => box.width)
  .map((box) => [Math.round(box.left), Math.round(box.right), box.top, box.bottom])"""


def looks_right(page: Page, *, phone: bool = False) -> None:
    """In both colour schemes; a customer's page also on two widths of phone."""
    wrong = in_both_schemes(page)
    if phone:
        for width in PHONES:
            page.set_viewport_size({"width": width, "height": 780})
            wide = page.evaluate("document.scrollingElement.scrollWidth")
            if wide > width:
                wrong.append(f"{page.url}: {wide} wide on {width}")
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def ready(live: Product) -> Product:
    """The demo's clients, an empty floor."""
    stage.set_up_once(live)
    stage.clear_the_floor()
    return live


def test_doors_for_everybody(new_page: Callable[..., Page], ready: Product) -> None:
    page = new_page()
    page.goto("/accounts/login/")
    looks_right(page, phone=True)
    page.goto("/")
    expect(page.locator("#main .sites")).to_be_visible()
    looks_right(page)


def test_what_a_customer_sees(new_page: Callable[..., Page], ready: Product) -> None:
    doors = {door.kind: door for door in EntryPoint.objects.filter(client=stage.tech_giant())}
    page = new_page(viewport={"width": 390, "height": 780})
    page.goto(f"/c/{doors[EntryKind.WEB_CALL].public_id}/call/")
    expect(page.locator("#call")).to_be_enabled()
    looks_right(page, phone=True)
    page.goto(f"/c/{doors[EntryKind.FORM].public_id}/callback/")
    expect(page.locator("#callback")).to_be_visible()
    looks_right(page, phone=True)
    page.goto("/sites/the-tech-giant/contact/")
    looks_right(page, phone=True)
    contact = stage.talked("elena", "Is the dock in stock?", name="Ann Field")
    page.goto(urlsplit(survey_url(contact)).path)
    expect(page.locator("[name=score]").first).to_be_attached()
    looks_right(page, phone=True)
    page.goto(f"/c/{doors[EntryKind.WIDGET].public_id}/chat/")
    expect(page.locator("#start")).to_be_visible()
    looks_right(page, phone=True)


def test_the_desk_and_the_chat(new_page: Callable[..., Page], ready: Product) -> None:
    """Idle, an offer, a running chat on both sides, wrap-up, and a window that is over."""
    dev = stage.at_the_desk(new_page(user=stage.agent("dev").user, viewport={"width": 1440, "height": 900}))
    looks_right(dev)
    door = EntryPoint.objects.get(client=stage.tech_giant(), kind=EntryKind.WIDGET)
    ann = new_page(viewport={"width": 390, "height": 780})
    ann.goto(f"/c/{door.public_id}/chat/")
    ann.locator("#words").fill("The hinge of my Slate is loose.")
    ann.locator("#start [type=submit]").click()
    expect(ann.locator("#waiting")).to_be_visible()
    looks_right(ann, phone=True)
    stage.offered(dev, "The hinge of my Slate is loose.")
    looks_right(dev)
    stage.take(dev, "The hinge of my Slate is loose.")
    dev.locator("#chat-text").fill("I am sorry to hear that.")
    dev.keyboard.press("Enter")
    expect(ann.locator("#log")).to_contain_text("I am sorry to hear that.")
    looks_right(ann, phone=True)
    looks_right(dev)
    dev.get_by_role("button", name="End chat").click()
    expect(dev.locator("#wrapup")).to_be_visible()
    looks_right(dev)
    expect(ann.locator("#over")).to_be_visible()
    looks_right(ann, phone=True)


def test_what_supervisors_and_clients_see(new_page: Callable[..., Page], ready: Product) -> None:
    client = stage.tech_giant()
    page = new_page(user=stage.person("tom@contact-center.example"), viewport={"width": 1440, "height": 900})
    contact = Interaction.objects.filter(client=client).last() or stage.talked("elena", "Any news?", name="Ann Field")
    for address in (
        "/floor/",
        "/floor/wall/",
        f"/floor/contacts/{contact.public_id}/",
        "/setup/",
        f"/setup/{client.public_id}/",
        f"/setup/{client.public_id}/brand/",
    ):
        page.goto(address)
        expect(page.locator("#main, main").first).to_be_visible()
        looks_right(page)
    page.set_viewport_size({"width": 390, "height": 844})
    for address in ("/floor/", "/floor/agents/", "/floor/callbacks/", "/floor/contacts/"):
        page.goto(address)
        expect(page.locator("main table, main .empty").first).to_be_visible()
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 390, address
    morgan = new_page(user=stage.person("morgan@the-tech-giant.example"), viewport={"width": 1440, "height": 900})
    for address in (f"/portal/{client.public_id}/", f"/portal/{client.public_id}/figures/?when=today"):
        morgan.goto(address)
        looks_right(morgan)
    # On a phone the places are one row that moves sideways: where she is stands in it.
    morgan.set_viewport_size({"width": 390, "height": 844})
    morgan.goto(f"/portal/{client.public_id}/tasks/")
    expect(morgan.get_by_role("link", name="Tasks", exact=True)).to_be_in_viewport(ratio=1)


def test_what_routing_tells(new_page: Callable[..., Page], ready: Product) -> None:
    client = stage.tech_giant()
    offered = stage.talked("elena", "Any news?", name="Ann Field")
    door = EntryPoint.objects.get(client=client, kind=EntryKind.WIDGET)
    waits = chats.start(door, chats.Hello(key=str(uuid4()), words="Is anybody there?", name="Will Wait")).received
    page = new_page(user=stage.person("tom@contact-center.example"), viewport={"width": 1440, "height": 900})
    page.goto(f"/floor/contacts/{waits.interaction.public_id}/")
    reasons = page.get_by_text("Signed out", exact=True)
    reasons.click()
    expect(page.get_by_text("Kira Novak is signed out.")).to_be_visible()
    looks_right(page)
    page.goto(f"/floor/contacts/{offered.public_id}/")
    page.get_by_text("Why this one").click()
    looks_right(page)
    page.get_by_role("link", name="The others at that moment").click()
    expect(page.get_by_role("dialog")).to_contain_text("Signed out")
    looks_right(page)
    other = stage.agent("kira")  # of whom no story's log says that she was there
    page.goto(f"/floor/agents/{other.public_id}/?hours=24#passed")
    expect(page.locator("#passed")).to_contain_text("Ann Field")
    looks_right(page)
    her = new_page(user=other.user, viewport={"width": 1440, "height": 900})
    her.goto("/console/")
    her.locator("#day").get_by_role("link", name="Why did I not get it?").click()
    her.get_by_role("link", name="Last 24 hours").click()
    expect(her.locator("#work")).to_contain_text(f"{other.name} is signed out.")
    looks_right(her, phone=True)
    page.goto("/floor/routing/")
    looks_right(page)
    page.locator("[name=line]").select_option(str(offered.queue.public_id))
    page.locator("[name=channel]").select_option("chat")
    page.get_by_role("button", name="Who gets it?").click()
    expect(page.get_by_text("It would wait")).to_be_visible()
    looks_right(page)


def test_an_order_stands_in_the_bar_in_one_line_and_is_read_in_full(
    new_page: Callable[..., Page], ready: Product
) -> None:
    """The fullest bar there is: a call in hand, a break that a supervisor set for after it, and why in many words."""
    agent, priya = stage.agent("alex"), stage.person("priya@contact-center.example")
    alex = stage.at_the_desk(new_page(user=agent.user, viewport={"width": 1366, "height": 768}))
    queue = Queue.objects.filter(client=stage.tech_giant(), channels__contains=["voice"], state="open").first()
    caller = stage.customer_with_late_order("Lena Voss", "lena.voss@mail.example", order="TG-310977")
    stage.give_phone(caller, "+16145550191")
    outbound.start_call(caller, queue, by=agent)
    why = "The whole team meets at three to speak about the new returns"
    presence.force(agent, "break", "Meeting", by=priya, why=why)
    expect(alex.get_by_role("button", name="Then Meeting")).to_be_visible()
    for width in (1366, 1280, 1180):
        alex.set_viewport_size({"width": width, "height": 768})
        boxes = sorted(alex.evaluate(BAR))
        assert all(top >= 0 and bottom <= 48 for _left, _right, top, bottom in boxes), width
        assert all(after[0] >= before[1] for before, after in itertools.pairwise(boxes)), width
        assert boxes[-1][1] <= width, "nothing is pushed out"
    alex.get_by_role("button", name="Set by Priya Raman").press("Enter")
    expect(alex.locator("#order")).to_contain_text(why)
    looks_right(alex)


def test_what_is_said_for_a_moment_covers_no_work(new_page: Callable[..., Page], ready: Product) -> None:
    agent = stage.agent("alex")
    alex = stage.at_the_desk(new_page(user=agent.user, viewport={"width": 1366, "height": 768}))
    door = EntryPoint.objects.get(client=stage.tech_giant(), kind=EntryKind.WIDGET)
    chats.start(door, chats.Hello(key=str(uuid4()), words="My order never came.", name="Dana Whitfield"))
    stage.take(alex, "My order never came.")
    for width in (1366, 1280, 1920):
        alex.set_viewport_size({"width": width, "height": 768})
        alex.locator(".toast").evaluate_all("(all) => all.forEach((one) => one.remove())")
        alex.evaluate("""document.dispatchEvent(new CustomEvent("toast", {detail: {text: "Somebody is asked."}}))""")
        expect(alex.locator(".toast")).to_have_count(1)
        expect(alex.locator(".toast")).to_have_css("transform", "none")
        assert not alex.evaluate(OVER, [".toast", ".top, .band > *, .casebar, nav.items"]), width
    alex.keyboard.press("Control+k")
    offered = alex.locator("#palette-actions li:visible")
    expect(offered.filter(has_text="Pause after this")).to_have_count(1)
    expect(offered.filter(has_text="Be available")).to_have_count(0)
    alex.keyboard.press("Escape")
    alex.locator("#act-resolve").click()
    seg = alex.locator("#dialog .seg")
    last = seg.locator("label").last
    assert seg.bounding_box()["width"] == pytest.approx(  # type: ignore[index]
        last.bounding_box()["x"] + last.bounding_box()["width"] - seg.bounding_box()["x"],
        abs=2,  # type: ignore[index]
    )
