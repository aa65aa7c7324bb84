"""Call flows and their versions."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bpo.kernel.admin import HouseAdmin, NothingVanishes, ReadOnlyInline, acts
from clients import scripts
from clients.admin.base import OfClientAdmin, person
from clients.models import (
    Script,
    ScriptReview,
    ScriptVersion,
)


class ScriptReviewInline(ReadOnlyInline):
    model = ScriptReview
    fields = ["number", "version", "verdict", "note", "by_name", "signed_at", "next_on", "draft"]


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
    inlines = [ScriptVersionInline, ScriptReviewInline]


@admin.register(ScriptVersion)
class ScriptVersionAdmin(NothingVanishes, HouseAdmin):
    """A draft can be edited; review, approval and publishing are acts."""

    list_display = ["script", "number", "language", "channel", "state", "published_at", "published_by"]
    list_filter = ["state", "language", "script__client"]
    list_select_related = ["script__client", "published_by"]
    search_fields = ["script__name", "script__client__name"]
    autocomplete_fields = ["script"]
    readonly_fields = ["public_id", "state", "created_by", "writers", "published_by", "published_at", "retired_at"]
    actions = [
        acts(
            "submit",
            _("Hand in for review"),
            lambda request, version, why: scripts.submit(version, person(request), why=why),
            reason=True,
        ),
        acts(
            "approve",
            _("Approve"),
            lambda request, version, why: scripts.approve(version, person(request), why=why),
            reason=True,
        ),
        acts(
            "send_back",
            _("Send back to draft"),
            lambda request, version, why: scripts.send_back(version, person(request), why=why),
            reason=True,
        ),
        acts(
            "publish",
            _("Publish"),
            lambda request, version, why: scripts.publish(version, person(request), why=why),
            reason=True,
        ),
    ]

    def has_change_permission(self, request: HttpRequest, obj: ScriptVersion | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.state == "draft")

    def save_model(self, request: HttpRequest, obj: ScriptVersion, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = request.user  # type: ignore[assignment]
        graph = obj.graph
        if rewritten := change and "graph" in form.changed_data:
            obj.graph = form.initial["graph"]
        super().save_model(request, obj, form, change)
        if rewritten:
            scripts.rewrite(obj, graph, person(request))
