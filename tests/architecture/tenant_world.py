"""The world of the tenant tests: Acme with one of everything, and who asks for it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client as Browser
from django.urls import reverse

from agents import rules
from bpo.accounts.models import User
from bpo.kernel import clock
from clients import api_keys, sounds
from clients.models import ApiKey, Contract, EntryKind, Role, ScriptVersion
from interactions import callbacks, cases, do_not_call, handling, messages, offers, runs
from interactions.messages import Words
from interactions.models import (
    Action,
    Attachment,
    CallbackOrigin,
    FlowPaper,
    Message,
    Monitor,
    Prospect,
    Recording,
    Replay,
)
from tests import factories
from tests.clients.test_scripts import graph
from tests.kernel.test_sounds import wav

SIGN_IN = "/accounts/login/"


@dataclass
class World:
    """Acme with one of everything, and somebody of each role at Acme and at Globex."""

    at: datetime = field(default_factory=clock.now)
    things: dict[str, Any] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    browser: Browser = field(default_factory=partial(Browser, raise_request_exception=False))

    def sign_in(self, role: str, person: User) -> None:
        """The cookie by which the role's requests are the person's."""
        browser = Browser()
        browser.force_login(person)
        self.cookies[role] = browser.cookies["sessionid"].value


def build() -> World:
    """Everything an address can be about, written by the operations where there is one."""
    made = World()
    at = made.at
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
        made.sign_in(role, person)

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
    acme.snippets.create(shortcut="hello", text="Hello {first_name}")
    Contract.objects.create(client=acme, valid_from=at.date())
    promised = callbacks.promise(
        acme, customer=ann, queue=line, number="+12025550101", origin=CallbackOrigin.AGENT, by=bea
    )
    recording = Recording.objects.create(
        client=acme, interaction=contact, leg=leg, state="kept", consent="announced", started_at=at, ended_at=at,
        keep_until=at + timedelta(days=1),
    )  # fmt: skip
    recording.tracks.create(
        side="agent", content_type="audio/webm", bytes=4, pieces=1, is_whole=True, duration_ms=20,
        file=ContentFile(b"webm", "recorded.webm"),
    )  # fmt: skip
    renewals = factories.call_list(line)
    called = factories.prospect(renewals, number="+12125550144", name="Paul")
    Prospect.objects.filter(pk=called.pk).update(state="taken", taken_by=bea, held_until=at + timedelta(hours=1))
    acted = {"client": acme, "run": contact.run, "version": contact.run.version, "label": "Do it", "agent": bea}
    order = ann.orders.create(client=acme, number="AC-1", placed_on=at.date(), total=10)
    refunded = ann.refunds.create(
        client=acme, order=order, amount=10, currency="USD", reason="late", needs_approval=True, asked_by=bea.user,
        asked_at=at, action=Action.objects.create(name="request_refund", step="refund", done_at=at, **acted),
    )  # fmt: skip
    visit = ann.appointments.create(
        client=acme, kind="visit", starts_at=at + timedelta(days=1), ends_at=at + timedelta(days=1, hours=2),
        zone="Europe/Madrid", booked_at=at,
        action=Action.objects.create(name="book_visit", step="visit", done_at=at, **acted),
    )  # fmt: skip
    task = ann.tasks.create(
        client=acme, title="Call the carrier", due_on=at.date(), made_at=at,
        action=Action.objects.create(name="create_task", step="task", done_at=at, **acted),
    )  # fmt: skip
    made.things = {
        "call_list": renewals, "prospect": called,
        "blocked": do_not_call.add(acme, "+12125550145", by=people["supervisor"], why="asked"),
        "recording": recording,
        "sound": sounds.put(acme, "music", "", SimpleUploadedFile("song.wav", wav())),
        "client": acme, "queue": line, "hours": factories.hours(acme), "leg": leg, "interaction": contact,
        "contact": contact, "waiting": factories.waiting(manual, who=ann), "parked": parked.interaction,
        "message": message, "sent": sent, "attachment": attachment, "case": cases.of_leg(leg), "customer": ann,
        "callback": promised, "agent": bea, "admin": people["admin"], "team": blue, "person": people["viewer"],
        "widget": factories.door(acme, EntryKind.WIDGET, into=line),
        "door": factories.door(acme, EntryKind.MAILBOX, into=line, address="care@acme.example"),
        "api door": factories.door(acme, EntryKind.API, into=line), "script": script, "version": version,
        "article": factories.article(acme),
        "draft": draft, "key": acme.api_keys.get(), "reason": factories.reason(acme),
        "disposition": factories.disposition(acme), "product": product, "type": product.type, "brand": acme.brand,
        "skill": "es", "rules": rules.keep(line), "profile": bea.profile,
        "action": Action.objects.create(
            client=acme, run=contact.run, version=contact.run.version, step="wait", name="set_pending", label="Wait",
            ref=cases.of_leg(leg).reference, agent=bea, done_at=at,
        ),
        "refund": refunded, "appointment": visit, "task": task,
        "monitor": Monitor.objects.create(
            client=acme, interaction=contact, user=people["supervisor"], reason="a new voice", started_at=at, seen_at=at
        ),
        "paper": FlowPaper.objects.create(
            asked_by=people["supervisor"], version=version, when="today", language="en", asked_at=at,
            state="done", content=b"%PDF-",
        ),
        "words": FlowPaper.objects.create(
            asked_by=people["supervisor"], version=version, when="", language="en", asked_at=at,
            state="done", content=b"%PDF-",
        ),
        "replay": Replay.objects.create(asked_by=people["supervisor"], asked_at=at, start=at, end=at),
    }  # fmt: skip
    return made


# What an argument means where its own name does not say it.
PUBLIC_ID = {
    "brand-css": "brand", "brand-logo": "brand", "inbound-email": "door", "inbound-calls": "door",
    "customer-": "widget",
    "api-setup-hours": "hours", "api-setup-queue": "queue", "api-setup-door": "door", "api-setup-script": "script",
    "api-setup-version-detail": "draft", "api-setup-version-submit": "draft", "api-setup-version": "version",
    "api-setup-key": "key", "api-interaction": "interaction", "api-message-undo": "sent",
    "api-message-send-time": "sent", "api-message": "message",
    "api-leg": "leg", "api-recording": "recording",
    "api-case": "case", "api-callback": "callback", "api-customer": "customer", "api-line": "queue",
    "api-call-list": "call_list", "api-prospect": "prospect",
    "api-agent": "agent", "api-client": "client", "api-setup-rules": "rules", "api-profile": "profile",
}  # fmt: skip
CODE = {"api-setup-type": "type", "api-setup-product": "product", "api-setup-reason": "reason",
        "api-setup-disposition": "disposition"}  # fmt: skip
SPECIAL: dict[str, dict[str, str]] = {
    "console-unpark": {"interaction": "parked"},
    "console-pick": {"interaction": "waiting"},
    "console-undo": {"message": "sent"},
    "console-send-time": {"message": "sent"},
    "setup-version": {"version": "draft"},
    "setup-design": {"version": "draft"},
    "setup-version-paper-made": {"paper": "words"},
    "setup-version-paper-file": {"paper": "words"},
    "setup-design-save": {"version": "draft"},
    "setup-design-news": {"version": "draft"},
    "setup-queue-version": {"version": "rules"},
    "setup-queue-version-move": {"version": "rules"},
}
PLAIN: dict[str, Any] = {
    "side": "agent", "number": 0,
    "digest": "x", "digits": "97265d", "act": "live", "kind": "widget", "part": "reasons", "language": "en", "key": "x",
    "token": "not-a-token", "uidb36": "1", "pk": 1, "uid": 1, "address": "ann@example.com", "slug": "nowhere",
    "file_id": "2b1f0d7e-93a7-4c59-8a51-3c2f6f0f9a11", "take": "2b1f0d7e-93a7-4c59-8a51-3c2f6f0f9a12",
}  # fmt: skip
PLAIN_OF: dict[str, dict[str, Any]] = {
    "setup-queue-move": {"act": "pause"},
    "setup-queue-version-move": {"act": "roll-back"},
    "setup-licence": {"act": "suspend"},
    "floor-licence": {"act": "suspend"},
    "floor-list-move": {"act": "pause"},
    "floor-refund": {"act": "approve"},
    "setup-member": {"act": "remove"},
    "setup-agent-act": {"act": "invite"},
    "setup-version-move": {"act": "approve"},
    "setup-version-file": {"form": "yaml"},
    "setup-article-act": {"act": "right"},
    "setup-snippet": {"shortcut": "hello"},
    "setup-snippet-act": {"shortcut": "hello", "act": "retire"},
    "setup-preview": {"kind": "resolution"},
    "api-skill-detail": {"code": "es"},
}


def path_of(world: World, name: str, wanted: tuple[str, ...]) -> str:
    """The address about Acme's things."""
    return reverse(name, kwargs=arguments(name, wanted, world))


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
    "api-message-send-time": lambda world: {"agent": str(world.things["agent"].public_id), "send_at": None},
    "api-message-undo": lambda world: {"agent": str(world.things["agent"].public_id)},
    "api-customer-": lambda world: {
        "client": str(world.things["client"].public_id), "agent": str(world.things["agent"].public_id),
        "queue": str(world.things["queue"].public_id),
    },
    "api-callback-list": lambda world: {"client": str(world.things["client"].public_id)},
    "api-routing-test": lambda world: {"queue": str(world.things["queue"].public_id), "channel": "chat"},
    "setup-article-act": lambda world: {"edition": str(world.things["article"].edition)},
    "setup-design-save": lambda world: {"since": "0"},
    "setup-script-sign": lambda world: {
        "version": str(world.things["version"].public_id), "verdict": "keep", "note": "x", "number": "1",
    },
    "api-staffing": lambda world: {"queue": str(world.things["queue"].public_id)},
    "api-deadline": lambda world: {"queue": str(world.things["queue"].public_id)},
    "api-interaction-list": lambda world: {"door": str(world.things["api door"].public_id), "provider_id": "1"},
    "api-agent-line": lambda world: {
        "queue": str(world.things["queue"].public_id), "on": False, "reason": "x",
    },
    "api-agent-licence": lambda world: {
        "client": str(world.things["client"].public_id), "act": "suspend", "reason": "x",
    },
}  # fmt: skip


def body_of(world: World, name: str) -> Any:
    """What is sent along where an answer without it would tell nothing of who may."""
    return next((make(world) for prefix, make in BODIES.items() if name.startswith(prefix)), {})


def browser_of(world: World, role: str) -> tuple[Browser, dict[str, str]]:
    """The browser as the role's, by its cookie, or the headers by which a key calls."""
    world.browser.cookies.clear()
    if role in world.cookies:
        world.browser.cookies["sessionid"] = world.cookies[role]
    return world.browser, {"Authorization": f"Bearer {world.secrets[role]}"} if role in world.secrets else {}


def ask(world: World, role: str, method: str, path: str, body: Any) -> str:
    """What the role gets, in the words of the rules; nothing it did stays."""
    browser, headers = browser_of(world, role)
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
