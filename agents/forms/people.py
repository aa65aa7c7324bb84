"""Forms about agents in the guided set-up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agents import licences, skills
from agents.models import Agent, CapacityProfile, Licence, LicenceState, Team
from bpo.accounts.models import User
from clients.models import Client, Skill


def level_field(skill: Skill, initial: int | str = "") -> forms.TypedChoiceField:
    """The level at which somebody has a skill; empty: not at all."""
    return forms.TypedChoiceField(
        label=skill.name,
        required=False,
        coerce=int,
        empty_value=None,
        initial=initial,
        choices=[("", "–"), *((n, _("level %(n)s") % {"n": n}) for n in range(1, 6))],
    )


class SkillFields(forms.Form):
    """A level for each skill there is."""

    def add_skills(self, held: dict[int, int]) -> None:
        """One field a skill."""
        for skill in Skill.objects.all():
            self.fields[f"skill_{skill.pk}"] = level_field(skill, held.get(skill.pk, ""))

    def skill_fields(self) -> list[forms.BoundField]:
        """The levels alone."""
        return [self[name] for name in self.fields if name.startswith("skill_")]

    def plain_fields(self) -> list[forms.BoundField]:
        """All others."""
        return [self[name] for name in self.fields if not name.startswith("skill_")]

    def levels(self) -> dict[Skill, int]:
        """What was chosen."""
        chosen = {
            int(name[6:]): level for name, level in self.cleaned_data.items() if name.startswith("skill_") and level
        }
        return {skill: chosen[skill.pk] for skill in Skill.objects.filter(pk__in=chosen)}


class NewAgentForm(SkillFields):
    """Everything about somebody new in one form."""

    full_name = forms.CharField(label=gettext_lazy("Full name"), max_length=120)
    email = forms.EmailField(label=gettext_lazy("Mail address"), help_text=gettext_lazy("The invitation goes there."))
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the pages"),
        choices=[("en", gettext_lazy("English")), ("es", gettext_lazy("Spanish"))],
    )
    employee_number = forms.CharField(label=gettext_lazy("Employee number"), max_length=20)
    team = forms.ModelChoiceField(label=gettext_lazy("Team"), queryset=Team.objects.all(), required=False)
    new_team = forms.CharField(label=gettext_lazy("Or a new team"), max_length=80, required=False)
    profile = forms.ModelChoiceField(
        label=gettext_lazy("How much at once"), queryset=CapacityProfile.objects.all(), required=False
    )
    hired_on = forms.DateField(
        label=gettext_lazy("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    certify_for = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Certified for"),
        queryset=Client.objects.exclude(state="ended"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    train_for = forms.ModelMultipleChoiceField(
        label=gettext_lazy("In training for"),
        queryset=Client.objects.exclude(state="ended"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_skills({})
        self.initial.setdefault("profile", CapacityProfile.objects.first())

    def clean_email(self) -> str:
        address = str(self.cleaned_data["email"]).lower()
        known = User.objects.filter(email=address).first()
        if known and (not known.is_active or Agent.objects.filter(user=known).exists()):
            raise forms.ValidationError(_("Somebody with this address works here, or did, already."))
        return address

    def clean_employee_number(self) -> str:
        number = str(self.cleaned_data["employee_number"]).strip()
        if Agent.objects.filter(employee_number=number).exists():
            raise forms.ValidationError(_("Somebody else has this number."))
        return number

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("team") and not data.get("new_team", "").strip():
            self.add_error("team", _("Choose a team, or name a new one."))
        return data

    def values(self) -> dict[str, Any]:
        """What `joining.take_on` wants."""
        data = {name: value for name, value in self.cleaned_data.items() if not name.startswith("skill_")}
        new_team = data.pop("new_team").strip()
        data["team"] = data["team"] or Team.objects.get_or_create(name=new_team)[0]
        data["profile"] = data["profile"] or CapacityProfile.objects.get_or_create(name="Standard")[0]
        return {**data, "levels": self.levels()}


class AgentForm(SkillFields):
    """Team, profile, wrap-up and skills of somebody who is here."""

    team = forms.ModelChoiceField(label=gettext_lazy("Team"), queryset=Team.objects.all())
    profile = forms.ModelChoiceField(label=gettext_lazy("How much at once"), queryset=CapacityProfile.objects.all())
    wrap_up_seconds = forms.IntegerField(
        label=gettext_lazy("Own seconds of wrap-up"),
        min_value=1,
        max_value=32767,
        required=False,
        help_text=gettext_lazy("Empty: as the line says."),
    )

    def __init__(self, agent: Agent, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agent = agent
        self.initial.update(team=agent.team_id, profile=agent.profile_id, wrap_up_seconds=agent.wrap_up_seconds)
        self.held = dict(agent.skills.values_list("skill_id", "level"))
        self.add_skills(self.held)

    def save(self, by: User) -> None:
        """Each difference by its operation, so that lanes and open offers follow."""
        if self.cleaned_data["team"].pk != self.agent.team_id:
            skills.move_team(self.agent, self.cleaned_data["team"], by=by)
        if self.cleaned_data["profile"].pk != self.agent.profile_id:
            skills.change_profile(self.agent, self.cleaned_data["profile"], by=by)
        if self.cleaned_data["wrap_up_seconds"] != self.agent.wrap_up_seconds:
            skills.set_wrap_up(self.agent, self.cleaned_data["wrap_up_seconds"])
        wanted = self.levels()
        for skill in Skill.objects.filter(pk__in=self.held.keys() - {skill.pk for skill in wanted}):
            skills.drop(self.agent, skill, by=by)
        for skill, level in wanted.items():
            if self.held.get(skill.pk) != level:
                skills.set_level(self.agent, skill, level, by=by)


LICENCE_ACTS = {
    LicenceState.TRAINING: ("certify", "revoke"),
    LicenceState.CERTIFIED: ("suspend", "revoke"),
    LicenceState.SUSPENDED: ("certify", "revoke"),
    LicenceState.LAPSED: ("certify", "revoke"),
    LicenceState.REVOKED: ("train",),
}


def move_licence(licence: Licence, act: str, *, by: User, reason: str) -> None:
    """One act on a licence."""
    if act == "certify":
        licences.certify(licence, by=by, why=reason)
    elif act == "suspend":
        licences.suspend(licence, by=by, reason=reason)
    elif act == "revoke":
        licences.revoke(licence, by=by, reason=reason)
    else:
        licences.train(licence.agent, licence.client, by=by, why=reason)
