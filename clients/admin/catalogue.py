"""Products, reasons, dispositions, snippets, articles."""

from __future__ import annotations

from django.contrib import admin

from bpo.kernel.admin import NothingVanishes
from clients.admin.base import OfClientAdmin
from clients.models import (
    Article,
    Disposition,
    Product,
    ProductType,
    Reason,
    Snippet,
)


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


@admin.register(Article)
class ArticleAdmin(NothingVanishes, OfClientAdmin):
    list_display = ["title", "language", "client", "state", "reviewed_on"]
    list_filter = ["client", "state", "language"]
    search_fields = ["title"]
    autocomplete_fields = ["client", "reason", "product"]
    readonly_fields = ["state", "reviewed_on", "reviewed_by", "edition"]
