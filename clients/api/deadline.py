"""Callback deadlines as a question to the API: the arithmetic every promise is made by."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bpo.kernel import clock
from clients import hours, opening
from clients.api.base import HasScope, seen
from clients.hours import Calendar, Span
from clients.models import BusinessHours, Client, EntryPoint, Policy, Queue

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
MOST_SPANS, MOST_DATES = 140, 1000
# Whose hours may be asked for: the field, the rows.
NAMED: dict[str, Any] = {
    "queue": Queue.objects.select_related("client__policy", "hours__client"),
    "door": EntryPoint.objects.select_related("client__policy", "hours__client", "queue__hours__client"),
    "client": Client.objects.select_related("policy"),
    "hours": BusinessHours.objects.select_related("client__policy"),
}


class OpenSerializer(serializers.Serializer[Any]):
    """Open on a weekday (0 is Monday), in minutes after midnight; closing exclusive."""

    weekday = serializers.IntegerField(min_value=0, max_value=6)
    opens = serializers.IntegerField()
    closes = serializers.IntegerField()


class DateSerializer(serializers.Serializer[Any]):
    """A date with hours of its own; without them closed all day."""

    date = serializers.DateField()
    opens = serializers.IntegerField(required=False, allow_null=True, default=None)
    closes = serializers.IntegerField(required=False, allow_null=True, default=None)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if (data["opens"] is None) != (data["closes"] is None):
            raise ValidationError({"closes": _("Give both times, or neither for a closed day.")})
        return data


class CalendarSerializer(serializers.Serializer[Any]):
    """Hours written out, as they are for /clients/<id>/hours/."""

    zone = serializers.CharField(max_length=64)
    always_open = serializers.BooleanField(required=False, default=False)
    spans: Any = OpenSerializer(many=True, required=False, default=list, max_length=MOST_SPANS)  # type: ignore[call-arg]
    exceptions: Any = DateSerializer(many=True, required=False, default=list, max_length=MOST_DATES)  # type: ignore[call-arg]


class AskDeadlineSerializer(serializers.Serializer[Any]):
    """Whose hours: exactly one of queue, door, client, hours and calendar. How long: minutes, or seconds."""

    queue = serializers.UUIDField(required=False)
    door = serializers.UUIDField(required=False)
    client = serializers.UUIDField(required=False)
    hours = serializers.UUIDField(required=False)
    calendar = CalendarSerializer(required=False)
    at = serializers.DateTimeField(required=False, help_text="From when on; now, when left out.")
    minutes = serializers.IntegerField(required=False, help_text="Open minutes; the client's turn-around time, else.")
    seconds = serializers.IntegerField(required=False, help_text="Open seconds, in place of minutes.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if len(data.keys() & {*NAMED, "calendar"}) != 1:
            raise ValidationError(_("Name one of queue, door, client, hours and calendar."))
        if "minutes" in data and "seconds" in data:
            raise ValidationError({"seconds": _("Give minutes or seconds, not both.")})
        if "calendar" in data and not data.keys() & {"minutes", "seconds"}:
            raise ValidationError({"minutes": _("Say how much open time there is; a calendar alone promises nothing.")})
        if not EARLIEST <= data.get("at", EARLIEST) < LATEST:
            raise ValidationError({"at": _("Ask for a time between the years 2000 and 2200.")})
        return data


class DeadlineSerializer(serializers.Serializer[Any]):
    """By when, and how it was counted."""

    at = serializers.DateTimeField()
    open = serializers.BooleanField(help_text="At that instant.")
    counts_from = serializers.DateTimeField(help_text="That instant, or the next opening.")
    open_seconds = serializers.IntegerField(help_text="The turn-around time.")
    due_until = serializers.DateTimeField()
    due_until_local = serializers.CharField(help_text="The same on the clock of the calendar's zone.")
    zone = serializers.CharField()


OF_A_LINE = OpenApiExample(
    "Of a line", summary="By the hours of a line and its client's turn-around time", request_only=True,
    value={"queue": "0b5b6f4e-6f1c-4b59-9d3e-3a2f6a1b7c11"},
)  # fmt: skip
WRITTEN_OUT = OpenApiExample(
    "Written out", summary="Two open hours from Friday 16:30 on, closed on the Monday", request_only=True,
    value={
        "calendar": {
            "zone": "America/New_York",
            "spans": [{"weekday": day, "opens": 540, "closes": 1020} for day in range(5)],
            "exceptions": [{"date": "2026-05-25"}],
        },
        "at": "2026-05-22T16:30:00-04:00", "minutes": 120,
    },
)  # fmt: skip


class DeadlineView(APIView):
    """By when a callback is due."""

    permission_classes = [HasScope]

    @extend_schema(request=AskDeadlineSerializer, responses=DeadlineSerializer, examples=[OF_A_LINE, WRITTEN_OUT])
    def post(self, request: Request) -> Response:
        """Count open time from an instant on; nothing is promised by asking.

        Opening is inclusive, closing exclusive; counting begins at the next open instant; local dates decide holidays.
        """
        given = AskDeadlineSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        at = data.get("at") or clock.now()
        calendar, minutes = _asked(request, data, at)
        seconds = data["seconds"] if "seconds" in data else data.get("minutes", minutes) * 60
        due = hours.add_open_seconds(calendar, at, seconds)
        told = {
            "at": at, "open": hours.is_open(calendar, at), "counts_from": hours.next_opening(calendar, at),
            "open_seconds": seconds, "due_until": due, "zone": calendar.zone,
            "due_until_local": due.astimezone(ZoneInfo(calendar.zone)).isoformat(),
        }  # fmt: skip
        return Response(DeadlineSerializer(told).data)


def _asked(request: Request, data: dict[str, Any], at: datetime) -> tuple[Calendar, int]:
    """The calendar that is meant, and the turn-around time of its client in minutes; 0 where it is written out."""
    if "calendar" in data:
        calendar = _written_out(data["calendar"])
        hours.validate(calendar, starting=at.date())
        return calendar, 0
    (name,) = data.keys() & NAMED.keys()
    found = seen(request, NAMED[name]).filter(public_id=data[name]).first()
    if found is None:
        raise ValidationError({name: _("There is no such thing, or it is not yours to see.")})
    client = found if isinstance(found, Client) else found.client
    policy = getattr(client, "policy", None) or Policy(client=client)
    calendar = found.calendar() if isinstance(found, BusinessHours) else opening.calendar_of(found)
    return calendar, policy.turnaround_minutes


def _written_out(given: dict[str, Any]) -> Calendar:
    if given["always_open"]:
        week = hours.always_open().week
    else:
        week = tuple(
            tuple(Span(span["opens"], span["closes"]) for span in given["spans"] if span["weekday"] == day)
            for day in range(7)
        )
    exceptions: dict[Any, tuple[Span, ...]] = {}
    for day in given["exceptions"]:
        own = () if day["opens"] is None else (Span(day["opens"], day["closes"]),)
        exceptions[day["date"]] = (*exceptions.get(day["date"], ()), *own)
    return Calendar(zone=given["zone"], week=week, exceptions=exceptions)
