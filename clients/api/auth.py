"""Who calls the API: a person with a session, or a machine with a client's key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from bpo.kernel import throttle
from clients import api_keys
from clients.models import ApiKey

RATE = "1200/m"


@dataclass(frozen=True, slots=True)
class Machine:
    """What stands in for a user when a key calls; the tenant gate shows it nothing but by its key."""

    key: ApiKey
    is_authenticated: bool = True
    is_active: bool = True
    is_staff: bool = False
    is_superuser: bool = False
    pk: None = None

    def __str__(self) -> str:
        return f"key {self.key.name}"


class ApiKeyAuthentication(BaseAuthentication):
    """Authorization: Bearer bpo_...; a key that is wrong or revoked is 401, never anonymous."""

    def authenticate(self, request: Request) -> tuple[Machine, ApiKey] | None:
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = api_keys.recognise(secret.strip())
        if key is None:
            raise AuthenticationFailed(_("This key is unknown or was revoked."))
        return Machine(key), key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class CallerThrottle(BaseThrottle):
    """So many calls a minute from one person, key or place; open while the cache is down."""

    def allow_request(self, request: Request, view: Any) -> bool:
        return throttle.allowed("api", caller_of(request), RATE)

    def wait(self) -> float:
        return 60.0


def caller_of(request: Request) -> str:
    """The key, the person, or the place."""
    if isinstance(request.auth, ApiKey):
        return f"key-{request.auth.pk}"
    plain: HttpRequest = request._request
    return f"user-{request.user.pk}" if request.user.is_authenticated else throttle.caller(plain)


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the page of the API tells about keys."""

    target_class = "clients.api.auth.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A key made in the set-up of a client."}
