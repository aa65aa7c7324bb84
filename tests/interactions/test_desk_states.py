"""What the desk says an agent does with a call: calling, talking, on hold; at the top, in the list, over the work."""

from __future__ import annotations

import re

import pytest

from interactions import handling, outbound
from interactions.models import Leg
from tests.interactions.scripted import Scene, accepted, scene
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Scene:
    return scene()


def said(of: Scene, leg: Leg) -> tuple[str, ...]:
    """The words of the three places."""
    bea = desk_of(of.bea)
    pages = {name: bea.get(url(name)).content.decode() for name in ("top", "items")}
    pages["bar"] = bea.get(url("work", leg)).content.decode().split('class="callbar"')[1].split('class="controls"')[0]
    words = re.compile(r"Calling|Talking|On hold")
    return tuple(found[0] for found in (words.findall(page) for page in pages.values()))


def test_a_call_that_has_reached_nobody_is_not_a_talk(acme: Scene) -> None:
    leg = outbound.start_call(acme.ann, acme.line, by=acme.bea)
    assert said(acme, leg) == ("Calling",) * 3
    outbound.dialled(leg, by=acme.bea)
    assert said(acme, leg) == ("Calling",) * 3
    outbound.report(leg, "reached", by=acme.bea)
    assert said(acme, leg) == ("Talking",) * 3


def test_a_call_that_came_in_is_a_talk_or_on_hold(acme: Scene) -> None:
    leg = accepted(acme, "voice")
    assert said(acme, leg) == ("Talking",) * 3
    handling.hold(leg, by=acme.bea)
    assert said(acme, leg) == ("On hold",) * 3
