"""The tenant gate: which clients a user may see, and the query set that every row of a client uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet

from bpo.accounts.models import User

M = TypeVar("M", bound=Model)

# An app above this one may open clients to a user by its own rules (a licence does); it adds its rule
# here when it starts. Each gives a condition on Client, without joins that would repeat rows.
SIGHT_RULES: list[Callable[[Any], Q]] = []


def is_admin(user: User | AnonymousUser) -> bool:
    """Whether the user is an administrator of the operator, who may see every client."""
    return bool(user.is_authenticated and user.is_active and user.is_superuser)


def sight(user: Any) -> Q:
    """The condition on Client that says which clients this user may see."""
    from clients.models import Membership

    condition = Q(pk__in=Membership.objects.filter(user=user).values("client"))
    for rule in SIGHT_RULES:
        condition |= rule(user)
    return condition


def memberships(*roles: str, **whose: Any) -> Any:
    """The memberships in one of these roles, of whom `whose` says."""
    from clients.models import Membership

    return Membership.objects.filter(role__in=roles, **whose)


class ClientScopedQuerySet(QuerySet[M]):
    """Rows that belong to one client; `client_lookup` on the model names the way to it (default `client`)."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Only the rows of clients the user may see; nothing for anonymous and deactivated users."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.all() if is_admin(user) else self.seen_by(user)

    def seen_by(self, user: Any) -> Self:
        """Only the rows of clients that a membership or another rule of sight opens to the user, who may be a place of
        a statement that is written once (`bpo.kernel.composed`)."""
        from clients.models import Client

        lookup: str = getattr(self.model, "client_lookup", "client")
        if lookup == "pk":
            return self.filter(sight(user))
        seen: Any = Client.objects.filter(sight(user)).values("pk")
        return self.filter(**{f"{lookup}__in": seen})

    def visible_to_role(self, user: User | AnonymousUser, *roles: str) -> Self:
        """Only the rows of clients where the user holds one of these membership roles (admins: all)."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.all() if is_admin(user) else self.seen_in_role(user, *roles)

    def seen_in_role(self, user: Any, *roles: str) -> Self:
        """Only the rows of clients where the user, or whom a place stands for, holds one of these roles."""
        lookup: str = getattr(self.model, "client_lookup", "client")
        return self.filter(**{f"{lookup}__in": memberships(*roles, user=user).values("client")})
