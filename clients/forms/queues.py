"""Step 4, the lines: five settings make one that works, the rest is folded away by what it does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.models import Channel, Client, Queue, Skill


class QueueForm(forms.ModelForm[Queue]):
    """A line of the client."""

    MAIN = ("name", "channels", "hours", "wrap_up", "wrap_up_seconds")
    SHARE = ("floor_seats", "ceiling_seats")
    OVERFLOW = ("skip_empty_steps",)
    ASKED = ("strategy", "last_agent_seconds", "manual", "training", "cap_per_agent")
    OFFER = (
        "offer_seconds", "miss_rule", "misses_to_break", "miss_delay_seconds", "decline_delay_seconds",
        "busy_delay_seconds",
    )  # fmt: skip
    OF_THE_FLOOR = (*SHARE, *ASKED, *OFFER)  # how the house leads its people: not for the client's own
    GROUPS = (
        (gettext_lazy("Who goes first"), ("priority", "ageing_seconds", "take_old_place")),
        (gettext_lazy("Who is asked"), ASKED),
        (gettext_lazy("The offer"), OFFER),
        (gettext_lazy("Coming in"), ("limit", "refuse_unstaffed", "notify_addresses")),
        (
            gettext_lazy("While waiting"),
            ("callback_offer_seconds", "wait_limit_seconds", "when_unstaffed", "drain_seconds", "patience_seconds"),
        ),
        (gettext_lazy("Chats and parked work"), ("idle_warn_seconds", "idle_end_seconds", "park_limit_days")),
    )
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("Channels"),
        choices=Channel.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Channel.CHAT, Channel.EMAIL, Channel.VOICE],
    )

    class Meta:
        model = Queue
        fields = [
            "name", "channels", "hours", "wrap_up", "wrap_up_seconds", "priority", "ageing_seconds", "strategy",
            "manual", "training", "offer_seconds", "miss_rule", "misses_to_break", "miss_delay_seconds",
            "decline_delay_seconds", "cap_per_agent", "limit", "refuse_unstaffed", "when_unstaffed",
            "callback_offer_seconds", "wait_limit_seconds", "drain_seconds", "patience_seconds",
            "idle_warn_seconds", "idle_end_seconds", "park_limit_days", "take_old_place", "notify_addresses",
            "busy_delay_seconds", "last_agent_seconds", "skip_empty_steps", "floor_seats", "ceiling_seats",
        ]  # fmt: skip
        labels = {
            "name": gettext_lazy("Name of the line"),
            "hours": gettext_lazy("Hours (none: always open)"),
            "wrap_up": gettext_lazy("Wrap-up"),
            "wrap_up_seconds": gettext_lazy("Seconds of wrap-up"),
            "ageing_seconds": gettext_lazy("Seconds of waiting that outweigh one level of priority"),
            "strategy": gettext_lazy("Which agent first"),
            "manual": gettext_lazy("Agents pick"),
            "training": gettext_lazy("Training line"),
            "offer_seconds": gettext_lazy("Seconds an offer rings"),
            "miss_rule": gettext_lazy("A missed offer makes the agent"),
            "misses_to_break": gettext_lazy("Misses in a row until a break"),
            "miss_delay_seconds": gettext_lazy("Delay after a miss, seconds"),
            "decline_delay_seconds": gettext_lazy("Delay after a decline, seconds"),
            "busy_delay_seconds": gettext_lazy("Delay after busy, seconds"),
            "last_agent_seconds": gettext_lazy("The last agent is asked first for seconds"),
            "skip_empty_steps": gettext_lazy("Skip steps that nobody staffs"),
            "floor_seats": gettext_lazy("Floor, in seats"),
            "ceiling_seats": gettext_lazy("Ceiling, in seats"),
            "cap_per_agent": gettext_lazy("At once for one agent, at most"),
            "limit": gettext_lazy("Waiting at once, at most"),
            "refuse_unstaffed": gettext_lazy("Refuse when nobody staffs it"),
            "when_unstaffed": gettext_lazy("When the last agent leaves, those waiting"),
            "callback_offer_seconds": gettext_lazy("Offer a callback after seconds"),
            "wait_limit_seconds": gettext_lazy("Longest wait, seconds"),
            "drain_seconds": gettext_lazy("Serve on after closing, seconds"),
            "patience_seconds": gettext_lazy("A closed chat window has left after seconds"),
            "idle_warn_seconds": gettext_lazy("A silent chat is warned after seconds"),
            "idle_end_seconds": gettext_lazy("A silent chat is ended after seconds"),
            "park_limit_days": gettext_lazy("Parked work closes after days"),
            "take_old_place": gettext_lazy("Back within a minute takes the old place"),
            "notify_addresses": gettext_lazy("Tell these addresses of new contacts"),
        }
        help_texts = {
            **dict.fromkeys(("refuse_unstaffed", "callback_offer_seconds", "patience_seconds", "take_old_place"), ""),
            "manual": gettext_lazy("Nothing is offered."),
            "floor_seats": gettext_lazy(
                "While it has work and holds fewer seats than these, it is served first. Empty: no floor."
            ),
            "ceiling_seats": gettext_lazy("It never holds more seats than these. Empty: no ceiling."),
            "notify_addresses": gettext_lazy("One a line."),
        }
        widgets = {"notify_addresses": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, client: Client, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = self.instance.client = client
        columns = {each.name: each for each in Queue._meta.concrete_fields}
        for name, field in self.fields.items():
            if isinstance(field, forms.IntegerField):
                _require_least(field, columns[name].validators)
        self.fields["hours"].queryset = client.business_hours.order_by("name")  # type: ignore[attr-defined]
        self.fields["hours"].label_from_instance = lambda hours: hours.name  # type: ignore[attr-defined]
        if self.instance.pk is None:
            self.initial.setdefault("hours", client.business_hours.order_by("pk").first())

    def main(self) -> list[forms.BoundField]:
        """The five that matter."""
        return [self[name] for name in self.MAIN]

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """All others by what they do; each has a good default."""
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def share(self) -> list[forms.BoundField]:
        """Its share of the floor."""
        return [self[name] for name in self.SHARE]

    def overflow(self) -> list[forms.BoundField]:
        """What is said of all its steps together."""
        return [self[name] for name in self.OVERFLOW]

    def rest_has_errors(self) -> bool:
        """Whether the folded part must be open."""
        return any(name in self.errors for _title, names in self.GROUPS for name in names)

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if self.client.queues.filter(name=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("The company has a line of this name already."))
        return name


def _require_least(field: forms.IntegerField, validators: Iterable[Any]) -> None:
    """One sentence for every number that is too low, whatever the kind of column."""
    least = max((each.limit_value for each in validators if isinstance(each, MinValueValidator)), default=0)
    field.min_value, field.widget.attrs["min"] = least, least
    field.validators = [each for each in field.validators if not isinstance(each, MinValueValidator)]
    field.validators.append(MinValueValidator(least))


class SkillsForm(forms.Form):
    """The level at which each skill is wanted; empty: not wanted."""

    def __init__(self, wanted: Mapping[int, int], *args: Any, **kwargs: Any) -> None:
        """`wanted` are the levels there are, by the skill's key."""
        super().__init__(*args, **kwargs)
        levels = [("", _("not wanted")), *((n, _("level %(n)s or better") % {"n": n}) for n in range(1, 6))]
        self.skills = {f"skill_{skill.pk}": skill for skill in Skill.objects.all()}
        for name, skill in self.skills.items():
            self.fields[name] = forms.TypedChoiceField(
                label=skill.name,
                required=False,
                choices=levels,
                coerce=int,
                empty_value=None,
                initial=wanted.get(skill.pk, ""),
            )

    def chosen(self) -> list[dict[str, Any]]:
        """Each wanted skill with its level."""
        return [{"skill": self.skills[name], "level": level} for name, level in self.cleaned_data.items() if level]
