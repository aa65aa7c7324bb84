"""The stays behind each number of a chart, by the same conditions that counted it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from clients.models import Script, ScriptKind, ScriptVersion
from clients.script_graph import END, parse
from interactions.models import Direction, Outcome, StepVisit
from interactions.reports.flows import DOOR, SUB, Way, visits_of

NOBODY = UUID(int=0)
WHAT = (
    "started", "waited", "came", "arrived", "on", "over", "inside", "taken", "ended", "left", "to", "returned", "aside",
)  # fmt: skip


def visits_at(
    version: ScriptVersion,
    start: datetime,
    end: datetime,
    step: str,
    what: str,
    *,
    other: str = "",
    outcome: str = "",
    aside: Iterable[Way] = (),
) -> QuerySet[StepVisit]:
    """The stays of a number: as many rows as it says.

    At a step: who `came`, of them who `arrived` from elsewhere, was `taken` over, went `on` from it, is `inside`, is
    `over` with it, `ended` there (`other`: with which outcome), or went `to` another step; each with this `outcome` in
    the end, if any. Without a step, of the whole script: who `started`, of them who `waited` to begin with, who is
    `inside`, `ended`, `left` before a closing step, `returned` to the flow that called, or went one of the ways
    `aside`.
    """
    if outcome:
        found = visits_at(version, start, end, step, what, other=other)
        return found.filter(run__interaction__outcome=outcome)
    visits = visits_of(version, start, end)
    here = _at(version, step) if step else Q()
    over = Q(left_at__isnull=False)
    ended = over & Q(next_step="")
    match what:
        case "started":
            return visits.filter(_from(version, DOOR))
        case "waited":
            return visits.filter(_from(version, DOOR), run__interaction__direction=Direction.INBOUND)
        case "ended":
            return visits.filter(here, ended, **({"run__interaction__outcome": other} if other else {}))
        case "left":
            closing = [one.id for one in parse(version.graph).steps.values() if one.kind == "close"]
            return visits.filter(here, ended).exclude(version=version, step__in=closing)
        case "inside":
            return visits.filter(here, left_at=None)
        case "over":
            return visits.filter(here, over)
        case "taken":
            return visits.filter(here, version=version, from_version=version, from_step=step)
        case "on":
            return _next(version, visits).filter(_from(version, step)).exclude(here)
        case "to" if other == END:
            return _next(version, visits).filter(_from(version, step)).exclude(version=version)
        case "to":
            return visits.filter(_from(version, step), _at(version, other))
        case "returned":
            return _next(version, visits).filter(from_version=version).exclude(version=version)
        case "aside":
            return visits.filter(_along(version, aside))
    came = visits.filter(here)
    return came.exclude(_from(version, step)) if what == "arrived" or step.startswith(SUB) else came


def _next(version: ScriptVersion, visits: QuerySet[StepVisit]) -> QuerySet[StepVisit]:
    """Where these runs stood, outside of the version, too, where it is a sub-process."""
    if version.script.kind != ScriptKind.SUB_PROCESS:
        return visits
    return StepVisit.objects.filter(run__in=visits.values("run"))


def _along(version: ScriptVersion, ways: Iterable[Way]) -> Q:
    """Who went one of these ways."""
    along = Q(pk__in=[])
    for way in ways:
        along |= _from(version, way.source) & _at(version, way.target)
    return along


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
        case "waited":
            return _("Waited and began")
        case "ended" if step:
            words = dict(Outcome.choices).get(other, "")
            return _("Ended at %(step)s: %(how)s") % {"step": here, "how": words} if words else _("Ended at %s") % here
        case "ended":
            words = dict(Outcome.choices).get(other, "")
            return _("Ended: %s") % words if words else _("Ended")
        case "left":
            return _("Ended at %s") % here if step else _("Ended before the close")
        case "inside":
            return _("At %s now") % here if step else _("Inside now")
        case "over":
            return _("Were at %s, and left it") % here
        case "taken":
            return _("Taken over by a colleague at %s") % here
        case "on":
            return _("Went on from %s") % here
        case "to":
            return _("From %(step)s to %(other)s") % {"step": here, "other": there}
        case "arrived":
            return _("Came to %s from elsewhere") % here
        case "returned":
            return _("Back to the call flow")
        case "aside":
            return _("Went by a jump or a step back")
    return _("Came to %s") % here


def _name(version: ScriptVersion, key: str) -> str:
    if key == END:
        return _("back to the call flow")
    if key.startswith(SUB):
        script = Script.objects.filter(public_id=_script(key), client_id=version.script.client_id).first()
        return script.name if script else ""
    graph = parse(version.graph)
    return graph[key].name if key in graph else ""
