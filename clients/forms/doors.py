"""Step 5, the doors: where contacts come in, and by which rules each leads to a line."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.customers import tidy_address, tidy_phone
from clients.forms.company import spoken
from clients.models import Client, EntryKind, EntryPoint, EntryRule, EntryRuleSkill, QueueState, Skill

OF_KIND = {
    EntryKind.WIDGET: ("origins",),
    EntryKind.MAILBOX: (
        "address",
        "imap_host",
        "imap_port",
        "imap_tls",
        "imap_user",
        "imap_password",
        "webhook_secret",
    ),
    EntryKind.FORM: (),
    EntryKind.API: (),
    EntryKind.PHONE: ("address", "exchange", "exchange_url", "webhook_secret"),
    EntryKind.WEB_CALL: ("origins", "takes_voicemail"),
}


def _wrong_with_site(line: str) -> str:
    """What has to be changed about a site that somebody typed; empty when a browser shows sites so."""
    try:
        parts = urlsplit(line)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return _("“%(line)s” has a name or port that no browser understands.")
    if not parts.scheme or "://" not in line:
        return _("“%(line)s” lacks its beginning: write https:// before the name.")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in ("localhost", "127.0.0.1")):
        return _("“%(line)s” must begin with https://: other sites can be changed on their way to the visitor.")
    if not host:
        return _("“%(line)s” has no name after https://.")
    if parts.path.strip("/") or parts.query or parts.fragment:
        return _("“%(line)s” has more than the name: leave out everything after it.")
    return ""


class DoorForm(forms.ModelForm[EntryPoint]):
    """A door; only what its kind needs is asked."""

    origins = forms.CharField(
        label=gettext_lazy("Sites that may show it"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "https://shop.example"}),
        help_text=gettext_lazy("One a line, as the browser shows it: https:// and the name, nothing after it."),
    )
    imap_password = forms.CharField(
        label=gettext_lazy("Password"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Kept encrypted and never shown. Empty: the present one stays."),
    )
    webhook_secret = forms.CharField(
        label=gettext_lazy("Secret of inbound webhooks"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy(
            "When a mail provider or an exchange posts to us: whsec_ and what follows. Empty: the present one stays."
        ),
    )

    class Meta:
        model = EntryPoint
        fields = [
            "name", "queue", "hours", "priority", "address", "exchange", "exchange_url", "origins",
            "takes_voicemail", "imap_host", "imap_port", "imap_tls", "imap_user", "imap_password", "webhook_secret",
            "published",
        ]  # fmt: skip
        labels = {
            "name": gettext_lazy("Name of the door"),
            "queue": gettext_lazy("Leads to"),
            "hours": gettext_lazy("Hours of its own (none: those of the line)"),
            "priority": gettext_lazy("Priority of its own (0 to 9)"),
            "address": gettext_lazy("Address or number"),
            "exchange": gettext_lazy("Its calls are carried by"),
            "exchange_url": gettext_lazy("Address of the exchange"),
            "imap_host": gettext_lazy("IMAP server"),
            "imap_port": gettext_lazy("Port"),
            "imap_tls": gettext_lazy("Encrypted from the start (TLS)"),
            "imap_user": gettext_lazy("User"),
            "published": gettext_lazy("Open: contacts are taken in here"),
            "takes_voicemail": gettext_lazy("Outside the hours callers may leave a spoken message"),
        }
        help_texts = {
            "takes_voicemail": gettext_lazy(
                "It comes with a promised callback, and is kept as long as recordings of this company are. From the "
                "line callers come to the voicemail by its overflow step, whatever is set here."
            )
        }

    def __init__(self, client: Client, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client, self.kind = client, kind
        self.instance.client, self.instance.kind = client, kind
        for name in {name for names in OF_KIND.values() for name in names} - set(OF_KIND[EntryKind(kind)]):
            del self.fields[name]
        self.fields["queue"].queryset = client.queues.exclude(state=QueueState.ARCHIVED)  # type: ignore[attr-defined]
        self.fields["hours"].queryset = client.business_hours.order_by("name")  # type: ignore[attr-defined]
        self.fields["hours"].label_from_instance = lambda hours: hours.name  # type: ignore[attr-defined]
        if "origins" in self.fields:
            self.initial["origins"] = "\n".join(self.instance.origins or [])
        if "imap_port" in self.fields and not self.instance.pk:
            self.initial.setdefault("imap_port", 993)
        if not self.instance.pk:
            self.initial.setdefault("queue", client.queues.order_by("pk").first())
            self.initial.setdefault("name", EntryKind(kind).label)

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if self.client.entry_points.filter(name=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("The company has a door of this name already."))
        return name

    def clean_origins(self) -> list[str]:
        found = []
        for line in self.cleaned_data["origins"].split():
            if wrong := _wrong_with_site(line):
                raise forms.ValidationError(wrong % {"line": line})
            parts = urlsplit(line)
            found.append(f"{parts.scheme}://{parts.netloc}".lower())
        return list(dict.fromkeys(found))

    def clean_address(self) -> str:
        given = str(self.cleaned_data["address"]).strip()
        if self.kind == EntryKind.MAILBOX:
            tidy = tidy_address(given)
            if not tidy:
                raise forms.ValidationError(_("A mailbox needs its mail address."))
            taken = EntryPoint.objects.filter(kind=EntryKind.MAILBOX, address=tidy).exclude(pk=self.instance.pk)
            if taken.exists():
                raise forms.ValidationError(_("This mailbox is in use already."))
            return tidy
        tidy = tidy_phone(self.client, given)
        if given and not tidy:
            raise forms.ValidationError(_("This is not a phone number."))
        return tidy

    def clean_imap_password(self) -> str:
        return str(self.cleaned_data["imap_password"] or self.instance.imap_password)

    def clean_webhook_secret(self) -> str:
        return str(self.cleaned_data["webhook_secret"] or self.instance.webhook_secret)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("published") and not data.get("queue"):
            self.add_error("queue", _("An open door must lead to a line."))
        return data


class RuleForm(forms.ModelForm[EntryRule]):
    """If all that is set here fits, the contact goes there."""

    skill = forms.ModelChoiceField(
        label=gettext_lazy("also wants"), queryset=Skill.objects.all(), required=False, empty_label="–"
    )

    class Meta:
        model = EntryRule
        fields = ["position", "key", "language", "product_type", "reason", "attribute", "value", "queue", "priority"]
        labels = {
            "position": gettext_lazy("No."),
            "key": gettext_lazy("Key"),
            "language": gettext_lazy("Language"),
            "product_type": gettext_lazy("Product type"),
            "reason": gettext_lazy("Reason"),
            "attribute": gettext_lazy("Attribute"),
            "value": gettext_lazy("is"),
            "queue": gettext_lazy("Leads to"),
            "priority": gettext_lazy("Priority"),
        }

    def __init__(self, *args: Any, client: Client, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = client
        self.said: list[str] = []
        if kind == EntryKind.WEB_CALL:
            self._ask_for_menu()
        else:
            del self.fields["key"]
        languages = [("", "–"), *spoken(client, self.instance.language)]
        self.fields["language"].widget = forms.Select(choices=languages)
        self.fields["attribute"].widget = forms.Select(
            choices=[("", "–"), ("plan", _("plan")), ("city", _("city")), ("postal_code", _("postal code"))]
        )
        self.fields["product_type"].queryset = client.product_types.all()  # type: ignore[attr-defined]
        self.fields["reason"].queryset = client.reasons.filter(active=True)  # type: ignore[attr-defined]
        self.fields["queue"].queryset = client.queues.exclude(state=QueueState.ARCHIVED)  # type: ignore[attr-defined]
        if self.instance.pk and (held := self.instance.skills.first()):
            self.initial["skill"] = held.skill_id

    def _ask_for_menu(self) -> None:
        keys = [("", "–"), *((key, key) for key in "1234567890*#")]
        self.fields["key"].widget = forms.Select(choices=keys)
        for code, language in spoken(self.client):
            self.said.append(code)
            self.fields[f"menu_{code}"] = forms.CharField(
                label=_("The menu says (%(language)s)") % {"language": language}, required=False, max_length=60
            )
            self.initial[f"menu_{code}"] = (self.instance.menu or {}).get(code, "")

    def clean(self) -> dict[str, Any]:
        """A key is said in the company's own language at least: nobody presses what he has not been told."""
        data = super().clean() or {}
        if self.said:
            words = {code: str(data.get(f"menu_{code}") or "").strip() for code in self.said}
            first = self.client.default_language
            if data.get("key") and not words.get(first, "") and f"menu_{first}" in self.fields:
                self.add_error(f"menu_{first}", _("Say what the key is for."))
            self.instance.menu = {code: said for code, said in words.items() if said}
        return data


