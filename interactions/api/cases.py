"""Cases and callbacks: the matters and the promises, read and moved as on the desk."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from agents.api.people import acting_agent
from agents.gates import agent_of
from agents.models import Agent
from bpo.accounts.models import User
from bpo.kernel import clock
from clients.api.base import (
    ClientFilter,
    HouseViewSet,
    MomentFilter,
    OfSameClient,
    PublicId,
    by_whom,
    named,
    require_role,
    role_for,
    seen,
)
from clients.models import ApiKey, Client, Customer, Queue, Role
from interactions import callbacks, case_duty, cases, journal, outbound, taking_over
from interactions.api.serializers import (
    ActSerializer,
    CallbackSerializer,
    CaseSerializer,
    JournalSerializer,
    LegSerializer,
    NoteSerializer,
)
from interactions.models import Callback, CallbackOrigin, CallbackState, Case, CaseState, JournalEntry

OURS = ("admin", Role.SUPERVISOR, "agent")


def actor(request: Request, client_id: int) -> journal.Actor:
    """In whose name it is written down: the agent, else the person, else the agent a key names."""
    if isinstance(request.auth, ApiKey):
        return acting_agent(request, client_id) if "agent" in request.data else by_whom(request)
    agent = agent_of(request.user)
    assert isinstance(request.user, User)
    return agent or request.user


class CaseFilter(ClientFilter):
    state = django_filters.MultipleChoiceFilter(choices=CaseState.choices)
    customer = django_filters.UUIDFilter(field_name="customer__public_id")
    queue = django_filters.UUIDFilter(field_name="queue__public_id")
    reference = django_filters.CharFilter()
    opened_from = MomentFilter(field_name="opened_at", lookup_expr="gte")
    owner = django_filters.UUIDFilter(field_name="owner__public_id")
    overdue = django_filters.BooleanFilter(method="by_overdue")
    opened_until = MomentFilter(field_name="opened_at", lookup_expr="lt")

    class Meta:
        model = Case
        fields: list[str] = []

    def by_overdue(self, rows: QuerySet[Case], name: str, wanted: bool) -> QuerySet[Case]:
        late = case_duty.overdue(clock.now())
        return rows.filter(late) if wanted else rows.exclude(late)


class ResolveSerializer(serializers.Serializer[Any]):
    """How it was settled."""

    agent = serializers.UUIDField(required=False, help_text="For keys: in whose name.")
    summary = serializers.CharField(max_length=8000)
    outcome = serializers.CharField(max_length=80, help_text="The code of an ending that settles, or words.")
    confirmed = serializers.BooleanField(required=False, allow_null=True, default=None)


class PendingSerializer(ActSerializer):
    """Without a date it waits for the customer."""

    until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class CaseViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, HouseViewSet):
    """Cases of the clients one may see."""

    rows = Case.objects.select_related(
        "client", "queue", "customer", "reason", "product", "owner", "merged_into", "follows"
    ).order_by("-opened_at", "-id")
    serializer_class = CaseSerializer
    filterset_class = CaseFilter
    http_method_names = ["get", "post", "head", "options"]
    scopes = dict.fromkeys(["resolve", "notes", "reopen", "pending", "open"], "act")

    @extend_schema(responses=JournalSerializer(many=True))
    @action(detail=True, filter_backends=[])
    def journal(self, request: Request, **kwargs: Any) -> Response:
        """Everything that happened to it, in order."""
        entries = JournalEntry.objects.filter(case=self.get_object()).select_related("actor", "client")
        page = self.paginate_queryset(entries.order_by("at", "id"))
        return self.get_paginated_response(
            JournalSerializer(page, many=True, context=self.get_serializer_context()).data
        )

    @extend_schema(request=ResolveSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, **kwargs: Any) -> Response:
        """Settle it; the customer gets the resolution by mail."""
        case, agent = self._moved(request)
        given = ResolveSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        data.pop("agent", None)
        cases.resolve(case, by=agent, **data)
        return self._told(case)

    def _moved(self, request: Request) -> tuple[Case, Agent]:
        case: Case = self.get_object()
        require_role(request, case.client_id, "agent")
        agent = acting_agent(request, case.client_id)
        taking_over.require_may_move(case, agent)
        return case, agent

    def _told(self, case: Case) -> Response:
        return Response(self.get_serializer(self.rows.get(pk=case.pk)).data)

    @extend_schema(request=ActSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, **kwargs: Any) -> Response:
        """It was not settled after all."""
        case, agent = self._moved(request)
        return self._told(cases.reopen(case, by=agent))

    @extend_schema(request=PendingSerializer)
    @action(detail=True, methods=["post"])
    def pending(self, request: Request, **kwargs: Any) -> Response:
        """Wait for the customer, or until a date."""
        case, agent = self._moved(request)
        given = PendingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        until = given.validated_data["until"]
        return self._told(cases.set_pending(case, by=agent, until=until, for_customer=until is None))

    @extend_schema(request=ActSerializer)
    @action(detail=True, methods=["post"])
    def open(self, request: Request, **kwargs: Any) -> Response:
        """Go on with what waited."""
        case, agent = self._moved(request)
        return self._told(cases.back_to_open(case, by=agent, why="by hand"))

    @extend_schema(methods=["GET"], responses=NoteSerializer(many=True))
    @extend_schema(methods=["POST"], request=NoteSerializer, responses={201: NoteSerializer})
    @action(detail=True, methods=["get", "post"], filter_backends=[])
    def notes(self, request: Request, **kwargs: Any) -> Response:
        """What colleagues noted; the client's people and machines never read it."""
        case: Case = self.get_object()
        require_role(request, case.client_id, *OURS)
        if isinstance(request.auth, ApiKey) and request.method == "GET":
            raise PermissionDenied(_("Notes are the house's own; a key only adds them."))
        if request.method == "POST":
            given = NoteSerializer(data=request.data)
            given.is_valid(raise_exception=True)
            note = cases.add_note(case, by=actor(request, case.client_id), text=given.validated_data["text"])
            return Response(NoteSerializer(note).data, status=status.HTTP_201_CREATED)
        page = self.paginate_queryset(case.notes.all())
        return self.get_paginated_response(NoteSerializer(page, many=True).data)


