"""What the administration of every client's rows shares."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest

from bpo.accounts.models import User
from bpo.kernel.admin import HouseAdmin


class OfClientAdmin(HouseAdmin):
    """Rows of one client: filtered by it, fetched with it, and never moved to another."""

    list_filter: ClassVar[Any] = ["client"]
    list_select_related: ClassVar[Any] = ["client"]
    autocomplete_fields: ClassVar[Any] = ["client"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [*super().get_readonly_fields(request, obj), *(["client"] if obj else [])]


def person(request: HttpRequest) -> User:
    """Who is signed in to the administration."""
    assert isinstance(request.user, User)
    return request.user
