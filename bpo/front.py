"""Where a person belongs after signing in, and the plain first page that leads there."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.views.decorators.http import require_safe

from agents.gates import agent_of, is_supervisor
from clients.access import is_admin
from clients.gates import own_clients

CONSOLE, FLOOR, PORTAL, ADMIN = "/console/", "/floor/", "/portal/", "/setup/"


def place_of(user: object) -> str:
    """The surface a person works on; administrators find everything from theirs."""
    if agent_of(user):
        return CONSOLE
    if is_admin(user):  # type: ignore[arg-type]
        return ADMIN
    if is_supervisor(user):
        return FLOOR
    if own_clients(user):
        return PORTAL
    return resolve_url("accounts:profile")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Signed in: to one's place; else to the sign-in page."""
    return redirect(place_of(request.user) if request.user.is_authenticated else settings.LOGIN_URL)
