"""Staffing as a question to the API: the same functions as beside a line on the floor."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bpo.kernel import clock
from clients.api.base import HasScope, require_role, seen
from clients.models import Queue, Role
from interactions.reports import demand, staffing
from interactions.reports.demand import Recent
from interactions.reports.staffing import Demand, Goal, ImpossibleStaffing, Model

GOAL_FIELDS = ("percent", "within_seconds", "gives_up_percent", "occupancy_percent", "shrinkage_percent")


class Number(serializers.FloatField):
    """A number; true and false are none."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class AskStaffingSerializer(serializers.Serializer[Any]):
    """One question. With a `queue`, what is left out is the line's own figure of the period and its contract."""

    queue = serializers.UUIDField(required=False, help_text="A line whose own figures stand in for what is left out.")
    channel = serializers.CharField(required=False, help_text="voice or chat; the line's first, when left out.")
    period = serializers.CharField(required=False, help_text="lately, today, yesterday, 7d, 30d, month or a day.")
    per_hour = Number(required=False, help_text="Contacts an hour.")
    handle_seconds = Number(required=False, help_text="Handling time with hold and wrap-up.")
    patience_seconds = Number(
        required=False, allow_null=True, help_text="Mean wait before giving up; null: nobody gives up, Erlang C alone."
    )
    at_once = serializers.IntegerField(required=False, help_text="Contacts an agent has in hand at most; 1.")
    agents = serializers.IntegerField(required=False, help_text="What so many can expect; with a line those there now.")
    percent = Number(required=False, help_text="Answered in time, of all who come; 80.")
    within_seconds = Number(required=False, help_text="In time is within; 20.")
    gives_up_percent = Number(required=False, help_text="Give up at most; 5.")
    occupancy_percent = Number(required=False, help_text="Agents are busy at most; 100 is no cap.")
    shrinkage_percent = Number(required=False, help_text="Of scheduled time not at work; 0.")


class ExpectedSerializer(serializers.Serializer[Any]):
    """What customers meet. Shares are from 0 to 1, of all who come."""

    agents = serializers.IntegerField()
    certain_wait = serializers.BooleanField(help_text="Load is not below staff: the line grows without end.")
    in_time = serializers.FloatField()
    waits = serializers.FloatField()
    gives_up = serializers.FloatField()
    asa_seconds = serializers.FloatField(allow_null=True, help_text="Null where nobody is answered or it has no end.")
    occupancy = serializers.FloatField()
    words = serializers.CharField()


class ModelSerializer(serializers.Serializer[Any]):
    """The answer by one model: erlang_c, nobody gives up; erlang_a, some do (only with a patience)."""

    model = serializers.ChoiceField(choices=[str(model) for model in Model])
    needed = serializers.IntegerField()
    scheduled = serializers.IntegerField()
    with_needed = ExpectedSerializer()
    with_agents = ExpectedSerializer(allow_null=True)


class RecentSerializer(serializers.Serializer[Any]):
    """What the line's own numbers were told by."""

    period = serializers.CharField()
    arrivals = serializers.IntegerField()
    open_seconds = serializers.IntegerField()
    handled = serializers.IntegerField()
    given_up = serializers.IntegerField()


class AskedSerializer(serializers.Serializer[Any]):
    """The question with what was filled in for it."""

    per_hour = serializers.FloatField()
    handle_seconds = serializers.FloatField()
    patience_seconds = serializers.FloatField(allow_null=True)
    at_once = serializers.IntegerField()
    agents = serializers.IntegerField(allow_null=True)
    percent = serializers.FloatField()
    within_seconds = serializers.FloatField()
    gives_up_percent = serializers.FloatField()
    occupancy_percent = serializers.FloatField()
    shrinkage_percent = serializers.FloatField()


class StaffingSerializer(serializers.Serializer[Any]):
    """The question as it was understood, and its answer."""

    load_erlangs = serializers.FloatField(help_text="Contacts in hand at any moment.")
    asked = AskedSerializer()
    recent = RecentSerializer(allow_null=True)
    models: Any = ModelSerializer(many=True)
    assumptions: Any = serializers.ListField(child=serializers.CharField())


