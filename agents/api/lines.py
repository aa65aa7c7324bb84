"""Lines as resources under /clients/<id>/: their rules, and the versions by which these change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from agents import rule_rows, rules
from agents.models import OverflowStep, QueueTeam, QueueVersion, Team
from agents.rule_words import difference
from bpo.kernel import clock
from bpo.kernel.history import ReasonMissing
from clients import queue_states
from clients.api.base import (
    ByCode,
    OfClientViewSet,
    OfSameClient,
    PublicId,
    ReasonedSerializer,
    by_whom,
    for_client,
    require_admin,
    require_role,
)
from clients.api.common import CheckedSerializer, SetupViewSet
from clients.api.flows import require_people
from clients.forms.queues import QueueForm
from clients.models import BusinessHours, Channel, Queue, QueueSkill, Role, Skill

WITH = OpenApiParameter("with", str, description="The version to compare with; usually the one before.")
AT = OpenApiParameter("at", datetime, description="The moment, now or past; usually now.")


class WantedSerializer(serializers.ModelSerializer[QueueSkill]):
    """A skill and the level at least."""

    skill: Any = ByCode(queryset=Skill.objects.all())

    class Meta:
        model = QueueSkill
        fields = ["skill", "level"]


class StepSerializer(serializers.ModelSerializer[OverflowStep]):
    """After so many more seconds do this; what the action does not need is dropped."""

    skill: Any = ByCode(queryset=Skill.objects.all(), required=False, allow_null=True)
    team = PublicId(queryset=Team.objects.all(), required=False, allow_null=True)
    to_queue = OfSameClient(queryset=Queue.objects.all(), required=False, allow_null=True)

    class Meta:
        model = OverflowStep
        fields = list(rule_rows.STEP)


class UsedTeam(PublicId):
    """A team by its public id."""

    def to_representation(self, value: Any) -> Any:
        assert isinstance(value, QueueTeam)
        return super().to_representation(value.team)


class QueueSerializer(CheckedSerializer):
    """A line. Skills, teams and steps that are given replace those before, and those who wait follow."""

    hours = OfSameClient(queryset=BusinessHours.objects.all(), required=False, allow_null=True)
    channels = serializers.ListField(child=serializers.ChoiceField(choices=Channel.choices), allow_empty=False)
    wanted_skills = WantedSerializer(many=True, required=False)
    teams: Any = UsedTeam(queryset=Team.objects.all(), many=True, required=False)
    overflow_steps = StepSerializer(many=True, required=False)
    reason = serializers.CharField(
        max_length=200, required=False, allow_blank=True, write_only=True,
        help_text="Why; kept with it. What changes a line at once needs one.",
    )  # fmt: skip

    class Meta:
        model = Queue
        exclude = ["id", "client"]
        read_only_fields = ["public_id", "state", "version"]

    def to_representation(self, instance: Queue) -> dict[str, Any]:
        """The client reads nothing of how the house leads its people: no teams, seats, offers."""
        told = super().to_representation(instance)
        if not for_client(self.context, self.context["client"]):
            return told
        for step in told["overflow_steps"]:
            del step["team"]
        return {name: value for name, value in told.items() if name not in ("teams", *QueueForm.OF_THE_FLOOR)}

    @transaction.atomic
    def write(self, instance: Queue, data: dict[str, Any]) -> Queue:
        by, why = by_whom(self.context["request"]), data.pop("reason", "").strip()
        if instance.pk is not None and not why:
            raise ValidationError({"reason": ReasonMissing.sentence})
        given = rule_rows.as_data(data)
        try:
            if instance.pk is None:
                settings = {name: value for name, value in data.items() if name not in rule_rows.PARTS}
                rules.begin(super().write(instance, settings), given, by=by)
            else:
                rules.change(instance, given, by=by, why=why)
        except rules.RulesRefused as refused:
            raise ValidationError(refused.problems) from refused
        except rules.NothingNew:
            pass
        return QueueViewSet.rows.get(pk=instance.pk)  # type: ignore[no-any-return]


class QueueViewSet(SetupViewSet):
    """Lines: what is changed here is in force at once and is kept as a version; drafts are made of versions."""

    rows: Any = (
        Queue.objects.select_related("hours")
        .prefetch_related(
            "wanted_skills__skill",
            "teams__team",
            "overflow_steps__skill",
            "overflow_steps__team",
            "overflow_steps__to_queue",
        )
        .order_by("name")
    )
    serializer_class = QueueSerializer

    def _move(self, request: Request, act: Any) -> Response:
        queue = self.get_object()
        act(queue, by=by_whom(request), why=ReasonedSerializer.of(request))
        return Response(self.get_serializer(queue).data)

    @extend_schema(request=ReasonedSerializer)
    @action(detail=True, methods=["post"])
    def open(self, request: Request, **kwargs: Any) -> Response:
        """Contacts enter and are offered."""
        return self._move(request, queue_states.open_queue)

    @extend_schema(request=ReasonedSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, **kwargs: Any) -> Response:
        """Nothing is offered; contacts may enter."""
        return self._move(request, queue_states.pause)

    @extend_schema(request=ReasonedSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, **kwargs: Any) -> Response:
        """Nobody new enters."""
        return self._move(request, queue_states.close)

    @extend_schema(request=ReasonedSerializer)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, **kwargs: Any) -> Response:
        """Empty lines only."""
        return self._move(request, queue_states.archive)


# --- versions --------------------------------------------------------------------------------------------------------


class RulesVersionSerializer(serializers.ModelSerializer[QueueVersion]):
    """A version of a line's rules; `rules` are in the shape of the line itself."""

    rules = serializers.JSONField(read_only=True)
    based_on = PublicId(read_only=True)
    rolled_back_to = PublicId(read_only=True)
    created_by = serializers.StringRelatedField(read_only=True)  # type: ignore[var-annotated]
    published_by = serializers.StringRelatedField(read_only=True)  # type: ignore[var-annotated]

    class Meta:
        model = QueueVersion
        fields = [
            "public_id", "number", "state", "rules", "why", "based_on", "rolled_back_to", "created_by", "created_at",
            "publish_at", "published_by", "published_at", "problem",
        ]  # fmt: skip
        read_only_fields = fields


