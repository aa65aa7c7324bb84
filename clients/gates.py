"""Who may open a client's own rooms: decorators that set request.client and request.role.

While we do not work for the client its rooms are there to be read alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from bpo.accounts.models import User
from bpo.kernel.composed import composed, first
from bpo.kernel.errors import DomainError
from clients.access import is_admin
from clients.models import Client, ClientState, Membership, Role

VIEWERS = (Role.VIEWER, Role.MANAGER)
ClientView = Callable[..., HttpResponseBase]


class ReadOnly(DomainError):
    """We do not work for the client at the moment: its people read on, and change nothing."""

    code = "client_read_only"
    sentence = _lazy("We do not work for this company at the moment: everything can be read here, and nothing changed.")


def require_rooms(client: Client, user: Any) -> None:
    """ReadOnly for all but administrators while we do no more work for a client."""
    if client.state in (ClientState.SUSPENDED, ClientState.ENDED) and not is_admin(user):
        raise ReadOnly


class ClientRequest(HttpRequest):
    """A request of somebody of the client's own house."""

    user: User
    client: Client
    role: str


def own_clients(user: Any) -> list[Client]:
    """The clients in whose rooms the user is at home, by name."""
    if not isinstance(user, User):
        return []
    return list(Client.objects.visible_to_role(user, *VIEWERS).select_related("brand", "policy").order_by("name"))


@composed
def _clients(user: Any, public_id: Any, *, every: bool) -> QuerySet[Client]:
    clients = Client.objects.all() if every else Client.objects.all().seen_by(user)
    return clients.select_related("brand", "policy").filter(public_id=public_id)


def seen_client(user: User, public_id: UUID) -> tuple[Client, str | None]:
    """The client with brand and policy, and the user's role there; 404 for what the user may not see."""
    found = first(_clients(user.pk, public_id, every=is_admin(user)))
    if found is None:
        raise Http404
    return found, Membership.objects.filter(user=user, client=found).values_list("role", flat=True).first()


def _for(roles: tuple[str, ...], refusal: Callable[[], str]) -> Callable[[ClientView], ClientView]:
    def decorate(view: ClientView) -> ClientView:
        @wraps(view)
        def gate(request: HttpRequest, client: UUID, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            found, role = seen_client(request.user, client)
            if not is_admin(request.user) and role not in roles:
                raise PermissionDenied(refusal())
            if request.method not in ("GET", "HEAD", "OPTIONS") and not found.is_live:
                raise ReadOnly
            own = cast(ClientRequest, request)
            own.client, own.role = found, Role.MANAGER if is_admin(request.user) else str(role)
            return view(own, *args, **kwargs)

        return gate

    return decorate


for_client_viewers = _for(VIEWERS, lambda: _("These rooms belong to the client's own people."))
for_client_managers = _for((Role.MANAGER,), lambda: _("This is for the client's managers."))
