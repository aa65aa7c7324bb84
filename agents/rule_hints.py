"""Overflow steps that change nothing for those who wait: told beside the rules, never refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from agents.models.overflow import StepAction
from agents.rule_rows import Rules
from agents.rule_words import Names

MOST_PRIORITY = 9


def idle_steps(rules: Rules) -> list[str]:
    """A sentence for each step that does nothing by the rules and the steps before it.

    Skills are those the line itself wants: a contact may want more by its door or language, and a step may lower that.
    """
    names, found = Names(rules), []
    wants = {row["skill"]: row["level"] for row in rules.get("wanted_skills", [])}
    teams, priority = set(rules.get("teams", [])), rules.get("priority", 0)
    for n, step in enumerate(rules.get("overflow_steps", []), start=1):
        if sentence := _idle(step, wants, teams, priority, names):
            found.append(_("Step %(n)s: %(sentence)s") % {"n": n, "sentence": sentence})
        match step["action"]:
            case StepAction.RELAX_LEVEL if step["skill"] in wants:
                wants[step["skill"]] = min(wants[step["skill"]], step["level"])
            case StepAction.DROP_SKILL:
                wants.pop(step["skill"], None)
            case StepAction.ADD_TEAM if teams:
                teams.add(step["team"])
            case StepAction.RAISE_PRIORITY:
                priority = min(MOST_PRIORITY, priority + step["raise_by"])
    return found


def _idle(step: Mapping[str, Any], wants: dict[str, int], teams: set[str], priority: int, names: Names) -> str:
    """Why this step changes nothing where the steps before it have led; "" when it does something."""
    skill = names.skills.get(step["skill"], step["skill"])
    match step["action"]:
        case StepAction.RELAX_LEVEL | StepAction.DROP_SKILL if step["skill"] not in wants:
            return _("the line does not ask %(skill)s then, so only contacts that want it besides are helped.") % {
                "skill": skill
            }
        case StepAction.RELAX_LEVEL if step["level"] >= wants[step["skill"]]:
            return _("the line asks %(skill)s at level %(level)s already, so this changes nothing.") % {
                "skill": skill,
                "level": wants[step["skill"]],
            }
        case StepAction.ADD_TEAM if not teams:
            return _("every team serves this line already, so this changes nothing.")
        case StepAction.ADD_TEAM if step["team"] in teams:
            return _("team %(team)s serves this line already, so this changes nothing.") % {
                "team": names.teams.get(step["team"], step["team"])
            }
        case StepAction.RAISE_PRIORITY if priority >= MOST_PRIORITY:
            return _("the priority is 9 already, so this changes nothing.")
    return ""
