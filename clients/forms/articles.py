"""What the agents of a company look up: one article."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy

from clients.forms.company import spoken
from clients.models import Article, Client


class ArticleForm(forms.ModelForm[Article]):
    """Its words, its language and what it is about; `edition` says which words were opened."""

    edition = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Article
        fields = ["title", "language", "reason", "product", "body"]
        labels = {
            "title": gettext_lazy("Title"),
            "language": gettext_lazy("Language"),
            "reason": gettext_lazy("Stands first for the reason"),
            "product": gettext_lazy("and for the product"),
            "body": gettext_lazy("What the agent should know or say"),
        }
        help_texts = {
            "title": gettext_lazy("As an agent would look for it: “Return a laptop”."),
            "body": gettext_lazy(
                "Plain text; an empty line begins a paragraph. {first_name}, {customer}, {agent}, {client} and "
                "{reference} are filled in where an agent puts it into a reply."
            ),
        }
        widgets = {"body": forms.Textarea(attrs={"rows": 16})}

    def __init__(self, client: Client, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.client = client
        self.fields["language"] = forms.ChoiceField(
            label=self.fields["language"].label, choices=spoken(client, self.instance.language)
        )
        chosen: Any
        for name, chosen in (("reason", client.reasons), ("product", client.products)):
            in_use = Q(active=True) | Q(pk=getattr(self.instance, f"{name}_id"))
            self.fields[name].queryset = chosen.filter(in_use)  # type: ignore[attr-defined]
        if self.instance.pk is None:
            self.initial["language"] = client.default_language
        self.initial["edition"] = self.instance.edition if self.instance.pk else None

    def saved_meanwhile(self, sentence: str) -> None:
        """Somebody saved other words: they stand beside what was typed, which the next save puts in their place."""
        saved = Article.objects.get(pk=self.instance.pk)
        self.add_error(None, sentence)
        for name in ("title", "body"):
            if getattr(saved, name) != self.cleaned_data.get(name):
                self.add_error(name, gettext("Saved is: %(words)s") % {"words": getattr(saved, name)})
        self.data = {**dict(self.data.items()), "edition": saved.edition}
