"""Step 9, what we promise the company, and its own rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import model_to_dict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients import contracts
from clients.flow_words import FACTS
from clients.formulas import PLAIN, PROMISED
from clients.models import Client, Contract, Policy, Promise


class CheckedContract(forms.ModelForm[Contract]):
    """A contract that neither rewrites what was judged nor runs beside another."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            try:
                contracts.check(self.instance)
            except ValidationError as refused:
                self.add_error(None, refused)


class ContractForm(CheckedContract):
    """From when until when; of one that has begun the last day alone."""

    class Meta:
        model = Contract
        fields = ["valid_from", "valid_until", "client_approves_scripts"]
        help_texts = {"client_approves_scripts": ""}
        labels = {
            "valid_from": gettext_lazy("In force from"),
            "valid_until": gettext_lazy("Last day (empty: until further notice)"),
            "client_approves_scripts": gettext_lazy("The company's manager approves each version of a call flow"),
        }
        widgets = {
            "valid_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "valid_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, client: Client, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = self.instance.client = client
        self.was = self.instance.valid_from if self.instance.pk else None
        self.closed = contracts.begun(self.instance)
        for name in ("valid_from", "client_approves_scripts") if self.closed else ():
            self.fields[name].disabled = True
        if contracts.over(self.instance):
            self.fields["valid_until"].disabled = True

    def save(self, commit: bool = True) -> Contract:
        """The one before ends when it begins."""
        contract = super().save(commit)
        if not self.closed:
            contracts.begin(contract, moved_from=self.was)
        return contract

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, last = data.get("valid_from"), data.get("valid_until")
        if start and last and last < start:
            self.add_error("valid_until", _("The last day is before the first."))
        begins = self.client.contracts.filter(valid_from=start) if start else self.client.contracts.none()
        if begins.exclude(pk=self.instance.pk).exists():
            self.add_error("valid_from", _("A contract begins on this day already."))
        return data


OF_A_PROMISE = ("channel", "formula", "target_percent", "threshold_seconds", "limit_percent")


class PromiseForm(forms.ModelForm[Promise]):
    """One percentage promised; what fits what is asked of the row itself."""

    formula = forms.ChoiceField(label=gettext_lazy("Counted as"), initial=PLAIN)

    class Meta:
        model = Promise
        fields = OF_A_PROMISE
        labels = {
            "channel": gettext_lazy("Channel"),
            "target_percent": gettext_lazy("Percent"),
            "threshold_seconds": gettext_lazy("within seconds"),
            "limit_percent": gettext_lazy("broken past percent"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known: Any = self.fields["formula"]
        known.choices = [(key, _(formula.title)) for key, formula in PROMISED.items()]


class CarriedPromiseForm(PromiseForm):
    """A promise of the contract before, proposed for the next: saved as it stands unless removed."""

    def has_changed(self) -> bool:
        return (self.instance.pk is None and bool(self.initial)) or super().has_changed()


def promise_forms(contract: Contract, data: Any = None, *, before: Contract | None = None) -> Any:
    """The promises of a contract with one empty row; of a new one, those of the contract before as proposals.

    What has begun is shown and taken from nobody.
    """
    closed = contracts.begun(contract)
    carried = [model_to_dict(p, OF_A_PROMISE) for p in before.promises.order_by("pk")] if before else []
    kind: Any = forms.inlineformset_factory(
        Contract, Promise, form=CarriedPromiseForm, extra=0 if closed else len(carried) + 1, can_delete=not closed
    )
    made = kind(data, instance=contract, prefix="promises", initial=carried)
    for form in made.forms if closed else ():
        for field in form.fields.values():
            field.disabled = True
    return made


class PolicyForm(forms.ModelForm[Policy]):
    """The company's own rules."""

    verification_facts = forms.MultipleChoiceField(
        label=gettext_lazy("What may verify somebody"),
        help_text=gettext_lazy("None: each call flow asks its own."),
        choices=[*FACTS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Policy
        fields = [
            "turnaround_minutes",
            "callback_window_minutes",
            "callback_attempts",
            "callback_retry_minutes",
            "callback_grace_minutes",
            "reopen_days",
            "send_resolution_mail",
            "send_survey",
            "verification_facts",
            "verification_facts_needed",
            "verification_attempts",
            "verification_failure",
            "verification_lock_hours",
            "voice_handling_seconds",
            "chat_handling_seconds",
            "email_handling_seconds",
            "client_sees_transcripts",
            "client_hears_recordings",
            "client_sees_customer_names",
            "agents_hear_own_recordings",
            "recording",
            "recording_days",
            "tell_agents_when_monitored",
            "refund_limit",
            "script_review_days",
            "retention_days",
            "short_abandon_seconds",
        ]
        help_texts = {
            "verification_lock_hours": gettext_lazy("0: the customer’s next contact may try again."),
        } | dict.fromkeys(("turnaround_minutes", "callback_window_minutes", "recording_days", "script_review_days"), "")
        labels = {
            "turnaround_minutes": gettext_lazy("A callback is made within open minutes"),
            "callback_window_minutes": gettext_lazy("Length of a window customers choose, minutes"),
            "callback_attempts": gettext_lazy("Attempts of a callback"),
            "callback_retry_minutes": gettext_lazy("Minutes between two attempts"),
            "callback_grace_minutes": gettext_lazy("Grace after the window, minutes"),
            "reopen_days": gettext_lazy("A case reopens within days"),
            "send_resolution_mail": gettext_lazy("Customers get a resolution mail"),
            "send_survey": gettext_lazy("Customers are asked how it was"),
            "verification_failure": gettext_lazy("When the attempts are used up"),
            "verification_lock_hours": gettext_lazy("Hours without further attempts after that"),
            "voice_handling_seconds": gettext_lazy("A call should take seconds, wrap-up included"),
            "chat_handling_seconds": gettext_lazy("A chat should take seconds"),
            "email_handling_seconds": gettext_lazy("A mail should take seconds"),
            "verification_facts_needed": gettext_lazy("Facts that must fit to verify somebody"),
            "verification_attempts": gettext_lazy("Attempts to verify somebody"),
            "client_sees_transcripts": gettext_lazy("The company reads transcripts"),
            "client_hears_recordings": gettext_lazy("The company hears recordings"),
            "client_sees_customer_names": gettext_lazy("The company sees its customers' names"),
            "agents_hear_own_recordings": gettext_lazy("Agents hear their own recordings"),
            "recording": gettext_lazy("Calls are recorded"),
            "recording_days": gettext_lazy("Days until a recording is deleted"),
            "tell_agents_when_monitored": gettext_lazy("Agents see when a supervisor listens"),
            "refund_limit": gettext_lazy("Refunds without approval up to"),
            "script_review_days": gettext_lazy("Days from one review of a call flow to the next"),
            "retention_days": gettext_lazy("Days until contacts are deleted"),
            "short_abandon_seconds": gettext_lazy("Short abandons, under seconds"),
        }
