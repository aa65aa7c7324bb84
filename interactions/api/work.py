"""An agent's further acts on work in hand: its call flow, calls, advice of a colleague, a promise. Beside `legs`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from agents.models import Agent
from clients import customers
from clients.models import Customer, Queue
from clients.script_acts import inputs_of
from interactions import acts, callbacks, handling, outbound, runs, states, transfers, verifying, whose_contact
from interactions.acts import tasks
from interactions.api.serializers import ActSerializer, CallbackSerializer, LegSerializer
from interactions.callback_work import Result
from interactions.desk.promising import queue_of, zone_of
from interactions.models import CallbackOrigin, ClientTask, Leg, LegState, Run

ACTS = [
    "script", "script_answer", "script_back", "script_jump", "script_undo", "dialled", "report", "consult",
    "consult_complete", "consult_end", "callback", "task", "customer", "customer_back",
]  # fmt: skip


class StepSerializer(serializers.Serializer[Any]):
    """One step of the way gone so far."""

    step = serializers.CharField()
    entered_at = serializers.DateTimeField()
    left_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.JSONField()


class DoneActSerializer(serializers.Serializer[Any]):
    """An act of the call flow that was done. `standing`: how far it has come since, in words."""

    public_id = serializers.UUIDField(source="action.public_id")
    name = serializers.CharField(source="action.name")
    label: Any = serializers.CharField(source="action.label")
    step = serializers.CharField(source="action.step")
    ref = serializers.CharField(source="action.ref", help_text="What it made or changed.")
    standing = serializers.CharField()
    done_at = serializers.DateTimeField(source="action.done_at")
    undone_at = serializers.DateTimeField(source="action.undone_at", allow_null=True)
    undoable = serializers.BooleanField()


class RunSerializer(serializers.ModelSerializer[Run]):
    """Where the call flow stands. `step` is the open step as the client's flow words it; verified: null is untried."""

    step = serializers.SerializerMethodField()
    way = serializers.SerializerMethodField()
    acts = serializers.SerializerMethodField()
    reason: Any = serializers.CharField(source="interaction.reason.code", default=None, read_only=True)
    product: Any = serializers.CharField(source="interaction.product.code", default=None, read_only=True)

    class Meta:
        model = Run
        fields = [
            "state",
            "at_step",
            "step",
            "answers",
            "verified",
            "verify_attempts",
            "reason",
            "product",
            "way",
            "acts",
        ]

    def get_step(self, run: Run) -> dict[str, Any] | None:
        graph = (run.sub_version or run.version).graph
        found = next((dict(step) for step in graph["steps"] if step["id"] == run.at_step), None)
        if found and found["kind"] == "act":
            found["fields"] = [
                {**asdict(one), "options": [{"value": value, "label": label} for value, label in one.options]}
                for one in inputs_of(str(found.get("act", "")))
            ]
        if found and found["kind"] == "verify":
            rules = verifying.rules_of(verifying.policy_of(run.client_id), runs.graph_of(run)[run.at_step])
            found["facts"] = [{"fact": fact, "label": label} for fact, label in rules.facts]
        return found

    @extend_schema(responses=StepSerializer(many=True))
    def get_way(self, run: Run) -> Any:
        return StepSerializer(runs.path(run.visits.all()), many=True).data

    @extend_schema(responses=DoneActSerializer(many=True))
    def get_acts(self, run: Run) -> Any:
        return DoneActSerializer(acts.done_of(run), many=True).data


class StepNameSerializer(ActSerializer):
    step = serializers.CharField(max_length=80)


class AnswerSerializer(StepNameSerializer):
    """The open step and what was said, by field name: facts for a verification, `choice` for a choice."""

    answers = serializers.DictField(
        child=serializers.CharField(max_length=2000, allow_blank=True), required=False, default=dict
    )


class ReportSerializer(ActSerializer):
    result = serializers.ChoiceField(choices=Result.choices)


class TransferSerializer(ActSerializer):
    queue = serializers.UUIDField(required=False)
    colleague = serializers.UUIDField(required=False)
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if ("queue" in data) == ("colleague" in data):
            raise serializers.ValidationError(_("Name a queue or a colleague, one of the two."))
        return data


class WhoseSerializer(ActSerializer):
    """A customer of the same company; or the name of somebody new."""

    customer = serializers.UUIDField(required=False)
    name = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)


class CallbackPromiseSerializer(ActSerializer):
    """Without a window the client's turn-around time is promised; `mine` keeps it for the agent who promises."""

    number = serializers.CharField(max_length=32)
    due_from = serializers.DateTimeField(required=False, allow_null=True, default=None)
    due_until = serializers.DateTimeField(required=False, allow_null=True, default=None)
    words = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    mine = serializers.BooleanField(required=False, default=False)


