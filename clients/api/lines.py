"""Hours and doors as resources under /clients/<id>/."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as ModelInvalid
from django.db import transaction
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from bpo.kernel import clock
from clients import hours
from clients.api.base import (
    ByCode,
    OfSameClient,
)
from clients.api.common import CheckedSerializer, SetupViewSet
from clients.models import (
    BusinessHours,
    EntryPoint,
    EntryRule,
    EntryRuleSkill,
    HoursException,
    HoursSpan,
    ProductType,
    Queue,
    QueueState,
    Reason,
    Skill,
)


class SpanSerializer(serializers.ModelSerializer[HoursSpan]):
    class Meta:
        model = HoursSpan
        fields = ["weekday", "opens", "closes"]


class ExceptionSerializer(serializers.ModelSerializer[HoursException]):
    class Meta:
        model = HoursException
        fields = ["date", "name", "opens", "closes"]


class HoursSerializer(CheckedSerializer):
    """Named hours; spans and exceptions given replace those that are there."""

    spans = SpanSerializer(many=True, required=False)
    exceptions = ExceptionSerializer(many=True, required=False)

    class Meta:
        model = BusinessHours
        fields = ["public_id", "name", "zone", "always_open", "spans", "exceptions"]
        read_only_fields = ["public_id"]

    @transaction.atomic
    def write(self, instance: BusinessHours, data: dict[str, Any]) -> BusinessHours:
        parts = {HoursSpan: data.pop("spans", None), HoursException: data.pop("exceptions", None)}
        hours: BusinessHours = super().write(instance, data)
        for model, rows in parts.items():
            if rows is not None:
                model._default_manager.filter(hours=hours).delete()
                for row in rows:
                    part = model(hours=hours, **row)
                    try:
                        part.full_clean()
                        part.save()
                    except ModelInvalid as refused:
                        raise ValidationError(refused.messages) from refused
        return hours


class HoursViewSet(SetupViewSet):
    rows = BusinessHours.objects.prefetch_related("spans", "exceptions").order_by("pk")
    serializer_class = HoursSerializer

    @action(detail=True)
    def now(self, request: Request, **kwargs: Any) -> Response:
        """Open now? Else when next?"""
        calendar, at = self.get_object().calendar(), clock.now()
        return Response({"open": hours.is_open(calendar, at), "next_opening": hours.next_opening(calendar, at)})


class RuleSkillSerializer(serializers.ModelSerializer[EntryRuleSkill]):
    skill: Any = ByCode(queryset=Skill.objects.all())

    class Meta:
        model = EntryRuleSkill
        fields = ["skill", "level"]


class RuleSerializer(serializers.ModelSerializer[EntryRule]):
    """If all that is set here fits, the contact goes there."""

    product_type: Any = ByCode(queryset=ProductType.objects.all(), required=False, allow_null=True)
    reason: Any = ByCode(queryset=Reason.objects.filter(active=True), required=False, allow_null=True)
    queue = OfSameClient(queryset=Queue.objects.exclude(state=QueueState.ARCHIVED))
    skills = RuleSkillSerializer(many=True, required=False)
    menu = serializers.DictField(
        child=serializers.CharField(max_length=60),
        required=False,
        help_text='What a call page says for the key, by language: {"en": "Billing"}.',
    )

    class Meta:
        model = EntryRule
        fields = [
            "language", "product_type", "reason", "key", "menu", "attribute", "value", "queue", "priority", "skills",
        ]  # fmt: skip


class DoorSerializer(CheckedSerializer):
    """A door; its secrets are written, never read. Rules given replace those before; the first that fits decides."""

    rules = RuleSerializer(many=True, required=False)

    queue = OfSameClient(queryset=Queue.objects.all(), required=False, allow_null=True)
    hours = OfSameClient(queryset=BusinessHours.objects.all(), required=False, allow_null=True)
    origins = serializers.ListField(child=serializers.URLField(), required=False)

    class Meta:
        model = EntryPoint
        fields = [
            "public_id", "kind", "name", "published", "queue", "hours", "priority", "address", "exchange",
            "exchange_url", "origins", "takes_voicemail", "imap_host", "imap_port", "imap_tls", "imap_user",
            "imap_password", "webhook_secret", "imap_checked_at", "imap_problem", "rules",
        ]  # fmt: skip
        read_only_fields = ["public_id", "imap_checked_at", "imap_problem"]
        extra_kwargs = {
            "imap_password": {"write_only": True, "required": False},
            "webhook_secret": {"write_only": True, "required": False},
        }

    @transaction.atomic
    def write(self, instance: EntryPoint, data: dict[str, Any]) -> EntryPoint:
        rules = data.pop("rules", None)
        door: EntryPoint = super().write(instance, data)
        if rules is not None:
            door.rules.all().delete()
            for position, row in enumerate(rules, start=1):
                skills = row.pop("skills", [])
                rule = EntryRule.objects.create(entry_point=door, position=position, **row)
                for wanted in skills:
                    EntryRuleSkill.objects.create(rule=rule, **wanted)
        return door


class DoorViewSet(SetupViewSet):
    rows = (
        EntryPoint.objects.select_related("queue", "hours")
        .prefetch_related("rules__skills__skill", "rules__queue", "rules__product_type", "rules__reason")
        .order_by("name")
    )
    serializer_class = DoorSerializer
