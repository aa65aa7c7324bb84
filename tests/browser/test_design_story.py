"""Sue draws a new call flow from nothing, by keyboard and panel: a check stops her, she mends, tries, hands it in.

The company's own manager approves it, and a second supervisor puts it in force.
"""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from clients import scripts
from clients.models import ScriptVersion
from tests import factories
from tests.browser import stage
from tests.browser.designing import company, put_in_force
from tests.browser.test_looks import looks_right
from tests.living import Product, eventually


def test_sue_draws_a_call_flow(new_page: Callable[..., Page], live: Product) -> None:
    stage.set_up_once(live)
    fern, morgan = company("Fern Foods")
    sue = new_page(user=factories.supervisor(fern, name="Sue Sander"), viewport={"width": 1440, "height": 900})
    sue.goto(f"/setup/{fern.public_id}/scripts/new/")
    name = f"Late orders {sue.evaluate('Date.now()')}"
    sue.get_by_label("Name", exact=True).fill(name)
    sue.get_by_label("Leads through").select_option(label="Inbound")
    sue.get_by_role("button", name="Go on to its steps").click()
    sue.get_by_label("Begin from").select_option(label="Nothing: I draw it step by step")
    sue.locator("main form [type=submit]").click()
    expect(sue.locator("#chart")).to_contain_text("Nothing yet")
    looks_right(sue)

    # Two steps without the mouse: a number adds, the name is typed over, Escape leads back to the chart.
    sue.keyboard.press("1")
    field = sue.locator("#f-name")
    expect(field).to_be_focused()
    sue.keyboard.type("Greeting")
    sue.keyboard.press("Tab")
    sue.keyboard.type("Thank you for calling {client}. How can I help?", delay=20)
    expect(sue.locator(".seen .say")).to_have_text("Thank you for calling Fern Foods. How can I help?")
    expect(sue.locator("#f-text")).to_be_focused()
    expect(sue.locator("#step-say_1")).to_have_attribute("aria-label", re.compile("^Greeting, Say"))
    sue.keyboard.press("Escape")
    expect(sue.locator("#step-say_1")).to_be_focused()
    sue.keyboard.press("8")
    expect(field).to_have_value("Close")
    expect(field).to_be_focused()
    sue.keyboard.press("Tab")
    sue.keyboard.type("Goodbye.")
    expect(sue.locator("#checks")).to_contain_text("everything passed")

    # Up along the way, a verification in between; a check points at it, and it cannot be handed in.
    sue.keyboard.press("Escape")
    expect(sue.locator("#step-close_1")).to_be_focused()
    sue.keyboard.press("ArrowUp")
    expect(sue.locator("#step-say_1")).to_have_attribute("aria-current", "true")
    sue.keyboard.press("3")
    expect(field).to_have_value("Verify")
    expect(sue.locator("#checks ol li")).to_have_count(2)
    sue.keyboard.press("Escape")
    sue.keyboard.press("ArrowUp")
    expect(sue.locator("#step-say_1")).to_have_attribute("aria-current", "true")
    expect(sue.get_by_role("button", name="Hand in for review")).to_be_disabled()
    looks_right(sue)
    sue.keyboard.press("n")
    expect(sue.locator("#step-verify_1")).to_have_attribute("aria-current", "true")
    expect(sue.locator("#checks li[aria-current]").first).to_contain_text("Verify: A verification needs a way")
    expect(sue.locator("#step-verify_1")).to_have_class(re.compile("wrong"))

    # Mended in the panel, taken back, done again.
    sue.locator("[name=fact-name]").check()
    sue.get_by_label("When it fails").select_option(label="Close")
    expect(sue.locator("#checks")).to_contain_text("everything passed")
    sue.keyboard.press("Control+z")
    expect(sue.locator("#checks")).to_contain_text("1 must be fixed")
    expect(sue.get_by_label("When it fails")).to_have_value("")
    sue.keyboard.press("Control+Shift+z")
    expect(sue.locator("#checks")).to_contain_text("everything passed")
    draft = ScriptVersion.objects.get(script__name=name)
    eventually(lambda: ScriptVersion.objects.get(pk=draft.pk).graph["steps"][1].get("failed") == "close_1")

    # A step removed by its key is there again at a word.
    sue.locator("#step-verify_1").focus()
    sue.keyboard.press("Delete")
    expect(sue.locator(".told")).to_contain_text("“Verify” is removed.")
    sue.locator(".told").get_by_role("button", name="Undo").click()
    expect(sue.locator("[data-step]")).to_have_count(3)
    sue.locator("body").press("?")
    expect(sue.locator("#keys-dialog")).to_contain_text("Add: Decide")
    sue.keyboard.press("Escape")
    looks_right(sue)

    sue.get_by_role("link", name="Try it").click()
    expect(sue.locator(".say")).to_contain_text("Thank you for calling Fern Foods.")
    sue.wait_for_load_state()
    looks_right(sue)
    sue.keyboard.press("Control+Enter")
    expect(sue.get_by_label("Full name")).to_be_visible()
    sue.get_by_role("button", name="Cannot verify").click()
    expect(sue.locator(".say")).to_have_text("Goodbye.")
    sue.wait_for_load_state()  # its keys come after its words
    sue.keyboard.press("Control+Enter")
    expect(sue.locator(".walked")).to_contain_text("The flow ends here")
    sue.get_by_role("link", name="Back to the chart").click()
    expect(sue.locator("[data-step]")).to_have_count(3)
    sue.wait_for_load_state()  # its buttons work then

    sue.get_by_role("button", name="Hand in for review").click()
    sue.get_by_label("What is new in it").fill("Late orders have a flow of their own")
    sue.get_by_role("button", name="Hand in", exact=True).click()
    expect(sue.locator("main")).to_contain_text("In review")
    draft.refresh_from_db()
    assert draft.state == "in_review" and draft.graph["start"] == "say_1"
    mo = new_page(user=factories.supervisor(fern, name="Mo Marsh"))
    put_in_force(draft, author=sue, manager=new_page(user=morgan), second=mo)
    draft.refresh_from_db()
    assert (draft.state, draft.approved_by, draft.approved_for_client) == ("published", morgan, True)


