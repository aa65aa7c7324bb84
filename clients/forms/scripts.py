"""Step 7, the call flows."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bpo.accounts.models import User
from clients import reviews, script_text, starters
from clients.forms.moments import moment_field, name_zone
from clients.models import Channel, Client, Script, ScriptVersion
from clients.starter_flows import FLOWS, flow

BIGGEST = 300_000
MOST_FAULTS = 20
STARTER, DRAWN = "starter", "drawn"


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


class PublishAtForm(forms.Form):
    """When a version is to come into force, and why."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
    publish_at = moment_field(gettext_lazy("Publish at"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_zone(self.fields["publish_at"])


class ReviewPlanForm(forms.ModelForm[Script]):
    """Who answers for a call flow, and when it is looked at again."""

    class Meta:
        model = Script
        fields = ["owner", "review_on", "review_days"]
        labels = {
            "owner": gettext_lazy("Owner"),
            "review_on": gettext_lazy("To be reviewed on"),
            "review_days": gettext_lazy("Days from one review to the next"),
        }
        widgets = {"review_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        script = self.instance
        owner: Any = self.fields["owner"]
        owner.queryset = reviews.may_own(script.client) | User.objects.filter(pk__in=[script.owner_id])
        owner.empty_label = _("nobody")
        self.fields["review_on"].required = bool(script.review_on)
        days = script.client.policy.script_review_days if hasattr(script.client, "policy") else ""
        self.fields["review_days"].help_text = _("Empty: the company's %(days)s.") % {"days": days} if days else ""


class VersionForm(forms.Form):
    """A draft: which language and channel it is for, and its steps: a flow to begin from, text, or a file.

    Steps that are written or sent as a file go before the flow to begin from, which a first version alone is offered.
    """

    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=[("en", gettext_lazy("English")), ("es", gettext_lazy("Spanish"))]
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        choices=[("", gettext_lazy("every channel")), *Channel.choices],
        required=False,
    )
    begin = forms.ChoiceField(
        label=gettext_lazy("Begin from"),
        required=False,
        help_text=gettext_lazy("It becomes your draft, in the language chosen above; its words can then be changed."),
    )
    since = forms.IntegerField(required=False, widget=forms.HiddenInput)
    upload = forms.FileField(label=gettext_lazy("Steps as a file (JSON or YAML)"), required=False)
    graph = forms.CharField(
        label=gettext_lazy("Steps"),
        required=False,
        max_length=BIGGEST,
        help_text=gettext_lazy(
            "What the agent says, asks and does, one step after the other, written as JSON or YAML: "
            "“start” names the first of the “steps”."
        ),
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false", "class": "code"}),
    )

    def __init__(self, *args: Any, script: Script, version: ScriptVersion | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.script = script
        if version is not None:
            self.initial = {
                "language": version.language,
                "channel": version.channel,
                "graph": json.dumps(version.graph, indent=2, ensure_ascii=False),
            }
            self.initial["since"] = version.edition
            del self.fields["begin"]
            return
        self.others = {str(one.public_id): one for one in newest_of_others(script)}
        self.fields["begin"].choices = [  # type: ignore[attr-defined]
            (STARTER, starters.NAMES[script.kind]),
            *((code, name) for code, (kind, name) in FLOWS.items() if kind == script.kind),
            *((key, _("Copy of %(flow)s") % {"flow": one}) for key, one in self.others.items()),
            (DRAWN, _("Nothing: I draw it step by step")),
            ("", _("Nothing: I write the steps below or send a file")),
        ]
        self.initial["begin"] = STARTER

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
        if not text.strip():
            data["graph"] = self.begun(data)
            return data
        try:
            data["graph"] = script_text.read(text)
        except script_text.Unreadable as error:
            raise forms.ValidationError([str(fault) for fault in error.faults[:MOST_FAULTS]]) from error
        return data

    def begun(self, data: dict[str, Any]) -> dict[str, Any]:
        """The steps of the flow to begin from."""
        begin = data.get("begin", "")
        if begin == STARTER:
            return starters.starter(self.script.kind, data["language"])
        if begin in FLOWS:
            return flow(begin, data["language"])
        if begin == DRAWN:
            return {"start": "", "steps": []}
        if not begin:
            raise forms.ValidationError(
                _("There are no steps yet: choose a flow to begin from, write the steps, or send them as a file.")
                if "begin" in self.fields
                else _("A call flow without steps cannot be saved: nobody would know what to say.")
            )
        return dict(self.others[begin].graph)


def newest_of_others(script: Script) -> list[ScriptVersion]:
    """The newest version of each language and channel of the client's other flows of this kind."""
    versions = ScriptVersion.objects.filter(script__client=script.client_id, script__kind=script.kind)
    return list(
        versions.exclude(script=script)
        .select_related("script")
        .order_by("script__name", "script_id", "language", "channel", "-number")
        .distinct("script__name", "script_id", "language", "channel")
    )
