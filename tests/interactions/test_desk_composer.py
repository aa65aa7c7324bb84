"""The fields in which an agent writes: what is added to her mail, and what may go with it."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clients.models import PublicName
from interactions import replies
from interactions.models import Message
from tests.interactions.scripted import Scene, accepted, scene
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Scene:
    return scene()


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_is_added_to_a_mail_stands_below_the_words(acme: Scene, language: str) -> None:
    PublicName.objects.create(client=acme.acme, user=acme.bea.user, name="Trixie")
    leg = accepted(acme, "email", language=language)
    page = desk_of(acme.bea).get(url("work", leg)).content.decode()
    shown = re.findall(r'<dd class="signed" lang="(\w\w)">(.*?)</dd>', page)
    replies.agent_replies(leg, "On Friday.", by=acme.bea)
    sent = Message.objects.get(interaction=leg.interaction, direction="out").full_text
    added = sent.removeprefix("On Friday.").strip().split("\n\n")[0].splitlines()
    assert "Trixie" in added and shown == [(language, " / ".join(added))]


@pytest.mark.parametrize(("channel", "act"), [("email", "reply"), ("chat", "send")])
@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("evil.exe", b"MZ\x90\x00\x03\xff", "We cannot take this kind of file."),
        ("none.pdf", b"", "The file is empty."),
    ],
)
def test_a_file_that_is_refused_is_named(
    acme: Scene, channel: str, act: str, name: str, content: bytes, why: str
) -> None:
    leg = accepted(acme, channel)
    given = [SimpleUploadedFile("slip.txt", b"Friday"), SimpleUploadedFile(name, content)]
    answer = desk_of(acme.bea).post(url(act, leg), {"text": "See these", "files": given})
    assert answer.status_code == 400 and f"{name}: {why}" in answer.content.decode()
    assert not Message.objects.filter(interaction=leg.interaction, direction="out").exists()


def test_a_text_that_calls_itself_a_program_is_kept_as_a_text(acme: Scene, media: object) -> None:
    leg = accepted(acme, "email")
    given = [SimpleUploadedFile("evil.exe", b"echo no program at all")]
    assert desk_of(acme.bea).post(url("reply", leg), {"text": "See this", "files": given}).status_code == 200
    assert Message.objects.get(interaction=leg.interaction, direction="out").attachments.get().name == "evil.txt"
