"""Three voices in one call: a caller, her agent, and a supervisor who listens, whispers and joins in."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from interactions.models import Monitor
from tests.browser import sounds, stage
from tests.browser.test_voice_story import ALEX, ANN, Open, answers, calls, contact
from tests.browser.test_voice_story import people as people
from tests.living import eventually

pytestmark = pytest.mark.voice

PRIYA = 1320


def hear(*each: tuple[Page, tuple[int, ...]]) -> None:
    """Sooner or later every page hears exactly these voices, for two seconds."""

    def as_wanted() -> bool:
        return all(sounds.hears(page, *pitches) for page, pitches in each)

    try:
        eventually(as_wanted, within=40)
    except AssertionError:
        found = [(sounds.heard(page), pitches) for page, pitches in each]
        raise AssertionError("\n".join(f"{heard} instead of {pitches}" for heard, pitches in found)) from None


def test_a_supervisor_listens_whispers_and_joins_in(people: Open) -> None:
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    ann = calls(people(ANN))
    answers(alex)
    hear((ann, (ALEX,)), (alex, (ANN,)))

    priya = people(PRIYA, user=stage.person("priya@contact-center.example"))
    priya.goto(f"/floor/contacts/{contact().public_id}/")
    priya.get_by_role("link", name="Listen").click()
    priya.get_by_label("Why").fill("Her first week")
    priya.get_by_role("dialog").get_by_role("button", name="Listen").click()
    expect(priya.locator("#listening .means")).to_have_text("You hear both. Nobody hears you.")
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
