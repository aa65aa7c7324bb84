"""What a customer reaches: the own window, its files, and what a link was made for."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

from bpo.kernel import clock, links
from clients.models import Client, HoursSpan
from tests import factories
from tests.architecture.tenant_world import World, ask

# Ann's window at Acme: what it calls, and how each answers to her without its fields.
WINDOW: dict[str, tuple[str, str]] = {
    "customer-chat-state": ("get", "page"),
    "customer-chat-message": ("post", "400"),
    "customer-chat-file": ("post", "400"),
    "customer-chat-end": ("post", "page"),
    "customer-chat-call": ("post", "400"),
    "customer-chat-transcript": ("post", "400"),
    "customer-chat-survey": ("post", "400"),
}
# And her call there.
CALL: dict[str, tuple[str, str]] = {
    "customer-call-state": ("get", "page"),
    "customer-call-end": ("post", "page"),
    "customer-call-back": ("post", "400"),
    "customer-call-survey": ("post", "400"),
}


# And what she says to nobody there.
VOICEMAIL = ("state", "send", "discard")


@pytest.mark.parametrize("act", VOICEMAIL)
def test_a_spoken_message_is_its_customers_alone(world: World, act: str) -> None:
    """By the token of Ann's own message; her call's, her chat's, Bob's at Globex and our own people's open nothing."""
    path = ""
    for who, name in (("own", "Acme"), ("other", "Globex")):
        client = Client.objects.get(name=name)
        hours = factories.hours(client, "Never", always_open=False)
        day = (clock.now() + timedelta(days=2)).weekday()
        HoursSpan.objects.create(hours=hours, weekday=day, opens=600, closes=660)
        door = factories.door(client, "web_call", hours=hours)
        body = {"key": str(uuid.uuid4()), "number": "+442079460000"}
        address = reverse("customer-voicemail-begin", args=[door.public_id])
        begun = Browser().post(address, json.dumps(body), content_type="application/json")
        assert begun.status_code == 201, begun.content
        world.secrets[f"customer {who}"] = begun.json()["token"]
        path = path or reverse(f"customer-voicemail-{act}", args=[door.public_id])
    method, expected = "get" if act == "state" else "post", "400" if act == "send" else "page"
    for stranger in ("customer other", "anonymous", "admin", "key"):
        assert ask(world, stranger, method, path, {}) in ("401", "403", "404"), stranger
    assert ask(world, "customer own", method, path, {}) == expected, "nothing was said yet"


@pytest.mark.parametrize("name", [*WINDOW, *CALL])
def test_a_customer_reaches_the_own_window_alone(world: World, name: str) -> None:
    """By the token of Ann's own window; by that of Bob's at Globex, and by none, nothing of it is there."""
    acme, globex = (Client.objects.get(name=name) for name in ("Acme", "Globex"))
    doors = {"own": world.things["widget"], "other": factories.door(globex)}
    start = "customer-chat-start"
    if name in CALL:
        doors = {"own": factories.door(acme, "web_call"), "other": factories.door(globex, "web_call")}
        start = "customer-call-start"
    for who, door in doors.items():
        body = {"key": str(uuid.uuid4()), "words": "Hello", "name": who}
        begun = Browser().post(reverse(start, args=[door.public_id]), json.dumps(body), content_type="application/json")
        assert begun.status_code == 201, begun.content
        world.secrets[f"customer {who}"] = begun.json()["token"]
    method, expected = {**WINDOW, **CALL}[name]
    path = reverse(name, args=[doors["own"].public_id])
    assert ask(world, "customer own", method, path, {}) == expected
    for stranger in ("customer other", "anonymous", "admin", "key"):
        assert ask(world, stranger, method, path, {}) in ("401", "403", "404"), stranger


@pytest.mark.parametrize("name", [*WINDOW, *CALL])
def test_the_token_of_a_call_opens_no_chat_and_that_of_a_chat_no_call(world: World, name: str) -> None:
    """Nobody writes into a call, or makes a call of a chat: not even its own customer, at its own door."""
    acme = Client.objects.get(name="Acme")
    door, start = (
        (factories.door(acme, "web_call"), "customer-call-start")
        if name in WINDOW
        else (world.things["widget"], "customer-chat-start")
    )
    body = {"key": str(uuid.uuid4()), "words": "Hello", "name": "Ann"}
    begun = Browser().post(reverse(start, args=[door.public_id]), json.dumps(body), content_type="application/json")
    assert begun.status_code == 201, begun.content
    world.secrets["customer of the other kind"] = begun.json()["token"]
    method, _expected = {**WINDOW, **CALL}[name]
    filled = {"key": "0123456789", "text": "Hello", "email": "ann@mail.example", "score": 5}
    assert ask(world, "customer of the other kind", method, reverse(name, args=[door.public_id]), filled) == "401"


def test_a_file_of_a_window_is_its_customers_alone(world: World) -> None:
    attachment = world.things["attachment"]
    path = reverse("customer-chat-download", args=[world.things["widget"].public_id, attachment.public_id])
    for stranger in ("anonymous", "admin", "agent", "key", "other key"):
        assert ask(world, stranger, "get", path, {}) in ("401", "403", "404"), stranger


def test_a_customers_link_opens_what_it_was_made_for(world: World) -> None:
    own = {"callback": world.things["callback"], "survey": world.things["contact"]}
    for kind, thing in own.items():
        other = next(each for each in own if each != kind)
        opened = reverse(f"customer-{kind}", args=[links.sign(kind, str(thing.public_id))])
        crossed = reverse(f"customer-{kind}", args=[links.sign(other, str(thing.public_id))])
        assert ask(world, "anonymous", "get", opened, {}) == "page"
        assert "Globex" not in Browser().get(opened).content.decode()
        assert ask(world, "anonymous", "get", crossed, {}) == "404"
