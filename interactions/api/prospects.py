"""People on call lists as resources under /clients/<id>/: read, added, corrected, taken off and put back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from clients.api.base import OfClientViewSet, OfSameClient, PublicId, ReasonedSerializer, by_whom, require_role
from clients.models import CallList, Role
from interactions import prospect_changes, prospect_lists
from interactions.models import Prospect, ProspectResult, ProspectState
from interactions.prospect_lists import Person
from interactions.views.floor.list_forms import ProspectForm, shown


class OfSupervisors(OfClientViewSet):
    """Rows for who supervises the client, administrators, and its machines by their scopes."""

    http_method_names = ["get", "post", "patch", "head", "options"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        require_role(request, self.client.pk, "admin", Role.SUPERVISOR)


class ProspectSerializer(serializers.ModelSerializer[Prospect]):
    """Somebody on a call list. `interaction` is the latest call."""

    call_list = PublicId(read_only=True)
    email = serializers.EmailField(source="address", read_only=True)
    interaction = PublicId(read_only=True)

    class Meta:
        model = Prospect
        fields = [
            "public_id", "call_list", "name", "number", "email", "company", "zone", "language", "note", "consent_how",
            "consent_on", "state", "attempts", "next_try_at", "result", "result_note", "interaction", "added_at",
            "ended_at", "edition",
        ]  # fmt: skip


class PersonSerializer(serializers.Serializer[Any]):
    """Somebody who agreed to be called, as in a row of a file; what cannot be used is told by field."""

    name = serializers.CharField(required=False, allow_blank=True)
    number = serializers.CharField(required=False, allow_blank=True, help_text="Best with its country code.")
    email = serializers.CharField(required=False, allow_blank=True)
    company = serializers.CharField(required=False, allow_blank=True)
    zone = serializers.CharField(
        required=False, allow_blank=True, help_text="Needed where the number's country has several."
    )
    language = serializers.CharField(required=False, allow_blank=True, help_text="Without it the client's usual one.")
    note = serializers.CharField(required=False, allow_blank=True)
    consent_how = serializers.CharField(required=False, allow_blank=True, help_text="How the person agreed.")
    consent_on = serializers.CharField(required=False, allow_blank=True, help_text="The day: 2026-11-02.")


class NewProspectSerializer(PersonSerializer):
    """Whom to add to which list."""

    call_list = OfSameClient(queryset=CallList.objects.all())


class ChangeProspectSerializer(PersonSerializer):
    """What is corrected, and why."""

    reason = serializers.CharField(max_length=prospect_changes.MOST_WHY)
    edition = serializers.IntegerField(
        min_value=1, required=False, help_text="The one that was read: 409 where it was changed since."
    )


def person_of(client: Any, data: Mapping[str, Any]) -> Person:
    """The person by the rules of the form; 400 by field."""
    form = ProspectForm(client, data)
    if not form.is_valid():
        raise ValidationError({name: [str(each) for each in told] for name, told in form.errors.items()})
    return form.person()


class ProspectFilter(django_filters.FilterSet):
    """An unknown list gives nobody, a malformed value is 400."""

    call_list = django_filters.UUIDFilter(field_name="call_list__public_id")
    state = django_filters.MultipleChoiceFilter(choices=ProspectState.choices)
    result = django_filters.MultipleChoiceFilter(choices=ProspectResult.choices)
    number = django_filters.CharFilter()
    email = django_filters.CharFilter(field_name="address", lookup_expr="iexact")
    name = django_filters.CharFilter(lookup_expr="icontains")

    class Meta:
        model = Prospect
        fields: list[str] = []


class ProspectViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OfSupervisors):
    """People on the client's call lists, in the order in which they were added."""

    rows = Prospect.objects.select_related("call_list", "client", "interaction").order_by("pk")
    serializer_class = ProspectSerializer
    filterset_class = ProspectFilter
    scopes = dict.fromkeys(["create", "partial_update", "remove", "put_back"], "act")

    @extend_schema(request=NewProspectSerializer, responses={200: ProspectSerializer, 201: ProspectSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add somebody: 201; 200 with the person as things stand when the number is on the list already.

        409 for a number that is never called, and for a closed list.
        """
        given = NewProspectSerializer(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        call_list = data.pop("call_list")
        person = person_of(self.client, data)
        added = prospect_lists.add(call_list, [person], by=by_whom(request), source="api")
        if added.blocked:
            raise prospect_changes.NumberRefused(sentence=prospect_changes.NEVER_CALLED)
        found = self.rows.get(call_list=call_list, number=person.number)
        code = status.HTTP_201_CREATED if added.added else status.HTTP_200_OK
        return Response(self.get_serializer(found).data, status=code)

    @extend_schema(request=ChangeProspectSerializer, responses=ProspectSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Correct what is known of somebody who waits. Sent twice it is done once."""
        found: Prospect = self.get_object()
        given = ChangeProspectSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        why, edition = data.pop("reason"), data.pop("edition", None)
        person = person_of(self.client, {**shown(found), **data})
        sent = {"address" if name == "email" else name for name in data}  # what was not sent may have changed meanwhile
        told = {name: value for name, value in asdict(person).items() if name in sent}
        return self._told(prospect_changes.change(found, by=by_whom(request), why=why, edition=edition, **told))

    @extend_schema(request=ReasonedSerializer, responses=ProspectSerializer)
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, **kwargs: Any) -> Response:
        """Take off the list; calls and results stay. Sent twice it is done once."""
        found: Prospect = self.get_object()
        why = ReasonedSerializer.of(request)
        return self._told(prospect_changes.remove(found, by=by_whom(request), why=why))

    @extend_schema(request=ReasonedSerializer, responses=ProspectSerializer)
    @action(detail=True, methods=["post"], url_path="put-back")
    def put_back(self, request: Request, **kwargs: Any) -> Response:
        """Back on the list, at the old place."""
        found: Prospect = self.get_object()
        why = ReasonedSerializer.of(request)
        return self._told(prospect_changes.put_back(found, by=by_whom(request), why=why))

    def _told(self, prospect: Prospect) -> Response:
        return Response(self.get_serializer(self.rows.get(pk=prospect.pk)).data)
