"""One ready sentence of a company's agents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from clients.forms.company import spoken
from clients.models import Client, Snippet


class SnippetForm(forms.ModelForm[Snippet]):
    """Its shortcut, its language and its words; `edition` says which words were opened."""

    edition = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Snippet
        fields = ["shortcut", "language", "text"]
        labels = {
            "shortcut": gettext_lazy("Shortcut"),
            "language": gettext_lazy("Language"),
            "text": gettext_lazy("What it writes"),
        }
        help_texts = {
            "shortcut": gettext_lazy("What an agent types after the slash: “hello” for /hello."),
            "text": gettext_lazy(
                "{first_name}, {customer}, {agent}, {client} and {reference} are filled in where an agent uses it."
            ),
        }
        widgets = {"text": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, client: Client, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.client = client
        self.fields["language"] = forms.ChoiceField(
            label=self.fields["language"].label, choices=spoken(client, self.instance.language)
        )
        if self.instance.pk is None:
            self.initial["language"] = client.default_language
        self.initial["edition"] = self.instance.edition if self.instance.pk else None
