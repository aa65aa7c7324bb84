"""A line's rules as data: read from its rows, checked, and written back to them.

Rules are one JSON object, the one that the API takes and gives of a line: every setting by its name, `hours` by public
id, `wanted_skills` by code with level, `teams` by public id, `overflow_steps` in their order. `state` is told, never
written: a line is opened and closed by acts of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agents.models import END_ACTIONS, OverflowStep, QueueTeam, Team
from clients.models import BusinessHours, Queue, QueueSkill, Skill

Rules = dict[str, Any]
Problems = dict[str, list[str]]

SETTINGS = [
    each.name
    for each in Queue._meta.concrete_fields
    if each.name not in {"id", "public_id", "client", "state", "version"}
]
STEP = ("after_seconds", "action", "skill", "level", "team", "raise_by", "to_queue")
CALLED = {"to_queue": gettext_lazy("Line"), "after_seconds": gettext_lazy("Seconds after the step before")}
PARTS = ("wanted_skills", "teams", "overflow_steps")


def snapshot(queue: Queue) -> Rules:
    """The line's rules as they are in its rows now."""
    values: dict[str, Any] = {name: getattr(queue, name) for name in SETTINGS}
    values["wanted_skills"] = [
        {"skill": wanted.skill, "level": wanted.level}
        for wanted in QueueSkill.objects.filter(queue=queue).select_related("skill").order_by("skill__code")
    ]
    used = QueueTeam.objects.filter(queue=queue).select_related("team")
    values["teams"] = [each.team for each in used]
    steps = OverflowStep.objects.filter(queue=queue).select_related("skill", "team", "to_queue").order_by("ordinal")
    values["overflow_steps"] = [{name: getattr(step, name) for name in STEP} for step in steps]
    return {**as_data(values), "state": queue.state}


def as_data(values: Mapping[str, Any]) -> Rules:
    """Values with rows in them, as forms and serializers have them, in the shape in which rules are kept."""
    rules: Rules = {}
    for name, value in values.items():
        if name == "teams":
            rules[name] = sorted(str(team.public_id) for team in value)
        elif name == "wanted_skills":
            rows = [{"skill": row["skill"].code, "level": row["level"]} for row in value]
            rules[name] = sorted(rows, key=lambda row: str(row["skill"]))
        elif name == "overflow_steps":
            rules[name] = [{part: _plain(step.get(part)) for part in STEP} for step in value]
        else:
            rules[name] = _plain(value)
    return rules


def _plain(value: Any) -> Any:
    if isinstance(value, Skill):
        return value.code
    if isinstance(value, Model):
        return str(value.public_id)  # type: ignore[attr-defined]
    return str(value) if isinstance(value, str) else value  # a member of a TextChoices is its value


@dataclass(slots=True)
class Rows:
    """What rules mean in rows, none of them saved; and what is wrong with them, by setting."""

    queue: Queue
    skills: list[QueueSkill] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    steps: list[OverflowStep] = field(default_factory=list)
    problems: Problems = field(default_factory=dict)

    def refuse(self, name: str, sentence: str) -> None:
        """Something is wrong with this setting."""
        self.problems.setdefault(name, []).append(sentence)


def read(queue: Queue, rules: Rules) -> Rows:
    """The rows of these rules, checked as the set-up, the administration and the API check theirs.

    Settings that the rules do not name stay as they are: they are younger than the rules.
    """
    changed = Queue.objects.select_related("client", "hours").get(pk=queue.pk)
    rows = Rows(changed)
    for name in SETTINGS:
        if name in rules and name != "hours":
            setattr(changed, name, rules[name])
    if "hours" in rules:
        changed.hours = _hours(rows, rules["hours"])
    try:
        changed.full_clean()
    except ValidationError as refused:
        for name, sentences in refused.message_dict.items():
            rows.problems.setdefault(name, []).extend(sentences)
    _read_skills(rows, rules.get("wanted_skills", []))
    _read_teams(rows, rules.get("teams", []))
    _read_steps(rows, rules.get("overflow_steps", []))
    return rows


def _hours(rows: Rows, key: str | None) -> BusinessHours | None:
    if key is None:
        return None
    found = BusinessHours.objects.filter(client=rows.queue.client_id, public_id=key).first()
    if found is None:
        rows.refuse("hours", _("These hours are no longer there."))
    return found


