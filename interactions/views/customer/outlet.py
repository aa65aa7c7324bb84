"""The outlet towards customers: one client's brand, its language, who may frame it; never a cookie, never another name.

Nothing here is authenticated by a cookie: what a customer may do is in the address, in a signed token or in the
Authorization header. There is therefore nothing a foreign page could ride on, and no CSRF token: a session-bound one
would need the cookie that a page in another site's frame cannot keep.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from typing import Any, TypeVar, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from bpo.kernel import words
from bpo.kernel.errors import DomainError
from clients.models import Client, EntryPoint
from clients.words import LANGUAGES, language_for, say
from clients.words_catalogue import WORDS

ORIGIN = re.compile(r"https?://(\*\.)?[A-Za-z0-9.-]{1,200}(:\d{1,5})?|https?://\[[0-9a-fA-F:]+\](:\d{1,5})?")
MOST_JSON = 64 * 1024
CUSTOMER_PATHS = ("/c/", "/widget/")
DOOR_PATH = re.compile(r"/(?:c|widget)/([0-9a-f]{8}-[0-9a-f-]{27})(?:[/.]|$)")
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class Gone(DomainError):
    """No such door, or a link that leads nowhere; the same words for all, so that nothing is confirmed."""

    code = "token"
    status = 404


class BadRequest(DomainError):
    """A body nobody could read."""

    code = "form"
    status = 400


def door(public_id: UUID) -> EntryPoint:
    """The published door of that id; Gone otherwise."""
    found = (
        EntryPoint.objects.select_related("client__brand", "client__policy", "queue__hours__client", "hours__client")
        .filter(public_id=public_id, published=True)
        .first()
    )
    if found is None or found.queue is None:
        raise Gone(f"door {public_id}")
    return found


def language_of(request: HttpRequest, client: Client, *known: str) -> str:
    """Asked for in the address, else known of the customer, else the browser's, else the client's."""
    asked = request.GET.get("lang", "")[:5]
    return language_for(
        client, *(code for code in (asked, *known) if code), accept=request.headers.get("Accept-Language", "")
    )


def page(
    request: HttpRequest,
    template: str,
    client: Client,
    language: str,
    context: dict[str, Any],
    *,
    frame_of: EntryPoint | None = None,
    status: int = 200,
) -> HttpResponse:
    """A page in the client's brand and the customer's language.

    Rendered without the request: no context processor may add what is ours, and none may set a cookie.
    """
    with translation.override(language):
        html = render_to_string(
            template,
            {
                **context,
                "brand": client.brand,
                "client": client,
                "language": language,
                "languages": other_languages(request, client, language),
            },
        )
    response = HttpResponse(html, status=status)
    response["Content-Language"] = language
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    if frame_of is not None:
        allow_frame(response, frame_of)
    return response


def other_languages(request: HttpRequest, client: Client, language: str) -> list[tuple[str, str, str, bool]]:
    """(code, its own name, address, is it shown) of every language the client serves; none when there is but one."""
    served = [code for code in client.languages or [] if code in ("en", "es")]
    if len(served) < 2:
        return []
    links = []
    for code in served:
        query = request.GET.copy()
        query["lang"] = code
        links.append((code, "Español" if code == "es" else "English", f"?{query.urlencode()}", code == language))
    return links


def allow_frame(response: HttpResponse, entry_point: EntryPoint) -> None:
    """Only pages of the origins the client listed may show this; everybody else's browser refuses."""
    listed = [origin for origin in entry_point.origins if isinstance(origin, str) and ORIGIN.fullmatch(origin)]
    response._csp_replace = {"frame-ancestors": listed or ["'none'"]}  # type: ignore[attr-defined]
    response.xframe_options_exempt = True  # type: ignore[attr-defined]