def test_the_chosen_step_is_in_sight_on_a_small_screen(new_page: Callable[..., Page], live: Product) -> None:
    """The flow of orders is wider than the drawing, and the kinds of steps lie over its corner."""
    stage.set_up_once(live)
    giant = stage.tech_giant()
    wide = ScriptVersion.objects.get(script__client=giant, script__name="Billing and orders", language="en", number=1)
    sue = new_page(user=factories.supervisor(giant, name="Sue Small"), viewport={"width": 1024, "height": 768})
    for step in ("find", "second", "address"):
        sue.goto(f"/setup/{giant.public_id}/versions/{wide.public_id}/design/?step={step}")
        chosen = sue.locator("[data-step][aria-current]")
        expect(chosen).to_have_id(f"step-{step}")
        expect(chosen).to_be_in_viewport(ratio=0.99)


def test_no_letter_is_lost_while_a_step_is_on_its_way(new_page: Callable[..., Page], live: Product) -> None:
    stage.set_up_once(live)
    giant = stage.tech_giant()
    author = factories.supervisor(giant, name="Sue Swift")
    sue = new_page(user=author, viewport={"width": 1440, "height": 900})
    script = giant.scripts.create(name=f"Swift {author.pk}", kind="inbound")
    graph = {"start": "say_1", "steps": [{"id": "say_1", "kind": "say", "name": "Greeting", "text": "{client}"}]}
    draft = ScriptVersion.objects.create(script=script, number=1, language="en", graph=graph, created_by=author)
    sue.goto(f"/setup/{giant.public_id}/versions/{draft.public_id}/design/")
    field = sue.locator("#f-name")
    expect(field).to_have_value("Greeting")

    # Every answer takes its time, whatever this test waits for meanwhile.
    wire = sue.context.new_cdp_session(sue)
    as_fast_as_can_be = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", as_fast_as_can_be | {"latency": 700})
    # By its key, and on with its name at once: no letter is a shortcut, none is gone.
    sue.locator("#step-say_1").focus()
    sue.keyboard.press("2")
    sue.keyboard.type("Next, the order")
    expect(field).to_have_value("Next, the order")
    eventually(lambda: name_of(draft, "collect_1") == "Next, the order")
    # In a field while another step is drawn: it is saved where it was typed.
    field.fill("The order")
    sue.get_by_role("button", name="Close", exact=False).and_(sue.locator("[value=add-close]")).click()
    field.press("End")
    sue.keyboard.type(" number")
    expect(field).to_have_value("Close")
    eventually(lambda: name_of(draft, "collect_1") == "The order number")
    expect(sue.locator("#step-close_1")).to_have_attribute("aria-current", "true")
    wire.send("Network.emulateNetworkConditions", as_fast_as_can_be | {"latency": 0})

    # Somebody else changes it: the open page says so, for eyes and for screen readers.
    mo = factories.supervisor(giant, name="Mo Marsh")
    fresh = ScriptVersion.objects.get(pk=draft.pk)
    scripts.rewrite(fresh, {**fresh.graph, "start": "collect_1"}, mo)
    expect(sue.get_by_role("status").filter(has_text="Mo Marsh changed this draft")).to_be_visible(timeout=30_000)
    looks_right(sue)


def name_of(draft: ScriptVersion, step: str) -> str:
    graph = ScriptVersion.objects.get(pk=draft.pk).graph
    return next((str(one["name"]) for one in graph["steps"] if one["id"] == step), "")
