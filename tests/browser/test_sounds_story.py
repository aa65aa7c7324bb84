"""A client's own sounds, heard by who calls it: greeting, music while he waits and on hold, the message after hours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from clients.models import BrandSound, EntryPoint
from tests.browser import sounds, stage
from tests.browser.test_voice_story import ALEX, ANN, Open, answers, calls, door
from tests.browser.test_voice_story import people as people
from tests.browser.test_voicemail_story import shut
from tests.living import eventually

pytestmark = pytest.mark.voice
GREETING, MUSIC, CLOSED = 550, 660, 770
TOM = "tom@contact-center.example"


@pytest.fixture
def tom(people: Open) -> Iterator[Page]:
    """The administrator at the page of sounds; what he uploads is gone afterwards."""
    page = people(1_000, user=stage.person(TOM))
    page.goto(reverse("setup-sounds", args=[stage.tech_giant().public_id]))
    yield page
    BrandSound.objects.all().delete()
    EntryPoint.objects.filter(pk=door().pk).update(hours=None)


def uploads(tom: Page, slot: str, file: Path) -> None:
    """He chooses a file and presses the button beside it."""
    place = tom.locator(f"#{slot}")
    place.locator("input[type=file]").set_input_files(file)
    place.get_by_role("button", name="Upload").click()
    expect(tom.locator(f"#{slot} audio")).to_be_visible()


def test_ann_is_greeted_hears_the_music_of_the_client_and_again_on_hold(
    people: Open, tom: Page, tmp_path: Path
) -> None:
    uploads(tom, "greeting-en", sounds.tone(tmp_path, GREETING))
    uploads(tom, "music-all", sounds.tone(tmp_path, MUSIC))
    ann = people(ANN)
    calls(ann)
    assert sounds.plays(ann, GREETING), "before the wait"
    eventually(lambda: sounds.plays(ann, MUSIC), within=30)
    ann.locator("#music").click()
    eventually(lambda: sounds.plays(ann, 0), within=20)
    ann.locator("#music").click()
    eventually(lambda: sounds.plays(ann, MUSIC), within=20)
    ann.locator("#volume-waiting").fill("0")
    eventually(lambda: sounds.plays(ann, 0), within=20)
    ann.locator("#volume-waiting").fill("100")
    eventually(lambda: sounds.plays(ann, MUSIC), within=20)
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    answers(alex)
    eventually(lambda: sounds.hears(ann, ALEX), within=20)
    assert sounds.plays(ann, 0), "nothing plays into a talk"
    alex.keyboard.press("h")
    expect(ann.locator("#call-state")).to_have_attribute("data-state", "held")
    eventually(lambda: sounds.plays(ann, MUSIC), within=20)
    ann.locator("#hang").click()


def test_a_file_in_which_nothing_is_heard_is_not_sent(tom: Page, tmp_path: Path) -> None:
    (tmp_path / "silent").mkdir()
    silent = sounds.tone(tmp_path / "silent", 0)
    tom.locator("#music-all input[type=file]").set_input_files(sounds.tone(tmp_path, MUSIC))
    place = tom.locator("#greeting-en")
    place.locator("input[type=file]").set_input_files(silent)
    place.get_by_role("button", name="Upload").click()
    expect(place.get_by_role("alert")).to_have_text("We hear nothing in this file. Choose another, or record it again.")
    assert tom.locator("#music-all input[type=file]").evaluate("input => input.files.length") == 1, "it stays"
    assert not BrandSound.objects.exists()
    uploads(tom, "greeting-en", sounds.tone(tmp_path, GREETING))


def test_music_that_does_not_load_is_made_by_the_page(people: Open, tom: Page, tmp_path: Path) -> None:
    uploads(tom, "greeting-en", sounds.tone(tmp_path, GREETING))
    uploads(tom, "music-all", sounds.tone(tmp_path, MUSIC))
    ann = people(ANN)
    ann.route("**/sounds/**", lambda route: route.fulfill(status=200, body="no sound", content_type="audio/wav"))
    calls(ann)
    eventually(lambda: not sounds.plays(ann, 0) and not sounds.plays(ann, MUSIC), within=30)
    expect(ann.locator("#line-words")).to_be_visible()
    ann.locator("#leave").click()
    ann.locator("#leave-yes").click()


def test_after_hours_ann_presses_play_and_hears_why(people: Open, tom: Page, tmp_path: Path) -> None:
    uploads(tom, "after_hours-en", sounds.tone(tmp_path, CLOSED))
    shut(door())
    ann = people(ANN, viewport={"width": 390, "height": 844})
    ann.goto(reverse("customer-call", args=[door_of_the_page()]))
    audio = ann.locator("#said-closed audio")
    expect(audio).to_be_visible()
    audio.evaluate("(audio) => audio.play()")
    eventually(lambda: audio.evaluate("(audio) => audio.currentTime") > 1, within=20)
    assert audio.evaluate("(audio) => Math.round(audio.duration)") == 10


def door_of_the_page() -> str:
    """Its id; `door` itself opens it."""
    return str(EntryPoint.objects.get(client=stage.tech_giant(), kind="web_call").public_id)
