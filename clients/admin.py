"""The administration of clients: everything can be found, what decides states goes through operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bpo.kernel.admin import HouseAdmin, HouseInline, NothingVanishes, ReadOnly, ReadOnlyInline, acts
from clients import queue_states, scripts, standing
from clients.api_keys import revoke
from clients.models import (
    ApiKey,
    Bill,
    Brand,
    BrandText,
    BusinessHours,
    Client,
    Contract,
    Customer,
    CustomerAddress,
    CustomerPhone,
    Disposition,
    EntryPoint,
    EntryRule,
    EntryRuleSkill,
    HoursException,
    HoursSpan,
    Membership,
    Order,
    OrderIssue,
    OrderLine,
    Policy,
    Product,
    ProductType,
    Promise,
    PublicName,
    Queue,
    QueueSkill,
    Reason,
    Script,
    ScriptVersion,
    Skill,
    Snippet,
)


class BrandInline(NothingVanishes, admin.StackedInline):  # type: ignore[type-arg]
    model = Brand


class PolicyInline(NothingVanishes, admin.StackedInline):  # type: ignore[type-arg]
    model = Policy
    classes = ["collapse"]


@admin.register(Client)
class ClientAdmin(NothingVanishes, HouseAdmin):
    """A company we work for; its standing moves by the actions alone."""

    list_display = ["name", "state", "reference_prefix", "zone", "default_language", "country", "created_at"]
    list_filter = ["state", "default_language", "country"]
    search_fields = ["name", "slug", "reference_prefix", "brand__public_name"]
    readonly_fields = ["public_id", "state", "pool", "created_at"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [BrandInline, PolicyInline]
    actions = [
        acts("go_live", _("Go live"), lambda request, client, why: standing.go_live(client, by=request.user)),  # type: ignore[arg-type]
        acts(
            "suspend",
            _("Suspend"),
            lambda request, client, why: standing.suspend(client, by=request.user, reason=why),  # type: ignore[arg-type]
            reason=True,
            warning=_("The doors close, those in talk finish, promises and notices are held."),
        ),
        acts(
            "resume",
            _("Resume"),
            lambda request, client, why: standing.resume(client, by=request.user, reason=why),  # type: ignore[arg-type]
            reason=True,
        ),
        acts(
            "end",
            _("End for good"),
            lambda request, client, why: standing.end(client, by=request.user, reason=why),  # type: ignore[arg-type]
            reason=True,
            warning=_("The doors close for good and every open promise is withdrawn. This cannot be undone."),
        ),
    ]

    def belonging(self, thing: Client) -> list[Any]:
        return [row for row in (getattr(thing, "brand", None), getattr(thing, "policy", None)) if row]


class OfClientAdmin(HouseAdmin):
    """Rows of one client: filtered by it, fetched with it."""

    list_filter: Any = ["client"]
    list_select_related: Any = ["client"]
    autocomplete_fields: Any = ["client"]


@admin.register(Brand)
class BrandAdmin(NothingVanishes, OfClientAdmin):
    list_display = ["public_name", "client", "colour", "sender_name", "sender_address"]
    list_filter: Any = []
    search_fields = ["public_name", "client__name", "sender_address"]


@admin.register(BrandText)
class BrandTextAdmin(OfClientAdmin):
    """A text without a row falls back to our default, so rows may go."""

    list_display = ["client", "kind", "language", "text"]
    list_filter = ["client", "kind", "language"]
    search_fields = ["text", "client__name"]


@admin.register(PublicName)
class PublicNameAdmin(OfClientAdmin):
    list_display = ["name", "user", "client"]
    list_select_related = ["client", "user"]
    search_fields = ["name", "user__full_name"]
    autocomplete_fields = ["client", "user"]


@admin.register(Policy)
class PolicyAdmin(NothingVanishes, OfClientAdmin):
    list_display = ["client", "turnaround_minutes", "callback_attempts", "reopen_days", "retention_days"]
    list_filter: Any = []
    search_fields = ["client__name"]


class PromiseInline(HouseInline):
    model = Promise


@admin.register(Contract)
class ContractAdmin(NothingVanishes, OfClientAdmin):
    list_display = ["client", "valid_from", "valid_until"]
    search_fields = ["client__name"]
    inlines = [PromiseInline]

    def belonging(self, thing: Contract) -> list[Any]:
        return list(thing.promises.all())


@admin.register(Membership)
class MembershipAdmin(OfClientAdmin):
    list_display = ["user", "client", "role"]
    list_filter = ["role", "client"]
    list_select_related = ["user", "client"]
    search_fields = ["user__full_name", "user__email", "client__name"]
    autocomplete_fields = ["user", "client"]


# --- lines and doors ---------------------------------------------------------------------------------------------


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
                ]
            },
        ),
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
                    "notify_addresses",
                    "public_id",
                    "version",
                ],
            },
        ),
    ]
    actions = [
        acts("open_queue", _("Open"), lambda request, queue, why: queue_states.open_queue(queue, by=request.user)),  # type: ignore[arg-type]
        acts(
            "pause",
            _("Pause (nothing is offered)"),
            lambda request, queue, why: queue_states.pause(queue, by=request.user),
        ),  # type: ignore[arg-type]
        acts("close", _("Close entry"), lambda request, queue, why: queue_states.close(queue, by=request.user)),  # type: ignore[arg-type]
        acts(
            "archive",
            _("Archive (empty lines only)"),
            lambda request, queue, why: queue_states.archive(queue, by=request.user),
        ),  # type: ignore[arg-type]
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Queue | None = None) -> list[str]:
        return [*self.readonly_fields, *(["client"] if obj else [])]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if form.has_changed() or any(formset.has_changed() for formset in formsets):
            with transaction.atomic():
                queue_states.rules_changed(form.instance)

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


# --- catalogue -------------------------------------------------------------------------------------------------------


@admin.register(ProductType)
class ProductTypeAdmin(NothingVanishes, OfClientAdmin):
    list_display = ["name", "client", "code"]
    search_fields = ["name", "code"]


@admin.register(Product)
class ProductAdmin(NothingVanishes, OfClientAdmin):
    list_display = ["name", "client", "type", "code", "active"]
    list_filter = ["client", "active"]
    list_select_related = ["client", "type"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["client", "type"]


@admin.register(Reason)
class ReasonAdmin(NothingVanishes, OfClientAdmin):
    list_display = ["name", "client", "kind", "parent", "asked_at_door", "active", "position"]
    list_filter = ["client", "kind", "active"]
    list_select_related = ["client", "parent"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["client", "parent"]


@admin.register(Disposition)
class DispositionAdmin(NothingVanishes, OfClientAdmin):
    list_display = ["name", "client", "parent", "needs_note", "needs_follow_up", "active", "position"]
    list_filter = ["client", "active", "needs_note", "needs_follow_up"]
    list_select_related = ["client", "parent"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["client", "parent"]


@admin.register(Snippet)
class SnippetAdmin(OfClientAdmin):
    list_display = ["shortcut", "language", "client", "text"]
    list_filter = ["client", "language"]
    search_fields = ["shortcut", "text"]


# --- scripts ---------------------------------------------------------------------------------------------------------


class ScriptVersionInline(ReadOnlyInline):
    model = ScriptVersion
    fields = ["number", "language", "channel", "state", "published_at", "retired_at"]


@admin.register(Script)
class ScriptAdmin(NothingVanishes, OfClientAdmin):
    list_display = ["name", "client", "kind", "product_type", "owner", "review_on"]
    list_filter = ["client", "kind"]
    list_select_related = ["client", "product_type", "owner"]
    search_fields = ["name", "client__name"]
    autocomplete_fields = ["client", "product_type", "owner"]
    inlines = [ScriptVersionInline]


@admin.register(ScriptVersion)
class ScriptVersionAdmin(NothingVanishes, HouseAdmin):
    """A draft can be edited; review, approval and publishing are acts."""

    list_display = ["script", "number", "language", "channel", "state", "published_at", "published_by"]
    list_filter = ["state", "language", "script__client"]
    list_select_related = ["script__client", "published_by"]
    search_fields = ["script__name", "script__client__name"]
    autocomplete_fields = ["script"]
    readonly_fields = ["public_id", "state", "created_by", "published_by", "published_at", "retired_at"]
    actions = [
        acts("submit", _("Hand in for review"), lambda request, version, why: scripts.submit(version, request.user)),  # type: ignore[arg-type]
        acts("approve", _("Approve"), lambda request, version, why: scripts.approve(version, request.user)),  # type: ignore[arg-type]
        acts(
            "send_back", _("Send back to draft"), lambda request, version, why: scripts.send_back(version, request.user)
        ),  # type: ignore[arg-type]
        acts("publish", _("Publish"), lambda request, version, why: scripts.publish(version, request.user)),  # type: ignore[arg-type]
    ]

    def has_change_permission(self, request: HttpRequest, obj: ScriptVersion | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.state == "draft")

    def save_model(self, request: HttpRequest, obj: ScriptVersion, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)


# --- customers -------------------------------------------------------------------------------------------------------


class PhoneInline(HouseInline):
    model = CustomerPhone
    exclude = ["client"]


class AddressInline(HouseInline):
    model = CustomerAddress
    exclude = ["client"]


@admin.register(Customer)
class CustomerAdmin(NothingVanishes, OfClientAdmin):
    list_display = ["name", "client", "account_number", "plan", "city", "confirmed", "created_at"]
    list_filter = ["client", "confirmed", "language"]
    search_fields = ["name", "account_number", "phones__number", "addresses__address"]
    autocomplete_fields = ["client", "merged_into"]
    readonly_fields = ["public_id", "created_at"]
    inlines = [PhoneInline, AddressInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Customer | None = None) -> list[str]:
        return [*self.readonly_fields, *(["client"] if obj else [])]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.save(commit=False):
            row.client = form.instance.client
            row.save()
        for row in formset.deleted_objects:
            row.delete()


class OrderLineInline(HouseInline):
    model = OrderLine


class OrderIssueInline(ReadOnlyInline):
    model = OrderIssue


@admin.register(Order)
class OrderAdmin(NothingVanishes, OfClientAdmin):
    list_display = ["number", "client", "customer", "state", "placed_on", "due_on", "total", "currency"]
    list_filter = ["client", "state"]
    list_select_related = ["client", "customer"]
    search_fields = ["number", "customer__name"]
    autocomplete_fields = ["client", "customer"]
    date_hierarchy = "placed_on"
    inlines = [OrderLineInline, OrderIssueInline]


@admin.register(Bill)
class BillAdmin(NothingVanishes, OfClientAdmin):
    list_display = ["number", "client", "customer", "state", "amount", "currency", "due_on"]
    list_filter = ["client", "state"]
    list_select_related = ["client", "customer"]
    search_fields = ["number", "customer__name"]
    autocomplete_fields = ["client", "customer"]


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnly, OfClientAdmin):
    """Keys are made in the set-up, where they are shown once."""

    list_display = ["name", "client", "prefix", "scopes", "created_at", "created_by", "last_used_at", "revoked_at"]
    list_filter = ["client", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["client", "created_by"]
    search_fields = ["name", "prefix"]
    fields = ["name", "client", "prefix", "scopes", "created_at", "created_by", "last_used_at", "revoked_at"]
    actions = ["revoke_keys"]

    @admin.action(description=_("Revoke"), permissions=["view"])
    def revoke_keys(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        if not request.user.is_superuser:
            self.message_user(request, _("Only administrators revoke keys."), messages.WARNING)
            return
        for key in queryset:
            revoke(key)
        self.message_user(request, _("Revoked. Machines that used them are refused from now on."))
