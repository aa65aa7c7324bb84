"""Who may open the guided set-up: administrators everything; the client's managers read their own.

Call flows may be drafted by supervisors and managers of the client as well; a manager may invite viewers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from bpo.accounts.models import User
from clients.access import is_admin
from clients.gates import require_rooms, seen_client
from clients.models import Client, Role

View = Callable[..., HttpResponseBase]


class SetupRequest(HttpRequest):
    """A request about one client's set-up."""

    user: User
    client: Client
    role: str
    may_edit: bool


def for_setup(*also: str, acts_for: tuple[str, ...] = ()) -> Callable[[View], View]:
    """Admins, managers and the roles named may look; only admins, and the roles of `acts_for`, may change."""

    def decorate(view: View) -> View:
        @wraps(view)
        def gate(request: HttpRequest, client: UUID, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            found, role = seen_client(request.user, client)
            admin = is_admin(request.user)
            if not admin and role not in (Role.MANAGER, *also):
                raise PermissionDenied(_("The set-up is for administrators and the client's managers."))
            may_edit = admin or role in acts_for
            if request.method not in ("GET", "HEAD") and not may_edit:
                raise PermissionDenied(_("You may look at this, but only an administrator changes it."))
            if request.method not in ("GET", "HEAD"):
                require_rooms(found, request.user)
            own = cast(SetupRequest, request)
            own.client, own.may_edit = found, may_edit
            own.role = "admin" if admin else str(role)
            return view(own, *args, **kwargs)

        return gate

    return decorate


def for_admins(view: View) -> View:
    """Administrators of the operator only."""

    @wraps(view)
    def gate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not is_admin(request.user):
            raise PermissionDenied(_("This page is for administrators."))
        return view(request, *args, **kwargs)

    return gate