def line_of(leg: Leg, public_id: Any) -> Queue:
    """A line of the same client; no other can be named."""
    found = Queue.objects.filter(client=leg.client_id, public_id=public_id).first()
    if found is None:
        raise serializers.ValidationError({"queue": _("The client has no such line.")})
    return found


class TaskAskedSerializer(ActSerializer):
    """Something for the company's own people, until a day of the company's calendar."""

    title = serializers.CharField(max_length=120)
    due_on = serializers.DateField()
    details = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


class TaskSerializer(serializers.ModelSerializer[ClientTask]):
    """As the company's people see it."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    case: Any = serializers.CharField(source="case.reference", default=None, read_only=True)

    class Meta:
        model = ClientTask
        fields = ["id", "title", "details", "due_on", "state", "case", "made_at", "done_at", "note"]


def colleague_of(leg: Leg, public_id: Any) -> Agent:
    """A colleague licensed for the same client; nobody else can be named."""
    found = Agent.objects.filter(public_id=public_id, deactivated_at=None, licences__client=leg.client_id).first()
    if found is None:
        raise serializers.ValidationError({"colleague": _("Nobody of this id is licensed for the client.")})
    return found


def customer_of(leg: Leg, public_id: Any) -> Customer:
    """A customer of the leg's company; nobody else can be named."""
    found = Customer.objects.filter(client=leg.client_id, public_id=public_id).select_related("merged_into").first()
    if found is None:
        raise serializers.ValidationError({"customer": _("There is no such customer.")})
    return customers.survivor(found)


