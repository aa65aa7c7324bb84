"""The company, its brand, rules, contract and people."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bpo.kernel.admin import HouseAdmin, HouseInline, NothingVanishes, ReadOnly, acts
from clients import contracts, sharing, standing
from clients.admin.base import OfClientAdmin, person
from clients.forms.contract import CheckedContract
from clients.models import (
    Brand,
    BrandSound,
    BrandText,
    Client,
    Contract,
    Membership,
    Policy,
    Promise,
    PublicName,
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
        acts("go_live", _("Go live"), lambda request, client, why: standing.go_live(client, by=person(request))),
        acts(
            "suspend",
            _("Suspend"),
            lambda request, client, why: standing.suspend(client, by=person(request), reason=why),
            reason=True,
            warning=_("The doors close, those in talk finish, promises and notices are held."),
        ),
        acts(
            "resume",
            _("Resume"),
            lambda request, client, why: standing.resume(client, by=person(request), reason=why),
            reason=True,
        ),
        acts(
            "end",
            _("End for good"),
            lambda request, client, why: standing.end(client, by=person(request), reason=why),
            reason=True,
            warning=_("The doors close for good and every open promise is withdrawn. This cannot be undone."),
        ),
    ]

    def save_model(self, request: HttpRequest, obj: Client, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and not sharing.SHARE.isdisjoint(form.changed_data):
            sharing.changed(obj)

    def belonging(self, thing: Client) -> list[Any]:
        return [row for row in (getattr(thing, "brand", None), getattr(thing, "policy", None)) if row]


@admin.register(Brand)
class BrandAdmin(NothingVanishes, OfClientAdmin):
    list_display = ["public_name", "client", "colour", "sender_name", "sender_address"]
    list_filter = []
    search_fields = ["public_name", "client__name", "sender_address"]


@admin.register(BrandText)
class BrandTextAdmin(OfClientAdmin):
    """A text without a row falls back to our default, so rows may go."""

    list_display = ["client", "kind", "language", "text"]
    list_filter = ["client", "kind", "language"]
    search_fields = ["text", "client__name"]


@admin.register(BrandSound)
class BrandSoundAdmin(ReadOnly, OfClientAdmin):
    """Uploaded, heard and removed in the set-up, where its content is checked and its file goes with it."""

    list_display = ["client", "kind", "language", "name", "content_type", "bytes", "uploaded_at"]
    list_filter = ["client", "kind", "language"]
    search_fields = ["name", "client__name"]


@admin.register(PublicName)
class PublicNameAdmin(OfClientAdmin):
    list_display = ["name", "user", "client"]
    list_select_related = ["client", "user"]
    search_fields = ["name", "user__full_name"]
    autocomplete_fields = ["client", "user"]


@admin.register(Policy)
class PolicyAdmin(NothingVanishes, OfClientAdmin):
    list_display = ["client", "turnaround_minutes", "callback_attempts", "reopen_days", "recording", "retention_days"]
    list_filter = []
    search_fields = ["client__name"]


class PromiseInline(HouseInline):
    """Those of a contract that has begun are read alone."""

    model = Promise

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and not (obj and contracts.begun(obj))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and contracts.begun(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and contracts.begun(obj))


@admin.register(Contract)
class ContractAdmin(NothingVanishes, OfClientAdmin):
    list_display = ["client", "valid_from", "valid_until"]
    search_fields = ["client__name"]
    inlines = [PromiseInline]
    form = CheckedContract

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        closed = ["valid_from", "client_approves_scripts"] if obj and contracts.begun(obj) else []
        return [*super().get_readonly_fields(request, obj), *closed]

    def save_model(self, request: HttpRequest, obj: Contract, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not contracts.begun(obj) or not change:
            contracts.begin(obj, moved_from=form.initial.get("valid_from") if change else None)

    def belonging(self, thing: Contract) -> list[Any]:
        return list(thing.promises.all())


@admin.register(Membership)
class MembershipAdmin(OfClientAdmin):
    list_display = ["user", "client", "role"]
    list_filter = ["role", "client"]
    list_select_related = ["user", "client"]
    search_fields = ["user__full_name", "user__email", "client__name"]
    autocomplete_fields = ["user", "client"]
