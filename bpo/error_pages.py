"""What is said when a page breaks or is not there: to customers in their language, to those who work in the house's."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views import defaults

from bpo.kernel import web
from interactions.views.customer import outlet


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request nobody could read (400)."""
    if outlet.is_customers(request):
        return outlet.mishap(request, "unreadable", 400)
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing here (404)."""
    if outlet.is_customers(request):
        return outlet.missing(request)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Broken (500), or the database is away (503)."""
    if not outlet.is_customers(request):
        return web.server_error(request)
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        response = outlet.mishap(request, "moment", 503)
        response["Retry-After"] = "5"
        return response
    return outlet.mishap(request, "broken", 500)
