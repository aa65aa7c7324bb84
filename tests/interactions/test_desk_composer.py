"""The fields in which an agent writes: what is added to her mail."""

from __future__ import annotations

import re

import pytest

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
