"""Middleware for pages: a name for every request, and refusals in words."""

import logging
import re
import sys
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.core.exceptions import BadRequest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from bpo.kernel import words
from bpo.kernel.errors import DomainError

logger = logging.getLogger(__name__)
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestIdMiddleware:
    """Every log line of a request carries its id and who called; the answer tells it too. A proxy's id is kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id, address=request.META.get("REMOTE_ADDR", ""))
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class PartMiddleware:
    """A page and its part have one address: no cache, and no way back of a browser, may give one for the other."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["HX-Request"])
        return response


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The error as the caller can use it: a notice for htmx, JSON for scripts, else a page."""
    context = {"error": error, "code": error.code, "sentence": error.sentence}
    if request.headers.get("HX-Request") == "true":
        return render(request, "_notice.html", context, status=error.status)
    if "text/html" not in request.headers.get("Accept", "text/html"):
        return JsonResponse({"code": error.code, "detail": str(error.sentence)}, status=error.status)
    return render(request, "409.html", context, status=error.status)


class ReadableMiddleware:
    """Refuses what no database holds before any view reads it; a view that is free of CSRF reads its body itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Django calls this before the view."""
        try:
            words.refuse_unreadable(request.GET.lists())
            if not getattr(view, "csrf_exempt", False):
                words.refuse_unreadable(request.POST.lists())
        except words.Unreadable as error:
            if hasattr(view, "cls"):
                told = {"code": error.code, "detail": str(error.sentence), "attr": None}
                return JsonResponse({"type": "client_error", "errors": [told]}, status=error.status)
            if request.headers.get("HX-Request") == "true":
                return refusal(request, error)
            raise BadRequest(error.code) from error
        return None


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's last word for what broke: with the database away it says "one moment" (503), else it was our fault.

    Neither page asks the database anything. What was sent was not taken; browsers and servers may try again.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        response = render(request, "503.html", status=503)
        response["Retry-After"] = "5"
        return response
    return render(request, "500.html", status=500)


class DomainErrorMiddleware:
    """Turns a DomainError that leaves a view into its answer; nothing was changed, so 409 and not 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django calls this with whatever a view raised."""
        if not isinstance(exception, DomainError):
            return None
        logger.info("refused: %s (%s)", exception.code, exception.detail)
        return refusal(request, exception)
