"""A link to a call, heard: Alex calls Olga of a list, she comes with the browser of her phone, and they talk."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from interactions import call_links, outbound, prospects
from interactions.models import Interaction, JournalEntry, Kind, Leg, LegState
from tests import factories as make
from tests.browser import sounds, stage
from tests.browser.test_voice_story import ALEX, ANN, Open, door
from tests.browser.test_voice_story import people as people
from tests.living import Watch, eventually

pytestmark = pytest.mark.voice

OLGA = ANN
PHONE = {"width": 390, "height": 844}


def calls_olga() -> Leg:
    """Alex has Olga's contact in hand, her number not dialled."""
    line = door().queue
    assert line is not None
    listed = make.call_list(line, f"Link {uuid4().hex[:4]}")
    olga = make.prospect(listed, "Olga Reyes", address="olga@reyes.example")
    prospects.take_next(listed, by=stage.agent("alex"))
    return outbound.start_prospect(olga, by=stage.agent("alex"))


def test_olga_comes_by_the_link_and_they_hear_each_other(people: Open, watch: Watch) -> None:
    watch.allow("409", "410")
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    leg = calls_olga()
    alex.goto(f"/console/legs/{leg.public_id}/")
    alex.get_by_role("button", name="A link to read out").click()
    expect(alex.locator(".by-link code")).to_contain_text("/c/w/")
    said = f"//{alex.locator('.by-link code').inner_text()}"

    olga = people(OLGA, viewport=PHONE)
    olga.goto(said)
    expect(olga.locator("#before-h")).to_contain_text("is on the line for you")
    olga.get_by_role("button", name="Join the call").click()
    eventually(lambda: sounds.hear((olga, ALEX), (alex, OLGA)), within=25)
    expect(alex.locator("[data-quality]")).to_have_text("Good line")
    expect(alex.locator(".callbar")).to_contain_text("Talking")
    expect(alex.locator("[data-dialled]")).to_have_count(0)
    connected = JournalEntry.objects.get(interaction=leg.interaction_id, kind=Kind.MEDIA_CONNECTED)
    assert (connected.leg_id, connected.facts["how"]) == (leg.pk, "web call")
    assert Interaction.objects.filter(customer=leg.interaction.customer_id).count() == 1

    second = people(OLGA, viewport=PHONE)
    second.goto(said)
    second.get_by_role("button", name="Join the call").click()
    expect(second.locator("#start-error")).to_contain_text("Another page is in this call already")

    alex.keyboard.press("h")
    expect(olga.locator("#call-state")).to_have_attribute("data-state", "held")
    alex.keyboard.press("h")
    eventually(lambda: sounds.hear((olga, ALEX), (alex, OLGA)), within=20)
    olga.on("dialog", lambda dialog: dialog.accept())
    olga.reload()
    if olga.locator("#unblock").is_visible():
        olga.locator("#unblock").click()
    eventually(lambda: sounds.hears(alex, OLGA), within=20)

    olga.locator("#hang").click()
    expect(alex.locator("#wrapup")).to_be_visible()
    ended = Leg.objects.get(pk=leg.pk)
    assert (ended.state, ended.ended_by) == (LegState.WRAPPING, "customer")
    olga.goto(said)
    expect(olga.locator("h1")).to_have_text("This call is over")


def test_a_page_that_goes_before_they_hear_each_other_leaves_him_the_telephone(people: Open, watch: Watch) -> None:
    watch.allow("409", "410")
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    leg = calls_olga()
    token = call_links.token_of(call_links.make(leg, by=stage.agent("alex")))
    alex.goto(f"/console/legs/{leg.public_id}/")
    call_links.join(token, key=uuid4().hex, language="en")  # a page that never says a word
    expect(alex.locator(".callbar")).to_contain_text("Connecting")
    expect(alex.locator("[data-dialled]")).to_be_visible(timeout=20_000)
    assert Leg.objects.get(pk=leg.pk).state == LegState.HANDLING
