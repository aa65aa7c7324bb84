"""A client's own sounds: uploaded, judged by content, heard, replaced, removed, remembered; served at its doors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from bpo.kernel import clock
from bpo.kernel.history import changes_of
from clients import sounds
from clients.models import Channel, Client, ClientState, EntryKind, EntryPoint, HoursSpan, Role
from tests import factories as make
from tests.kernel.test_sounds import wav

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Client:
    """It speaks two languages."""
    return make.client("Acme", languages=["en", "es"])


@pytest.fixture
def door(acme: Client) -> EntryPoint:
    """Where it takes calls."""
    line = make.queue(acme, "Calls", channels=[Channel.VOICE])
    return make.door(acme, EntryKind.WEB_CALL, into=line)


@pytest.fixture
def ada(client: Browser) -> Browser:
    """The administrator."""
    client.force_login(make.admin())
    return client


def upload(browser: Browser, of: Client, slot: str, content: bytes, name: str = "song.wav") -> Any:
    """What a person does on the page."""
    file = SimpleUploadedFile(name, content, content_type="audio/wav")
    return browser.post(reverse("setup-sounds", args=[of.public_id]), {"slot": slot, "file": file})


def test_greeting_message_and_music_are_uploaded_and_heard_where_they_are_set(ada: Browser, acme: Client) -> None:
    for slot in ("greeting-en", "greeting-es", "after_hours-es", "music-all"):
        assert upload(ada, acme, slot, wav(), f"{slot}.wav").status_code == 302
    assert {(one.kind, one.language) for one in acme.sounds.all()} == {
        ("greeting", "en"), ("greeting", "es"), ("after_hours", "es"), ("music", ""),
    }  # fmt: skip
    page = ada.get(reverse("setup-sounds", args=[acme.public_id])).content.decode()
    for one in acme.sounds.all():
        address = reverse("setup-sound", args=[acme.public_id, one.public_id])
        assert f'src="{address}"' in page and one.name in page
        heard = ada.get(address, headers={"Range": "bytes=0-3"})
        assert (heard.status_code, heard.content, heard["Content-Type"]) == (206, b"RIFF", "audio/wav")
    assert "No sound: the text is read." in page


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"<script>alert(1)</script>", "song.mp3", "no sound that browsers play"),
        (b"", "empty.wav", "no sound"),
        (wav() + bytes(sounds.MOST_BYTES), "long.wav", "8 MB at most"),
        (wav(pitch=0), "silent.wav", "We hear nothing in this file"),
    ],
)
def test_what_is_none_or_too_large_is_refused_in_words(
    ada: Browser, acme: Client, content: bytes, name: str, words: str
) -> None:
    answer = upload(ada, acme, "music-all", content, name)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not acme.sounds.exists()


def test_without_a_file_or_a_place_nothing_is_taken(ada: Browser, acme: Client) -> None:
    path = reverse("setup-sounds", args=[acme.public_id])
    assert "Choose a file first." in ada.post(path, {"slot": "music-all"}).content.decode()
    assert upload(ada, acme, "greeting-fr", wav()).status_code == 422
    assert upload(ada, acme, "music-en", wav()).status_code == 422
    assert not acme.sounds.exists()


@pytest.mark.django_db(transaction=True)
def test_replaced_and_removed_the_old_file_is_gone_and_the_history_tells(ada: Browser, acme: Client) -> None:
    upload(ada, acme, "music-all", wav(440), "first.wav")
    first = acme.sounds.get()
    old, digest = first.file.name, first.digest
    upload(ada, acme, "music-all", wav(550), "second.wav")
    second = acme.sounds.get()
    assert (second.pk, second.name) == (first.pk, "second.wav") and second.digest != digest
    assert not default_storage.exists(str(old)) and default_storage.exists(str(second.file.name))
    ada.post(reverse("setup-sound-remove", args=[acme.public_id, second.public_id]))
    assert not acme.sounds.exists() and not default_storage.exists(str(second.file.name))
    told = [change.what for change in changes_of(second)]
    assert len(told) == 3, told


def test_managers_look_and_only_administrators_change(acme: Client) -> None:
    sound = sounds.put(acme, "music", "", SimpleUploadedFile("song.wav", wav()))
    mia = make.user("Mia Manager")
    make.membership(mia, acme, Role.MANAGER)
    browser = Browser()
    browser.force_login(mia)
    page = browser.get(reverse("setup-sounds", args=[acme.public_id]))
    assert page.status_code == 200 and "Upload" not in page.content.decode() and "Remove" not in page.content.decode()
    assert browser.get(reverse("setup-sound", args=[acme.public_id, sound.public_id])).status_code == 200
    assert upload(browser, acme, "music-all", wav()).status_code == 403
    assert browser.post(reverse("setup-sound-remove", args=[acme.public_id, sound.public_id])).status_code == 403


class TestAtTheDoor:
    def get(self, door: EntryPoint, digest: str, **headers: str) -> Any:
        """As anybody, without a session."""
        return Browser().get(reverse("customer-sound", args=[door.public_id, digest]), headers=headers)

    def test_it_is_kept_by_browsers_and_comes_in_parts(self, acme: Client, door: EntryPoint) -> None:
        music = sounds.put(acme, "music", "", SimpleUploadedFile("song.wav", content := wav()))
        whole = self.get(door, music.digest)
        assert whole.getvalue() == content and not whole.cookies
        assert (whole["Content-Type"], whole["X-Content-Type-Options"]) == ("audio/wav", "nosniff")
        assert "public" in whole["Cache-Control"] and "immutable" in whole["Cache-Control"]
        part = self.get(door, music.digest, Range="bytes=4-7")
        assert (part.status_code, part.content) == (206, content[4:8])
        assert part["Content-Range"] == f"bytes 4-7/{len(content)}"
        assert self.get(door, music.digest, Range=f"bytes={len(content)}-").status_code == 416

    def test_at_no_other_door_and_by_its_whole_name_alone(self, acme: Client, door: EntryPoint) -> None:
        music = sounds.put(acme, "music", "", SimpleUploadedFile("song.wav", wav()))
        other = make.door(make.client("Globex"), EntryKind.WEB_CALL)
        shut = make.door(acme, EntryKind.WEB_CALL, published=False)
        for at, name in ((other, music.digest), (shut, music.digest), (door, music.digest[:8]), (door, "0" * 16)):
            assert self.get(at, name).status_code == 404
        Client.objects.filter(pk=acme.pk).update(state=ClientState.SUSPENDED)
        assert self.get(door, music.digest).status_code == 404

    def test_a_lost_file_is_not_there(self, acme: Client, door: EntryPoint) -> None:
        music = sounds.put(acme, "music", "", SimpleUploadedFile("song.wav", wav()))
        default_storage.delete(str(music.file.name))
        assert self.get(door, music.digest).status_code == 404

    def test_the_page_knows_those_of_its_language(self, acme: Client, door: EntryPoint) -> None:
        made = {
            (kind, language): sounds.put(acme, kind, language, SimpleUploadedFile("a.wav", wav(400 + n)))
            for n, (kind, language) in enumerate([("greeting", "es"), ("after_hours", "en"), ("music", "")])
        }
        address = {key: reverse("customer-sound", args=[door.public_id, one.digest]) for key, one in made.items()}
        english, spanish = (
            Browser().get(f"{reverse('customer-call', args=[door.public_id])}?lang={language}").content.decode()
            for language in ("en", "es")
        )
        assert f'data-sound-greeting="{address["greeting", "es"]}"' in spanish and "sound-greeting" not in english
        assert f'data-sound-music="{address["music", ""]}"' in english
        hours = make.hours(acme, "Late", always_open=False)
        day = clock.now() + timedelta(days=3)
        HoursSpan.objects.create(hours=hours, weekday=day.weekday(), opens=600, closes=601)
        EntryPoint.objects.filter(pk=door.pk).update(hours=hours)
        page = Browser().get(f"{reverse('customer-call', args=[door.public_id])}?lang=en").content.decode()
        assert f'<audio controls preload="none" src="{address["after_hours", "en"]}"' in page
        assert "We are closed right now" in page, "the words stay beside it"
        spanish = Browser().get(f"{reverse('customer-call', args=[door.public_id])}?lang=es").content.decode()
        assert "<audio controls" not in spanish
