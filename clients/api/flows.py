"""Call flows and their versions as resources under /clients/<id>/."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clients import drafting, reviews, script_fits, script_text, scripts
from clients.api.base import (
    ByCode,
    OfClientViewSet,
    OfSameClient,
    ReasonedSerializer,
    by_whom,
    require_admin,
    require_role,
)
from clients.api.common import CheckedSerializer, SetupViewSet
from clients.gates import require_rooms
from clients.models import (
    ApiKey,
    ProductType,
    Role,
    Script,
    ScriptVersion,
)


class ScriptSerializer(CheckedSerializer):
    product_type: Any = ByCode(queryset=ProductType.objects.all(), required=False, allow_null=True)

    class Meta:
        model = Script
        fields = ["public_id", "name", "kind", "product_type", "review_on", "review_days"]
        read_only_fields = ["public_id"]


class ScriptViewSet(SetupViewSet):
    rows = Script.objects.select_related("product_type").order_by("name")
    serializer_class = ScriptSerializer

    def perform_create(self, serializer: Any) -> None:
        super().perform_create(serializer)
        reviews.answered_for(serializer.instance, by_whom(self.request))


class VersionSerializer(serializers.ModelSerializer[ScriptVersion]):
    script = OfSameClient(queryset=Script.objects.all())

    class Meta:
        model = ScriptVersion
        fields = [
            "public_id", "script", "number", "language", "channel", "state", "graph", "edition",
            "published_at",
            "in_force_since", "retired_at",
        ]  # fmt: skip
        read_only_fields = ["public_id", "number", "state", "edition", "published_at", "in_force_since", "retired_at"]

    def validate_graph(self, graph: Any) -> Any:
        """Nothing that the designer could not show."""
        if faults := [str(fault) for fault in script_text.faults_of(graph)] if graph else []:
            raise serializers.ValidationError(faults)
        return graph or {}


class EditionSerializer(serializers.Serializer[Any]):
    """Which state of the steps was read; where it is another by now, 409 and nothing is done."""

    edition = serializers.IntegerField(min_value=0)


class MoveSerializer(ReasonedSerializer):
    """A move of a version, by the state of its steps that was read where it is given."""

    edition = serializers.IntegerField(min_value=0, required=False)


class ProblemSerializer(serializers.Serializer[Any]):
    """What is wrong with a draft."""

    step = serializers.CharField()
    sentence = serializers.CharField()
    must = serializers.BooleanField()


class VersionViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, mixins.UpdateModelMixin, OfClientViewSet
):
    """Versions of call flows: drafted by admins, supervisors and managers; published as TABLES.md says."""

    client_field = "script__client"
    rows = ScriptVersion.objects.select_related("script").order_by("script__name", "-number")
    serializer_class = VersionSerializer
    http_method_names = ["get", "post", "patch", "head", "options"]

    def _draft(self) -> None:
        client = self.client  # what is not seen is 404, before anything is said about rights
        require_people(self.request)
        require_role(self.request, client.pk, "admin", Role.SUPERVISOR, Role.MANAGER)
        require_rooms(client, self.request.user)

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A further draft."""
        self._draft()
        return super().create(request, *args, **kwargs)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change a draft's steps; `edition` is the one that was read."""
        self._draft()
        return super().partial_update(request, *args, **kwargs)

    def perform_create(self, serializer: Any) -> None:
        data = dict(serializer.validated_data)
        script, language, channel = data["script"], data.get("language", "en"), data.get("channel", "")
        serializer.instance = drafting.begin(script, language, channel, data.get("graph", {}), by_whom(self.request))

    def perform_update(self, serializer: Any) -> None:
        read = EditionSerializer(data=self.request.data)
        read.is_valid(raise_exception=True)
        graph = serializer.validated_data.get("graph", serializer.instance.graph)
        since = read.validated_data["edition"]
        scripts.rewrite(serializer.instance, graph, by_whom(self.request), since=since)

    @extend_schema(responses=ProblemSerializer(many=True))
    @action(detail=True, pagination_class=None, filter_backends=[])
    def problems(self, request: Request, **kwargs: Any) -> Response:
        """Everything that is wrong with it, in sentences."""
        version = self.get_object()
        return Response(ProblemSerializer(script_fits.problems_of(version), many=True).data)

    def _move(self, request: Request, act: Any, *roles: str) -> Response:
        version = self.get_object()
        require_people(request)
        require_role(request, self.client.pk, "admin", *roles)
        require_rooms(self.client, request.user)
        given = MoveSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        act(version, by_whom(request), why=said["reason"], edition=said.get("edition"))
        return Response(self.get_serializer(version).data)

    def _reviewers(self) -> tuple[str, ...]:
        return (Role.SUPERVISOR, Role.MANAGER) if scripts.client_approves(self.client) else (Role.SUPERVISOR,)

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, **kwargs: Any) -> Response:
        """Hand in for review."""
        return self._move(request, scripts.submit, Role.SUPERVISOR, Role.MANAGER)

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, **kwargs: Any) -> Response:
        """Not by who wrote it; by a manager of the client where the contract says so."""
        return self._move(request, scripts.approve, *self._reviewers())

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, **kwargs: Any) -> Response:
        """A draft again."""
        return self._move(request, scripts.send_back, *self._reviewers())

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, **kwargs: Any) -> Response:
        """In force from now on; not by who wrote it."""
        return self._move(request, scripts.publish, Role.SUPERVISOR)


def require_people(request: Request) -> None:
    """No machine drafts or publishes a call flow."""
    if isinstance(request.auth, ApiKey):
        require_admin(request)
