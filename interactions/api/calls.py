"""Signed webhooks by which an exchange tells what happens to the calls of a number."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bpo.kernel import clock, words
from bpo.kernel.errors import DomainError
from bpo.kernel.throttle import throttled
from clients.models import EntryPoint
from interactions import carrying, voice_events, waits
from interactions.adapters import EXCHANGES
from interactions.adapters.voice import NotUnderstood
from interactions.api.inbound import Malformed, TooLarge, verified
from interactions.models import Interaction, State

BIGGEST = 8 * 1024
WAITING = (State.QUEUED, State.OFFERED)


# No cookie and no session lead here: the signature over the body proves who calls, so there is nothing CSRF could use.
@csrf_exempt
@require_POST
@throttled("inbound calls", "3000/m")
def event(request: HttpRequest, public_id: UUID) -> JsonResponse:
    """Take in one thing that happened. Sent again, or late, it answers 200 and changes nothing."""
    door = get_object_or_404(
        EntryPoint.objects.select_related("client__brand", "queue", "hours").exclude(exchange=""), public_id=public_id
    )
    try:
        if len(body := request.read(BIGGEST + 1)) > BIGGEST:
            raise TooLarge(sentence="No event of a call is so large.")
        verified(request, door.webhook_secret, body)
        told = EXCHANGES[door.exchange].parse(_read(body))
        if told.simulated and not settings.DEMO:
            raise Malformed(sentence="Nothing is simulated here.")
        contact = voice_events.at_exchange(door, told)
    except NotUnderstood as error:
        return _refused(Malformed(sentence=f"{error}."))
    except DomainError as error:
        return _refused(error)
    return JsonResponse(_state(contact) if contact else {"interaction": None, "state": State.CLOSED})


def _read(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
        words.refuse_unreadable(given)
    except (ValueError, RecursionError, words.Unreadable) as error:
        raise NotUnderstood("send one JSON object in UTF-8") from error
    if not isinstance(given, dict):
        raise NotUnderstood("send one JSON object in UTF-8")
    return given


def _refused(error: DomainError) -> JsonResponse:
    told = {"code": error.code, "detail": str(error.sentence), "attr": None}
    return JsonResponse({"type": "client_error", "errors": [told]}, status=error.status)


def _state(contact: Interaction) -> dict[str, Any]:
    """How the call stands, for what the exchange says to who waits: place, seconds, why he was turned away."""
    told: dict[str, Any] = {
        "interaction": str(contact.public_id),
        "state": contact.state,
        "outcome": contact.outcome,
        "position": None,
        "wait": None,
        "offer_callback": False,
        "text": carrying.words_to(contact),
    }
    if contact.state in WAITING:
        now = clock.now()
        wait = waits.expected_wait_of(contact, at=now)
        offered = waits.callback_offered(contact, wait, at=now)
        told |= {"position": waits.position(contact) or 1, "wait": wait, "offer_callback": offered}
    return told
