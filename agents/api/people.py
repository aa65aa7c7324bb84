"""Agents as resources for administrators and supervisors, and one's own presence."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents import joining, leading, licences, presence, skills
from agents.gates import agent_of
from agents.models import Agent, CapacityProfile, Licence, Presence, Seat, Team
from bpo.accounts.models import User
from bpo.kernel.errors import InvalidValue
from clients.access import is_admin
from clients.api.base import ByCode, HasScope, HouseViewSet, PublicId, by_whom, named, require_admin
from clients.models import ApiKey, Client, Queue, Role, ScriptVersion, Skill, VersionState


class SeatSerializer(serializers.ModelSerializer[Seat]):
    """Presence and room."""

    class Meta:
        model = Seat
        fields = ["presence", "reason", "since", "wish", "wish_sign_out", "connected", "offered", "misses", "version"]


class PresenceWishSerializer(serializers.Serializer[Any]):
    """What one wants to be."""

    presence = serializers.ChoiceField(choices=["available", "break", "signed_out"])
    reason = serializers.CharField(max_length=60, required=False, default="")
    after_this = serializers.BooleanField(required=False, default=False)


class MyPresenceView(APIView):
    """The signed-in agent's own presence."""

    permission_classes = [HasScope]

    @extend_schema(responses=SeatSerializer)
    def get(self, request: Request) -> Response:
        """Where I am and since when."""
        agent = own_agent(request)
        return Response(SeatSerializer(_seat(agent)).data)

    @extend_schema(request=PresenceWishSerializer, responses=SeatSerializer)
    def post(self, request: Request) -> Response:
        """Go available, take a break, sign out; a break with live work is a wish."""
        agent = own_agent(request)
        given = PresenceWishSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wish = given.validated_data
        if wish["presence"] == "available":
            presence.go_available(agent, by=agent)
        elif wish["presence"] == "break":
            presence.take_break(agent, wish["reason"], by=agent)
        else:
            presence.sign_out(agent, after_this=wish["after_this"], by=agent)
        return Response(SeatSerializer(_seat(agent)).data)


def own_agent(request: Request) -> Agent:
    """The agent who calls; 403 in words for anybody else."""
    agent = agent_of(request.user) if isinstance(request.user, User) else None
    if agent is None:
        raise PermissionDenied(_("This is for agents, and you are not one of them."))
    return agent


def acting_agent(request: Request, client_id: int) -> Agent:
    """Who acts on this client's work: the agent who calls, or the one a key with scope act names, who can do no more
    by it than by her own hand: whose licence has ended sees the client only while she finishes what she has."""
    if not isinstance(request.auth, ApiKey):
        return own_agent(request)
    found = (
        Agent.objects.select_related("user", "team", "profile")
        .filter(public_id=named(request, "agent"), deactivated_at=None, licences__client=client_id)
        .first()
    )
    if found is None or not Client.objects.visible_to(found.user).filter(pk=client_id).exists():
        raise InvalidValue("agent", sentence=_("Name the agent in whose name you act, licensed for this client."))
    return found


def _seat(agent: Agent) -> Seat:
    return Seat.objects.filter(pk=agent.pk).first() or presence.sign_in(agent)


class LicenceSerializer(serializers.ModelSerializer[Licence]):
    client = PublicId(read_only=True)

    class Meta:
        model = Licence
        fields = ["client", "state", "since", "until", "ramp_per_hour", "reason"]