NUMBERS = OpenApiExample(
    "By numbers alone", request_only=True,
    value={"per_hour": 200, "handle_seconds": 180, "patience_seconds": 120, "agents": 12, "percent": 80,
           "within_seconds": 20, "occupancy_percent": 85, "shrinkage_percent": 30},
)  # fmt: skip
OF_A_LINE = OpenApiExample(
    "Of a line", summary="Of a line, in a busier hour", request_only=True,
    value={"queue": "0b5b6f4e-6f1c-4b59-9d3e-3a2f6a1b7c11", "channel": "voice", "period": "7d", "per_hour": 90},
)  # fmt: skip


class StaffingView(APIView):
    """How many agents a line needs, and what a staffing can expect."""

    permission_classes = [HasScope]

    @extend_schema(request=AskStaffingSerializer, responses=StaffingSerializer, examples=[NUMBERS, OF_A_LINE])
    def post(self, request: Request) -> Response:
        """Work it out by Erlang C and, with a patience, by Erlang A; nothing is changed.

        By numbers alone, or with `queue` by a line's own: for its supervisors, administrators and keys.
        """
        given = AskStaffingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        recent = None
        if "queue" in data:
            recent = _filled(data, _line(request, data.pop("queue")))
        for name in ("per_hour", "handle_seconds"):
            if data.get(name) is None:
                raise ValidationError({name: _("Say it: nothing tells this number.")})
        try:
            return Response(StaffingSerializer(_answer(data, recent)).data)
        except ImpossibleStaffing as refused:
            raise ValidationError({refused.field: str(refused.sentence)}) from refused


def _line(request: Request, public_id: UUID) -> Queue:
    """The line, of whoever may see how its work goes."""
    found = seen(request, Queue.objects.select_related("client")).filter(public_id=public_id).first()
    if found is None:
        raise ValidationError({"queue": _("There is no such line.")})
    require_role(request, found.client_id, "admin", Role.SUPERVISOR)
    return found


def _filled(data: dict[str, Any], queue: Queue) -> Recent:
    """What the question leaves out, by the line's own figures."""
    channels = demand.live_channels(queue)
    channel = data.pop("channel", None) or (channels[0] if channels else "")
    if channel not in channels:
        raise ValidationError({"channel": _("Nobody waits on this line by that channel; it is for calls and chats.")})
    at = clock.now()
    found = demand.recent(queue, channel, data.pop("period", demand.USUAL_PERIOD), at=at)
    here, goal = demand.there(queue, channel), demand.goal_of(queue, channel, at)
    own = {
        "per_hour": found.per_hour, "handle_seconds": found.handle_seconds, "patience_seconds": found.patience_seconds,
        "at_once": here.at_once, "agents": here.agents, **{name: getattr(goal, name) for name in GOAL_FIELDS},
    }  # fmt: skip
    data.update({name: value for name, value in own.items() if name not in data})
    return found


def _answer(data: dict[str, Any], recent: Recent | None) -> dict[str, Any]:
    asked = Demand(data["per_hour"], data["handle_seconds"], data.get("patience_seconds"), data.get("at_once", 1))
    goal, agents = Goal(**{name: data[name] for name in GOAL_FIELDS if name in data}), data.get("agents")

    def met(model: Model, number: int) -> dict[str, Any]:
        found = staffing.expected(asked, number, goal.within_seconds, model)
        return {
            "agents": number, "certain_wait": found.endless, "in_time": found.in_time, "waits": found.waits,
            "gives_up": found.gives_up, "asa_seconds": found.asa_seconds, "occupancy": found.occupancy,
            "words": staffing.verdict(asked, number, found, goal),
        }  # fmt: skip

    needs = [staffing.needed(asked, goal, model) for model in asked.models]
    return {
        "load_erlangs": asked.load,
        "asked": {
            "per_hour": asked.per_hour, "handle_seconds": asked.handle_seconds, "at_once": asked.at_once,
            "patience_seconds": asked.patience_seconds, "agents": agents,
            **{name: getattr(goal, name) for name in GOAL_FIELDS},
        },
        "recent": recent and {
            "period": recent.period.key, "arrivals": recent.arrivals, "open_seconds": recent.open_seconds,
            "handled": recent.handling.legs, "given_up": recent.given_up,
        },
        "models": [
            {
                "model": str(need.model), "needed": need.agents, "scheduled": need.scheduled,
                "with_needed": met(need.model, need.agents),
                "with_agents": None if agents is None else met(need.model, agents),
            }
            for need in needs
        ],
        "assumptions": staffing.assumptions(asked, goal),
    }  # fmt: skip