class WorkActs:
    """Mixed into the legs' view set, which knows whose leg it is."""

    get_object: Any
    _own: Any
    _given: Any
    _told: Any
    get_serializer_context: Any

    def _run(self, request: Request) -> tuple[Leg, Run, Agent]:
        """Inside the caller's transaction: the seats are locked before the run."""
        leg, agent = self._own(request)
        leg = handling.held_leg(leg, by=agent)
        return leg, self._stands(leg), agent

    def _working(self, request: Request) -> tuple[Leg, Agent]:
        """Hers while she works on it or wraps it up, its seats locked; inside the caller's transaction."""
        leg, agent = self._own(request)
        states.take_seats_on(leg.interaction_id, leg.agent_id)
        leg.refresh_from_db()
        if leg.state not in (LegState.HANDLING, LegState.WRAPPING):
            raise handling.NotYours
        return leg, agent

    def _stands(self, leg: Leg) -> Run:
        rows = Run.objects.select_related("version", "sub_version", "interaction__reason", "interaction__product")
        run = rows.filter(interaction=leg.interaction).first()
        if run is None:
            raise NotFound(_("There is no call flow for this contact."))
        return run

    def _shown(self, leg: Leg) -> Response:
        return Response(RunSerializer(self._stands(leg), context=self.get_serializer_context()).data)

    @extend_schema(responses=RunSerializer)
    @action(detail=True, filter_backends=[])
    def script(self, request: Request, **kwargs: Any) -> Response:
        """The call flow as it stands: the open step, what was answered, the way so far."""
        return self._shown(self.get_object())

    @extend_schema(request=AnswerSerializer, responses=RunSerializer)
    @action(detail=True, methods=["post"], url_path="script/answer")
    def script_answer(self, request: Request, **kwargs: Any) -> Response:
        """Answer the open step: fields, verification, reason, product; or press its act. 422 names what is missing."""
        with transaction.atomic():
            leg, run, agent = self._run(request)
            data = self._given(AnswerSerializer)
            runs.answer(run, data["step"], data["answers"], by=agent)
        return self._shown(leg)

    @extend_schema(request=ActSerializer, responses=RunSerializer)
    @action(detail=True, methods=["post"], url_path="script/back")
    def script_back(self, request: Request, **kwargs: Any) -> Response:
        """One step back."""
        with transaction.atomic():
            leg, run, agent = self._run(request)
            runs.back(run, by=agent)
        return self._shown(leg)

    @extend_schema(request=StepNameSerializer, responses=RunSerializer)
    @action(detail=True, methods=["post"], url_path="script/jump")
    def script_jump(self, request: Request, **kwargs: Any) -> Response:
        """To any step; recorded."""
        with transaction.atomic():
            leg, run, agent = self._run(request)
            runs.jump(run, self._given(StepNameSerializer)["step"], by=agent)
        return self._shown(leg)

    @extend_schema(request=ActSerializer, responses=RunSerializer)
    @action(detail=True, methods=["post"], url_path="script/acts/<uuid:action>/undo")
    def script_undo(self, request: Request, action: UUID, **kwargs: Any) -> Response:
        """Take back what an act did, as long as the contact is hers, wrap-up included. 409 in words once the world has
        gone on; undone twice it is undone once."""
        with transaction.atomic():
            leg, agent = self._own(request)
            leg = handling.working_leg(leg, by=agent)
            acts.undo(get_object_or_404(self._stands(leg).actions, public_id=action), by=agent)
        return self._shown(leg)

    @extend_schema(request=ActSerializer, responses=LegSerializer)
    @action(detail=True, methods=["post"])
    def dialled(self, request: Request, **kwargs: Any) -> Response:
        """The number was dialled: the moment of the try."""
        leg, agent = self._own(request)
        outbound.dialled(leg, by=agent, how="api")
        return self._told(leg)

    @extend_schema(request=ReportSerializer, responses=LegSerializer)
    @action(detail=True, methods=["post"])
    def report(self, request: Request, **kwargs: Any) -> Response:
        """What came of a call; for a callback it decides about the promise."""
        leg, agent = self._own(request)
        return self._told(outbound.report(leg, self._given(ReportSerializer)["result"], by=agent))

    @extend_schema(request=TransferSerializer, responses=LegSerializer)
    @action(detail=True, methods=["post"])
    def consult(self, request: Request, **kwargs: Any) -> Response:
        """Ask a colleague while the customer waits, or whoever of another line is free."""
        leg, agent = self._own(request)
        given = self._given(TransferSerializer)
        if "queue" in given:
            transfers.consult_line(leg, line_of(leg, given["queue"]), by=agent, note=given["note"])
        else:
            transfers.consult(leg, colleague_of(leg, given["colleague"]), by=agent, note=given["note"])
        return self._told(leg)

    @extend_schema(request=ActSerializer, responses=LegSerializer)
    @action(detail=True, methods=["post"], url_path="consult/complete")
    def consult_complete(self, request: Request, **kwargs: Any) -> Response:
        """Warm transfer: the colleague goes on alone."""
        leg, agent = self._own(request)
        transfers.complete_warm(leg, by=agent)
        return self._told(leg)

    @extend_schema(request=ActSerializer, responses=LegSerializer)
    @action(detail=True, methods=["post"], url_path="consult/end")
    def consult_end(self, request: Request, **kwargs: Any) -> Response:
        """End the consultation; the customer stays."""
        leg, agent = self._own(request)
        transfers.end_consult(leg, by=agent)
        return self._told(leg)

    @extend_schema(request=WhoseSerializer, responses=LegSerializer)
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def customer(self, request: Request, **kwargs: Any) -> Response:
        """Put the contact on the customer it is: found, or new by name. Who it is is asked anew."""
        leg, agent = self._own(request)
        data = self._given(WhoseSerializer)
        named = data.get("customer")
        if named:
            whose_contact.put_contact_on(leg.interaction, customer_of(leg, named), by=agent)
        else:
            whose_contact.put_contact_on_new(leg.interaction, data["name"], by=agent)
        return self._told(leg)

    @extend_schema(request=ActSerializer, responses=LegSerializer)
    @action(detail=True, methods=["post"], url_path="customer/back")
    def customer_back(self, request: Request, **kwargs: Any) -> Response:
        """Undo that: the contact is again whose it was."""
        leg, agent = self._own(request)
        whose_contact.put_back(leg.interaction, by=agent)
        return self._told(leg)

    @extend_schema(request=CallbackPromiseSerializer, responses={201: CallbackSerializer})
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def callback(self, request: Request, **kwargs: Any) -> Response:
        """Promise the customer of this contact a callback."""
        leg, agent = self._working(request)
        data = self._given(CallbackPromiseSerializer)
        owner = agent if data.pop("mine") else None
        contact, queue = leg.interaction, queue_of(leg.interaction)
        if queue is None:
            raise handling.NotYours
        verifying.require_number(contact, customers.tidy_phone(contact.client, data["number"]))
        made = callbacks.promise(
            contact.client,
            customer=contact.customer,
            queue=queue,
            origin=CallbackOrigin.AGENT,
            by=agent,
            interaction=contact,
            language=contact.language,
            zone=zone_of(contact),
            reason=contact.reason,
            owner=owner,
            **data,
        )
        told = CallbackSerializer(made, context=self.get_serializer_context()).data
        return Response(told, status=status.HTTP_201_CREATED)

    @extend_schema(request=TaskAskedSerializer, responses={201: TaskSerializer})
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def task(self, request: Request, **kwargs: Any) -> Response:
        """Ask the company's people to do something; asked twice it is one task."""
        leg, agent = self._working(request)
        made = tasks.ask(leg, by=agent, **self._given(TaskAskedSerializer))
        return Response(TaskSerializer(made).data, status=status.HTTP_201_CREATED)
