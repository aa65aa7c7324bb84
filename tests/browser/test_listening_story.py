"""Three and four voices in one call: a caller, her agent, a colleague, and a supervisor beside them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from interactions.models import Monitor
from tests.browser import sounds, stage
from tests.browser.test_voice_story import ALEX, ANN, Open, answers, asks_ben, calls, contact, silences_the_bell
from tests.browser.test_voice_story import people as people
from tests.living import eventually
from tests.voice.killing import hold_on

pytestmark = pytest.mark.voice

PRIYA, BEN = 1320, 1760
# For how long, from now on, nobody is sent her voice.
SENDS = """() => {
    const sends = () => window.__talks.some((talk) => talk.getSenders().some((sender) => sender.track));
    window.__from = performance.now();
    window.__silent = 0;
    const look = setInterval(() => {
        if (!sends()) window.__silent = performance.now() - window.__from;
        else if (window.__silent) clearInterval(look);
        else window.__from = performance.now();
    }, 50);
}"""


def hear(*each: tuple[Page, tuple[int, ...]]) -> None:
    """Sooner or later every page hears exactly these voices, for two seconds."""

    def as_wanted() -> bool:
        return sounds.hear(*((page, *pitches) for page, pitches in each))

    try:
        eventually(as_wanted, within=40)
    except AssertionError:
        found = [(sounds.heard(page), pitches) for page, pitches in each]
        raise AssertionError("\n".join(f"{heard} instead of {pitches}" for heard, pitches in found)) from None


def listens(people: Open) -> Page:
    """Priya is beside the newest call."""
    priya = people(PRIYA, user=stage.person("priya@contact-center.example"))
    priya.goto(f"/floor/contacts/{contact().public_id}/")
    priya.get_by_role("link", name="Listen").click()
    priya.get_by_label("Why").fill("Her first week")
    priya.get_by_role("dialog").get_by_role("button", name="Listen").click()
    expect(priya.locator("#listening .means")).to_have_text("You hear both. Nobody hears you.")
    return priya


def test_a_supervisor_listens_whispers_and_joins_in(people: Open) -> None:
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    ann = calls(people(ANN))
    answers(alex)
    hear((ann, (ALEX,)), (alex, (ANN,)))

    priya = listens(people)
    expect(alex.locator("[data-listeners]")).to_have_text("Priya Raman listens")
    hear((priya, (ANN, ALEX)), (ann, (ALEX,)), (alex, (ANN,)))

    priya.keyboard.press("2")
    expect(alex.locator("[data-listeners]")).to_have_text("Priya Raman speaks to you alone")
    hear((alex, (ANN, PRIYA)), (ann, (ALEX,)), (priya, (ANN, ALEX)))

    priya.keyboard.press("3")
    expect(alex.locator("[data-listeners]")).to_have_text("Priya Raman speaks with both of you")
    hear((ann, (ALEX, PRIYA)), (alex, (ANN, PRIYA)), (priya, (ANN, ALEX)))

    priya.keyboard.press("1")
    expect(alex.locator("[data-listeners]")).to_have_text("Priya Raman listens")
    hear((ann, (ALEX,)), (alex, (ANN,)), (priya, (ANN, ALEX)))

    ann.locator("#hang").click()
    expect(priya.locator("#listen-over")).to_contain_text("Nobody talks in this call any more.")
    eventually(lambda: not Monitor.objects.filter(ended_at__isnull=True).exists())


def test_a_whisper_after_joining_in_waits_until_the_desk_knows_that_it_is_one(people: Open) -> None:
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    ann = calls(people(ANN))
    answers(alex)
    hear((ann, (ALEX,)))
    priya = listens(people)
    hear((priya, (ANN, ALEX)))
    priya.keyboard.press("3")
    hear((ann, (ALEX, PRIYA)), (alex, (ANN, PRIYA)))

    def slow(route: Route) -> None:
        """Until then she is in the recording, as one whom the customer hears."""
        hold_on(4)
        route.continue_()

    priya.route("**/mode/", slow)
    priya.evaluate(SENDS)
    priya.keyboard.press("2")
    priya.wait_for_timeout(6_000)
    expect(alex.locator("[data-listeners]")).to_have_text("Priya Raman speaks to you alone")
    hear((alex, (ANN, PRIYA)), (ann, (ALEX,)))
    silent = priya.evaluate("() => window.__silent")
    # four seconds of the answer and one and a half of the desk; the last word before the press is not counted
    assert silent >= 5_000, silent


def test_four_in_one_call(people: Open) -> None:
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    ann = calls(people(ANN, viewport={"width": 390, "height": 844}))
    answers(alex)
    hear((ann, (ALEX,)), (alex, (ANN,)))
    ben = stage.at_the_desk(people(BEN, user=stage.agent("ben").user))
    silences_the_bell(ben)
    asks_ben(alex)
    expect(ben.locator("#offer [data-offer]")).to_be_visible()
    ben.keyboard.press("Enter")
    expect(ben.locator(".callbar")).to_contain_text("Consulted")
    alex.keyboard.press("h")
    priya = listens(people)
    hear((ann, (ALEX, BEN)), (alex, (ANN, BEN)), (ben, (ANN, ALEX)), (priya, (ANN, ALEX, BEN)))

    priya.keyboard.press("2")
    hear((ann, (ALEX, BEN)), (alex, (ANN, BEN, PRIYA)), (ben, (ANN, ALEX, PRIYA)), (priya, (ANN, ALEX, BEN)))

    alex.get_by_role("button", name="Hand over and leave").click()
    expect(alex.locator("#wrapup")).to_be_visible()
    hear((ann, (BEN,)), (ben, (ANN, PRIYA)), (priya, (ANN, BEN)), (alex, ()))
    expect(ann.locator("#talking-h")).to_have_text("Ben")

    ann.locator("#hang").click()
    expect(priya.locator("#listen-over")).to_contain_text("Nobody talks in this call any more.")
    hear((ben, ()), (priya, ()))
