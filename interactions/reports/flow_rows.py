"""The stays behind each number of a chart, by the same conditions that counted it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from clients.models import Script, ScriptKind, ScriptVersion
from clients.script_graph import END, parse
from interactions.models import Outcome, StepVisit
from interactions.reports.flows import DOOR, SUB, visits_of

NOBODY = UUID(int=0)
WHAT = ("started", "came", "inside", "taken", "ended", "to")


def visits_at(
    version: ScriptVersion, start: datetime, end: datetime, step: str, what: str, *, other: str = "", outcome: str = ""
) -> QuerySet[StepVisit]:
    """The stays of a number: who came to a step, is inside, was taken over, ended (`other`: with which outcome).

    Or went `to` another step, with this `outcome` in the end; of the whole script who `started`, or, without a step,
    `ended`.
    """
    if outcome:
        found = visits_at(version, start, end, step, what, other=other)
        return found.filter(run__interaction__outcome=outcome)
    visits = visits_of(version, start, end)
    over = Q(left_at__isnull=False, next_step="")
    match what:
        case "started":
            return visits.filter(_from(version, DOOR))
        case "ended":
            ended = visits.filter(over, _at(version, step) if step else Q())
            return ended.filter(run__interaction__outcome=other) if other else ended
        case "inside":
            return visits.filter(_at(version, step) if step else Q(), left_at=None)
        case "taken":
            return visits.filter(_at(version, step), from_version=version, from_step=step)
        case "to" if other == END:
            return StepVisit.objects.filter(run__in=visits.values("run"), from_version=version, from_step=step).exclude(
                version=version
            )
        case "to":
            return visits.filter(_from(version, step), _at(version, other))
    came = visits.filter(_at(version, step))
    return came.exclude(_from(version, step)) if step.startswith(SUB) else came


def _at(version: ScriptVersion, key: str) -> Q:
    if key.startswith(SUB):
        return Q(version__script__public_id=_script(key))
    return Q(version=version, step=key)


def _from(version: ScriptVersion, key: str) -> Q:
    if key.startswith(SUB):
        return Q(from_version__script__public_id=_script(key))
    if key == DOOR:
        return (
            Q(from_version=None)
            if version.script.kind != ScriptKind.SUB_PROCESS
            else (Q(from_version=None) | ~Q(from_version=version))
        )
    return Q(from_version=version, from_step=key)


def _script(key: str) -> UUID:
    """The sub-process's script of a key; an address may say anything."""
    try:
        return UUID(key[len(SUB) :])
    except ValueError:
        return NOBODY


def title(version: ScriptVersion, step: str, what: str, other: str, outcome: str = "") -> str:
    """What the list of these contacts is called."""
    if words := dict(Outcome.choices).get(outcome, ""):
        return _("%(which)s, ended: %(how)s") % {"which": title(version, step, what, other), "how": words}
    here, there = _name(version, step), _name(version, other)
    match what:
        case "started":
            return _("Began")
        case "ended" if step:
            words = dict(Outcome.choices).get(other, "")
            return _("Ended at %(step)s: %(how)s") % {"step": here, "how": words} if words else _("Ended at %s") % here
        case "ended":
            return _("Ended: %s") % dict(Outcome.choices).get(other, "")
        case "inside":
            return _("At %s now") % here if step else _("Inside now")
        case "taken":
            return _("Taken over by a colleague at %s") % here
        case "to":
            return _("From %(step)s to %(other)s") % {"step": here, "other": there}
    return _("Came to %s") % here


def _name(version: ScriptVersion, key: str) -> str:
    if key == END:
        return _("back to the call flow")
    if key.startswith(SUB):
        script = Script.objects.filter(public_id=_script(key), client_id=version.script.client_id).first()
        return script.name if script else ""
    graph = parse(version.graph)
    return graph[key].name if key in graph else ""
