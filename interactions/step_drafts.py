"""What is typed at the open step of a call flow and not sent: kept each second, there again for who stands there next.

Leaving the step drops it (`runs`), so does the end of the flow (`closing`). What a check asks is never kept, nor a
card's number.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Exists, OuterRef

from agents.models import Agent
from bpo.kernel import words
from clients.script_graph import Step
from interactions.handling import NotYours
from interactions.models import Leg, LegRole, LegState, Run, RunState
from interactions.runs import ScriptMovedOn, graph_of

MOST = 2000  # characters of one field


def keep(run: Run, step_id: str, typed: Mapping[str, str], *, by: Agent) -> None:
    """Keep what she has typed so far; NotYours of a contact that is not hers, ScriptMovedOn of a step that was left.

    One guarded statement: what comes late changes nothing.
    """
    holds = Leg.objects.filter(interaction=run.interaction_id, agent=by, role=LegRole.PRIMARY, state=LegState.HANDLING)
    if not holds.exists():
        raise NotYours
    if run.at_step != step_id:
        raise ScriptMovedOn
    values = {name: words.drafted(typed[name], most=MOST) for name in kept(graph_of(run)[step_id]) if name in typed}
    here = Run.objects.filter(pk=run.pk, state=RunState.RUNNING, at_step=step_id, sub_version=run.sub_version_id)
    held = holds.filter(interaction=OuterRef("interaction"))
    if not here.filter(Exists(held)).update(draft=values):
        raise ScriptMovedOn


def kept(step: Step) -> list[str]:
    """The names of the fields whose text is kept: nothing that proves who somebody is, and no card."""
    if step.kind in ("verify", "close"):
        return []
    names = [one.name for one in step.fields if one.type != "card"]
    return [*names, "choice"] if step.kind == "choose" else names
