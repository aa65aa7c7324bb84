"""A spoken message at the call page: begun, its pieces, sent or thrown away; each answer is its whole state."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.views.decorators.http import require_POST, require_safe

from bpo.kernel import clock, zones
from bpo.kernel.throttle import throttled
from clients import opening
from clients.models import EntryKind, EntryPoint, Reason
from clients.words import language_for, say
from interactions import intake, voicemail_offers, voicemails
from interactions.models import Interaction, Voicemail
from interactions.views import pieces
from interactions.views.customer import chat, outlet, times

ACTS = ("begin", "state", "send", "discard")


@outlet.for_window
@throttled("voicemail begin", "20/m")
@throttled("voicemail day", "60/d")
@require_POST
def begin(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """He presses record: who he is, and, of who waited in vain, by his call's token which contact it belongs to."""
    door = outlet.door(public_id)
    if door.kind != EntryKind.WEB_CALL:
        raise outlet.Gone(f"{door} takes no calls from a page")
    if not door.client.is_live:
        raise intake.ClientAway(f"{door.client} is away")
    given = outlet.json_body(request)
    language = language_for(door.client, outlet.sent_along(given, "language", 5))
    key, number = outlet.text_of(given, "key", 64), outlet.text_of(given, "number", 40)
    if len(key) < 16:
        raise outlet.BadRequest("key")
    zone, reason = outlet.sent_along(given, "zone", 64), outlet.text_of(given, "reason", 40)
    speaker = voicemails.Speaker(
        key=key,
        number=number,
        name=outlet.text_of(given, "name", 120),
        reason=Reason.objects.filter(client=door.client, code=reason, active=True).first() if reason else None,
        language=language,
        zone=zone if zone in zones.every() else "",
        page=outlet.sent_along(given, "page", 500),
    )
    try:
        begun = voicemails.begin(door, speaker, contact=_contact(request, door))
    except voicemails.NoNumber:
        words = say("err_number" if number else "err_number_missing", language)
        return JsonResponse({"code": "invalid", "errors": {"number": words}}, status=422)
    assert begun.recording is not None
    piece = reverse("customer-voicemail-piece", args=[door.public_id, begun.recording.public_id, 0]).removesuffix("0/")
    answer = {"token": voicemails.token_of(begun), "address": piece, "seconds": int(voicemails.LONGEST.total_seconds())}
    return JsonResponse({**answer, **state_of(begun, language)}, status=201)


def _contact(request: HttpRequest, door: EntryPoint) -> Interaction | None:
    """The contact of the call whose token came along."""
    return chat.window(request, door.public_id).interaction if outlet.bearer(request) else None


def _message(request: HttpRequest, public_id: UUID) -> Voicemail:
    return voicemails.of_token(outlet.bearer(request), outlet.door(public_id))


@outlet.for_window
@throttled("voicemail piece", "240/m", key=chat.by_token)
@require_POST
def piece(request: HttpRequest, public_id: UUID, take: UUID, number: int) -> HttpResponse:
    """One piece of a take, in order; of one that was said again none is taken any more."""
    message, sent = _message(request, public_id), pieces.read(request, number)
    return pieces.answer(lambda: voicemails.take_piece(message, take, sent))


@outlet.for_window
@throttled("voicemail state", "60/m", key=chat.by_token, methods=("GET",))
@require_safe
def state(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How it stands; asking for it is a sign of life."""
    message = _message(request, public_id)
    voicemails.seen(message)
    return JsonResponse(state_of(message, _language(request, message)))


@outlet.for_window
@throttled("voicemail send", "20/m", key=chat.by_token)
@require_POST
def send(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """It is for us from here on."""
    message = voicemails.send(_message(request, public_id))
    return JsonResponse(state_of(message, _language(request, message)))


@outlet.for_window
@throttled("voicemail discard", "20/m", key=chat.by_token)
@require_POST
def discard(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Nothing of it stays."""
    voicemails.throw_away(_message(request, public_id))
    return JsonResponse({"state": "discarded"})


def _language(request: HttpRequest, message: Voicemail) -> str:
    """The page's own: he may have changed it since he began."""
    asked = request.headers.get("Accept-Language", "")[:2]
    return language_for(message.client, asked) if asked else message.language


def state_of(message: Voicemail, language: str) -> dict[str, Any]:
    """What the page shows of it; once it was sent, what follows from it."""
    shown: dict[str, Any] = {
        "state": "sent" if message.sent_at else "open",
        "ms": voicemails.lasted_ms(message),
        "whole": voicemails.is_whole(message),
        "number": message.number,
        "name": message.name,
        "now": clock.now().isoformat(),
    }
    if message.sent_at is not None and message.interaction is not None:
        contact = Interaction.objects.select_related("client__brand").get(pk=message.interaction.pk)
        shown |= chat.promise_of(contact, language)
    return shown


def words(door: EntryPoint, language: str, *, contact: Interaction | None = None, zone: str = "") -> str:
    """What will happen with it: recorded, kept until, called back by when."""
    now = clock.now()
    zone = opening.known_zone(zone, door.client)
    by = voicemail_offers.called_by(door, contact, now)
    assert by is not None, "it is not offered where nobody ever calls back"
    return say(
        "vm_told",
        language,
        client=door.client.brand.public_name,
        minutes=int(voicemails.LONGEST.total_seconds() // 60),
        kept=_date(voicemail_offers.kept_until(door, now), zone, language),
        due=times.zoned_moment(by, now, zone, language),
    )


def _date(moment: datetime, zone: str, language: str) -> str:
    with translation.override(language):
        form = r"j \d\e F \d\e Y" if language == "es" else "j F Y"
        return date_format(moment.astimezone(ZoneInfo(zone)), form)
