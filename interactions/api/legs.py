"""An agent's own work: offers and contacts in hand. A key with scope act does it in a named agent's name."""

from __future__ import annotations

from typing import Any

import django_filters
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agents.api.people import acting_agent, own_agent
from agents.models import Agent
from clients.api.base import ByCode, HouseViewSet, seen
from clients.models import ApiKey, Disposition
from interactions import conversation, handling, offers, replies, transfers, wrap_up
from interactions.api.serializers import ActSerializer, LegSerializer
from interactions.api.work import ACTS, TransferSerializer, WorkActs, colleague_of, line_of
from interactions.models import EndedBy, Leg, LegRole, LegState


class LegFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=LegState.choices)

    class Meta:
        model = Leg
        fields: list[str] = []


class DeclineSerializer(ActSerializer):
    reason = serializers.CharField(max_length=200)


class ParkSerializer(ActSerializer):
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)
    why = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class FinishSerializer(ActSerializer):
    disposition: Any = ByCode(queryset=Disposition.objects.filter(active=True), allow_null=True)
    note = serializers.CharField(max_length=8000, required=False, default="", allow_blank=True)


class SaySerializer(ActSerializer):
    text = serializers.CharField(max_length=20_000)
    client_key = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)


class ReplySerializer(ActSerializer):
    text = serializers.CharField(max_length=100_000)
    then = serializers.ChoiceField(choices=["keep", "park", "resolve"], default="keep")
    summary = serializers.CharField(max_length=4000, required=False, default="", allow_blank=True)
    outcome = serializers.CharField(
        max_length=80,
        required=False,
        default="",
        allow_blank=True,
        help_text="The code of an ending that settles, or words.",
    )
    send_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="When it leaves, within 60 days; without it, now."
    )
    client_key = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)


class LegViewSet(WorkActs, mixins.ListModelMixin, mixins.RetrieveModelMixin, HouseViewSet):
    """One's own legs; a key sees those of its client."""

    rows = (
        Leg.objects.select_related("interaction__queue", "interaction__case", "client", "agent__user", "agent__profile")
        .exclude(role=LegRole.MONITOR)
        .order_by("-offered_at")
    )
    serializer_class = LegSerializer
    filterset_class = LegFilter
    http_method_names = ["get", "post", "head", "options"]
    scopes = dict.fromkeys(
        ["accept", "decline", "busy", "hold", "resume", "end", "park", "transfer", "finish", "extend", "say", "reply",
         "list", "retrieve", *ACTS],
        "act",
    )  # fmt: skip

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.rows.none()
        rows = seen(self.request, self.rows.all())
        return rows if isinstance(self.request.auth, ApiKey) else rows.filter(agent=own_agent(self.request))

    def _own(self, request: Request) -> tuple[Leg, Agent]:
        """The leg and whose it is; somebody else's is 404."""
        leg: Leg = self.get_object()
        agent = acting_agent(request, leg.client_id)
        if leg.agent_id != agent.pk:
            raise Http404
        return leg, agent

    def _given(self, kind: type[serializers.Serializer[Any]], **context: Any) -> dict[str, Any]:
        given = kind(data=self.request.data, context=context)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        data.pop("agent", None)
        return data

    def _told(self, leg: Leg) -> Response:
        return Response(self.get_serializer(self.rows.get(pk=leg.pk)).data)

    @extend_schema(request=ActSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, **kwargs: Any) -> Response:
        """Take the offer; 409 in words when it is gone."""
        leg, agent = self._own(request)
        offers.accept(leg, by=agent)
        return self._told(leg)

    @extend_schema(request=DeclineSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, **kwargs: Any) -> Response:
        """Say no, with a reason."""
        leg, agent = self._own(request)
        offers.decline(leg, by=agent, **self._given(DeclineSerializer))
        return self._told(leg)

    @extend_schema(request=ActSerializer)
    @action(detail=True, methods=["post"])
    def busy(self, request: Request, **kwargs: Any) -> Response:
        """The console cannot take it: a delay of its own, no miss and no decline counted."""
        leg, agent = self._own(request)
        offers.busy(leg, by=agent)
        return self._told(leg)

    @extend_schema(request=ActSerializer)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, **kwargs: Any) -> Response:
        """Put the customer on hold."""
        leg, agent = self._own(request)
        handling.hold(leg, by=agent)
        return self._told(leg)

    @extend_schema(request=ActSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, **kwargs: Any) -> Response:
        """Back from hold."""
        leg, agent = self._own(request)
        handling.resume(leg, by=agent)
        return self._told(leg)

    @extend_schema(request=ActSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, **kwargs: Any) -> Response:
        """The conversation is over; wrap-up follows where the queue wants it."""
        leg, agent = self._own(request)
        handling.end_work(leg, by=agent, ended_by=EndedBy.AGENT)
        return self._told(leg)

    @extend_schema(request=ParkSerializer)
    @action(detail=True, methods=["post"])
    def park(self, request: Request, **kwargs: Any) -> Response:
        """Wait for the customer or a date."""
        leg, agent = self._own(request)
        handling.park(leg, by=agent, **self._given(ParkSerializer))
        return self._told(leg)

    @extend_schema(request=TransferSerializer)
    @action(detail=True, methods=["post"])
    def transfer(self, request: Request, **kwargs: Any) -> Response:
        """To a queue or a colleague; refused in words when nobody there could take it."""
        leg, agent = self._own(request)
        data = self._given(TransferSerializer)
        if "queue" in data:
            transfers.to_queue(leg, line_of(leg, data["queue"]), by=agent, note=data["note"])
        else:
            transfers.to_colleague(leg, colleague_of(leg, data["colleague"]), by=agent, note=data["note"])
        return self._told(leg)

    @extend_schema(request=FinishSerializer)
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, **kwargs: Any) -> Response:
        """End the wrap-up with a disposition."""
        leg, agent = self._own(request)
        wrap_up.finish(leg, by=agent, **self._given(FinishSerializer, client=leg.client))
        return self._told(leg)

    @extend_schema(request=ActSerializer)
    @action(detail=True, methods=["post"])
    def extend(self, request: Request, **kwargs: Any) -> Response:
        """More time for the wrap-up, once."""
        leg, agent = self._own(request)
        wrap_up.extend(leg, by=agent)
        return self._told(leg)

    @extend_schema(request=SaySerializer)
    @action(detail=True, methods=["post"])
    def say(self, request: Request, **kwargs: Any) -> Response:
        """Write in a chat."""
        leg, agent = self._own(request)
        conversation.agent_wrote(leg, by=agent, **self._given(SaySerializer))
        return self._told(leg)

    @extend_schema(request=ReplySerializer)
    @action(detail=True, methods=["post"])
    def reply(self, request: Request, **kwargs: Any) -> Response:
        """Answer a mail, now or later, and keep, park or resolve."""
        leg, agent = self._own(request)
        replies.agent_replies(leg, by=agent, **self._given(ReplySerializer))
        return self._told(leg)
