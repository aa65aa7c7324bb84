"""What is said when a page breaks or is not there: to customers in their language, to those who work in the house's."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults

from bpo.kernel import web
from interactions.views.customer import outlet

API = "/api/"
AWAY = (OperationalError, InterfaceError)


def of_api(status: int, code: str, detail: str) -> JsonResponse:
    """In the one shape of the API's errors, for what fails before or beside its views."""
    kind = "server_error" if status >= 500 else "client_error"
    return JsonResponse({"type": kind, "errors": [{"code": code, "detail": detail, "attr": None}]}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request nobody could read (400)."""
    if request.path.startswith(API):
        return of_api(400, "parse_error", _("This request cannot be read."))
    if outlet.is_customers(request):
        return outlet.mishap(request, "unreadable", 400)
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing here (404)."""
    if request.path.startswith(API):
        return of_api(404, "not_found", _("Not found."))
    if outlet.is_customers(request):
        return outlet.missing(request)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Broken (500), or the database is away (503)."""
    if request.path.startswith(API):
        if not isinstance(sys.exc_info()[1], AWAY):
            return of_api(500, "error", _("Something went wrong here. It has been noted."))
        response: HttpResponse = of_api(503, "unavailable", _("One moment, please; nothing was changed."))
        response["Retry-After"] = "5"
        return response
    if not outlet.is_customers(request):
        return web.server_error(request)
    if isinstance(sys.exc_info()[1], AWAY):
        response = outlet.mishap(request, "moment", 503)
        response["Retry-After"] = "5"
        return response
    return outlet.mishap(request, "broken", 500)
