"""The few typed nudges to browsers: kinds, public ids, versions and times, never a customer's data."""

from __future__ import annotations

from uuid import UUID

from agents.groups import agent_group, floor_group
from agents.models import Agent, LicenceState
from bpo.kernel import clock, push
from clients.models import Client
from interactions.models import ChatSession, Interaction, JournalEntry, Leg, LegState

SEEN_ON_FLOOR = (LicenceState.TRAINING, LicenceState.CERTIFIED, LicenceState.SUSPENDED)


def chat_group(session: UUID) -> str:
    """The group of one chat window."""
    return f"chat.{session}"


def nudge(group: str, kind: str, **facts: object) -> None:
    """Send one nudge; a lost one costs seconds, not truth."""
    push.send(group, {"type": "nudge", "kind": kind, "at": clock.now().isoformat(), **facts})


def screen_pop(entry: JournalEntry) -> None:
    """The first beat: the card of an offer, to the console of its agent."""
    if entry.leg_id:
        offer_card(entry.leg_id)


def offer_card(leg_id: int) -> None:
    """Push the card of a leg that is still offered."""
    leg = (
        Leg.objects.filter(pk=leg_id, state=LegState.OFFERED)
        .select_related("agent", "client", "client__brand", "interaction", "interaction__queue")
        .first()
    )
    if leg is None:
        return
    interaction = leg.interaction
    waited_since = interaction.enqueued_at or interaction.arrived_at
    nudge(
        agent_group(leg.agent.public_id),
        "offer",
        leg=str(leg.public_id),
        version=leg.version,
        interaction=str(interaction.public_id),
        client=str(leg.client.public_id),
        brand=leg.client.brand.css_class if hasattr(leg.client, "brand") else "",
        channel=leg.channel,
        role=leg.role,
        queue=interaction.queue.name if interaction.queue else "",
        waited_since=waited_since.isoformat(),
        expires_at=leg.expires_at.isoformat() if leg.expires_at else None,
    )


def offer_gone(entry: JournalEntry) -> None:
    """The card closes: accepted elsewhere, declined, missed or rescinded."""
    leg = Leg.objects.select_related("agent").filter(pk=entry.leg_id).first()
    if leg:
        nudge(agent_group(leg.agent.public_id), "offer_gone", leg=str(leg.public_id), why=entry.kind)


def items_changed(entry: JournalEntry) -> None:
    """Something about an interaction changed: everybody with a live leg on it refetches."""
    if not entry.interaction_id:
        return
    interaction = Interaction.objects.only("public_id", "version").get(pk=entry.interaction_id)
    agents = set(
        Leg.objects.filter(interaction=interaction)
        .filter(state__in=[LegState.OFFERED, LegState.HANDLING, LegState.WRAPPING])
        .values_list("agent__public_id", flat=True)
    )
    if entry.leg_id:
        agents.update(Leg.objects.filter(pk=entry.leg_id).values_list("agent__public_id", flat=True))
    for agent in agents:
        nudge(
            agent_group(agent),
            "item",
            interaction=str(interaction.public_id),
            version=interaction.version,
            about=entry.kind,
        )


def customer_sees(entry: JournalEntry) -> None:
    """The chat window of the customer refetches its state."""
    if not entry.interaction_id:
        return
    sessions = ChatSession.objects.filter(interaction_id=entry.interaction_id).values_list("public_id", flat=True)
    for session in sessions:
        nudge(chat_group(session), "status", about=entry.kind)


def floor_changed(entry: JournalEntry) -> None:
    """The floor of this client has something new to show; the floor's consumer coalesces."""
    if entry.client_id:
        public_id = Client.objects.values_list("public_id", flat=True).get(pk=entry.client_id)
        nudge(floor_group(public_id), "changed", client=str(public_id))


def presence_changed(agent_id: int) -> None:
    """An agent's presence, wish or connection changed: her own console, and the floors of her clients."""
    agent = Agent.objects.select_related("seat").get(pk=agent_id)
    nudge(agent_group(agent.public_id), "presence", version=agent.seat.version)
    floors = Client.objects.filter(licences__agent=agent, licences__state__in=SEEN_ON_FLOOR)
    for client in floors.values_list("public_id", flat=True):
        nudge(floor_group(client), "changed", client=str(client))
