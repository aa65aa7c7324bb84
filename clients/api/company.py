"""The company itself, its brand and its rules as resources."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from clients import readiness, setting_up, standing
from clients.api.base import (
    HouseViewSet,
    ReasonedSerializer,
    by_whom,
    for_client,
    require_admin,
    require_role,
)
from clients.api.common import CheckedSerializer, OneViewSet
from clients.forms.company import CompanyForm
from clients.models import (
    Brand,
    Client,
    Policy,
    Role,
)
from clients.sharing import SHARE


class ClientSerializer(serializers.ModelSerializer[Client]):
    """The company."""

    class Meta:
        model = Client
        fields = [
            "public_id", "name", "state", "reference_prefix", "country", "zone", "languages", "default_language",
            "currency", "floor_seats", "ceiling_seats",
        ]  # fmt: skip
        read_only_fields = ["public_id", "state"]

    def to_representation(self, instance: Client) -> dict[str, Any]:
        """Seats of the floor are the house's own."""
        told = super().to_representation(instance)
        hidden = SHARE if for_client(self.context, instance) else ()
        return {name: value for name, value in told.items() if name not in hidden}


class ReadySerializer(serializers.Serializer[Any]):
    """One line of the readiness list."""

    item = serializers.CharField()
    ok = serializers.BooleanField()
    needed = serializers.BooleanField()
    sentence = serializers.CharField()


class ClientViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, mixins.UpdateModelMixin, HouseViewSet
):
    """Clients: set up, looked up, opened and closed."""

    rows = Client.objects.order_by("name")
    serializer_class = ClientSerializer
    http_method_names = ["get", "post", "patch", "head", "options"]

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A new client with good defaults."""
        require_admin(request)
        return super().create(request, *args, **kwargs)

    def perform_create(self, serializer: Any) -> None:
        form = CompanyForm(serializer.validated_data)
        if not form.is_valid():
            raise ValidationError({name: [str(each) for each in errors] for name, errors in form.errors.items()})
        client = form.save(commit=False)
        client.slug = form.free_slug()
        serializer.instance = setting_up.begin(client)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what the contract names."""
        self.get_object()
        require_admin(request)
        return super().partial_update(request, *args, **kwargs)

    def perform_update(self, serializer: Any) -> None:
        merged = {**ClientSerializer(serializer.instance).data, **serializer.validated_data}
        form = CompanyForm(merged, instance=serializer.instance)
        if not form.is_valid():
            raise ValidationError({name: [str(each) for each in errors] for name, errors in form.errors.items()})
        serializer.instance = form.save()

    @extend_schema(responses=ReadySerializer(many=True))
    @action(detail=True, pagination_class=None, filter_backends=[])
    def readiness(self, request: Request, **kwargs: Any) -> Response:
        """What is ready and what is missing before the doors can open."""
        client = self.get_object()
        require_role(request, client.pk, "admin", Role.MANAGER, Role.SUPERVISOR)
        return Response(ReadySerializer(readiness.readiness(client), many=True).data)

    @extend_schema(request=None, responses=ClientSerializer)
    @action(detail=True, methods=["post"], url_path="go-live")
    def go_live(self, request: Request, **kwargs: Any) -> Response:
        """Open the doors."""
        client = self.get_object()
        require_admin(request)
        return Response(ClientSerializer(standing.go_live(client, by=by_whom(request))).data)

    @extend_schema(request=ReasonedSerializer, responses=ClientSerializer)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, **kwargs: Any) -> Response:
        """Close the doors for a while."""
        return self._stand(request, standing.suspend)

    @extend_schema(request=ReasonedSerializer, responses=ClientSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, **kwargs: Any) -> Response:
        """Open them again."""
        return self._stand(request, standing.resume)

    @extend_schema(request=ReasonedSerializer, responses=ClientSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, **kwargs: Any) -> Response:
        """Close them for good."""
        return self._stand(request, standing.end)

    def _stand(self, request: Request, act: Any) -> Response:
        client = self.get_object()
        require_admin(request)
        reason = ReasonedSerializer.of(request)
        return Response(ClientSerializer(act(client, by=by_whom(request), reason=reason)).data)


class BrandSerializer(CheckedSerializer):
    """How customers see the company."""

    class Meta:
        model = Brand
        fields = [
            "public_id", "public_name", "colour", "logo", "website", "sender_name", "sender_address", "phone_shown",
            "never_say",
        ]  # fmt: skip
        read_only_fields = ["public_id"]
        extra_kwargs = {"logo": {"use_url": False, "required": False}}


class BrandViewSet(OneViewSet):
    rows = Brand.objects.all()
    serializer_class = BrandSerializer


class PolicySerializer(CheckedSerializer):
    """The company's own rules."""

    class Meta:
        model = Policy
        exclude = ["id", "client"]


class PolicyViewSet(OneViewSet):
    rows = Policy.objects.all()
    serializer_class = PolicySerializer

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read it; not for agents."""
        require_role(request, self.client.pk, "admin", Role.MANAGER, Role.SUPERVISOR)
        return super().retrieve(request, *args, **kwargs)
