"""The one line a client pastes into its site, and the frame of ours that it opens."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from bpo.kernel import clock, zones
from clients import customers, opening, texts
from clients.brand_css import text_on
from clients.models import EntryKind, EntryPoint, TextKind
from clients.words import say, script_words
from interactions import eligibility, waits
from interactions.views.customer import callback, outlet, times

LOADER_SECONDS = 300


@require_safe
def loader(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A few lines for the client's page: a button in the brand's colour and, once it is pressed, our frame.

    A door for calls opens the call page in it, with the microphone that the page around has to lend.
    """
    try:
        door = outlet.door(public_id)
    except outlet.Gone:
        return HttpResponse("/* no such door */\n", content_type="text/javascript", status=404)
    calls = door.kind == EntryKind.WEB_CALL
    opens, label = ("call_with", "call_us") if calls else ("chat_with", "chat_title")
    brand = door.client.brand
    languages = [code for code in door.client.languages or [] if code in ("en", "es")] or ["en"]
    config = {
        "frame": settings.SITE_URL + reverse("customer-call" if calls else "customer-chat", args=[door.public_id]),
        "calls": calls,
        "id": str(door.public_id),
        "colour": brand.colour,
        "on": text_on(brand.colour),
        "languages": languages,
        "words": {code: {"open": say(opens, code, client=brand.public_name), "label": say(label, code)}
                  for code in languages},
    }  # fmt: skip
    # "<" is written as \u003c, so that the same text is safe wherever it is pasted.
    written = json.dumps(config).replace("<", "\\u003c").replace("\u2028", "").replace("\u2029", "")
    response = HttpResponse(
        render_to_string("customer/loader.js", {"config": written}), content_type="text/javascript; charset=utf-8"
    )
    patch_cache_control(response, public=True, max_age=LOADER_SECONDS)
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@outlet.for_customers
@require_safe
def frame(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The chat window; where nobody can answer, the way to the callback form; while the client is away, its words."""
    door = outlet.door(public_id)
    client = door.client
    language = outlet.language_of(request, client)
    now = clock.now()
    if door.kind != EntryKind.WIDGET:
        raise outlet.Gone(f"{door} is no chat")
    if not client.is_live:
        words = texts.text(client, TextKind.AWAY, language)
        return outlet.page(request, "customer/away.html", client, language, {"words": words}, frame_of=door)
    context = {
        "door": door,
        "welcome": texts.text(client, TextKind.WIDGET_WELCOME, language),
        "closed": closed_words(door, language),
        "calls": customers.takes_calls(client),
        "call": call_address(door, language),
        "hours": hours_words(door, language),
        "wait": wait_words(door, language),
        "reasons": callback.reasons_of(door, language),
        "key": str(uuid4()),
        "words": script_words(language),
        "attempts": client.policy.callback_attempts,
        "address": {
            name: reverse(f"customer-chat-{name}", args=[door.public_id])
            for name in ("start", "state", "message", "file", "end", "call", "transcript", "survey")
        },
        "now": now,
    }
    return outlet.page(request, "customer/chat.html", client, language, context, frame_of=door)


def call_address(door: EntryPoint, language: str) -> str:
    """The page on which one calls the client of this chat; empty where nobody would answer there now."""
    calls = door.client.entry_points.filter(kind=EntryKind.WEB_CALL, published=True).order_by("pk")
    found = next((each for each in calls if not closed_words(each, language)), None)
    return f"{reverse('customer-call', args=[found.public_id])}?lang={language}" if found else ""


def closed_words(door: EntryPoint, language: str) -> str:
    """Why no chat or call can begin now, in the client's words; empty when one can."""
    queue = door.queue
    assert queue is not None
    if not opening.is_open(door, clock.now()):
        return texts.text(door.client, TextKind.AFTER_HOURS, language)
    if queue.state in ("closed", "archived"):
        return texts.text(door.client, TextKind.UNSTAFFED, language)
    if queue.refuse_unstaffed and not eligibility.staffed(eligibility.lane_for(queue, channel=door.channel)):
        return texts.text(door.client, TextKind.UNSTAFFED, language)
    return ""


def hours_words(door: EntryPoint, language: str, zone: str = "") -> str:
    """Open until 8 pm (Madrid), or when it opens next: on the clock of this zone, else of the hours' own."""
    now, calendar = clock.now(), opening.calendar_of(door)
    zone = zone if zone in zones.every() else calendar.zone
    if opening.is_open(door, now):
        closes = opening.hours.closing_after(calendar, now)
        if closes is None:
            return say("open_always", language)
        return say("open_until", language, time=times.zoned_moment(closes, now, zone, language))
    opens = opening.next_opening(door, now)
    return say("opens_at", language, time=times.zoned_moment(opens, now, zone, language)) if opens else ""


def wait_words(door: EntryPoint, language: str) -> str:
    """What waiting would mean now, as far as anybody knows."""
    assert door.queue is not None
    seconds = waits.expected_wait(door.queue, door.channel, web=door.kind == EntryKind.WEB_CALL)
    if seconds is None:
        return ""
    if seconds < 60:
        return say("wait_now", language, wait=say("chat.soon", language))
    return say("wait_now", language, wait=say("chat.minutes", language, n=round(seconds / 60)))
