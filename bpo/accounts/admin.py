"""People in the administration: added without a password, invited by mail, deactivated instead of deleted."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bpo.accounts import invitations
from bpo.accounts.forms import NewPersonForm
from bpo.accounts.models import User


@admin.register(User)
class PersonAdmin(UserAdmin):
    """A person and the two ways in: an invitation and a password reset."""

    add_form = NewPersonForm
    ordering = ["full_name", "email"]
    list_display = ["full_name", "email", "language", "is_staff", "is_active", "last_login"]
    list_filter = ["is_active", "is_staff", "language", "groups"]
    search_fields = ["full_name", "email"]
    readonly_fields = ["public_id", "last_login", "date_joined"]
    actions = ["send_invitation", "deactivate"]
    fieldsets = [
        (None, {"fields": ["email", "full_name", "language", "zone", "theme", "public_id"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        (_("Password and dates"), {"fields": ["password", "last_login", "date_joined"], "classes": ["collapse"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "full_name", "language", "is_staff", "invite"]})]

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change and form.cleaned_data.get("invite"):
            self._invite(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What people did must stay readable: deactivate instead."""
        return False

    @admin.action(description=_("Send an invitation to choose a password"))
    def send_invitation(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        sent = sum(self._invite(request, user) for user in queryset.filter(is_active=True))
        self.message_user(request, ngettext("%d invitation sent.", "%d invitations sent.", sent) % sent)

    @admin.action(description=_("Deactivate and end all sessions"))
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset.exclude(pk=request.user.pk or 0):
            user.is_active = False
            user.save(update_fields=["is_active"])
        self.message_user(request, _("Done."))

    def _invite(self, request: HttpRequest, user: User) -> bool:
        try:
            invitations.invite(user, by=request.user if isinstance(request.user, User) else None)
        except OSError as error:
            self.message_user(
                request,
                _("The invitation of %(user)s could not be sent: %(error)s") % {"user": user, "error": error},
                messages.ERROR,
            )
            return False
        return True
