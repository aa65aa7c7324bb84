"""An agent takes contacts of her own accord: one that waits, one she parked, a colleague's mail. Beside `contacts`."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agents.api.people import acting_agent
from agents.models import Agent
from clients.api.base import require_role
from interactions import handling, taking_over
from interactions.api.serializers import ActSerializer, LegSerializer
from interactions.models import Interaction, Leg

ACTS = ["pick", "unpark", "take_over"]


class TakeOverSerializer(ActSerializer):
    reason = serializers.CharField(max_length=200)


class TakingActs:
    """Mixed into the contacts' view set. Each answers with the leg that began."""

    get_object: Any
    get_serializer_context: Any

    def _by_agent(self, request: Request) -> tuple[Interaction, Agent]:
        contact: Interaction = self.get_object()
        require_role(request, contact.client_id, "agent")
        return contact, acting_agent(request, contact.client_id)

    def _begun(self, leg: Leg) -> Response:
        return Response(LegSerializer(leg, context=self.get_serializer_context()).data)

    @extend_schema(request=ActSerializer, responses=LegSerializer)
    @action(detail=True, methods=["post"])
    def pick(self, request: Request, **kwargs: Any) -> Response:
        """Take a waiting contact of a line that is picked by hand, by the rules of routing."""
        contact, agent = self._by_agent(request)
        return self._begun(handling.pick(contact, by=agent))

    @extend_schema(request=ActSerializer, responses=LegSerializer)
    @action(detail=True, methods=["post"])
    def unpark(self, request: Request, **kwargs: Any) -> Response:
        """Take back what one parked."""
        contact, agent = self._by_agent(request)
        return self._begun(handling.unpark(contact, by=agent))

    @extend_schema(request=TakeOverSerializer, responses=LegSerializer)
    @action(detail=True, methods=["post"], url_path="take-over")
    def take_over(self, request: Request, **kwargs: Any) -> Response:
        """Take a colleague's mail, with a reason."""
        contact, agent = self._by_agent(request)
        given = TakeOverSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return self._begun(taking_over.take_over(contact, by=agent, reason=given.validated_data["reason"]))