def language_here(request: HttpRequest) -> str:
    """The language in which to say that something went wrong: the door's, if there is one and the database answers."""
    client = None
    named = DOOR_PATH.match(request.path)
    if named:
        try:
            client = Client.objects.filter(entry_points__public_id=named[1]).first()
        except (DatabaseError, ValidationError):
            client = None
    if client is not None:
        return language_of(request, client)
    asked = (request.GET.get("lang") or request.headers.get("Accept-Language", ""))[:2].lower()
    return asked if asked in LANGUAGES else "en"


def is_customers(request: HttpRequest) -> bool:
    """Whether the address is one of customers: whatever goes wrong there is said to them, in their language."""
    return request.path.startswith(CUSTOMER_PATHS)


def mishap(request: HttpRequest, key: str, status: int, *, sentence: str = "") -> HttpResponse:
    """Something went wrong on a customer's page: plain words, nobody's brand, nothing asked of what may be broken."""
    language = language_here(request)
    with translation.override(language):
        html = render_to_string(
            "customer/mishap.html",
            {"language": language, "title_key": f"{key}_title", "words_key": key, "sentence": sentence},
        )
    response = HttpResponse(html, status=status)
    response["Content-Language"] = language
    response["Cache-Control"] = "no-store"
    return response


def missing(request: HttpRequest) -> HttpResponse:
    """A link that leads nowhere."""
    return mishap(request, "missing", 404)


def refusal_words(error: DomainError, language: str) -> str:
    """The refusal as a customer reads it: our catalogue by the error's code; never an inner sentence."""
    key = {
        "too_many": "err_many",
        "client_away": "err_away",
        "too_long": "err_long",
        "link_invalid": "err_token",
        "unreadable": "err_form",
    }.get(error.code, f"err_{error.code}")
    return say(key, language) if key in WORDS else say("chat.wrong", language)


def for_customers(view: View) -> View:
    """A page of customers: refusals that leave it are the plain “not here”; no CSRF (see the module)."""

    @functools.wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            words.refuse_unreadable(request.POST.lists())
            return view(request, *args, **kwargs)
        except DomainError as error:
            if error.status == 404:
                return missing(request)
            sentence = refusal_words(error, language_here(request))
            return mishap(request, "refused", error.status, sentence=sentence)

    return cast(View, csrf_exempt(shown))


def for_window(view: View) -> View:
    """A call of the chat window: JSON in and out, refusals with a code and a sentence; no CSRF (see the module)."""

    @functools.wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except DomainError as error:
            status = 401 if error.code == "link_invalid" else error.status
            sentence = refusal_words(error, language_here(request))
            response = JsonResponse({"code": error.code, "detail": sentence}, status=status)
        response["Cache-Control"] = "no-store"
        return response

    return cast(View, csrf_exempt(answered))


def json_body(request: HttpRequest) -> dict[str, Any]:
    """The object that was posted; BadRequest for anything else, before more than a little of it is read."""
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError as error:
        raise BadRequest("length") from error
    if length > MOST_JSON:
        raise BadRequest(f"{length} bytes of JSON")
    try:
        given = json.loads(request.body[: MOST_JSON + 1])
    except (ValueError, RecursionError) as error:
        raise BadRequest("not JSON") from error
    if not isinstance(given, dict):
        raise BadRequest("not an object")
    return given


def text_of(given: dict[str, Any], name: str, most: int, *, one_line: bool = True) -> str:
    """A text of the body; refused when it is longer or something else."""
    value = given.get(name, "")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadRequest(f"{name} is no text")
    return words.line(value, most=most) if one_line else words.paragraphs(value, most=most)


def sent_along(given: dict[str, Any], name: str, most: int) -> str:
    """What a page sends by itself (an address, a language), cut where it is longer than needed."""
    value = given.get(name) or ""
    if not isinstance(value, str):
        raise BadRequest(f"{name} is no text")
    words.refuse_unreadable(value)
    return words.salvaged_line(value, most=most)


def bearer(request: HttpRequest) -> str:
    """The token of the Authorization header; empty without one."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip()[:500] if kind.lower() == "bearer" else ""
