"""Lines, hours, doors and their rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bpo.kernel.admin import HouseAdmin, HouseInline, NothingVanishes, acts
from clients import queue_states
from clients.admin.base import OfClientAdmin, person
from clients.models import (
    BusinessHours,
    EntryPoint,
    EntryRule,
    EntryRuleSkill,
    HoursException,
    HoursSpan,
    Queue,
    QueueSkill,
    Skill,
)


class QueueForm(forms.ModelForm[Queue]):
    """Channels are a list of three known words."""

    def clean_channels(self) -> list[str]:
        given = self.cleaned_data["channels"]
        if not isinstance(given, list) or not set(given) <= {"voice", "chat", "email"}:
            raise forms.ValidationError(_("A list of voice, chat, email."))
        return given


class QueueSkillInline(HouseInline):
    model = QueueSkill
    autocomplete_fields = ["skill"]


@admin.register(Queue)
class QueueAdmin(NothingVanishes, OfClientAdmin):
    """A line; changed rules make a new version, and those waiting move to its lanes."""

    form = QueueForm
    list_display = ["name", "client", "state", "channels", "hours", "priority", "strategy", "version"]
    list_filter = ["state", "client", "strategy"]
    list_select_related = ["client", "hours__client"]
    search_fields = ["name", "client__name"]
    autocomplete_fields = ["client", "hours"]
    readonly_fields = ["public_id", "state", "version"]
    inlines = [QueueSkillInline]
    fieldsets = [
        (None, {"fields": ["client", "name", "channels", "hours", "priority", "state"]}),
        (_("Who is offered it"), {"fields": ["strategy", "ageing_seconds", "manual", "training", "cap_per_agent"]}),
        (
            _("Offer and wrap-up"),
            {
                "fields": [
                    "offer_seconds",
                    "miss_rule",
                    "misses_to_break",
                    "miss_delay_seconds",
                    "decline_delay_seconds",
                    "busy_delay_seconds",
                    "wrap_up",
                    "wrap_up_seconds",
                    "last_agent_seconds",
                ]
            },
        ),
        (_("Share of the floor"), {"fields": ["floor_seats", "ceiling_seats"]}),
        (
            _("Limits"),
            {
                "classes": ["collapse"],
                "fields": [
                    "limit",
                    "refuse_unstaffed",
                    "when_unstaffed",
                    "callback_offer_seconds",
                    "wait_limit_seconds",
                    "drain_seconds",
                    "patience_seconds",
                    "idle_warn_seconds",
                    "idle_end_seconds",
                    "park_limit_days",
                    "take_old_place",
                    "skip_empty_steps",
                    "notify_addresses",
                    "public_id",
                    "version",
                ],
            },
        ),
    ]
    actions = [
        acts(
            "open_queue",
            _("Open"),
            lambda request, queue, why: queue_states.open_queue(queue, by=person(request), why=why),
            reason=True,
        ),
        acts(
            "pause",
            _("Pause (nothing is offered)"),
            lambda request, queue, why: queue_states.pause(queue, by=person(request), why=why),
            reason=True,
        ),
        acts(
            "close",
            _("Close entry"),
            lambda request, queue, why: queue_states.close(queue, by=person(request), why=why),
            reason=True,
        ),
        acts(
            "archive",
            _("Archive (empty lines only)"),
            lambda request, queue, why: queue_states.archive(queue, by=person(request), why=why),
            reason=True,
        ),
    ]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if form.has_changed() or any(formset.has_changed() for formset in formsets):
            with transaction.atomic():
                queue_states.rules_changed(
                    form.instance, by=person(request), why=str(_("Changed in the administration."))
                )

    def belonging(self, thing: Queue) -> list[Any]:
        return list(thing.wanted_skills.all())


class HoursSpanInline(HouseInline):
    model = HoursSpan


class HoursExceptionInline(HouseInline):
    model = HoursException


@admin.register(BusinessHours)
class BusinessHoursAdmin(NothingVanishes, OfClientAdmin):
    list_display = ["name", "client", "zone", "always_open"]
    list_filter = ["client", "always_open"]
    search_fields = ["name", "client__name"]
    inlines = [HoursSpanInline, HoursExceptionInline]

    def belonging(self, thing: BusinessHours) -> list[Any]:
        return [*thing.spans.all(), *thing.exceptions.all()]


class EntryRuleInline(HouseInline):
    model = EntryRule
    fk_name = "entry_point"
    autocomplete_fields = ["queue", "reason", "product_type"]
    show_change_link = True


class DoorForm(forms.ModelForm[EntryPoint]):
    """Secrets are written, never shown; an empty field keeps the one that is there."""

    imap_password = forms.CharField(required=False, widget=forms.PasswordInput, label=_("IMAP password"))
    webhook_secret = forms.CharField(required=False, widget=forms.PasswordInput, label=_("Webhook secret"))

    def clean_imap_password(self) -> str:
        return str(self.cleaned_data["imap_password"] or self.instance.imap_password)

    def clean_webhook_secret(self) -> str:
        return str(self.cleaned_data["webhook_secret"] or self.instance.webhook_secret)


@admin.register(EntryPoint)
class EntryPointAdmin(NothingVanishes, OfClientAdmin):
    form = DoorForm
    list_display = ["name", "client", "kind", "published", "queue", "address", "imap_checked_at", "imap_problem"]
    list_filter = ["kind", "published", "client"]
    list_select_related = ["client", "queue"]
    search_fields = ["name", "address", "client__name"]
    autocomplete_fields = ["client", "queue", "hours"]
    readonly_fields = ["public_id", "imap_uidvalidity", "imap_last_uid", "imap_checked_at", "imap_problem"]
    inlines = [EntryRuleInline]

    def belonging(self, thing: EntryPoint) -> list[Any]:
        return list(thing.rules.all())


class EntryRuleSkillInline(HouseInline):
    model = EntryRuleSkill
    autocomplete_fields = ["skill"]


@admin.register(EntryRule)
class EntryRuleAdmin(HouseAdmin):
    list_display = ["entry_point", "position", "language", "product_type", "reason", "queue", "priority"]
    list_filter = ["entry_point__client"]
    list_select_related = ["entry_point__client", "product_type", "reason", "queue"]
    search_fields = ["entry_point__name", "queue__name"]
    autocomplete_fields = ["entry_point", "queue", "reason", "product_type"]
    inlines = [EntryRuleSkillInline]


@admin.register(Skill)
class SkillAdmin(NothingVanishes, HouseAdmin):
    list_display = ["name", "code", "language"]
    search_fields = ["name", "code", "language"]
