"""Contacts: listed, read, brought in by machines, and moved by those who supervise them; their messages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from agents import leading
from agents.api.people import acting_agent
from agents.gates import agent_of
from agents.models import Agent
from clients.api.base import (
    ClientFilter,
    HouseViewSet,
    MomentFilter,
    by_whom,
    client_side,
    require_admin,
    require_role,
    require_scope,
    role_for,
    seen,
)
from clients.models import ApiKey, Channel, EntryKind, EntryPoint, Reason, Role
from interactions import intake, supervision, unsent, word_access
from interactions.api import customer_acts, received, taking
from interactions.api.customer_acts import CustomerActs
from interactions.api.received import ReceivedSerializer
from interactions.api.routing import WantSerializer
from interactions.api.serializers import (
    ActSerializer,
    InteractionSerializer,
    JournalSerializer,
    MessageDetailSerializer,
    MessageSerializer,
)
from interactions.api.taking import TakingActs
from interactions.models import Interaction, JournalEntry, Message, Origin, Outcome, State
from interactions.routing import overflowing


class InteractionFilter(ClientFilter):
    queue = django_filters.UUIDFilter(field_name="queue__public_id")
    customer = django_filters.UUIDFilter(field_name="customer__public_id")
    case = django_filters.CharFilter(field_name="case__reference")
    state = django_filters.MultipleChoiceFilter(choices=State.choices)
    channel = django_filters.MultipleChoiceFilter(choices=Channel.choices)
    origin = django_filters.ChoiceFilter(choices=Origin.choices)
    outcome = django_filters.ChoiceFilter(choices=Outcome.choices)
    arrived_from = MomentFilter(field_name="arrived_at", lookup_expr="gte")
    arrived_until = MomentFilter(field_name="arrived_at", lookup_expr="lt")
    simulated = django_filters.BooleanFilter()

    class Meta:
        model = Interaction
        fields: list[str] = []


class NewContactSerializer(serializers.Serializer[Any]):
    """A contact that a machine brings; the same id at the same door arrives once."""

    door = serializers.UUIDField(help_text="A door of kind API.")
    provider_id = serializers.CharField(max_length=intake.MOST_PROVIDER_ID)
    channel = serializers.ChoiceField(choices=Channel.choices, default=Channel.CHAT)
    from_name = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    from_address = serializers.EmailField(max_length=254, required=False, default="", allow_blank=True)
    from_phone = serializers.CharField(max_length=32, required=False, default="", allow_blank=True)
    account = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    subject = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    text = serializers.CharField(max_length=intake.MOST_TEXT, required=False, default="", allow_blank=True)
    language = serializers.ChoiceField(choices=["en", "es"], required=False, default="", allow_blank=True)
    reason = serializers.SlugField(max_length=40, required=False, default="", allow_blank=True)
    page = serializers.URLField(max_length=500, required=False, default="", allow_blank=True)
    wants_callback = serializers.BooleanField(required=False, default=False)
    priority = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=0, max_value=9, help_text="The door's own if null."
    )
    wants = WantSerializer(many=True, required=False, default=list, help_text="Skills beyond those of line and door.")
    preferred_agent = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="Goes first.")
    preferred_seconds = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=0, max_value=3600, help_text="For so long; null: 30."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Seconds alone would be dropped without a word."""
        if attrs["preferred_seconds"] is not None and attrs["preferred_agent"] is None:
            raise serializers.ValidationError({"preferred_seconds": _("Name the preferred agent too.")})
        return attrs


class WhySerializer(serializers.Serializer[Any]):
    """An act that takes a reason."""

    reason = serializers.CharField(max_length=200)


class AssignSerializer(WhySerializer):
    agent_id = serializers.UUIDField(help_text="Who shall have it.")


class PrioritySerializer(WhySerializer):
    priority = serializers.IntegerField(min_value=0, max_value=9)


