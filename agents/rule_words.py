"""What differs between two sets of a line's rules, in words a person reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from agents.models import Team
from agents.models.overflow import SAYS, StepAction, left_behind
from agents.rule_rows import PARTS, SETTINGS, Rules
from clients.forms.queues import QueueForm
from clients.models import BusinessHours, Channel, Queue, Skill

FIELDS = {each.name: each for each in Queue._meta.concrete_fields}


@dataclass(frozen=True, slots=True)
class Change:
    """One setting, before and after."""

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.what}: {self.before} → {self.after}"


class Names:
    """What the codes and ids in rules are called now."""

    def __init__(self, *sets: Rules) -> None:
        steps = [step for rules in sets for step in rules.get("overflow_steps", [])]
        wanted = [row["skill"] for rules in sets for row in rules.get("wanted_skills", [])]
        teams = [key for rules in sets for key in rules.get("teams", [])]
        self.skills = _called(Skill, "code", [*wanted, *_keys(steps, "skill")])
        self.teams = _called(Team, "public_id", [*teams, *_keys(steps, "team")])
        self.lines = {
            str(line.public_id): line for line in Queue.objects.filter(public_id__in=_keys(steps, "to_queue"))
        }
        self.hours = _called(BusinessHours, "public_id", [rules["hours"] for rules in sets if rules.get("hours")])

    def step(self, step: Mapping[str, Any], channels: Iterable[str] = ()) -> str:
        """A step of a line of these channels as a sentence: after 60 s: offer a callback."""
        words = {
            "skill": self.skills.get(step["skill"], step["skill"]),
            "team": self.teams.get(step["team"], _("that is gone")),
            "to_queue": self._line(step["to_queue"], channels),
            "level": step["level"],
            "raise_by": step["raise_by"],
        }
        return _("after %(n)s s: %(act)s") % {
            "n": step["after_seconds"],
            "act": SAYS[StepAction(step["action"])] % words,
        }

    def _line(self, key: str | None, channels: Iterable[str]) -> str:
        line = self.lines.get(key or "")
        return moved_to(line, channels) if line else _("that is gone")


def moved_to(line: Queue, channels: Iterable[str]) -> str:
    """A line by name, and what of those channels it leaves where it is: Letters (does not take Chat)."""
    behind = left_behind(channels, line.channels)
    return _("%(line)s (does not take %(channels)s)") % {"line": line.name, "channels": behind} if behind else line.name


def _called(model: type[Model], key: str, values: Iterable[Any]) -> dict[str, str]:
    wanted = set(values)
    if not wanted:
        return {}
    rows = model._default_manager.filter(**{f"{key}__in": wanted})
    return {str(value): name for value, name in rows.values_list(key, "name")}


def _keys(steps: Iterable[Mapping[str, Any]], name: str) -> list[str]:
    return [step[name] for step in steps if step[name]]


def difference(before: Rules, after: Rules) -> list[Change]:
    """Setting by setting; what only one of the two names is younger than the other and is not told."""
    names = Names(before, after)
    found = [
        Change(label(name), _value(name, before[name], names), _value(name, after[name], names))
        for name in ["state", *SETTINGS]
        if name in before and name in after and before[name] != after[name]
    ]
    if all("wanted_skills" in rules for rules in (before, after)):
        found += _skills(_levels(before), _levels(after), names)
    if all("teams" in rules for rules in (before, after)) and set(before["teams"]) != set(after["teams"]):
        found.append(Change(_("Teams"), _teams(before["teams"], names), _teams(after["teams"], names)))
    if all("overflow_steps" in rules for rules in (before, after)):
        found += _steps(
            *(
                [names.step(step, rules.get("channels", ())) for step in rules["overflow_steps"]]
                for rules in (before, after)
            )
        )
    return found


def settings(rules: Rules) -> list[str]:
    """The settings that these rules name, each with its value."""
    names = Names(rules)
    return [f"{label(name)}: {_value(name, rules[name], names)}" for name in SETTINGS if name in rules]


@dataclass(frozen=True, slots=True)
class Part:
    """Rules that belong together: what each is called, and its value."""

    title: str
    rows: list[tuple[str, str]]


def whole(rules: Rules, *, for_client: bool = False) -> list[Part]:
    """All that these rules say, by what it does; what they do not name is younger than they are.

    The client's own people read nothing of how the house leads its agents: no teams, seats, strategy, offers.
    """
    names = Names(rules)

    def told(*settings: str) -> list[tuple[str, str]]:
        hidden = QueueForm.OF_THE_FLOOR if for_client else ()
        return [
            (label(name), _value(name, rules[name], names)) for name in settings if name in rules and name not in hidden
        ]

    def step(given: Mapping[str, Any]) -> str:
        if for_client and given["action"] == StepAction.ADD_TEAM:
            return _("after %(n)s s: %(act)s") % {"n": given["after_seconds"], "act": _("ask more people")}
        return names.step(given, rules.get("channels", ()))

    wants = [(names.skills.get(code, code), _level(n)) for code, n in _levels(rules).items()]
    teams = [] if for_client else [(_("Teams"), _teams(rules.get("teams", []), names))]
    steps = [(_("Step %(n)s") % {"n": n}, step(given)) for n, given in enumerate(rules.get("overflow_steps", []), 1)]
    steps = steps or [(_("Steps"), _("None: whoever waits, waits."))]
    parts = [
        Part(_("The line"), told(*QueueForm.MAIN)),
        Part(_("Skills an agent needs"), wants or [(_("Skills"), _("none"))]),
        Part(_("Teams that serve it"), teams),
        Part(_("Overflow steps"), steps + told(*QueueForm.OVERFLOW)),
        Part(_("Share of the floor"), told(*QueueForm.SHARE)),
        *(Part(str(title), told(*settings)) for title, settings in QueueForm.GROUPS),
    ]
    return [part for part in parts if part.rows]


def same(before: Rules, after: Rules) -> bool:
    """Whether nothing differs that a version decides."""
    return all(before.get(name) == after.get(name) for name in (*SETTINGS, *PARTS) if name in before and name in after)


def label(name: str) -> str:
    """What the set-up calls a setting."""
    if name in QueueForm.base_fields:
        return str(QueueForm.base_fields[name].label)
    return str(FIELDS[name].verbose_name).capitalize()


def place(name: str) -> str:
    """Where in the rules something is wrong."""
    part, _dot, number = name.partition(".")
    if part in PARTS:
        titles = {"wanted_skills": _("Skills"), "teams": _("Teams"), "overflow_steps": _("Step %(n)s") % {"n": number}}
        return titles[part]
    return "" if part == "__all__" else label(part)


def _value(name: str, value: Any, names: Names) -> str:
    if name == "hours":
        return names.hours.get(value, _("that are gone")) if value else _("always open")
    if name == "channels":
        return ", ".join(str(Channel(each).label) for each in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None or value == "":
        return _("none")
    choices = dict(FIELDS[name].flatchoices)
    return str(choices.get(value, value))


def _levels(rules: Rules) -> dict[str, int]:
    return {row["skill"]: row["level"] for row in rules.get("wanted_skills", [])}


def _skills(before: dict[str, int], after: dict[str, int], names: Names) -> list[Change]:
    def level(levels: dict[str, int], code: str) -> str:
        return _level(levels[code]) if code in levels else _("not wanted")

    return [
        Change(_("Wants %(skill)s") % {"skill": names.skills.get(code, code)}, level(before, code), level(after, code))
        for code in sorted({*before, *after})
        if before.get(code) != after.get(code)
    ]


def _level(n: int) -> str:
    return _("level %(n)s") % {"n": n}


def _teams(keys: list[str], names: Names) -> str:
    return ", ".join(sorted(names.teams.get(key, _("one that is gone")) for key in keys)) or _("all")


def _steps(old: list[str], new: list[str]) -> list[Change]:
    """Steps that stayed are passed over, so that one put in or taken out does not change all behind it."""
    found = []
    for _tag, from_, to, begin, end in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if _tag == "equal":
            continue
        for offset in range(max(to - from_, end - begin)):
            was = old[from_ + offset] if from_ + offset < to else _("none")
            becomes = new[begin + offset] if begin + offset < end else _("gone")
            number = (begin if begin + offset < end else from_) + offset + 1
            found.append(Change(_("Step %(n)s") % {"n": number}, was, becomes))
    return found