class RuleFormSet(forms.BaseInlineFormSet[EntryRule, EntryPoint, RuleForm]):
    """The rules in order; the first that fits decides."""

    def clean(self) -> None:
        """One key, one meaning: of two rules that ask for nothing else apart, the second would never be reached."""
        super().clean()
        taken: dict[tuple[Any, ...], int] = {}
        for number, form in enumerate(self.forms, start=1):
            data = getattr(form, "cleaned_data", {})
            if form in self.deleted_forms or not data.get("key"):
                continue
            same = tuple(data.get(name) for name in ("key", "language", "product_type", "reason", "attribute", "value"))
            if same in taken:
                told = {"key": data["key"], "n": taken[same]}
                form.add_error("key", _("Rule %(n)d asks for the key %(key)s already.") % told)
            taken.setdefault(same, number)

    @transaction.atomic
    def save(self, commit: bool = True) -> list[EntryRule]:
        # Numbers may be exchanged: free them before any is written.
        for n, old in enumerate(self.instance.rules.order_by("position")):
            EntryRule.objects.filter(pk=old.pk).update(position=1000 + n)
        rules = super().save()
        for form in self.forms:
            rule = form.instance
            if rule.pk and form not in self.deleted_forms and hasattr(form, "cleaned_data"):
                if not form.has_changed():
                    EntryRule.objects.filter(pk=rule.pk).update(position=rule.position)
                skill = form.cleaned_data.get("skill")
                rule.skills.exclude(skill=skill).delete()
                if skill:
                    EntryRuleSkill.objects.get_or_create(rule=rule, skill=skill)
        return rules


def rule_forms(client: Client, door: EntryPoint, data: Any = None) -> Any:
    """The formset of a door's rules with one empty row."""
    kind: Any = forms.inlineformset_factory(
        EntryPoint, EntryRule, form=RuleForm, formset=RuleFormSet, extra=1, can_delete=True
    )
    return kind(data, instance=door, form_kwargs={"client": client, "kind": door.kind}, prefix="rules")
