"""What the customer of a contact does, told by the machine that brought it: writes, leaves, takes a callback."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bpo.kernel.errors import DomainError
from clients import customers
from clients.api.base import require_admin
from clients.models import ApiKey, Channel
from interactions import callbacks, conversation, handling, intake
from interactions.api.serializers import CallbackSerializer, MessageSerializer
from interactions.models import Interaction, Origin, State

ACTS = ["left", "says", "call_me"]


class NotByMachine(DomainError):
    """Of a contact that came by another door only that door speaks for the customer."""

    code = "not_by_machine"
    sentence = _("This contact did not come in by the API; its customer speaks for himself.")


class NotWaiting(DomainError):
    """Too late to take a callback instead of waiting."""

    code = "not_waiting"
    sentence = _("This contact is not waiting any more.")


class SaysSerializer(serializers.Serializer[Any]):
    """Further words; the same id again changes nothing."""

    text = serializers.CharField(max_length=intake.MOST_TEXT)
    provider_id = serializers.CharField(max_length=intake.MOST_PROVIDER_ID)


class CallMeSerializer(serializers.Serializer[Any]):
    number = serializers.CharField(max_length=32)


class CustomerActs:
    """Mixed into the contacts' view set: for contacts that a machine brought in."""

    get_object: Any
    get_serializer_context: Any
    _told: Any

    def _brought(self, request: Request) -> Interaction:
        contact: Interaction = self.get_object()
        if not isinstance(request.auth, ApiKey):
            require_admin(request)
        if contact.origin != Origin.API:
            raise NotByMachine
        return contact

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def left(self, request: Request, **kwargs: Any) -> Response:
        """The customer has gone: a waiting contact is abandoned, one in talk ends. Twice is once."""
        contact = self._brought(request)
        where = "talk" if contact.state in (State.ACTIVE, State.HELD) else "queue"
        handling.customer_left(contact, where=where)
        return self._told(contact)

    @extend_schema(request=SaysSerializer, responses={201: MessageSerializer})
    @action(detail=True, methods=["post"])
    def says(self, request: Request, **kwargs: Any) -> Response:
        """The customer writes on in a chat; on a closed one it becomes a new contact of the same case."""
        contact = self._brought(request)
        if contact.channel != Channel.CHAT:
            raise NotByMachine(sentence=_("Only in a chat one writes on; bring a mail in as a contact of its own."))
        given = SaysSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        message = conversation.customer_wrote(contact, **given.validated_data)
        told = MessageSerializer(message, context=self.get_serializer_context()).data
        return Response(told, status=status.HTTP_201_CREATED)

    @extend_schema(request=CallMeSerializer, responses={201: CallbackSerializer})
    @action(detail=True, methods=["post"], url_path="call-me")
    def call_me(self, request: Request, **kwargs: Any) -> Response:
        """The customer takes a callback instead of waiting; the promise keeps the place."""
        contact = self._brought(request)
        given = CallMeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        number = customers.typed_phone(contact.client, given.validated_data["number"])
        if not number:
            raise serializers.ValidationError({"number": _("This is no number we can call.")})
        made = None
        if contact.state in (State.QUEUED, State.OFFERED):
            made = callbacks.instead_of_waiting(contact, number=number, case=contact.case)
        if made is None:
            raise NotWaiting
        told = CallbackSerializer(made, context=self.get_serializer_context()).data
        return Response(told, status=status.HTTP_201_CREATED)
