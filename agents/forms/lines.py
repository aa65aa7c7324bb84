"""The rules of a line as one sends them in: settings, skills, teams, overflow steps, and what is to become of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from agents import rule_rows
from agents.models import OverflowStep, StepAction, Team
from agents.rule_rows import Problems, Rows, Rules
from agents.rule_words import moved_to, place
from clients.forms.moments import moment_field, name_zone
from clients.forms.queues import QueueForm, SkillsForm
from clients.models import Client, Queue, QueueState, Skill

STEPS = "steps"
MOST = 50


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the id of the field that mends it; none where no single one does."""

    at: str
    sentence: str
    what: str = ""


class TeamsForm(forms.Form):
    """Which teams may serve the line."""

    teams = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Teams that serve it"),
        queryset=Team.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: every team."),
    )


class StepForm(forms.Form):
    """One overflow step; the page shows of it what its action needs, and the rest is dropped."""

    after_seconds = forms.IntegerField(label=gettext_lazy("Seconds after the step before"), min_value=0)
    action = forms.ChoiceField(label=gettext_lazy("Do this"), choices=StepAction.choices)
    skill = forms.ModelChoiceField(label=gettext_lazy("Skill"), queryset=Skill.objects.all(), required=False)
    level = forms.IntegerField(label=gettext_lazy("Level, 1 to 5"), min_value=1, max_value=5, required=False)
    team = forms.ModelChoiceField(label=gettext_lazy("Team"), queryset=Team.objects.all(), required=False)
    raise_by = forms.IntegerField(label=gettext_lazy("Raise by, 1 to 9"), min_value=1, max_value=9, required=False)
    to_queue = forms.ModelChoiceField(label=gettext_lazy("Line"), queryset=Queue.objects.none(), required=False)
    ABOUT = ("skill", "level", "team", "raise_by", "to_queue")

    def __init__(self, *args: Any, client: Client, queue: Queue | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = client.queues.exclude(state=QueueState.ARCHIVED)
        if queue is not None:
            others = others.exclude(pk=queue.pk)
        self.fields["to_queue"].queryset = others  # type: ignore[attr-defined]
        here = queue.channels if queue else ()
        self.fields["to_queue"].label_from_instance = lambda line: moved_to(line, here)  # type: ignore[attr-defined]

    def about(self) -> list[forms.BoundField]:
        """What only some actions need."""
        return [self[name] for name in self.ABOUT]


class Steps(forms.BaseFormSet[StepForm]):
    """The steps in their order."""

    def totals(self) -> list[int]:
        """Seconds from entry until each step, as far as they can be read."""
        found, total = [], 0
        for form in self.forms:
            given = str(form["after_seconds"].value() or 0)
            total += int(given) if given.isdecimal() else 0
            found.append(total)
        return found

    def shown(self) -> list[tuple[StepForm, int]]:
        """Each step with its time from entry."""
        return list(zip(self.forms, self.totals(), strict=True))

    def values(self) -> list[dict[str, Any]]:
        """What was sent in."""
        return [form.cleaned_data for form in self.forms]


StepSet: type[Steps] = forms.formset_factory(  # type: ignore[assignment]
    StepForm, formset=Steps, extra=0, max_num=MOST, validate_max=True
)


class MomentForm(forms.Form):
    """A moment, to ask which version was in force then."""

    at = moment_field(gettext_lazy("What was in force at"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_zone(self.fields["at"])


class PublishForm(forms.Form):
    """What is to become of the rules, and why."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)
    publish_at = moment_field(gettext_lazy("Publish at"), required=False)
    knowing = forms.BooleanField(label=gettext_lazy("I know what was changed since, and replace it"), required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_zone(self.fields["publish_at"])


class RulesForms:
    """All forms of the page together; `rows` are the rules they begin with."""

    def __init__(self, client: Client, rows: Rows | None, data: QueryDict | None, *, seen: str = "") -> None:
        queue = rows.queue if rows else None
        held = {wanted.skill_id: wanted.level for wanted in rows.skills} if rows else {}
        self.settings = QueueForm(client, data, instance=queue)
        self.skills = SkillsForm(held, data)
        self.teams = TeamsForm(data, initial={"teams": rows.teams if rows else []})
        kwargs = {"client": client, "queue": queue}
        steps = [_initial(step) for step in rows.steps] if rows else []
        self.steps = StepSet(data, initial=steps, prefix=STEPS, form_kwargs=kwargs)
        self.publish = PublishForm(data, initial={"seen": seen})

    def is_valid(self) -> bool:
        """Whether each can be read; what they mean together is asked of the rules."""
        return all(each.is_valid() for each in self.everything())

    def everything(self) -> list[Any]:
        """Settings, skills, teams, steps, and what is to become of them."""
        return [self.settings, self.skills, self.teams, self.steps, self.publish]

    def rules(self) -> Rules:
        """What was sent in, as rules are kept."""
        return rule_rows.as_data(
            {
                **self.settings.cleaned_data,
                "wanted_skills": self.skills.chosen(),
                "teams": self.teams.cleaned_data["teams"],
                "overflow_steps": self.steps.values(),
            }
        )

    def tell(self, problems: Problems) -> None:
        """Each problem beside what it is about."""
        for name, sentences in problems.items():
            part, _dot, number = name.partition(".")
            for sentence in sentences:
                if part == "overflow_steps" and number:
                    self.steps.forms[int(number) - 1].add_error(None, sentence)
                elif part in self.settings.fields:
                    self.settings.add_error(part, sentence)
                else:
                    self.settings.add_error(None, f"{place(part)}: {sentence}" if place(part) else sentence)

    def faults(self) -> list[Fault]:
        """All that is wrong, in the order of the page, each with where it stands."""
        found = [fault for each in (self.settings, self.skills, self.teams) for fault in _faults(each)]
        for n, step in enumerate(self.steps.forms, start=1):
            found += [
                replace(fault, what=": ".join(filter(None, [place(f"overflow_steps.{n}"), fault.what])))
                for fault in _faults(step, at=step["action"].id_for_label)
            ]
        found += [Fault("steps", str(sentence)) for sentence in self.steps.non_form_errors()]
        return found + _faults(self.publish)


def _faults(form: forms.Form | forms.ModelForm[Any], *, at: str = "") -> list[Fault]:
    found = [Fault(at, str(sentence)) for sentence in form.non_field_errors()]
    for field in form:
        where = field.id_for_label or f"{field.auto_id}_0"  # of several boxes the first
        found += [Fault(where, str(sentence), str(field.label)) for sentence in field.errors]
    return found


def _initial(step: OverflowStep) -> dict[str, Any]:
    return {name: getattr(step, name) for name in rule_rows.STEP}


def rearranged(data: QueryDict, act: str) -> tuple[QueryDict, int]:
    """The form as it was sent, with a step added, removed or moved; and which step is to be at hand then."""
    what, _dash, number = act.partition("-")
    sent = data.copy()
    names = list(StepForm.base_fields)
    total = sent.get(f"{STEPS}-TOTAL_FORMS", "0")
    count = min(int(total), MOST) if total.isdecimal() else 0
    steps = [{name: sent.get(f"{STEPS}-{n}-{name}", "") for name in names} for n in range(count)]
    at = int(number) - 1 if number.isdecimal() else count
    if what == "add":
        steps.append({"after_seconds": "60", "action": StepAction.OFFER_CALLBACK})
        at = len(steps) - 1
    elif not 0 <= at < count:
        return sent, 0
    elif what == "remove":
        del steps[at]
        at = min(at, len(steps) - 1)
    else:
        to = max(at - 1, 0) if what == "up" else min(at + 1, count - 1)
        steps.insert(to, steps.pop(at))
        at = to
    for n in range(max(count, len(steps))):
        step = steps[n] if n < len(steps) else {}
        for name in names:
            sent.pop(f"{STEPS}-{n}-{name}", None)
            if n < len(steps):
                sent[f"{STEPS}-{n}-{name}"] = step.get(name, "")
    sent[f"{STEPS}-TOTAL_FORMS"] = str(len(steps))
    return sent, at + 1
