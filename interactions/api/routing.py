"""The routing tester as a question to the API: the same function as behind the floor's page. Writes nothing."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.models import Agent
from clients import doors
from clients.api.base import HasScope, require_role, seen
from clients.models import Channel, Queue, Role, Skill
from interactions.routing import tester


class WantSerializer(serializers.Serializer[Any]):
    """A skill beyond the line's own."""

    skill = serializers.SlugRelatedField(slug_field="code", queryset=Skill.objects.all())
    level = serializers.IntegerField(min_value=1, max_value=5, default=1)


class AskRoutingSerializer(serializers.Serializer[Any]):
    """A contact that nobody sent."""

    queue = serializers.UUIDField()
    channel = serializers.ChoiceField(choices=Channel.choices)
    language = serializers.CharField(required=False, default="", max_length=5, help_text="The client's own if empty.")
    wants = WantSerializer(many=True, required=False, default=list)
    priority = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=0, max_value=9, help_text="The line's own if null."
    )
    preferred = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="An agent.")


class CandidateSerializer(serializers.Serializer[Any]):
    """One who could be offered it."""

    agent = serializers.UUIDField(source="agent.public_id")
    name = serializers.CharField(source="agent.name")
    key = serializers.IntegerField(allow_null=True, help_text="Level or points in hand; null where idle time decides.")
    idle_since = serializers.DateTimeField()


class NotTakenSerializer(serializers.Serializer[Any]):
    """One who could not, and why."""

    agent = serializers.UUIDField()
    reason = serializers.CharField(help_text="room, offered, away, signed_out, skill, licence and the like.")
    words = serializers.CharField()


class RoutingSerializer(serializers.Serializer[Any]):
    """What routing would do now."""

    offered_to = serializers.UUIDField(allow_null=True)
    order: Any = CandidateSerializer(many=True)
    rule = serializers.CharField()
    holds: Any = serializers.ListField(child=serializers.CharField())
    ahead = serializers.IntegerField(help_text="How many wait in the line before it.")
    others: Any = NotTakenSerializer(many=True)


EXAMPLE = OpenApiExample(
    "A chat in Spanish", request_only=True,
    value={"queue": "0b5b6f4e-6f1c-4b59-9d3e-3a2f6a1b7c11", "channel": "chat", "language": "es",
           "wants": [{"skill": "billing", "level": 2}]},
)  # fmt: skip


class RoutingTestView(APIView):
    """Who would be offered a contact as described, and why not the others."""

    permission_classes = [HasScope]

    @extend_schema(request=AskRoutingSerializer, responses=RoutingSerializer, examples=[EXAMPLE])
    def post(self, request: Request) -> Response:
        """Ask for a line one supervises; nothing is changed."""
        given = AskRoutingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        queue = seen(request, Queue.objects.select_related("client")).filter(public_id=data["queue"]).first()
        if queue is None:
            raise NotFound
        require_role(request, queue.client_id, "admin", Role.SUPERVISOR)
        if data["channel"] not in queue.channels:
            raise ValidationError({"channel": _("%(line)s does not take contacts of this channel.") % {"line": queue}})
        wants = [(want["skill"].pk, want["level"]) for want in data["wants"]]
        tested = tester.test(
            queue,
            data["channel"],
            wants=(*wants, *doors.language_wants(queue.client, data["language"])),
            priority=data["priority"],
            preferred=_preferred(queue, data["preferred"]),
        )
        answer = {
            "offered_to": tested.first.agent.public_id if tested.first else None,
            "order": tested.order, "rule": tested.rule, "holds": tested.holds, "ahead": tested.ahead,
            "others": [
                {"agent": agent.public_id, "reason": group.key or "free", "words": sentence}
                for group in tested.groups
                for agent, sentence in group.rows
            ],
        }  # fmt: skip
        return Response(RoutingSerializer(answer).data)


def _preferred(queue: Queue, public_id: Any) -> Agent | None:
    """An agent of the line's client."""
    if public_id is None:
        return None
    found = Agent.objects.filter(public_id=public_id, licences__client=queue.client_id).first()
    if found is None:
        raise ValidationError({"preferred": _("There is no such agent.")})
    return found
