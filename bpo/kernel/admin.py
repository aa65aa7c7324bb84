"""What the administration of every app shares: read-only rows, kept history, acts that take a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from bpo.kernel.errors import DomainError
from bpo.kernel.history import changes_of, is_tracked


class Picks(AutocompleteJsonView):
    """What a field offers; two clients may each have a line “Sales”, so each row says whose it is."""

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        return rows.select_related("client") if hasattr(rows.model, "client_id") else rows

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        pick = super().serialize_result(obj, to_field_name)
        owner = f"({obj.client})" if hasattr(obj, "client_id") else ""
        return pick if owner in pick["text"] else {**pick, "text": f"{pick['text']} {owner}"}


class HouseSite(admin.AdminSite):
    """The administration of this house."""

    def autocomplete_view(self, request: HttpRequest) -> Any:
        return Picks.as_view(admin_site=self)(request)


class NothingVanishes:
    """What has a history stays: no row is deleted here, it is switched off, ended or archived instead."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(NothingVanishes):
    """Rows that are written by the work alone."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class HouseAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Lists of fifty with everything they show fetched at once; the history page tells before and after."""

    list_per_page = 50
    show_full_result_count = False
    object_history_template = "admin/history.html"

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Beside what was done in the administration: every change of the row, whoever made it."""
        changes = None
        if is_tracked(self.model):
            thing = self.get_object(request, object_id)
            changes = changes_of(thing, *self.belonging(thing)) if thing else []
        return super().history_view(request, object_id, {**(extra_context or {}), "changes": changes})

    def belonging(self, thing: Any) -> list[Model]:
        """Rows whose changes are told on the history page of this one."""
        return []


class HouseInline(admin.TabularInline):  # type: ignore[type-arg]
    """Rows of the row above, one line each."""

    extra = 0


class ReadOnlyInline(ReadOnly, HouseInline):
    """Shown, never changed."""

    can_delete = False
    show_change_link = True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*(self.fields or [field.name for field in self.model._meta.fields])]  # type: ignore[misc]


Act = Callable[[HttpRequest, Any, str], object]


def attempt(model_admin: Any, request: HttpRequest, things: QuerySet[Any], act: Act, reason: str = "") -> int:
    """Do it to each; a refusal is told in its own words and the next is still tried."""
    done = 0
    for thing in things:
        try:
            act(request, thing, reason)
        except DomainError as refused:
            model_admin.message_user(request, f"{thing}: {refused.sentence}", messages.WARNING)
        except ValidationError as refused:
            model_admin.message_user(request, f"{thing}: {' '.join(refused.messages)}", messages.WARNING)
        else:
            done += 1
    if done:
        model_admin.message_user(request, _("Done for %(n)s.") % {"n": done}, messages.SUCCESS)
    return done


def acts(name: str, label: Any, act: Act, *, reason: bool = False, warning: Any = "") -> Callable[..., Any]:
    """An admin action that calls an operation; one that takes a reason, or warns, asks on a page in between."""

    @admin.action(description=label)
    def action(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        words = request.POST.get("reason", "").strip()
        if (reason or warning) and ("confirmed" not in request.POST or (reason and not words)):
            context = {
                **model_admin.admin_site.each_context(request),
                "title": label,
                "action": name,
                "things": queryset,
                "asks_reason": reason,
                "missing": "confirmed" in request.POST,
                "warning": warning,
                "opts": model_admin.model._meta,
                "checkbox": ACTION_CHECKBOX_NAME,
            }
            return TemplateResponse(request, "admin/ask_reason.html", context)
        attempt(model_admin, request, queryset, act, words)
        return None

    action.__name__ = name
    return action