class AgentSerializer(serializers.ModelSerializer[Agent]):
    """An agent as supervisors see one."""

    team = serializers.CharField(source="team.name")
    profile = serializers.CharField(source="profile.name")
    skills = serializers.SerializerMethodField()
    licences = serializers.SerializerMethodField()
    switched_off = serializers.SerializerMethodField()
    seat = SeatSerializer(read_only=True)

    class Meta:
        model = Agent
        fields = [
            "public_id", "name", "employee_number", "team", "profile", "wrap_up_seconds", "hired_on", "deactivated_at",
            "skills", "licences", "switched_off", "seat",
        ]  # fmt: skip

    def get_skills(self, agent: Agent) -> dict[str, int]:
        return {held.skill.code: held.level for held in agent.skills.all()}

    def get_switched_off(self, agent: Agent) -> list[str]:
        shown = self.context.get("clients")
        rows = [row.queue for row in agent.switched_off.all() if shown is None or row.queue.client_id in shown]
        return [str(queue.public_id) for queue in rows]

    @extend_schema(responses=LicenceSerializer(many=True))
    def get_licences(self, agent: Agent) -> Any:
        shown = self.context.get("clients")
        rows = [row for row in agent.licences.all() if shown is None or row.client_id in shown]
        return LicenceSerializer(rows, many=True).data


class NewAgentSerializer(serializers.Serializer[Any]):
    """Somebody new."""

    full_name = serializers.CharField(max_length=120)
    email = serializers.EmailField()
    language = serializers.ChoiceField(choices=["en", "es"], default="en")
    employee_number = serializers.CharField(max_length=20)
    team = serializers.CharField(max_length=80)
    profile = serializers.CharField(max_length=60, default="Standard")
    skills: Any = serializers.DictField(child=serializers.IntegerField(min_value=1, max_value=5), default=dict)
    certify_for = PublicId(queryset=Client.objects.all(), many=True, required=False, default=list)
    train_for = PublicId(queryset=Client.objects.all(), many=True, required=False, default=list)

    def validate_email(self, value: str) -> str:
        if Agent.objects.filter(user__email=value.lower()).exists():
            raise serializers.ValidationError(_("Somebody with this address works here, or did, already."))
        return value.lower()

    def validate_employee_number(self, value: str) -> str:
        if Agent.objects.filter(employee_number=value).exists():
            raise serializers.ValidationError(_("Somebody else has this number."))
        return value

    def validate_skills(self, value: dict[str, int]) -> dict[Skill, int]:
        found = {skill.code: skill for skill in Skill.objects.filter(code__in=value)}
        if missing := sorted(set(value) - set(found)):
            raise serializers.ValidationError(_("There is no skill “%(code)s”.") % {"code": missing[0]})
        return {found[code]: level for code, level in value.items()}


class ChangedAgentSerializer(serializers.Serializer[Any]):
    """Where an agent works, how much at once, and how long the wrap-up is; null: as the line says."""

    team = serializers.SlugRelatedField(slug_field="name", queryset=Team.objects.all(), required=False)
    profile = serializers.SlugRelatedField(slug_field="name", queryset=CapacityProfile.objects.all(), required=False)
    wrap_up_seconds = serializers.IntegerField(min_value=1, max_value=32767, allow_null=True, required=False)


class LevelSerializer(serializers.Serializer[Any]):
    """A skill at a level; null takes it away."""

    skill: Any = ByCode(queryset=Skill.objects.all())
    level = serializers.IntegerField(min_value=1, max_value=5, allow_null=True)
    reason = serializers.CharField(max_length=200)


class LineSerializer(serializers.Serializer[Any]):
    """A line switched off for an agent, or on again."""

    queue = PublicId(queryset=Queue.objects.all())
    on = serializers.BooleanField()
    reason = serializers.CharField(max_length=200)


class LicenceActSerializer(serializers.Serializer[Any]):
    """An act on a licence."""

    client = PublicId(queryset=Client.objects.all())
    act = serializers.ChoiceField(choices=["train", "certify", "suspend", "revoke"])
    reason = serializers.CharField(max_length=200)
    until = serializers.DateField(required=False, allow_null=True)
    script_version = PublicId(
        queryset=ScriptVersion.objects.filter(state=VersionState.PUBLISHED), required=False, allow_null=True
    )
    ramp_per_hour = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=32767)


