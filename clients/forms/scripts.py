"""Step 7, the call flows."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.models import Channel, Client, Script, ScriptVersion

BIGGEST = 300_000


class ScriptForm(forms.ModelForm[Script]):
    """A call flow and what it is for."""

    class Meta:
        model = Script
        fields = ["name", "kind", "product_type", "review_on"]
        labels = {
            "name": gettext_lazy("Name"),
            "kind": gettext_lazy("Leads through"),
            "product_type": gettext_lazy("Product type (sub-processes)"),
            "review_on": gettext_lazy("To be reviewed on"),
        }
        widgets = {"review_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, client: Client, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = self.instance.client = client
        self.fields["product_type"].queryset = client.product_types.all()  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if self.client.scripts.filter(name=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("The company has a call flow of this name already."))
        return name


class VersionForm(forms.Form):
    """A draft: which language and channel it is for, and its steps as text or as a file."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=[("en", gettext_lazy("English")), ("es", gettext_lazy("Spanish"))]
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        choices=[("", gettext_lazy("every channel")), *Channel.choices],
        required=False,
    )
    upload = forms.FileField(label=gettext_lazy("Steps as a file (JSON)"), required=False)
    graph = forms.CharField(
        label=gettext_lazy("Steps"),
        required=False,
        max_length=BIGGEST,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false", "class": "code"}),
    )

    def __init__(self, *args: Any, version: ScriptVersion | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if version is not None:
            self.initial = {
                "language": version.language,
                "channel": version.channel,
                "graph": json.dumps(version.graph, indent=2, ensure_ascii=False),
            }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        text = data.get("graph", "")
        if upload := data.get("upload"):
            if upload.size > BIGGEST:
                raise forms.ValidationError(_("The file is too large for a call flow."))
            try:
                text = upload.read().decode()
            except UnicodeDecodeError as error:
                raise forms.ValidationError(_("The file is not text.")) from error
        try:
            graph = json.loads(text)
        except json.JSONDecodeError as error:
            raise forms.ValidationError(
                _("Line %(line)s is not JSON: %(why)s") % {"line": error.lineno, "why": error.msg}
            ) from error
        if not isinstance(graph, dict):
            raise forms.ValidationError(_("A call flow is an object with “start” and “steps”."))
        data["graph"] = graph
        return data
