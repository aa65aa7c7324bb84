"""Who is in a call, who hears whom, and whom a page may signal: what every page of a web call is told to follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from agents.groups import agent_group
from agents.models import Agent
from bpo.kernel.composed import composed, first
from clients.models import Channel, EntryKind, EntryPoint
from interactions import carrying, monitoring
from interactions.adapters.voice import CUSTOMER, SUPERVISORS, Part, Picture
from interactions.carrying import legs_in
from interactions.models import Carrier, ChatSession, Interaction, Leg, LegState, Monitor, State
from interactions.push import chat_group, monitor_group

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


def of_customer(interaction: Interaction) -> list[Line]:
    """The customer's lines. On hold nobody hears him and he hears nobody, also not the two who consult."""
    if interaction.state not in (State.ACTIVE, State.HELD):
        return []
    return _lines(carrying.picture_of(interaction), CUSTOMER)


def of_leg(mine: Leg) -> list[Line]:
    """The lines of one who is in the call: to the customer, and to every other of us."""
    return _lines(carrying.picture_of(mine.interaction), str(mine.public_id))


def of_monitor(monitor: Monitor) -> list[Line]:
    """A supervisor's lines: she hears all, on hold those of us alone, and speaks to whom her mode says."""
    return _lines(carrying.picture_of(monitor.interaction), str(monitor.public_id))


def _lines(seen: Picture, me: str) -> list[Line]:
    """Of this page to every other; customer first, then the agents, the oldest first."""
    mine = next((party for party in seen.parties if party.id == me), None)
    listens = mine is not None and mine.part in SUPERVISORS
    lines = []
    if me != CUSTOMER:
        lines.append(_line(seen, me, CUSTOMER, CUSTOMER, offers=True))
    after = False
    for party in seen.parties:
        if party.id == me:
            after = True
        elif party.part not in SUPERVISORS:
            offers = listens or (after and me != CUSTOMER)
            lines.append(_line(seen, me, party.id, party.part.value, offers=offers))
        elif not listens:
            # The same in each mode: who hears her is decided where she speaks. Named is who is heard by the customer:
            # a whisper is for her ear alone, and goes into no recording.
            named = me != CUSTOMER and party.part == Part.BARGE
            open_ = me != CUSTOMER or not seen.held
            lines.append(Line(party.id, SUPERVISOR if named else UNNAMED, open_, open_, offers=False))
    return lines


def _line(seen: Picture, me: str, other: str, role: str, *, offers: bool) -> Line:
    return Line(other, role, send=seen.hears(other, me), hear=seen.hears(me, other), offers=offers)


@composed
def _of_agent(agent: Any) -> QuerySet[Leg]:
    legs = Leg.objects.order_by("-accepted_at").filter(
        agent=agent, channel=Channel.VOICE, state=LegState.HANDLING, interaction__carrier=Carrier.WEB
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
