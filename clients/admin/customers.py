"""Customers with orders and bills, and keys of machines."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bpo.kernel.admin import HouseInline, NothingVanishes, ReadOnly, ReadOnlyInline
from clients.admin.base import OfClientAdmin
from clients.api_keys import revoke
from clients.models import (
    ApiKey,
    Bill,
    BillLine,
    Customer,
    CustomerAddress,
    CustomerPhone,
    Order,
    OrderIssue,
    OrderLine,
)
from clients.signals import addresses_changed


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

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.save(commit=False):
            row.client = form.instance.client
            row.save()
        for row in formset.deleted_objects:
            row.delete()
        if formset.model is CustomerAddress and formset.has_changed():
            addresses_changed.send(sender=CustomerAddress, client=form.instance.client)


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


class BillLineInline(HouseInline):
    model = BillLine


@admin.register(Bill)
class BillAdmin(NothingVanishes, OfClientAdmin):
    list_display = ["number", "client", "customer", "state", "amount", "currency", "due_on"]
    list_filter = ["client", "state"]
    list_select_related = ["client", "customer"]
    search_fields = ["number", "customer__name"]
    autocomplete_fields = ["client", "customer"]
    inlines = [BillLineInline]


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
