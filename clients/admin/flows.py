"""Call flows and their versions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bpo.kernel.admin import HouseAdmin, NothingVanishes, ReadOnlyInline, acts
from clients import reviews, script_text, scripts
from clients.admin.base import OfClientAdmin, person
from clients.models import (
    Script,
    ScriptReview,
    ScriptVersion,
)


class ScriptReviewInline(ReadOnlyInline):
    model = ScriptReview
    fields = ["number", "version", "verdict", "note", "by_name", "signed_at", "next_on", "draft"]


class VersionForm(forms.ModelForm):  # type: ignore[type-arg]
    """The steps with the state of them that was read; what the designer could not show is refused."""

    read = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["read"] = self.instance.edition

    def clean_graph(self) -> Any:
        graph = self.cleaned_data["graph"] or {}
        if faults := [str(fault) for fault in script_text.faults_of(graph)] if graph else []:
            raise forms.ValidationError(faults)
        return graph

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.instance.pk and "graph" in self.changed_data and data.get("read") != self.instance.edition:
            self.add_error("graph", str(scripts.Outdated.sentence))
        return data


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

    def save_model(self, request: HttpRequest, obj: Script, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            reviews.answered_for(obj, person(request))


@admin.register(ScriptVersion)
class ScriptVersionAdmin(NothingVanishes, HouseAdmin):
    """A draft can be edited; review, approval and publishing are acts."""

    form = VersionForm
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
            scripts.rewrite(obj, graph, person(request), since=form.cleaned_data["read"])