class PublishSerializer(ReasonedSerializer):
    """Now, or at a time that is still to come."""

    at = serializers.DateTimeField(required=False, allow_null=True, default_timezone=UTC)
    knowing = serializers.BooleanField(
        default=False, help_text="The rules were changed since the draft was begun, and that is known."
    )


class ChangeSerializer(serializers.Serializer[Any]):
    """One setting, before and after, in words."""

    what = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class RulesVersionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OfClientViewSet):
    """Versions of a line's rules: drafted, published now or at a time, brought back, compared."""

    rows = QueueVersion.objects.select_related(
        "queue", "based_on", "rolled_back_to", "created_by", "published_by"
    ).order_by("-pk")
    serializer_class = RulesVersionSerializer
    http_method_names = ["get", "post", "patch", "head", "options"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        client = self.client  # what is not seen is 404, before anything is said about rights
        require_people(request)
        require_role(request, client.pk, "admin", Role.SUPERVISOR)
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            require_admin(request)

    @property
    def queue(self) -> Queue:
        """The line of the address."""
        found = Queue.objects.filter(client=self.client, public_id=self.kwargs["queue"]).first()
        if found is None:
            raise NotFound
        return found

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.rows.none()
        return self.rows.filter(queue=self.queue)

    def _told(self, version: QueueVersion, code: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(self.rows.get(pk=version.pk)).data, status=code)

    def _given(self, queue: Queue) -> rule_rows.Rules:
        given = QueueSerializer(queue, data=self.request.data, partial=True, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        return rule_rows.as_data({name: value for name, value in given.validated_data.items() if name != "reason"})

    @extend_schema(request=QueueSerializer(partial=True), responses={201: RulesVersionSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Begin a draft: what is given differs, all else is as it is in force."""
        queue = self.queue
        return self._told(rules.draft(queue, self._given(queue), by=by_whom(request)), status.HTTP_201_CREATED)

    @extend_schema(request=QueueSerializer(partial=True))
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change a draft."""
        version = self.get_object()
        return self._told(rules.edit(version, self._given(version.queue), by=by_whom(request)))

    @extend_schema(request=PublishSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, **kwargs: Any) -> Response:
        """In force now, or at a time; refused when the rules were changed since, unless that is known."""
        version = self.get_object()
        given = PublishSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        why, at, knowing = (given.validated_data.get(name) for name in ("reason", "at", "knowing"))
        facts: dict[str, Any] = {"by": by_whom(request), "why": why, "knowing": knowing}
        try:
            if at is None:
                return self._told(rules.publish(version, **facts))
            return self._told(rules.schedule(version, at=at, **facts))
        except rules.RulesRefused as refused:
            raise ValidationError(refused.problems) from refused

    @extend_schema(request=ReasonedSerializer)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, **kwargs: Any) -> Response:
        """The draft is not wanted."""
        version = self.get_object()
        return self._told(rules.discard(version, by=by_whom(request), why=ReasonedSerializer.of(request)))

    @extend_schema(request=ReasonedSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **kwargs: Any) -> Response:
        """Not published at its time; a draft again."""
        version = self.get_object()
        return self._told(rules.cancel(version, by=by_whom(request), why=ReasonedSerializer.of(request)))

    @extend_schema(request=ReasonedSerializer)
    @action(detail=True, methods=["post"], url_path="roll-back")
    def roll_back(self, request: Request, **kwargs: Any) -> Response:
        """A new version with the rules of this one, in force at once."""
        version = self.get_object()
        why = ReasonedSerializer.of(request)
        try:
            return self._told(rules.roll_back(version.queue, version, by=by_whom(request), why=why))
        except rules.RulesRefused as refused:
            raise ValidationError(refused.problems) from refused

    @extend_schema(parameters=[WITH], responses=ChangeSerializer(many=True))
    @action(detail=True, pagination_class=None, filter_backends=[])
    def difference(self, request: Request, **kwargs: Any) -> Response:
        """What it changed, or how it differs from any other version of the line."""
        version = self.get_object()
        other = rules.before(version)
        if asked := request.query_params.get("with"):
            other = self.get_queryset().filter(public_id=_id(asked)).first()
            if other is None:
                raise NotFound
        return Response(ChangeSerializer(difference(other.rules, version.rules) if other else [], many=True).data)

    @extend_schema(parameters=[AT], responses=RulesVersionSerializer)
    @action(detail=False, url_path="in-force", pagination_class=None, filter_backends=[])
    def in_force(self, request: Request, **kwargs: Any) -> Response:
        """By which version the line worked at a moment; 404 before its first."""
        found = rules.in_force(self.queue, _moment(request))
        if found is None:
            raise NotFound
        return self._told(found)


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError as error:
        raise NotFound from error


def _moment(request: Request) -> datetime | None:
    given = request.query_params.get("at")
    if not given:
        return None
    try:
        at = parse_datetime(given)
        at = at.astimezone(UTC) if at and at.tzinfo else None
    except (OverflowError, ValueError):
        at = None
    if at is None:
        raise ValidationError({"at": _("Give the moment with its zone, such as 2026-11-29T12:00:00Z.")})
    if at > clock.now():
        raise ValidationError({"at": _("What will be in force then is not known yet.")})
    return at
