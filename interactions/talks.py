"""Who is in a call, who hears whom, and whom a page may signal: what every page of a web call is told to follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from agents.groups import agent_group
from agents.models import Agent
from bpo.kernel.composed import composed, first
from clients.models import Channel, EntryKind, EntryPoint
from interactions import monitoring
from interactions.models import ChatSession, Interaction, Leg, LegRole, LegState, Mode, Monitor, Origin, State
from interactions.push import chat_group, monitor_group

CUSTOMER = "customer"
# A supervisor is a line without a role: the same in each mode, for who hears her is decided where she speaks.
SUPERVISOR = "supervisor"
UNNAMED = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What one page has to another of the call: whether its voice goes there, whether it hears it, who offers."""

    id: str
    role: str
    send: bool
    hear: bool
    offers: bool
    """One side alone makes the offers of a connection: the agent to the customer, of two agents who came first, a
    supervisor to all."""


@composed
def _in_talk(interaction: Any) -> QuerySet[Leg]:
    # By its missing end, as everywhere: by its state a leg would be looked for among all of the house.
    legs = Leg.objects.order_by("pk").filter(interaction=interaction, accepted_at__isnull=False, ended_at__isnull=True)
    return legs.filter(work_ended_at__isnull=True).select_related("agent")


def legs_in(interaction: Interaction) -> list[Leg]:
    """The legs whose people are in the call now, the oldest first."""
    return [leg for leg in _in_talk(interaction.pk) if leg.state == LegState.HANDLING and leg.role != LegRole.MONITOR]


def of_customer(interaction: Interaction) -> list[Line]:
    """The customer's lines. On hold nobody hears him and he hears nobody, also not the two who consult."""
    if interaction.state not in (State.ACTIVE, State.HELD):
        return []
    open_ = interaction.state == State.ACTIVE
    lines = [Line(str(leg.public_id), leg.role, open_, open_, offers=False) for leg in legs_in(interaction)]
    there = monitoring.beside(interaction)
    return lines + [Line(str(monitor.public_id), UNNAMED, open_, open_, offers=False) for monitor in there]


def of_leg(mine: Leg) -> list[Line]:
    """The lines of one who is in the call: to the customer, and to every other of us."""
    interaction = mine.interaction
    open_ = interaction.state == State.ACTIVE
    lines = [Line(CUSTOMER, CUSTOMER, open_, open_, offers=True)]
    for leg in legs_in(interaction):
        if leg.pk != mine.pk:
            lines.append(Line(str(leg.public_id), leg.role, send=True, hear=True, offers=mine.pk < leg.pk))
    for monitor in monitoring.beside(interaction):
        # Named is who is heard by the customer: a whisper is for her ear alone, and goes into no recording.
        role = SUPERVISOR if monitor.mode == Mode.BARGE else UNNAMED
        lines.append(Line(str(monitor.public_id), role, send=True, hear=True, offers=False))
    return lines


def of_monitor(monitor: Monitor) -> list[Line]:
    """A supervisor's lines: she hears all, on hold those of us alone, and speaks to whom her mode says."""
    interaction = monitor.interaction
    open_ = interaction.state == State.ACTIVE
    to_us = monitor.mode != Mode.LISTEN
    lines = [Line(CUSTOMER, CUSTOMER, send=open_ and monitor.mode == Mode.BARGE, hear=open_, offers=True)]
    return lines + [Line(str(leg.public_id), leg.role, to_us, hear=True, offers=True) for leg in legs_in(interaction)]


@composed
def _of_agent(agent: Any) -> QuerySet[Leg]:
    legs = Leg.objects.order_by("-accepted_at").filter(
        agent=agent, channel=Channel.VOICE, state=LegState.HANDLING, interaction__origin=Origin.WEB_CALL
    )
    return legs.select_related("interaction__queue", "client__brand")


def leg_of(agent: Agent) -> Leg | None:
    """The web call this agent is in."""
    leg = first(_of_agent(agent.pk))
    return leg if leg is not None and window_of(leg.interaction) is not None else None


def window_of(interaction: Interaction) -> ChatSession | None:
    """The page of the customer in this call."""
    return ChatSession.objects.filter(interaction=interaction).order_by("-pk").first()


def needs_microphone(agent: Agent) -> bool:
    """Whether a web call may come to her: a client she is licensed for has such a door."""
    return EntryPoint.objects.filter(
        kind=EntryKind.WEB_CALL,
        published=True,
        client__licences__agent=agent,
        client__licences__state__in=["certified", "training"],
    ).exists()


def group_of(interaction: Interaction, party: str) -> str:
    """Where a page of this call is reached by push; empty for who is not in it."""
    if party == CUSTOMER:
        window = window_of(interaction)
        return chat_group(window.public_id) if window else ""
    for leg in legs_in(interaction):
        if str(leg.public_id) == party:
            return agent_group(leg.agent.public_id)
    there = [monitor for monitor in monitoring.beside(interaction) if str(monitor.public_id) == party]
    return monitor_group(there[0].public_id) if there else ""


def signal(interaction: Interaction, sender: str, to: str, data: dict[str, Any]) -> dict[str, Any]:
    """What is pushed: data of one page for another, and of which call; read by nobody in between."""
    return {
        "type": "nudge",
        "kind": "signal",
        "call": str(interaction.public_id),
        "from": sender,
        "to": to,
        "data": data,
    }
