"""The page a customer calls from: what it needs to draw every moment of a call. What it asks and sends is elsewhere."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from bpo.kernel import clock
from clients import customers, texts
from clients.models import EntryKind, EntryPoint, RecordingRule, TextKind
from clients.words import say, script_words
from interactions import keeping, voicemail_offers, waits
from interactions.views.customer import callback, outlet, sound, voicemail, widget

RECORDING: dict[str, str] = {RecordingRule.ON: "call_recorded", RecordingRule.ASK: "call_record_ask"}
ASKED = ("start", "state", "end", "back", "survey")


@outlet.for_customers
@require_safe
def page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The call page; where nobody can answer, the way to the callback form; while the client is away, its words."""
    door = outlet.door(public_id)
    client = door.client
    language = outlet.language_of(request, client)
    if door.kind != EntryKind.WEB_CALL:
        raise outlet.Gone(f"{door} takes no calls from a page")
    if not client.is_live:
        words = texts.text(client, TextKind.AWAY, language)
        return outlet.page(request, "customer/away.html", client, language, {"words": words}, frame_of=door)
    zone = request.GET.get("zone", "")[:64]
    context = {
        "door": door,
        "closed": widget.closed_words(door, language),
        "calls": customers.takes_calls(client),
        "sounds": sound.addresses(door, language),
        "spoken": voicemail.words(door, language, zone=zone) if voicemail_offers.offered(door, clock.now()) else "",
        "hours": widget.hours_words(door, language, zone),
        "wait": wait_words(door, language),
        "recording": RECORDING.get(RecordingRule(keeping.policy_of(client.pk).recording), ""),
        "menu": menu_of(door, language),
        "reasons": callback.reasons_of(door, language),
        "key": str(uuid4()),
        "words": script_words(language, "call"),
        "address": {name: reverse(f"customer-call-{name}", args=[door.public_id]) for name in ASKED},
        "of_voicemail": {name: reverse(f"customer-voicemail-{name}", args=[door.public_id]) for name in voicemail.ACTS},
    }
    return outlet.page(request, "customer/call.html", client, language, context, frame_of=door)


def menu_of(door: EntryPoint, language: str) -> list[tuple[str, str]]:
    """The keys one may press and what they are for; the first rule of a key says it."""
    found: dict[str, str] = {}
    for rule in door.rules.exclude(key="").order_by("position"):
        words = rule.menu.get(language) or rule.menu.get(door.client.default_language, "")
        if words and rule.language in ("", language):
            found.setdefault(rule.key, words)
    return sorted(found.items(), key=lambda each: "1234567890*#".index(each[0]))


def wait_words(door: EntryPoint, language: str) -> str:
    """That somebody is free, else what waiting would mean now, as far as anybody knows."""
    assert door.queue is not None
    if waits.somebody_free(door.queue, door.channel, web=True):
        return say("no_wait", language)
    return widget.wait_words(door, language)