class InteractionViewSet(TakingActs, CustomerActs, mixins.ListModelMixin, mixins.RetrieveModelMixin, HouseViewSet):
    """Contacts of the clients one may see."""

    rows = Interaction.objects.select_related(
        "client", "queue", "case", "customer", "reason", "product", "lane", "entry_point"
    ).order_by("-arrived_at", "-id")
    serializer_class = InteractionSerializer
    filterset_class = InteractionFilter
    http_method_names = ["get", "post", "head", "options"]
    scopes = {
        "create": "act",
        "take_back": "route",
        "assign": "route",
        "priority": "route",
        "overflow": "route",
        **dict.fromkeys(customer_acts.ACTS, "act"),
        "messages": "media",
        **dict.fromkeys(taking.ACTS, "act"),
    }

    @extend_schema(request=NewContactSerializer, responses={200: ReceivedSerializer, 201: ReceivedSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Bring a contact in at a door of kind API: 201 the first time, 200 and the first result when repeated.

        A full, unstaffed or closed line refuses it in words: the contact is closed, `text` says why.
        """
        if not isinstance(request.auth, ApiKey):
            require_admin(request)
        given = NewContactSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        door = (
            seen(request, EntryPoint.objects.all())
            .select_related("client__brand", "queue", "hours")
            .filter(public_id=data.pop("door"), kind=EntryKind.API)
            .first()
        )
        if door is None:
            raise NotFound(_("There is no such door."))
        code = data.pop("reason")
        reason = Reason.objects.filter(client=door.client, code=code, active=True).first() if code else None
        if code and reason is None:
            raise serializers.ValidationError({"reason": _("The client has no such reason.")})
        if data["priority"] is not None or data["preferred_agent"]:
            require_scope(request, "route")  # it goes before others, other clients' too
        data["wants"] = tuple((want["skill"].pk, want["level"]) for want in data["wants"])
        data["preferred"] = licensed_agent(door.client_id, data.pop("preferred_agent"), "preferred_agent")
        result = intake.receive(door, intake.NewContact(**data, reason=reason, opening=data["text"][:300]))
        code_ = status.HTTP_200_OK if result.repeated else status.HTTP_201_CREATED
        answer = ReceivedSerializer(received.told(result), context=self.get_serializer_context())
        return Response(answer.data, status=code_)

    @extend_schema(responses=JournalSerializer(many=True))
    @action(detail=True, filter_backends=[])
    def journal(self, request: Request, **kwargs: Any) -> Response:
        """Everything that happened to it, in order."""
        entries = JournalEntry.objects.filter(interaction=self.get_object())
        page = self.paginate_queryset(entries.select_related("actor", "client").order_by("at", "id"))
        return self.get_paginated_response(
            JournalSerializer(page, many=True, context=self.get_serializer_context()).data
        )

    @extend_schema(responses=MessageSerializer(many=True))
    @action(detail=True, filter_backends=[])
    def messages(self, request: Request, **kwargs: Any) -> Response:
        """What was said, as far as one may read it."""
        contact = self.get_object()
        require_words(request, contact)
        rows = Message.objects.filter(interaction=contact)
        rows = rows.said() if _ours(request, contact) else rows.left()
        rows = rows.select_related("interaction").prefetch_related("attachments")
        page = self.paginate_queryset(rows.order_by("at", "id"))
        return self.get_paginated_response(
            MessageSerializer(page, many=True, context=self.get_serializer_context()).data
        )

    def _supervised(self, request: Request) -> Interaction:
        contact: Interaction = self.get_object()
        require_role(request, contact.client_id, "admin", Role.SUPERVISOR)
        return contact

    def _told(self, contact: Interaction) -> Response:
        return Response(self.get_serializer(self.rows.get(pk=contact.pk)).data)

    @extend_schema(request=WhySerializer)
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, **kwargs: Any) -> Response:
        """From its agent, who must be in a team that the caller leads, to its queue, at its old place."""
        contact = self._supervised(request)
        given = WhySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        if not isinstance(request.auth, ApiKey):  # a key is judged by its scope; it leads no teams
            supervision.require_lead(by_whom(request), contact)
        supervision.take_back(contact, by=by_whom(request), reason=given.validated_data["reason"])
        return self._told(contact)

    @extend_schema(request=AssignSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, **kwargs: Any) -> Response:
        """Offer it to this agent, who must be eligible; who gets it and who loses it are in teams the caller leads."""
        contact = self._supervised(request)
        given = AssignSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        agent = licensed_agent(contact.client_id, given.validated_data["agent_id"], "agent_id")
        assert agent is not None
        if not isinstance(request.auth, ApiKey):
            leading.require_lead(by_whom(request), agent)
            supervision.require_lead(by_whom(request), contact)
        supervision.assign(contact, agent, by=by_whom(request), reason=given.validated_data["reason"])
        return self._told(contact)

    @extend_schema(request=PrioritySerializer)
    @action(detail=True, methods=["post"])
    def priority(self, request: Request, **kwargs: Any) -> Response:
        """Another priority while it waits."""
        contact = self._supervised(request)
        given = PrioritySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        supervision.reprioritise(contact, by=by_whom(request), **given.validated_data)
        return self._told(contact)

    @extend_schema(request=WhySerializer)
    @action(detail=True, methods=["post"])
    def overflow(self, request: Request, **kwargs: Any) -> Response:
        """Open the next overflow step of its line before its time."""
        contact = self._supervised(request)
        given = WhySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        overflowing.open_next(contact, by=by_whom(request), reason=given.validated_data["reason"])
        return self._told(contact)


def licensed_agent(client_id: int, public_id: UUID | None, field: str) -> Agent | None:
    """An agent licensed for the client, who works here; else the field is wrong. None where nobody is named."""
    if public_id is None:
        return None
    found = Agent.objects.filter(public_id=public_id, deactivated_at=None, licences__client=client_id)
    agent = found.select_related("user", "profile", "team").first()
    if agent is None:
        raise serializers.ValidationError({field: _("Nobody of this id is licensed for the client.")})
    return agent


def _ours(request: Request, contact: Interaction) -> bool:
    """Whether the house's own people ask: clients and machines read what has left."""
    return role_for(request, contact.client_id) in ("agent", "admin", Role.SUPERVISOR)


def require_words(request: Request, contact: Interaction) -> None:
    """Transcripts: supervisors and admins; the client by policy; an agent of her own work; keys by scope media."""
    role = role_for(request, contact.client_id)
    word_access.opened(contact, request.user)
    if role in ("key", "admin", Role.SUPERVISOR):
        return
    if role in (Role.VIEWER, Role.MANAGER):
        policy = client_side(request).get(contact.client_id)
        if policy and policy.client_sees_transcripts:
            return
        raise PermissionDenied(_("The contract does not open transcripts to the company."))
    agent = agent_of(request.user)
    if agent is None or not word_access.may_read(agent, contact):
        raise PermissionDenied(_("You read the words of your own contacts, and of cases you hold."))


class SendTimeSerializer(ActSerializer):
    """When it leaves."""

    send_at = serializers.DateTimeField(allow_null=True, help_text="Within 60 days; null: now.")


class MessageViewSet(mixins.RetrieveModelMixin, HouseViewSet):
    """One message, with all its headers and its original."""

    rows = Message.objects.select_related("interaction__case", "client").prefetch_related("attachments")
    serializer_class = MessageDetailSerializer
    http_method_names = ["get", "post", "head", "options"]
    scopes = {"retrieve": "media", "original": "media", "undo": "act", "send_time": "act"}

    def get_object(self) -> Any:
        message = super().get_object()
        require_words(self.request, message.interaction)
        if not _ours(self.request, message.interaction) and not Message.objects.left().filter(pk=message.pk).exists():
            raise NotFound
        return message

    @extend_schema(responses={(200, "message/rfc822"): OpenApiTypes.BINARY})
    @action(detail=True)
    def original(self, request: Request, public_id: UUID) -> FileResponse:
        """The mail as it came, byte for byte."""
        message = self.get_object()
        policy = client_side(request).get(message.client_id)
        if policy and not policy.client_sees_customer_names:
            raise PermissionDenied(_("The contract does not tell the company who its customers are."))
        if not message.original:
            raise NotFound(_("This message has no original."))
        try:
            file = message.original.open("rb")
        except FileNotFoundError as gone:
            raise NotFound(_("The original is no longer kept.")) from gone
        return FileResponse(file, as_attachment=True, filename=f"{public_id}.eml", content_type="message/rfc822")

    def _moved(self, request: Request) -> tuple[Message, Agent]:
        """A mail and who decides about it: its writer, or who works on its matter; anybody else's is 404."""
        message: Message = super().get_object()
        require_role(request, message.client_id, "agent")
        agent = acting_agent(request, message.client_id)
        if message.agent_id != agent.pk and not word_access.may_read(agent, message.interaction):
            raise NotFound
        return message, agent

    @extend_schema(request=ActSerializer, responses=MessageSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, **kwargs: Any) -> Response:
        """Take a mail back while it has not left; its words are the draft again."""
        message, agent = self._moved(request)
        undone = unsent.undo(message, by=agent)
        return Response(MessageSerializer(undone, context=self.get_serializer_context()).data)

    @extend_schema(request=SendTimeSerializer, responses=MessageSerializer)
    @action(detail=True, methods=["post"], url_path="send-time")
    def send_time(self, request: Request, **kwargs: Any) -> Response:
        """Let a mail that has not left leave at another time; without one, now."""
        message, agent = self._moved(request)
        given = SendTimeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        changed = unsent.send_later(message, given.validated_data["send_at"], by=agent)
        return Response(MessageSerializer(changed, context=self.get_serializer_context()).data)
