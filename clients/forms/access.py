"""Logins of the client's own people, and keys of its machines."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bpo.accounts.models import User
from clients.models import ApiKey, Client, Role

SCOPES = [
    ("read", gettext_lazy("read contacts, cases, customers")),
    ("act", gettext_lazy("bring contacts, promise callbacks, act in an agent's name")),
    ("route", gettext_lazy("assign, take back, change priority")),
    ("reports", gettext_lazy("figures (for later: the API has none yet)")),
    ("media", gettext_lazy("whole messages and originals")),
]


class LoginForm(forms.Form):
    """Somebody who shall see this client's work."""

    full_name = forms.CharField(label=gettext_lazy("Name"), max_length=150)
    email = forms.EmailField(label=gettext_lazy("Mail address"))
    role = forms.ChoiceField(label=gettext_lazy("May do"), choices=Role.choices, initial=Role.VIEWER)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=[("en", gettext_lazy("English")), ("es", gettext_lazy("Spanish"))]
    )
    # The address of somebody who has an account already, said once more by whoever was told so.
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, client: Client, *args: Any, only_viewers: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client, self.only_viewers = client, only_viewers
        self.known: User | None = None
        if only_viewers:
            self.fields["role"].choices = [(Role.VIEWER.value, Role.VIEWER.label)]  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        address = str(self.cleaned_data["email"]).lower()
        if self.client.memberships.filter(user__email=address).exists():
            raise forms.ValidationError(_("This person has a role here already."))
        known = User.objects.filter(email=address).first()
        if known and not known.is_active:
            raise forms.ValidationError(_("This person was deactivated."))
        self.known = known
        return address

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        said = str(data.pop("confirmed", "")).strip().lower()
        if self.known and said != self.known.email.lower():
            self.add_error("email", self._whose(self.known))
        return data

    def _whose(self, known: User) -> str:
        """Whose address it is; to a client's own people no name of anybody else is told."""
        if self.only_viewers:
            return _("Somebody with this address has an account here already, and keeps its name and language.")
        if hasattr(known, "agent"):
            words = _("This is the address of %(person)s, who works here as an agent and keeps name and language.")
        else:
            words = _("This is the address of %(person)s, who has an account already and keeps name and language.")
        return words % {"person": known}


class KeyForm(forms.Form):
    """A key for a machine."""

    name = forms.CharField(label=gettext_lazy("Which machine uses it"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"), choices=SCOPES, widget=forms.CheckboxSelectMultiple, initial=["read"]
    )

    def clean_scopes(self) -> list[str]:
        return [scope for scope in self.cleaned_data["scopes"] if scope in ApiKey.SCOPES]
