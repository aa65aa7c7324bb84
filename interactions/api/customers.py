"""Customers of a client, and its lines as they stand this second."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agents.api.people import acting_agent
from agents.models import Agent
from bpo.kernel import clock
from clients import customers, opening
from clients.api.base import ClientFilter, HouseViewSet, OfSameClient, PublicId, client_side, named, require_role, seen
from clients.models import Client, Customer, Queue, Role
from interactions import customer_records, eligibility, outbound, waits
from interactions.api.cases import actor
from interactions.api.serializers import ActSerializer, CustomerSerializer, LegSerializer
from interactions.models import Interaction, State

OURS = ("admin", Role.SUPERVISOR, "agent")
LANGUAGES = ["en", "es"]


class CustomerFilter(ClientFilter):
    account_number = django_filters.CharFilter()
    phone = django_filters.CharFilter(field_name="phones__number", distinct=True)
    address = django_filters.CharFilter(field_name="addresses__address", lookup_expr="iexact", distinct=True)
    name = django_filters.CharFilter(lookup_expr="icontains")

    class Meta:
        model = Customer
        fields: list[str] = []


class NewCustomerSerializer(serializers.Serializer[Any]):
    """What is known of somebody; found by number, then address, else created."""

    client = PublicId(queryset=Client.objects.all())
    name = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    phone = serializers.CharField(max_length=32, required=False, default="", allow_blank=True)
    address = serializers.EmailField(required=False, default="", allow_blank=True)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False, default="", allow_blank=True)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if not data["phone"] and not data["address"]:
            raise serializers.ValidationError(_("Give a phone number or a mail address."))
        if data["phone"] and not customers.tidy_phone(data["client"], data["phone"]):
            raise serializers.ValidationError({"phone": _("This is not a phone number.")})
        return data


class ChangeCustomerSerializer(serializers.Serializer[Any]):
    """What an agent learned; a further number or address is added, never taken from somebody else."""

    name = serializers.CharField(max_length=120, required=False)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)
    zone = serializers.CharField(max_length=64, required=False, allow_blank=True)
    add_phone = serializers.CharField(max_length=32, required=False)
    add_address = serializers.EmailField(required=False)
    agent = serializers.UUIDField(required=False, help_text="For keys: in whose name.")


class StartSerializer(ActSerializer):
    """A contact that we begin, in which line; the subject is a mail's, the number a call's."""

    queue = OfSameClient(queryset=Queue.objects.all())
    subject = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    number = serializers.CharField(max_length=32, required=False, default="", allow_blank=True)


class CustomerViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, HouseViewSet):
    """Customers of the clients one may see; not to a company that its contract does not show them to."""

    rows = (
        Customer.objects.select_related("client").prefetch_related("phones", "addresses").order_by("-created_at", "-id")
    )
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilter
    http_method_names = ["get", "post", "patch", "head", "options"]
    scopes = dict.fromkeys(["create", "partial_update", "call", "mail"], "act")

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        policies = client_side(self.request).items()
        hidden = [key for key, policy in policies if not (policy and policy.client_sees_customer_names)]
        return rows.exclude(client__in=hidden) if hidden else rows

    @extend_schema(request=NewCustomerSerializer, responses={200: CustomerSerializer, 201: CustomerSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Find or create: 200 for somebody known, 201 for somebody new."""
        client = seen(request, Client.objects.all()).filter(public_id=named(request, "client")).first()
        if client is None:
            raise serializers.ValidationError({"client": _("There is no such client.")})
        require_role(request, client.pk, *OURS)
        given = NewCustomerSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = {**given.validated_data}
        data.pop("client")
        phone = customers.tidy_phone(client, data["phone"])
        known = customers.find(client, phone=phone, address=customers.tidy_address(data["address"]))
        found = known or customers.find_or_create(client, **data)
        code = status.HTTP_200_OK if known else status.HTTP_201_CREATED
        return Response(self.get_serializer(self.rows.get(pk=found.pk)).data, status=code)

    @extend_schema(request=ChangeCustomerSerializer, responses=CustomerSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Write down what was learned."""
        found: Customer = self.get_object()
        require_role(request, found.client_id, *OURS)
        given = ChangeCustomerSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        data.pop("agent", None)
        by, phone, address = actor(request, found.client_id), data.pop("add_phone", ""), data.pop("add_address", "")
        if phone and not customers.tidy_phone(found.client, phone):
            raise serializers.ValidationError({"add_phone": _("This is not a phone number.")})
        if "zone" in data:
            data["zone"] = opening.known_zone(data["zone"], found.client) if data["zone"] else ""
        with transaction.atomic():
            for value in filter(None, (phone, address)):
                customer_records.add_identity(found, value, by=by)
            customer_records.revise(found, by=by, **data)
        return Response(self.get_serializer(self.rows.get(pk=found.pk)).data)

    @extend_schema(parameters=[OpenApiParameter("q", str, required=True)])
    @action(detail=False, filter_backends=[])
    def search(self, request: Request, **kwargs: Any) -> Response:
        """By name (also misspelt), number, address or account; the twenty best."""
        found = customers.matching(self.get_queryset(), request.query_params.get("q", ""))
        return Response(self.get_serializer(found, many=True).data)

    def _reached(self, request: Request) -> tuple[Customer, Agent, dict[str, Any]]:
        found: Customer = self.get_object()
        require_role(request, found.client_id, "agent")
        given = StartSerializer(data=request.data, context={"client": found.client})
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        data.pop("agent", None)
        return customers.survivor(found), acting_agent(request, found.client_id), data

    @extend_schema(request=StartSerializer, responses=LegSerializer)
    @action(detail=True, methods=["post"])
    def call(self, request: Request, **kwargs: Any) -> Response:
        """Call the customer; answers with the leg that began."""
        found, agent, data = self._reached(request)
        number = customers.tidy_phone(found.client, data["number"]) if data["number"] else ""
        leg = outbound.start_call(found, data["queue"], by=agent, number=number)
        return Response(LegSerializer(leg, context=self.get_serializer_context()).data)

    @extend_schema(request=StartSerializer, responses=LegSerializer)
    @action(detail=True, methods=["post"])
    def mail(self, request: Request, **kwargs: Any) -> Response:
        """Begin a mail, written and sent like a reply; answers with the leg that began."""
        found, agent, data = self._reached(request)
        leg = outbound.start_mail(found, data["queue"], by=agent, subject=data["subject"])
        return Response(LegSerializer(leg, context=self.get_serializer_context()).data)


# --- lines, live -----------------------------------------------------------------------------------------------------


class LineSerializer(serializers.ModelSerializer[Queue]):
    """A line of a client."""

    client = PublicId(read_only=True)

    class Meta:
        model = Queue
        fields = ["public_id", "client", "name", "channels", "state"]


class LiveSerializer(serializers.Serializer[Any]):
    """One line on one channel, now."""

    channel = serializers.CharField()
    open = serializers.BooleanField()
    waiting = serializers.IntegerField()
    waiting_since = serializers.DateTimeField(allow_null=True)
    staffed = serializers.IntegerField()
    expected_wait = serializers.IntegerField(allow_null=True)


class LineViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, HouseViewSet):
    """Lines of the clients one may see, and how they stand."""

    rows = Queue.objects.select_related("client", "hours__client").exclude(state="archived").order_by("client", "name")
    serializer_class = LineSerializer
    filterset_class = ClientFilter

    @extend_schema(responses=LiveSerializer(many=True))
    @action(detail=True, pagination_class=None, filter_backends=[])
    def live(self, request: Request, **kwargs: Any) -> Response:
        """Waiting, since when, how many could answer, and how long it will take, by channel."""
        queue: Queue = self.get_object()
        at = clock.now()
        told = []
        for channel in queue.channels:
            lane = eligibility.lane_for(queue, channel=channel, wants=())
            waiting = Interaction.objects.filter(queue=queue, channel=channel, state=State.QUEUED)
            told.append(
                {
                    "channel": channel,
                    "open": opening.is_open(queue, at),
                    "waiting": waiting.count(),
                    "waiting_since": waiting.aggregate(since=Min(waits.WAITS_SINCE))["since"],
                    "staffed": eligibility.staffed(lane),
                    "expected_wait": waits.expected_wait(queue, channel, at=at),
                }
            )
        return Response(LiveSerializer(told, many=True).data)
