"""A list to call: Priya fills it from a file, Ben takes one, calls and books the follow-up, and she reads it."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import FilePayload, Page, expect

from clients.models import CallList, Queue
from interactions import do_not_call, outbound, prospects
from interactions.models import Callback, JournalEntry, Kind, Prospect, ProspectState
from tests import factories as make
from tests.browser import script, stage
from tests.living import Product, Watch, eventually

FILE = (
    "name;number;company;zone;language;note;consent_how;consent_on\n"
    "Olga Reyes;+12125550161;Reyes Print;America/New_York;en;Two presses, asks for Saturdays;Card at the fair;"
    "2026-11-02\n"
    "Paul Pine;+12125550162;Pine & Co;America/New_York;en;;Card at the fair;2026-11-02\n"
    "No Word;+12125550163;;America/New_York;en;;;2026-11-02\n"
)


@pytest.fixture
def floor(live: Product) -> None:
    stage.set_up_once(live)
    stage.clear_the_floor()
    CallList.objects.update(state="paused")


def test_a_list_is_made_called_and_read(
    new_page: Callable[..., Page], live: Product, floor: None, watch: Watch
) -> None:
    watch.allow("409", "400")
    name = f"Spring {uuid4().hex[:4]}"
    priya = new_page(user=stage.person("priya@contact-center.example"))
    priya.goto("/floor/lists/")
    priya.get_by_role("link", name="New list").click()
    priya.get_by_label("Name").fill(name)
    priya.get_by_label("Line").select_option(label="The Tech Giant: Phone")
    priya.get_by_label("Call flow").select_option(label="The Tech Giant: Giant Care offer")
    priya.get_by_label("Calls from").fill("00:00")
    priya.get_by_label("Calls until").fill("23:59")
    for day in ("Saturday", "Sunday"):
        priya.get_by_label(day).check()
    priya.get_by_role("button", name="Make the list").click()
    priya.get_by_role("link", name="Add from a file").click()
    chosen: FilePayload = {"name": "fair.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    priya.locator("#file").set_input_files(chosen)
    priya.get_by_role("button", name="Look it through").click()
    expect(priya.locator("main")).to_contain_text("consent_how: This field is required.")
    expect(priya.locator("main")).to_contain_text("Nothing is written yet")
    priya.get_by_role("button", name="Add 2 people, leave 1 row out").click()
    expect(priya.locator("main")).to_contain_text("2 people were added.")
    priya.get_by_role("link", name="Open", exact=True).click()
    priya.get_by_label("Why").fill("The cards are in.")
    priya.get_by_role("button", name="Open", exact=True).click()
    expect(priya.get_by_role("link", name="Pause")).to_be_visible()
    made = eventually(lambda: CallList.objects.filter(name=name, state="open").first())

    ben = stage.at_the_desk(new_page(user=stage.agent("ben").user))
    ben.get_by_role("link", name="Call lists").first.click()
    ben.get_by_role("button", name=f"Take the next of {name}").click()
    expect(ben.locator("#work")).to_contain_text("Two presses, asks for Saturdays")
    expect(ben.locator("#work")).to_contain_text("in New York")
    ben.get_by_role("button", name="Let go").click()
    expect(ben.locator("#work")).to_contain_text("2 ready")
    ben.get_by_role("button", name=f"Take the next of {name}").click()
    expect(ben.locator("#work")).to_contain_text("Pine & Co")
    expect(ben.get_by_text("Connected", exact=True)).to_be_visible()
    ben.get_by_role("button", name="Call", exact=True).click()
    expect(ben.locator("[data-number='+12125550162']")).to_be_visible()
    expect(ben.locator("#script")).to_contain_text("office fair")
    ben.get_by_role("button", name="Reached", exact=True).click()
    ben.get_by_role("button", name="Not interested").click()
    expect(ben.locator("#notices, .toast").first).to_contain_text("Say why in a few words.")
    script.go_on(ben)
    script.choose_value(ben, "yes")
    script.choose_value(ben, "yes")
    script.go_on(ben)  # the specialist is booked
    eventually(lambda: Callback.objects.filter(number="+12125550162").first())
    ben.get_by_role("button", name="Follow-up booked").click()
    expect(ben.locator(".prospect .state.ok")).to_have_text("Follow-up booked")
    paul = Prospect.objects.get(call_list=made, number="+12125550162")
    assert (paul.state, paul.result) == (ProspectState.DONE, "follow_up")
    ben.get_by_role("button", name="End call").click()
    stage.wrap_up(ben, note="Wants the specialist.")

    priya.goto(f"/floor/lists/{made.public_id}/")
    expect(priya.locator("main")).to_contain_text("100 %")
    priya.locator("dl.numbers a[href$='result=follow_up']").click()
    priya.get_by_role("link", name="Paul Pine").click()
    expect(priya.locator("main")).to_contain_text("Follow-up booked, attempt 1")
    priya.get_by_role("link", name="Call 1").or_(priya.locator("dl.kv a[href*='/floor/contacts/']")).first.click()
    expect(priya.locator("main")).to_contain_text("from a call list")


def test_a_number_forbidden_meanwhile_does_not_ring(
    new_page: Callable[..., Page], live: Product, floor: None, watch: Watch
) -> None:
    """Ben's Dial button is older than the letter; before the letter the same button opens the telephone."""
    watch.allow("409", "Failed to launch 'tel:")
    line = Queue.objects.filter(client=stage.tech_giant(), channels__contains=["voice"], state="open").order_by("pk")[0]
    olga = make.prospect(make.call_list(line, f"Letter {uuid4().hex[:4]}"), "Olga Reyes", number="+12125550141")
    ben = stage.at_the_desk(new_page(user=stage.agent("ben").user))
    prospects.take_next(olga.call_list, by=stage.agent("ben"))
    leg = outbound.start_prospect(olga, by=stage.agent("ben"))
    ben.goto(f"/console/legs/{leg.public_id}/")
    dial = ben.locator("[data-number='+12125550141']")
    dial.click()
    eventually(lambda: JournalEntry.objects.filter(leg=leg, kind=Kind.DIALLED).count() == 1)
    expect(dial).to_be_enabled()
    do_not_call.add(olga.client, olga.number, by=stage.person("priya@contact-center.example"), why="wrote a letter")
    dial.click()
    expect(ben.locator(".toast")).to_contain_text("not called any more")
    expect(dial).to_have_count(0)
    assert JournalEntry.objects.filter(leg=leg, kind=Kind.DIALLED).count() == 1
