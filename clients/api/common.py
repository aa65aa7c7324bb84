"""What the resources of the set-up share: models are asked as well, nothing is deleted, only administrators write."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as ModelInvalid
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from rest_framework import mixins, serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from clients.api.base import (
    OfClientViewSet,
    require_admin,
)


class CheckedSerializer(serializers.ModelSerializer[Any]):
    """A row whose model is asked as well: what its `clean` and validators refuse is 400 by field."""

    def write(self, instance: Any, data: dict[str, Any]) -> Any:
        for name, value in data.items():
            setattr(instance, name, value)
        if "client" in self.context and hasattr(instance, "client_id") and instance.client_id is None:
            instance.client = self.context["client"]
        try:
            instance.full_clean()
            with transaction.atomic():
                instance.save()
        except ModelInvalid as refused:
            raise ValidationError(refused.message_dict) from refused
        except IntegrityError as refused:
            raise ValidationError(_("This is there already, or contradicts itself.")) from refused
        return instance

    def create(self, validated_data: dict[str, Any]) -> Any:
        model: Any = self.Meta.model
        return self.write(model(), validated_data)

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        return self.write(instance, validated_data)


class SetupViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, mixins.UpdateModelMixin, OfClientViewSet
):
    """List, read, create and change; nothing is deleted."""

    http_method_names = ["get", "post", "patch", "head", "options"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            assert self.client
            require_admin(request)


class OneViewSet(OfClientViewSet):
    """The one row a client has of a kind: read and change at the address itself."""

    http_method_names = ["get", "patch", "head", "options"]

    def one(self) -> Any:
        """The row."""
        found = self.get_queryset().first()
        if found is None:
            raise NotFound
        return found

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read it."""
        return Response(self.get_serializer(self.one()).data)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change some of it."""
        found = self.one()
        require_admin(request)
        serializer = self.get_serializer(found, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data)