def _read_skills(rows: Rows, wanted: list[dict[str, Any]]) -> None:
    known = Skill.objects.in_bulk([row["skill"] for row in wanted], field_name="code")
    for row in wanted:
        skill = known.pop(row["skill"], None)
        if skill is None:
            rows.refuse(
                "wanted_skills", _("There is no skill “%(code)s”, or it is wanted twice.") % {"code": row["skill"]}
            )
            continue
        made = QueueSkill(queue=rows.queue, skill=skill, level=row["level"])
        rows.skills.append(made)
        for sentence in _faults(made):
            rows.refuse("wanted_skills", f"{skill}: {sentence}")


def _read_teams(rows: Rows, keys: list[str]) -> None:
    rows.teams = list(Team.objects.filter(public_id__in=keys))
    if len(rows.teams) < len(set(keys)):
        rows.refuse("teams", _("A team is no longer there."))


def _read_steps(rows: Rows, steps: list[dict[str, Any]]) -> None:
    """Deadlines add up, so the order is the one given; whatever ends the wait is the last."""
    skills = Skill.objects.in_bulk(_named(steps, "skill"), field_name="code")
    teams = Team.objects.in_bulk(_ids(steps, "team"), field_name="public_id")
    lines = Queue.objects.filter(client=rows.queue.client_id).in_bulk(_ids(steps, "to_queue"), field_name="public_id")
    for ordinal, step in enumerate(steps, start=1):
        name = f"overflow_steps.{ordinal}"
        made = OverflowStep(
            queue=rows.queue,
            ordinal=ordinal,
            after_seconds=step["after_seconds"],
            action=step["action"],
            skill=skills.get(step["skill"]),
            level=step["level"],
            team=teams.get(UUID(step["team"])) if step["team"] else None,
            raise_by=step["raise_by"],
            to_queue=lines.get(UUID(step["to_queue"])) if step["to_queue"] else None,
        )
        rows.steps.append(made)
        for sentence in _faults(made):
            rows.refuse(name, sentence)
        if made.action in END_ACTIONS and ordinal < len(steps):
            rows.refuse(name, _("This ends the wait: no step comes after it."))


def _named(steps: Iterable[dict[str, Any]], name: str) -> set[str]:
    return {step[name] for step in steps if step[name]}


def _ids(steps: Iterable[dict[str, Any]], name: str) -> set[UUID]:
    return {UUID(key) for key in _named(steps, name)}


def _faults(row: Model) -> list[str]:
    """What the row itself is refused for; the others of its line are replaced with it."""
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as refused:
        fields = {each.name: each for each in row._meta.concrete_fields}
        return [
            sentence
            if name == "__all__"
            else f"{CALLED.get(name) or str(fields[name].verbose_name).capitalize()}: {sentence}"
            for name, sentences in refused.message_dict.items()
            for sentence in sentences
        ]
    return []


def write(rows: Rows) -> None:
    """Save what differs from the line's rows; the caller holds the line."""
    queue = rows.queue
    queue.save(update_fields=SETTINGS)
    _write(
        QueueSkill.objects.filter(queue=queue),
        {wanted.skill_id: wanted for wanted in rows.skills},
        key="skill_id",
        parts=("level",),
    )
    _write(
        QueueTeam.objects.filter(queue=queue),
        {team.pk: QueueTeam(queue=queue, team=team) for team in rows.teams},
        key="team_id",
        parts=(),
    )
    _write(
        OverflowStep.objects.filter(queue=queue),
        {step.ordinal: step for step in rows.steps},
        key="ordinal",
        parts=("after_seconds", "action", "skill_id", "level", "team_id", "raise_by", "to_queue_id"),
    )


def _write(there: QuerySet[Any], wanted: dict[Any, Any], *, key: str, parts: tuple[str, ...]) -> None:
    """The rows that are there become those wanted; what is the same is not touched."""
    for row in there:
        new = wanted.pop(getattr(row, key), None)
        if new is None:
            row.delete()
        elif any(getattr(row, part) != getattr(new, part) for part in parts):
            for part in parts:
                setattr(row, part, getattr(new, part))
            row.save()
    for new in wanted.values():
        new.save()
