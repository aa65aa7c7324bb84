"""Step 3, when it is open: a week of times of day, and dates that differ."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import Any

import holidays
from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bpo.kernel import zones
from clients.models import BusinessHours, Client, HoursException, HoursSpan

TIME = re.compile(r"(\d{1,2})(?::(\d{2}))?")
DAY = 1440
CLOSED = ("closed", "cerrado")
SHOWN_LANGUAGE = {"US": "en_US", "GB": "en_GB", "CA": "en_CA"}


def minutes(text: str) -> int:
    """Minutes after midnight of “9”, “09:30” or “24:00”."""
    found = TIME.fullmatch(text.strip())
    value = int(found[1]) * 60 + int(found[2] or 0) if found else -1
    if not found or not 0 <= value <= DAY or int(found[2] or 0) > 59:
        raise forms.ValidationError(_("“%(text)s” is not a time of day, such as 09:00.") % {"text": text.strip()})
    return value


def spans(text: str) -> list[tuple[int, int]]:
    """“09:00-12:00, 13:00-17:30” as pairs of minutes, in order and without overlaps; none for “closed” or nothing."""
    if text.strip().lower() in CLOSED:
        return []
    found: list[tuple[int, int]] = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;]", text))):
        ends = re.split(r"\s*[-–—]\s*", part)
        if len(ends) != 2:
            raise forms.ValidationError(_("Write “%(part)s” as from–to, such as 09:00–17:00.") % {"part": part})
        opens, closes = minutes(ends[0]), minutes(ends[1])
        if opens >= closes:
            raise forms.ValidationError(
                _("“%(part)s” ends before it begins. Past midnight: use two days.") % {"part": part}
            )
        found.append((opens, closes))
    found.sort()
    for (_opens, closes), (opens, _closes) in pairwise(found):
        if opens < closes:
            raise forms.ValidationError(_("Two of these times overlap."))
    return found


def words(pairs: list[tuple[int, int]]) -> str:
    """The pairs as one types them."""
    return ", ".join(f"{o // 60:02d}:{o % 60:02d}–{c // 60:02d}:{c % 60:02d}" for o, c in sorted(pairs))


class HoursForm(forms.ModelForm[BusinessHours]):
    """A week: each day's times in one field, several a day for split shifts, empty for closed."""

    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False)

    class Meta:
        model = BusinessHours
        fields = ["name", "zone", "always_open"]
        labels = {"name": gettext_lazy("Name of these hours"), "always_open": gettext_lazy("Always open")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = zones.choices(self.instance.zone)
        self.fields["zone"].choices = [("", _("The company's own")), *listed]  # type: ignore[attr-defined]
        kept: dict[int, list[tuple[int, int]]] = {}
        if self.instance.pk:
            for span in self.instance.spans.all():
                kept.setdefault(span.weekday, []).append((span.opens, span.closes))
        for number, name in HoursSpan.WEEKDAYS:
            office = [(540, 1020)] if number < 5 and not self.instance.pk else []
            self.fields[f"day_{number}"] = forms.CharField(
                label=name,
                required=False,
                initial=words(kept.get(number, office)),
                widget=forms.TextInput(attrs={"placeholder": _("closed")}),
            )

    def days(self) -> list[forms.BoundField]:
        """The seven fields."""
        return [self[f"day_{number}"] for number, _name in HoursSpan.WEEKDAYS]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for number, _name in HoursSpan.WEEKDAYS:
            try:
                data[f"day_{number}"] = spans(data.get(f"day_{number}", ""))
            except forms.ValidationError as problem:
                self.add_error(f"day_{number}", problem)
        if not data.get("always_open") and not self.errors and not any(data[f"day_{n}"] for n in range(7)):
            raise forms.ValidationError(_("These hours never open. Give at least one day its times."))
        return data

    @transaction.atomic
    def save(self, commit: bool = True) -> BusinessHours:
        hours = super().save()
        wanted = {(n, o, c) for n, _name in HoursSpan.WEEKDAYS for o, c in self.cleaned_data[f"day_{n}"]}
        for span in hours.spans.all():
            if (key := (span.weekday, span.opens, span.closes)) in wanted:
                wanted.discard(key)
            else:
                span.delete()
        for weekday, opens, closes in sorted(wanted):
            HoursSpan.objects.create(hours=hours, weekday=weekday, opens=opens, closes=closes)
        return hours


class ExceptionForm(forms.Form):
    """One date that differs; without times it is closed all day."""

    date = forms.DateField(label=gettext_lazy("Date"), widget=forms.DateInput(attrs={"type": "date"}))
    name = forms.CharField(label=gettext_lazy("What it is"), max_length=80, required=False)
    times = forms.CharField(
        label=gettext_lazy("Open"),
        required=False,
        help_text=gettext_lazy("Empty or “closed”: closed all day. Else such as 10:00–14:00."),
    )

    def clean_times(self) -> list[tuple[int, int]]:
        return spans(self.cleaned_data["times"])

    def save(self, hours: BusinessHours) -> None:
        """This date alone is written anew."""
        write_date(hours, self.cleaned_data["date"], self.cleaned_data["name"], self.cleaned_data["times"])


@transaction.atomic
def write_date(hours: BusinessHours, day: date, name: str, times: list[tuple[int, int]]) -> None:
    """The date has these times, or none; what it had before is replaced."""
    hours.exceptions.filter(date=day).delete()
    for opens, closes in times:
        HoursException.objects.create(hours=hours, date=day, name=name, opens=opens, closes=closes)
    if not times:
        HoursException.objects.create(hours=hours, date=day, name=name)


def proposed_holidays(client: Client, hours: BusinessHours, year: int) -> list[tuple[date, str]]:
    """The public holidays of the company's country in that year which the hours do not know yet."""
    try:
        found = holidays.country_holidays(client.country, years=[year], language=SHOWN_LANGUAGE.get(client.country))
    except NotImplementedError:  # a country whose holidays the package does not know
        return []
    known = set(hours.exceptions.filter(date__year=year).values_list("date", flat=True))
    return [(day, str(name)[:80]) for day, name in sorted(found.items()) if day not in known]