class PublicNameSerializer(serializers.Serializer[Any]):
    """How a client's customers know the agent; empty is the first word of the own name."""

    client = PublicId(queryset=Client.objects.all())
    name = serializers.CharField(max_length=60, allow_blank=True)


class ForceSerializer(serializers.Serializer[Any]):
    """A supervisor's order."""

    presence = serializers.ChoiceField(choices=["available", "break", "signed_out"])
    reason = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    why = serializers.CharField(max_length=200)


class DeactivateSerializer(serializers.Serializer[Any]):
    """Why it is done."""

    why = serializers.CharField(max_length=200)


class AgentFilter(django_filters.FilterSet):
    client = django_filters.UUIDFilter(field_name="licences__client__public_id")
    team = django_filters.CharFilter(field_name="team__name")
    presence = django_filters.ChoiceFilter(field_name="seat__presence", choices=Presence.choices)

    class Meta:
        model = Agent
        fields: list[str] = []


class AgentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, HouseViewSet):
    """Agents of the teams one leads and of the clients one supervises; administrators see all and change them."""

    rows = Agent.objects.select_related("team", "profile", "user", "seat").prefetch_related(
        "skills__skill", "licences__client", "switched_off__queue"
    )
    serializer_class = AgentSerializer
    filterset_class = AgentFilter
    http_method_names = ["get", "post", "patch", "head", "options"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if isinstance(request.auth, ApiKey) or not (is_admin(request.user) or self._clients() or self._teams()):
            raise PermissionDenied(_("Agents are shown to their supervisors and to administrators."))

    def _clients(self) -> set[int]:
        supervised = Client.objects.visible_to_role(self.request.user, Role.SUPERVISOR)  # type: ignore[arg-type]
        return set(supervised.values_list("pk", flat=True))

    def _teams(self) -> set[int]:
        return set(leading.led_teams(by_whom(self.request)).values_list("pk", flat=True))

    def get_queryset(self) -> QuerySet[Agent]:
        if getattr(self, "swagger_fake_view", False):
            return self.rows.none()
        if is_admin(self.request.user):  # type: ignore[arg-type]
            return self.rows.order_by("name")
        licensed = Licence.objects.filter(client__in=self._clients()).values("agent")
        return self.rows.filter(Q(team__in=self._teams()) | Q(pk__in=licensed)).order_by("name")

    def get_serializer_context(self) -> dict[str, Any]:
        context = super().get_serializer_context()
        if not getattr(self, "swagger_fake_view", False) and not is_admin(self.request.user):  # type: ignore[arg-type]
            context["clients"] = self._clients()
        return context

    def _told(self, agent: Agent, code: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(self.rows.get(pk=agent.pk)).data, status=code)

    @extend_schema(request=NewAgentSerializer, responses={201: AgentSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Take somebody on and send the invitation."""
        require_admin(request)
        given = NewAgentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        agent = joining.take_on(
            email=data["email"],
            full_name=data["full_name"],
            language=data["language"],
            employee_number=data["employee_number"],
            team=Team.objects.get_or_create(name=data["team"])[0],
            profile=CapacityProfile.objects.get_or_create(name=data["profile"])[0],
            levels=data["skills"],
            certify_for=data["certify_for"],
            train_for=data["train_for"],
            by=by_whom(request),
        )
        joining.welcome(agent, by=by_whom(request))
        return self._told(agent, status.HTTP_201_CREATED)

    @extend_schema(request=ChangedAgentSerializer, responses=AgentSerializer)
    @transaction.atomic
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Another team, profile or wrap-up; what is offered follows at once."""
        agent = self.get_object()
        require_admin(request)
        given = ChangedAgentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        if "team" in data:
            skills.move_team(agent, data["team"], by=by_whom(request))
        if "profile" in data:
            skills.change_profile(agent, data["profile"], by=by_whom(request))
        if "wrap_up_seconds" in data:
            skills.set_wrap_up(agent, data["wrap_up_seconds"])
        return self._told(agent)

    @extend_schema(request=LevelSerializer, responses=AgentSerializer)
    @action(detail=True, methods=["post"])
    def skill(self, request: Request, **kwargs: Any) -> Response:
        """Give a skill at a level, or take it away."""
        agent = self.get_object()
        leading.require_lead(by_whom(request), agent)
        given = LevelSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        skill, level, reason = (given.validated_data[name] for name in ("skill", "level", "reason"))
        if level is None:
            skills.drop(agent, skill, by=by_whom(request), reason=reason)
        else:
            skills.set_level(agent, skill, level, by=by_whom(request), reason=reason)
        return self._told(agent)

    @extend_schema(request=LineSerializer, responses=AgentSerializer)
    @action(detail=True, methods=["post"])
    def line(self, request: Request, **kwargs: Any) -> Response:
        """Switch a line of a supervised client off for an agent of one's team, or on again; with a reason."""
        agent = self.get_object()
        leading.require_lead(by_whom(request), agent)
        given = LineSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        queue, reason = given.validated_data["queue"], given.validated_data["reason"]
        if queue.client_id not in self._clients():
            raise NotFound
        switch = skills.switch_on_queue if given.validated_data["on"] else skills.switch_off_queue
        switch(agent, queue, by=by_whom(request), reason=reason)
        return self._told(agent)

    @extend_schema(request=PublicNameSerializer, responses=AgentSerializer)
    @action(detail=True, methods=["post"], url_path="public-name")
    def public_name(self, request: Request, **kwargs: Any) -> Response:
        """The name under which customers of a client know the agent."""
        agent = self.get_object()
        require_admin(request)
        given = PublicNameSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        joining.name_for(agent, given.validated_data["client"], given.validated_data["name"])
        return self._told(agent)

    @extend_schema(request=LicenceActSerializer, responses=AgentSerializer)
    @action(detail=True, methods=["post"])
    def licence(self, request: Request, **kwargs: Any) -> Response:
        """Train, certify, suspend: the supervisor of team and client; these and revoke: an administrator."""
        agent = self.get_object()
        given = LicenceActSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        client, act, reason = (given.validated_data[name] for name in ("client", "act", "reason"))
        if client.pk not in self._clients():
            raise NotFound
        leading.require_licence_act(by_whom(request), agent, act)
        held = Licence.objects.select_related("agent", "client").filter(agent=agent, client=client).first()
        if act == "train":
            ramp = given.validated_data.get("ramp_per_hour")
            licences.train(agent, client, by=by_whom(request), why=reason, ramp_per_hour=ramp)
        elif held is None:
            raise InvalidValue("licence", sentence=_("This agent has no licence for this client."))
        elif act == "certify":
            terms = {
                name: given.validated_data[name]
                for name in ("until", "ramp_per_hour", "script_version")
                if name in given.validated_data
            }
            licences.certify(held, by=by_whom(request), why=reason, **terms)
        elif act == "suspend":
            licences.suspend(held, by=by_whom(request), reason=reason)
        else:
            licences.revoke(held, by=by_whom(request), reason=reason)
        return self._told(agent)

    @extend_schema(request=ForceSerializer, responses=AgentSerializer)
    @action(detail=True, methods=["post"])
    def force(self, request: Request, **kwargs: Any) -> Response:
        """Put an agent of one's team into a state, with a reason."""
        agent = self.get_object()
        leading.require_lead(by_whom(request), agent)
        given = ForceSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        presence.force(
            agent,
            given.validated_data["presence"],
            given.validated_data["reason"],
            by=by_whom(request),
            why=given.validated_data["why"],
        )
        return self._told(agent)

    @extend_schema(request=DeactivateSerializer, responses=AgentSerializer)
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, **kwargs: Any) -> Response:
        """Works here no more: sessions cut, work back to its lines."""
        agent = self.get_object()
        require_admin(request)
        given = DeactivateSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        if agent.deactivated_at is None:
            presence.deactivate(agent, by_whom(request), why=given.validated_data["why"])
        return self._told(agent)
