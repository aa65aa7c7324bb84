"""The forms of call lists: the list itself, one person of it; rows of a file pass through the second, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from bpo.kernel import clock, words, zones
from bpo.kernel.errors import DomainError
from bpo.kernel.fields import country_of
from clients import customers
from clients.forms.company import spoken
from clients.models import (
    CallList,
    Channel,
    Client,
    HoursSpan,
    Queue,
    QueueState,
    Script,
    ScriptKind,
    ScriptVersion,
    VersionState,
)
from clients.models.call_list import working_days
from interactions.do_not_call import MOST_WHY
from interactions.models import Prospect
from interactions.prospect_changes import CALLED
from interactions.prospect_changes import MOST_WHY as MOST_CHANGE
from interactions.prospect_lists import Person

CLOCK = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class _Named(forms.ModelChoiceField):
    """A choice among things of several clients says whose each is."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.client.name}: {obj.name}"


class CallListForm(forms.ModelForm):
    """Whom one calls from which line, and when. Changing a list asks why."""

    queue = _Named(
        label=lazy("Line"),
        queryset=Queue.objects.none(),
        empty_label=lazy("Choose"),
        help_text=lazy("Whose agents call from this list."),
    )
    script = _Named(
        label=lazy("Call flow"), queryset=Script.objects.none(), required=False,
        empty_label=lazy("The company’s usual one for calls we make"),
    )  # fmt: skip
    weekdays = forms.TypedMultipleChoiceField(
        label=lazy("Days"), coerce=int, choices=HoursSpan.WEEKDAYS, initial=working_days,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    class Meta:
        model = CallList
        fields = ["name", "queue", "script", "calls_from", "calls_until", "weekdays", "attempts", "spacing_minutes"]
        labels = {
            "name": lazy("Name"), "calls_from": lazy("Calls from"), "calls_until": lazy("Calls until"),
            "attempts": lazy("Most tries"), "spacing_minutes": lazy("Minutes between two tries"),
        }  # fmt: skip
        help_texts = {"calls_from": lazy("On the clock of the person who is called.")}
        widgets = {"calls_from": CLOCK, "calls_until": CLOCK}

    def __init__(self, clients: Sequence[Client], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queues = Queue.objects.filter(client__in=clients, channels__contains=Channel.VOICE)
        queues = queues.exclude(state=QueueState.ARCHIVED)
        live = ScriptVersion.objects.filter(script=OuterRef("pk"), state=VersionState.PUBLISHED)
        scripts = Script.objects.filter(Exists(live), client__in=clients, kind=ScriptKind.OUTBOUND)
        for name, rows in (("queue", queues), ("script", scripts)):
            ordered = rows.select_related("client__brand").order_by("client__name", "name")
            self.fields[name].queryset = ordered  # type: ignore[attr-defined]
        if self.instance.pk:
            why = forms.CharField(label=lazy("Why"), max_length=200, help_text=lazy("Kept in the list’s history."))
            self.fields["reason"] = why

    def clean(self) -> dict[str, Any]:
        """A script of another client leads nobody; the client follows from the line."""
        data = super().clean() or {}
        queue, script = data.get("queue"), data.get("script")
        if queue is not None:
            self.instance.client = queue.client
            taken = CallList.objects.filter(client=queue.client, name=data.get("name", "")).exclude(pk=self.instance.pk)
            if taken.exists():
                self.add_error("name", _("This company has a list of that name already."))
        if queue is not None and script is not None and script.client_id != queue.client_id:
            self.add_error("script", _("This call flow is another company’s."))
        return data


class _Line(forms.CharField):
    """Words on one line, without what nobody can see."""

    def to_python(self, value: Any) -> str:
        try:
            return words.line(super().to_python(value) or "", most=self.max_length or 200)
        except DomainError as refused:
            raise ValidationError(str(refused.sentence)) from refused


class ProspectForm(forms.Form):
    """One person; its field names are the columns of a file."""

    name = _Line(label=lazy("Name"), max_length=120)
    number = forms.CharField(
        label=lazy("Phone number"),
        max_length=40,
        help_text=lazy("With its country code, or as it is dialled at the company’s."),
    )
    email = forms.CharField(label=lazy("Email"), max_length=254, required=False)
    company = _Line(label=lazy("Works for"), max_length=120, required=False)
    zone = forms.CharField(
        label=lazy("Time zone"), max_length=64, required=False, widget=forms.TextInput(attrs={"list": "zones"}),
        help_text=lazy("Such as America/Chicago. Not needed where the number’s country has a single one."),
    )  # fmt: skip
    language = forms.CharField(label=lazy("Language"), max_length=5, required=False)
    note = _Line(label=lazy("Note"), max_length=500, required=False)
    consent_how = _Line(label=lazy("How this person agreed to be called"), max_length=200)
    consent_on = forms.DateField(label=lazy("When"), widget=DAY, input_formats=["%Y-%m-%d"])

    def __init__(self, client: Client, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = client

    def with_choices(self) -> ProspectForm:
        """For a page: the languages to choose from. A file has thousands of rows and needs no boxes."""
        self.fields["language"].widget = forms.Select(choices=spoken(self.client))
        self.fields["language"].initial = self.client.default_language
        return self

    def clean_number(self) -> str:
        """In E.164, as numbers are kept."""
        number = customers.typed_phone(self.client, self.cleaned_data["number"])
        if not number:
            raise ValidationError(_("This is not a phone number that can be called."))
        return number

    def clean_email(self) -> str:
        """In lower case."""
        typed = self.cleaned_data["email"]
        address = customers.tidy_address(typed) if typed else ""
        if typed and not address:
            raise ValidationError(_("This is not a mail address."))
        return address

    def clean_language(self) -> str:
        """One the company speaks; its usual one where nothing is said."""
        language = self.cleaned_data["language"].lower() or self.client.default_language
        known = dict(spoken(self.client))
        if language not in known:
            raise ValidationError(_("The company speaks %(known)s.") % {"known": ", ".join(known)})
        return language

    def clean_consent_on(self) -> date:
        """A day that has come."""
        day: date = self.cleaned_data["consent_on"]
        if day > self.client.day_at(clock.now()):
            raise ValidationError(_("This day is still to come."))
        return day

    def clean(self) -> dict[str, Any]:
        """The zone given, or the only one of the number's country: it is never guessed."""
        data = super().clean() or {}
        zone, number = data.get("zone", ""), data.get("number", "")
        if zone and zone not in zones.every():
            self.add_error("zone", _("“%(zone)s” is not a time zone, such as America/New_York.") % {"zone": zone})
        elif not zone and number:
            of_number = zones.of_country(country_of(number))
            if len(of_number) == 1:
                data["zone"] = of_number[0]
            else:
                self.add_error("zone", _("Say the time zone: the number alone does not tell it."))
        return data

    def person(self) -> Person:
        """Whom it describes; call it when the form is valid."""
        data = self.cleaned_data
        known = {each.name: data[each.name] for each in fields(Person) if each.name != "address"}
        return Person(address=data["email"], **known)


class ChangeProspectForm(ProspectForm):
    """The same of somebody on a list, with the reason. A number that was called stays as it is.

    `edition` says which state of the person was opened.
    """

    reason = _Line(label=lazy("Why"), max_length=MOST_CHANGE, help_text=lazy("Kept with what happened."))
    edition = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def __init__(self, prospect: Prospect, *args: Any, **kwargs: Any) -> None:
        known = {**shown(prospect), "edition": prospect.edition}
        super().__init__(prospect.client, *args, initial=known, **kwargs)
        if prospect.attempts:
            self.fields["number"].disabled = True
            self.fields["number"].help_text = CALLED

    def with_choices(self) -> ChangeProspectForm:
        """For a page; the language is this person's."""
        language = self.initial["language"]
        super().with_choices().fields["language"].initial = language
        return self

    def compare(self, now: Prospect) -> None:
        """What was typed stays, and beside each field that differs stands what is saved; sent again it is replaced."""
        typed, sent = dict(self.cleaned_data), cast(QueryDict, self.data).copy()
        sent["edition"] = str(now.edition)
        self.data = sent
        for name, saved in shown(now).items():
            if typed[name] != saved:
                self.add_error(name, _("Saved is: %s") % (saved or _("nothing")))


def shown(prospect: Prospect) -> dict[str, Any]:
    """Somebody on a list as the form has it, the names of its fields being the columns of a file."""
    return {name: getattr(prospect, "address" if name == "email" else name) for name in ProspectForm.base_fields}


class BlockForm(forms.Form):
    """A number that a client never calls, and why."""

    client = forms.ModelChoiceField(
        label=lazy("Company"), queryset=Client.objects.none(), to_field_name="public_id", empty_label=lazy("Choose")
    )
    number = forms.CharField(label=lazy("Phone number"), max_length=40)
    why = _Line(label=lazy("Why"), max_length=MOST_WHY)

    def __init__(self, clients: Sequence[Client], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Client.objects.filter(pk__in=[client.pk for client in clients])
        self.fields["client"].queryset = mine  # type: ignore[attr-defined]
        if len(clients) == 1:
            self.fields["client"].empty_label = None  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The number as the client's country writes it."""
        data = super().clean() or {}
        client, typed = data.get("client"), data.get("number", "")
        if client is not None and typed:
            data["number"] = customers.tidy_phone(client, typed)
            if not data["number"]:
                self.add_error("number", _("This is not a phone number."))
        return data
