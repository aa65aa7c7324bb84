"""Forms of accounts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bpo.accounts.models import User
from bpo.kernel import zones


class ProfileForm(forms.ModelForm[User]):
    """What a person sets for themselves."""

    zone = forms.ChoiceField(label=_("Time zone"), required=False)

    class Meta:
        model = User
        fields = ["full_name", "language", "zone", "theme"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = zones.choices("UTC", self.instance.zone)
        self.fields["zone"].choices = [("", _("That of my browser")), *listed]  # type: ignore[attr-defined]


class NewPersonForm(forms.ModelForm[User]):
    """An admin adds a person; the password is the person's own to choose."""

    invite = forms.BooleanField(label=_("Send the invitation now"), required=False, initial=True)

    class Meta:
        model = User
        fields = ["email", "full_name", "language", "is_staff"]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()
