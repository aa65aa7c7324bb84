"""What our people do with a promise, on the desk and on the floor: another time, promise anew, cancel; all say why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from bpo.kernel import clock
from clients import opening
from clients.opening import Window
from clients.times import zone_words
from interactions import callbacks, journal, list_promises
from interactions.callback_rows import OPEN_STATES
from interactions.models import Callback
from interactions.views.customer.times import chosen, long_words, value_of

BY_CUSTOMER, BY_US = "customer", "us"
WHOSE = [
    (BY_CUSTOMER, lazy("The customer asked for another time")),
    (BY_US, lazy("We cannot keep it: promise anew")),
]


class CancelForm(forms.Form):
    """Why it is not wanted any more."""

    reason = forms.CharField(
        label=lazy("Why"), max_length=200, strip=True, widget=forms.Textarea(attrs={"rows": 2, "autofocus": True})
    )


class NewTimeForm(CancelForm):
    """Whose wish another time is, which, and why. A promise that ended without a talk is only promised anew."""

    whose = forms.ChoiceField(label=lazy("What happened"), choices=WHOSE, widget=forms.RadioSelect)
    window = forms.ChoiceField(label=lazy("New time"))
    field_order = ["whose", "window", "reason"]

    def __init__(self, callback: Callback, data: Any = None) -> None:
        super().__init__(data)
        zone = callback.zone or callback.client.zone
        now, language = clock.now(), get_language() or "en"
        self.windows = list_promises.within(callback, opening.callback_windows(callback.queue, now, zone), now)
        window = self.fields["window"]
        choices = [(value_of(each), long_words(each, now, zone, language)) for each in self.windows]
        window.choices = choices  # type: ignore[attr-defined]
        window.help_text = _("Times are those of %(zone)s, inside the line’s hours.") % {"zone": zone_words(zone)}
        if callback.state not in OPEN_STATES:
            self.fields["whose"].choices = WHOSE[1:]  # type: ignore[attr-defined]
            self.fields["whose"].initial = BY_US

    def clean_window(self) -> Window:
        """The window itself; one that ran out while the form lay open is none any more."""
        window = chosen(self.windows, self.cleaned_data["window"])
        if window is None:
            raise forms.ValidationError(_("Choose one of the windows."))
        return window


def move(callback: Callback, asked: NewTimeForm, *, by: journal.Actor) -> Callback:
    """The customer's change of the same promise, or a new promise in its place; which is judged differently."""
    window, why = asked.cleaned_data["window"], asked.cleaned_data["reason"]
    if asked.cleaned_data["whose"] == BY_US:
        return callbacks.replace(callback, window.starts, window.ends, by=by, why=why)
    return callbacks.change(callback, window.starts, window.ends, by=by, why=why)


def acts(callback: Callback) -> dict[str, Any]:
    """What can be done with it as it stands; one that was promised anew leaves all of it to the later one."""
    later = callback.replaced_by.order_by("pk").first()
    live = later is None and callback.state in OPEN_STATES
    return {
        "anew": later,
        "may_make": live,
        "may_cancel": live,
        "may_move": later is None and callback.state in callbacks.REPLACEABLE,
    }
