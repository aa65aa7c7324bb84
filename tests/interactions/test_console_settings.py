"""Bea sets up her own desk: how dense, how loud, which notices, which keys; nobody else's changes with it."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agents.models import DeskSettings
from interactions.desk import keys
from tests import factories as make
from tests.interactions.scripted import Scene, accepted, scene
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def acme() -> Scene:
    return scene()


@pytest.fixture
def bea(acme: Scene) -> Browser:
    return desk_of(acme.bea)


def page(browser: Browser, address: str = "") -> str:
    answer = browser.get(address or url("settings"))
    assert answer.status_code == 200
    return answer.content.decode()


def keys_on(browser: Browser) -> dict[str, str]:
    found = re.search(r'data-keys="([^"]*)"', page(browser, url("home")))
    assert found
    return {name: one["keys"] for name, one in json.loads(html.unescape(found[1])).items()}


def usual() -> dict[str, str]:
    """What the form sends when nothing is changed."""
    sent = {}
    for name, command in keys.OWN.items():
        sent |= {f"letter-{name}": command.letter, f"chord-{name}": command.chord}
    return sent


def test_the_usual_desk_until_she_says_otherwise(acme: Scene, bea: Browser) -> None:
    home = page(bea, url("home"))
    assert 'data-volume="50"' in home and "data-density" not in home and "data-no-" not in home
    assert keys_on(bea)["transfer"] == "t ctrl+y" and not DeskSettings.objects.exists()


def test_density_sounds_and_notices_are_hers_on_every_page_and_nobody_elses(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme)
    assert bea.post(url("settings"), {"density": "compact", "volume": "20", "bell": "on"}).status_code == 302
    assert "Saved." in page(bea)
    for address in (url("home"), url("leg", leg), url("cases")):
        shown = page(bea, address)
        assert 'data-density="compact"' in shown and 'data-volume="20"' in shown
        assert "data-no-ring" in shown and "data-no-notices" in shown and "data-no-bell" not in shown
    dee = desk_of(make.agent("Dee Dunn", licensed=acme.acme))
    assert "data-density" not in page(dee, url("home"))


def test_too_loud_is_refused_and_changes_nothing(bea: Browser) -> None:
    refused = bea.post(url("settings"), {"density": "roomy", "volume": "101"})
    assert refused.status_code == 422 and not DeskSettings.objects.exists()
    assert bea.post(url("settings"), {"density": "tiny", "volume": "10"}).status_code == 422


def test_her_own_keys_stand_on_the_page_and_go_back_to_the_usual_ones(bea: Browser) -> None:
    sent = usual() | {"letter-transfer": "Q", "chord-transfer": "", "chord-available": "ctrl+shift+1"}
    assert bea.post(url("own-keys"), sent).status_code == 302
    found = keys_on(bea)
    assert (found["transfer"], found["available"], found["resolve"]) == ("q", "ctrl+shift+1", "r ctrl+d")
    assert set(DeskSettings.objects.get().keys) == {"transfer", "available"}  # only what differs is kept
    bea.post(url("own-keys"), {"usual": "1"})
    assert keys_on(bea)["transfer"] == "t ctrl+y"


def test_a_key_of_her_own_is_not_taken_away_by_a_command_that_came_later(acme: Scene, bea: Browser) -> None:
    DeskSettings.objects.create(agent=acme.bea, keys={"transfer": "z|ctrl+e"})
    found = keys_on(bea)
    assert (found["transfer"], found["back"], found["end"]) == ("z ctrl+e", "", "")
    assert (found["resolve"], found["mute"]) == ("r ctrl+d", "m ctrl+m")


@pytest.mark.parametrize(
    ("name", "key", "words"),
    [
        ("letter-transfer", "r", "is “Transfer” already"),
        ("chord-transfer", "ctrl+d", "already"),
        ("letter-transfer", "7", "no single letter"),
        ("letter-transfer", "ctrl+u", "no single letter"),
        ("chord-transfer", "u", "no key with Ctrl or Alt"),
        ("chord-transfer", "ctrl+w", "belongs to the browser"),
        ("chord-transfer", "ctrl+<script>", "no key with Ctrl or Alt"),
        ("letter-transfer", "?", "no single letter"),
    ],
)
def test_a_key_that_cannot_be_is_refused_beside_its_command(bea: Browser, name: str, key: str, words: str) -> None:
    refused = bea.post(url("own-keys"), usual() | {name: key, "letter-write": "z"})
    shown = refused.content.decode()
    assert refused.status_code == 422 and words in html.unescape(shown) and "<script>" not in shown.split("</head>")[1]
    assert 'name="letter-write" value="z"' in shown  # nothing typed is lost
    assert not DeskSettings.objects.exists()


def test_two_keys_can_change_places(bea: Browser) -> None:
    sent = usual() | {"letter-transfer": "r", "letter-resolve": "t"}
    assert bea.post(url("own-keys"), sent).status_code == 302
    assert keys_on(bea)["transfer"] == "r ctrl+y" and keys_on(bea)["resolve"] == "t ctrl+d"


def test_the_usual_keys_do_not_contradict_themselves() -> None:
    letters = {name: command.letter for name, command in keys.OWN.items()}
    chords = {name: command.chord for name, command in keys.OWN.items()}
    assert keys.chosen(letters, chords) == ({}, {})


def test_every_command_of_the_page_is_in_the_list_and_the_other_way_round() -> None:
    scripts = "".join(path.read_text() for path in (ROOT / "static/js/console").glob("*.js"))
    templates = "".join(path.read_text() for path in (ROOT / "templates/console").glob("*.html"))
    used = {*re.findall(r'command\("([a-z-]+)"', scripts), *re.findall(r'data-command="([a-z-]+)"', templates), "keys"}
    assert used == {command.id for command in keys.COMMANDS}
    assert {*re.findall(r'data-keys-of="([a-z-]+)"', templates)} <= used


def test_only_agents_have_a_desk(acme: Scene) -> None:
    sue = Browser()
    sue.force_login(make.supervisor(acme.acme))
    assert sue.get(reverse("console-settings")).status_code == 403
    assert Browser().post(reverse("console-own-keys")).status_code == 302
