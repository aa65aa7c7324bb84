"""Every address and every socket, by every role, on one's own and on another client's things: DESIGN.md 8."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from channels.testing import WebsocketCommunicator
from django.contrib import admin
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client as Browser
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from bpo.kernel import clock, links
from bpo.kernel.admin import ReadOnly
from bpo.sockets import websockets
from clients import api_keys
from clients.models import ApiKey, Client, Contract, EntryKind, Role, ScriptVersion
from interactions import callbacks, cases, handling, messages, offers, runs
from interactions.messages import Words
from interactions.models import Attachment, CallbackOrigin, Message
from interactions.sockets import customer_websocket_urlpatterns, websocket_urlpatterns
from tests import factories
from tests.architecture.tenant_rules import LACKING, ROLES, RULES, Outcomes, Rule, scope_of
from tests.clients.test_scripts import graph

SIGN_IN = "/accounts/login/"
GROUPS = ("console-", "floor", "portal", "setup", "api-setup-", "api-", "")


def names(
    patterns: list[URLPattern | URLResolver], space: str = "", above: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every address of the configuration with its arguments; the administration is Django's own."""
    for pattern in patterns:
        arguments = (*above, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            if pattern.namespace == "admin":
                continue
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from names(pattern.url_patterns, inner, arguments)
        else:
            yield f"{space}{pattern.name or pattern.pattern}", arguments


ALL = dict(names(get_resolver().url_patterns))


def group_of(name: str) -> str:
    return next(group for group in GROUPS if name.startswith(group))


def test_every_address_says_who_may_see_it() -> None:
    """Whoever adds an address writes down in tenant_rules who may see it; whoever drops one takes it out."""
    assert set(ALL) - set(RULES) == set()
    assert set(RULES) - set(ALL) == set()


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of refusals are meant; none needs a line in the log."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


# --- the world -------------------------------------------------------------------------------------------------------


@dataclass
class World:
    """Acme with one of everything, and somebody of each role at Acme and at Globex."""

    things: dict[str, Any] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def world(db: Any, media: Any) -> World:
    made = World()
    at = clock.now()
    acme, globex = factories.client("Acme"), factories.client("Globex")
    acme.brand.logo.save("logo.png", ContentFile(b"\x89PNG\r\n\x1a\n"), save=True)
    blue, red = factories.team("Blue"), factories.team("Red")
    people = {
        "agent": factories.agent("Bea Brown", licensed=acme, in_team=blue, available=True).user,
        "other agent": factories.agent("Cal Clay", licensed=globex, in_team=red).user,
        "supervisor": factories.supervisor(acme, name="Sue", teams=[blue]),
        "other supervisor": factories.supervisor(globex, name="Sam", teams=[red]),
        "admin": factories.admin(),
    }
    for prefix, client in (("", acme), ("other ", globex)):
        for role in (Role.VIEWER, Role.MANAGER):
            people[f"{prefix}{role}"] = factories.user(f"{role} of {client}")
            factories.membership(people[f"{prefix}{role}"], client, role)
        _key, made.secrets[f"{prefix}key"] = api_keys.make(
            client, name="shop", scopes=ApiKey.SCOPES, by=people["admin"]
        )
    for role, person in people.items():
        browser = Browser()
        browser.force_login(person)
        made.cookies[role] = browser.cookies["sessionid"].value

    bea = people["agent"].agent
    script = acme.scripts.create(name="Calls", kind="inbound")
    ScriptVersion.objects.create(script=script, number=3, graph=graph(), state="published", published_at=at)
    line = factories.queue(acme)
    manual = factories.queue(acme, manual=True)
    ann = factories.customer(acme, phone="+12025550101", address="ann@example.com")
    leg = offers.accept(factories.offer(bea, factories.waiting(line, "email", who=ann)), by=bea)
    contact = leg.interaction
    runs.begin(contact, bea)
    message = messages.write_in(contact, Words(text="It never came", author="Ann"), at=at)
    message.original.save("mail.eml", ContentFile(b"From: ann@example.com\n\nIt never came"), save=True)
    sent = Message.objects.create(
        client=acme, interaction=contact, channel="email", direction="out", agent=bea, author_name="Bea", at=at,
        text="We look into it", state="pending", due_at=at,
    )  # fmt: skip
    attachment = Attachment.objects.create(
        client=acme, message=message, interaction=contact, name="bill.pdf", content_type="application/pdf", size=3,
        digest="0" * 64, file=ContentFile(b"pdf", "bill.pdf"), at=at,
    )  # fmt: skip
    parked = offers.accept(factories.offer(bea, factories.waiting(line, "email", who=ann)), by=bea)
    handling.park(parked, by=bea, why="waits")
    cases.of_leg(parked)
    version = ScriptVersion.objects.create(
        script=script, number=1, graph=graph(), state="in_review", created_by=people["admin"]
    )
    draft = ScriptVersion.objects.create(script=script, number=2, graph=graph())
    product = factories.product(acme)
    factories.skill("es", language="es")
    Contract.objects.create(client=acme, valid_from=at.date())
    promised = callbacks.promise(
        acme, customer=ann, queue=line, number="+12025550101", origin=CallbackOrigin.AGENT, by=bea
    )
    made.things = {
        "client": acme, "queue": line, "hours": factories.hours(acme), "leg": leg, "interaction": contact,
        "contact": contact, "waiting": factories.waiting(manual, who=ann), "parked": parked.interaction,
        "message": message, "sent": sent, "attachment": attachment, "case": cases.of_leg(leg), "customer": ann,
        "callback": promised, "agent": bea, "admin": people["admin"], "team": blue, "person": people["viewer"],
        "widget": factories.door(acme, EntryKind.WIDGET, into=line),
        "door": factories.door(acme, EntryKind.MAILBOX, into=line, address="care@acme.example"),
        "api door": factories.door(acme, EntryKind.API, into=line), "script": script, "version": version,
        "draft": draft, "key": acme.api_keys.get(), "reason": factories.reason(acme),
        "disposition": factories.disposition(acme), "product": product, "type": product.type, "brand": acme.brand,
        "skill": "es",
    }  # fmt: skip
    return made


# What an argument means where its own name does not say it.
PUBLIC_ID = {
    "brand-css": "brand", "brand-logo": "brand", "inbound-email": "door", "customer-": "widget",
    "api-setup-hours": "hours", "api-setup-queue": "queue", "api-setup-door": "door", "api-setup-script": "script",
    "api-setup-version-detail": "draft", "api-setup-version-submit": "draft", "api-setup-version": "version",
    "api-setup-key": "key", "api-interaction": "interaction", "api-message-undo": "sent", "api-message": "message",
    "api-leg": "leg",
    "api-case": "case", "api-callback": "callback", "api-customer": "customer", "api-line": "queue",
    "api-agent": "agent", "api-client": "client",
}  # fmt: skip
CODE = {"api-setup-type": "type", "api-setup-product": "product", "api-setup-reason": "reason",
        "api-setup-disposition": "disposition"}  # fmt: skip
SPECIAL: dict[str, dict[str, str]] = {
    "console-unpark": {"interaction": "parked"},
    "console-pick": {"interaction": "waiting"},
    "console-undo": {"message": "sent"},
    "setup-version": {"version": "draft"},
}
PLAIN: dict[str, Any] = {
    "digest": "x", "digits": "97265d", "act": "live", "kind": "widget", "part": "reasons", "language": "en", "key": "x",
    "token": "not-a-token", "uidb36": "1", "pk": 1, "uid": 1, "address": "ann@example.com", "slug": "nowhere",
    "file_id": "2b1f0d7e-93a7-4c59-8a51-3c2f6f0f9a11",
}  # fmt: skip
PLAIN_OF: dict[str, dict[str, Any]] = {
    "setup-queue-move": {"act": "pause"},
    "setup-licence": {"act": "suspend"},
    "floor-licence": {"act": "suspend"},
    "setup-member": {"act": "remove"},
    "setup-agent-act": {"act": "invite"},
    "setup-version-move": {"act": "approve"},
    "setup-preview": {"kind": "resolution"},
    "api-skill-detail": {"code": "es"},
}


def arguments(name: str, wanted: tuple[str, ...], world: World) -> dict[str, Any]:
    """Acme's things for the arguments of an address; one nobody knows fails here."""
    found: dict[str, Any] = {}
    for argument in wanted:
        if argument in PLAIN_OF.get(name, {}):
            found[argument] = PLAIN_OF[name][argument]
            continue
        thing = SPECIAL.get(name, {}).get(argument, argument)
        if argument in ("public_id", "code"):
            table = PUBLIC_ID if argument == "public_id" else CODE
            thing = next(value for prefix, value in table.items() if name.startswith(prefix))
        if thing in world.things:
            row = world.things[thing]
            found[argument] = row.code if argument == "code" else row.public_id
        else:
            assert argument in PLAIN, f"{name}: say in the test what “{argument}” is"
            found[argument] = PLAIN[argument]
    return found


BODIES: dict[str, Any] = {
    "console-jump": lambda world: {"step": "close"},
    "console-same-case": lambda world: {"other": str(world.things["parked"].public_id)},
    "api-leg-": lambda world: {"agent": str(world.things["agent"].public_id)},
    "api-case-": lambda world: {"agent": str(world.things["agent"].public_id), "text": "x"},
    "api-callback-make": lambda world: {"agent": str(world.things["agent"].public_id)},
    "api-interaction-pick": lambda world: {"agent": str(world.things["agent"].public_id)},
    "api-interaction-unpark": lambda world: {"agent": str(world.things["agent"].public_id)},
    "api-interaction-take": lambda world: {"agent": str(world.things["agent"].public_id), "reason": "x"},
    "api-message-undo": lambda world: {"agent": str(world.things["agent"].public_id)},
    "api-customer-": lambda world: {
        "client": str(world.things["client"].public_id), "agent": str(world.things["agent"].public_id),
        "queue": str(world.things["queue"].public_id),
    },
    "api-callback-list": lambda world: {"client": str(world.things["client"].public_id)},
    "api-interaction-list": lambda world: {"door": str(world.things["api door"].public_id), "provider_id": "1"},
    "api-agent-line": lambda world: {
        "queue": str(world.things["queue"].public_id), "on": False, "reason": "x",
    },
    "api-agent-licence": lambda world: {
        "client": str(world.things["client"].public_id), "act": "suspend", "reason": "x",
    },
}  # fmt: skip


def ask(world: World, role: str, method: str, path: str, body: Any) -> str:
    """What the role gets, in the words of the rules; nothing it did stays."""
    browser = Browser(raise_request_exception=False)
    if role in world.cookies:
        browser.cookies["sessionid"] = world.cookies[role]
    headers = {"Authorization": f"Bearer {world.secrets[role]}"} if role in world.secrets else {}
    with transaction.atomic():
        if path.startswith("/api/v1/") and "/inbound/" not in path:
            call = getattr(browser, method)
            data = json.dumps(body) if method != "get" else None
            answer = call(path, data, content_type="application/json", headers=headers)
        else:
            answer = (
                browser.get(path, headers=headers) if method == "get" else browser.post(path, body, headers=headers)
            )
        transaction.set_rollback(True)
    code = answer.status_code
    if code in (301, 302, 303):
        there = urlsplit(answer["Location"])
        if there.path.startswith(SIGN_IN):
            return "sign-in"
        if there.path.startswith("/admin/login/"):
            return "admin sign-in"
        return "page" if there.netloc in ("", "testserver") else f"sent away to {there.netloc}"
    return f"fault {code}" if code >= 500 else "page" if 200 <= code < 300 else str(code)


def fits(expected: str, got: str, lacking: str) -> bool:
    """`lacking` is how an address answers a POST without its fields, or one that fits no more, to who is let in."""
    if expected == "any":
        return not got.startswith(("fault", "sent away"))
    return got == expected or (expected == "page" and got in lacking.split())


# A second or more for each caller: nobody, a person and a machine say enough.
SLOW = {"schema": ("anonymous", "viewer", "key"), "readyz": ("anonymous", "viewer")}


def wrong(world: World, name: str, rule: Rule) -> Iterator[str]:
    path = reverse(name, kwargs=arguments(name, ALL[name], world))
    body = next((make(world) for prefix, make in BODIES.items() if name.startswith(prefix)), {})
    roles = SLOW.get(name, ROLES)
    table: list[tuple[str, Outcomes | None]] = [("get", rule.get), (rule.method, rule.post)]
    for method, outcomes in table:
        for role in roles if outcomes else ():
            assert outcomes is not None
            got = ask(world, role, method, path, body)
            lacking = "" if method == "get" else LACKING.get(name, "")
            if not fits(outcomes[role], got, lacking):
                yield f"{method.upper()} {name} as {role}: {got} instead of {outcomes[role]}"


@pytest.mark.parametrize("group", GROUPS, ids=[group.strip("-") or "rest" for group in GROUPS])
def test_every_role_gets_what_the_rules_say(world: World, group: str) -> None:
    """All addresses of the group by all roles; everything that is wrong is told at once."""
    mine = [(name, rule) for name, rule in RULES.items() if name in ALL and group_of(name) == group]
    assert mine
    problems = [problem for name, rule in mine for problem in wrong(world, name, rule)]
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@pytest.mark.parametrize("scope", ApiKey.SCOPES)
def test_a_key_of_one_scope_opens_what_that_scope_opens(world: World, scope: str) -> None:
    acme, ada = world.things["client"], world.things["admin"]
    _key, world.secrets["key"] = api_keys.make(acme, name=scope, scopes=[scope], by=ada)
    problems = []
    for name, rule in RULES.items():
        if not name.startswith("api-") or name == "api-my-presence":
            continue
        for method, outcomes in (("get", rule.get), (rule.method, rule.post)):
            if outcomes is None or outcomes["key"] != "page":
                continue
            body = next((make(world) for prefix, make in BODIES.items() if name.startswith(prefix)), {})
            got = ask(world, "key", method, reverse(name, kwargs=arguments(name, ALL[name], world)), body)
            opens = scope_of(name, method) == scope
            lacking = "" if method == "get" else LACKING.get(name, "")
            if not fits("page" if opens else "403", got, lacking):
                problems.append(f"{method.upper()} {name} with scope {scope} alone: {got}")
    assert problems == []


# --- customers -------------------------------------------------------------------------------------------------------

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


@pytest.mark.parametrize("name", WINDOW)
def test_a_customer_reaches_the_own_window_alone(world: World, name: str) -> None:
    """By the token of Ann's own window; by that of Bob's at Globex, and by none, nothing of it is there."""
    doors = {"own": world.things["widget"], "other": factories.door(Client.objects.get(name="Globex"))}
    for who, door in doors.items():
        body = {"key": str(uuid.uuid4()), "words": "Hello", "name": who}
        begun = Browser().post(
            reverse("customer-chat-start", args=[door.public_id]), json.dumps(body), content_type="application/json"
        )
        assert begun.status_code == 201, begun.content
        world.secrets[f"customer {who}"] = begun.json()["token"]
    method, expected = WINDOW[name]
    path = reverse(name, args=[doors["own"].public_id])
    assert ask(world, "customer own", method, path, {}) == expected
    for stranger in ("customer other", "anonymous", "admin", "key"):
        assert ask(world, stranger, method, path, {}) in ("401", "403", "404"), stranger


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


# --- the administration ----------------------------------------------------------------------------------------------


def test_the_administration_is_for_staff(world: World) -> None:
    """Django's own pages: nobody but an administrator passes the door of any of them."""
    pages = {"/admin/": "page"}
    for model, site in admin.site._registry.items():
        named = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        pages[reverse(f"{named}_changelist")] = "page"
        pages[reverse(f"{named}_add")] = "403" if isinstance(site, ReadOnly) else "page"
        row = model._default_manager.first()
        if row is not None:
            pages[reverse(f"{named}_change", args=[row.pk])] = "page"
            pages[reverse(f"{named}_history", args=[row.pk])] = "page"
    assert sum(path.endswith("/history/") for path in pages) > 20, "there are rows to look at"
    for path, for_admin in pages.items():
        for role in ROLES:
            got = ask(world, role, "get", path, {})
            assert got == (for_admin if role == "admin" else "admin sign-in"), (path, role)


# --- sockets ---------------------------------------------------------------------------------------------------------

SOCKETS: dict[str, set[str]] = {
    "ws/console/": {"agent", "other agent"},
    "ws/floor/": {"supervisor", "other supervisor", "admin"},
    "ws/chat/": set(),  # no session opens it: the token of the first message says whose window it is
}


def test_every_socket_says_who_may_open_it() -> None:
    routes = [*websocket_urlpatterns, *customer_websocket_urlpatterns]
    assert {str(route.pattern) for route in routes} == set(SOCKETS)


@pytest.mark.parametrize("path", [path for path in SOCKETS if path != "ws/chat/"])
@pytest.mark.django_db(transaction=True)
async def test_each_socket_opens_for_its_own_people_alone(world_of_sockets: World, path: str) -> None:
    for role in ROLES:
        cookie = world_of_sockets.cookies.get(role, "")
        headers = [(b"host", b"testserver"), (b"origin", b"http://testserver")]
        headers += [(b"cookie", f"sessionid={cookie}".encode())] if cookie else []
        socket = WebsocketCommunicator(websockets, f"/{path}", headers=headers)
        try:
            let_in, _code = await socket.connect(timeout=10)
            if let_in:
                first = await socket.receive_output(timeout=10)
                let_in = first["type"] == "websocket.send"
        finally:
            await socket.disconnect()
        assert let_in == (role in SOCKETS[path]), role


@pytest.fixture
def world_of_sockets(transactional_db: Any) -> World:
    """Only the people: sockets carry no objects."""
    made = World()
    acme, globex = factories.client("Acme"), factories.client("Globex")
    people = {
        "agent": factories.agent("Bea Brown", licensed=acme).user,
        "other agent": factories.agent("Cal Clay", licensed=globex).user,
        "supervisor": factories.supervisor(acme, name="Sue"),
        "other supervisor": factories.supervisor(globex, name="Sam"),
        "admin": factories.admin(),
        "viewer": factories.user("Vic"),
        "manager": factories.user("Mia"),
    }
    factories.membership(people["viewer"], acme, Role.VIEWER)
    factories.membership(people["manager"], acme, Role.MANAGER)
    for role, person in people.items():
        browser = Browser()
        browser.force_login(person)
        made.cookies[role] = browser.cookies["sessionid"].value
    return made
