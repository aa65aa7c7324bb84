"""Keys of a client, and the vocabulary of skills, as resources."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients import api_keys
from clients.api.base import (
    HouseViewSet,
    OfClientViewSet,
    by_whom,
    require_admin,
    require_role,
)
from clients.api.common import CheckedSerializer
from clients.models import (
    ApiKey,
    Role,
    Skill,
)


class KeySerializer(serializers.ModelSerializer[ApiKey]):
    """A key without its secret."""

    scopes = serializers.MultipleChoiceField(choices=[(scope, scope) for scope in ApiKey.SCOPES])

    class Meta:
        model = ApiKey
        fields = ["public_id", "name", "prefix", "scopes", "created_at", "last_used_at", "revoked_at"]
        read_only_fields = ["public_id", "prefix", "created_at", "last_used_at", "revoked_at"]


class NewKeySerializer(KeySerializer):
    """A key with its secret, this once."""

    secret = serializers.CharField(read_only=True)

    class Meta(KeySerializer.Meta):
        fields = [*KeySerializer.Meta.fields, "secret"]


class KeyViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OfClientViewSet):
    """Keys of a client; for administrators, its managers look."""

    rows = ApiKey.objects.order_by("name")
    serializer_class = KeySerializer
    http_method_names = ["get", "post", "head", "options"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        assert self.client
        if request.method == "POST" or isinstance(request.auth, ApiKey):
            require_admin(request)
        require_role(request, self.client.pk, "admin", Role.MANAGER)

    @extend_schema(request=KeySerializer, responses={201: NewKeySerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Make a key; its secret is in this answer and nowhere else."""
        given = KeySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        key, secret = api_keys.make(self.client, by=by_whom(request), **given.validated_data)
        data = {**KeySerializer(key).data, "secret": secret}
        return Response(data, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, **kwargs: Any) -> Response:
        """Refused from now on."""
        key = self.get_object()
        api_keys.revoke(key)
        return Response(KeySerializer(key).data)


class SkillSerializer(CheckedSerializer):
    class Meta:
        model = Skill
        fields = ["code", "name", "language"]


class SkillViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, mixins.UpdateModelMixin, HouseViewSet
):
    """The vocabulary of what agents can do; ours, so a client's people and keys do not see it."""

    rows = Skill.objects.all()
    serializer_class = SkillSerializer
    lookup_field = "code"
    lookup_value_converter = "slug"
    http_method_names = ["get", "post", "patch", "head", "options"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        require_admin(request)

    def get_queryset(self) -> Any:
        return self.rows.all()
