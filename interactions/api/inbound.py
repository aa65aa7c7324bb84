"""Signed webhooks by which a mail provider hands us what came in at a mailbox."""

from __future__ import annotations

import base64
import hmac
import json
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bpo.kernel import clock, words
from bpo.kernel.errors import DomainError
from bpo.kernel.throttle import throttled
from clients.models import EntryKind, EntryPoint
from clients.webhooks import TOLERANCE_SECONDS, signature
from interactions import mail_intake

BIGGEST = 35 * 1024 * 1024
MOST_ID = 200


class NotSigned(DomainError):
    """The signature is missing, wrong, or too old."""

    code = "not_signed"
    sentence = "The signature does not fit."
    status = 401


class Unsigned(NotSigned):
    """A header is missing or is none."""

    sentence = "Send the headers webhook-id, webhook-timestamp and webhook-signature."


class Stale(NotSigned):
    """Too old, or of a clock that is wrong."""

    sentence = "The time of the signature is more than five minutes off."


class TooLarge(DomainError):
    """More than a mail may have."""

    code = "too_large"
    sentence = "This mail is larger than we take."
    status = 413


class Malformed(DomainError):
    """No mail can be found in it."""

    code = "malformed"
    sentence = "Send the mail as message/rfc822, or as JSON with the mail in base64 under “raw”."
    status = 400


# No cookie and no session lead here: the signature over the body proves who calls, so there is nothing CSRF could use.
@csrf_exempt
@require_POST
@throttled("inbound mail", "600/m")
def email(request: HttpRequest, public_id: UUID) -> JsonResponse:
    """Take one mail in. The same event id again answers 200 and changes nothing."""
    entry_point = get_object_or_404(
        EntryPoint.objects.select_related("client", "client__brand"), public_id=public_id, kind=EntryKind.MAILBOX
    )
    try:
        body = read_body(request)
        event = verified(request, entry_point.webhook_secret, body)
        interaction = mail_intake.take_in(entry_point, mail_of(request, body), f"event {event}")
    except DomainError as error:
        told = {"code": error.code, "detail": str(error.sentence), "attr": None}
        return JsonResponse({"type": "client_error", "errors": [told]}, status=error.status)
    return JsonResponse({"interaction": str(interaction.public_id) if interaction else None})


def read_body(request: HttpRequest) -> bytes:
    """The body up to the limit; read by ourselves, for the project's limit on forms is lower than a mail may be."""
    length = words.whole(request.headers.get("Content-Length", ""), digits=18)
    if length is not None and length > BIGGEST:
        raise TooLarge
    body = request.read(BIGGEST + 1)
    if len(body) > BIGGEST:
        raise TooLarge
    return body


def verified(request: HttpRequest, secret: str, body: bytes) -> str:
    """The event's id, when the signature (Standard Webhooks, v1) fits the raw body and is fresh."""
    event, sent_at = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
    if not event or len(event) > MOST_ID or not event.isprintable():
        raise Unsigned
    at = words.whole(sent_at, digits=12)
    if at is None:
        raise Unsigned
    if abs(clock.now().timestamp() - at) > TOLERANCE_SECONDS:
        raise Stale
    if not _fits(secret, event, sent_at, body, request.headers.get("webhook-signature", "")):
        raise NotSigned
    return event


def _fits(secret: str, event: str, sent_at: str, body: bytes, given: str) -> bool:
    try:
        expected = signature(secret, event, sent_at, body)
    except ValueError:
        return False
    return any(hmac.compare_digest(expected.encode(), one.encode()) for one in given.split(" ")[:10])


def mail_of(request: HttpRequest, body: bytes) -> bytes:
    """The raw mail in the body."""
    if request.content_type != "application/json":
        raw = body
    else:
        try:
            raw = base64.b64decode(json.loads(body)["raw"], validate=True)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise Malformed from error
    if b":" not in raw[:2000]:
        raise Malformed("no header")
    return raw