# --- callbacks -------------------------------------------------------------------------------------------------------


class CallbackFilter(ClientFilter):
    state = django_filters.MultipleChoiceFilter(choices=CallbackState.choices)
    queue = django_filters.UUIDFilter(field_name="queue__public_id")
    customer = django_filters.UUIDFilter(field_name="customer__public_id")
    reference = django_filters.CharFilter()
    due_from = MomentFilter(field_name="due_until", lookup_expr="gte")
    due_until = MomentFilter(field_name="due_from", lookup_expr="lt")

    class Meta:
        model = Callback
        fields: list[str] = []


class WindowSerializer(serializers.Serializer[Any]):
    """When the customer wishes to be called."""

    agent = serializers.UUIDField(required=False, help_text="For keys: in whose name.")
    due_from = serializers.DateTimeField()
    due_until = serializers.DateTimeField()
    why = serializers.CharField(
        max_length=200, required=False, default="", help_text="Supervisors and administrators have to say it."
    )


class AnewSerializer(WindowSerializer):
    """When the customer is called instead."""

    why = serializers.CharField(max_length=200)


class NewCallbackSerializer(serializers.Serializer[Any]):
    """A new promise; without a window the client's turn-around time holds."""

    client = PublicId(queryset=Client.objects.all())
    queue = OfSameClient(queryset=Queue.objects.all())
    customer = OfSameClient(queryset=Customer.objects.all(), required=False, allow_null=True, default=None)
    number = serializers.CharField(max_length=32, required=False, default="", allow_blank=True)
    address = serializers.EmailField(required=False, default="", allow_blank=True)
    name = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    words = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    language = serializers.ChoiceField(choices=["en", "es"], required=False, default="", allow_blank=True)
    zone = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)
    due_from = serializers.DateTimeField(required=False, allow_null=True, default=None)
    due_until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class WithdrawSerializer(serializers.Serializer[Any]):
    agent = serializers.UUIDField(required=False, help_text="For keys: in whose name.")
    why = serializers.CharField(max_length=200)


class CallbackViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, HouseViewSet):
    """The ledger of promises."""

    rows = Callback.objects.select_related("client", "queue", "case", "customer", "replaces").order_by(
        "-promised_at", "-id"
    )
    serializer_class = CallbackSerializer
    filterset_class = CallbackFilter
    http_method_names = ["get", "post", "head", "options"]
    scopes = dict.fromkeys(["create", "change", "make", "replace", "withdraw"], "act")

    @extend_schema(request=NewCallbackSerializer, responses={201: CallbackSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Promise one."""
        client = seen(request, Client.objects.all()).filter(public_id=named(request, "client")).first()
        if client is None:
            raise serializers.ValidationError({"client": _("There is no such client.")})
        require_role(request, client.pk, *OURS)
        given = NewCallbackSerializer(data=request.data, context={"client": client})
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        data.pop("client")
        key = isinstance(request.auth, ApiKey)
        made = callbacks.promise(
            client,
            origin=CallbackOrigin.API if key else CallbackOrigin.AGENT,
            by=actor(request, client.pk),
            **data,
        )
        return Response(self.get_serializer(self.rows.get(pk=made.pk)).data, status=status.HTTP_201_CREATED)

    def _of(self, request: Request) -> Callback:
        found: Callback = self.get_object()
        require_role(request, found.client_id, *OURS)
        return found

    @extend_schema(request=WindowSerializer)
    @action(detail=True, methods=["post"])
    def change(self, request: Request, **kwargs: Any) -> Response:
        """Another window, as the customer asked for."""
        found = self._of(request)
        given = WindowSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        if not data["why"] and role_for(request, found.client_id) in ("admin", Role.SUPERVISOR):
            raise serializers.ValidationError({"why": _("Say why.")})
        by = actor(request, found.client_id)
        changed = callbacks.change(found, data["due_from"], data["due_until"], by=by, why=data["why"])
        return Response(self.get_serializer(self.rows.get(pk=changed.pk)).data)

    @extend_schema(request=AnewSerializer, responses={201: CallbackSerializer})
    @action(detail=True, methods=["post"])
    def replace(self, request: Request, **kwargs: Any) -> Response:
        """Promise anew what cannot be kept or was not: a new promise that names this one, which ends as it ends."""
        found = self._of(request)
        given = AnewSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        by = actor(request, found.client_id)
        made = callbacks.replace(found, data["due_from"], data["due_until"], by=by, why=data["why"])
        return Response(self.get_serializer(self.rows.get(pk=made.pk)).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=WithdrawSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, **kwargs: Any) -> Response:
        """The customer no longer wants it."""
        found = self._of(request)
        given = WithdrawSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        callbacks.withdraw(found, given.validated_data["why"], by=actor(request, found.client_id))
        return Response(self.get_serializer(self.rows.get(pk=found.pk)).data)

    @extend_schema(request=ActSerializer, responses=LegSerializer)
    @action(detail=True, methods=["post"])
    def make(self, request: Request, **kwargs: Any) -> Response:
        """Make it now oneself, by the rules of routing; answers with the leg that began."""
        found: Callback = self.get_object()
        require_role(request, found.client_id, "agent")
        leg = outbound.start_callback(found, by=acting_agent(request, found.client_id))
        return Response(LegSerializer(leg, context=self.get_serializer_context()).data)
