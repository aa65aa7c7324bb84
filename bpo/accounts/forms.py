"""Forms of accounts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from bpo.accounts.models import User


class ProfileForm(forms.ModelForm[User]):
    """What a person sets for themselves."""

    class Meta:
        model = User
        fields = ["full_name", "language", "theme"]


class NewPersonForm(forms.ModelForm[User]):
    """An admin adds a person; the password is the person's own to choose."""

    invite = forms.BooleanField(label=_("Send the invitation now"), required=False, initial=True)

    class Meta:
        model = User
        fields = ["email", "full_name", "language", "is_staff"]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()
