"""Call lists as resources under /clients/<id>/: made, changed, opened, paused, closed, filled; and their results."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db import IntegrityError, transaction
from django.forms import model_to_dict
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from bpo.kernel import clock
from clients import call_lists
from clients.api.base import OfSameClient, PublicId, ReasonedSerializer, by_whom
from clients.models import CallList, CallListState, HoursSpan, Queue, Script
from clients.models.call_list import USUAL_ATTEMPTS, USUAL_SPACING_MINUTES, working_days
from interactions import prospect_lists, prospects
from interactions.api.prospects import OfSupervisors, PersonSerializer
from interactions.models import ProspectResult, ProspectState
from interactions.views.floor import list_file
from interactions.views.floor.list_forms import CallListForm

MOST_PEOPLE = 1_000
RULES = CallListForm.Meta.fields


class CallListSerializer(serializers.ModelSerializer[CallList]):
    """Whom the client calls from which line, and when, on the clock of the person who is called."""

    client = PublicId(read_only=True)
    queue = PublicId(read_only=True)
    script = PublicId(read_only=True)

    class Meta:
        model = CallList
        fields = ["public_id", "client", "state", *RULES, "created_at"]


class RulesSerializer(serializers.Serializer[Any]):
    """The rules of a list. Without a script the client's usual one for calls we make."""

    name = serializers.CharField(max_length=80)
    queue = OfSameClient(queryset=Queue.objects.all())
    script = OfSameClient(queryset=Script.objects.all(), allow_null=True, default=None)
    calls_from = serializers.TimeField()
    calls_until = serializers.TimeField()
    weekdays = serializers.ListField(
        child=serializers.ChoiceField(choices=HoursSpan.WEEKDAYS),
        default=working_days,
        help_text="0 Monday to 6 Sunday.",
    )
    attempts = serializers.IntegerField(default=USUAL_ATTEMPTS)
    spacing_minutes = serializers.IntegerField(default=USUAL_SPACING_MINUTES)


class ChangeRulesSerializer(RulesSerializer):
    """What is changed, and why."""

    reason = serializers.CharField(max_length=200)


class PeopleSerializer(serializers.Serializer[Any]):
    """Whom to add; a dry run tells what would become of each and adds nobody."""

    people: Any = serializers.ListField(child=PersonSerializer(), allow_empty=False, max_length=MOST_PEOPLE)
    dry_run = serializers.BooleanField(default=False)
    source: Any = serializers.CharField(
        max_length=100, default="api", help_text="Where they come from, for the journal."
    )


class LeftOutSerializer(serializers.Serializer[Any]):
    """Somebody who is not added: which of those given (the first is 1), why, and what is wrong by field."""

    row = serializers.IntegerField(source="line")
    name = serializers.CharField()
    number = serializers.CharField()
    state = serializers.ChoiceField(choices=[state for state in list_file.STATES if state != "add"])
    words = serializers.CharField()
    errors: Any = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), source="faults")


class AddedSerializer(serializers.Serializer[Any]):
    """What became of them, or would."""

    dry_run = serializers.BooleanField()
    added = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    blocked = serializers.IntegerField()
    wrong = serializers.IntegerField()
    left_out: Any = LeftOutSerializer(many=True)


class WhySerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(source="result_note")
    people = serializers.IntegerField(source="n")


class ResultsSerializer(serializers.Serializer[Any]):
    """A list in numbers. Reached, follow-ups and conversion (of a hundred reached) go by the latest result."""

    people = serializers.IntegerField()
    ready = serializers.IntegerField(help_text="May be called at this moment.")
    calls = serializers.IntegerField(source="attempts")
    reached = serializers.IntegerField()
    follow_ups = serializers.IntegerField(source="booked")
    conversion = serializers.FloatField(allow_null=True)
    states: Any = serializers.DictField(child=serializers.IntegerField())
    results: Any = serializers.DictField(child=serializers.IntegerField())
    reasons: Any = WhySerializer(many=True, help_text="Why people were not interested, the commonest first.")


class CallListFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=CallListState.choices)
    queue = django_filters.UUIDFilter(field_name="queue__public_id")
    name = django_filters.CharFilter(lookup_expr="icontains")

    class Meta:
        model = CallList
        fields: list[str] = []


class CallListViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OfSupervisors):
    """The client's call lists, the newest first."""

    rows = CallList.objects.select_related("client", "queue__client", "script").order_by("-created_at", "-pk")
    serializer_class = CallListSerializer
    filterset_class = CallListFilter
    scopes = dict.fromkeys(["create", "partial_update", "open", "pause", "close", "people"], "act")

    @extend_schema(request=RulesSerializer, responses={200: CallListSerializer, 201: CallListSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Make a list, a draft: 201; 200 when the very same is there by its name, so that it may be repeated."""
        given = RulesSerializer(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        made = self._same(wanted)
        code: int = status.HTTP_200_OK
        if made is None:
            form = self._checked(CallListForm([self.client], _typed(wanted)))
            try:
                with transaction.atomic():
                    made, code = form.save(), status.HTTP_201_CREATED
            except IntegrityError as error:  # another connection made it at this moment
                made = self._same(wanted)
                if made is None:
                    raise prospect_lists.NameTaken from error
        return Response(self.get_serializer(made).data, status=code)

    def _same(self, wanted: dict[str, Any]) -> CallList | None:
        found: CallList | None = self.get_queryset().filter(name=wanted["name"]).first()
        return found if found and all(getattr(found, name) == value for name, value in wanted.items()) else None

    def _checked(self, form: CallListForm) -> CallListForm:
        if not form.is_valid():
            raise ValidationError({name: [str(each) for each in told] for name, told in form.errors.items()})
        return form

    @extend_schema(request=ChangeRulesSerializer, responses=CallListSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Other rules from now on; the reason is kept in the list's history."""
        found: CallList = self.get_object()
        given = ChangeRulesSerializer(data=request.data, partial=True, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        why = ReasonedSerializer.of(request)
        data = {**model_to_dict(found, RULES), **_typed(given.validated_data)}
        form = self._checked(CallListForm([self.client], data, instance=found))
        sent = [name for name in RULES if name in given.validated_data]
        prospect_lists.change_rules(form.instance, sent, by=by_whom(request), why=why)
        return self._told(found)

    @extend_schema(request=ReasonedSerializer, responses=CallListSerializer)
    @action(detail=True, methods=["post"])
    def open(self, request: Request, **kwargs: Any) -> Response:
        """Agents of its line may take from it."""
        return self._moved(request, CallListState.OPEN)

    @extend_schema(request=ReasonedSerializer, responses=CallListSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, **kwargs: Any) -> Response:
        """Nobody takes the next; calls that go on are finished."""
        return self._moved(request, CallListState.PAUSED)

    @extend_schema(request=ReasonedSerializer, responses=CallListSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, **kwargs: Any) -> Response:
        """For good; its results stay."""
        return self._moved(request, CallListState.CLOSED)

    def _moved(self, request: Request, to: CallListState) -> Response:
        found: CallList = self.get_object()
        why = ReasonedSerializer.of(request)
        return self._told(call_lists.move(found, to, by=by_whom(request), why=why))

    def _told(self, call_list: CallList) -> Response:
        return Response(self.get_serializer(self.rows.get(pk=call_list.pk)).data)

    @extend_schema(request=PeopleSerializer, responses=AddedSerializer)
    @action(detail=True, methods=["post"])
    def people(self, request: Request, **kwargs: Any) -> Response:
        """Add many: all who can be, in one transaction; whoever is left out is told with the reason. Sent twice it adds
        once."""
        found: CallList = self.get_object()
        given = PeopleSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        prospect_lists.require_open(found)
        checked = list_file.judged(enumerate(data["people"], start=1), found)
        told = {
            **checked.counts,
            "dry_run": data["dry_run"],
            "left_out": checked.left_out,
            "added": len(checked.people),
        }
        if checked.people and not data["dry_run"]:
            added = prospect_lists.add(found, checked.people, by=by_whom(request), source=data["source"])
            told["added"] = added.added
            told["duplicate"] += added.duplicates
            told["blocked"] += added.blocked
        return Response(AddedSerializer(told).data)

    @extend_schema(responses=ResultsSerializer)
    @action(detail=True, filter_backends=[])
    def results(self, request: Request, **kwargs: Any) -> Response:
        """What came of it so far."""
        found: CallList = self.get_object()
        figures = prospect_lists.figures([found])[found.pk]
        ready = prospects.ready([found], clock.now()) if found.state == CallListState.OPEN else {}
        told = {
            **{name: getattr(figures, name) for name in ("people", "attempts", "reached", "booked", "conversion")},
            "ready": sum(ready.get(found.pk, {}).values()),
            "states": {str(state): figures.states.get(state, 0) for state in ProspectState},
            "results": {str(result): figures.results.get(result, 0) for result in ProspectResult},
            "reasons": prospect_lists.reasons(found),
        }
        return Response(ResultsSerializer(told).data)


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    """The rules as a form takes them."""
    return {name: value.pk if isinstance(value, Queue | Script) else value for name, value in values.items()}
