"""What every resource shares: the tenant gate for people and keys, scopes and roles in words, ids that are public."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import django_filters
from django.core.exceptions import ValidationError as InvalidForm
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django_filters.fields import IsoDateTimeField
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from bpo.accounts.models import User
from clients.access import ClientScopedQuerySet, is_admin
from clients.models import ApiKey, Client, Membership, Role

M = TypeVar("M", bound=Model)
OF_THE_CLIENT = (Role.VIEWER, Role.MANAGER)


def seen(request: Request, rows: ClientScopedQuerySet[M]) -> QuerySet[M]:
    """The rows the caller may see: a person by the tenant gate, a key those of its client."""
    if isinstance(request.auth, ApiKey):
        lookup = getattr(rows.model, "client_lookup", "client")
        return rows.filter(**{lookup: request.auth.client_id})
    return rows.visible_to(request.user)


def by_whom(request: Request) -> User:
    """The person in whose name it is journalled; a key acts in the name of whoever made it."""
    if isinstance(request.auth, ApiKey):
        if request.auth.created_by is None:
            raise PermissionDenied(_("Whoever made this key is gone; make a new one."))
        return request.auth.created_by
    assert isinstance(request.user, User)
    return request.user


def role_for(request: Request, client_id: int) -> str:
    """key, admin, viewer, manager, supervisor, or agent (by a licence)."""
    if isinstance(request.auth, ApiKey):
        return "key"
    if is_admin(request.user):
        return "admin"
    assert isinstance(request.user, User)
    role = Membership.objects.filter(user=request.user, client=client_id).values_list("role", flat=True).first()
    return str(role) if role else "agent"


def require_role(request: Request, client_id: int, *roles: str) -> str:
    """The caller's role, when it is one of these; else 403 in words. Keys are judged by their scopes."""
    role = role_for(request, client_id)
    if role not in ("key", *roles):
        raise PermissionDenied(_("Your role does not do this for this client."))
    return role


def require_admin(request: Request) -> None:
    """Administrators alone; no key sets anything up."""
    if isinstance(request.auth, ApiKey) or not is_admin(request.user):
        raise PermissionDenied(_("Only an administrator changes the set-up."))


def client_side(request: Request) -> dict[int, Any]:
    """The clients whose own people the caller belongs to, with the policies that say what these may read."""
    if isinstance(request.auth, ApiKey) or is_admin(request.user) or not isinstance(request.user, User):
        return {}
    rows = Membership.objects.filter(user=request.user, role__in=OF_THE_CLIENT).select_related("client__policy")
    return {row.client_id: getattr(row.client, "policy", None) for row in rows}


def for_client(context: Mapping[str, Any], client: Client) -> bool:
    """Whether the answer goes to the client itself, by a key of its or to its own people."""
    request = context.get("request")
    return request is not None and (isinstance(request.auth, ApiKey) or client.pk in context.get("client_side", {}))


class ReasonedSerializer(serializers.Serializer[Any]):
    """An act that is never taken without saying why."""

    reason = serializers.CharField(max_length=200)

    @classmethod
    def of(cls, request: Request) -> str:
        """The reason given with the call; 400 without one."""
        given = cls(data=request.data)
        given.is_valid(raise_exception=True)
        return str(given.validated_data["reason"])


def named(request: Request, name: str) -> UUID:
    """An id in the body; what is none is 400 by its name."""
    given = request.data.get(name, "") if isinstance(request.data, dict) else ""
    try:
        return UUID(str(given))
    except ValueError as error:
        raise ValidationError({name: _("Give an id.")}) from error


def require_scope(request: Request, scope: str) -> None:
    """403 in words for a key without the scope; people are judged by their roles."""
    if isinstance(request.auth, ApiKey) and scope not in request.auth.scopes:
        raise PermissionDenied(_("This key lacks the scope “%(scope)s”.") % {"scope": scope})


class HasScope(BasePermission):
    """A key needs the scope of the act: `scopes` of the view names it by action, `read` is the usual."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiKey):
            return bool(request.user and request.user.is_authenticated)
        needed = getattr(view, "scopes", {}).get(getattr(view, "action", None), "read")
        require_scope(request, needed)
        return True


class HouseViewSet(GenericViewSet):  # type: ignore[type-arg]
    """Rows by public id, through the tenant gate; what is not seen is 404."""

    permission_classes = [HasScope]
    lookup_field = "public_id"
    lookup_value_converter = "uuid"
    rows: Any = None
    scopes: dict[str, str] = {}

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.rows.none()
        return seen(self.request, self.rows.all())

    def get_serializer_context(self) -> dict[str, Any]:
        context = {**super().get_serializer_context()}
        if not getattr(self, "swagger_fake_view", False):
            context["client_side"] = client_side(self.request)
        return context


class OfClientViewSet(HouseViewSet):
    """Rows nested under /clients/<id>/: the client is looked up through the gate, then its rows."""

    client_field = "client"

    @property
    def client(self) -> Client:
        """The client of the address."""
        if not hasattr(self, "_client"):
            wanted: UUID = self.kwargs["client"]
            found = seen(self.request, Client.objects.all()).filter(public_id=wanted).first()
            if found is None:
                raise NotFound
            self._client = found
        return self._client

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.rows.none()
        return self.rows.filter(**{self.client_field: self.client})

    def get_serializer_context(self) -> dict[str, Any]:
        context = super().get_serializer_context()
        if not getattr(self, "swagger_fake_view", False):
            context["client"] = self.client
        return context


class PublicId(serializers.SlugRelatedField):  # type: ignore[type-arg]
    """Another row by its public id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="public_id", **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        try:
            return super().to_internal_value(UUID(str(data)))
        except ValueError:
            self.fail("invalid")


class OfSameClient(PublicId):
    """Another row of the client in whose name the call is made."""

    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()
        client = self.context.get("client")
        return rows.filter(client=client) if client is not None else rows.none()


class ByCode(serializers.SlugRelatedField):  # type: ignore[type-arg]
    """A row of the same client by its code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="code", **kwargs)

    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()
        client = self.context.get("client")
        if not hasattr(rows.model, "client_id"):
            return rows
        return rows.filter(client=client) if client is not None else rows.none()


class MomentField(IsoDateTimeField):
    """A moment in UTC: the database reads no offset beyond sixteen hours; one outside the calendar is malformed."""

    def to_python(self, value: Any) -> datetime | None:
        moment: datetime | None = super().to_python(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError as error:
            raise InvalidForm(self.error_messages["invalid"], code="invalid") from error


class MomentFilter(django_filters.IsoDateTimeFilter):
    """A moment as lists are narrowed by it."""

    field_class = MomentField


class ClientFilter(django_filters.FilterSet):
    """Lists may be narrowed to one client; an unknown id gives an empty list, a malformed one 400."""

    client = django_filters.UUIDFilter(field_name="client__public_id")
