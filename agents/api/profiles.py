"""Capacity profiles, and the teams there are, as resources of the whole house."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from rest_framework import mixins, serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from agents import skills
from agents.gates import is_supervisor
from agents.models import CapacityProfile, Team
from clients.api.base import HouseViewSet, by_whom, require_admin
from clients.api.common import CheckedSerializer
from clients.models import ApiKey


class ProfileSerializer(CheckedSerializer):
    """How much an agent carries at once: budget, points and caps by channel, and what gives way to what."""

    class Meta:
        model = CapacityProfile
        fields = [
            "public_id", "name", "budget", "voice_points", "chat_points", "email_points", "voice_cap", "chat_cap",
            "email_cap", "email_yields_to_voice", "email_yields_to_chat", "chat_yields_to_voice",
        ]  # fmt: skip
        read_only_fields = ["public_id"]

    @transaction.atomic
    def write(self, instance: CapacityProfile, data: dict[str, Any]) -> CapacityProfile:
        new = instance.pk is None
        profile: CapacityProfile = super().write(instance, data)
        if not new:
            skills.profile_changed(profile, by=by_whom(self.context["request"]))
        return profile


class TeamSerializer(serializers.ModelSerializer[Team]):
    """A group of agents."""

    class Meta:
        model = Team
        fields = ["public_id", "name"]


class OfTheHouse(HouseViewSet):
    """Rows that belong to no client: for supervisors and administrators; no key sees them."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if isinstance(request.auth, ApiKey) or not is_supervisor(request.user):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            require_admin(request)

    def get_queryset(self) -> Any:
        return self.rows.all()


class ProfileViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, mixins.UpdateModelMixin, OfTheHouse
):
    """Capacity profiles; a change is felt at once by everybody who works by it."""

    rows = CapacityProfile.objects.order_by("name")
    serializer_class = ProfileSerializer
    http_method_names = ["get", "post", "patch", "head", "options"]


class TeamViewSet(mixins.ListModelMixin, OfTheHouse):
    """The teams there are, for the rules of a line."""

    rows = Team.objects.order_by("name")
    serializer_class = TeamSerializer
