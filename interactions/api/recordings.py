"""What was recorded of contacts, as far as the caller may hear it; a track is fetched whole or in parts."""

from __future__ import annotations

from typing import Any, cast

import django_filters
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from bpo.accounts.models import User
from clients.api.base import ClientFilter, HouseViewSet, PublicId, by_whom
from clients.models import ApiKey
from clients.naming import public_name
from interactions import playback
from interactions.api.serializers import is_client_side
from interactions.models import Recording, RecordingState, Track
from interactions.sounding import sound, track_of


class RecordingFilter(ClientFilter):
    interaction = django_filters.UUIDFilter(field_name="interaction__public_id")

    class Meta:
        model = Recording
        fields: list[str] = []


class TrackSerializer(serializers.ModelSerializer[Track]):
    """One side's voice; the sum is of the file as it is stored."""

    class Meta:
        model = Track
        fields = ["side", "content_type", "bytes", "sha256", "duration_ms"]


class RecordingSerializer(serializers.ModelSerializer[Recording]):
    """One recording of one agent's stretch of a call, or a message its customer spoke while nobody could answer."""

    client = PublicId(read_only=True)
    interaction = PublicId(read_only=True)
    kind = serializers.SerializerMethodField()
    agent = serializers.SerializerMethodField()
    tracks = TrackSerializer(many=True, read_only=True)

    class Meta:
        model = Recording
        fields = [
            "public_id", "kind", "client", "interaction", "agent", "state", "consent", "started_at", "ended_at",
            "keep_until", "deleted_at", "tracks",
        ]  # fmt: skip

    @extend_schema_field(serializers.ChoiceField(choices=["call", "voicemail"]))
    def get_kind(self, recording: Recording) -> str:
        """What was recorded."""
        return "voicemail" if recording.is_message else "call"

    @extend_schema_field(OpenApiTypes.STR)
    def get_agent(self, recording: Recording) -> str:
        """By public name towards the client; empty for a spoken message."""
        if recording.leg is None:
            return ""
        agent = recording.leg.agent
        if is_client_side(self, recording.client_id):
            return public_name(agent.user, recording.client)
        return agent.name


class RecordingViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, HouseViewSet):
    """Recordings; of one contact by `interaction`."""

    rows = (
        Recording.objects.filter(interaction__isnull=False)
        .exclude(state=RecordingState.REFUSED)
        .select_related("client", "interaction", "leg__agent__user")
        .prefetch_related("tracks")
        .order_by("-started_at", "-id")
    )
    serializer_class = RecordingSerializer
    http_method_names = ["get", "head", "options"]
    filterset_class = RecordingFilter
    scopes = {"list": "media", "retrieve": "media", "sound": "media"}

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False) or isinstance(self.request.auth, ApiKey):
            return rows
        return rows.filter(pk__in=playback.audible_to(cast("User", self.request.user)).values("pk"))

    @extend_schema(responses={(200, "audio/webm"): OpenApiTypes.BINARY})
    @action(detail=True, url_path="tracks/<str:side>")
    def sound(self, request: Request, side: str, **kwargs: Any) -> HttpResponseBase:
        """One side's voice. Each listening is written down."""
        found: Recording = self.get_object()
        if not found.is_kept:
            raise NotFound
        track = track_of(found, side)
        playback.heard(found, by=by_whom(request), key=request.auth if isinstance(request.auth, ApiKey) else None)
        return sound(request, track)
