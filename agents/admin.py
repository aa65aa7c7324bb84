"""The administration of agents: what decides who is offered work goes through the operations of this app."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from agents import licences, presence, skills
from agents.models import (
    Agent,
    AgentSkill,
    CapacityProfile,
    Licence,
    PresenceEntry,
    PresenceReason,
    QueueSwitchedOff,
    QueueTeam,
    QueueVersion,
    Seat,
    Team,
    TeamSupervisor,
)
from bpo.accounts import invitations
from bpo.accounts.models import User
from bpo.kernel.admin import HouseAdmin, HouseInline, NothingVanishes, ReadOnly, ReadOnlyInline, acts
from clients import queue_states
from clients.models import Queue


class TeamSupervisorInline(HouseInline):
    model = TeamSupervisor
    autocomplete_fields = ["user"]


class QueueTeamInline(HouseInline):
    model = QueueTeam
    autocomplete_fields = ["queue"]
    verbose_name_plural = _("Lines only certain teams may serve, this one among them")


@admin.register(Team)
class TeamAdmin(NothingVanishes, HouseAdmin):
    list_display = ["name"]
    search_fields = ["name"]
    inlines = [TeamSupervisorInline, QueueTeamInline]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        touched: set[int] = set()
        if formset.model is QueueTeam:
            touched |= {row.queue_id for row in QueueTeam.objects.filter(team=form.instance)}
        super().save_formset(request, form, formset, change)
        if formset.model is QueueTeam and formset.has_changed():
            touched |= {row.queue_id for row in QueueTeam.objects.filter(team=form.instance)}
            # Whoever changes one of these lines holds its row before anything else: all of them, in one order.
            for queue in list(Queue.objects.select_for_update(no_key=True).filter(pk__in=touched).order_by("pk")):
                queue_states.rules_changed(
                    queue, by=_person(request), why=str(_("Teams changed in the administration."))
                )

    def belonging(self, thing: Team) -> list[Any]:
        return [*thing.supervisors.all(), *thing.queues.all()]


@admin.register(CapacityProfile)
class CapacityProfileAdmin(NothingVanishes, HouseAdmin):
    """How much somebody carries at once, in the words of the floor."""

    list_display = ["name", "budget_told", "calls", "chats", "emails", "set_aside"]
    search_fields = ["name"]
    fieldsets = [
        (None, {"fields": ["name", "budget"]}),
        (
            "What one contact takes of it",
            {"fields": ["voice_points", "chat_points", "email_points"]},
        ),
        (
            "At once at most, whatever room is left",
            {"fields": ["voice_cap", "chat_cap", "email_cap"]},
        ),
        (
            "What makes room for what",
            {"fields": ["email_yields_to_voice", "email_yields_to_chat", "chat_yields_to_voice"]},
        ),
    ]
    LABELS = {
        "budget": ("Room in points", "All that an agent holds together may take so many points; 100 is the usual."),
        "voice_points": ("A call takes points", "As many as the room: whoever talks gets nothing else."),
        "chat_points": ("A chat takes points", "33 of 100: three chats fill an agent."),
        "email_points": ("An email takes points", "20 of 100: five emails fill an agent."),
        "voice_cap": ("Calls at most", "0: this agent gets none of them."),
        "chat_cap": ("Chats at most", "0: this agent gets none of them."),
        "email_cap": ("Emails at most", "0: this agent gets none of them."),
        "email_yields_to_voice": ("A call sets emails aside", "Emails in hand count nothing when a call is offered."),
        "email_yields_to_chat": ("A chat sets emails aside", "Emails in hand count nothing when a chat is offered."),
        "chat_yields_to_voice": ("A call sets chats aside", "Chats in hand count nothing when a call is offered."),
    }

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Each field in plain words."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name in self.LABELS:
            field.label, field.help_text = self.LABELS[db_field.name]
        return field

    @admin.display(description="room in points", ordering="budget")
    def budget_told(self, profile: CapacityProfile) -> int:
        """All that is held together."""
        return profile.budget

    @admin.display(description="calls at most (points each)")
    def calls(self, profile: CapacityProfile) -> str:
        """Most calls and what one takes."""
        return f"{profile.voice_cap} ({profile.voice_points})"

    @admin.display(description="chats at most (points each)")
    def chats(self, profile: CapacityProfile) -> str:
        """Most chats and what one takes."""
        return f"{profile.chat_cap} ({profile.chat_points})"

    @admin.display(description="emails at most (points each)")
    def emails(self, profile: CapacityProfile) -> str:
        """Most emails and what one takes."""
        return f"{profile.email_cap} ({profile.email_points})"

    @admin.display(description="makes room")
    def set_aside(self, profile: CapacityProfile) -> str:
        """What gives way to what."""
        yields = ("email_yields_to_voice", "email_yields_to_chat", "chat_yields_to_voice")
        return ", ".join(self.LABELS[name][0] for name in yields if getattr(profile, name)) or "–"

    def save_model(self, request: HttpRequest, obj: CapacityProfile, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and form.has_changed():
            skills.profile_changed(obj, by=_person(request))


class AgentSkillInline(HouseInline):
    model = AgentSkill
    autocomplete_fields = ["skill"]


class LicenceInline(ReadOnlyInline):
    model = Licence
    fields = ["client", "state", "since", "until", "by", "reason"]


@admin.register(Agent)
class AgentAdmin(NothingVanishes, HouseAdmin):
    """An agent. Skills, team and profile are changed by operations, so that lanes and open offers follow at once."""

    list_display = ["name", "employee_number", "team", "profile", "user", "now", "deactivated_at"]
    list_filter = ["team", "profile", ("deactivated_at", admin.EmptyFieldListFilter), "licences__client"]
    list_select_related = ["team", "profile", "user", "seat"]
    search_fields = ["name", "employee_number", "user__email"]
    autocomplete_fields = ["user", "team", "profile"]
    readonly_fields = ["public_id", "deactivated_at"]
    inlines = [AgentSkillInline, LicenceInline]
    actions = [
        acts("invite", _("Send the invitation mail"), lambda request, agent, why: _invite(request, agent)),
        acts(
            "deactivate",
            _("Deactivate"),
            lambda request, agent, why: presence.deactivate(agent, by=_person(request), why=why),
            reason=True,
            warning=_(
                "Their sessions end within seconds, open offers go back, and their chats, mails and parked work return "
                "to the lines at their old places. Their names stay in every log."
            ),
        ),
    ]

    @admin.display(description=_("now"), ordering="seat__presence")
    def now(self, agent: Agent) -> str:
        seat = getattr(agent, "seat", None)
        return str(seat.get_presence_display()) if seat else ""

    def save_model(self, request: HttpRequest, obj: Agent, form: Any, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            return
        others = [name for name in form.changed_data if name not in ("team", "profile")]
        if others:
            obj.save(update_fields=others)
        if "team" in form.changed_data:
            skills.move_team(obj, obj.team, by=_person(request))
        if "profile" in form.changed_data:
            skills.change_profile(obj, obj.profile, by=_person(request))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model is not AgentSkill:
            super().save_formset(request, form, formset, change)
            return
        before = dict(AgentSkill.objects.filter(agent=form.instance).values_list("pk", "skill"))
        for row in [*formset.save(commit=False), *formset.deleted_objects]:
            gone = before.get(row.pk)
            if gone and (row in formset.deleted_objects or gone != row.skill_id):
                old = AgentSkill.objects.select_related("skill").get(pk=row.pk)
                skills.drop(form.instance, old.skill, by=_person(request))
            if row not in formset.deleted_objects:
                skills.set_level(form.instance, row.skill, row.level, by=_person(request))

    def belonging(self, thing: Agent) -> list[Any]:
        return [*thing.skills.all(), *thing.licences.all()]


class LicenceForm(forms.ModelForm[Licence]):
    reason = forms.CharField(label=_("Reason"), max_length=200)

    class Meta:
        model = Licence
        fields = ["agent", "client", "ramp_per_hour", "reason"]


@admin.register(Licence)
class LicenceAdmin(NothingVanishes, HouseAdmin):
    """A new one begins training; everything after that is an act that keeps who, when and why."""

    form = LicenceForm
    list_display = ["agent", "client", "state", "since", "until", "ramp_per_hour", "by", "reason"]
    list_filter = ["state", "client", "agent__team"]
    list_select_related = ["agent", "client", "by"]
    search_fields = ["agent__name", "client__name", "reason"]
    autocomplete_fields = ["agent", "client"]
    actions = [
        acts(
            "certify",
            _("Certify"),
            lambda request, licence, why: licences.certify(licence, by=_person(request), why=why),
            reason=True,
        ),
        acts(
            "suspend",
            _("Suspend"),
            lambda request, licence, why: licences.suspend(licence, by=_person(request), reason=why),
            reason=True,
            warning=_("No new offers from now on; what they hold they finish."),
        ),
        acts(
            "revoke",
            _("Revoke"),
            lambda request, licence, why: licences.revoke(licence, by=_person(request), reason=why),
            reason=True,
        ),
    ]

    def has_change_permission(self, request: HttpRequest, obj: Licence | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Licence, form: Any, change: bool) -> None:
        made = licences.train(
            obj.agent, obj.client, by=_person(request), why=obj.reason, ramp_per_hour=obj.ramp_per_hour
        )
        obj.pk = made.pk


@admin.register(PresenceReason)
class PresenceReasonAdmin(NothingVanishes, HouseAdmin):
    list_display = ["name", "code", "limit_minutes", "position", "active"]
    list_filter = ["active"]
    search_fields = ["name", "code"]


@admin.register(PresenceEntry)
class PresenceEntryAdmin(ReadOnly, HouseAdmin):
    list_display = ["at", "agent", "presence", "reason", "connected", "by_name", "why"]
    list_filter = ["presence", "connected"]
    list_select_related = ["agent"]
    search_fields = ["agent__name", "reason", "why"]
    date_hierarchy = "at"


@admin.register(Seat)
class SeatAdmin(ReadOnly, HouseAdmin):
    list_display = ["agent", "presence", "reason", "since", "connected", "points_voice", "points_chat", "points_email"]
    list_filter = ["presence", "connected", "offered"]
    list_select_related = ["agent"]
    search_fields = ["agent__name"]


@admin.register(QueueVersion)
class QueueVersionAdmin(ReadOnly, HouseAdmin):
    list_display = ["queue", "number", "state", "published_at", "published_by", "publish_at", "why"]
    list_filter = ["state", "queue__client"]
    list_select_related = ["queue", "published_by"]
    search_fields = ["queue__name", "why"]


@admin.register(QueueSwitchedOff)
class QueueSwitchedOffAdmin(ReadOnly, HouseAdmin):
    list_display = ["agent", "queue", "by_name", "reason", "at"]
    list_select_related = ["agent", "queue"]
    search_fields = ["agent__name", "queue__name"]


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _invite(request: HttpRequest, agent: Agent) -> None:
    try:
        invitations.invite(agent.user, by=_person(request))
    except OSError as error:
        messages.error(
            request, _("The invitation of %(agent)s could not be sent: %(error)s") % {"agent": agent, "error": error}
        )
