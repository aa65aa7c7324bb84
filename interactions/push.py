"""The few typed nudges to browsers: kinds, public ids, versions and times, never a customer's data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from agents.groups import agent_group, floor_group
from agents.models import Agent, LicenceState
from bpo.kernel import clock, push
from bpo.kernel.asking import asked
from bpo.kernel.composed import composed, first
from clients.models import Brand, Client
from interactions import carrying, chats, tasks
from interactions.adapters import VOICES
from interactions.adapters.voice import Changed
from interactions.models import ChatSession, Interaction, JournalEntry, Kind, Leg, LegState

# Whose plans the connection keeps, for they follow every entry of the journal.
CARD = "SELECT * FROM offer_card(%s)"
SEEN_BY = """
    SELECT client.public_id, i.public_id, i.version, i.carrier, shown.agents, shown.windows
    FROM (SELECT %s::bigint AS leg, %s::bigint AS interaction, %s::bigint AS client) about
    LEFT JOIN interactions_interaction i ON i.id = about.interaction
    LEFT JOIN clients_client client ON client.id = about.client
    CROSS JOIN LATERAL shown_by(i.id, about.leg) shown
"""
MONITORED = (Kind.MONITOR_STARTED, Kind.MONITOR_ENDED)
VOICES_CHANGED = "voices"
SEEN_ON_FLOOR = (LicenceState.TRAINING, LicenceState.CERTIFIED, LicenceState.SUSPENDED)


def chat_group(session: UUID) -> str:
    """The group of one chat window."""
    return f"chat.{session}"


def monitor_group(monitor: UUID) -> str:
    """The group of a supervisor's page beside a call."""
    return f"monitor.{monitor}"


def nudge(group: str, kind: str, **facts: object) -> None:
    """Send one nudge; a lost one costs seconds, not truth."""
    push.send(group, {"type": "nudge", "kind": kind, "at": clock.now().isoformat(), **facts})


def step_aside(agent: Agent, console: UUID) -> None:
    """A newer desk of hers works; her other ones rest."""
    nudge(agent_group(agent.public_id), "step_aside", console=str(console))


def screen_pop(entry: JournalEntry) -> None:
    """The first beat: the card of an offer, to the console of its agent; then whoever else shows the contact."""
    card = entry.card or first(asked(CARD, [entry.leg_id]))
    if card is None:
        everybody_sees(entry)
        return
    with push.together():
        _show(card)
        agent, client = card[0], card[3]
        interaction, version, carrier, agents, windows = card[11:]
        # She has the card itself.
        others = [other for other in agents if other != agent]
        behind = _seen(entry, client, interaction, version, carrier, others, windows)
    if behind:
        _follow(entry.interaction_id)


def offer_card(leg_id: int) -> None:
    """Push the card of a leg that is still offered."""
    card = first(asked(CARD, [leg_id]))
    if card:
        _show(card)


def _show(card: Sequence[Any]) -> None:
    agent, leg, version, client, brand, channel, role, queue, waited_since, expires_at, aside, interaction, *_ = card
    for other in aside:
        nudge(agent_group(agent), "item", interaction=str(other), about="set_aside")
    nudge(
        agent_group(agent),
        "offer",
        leg=str(leg),
        version=version,
        interaction=str(interaction),
        client=str(client),
        brand=Brand.class_of(brand) if brand else "",
        channel=channel,
        role=role,
        queue=queue,
        waited_since=waited_since.isoformat(),
        expires_at=expires_at.isoformat() if expires_at else None,
    )


def offer_gone(entry: JournalEntry) -> None:
    """The card closes: accepted elsewhere, declined, missed or rescinded."""
    for leg, agent in _of_whom(entry.leg_id) if entry.leg_id else ():
        nudge(agent_group(agent), "offer_gone", leg=str(leg), why=entry.kind)


@composed
def _of_whom(leg_id: Any) -> QuerySet[Leg, tuple[UUID, UUID]]:
    return Leg.objects.order_by().filter(pk=leg_id).values_list("public_id", "agent__public_id")


def everybody_sees(entry: JournalEntry) -> None:
    """Whoever shows what this entry is about refetches: agents with a leg on it, the customer's window, the floor."""
    with push.together():
        behind = _seen(entry, *asked(SEEN_BY, [entry.leg_id, entry.interaction_id, entry.client_id])[0])
    if behind:
        _follow(entry.interaction_id)


def _seen(
    entry: JournalEntry,
    client: UUID | None,
    interaction: UUID | None,
    version: int | None,
    carrier: str | None,
    agents: list[UUID],
    windows: list[UUID],
) -> bool:
    """Whether what carries the call has to be told, operation by operation."""
    # That somebody listens a browser is told where its people are: in what it asks for next.
    about = VOICES_CHANGED if entry.kind in MONITORED else entry.kind
    for agent in agents:
        facts = {"interaction": str(interaction), "version": version, "about": about, "actor": entry.actor_id}
        nudge(agent_group(agent), "item", **facts)
    pages = tuple(chat_group(window) for window in windows)
    behind = False
    if carrier:
        behind = VOICES[carrier].changed(Changed(about, pages))
    else:
        for page in pages:
            nudge(page, "status", about=about)
    if client:
        # The floor's consumer coalesces.
        nudge(floor_group(client), "changed", client=str(client))
    return behind


def _follow(interaction_id: int | None) -> None:
    """A worker tells the exchange; without Redis whoever made the change does."""
    if interaction_id and not push.start(tasks.follow_calls, [interaction_id]):
        carrying.follow(interaction_id)


def page_seen(session: ChatSession) -> None:
    """The customer's page is open; if it was away, whoever talks to him sees that it is back."""
    if chats.seen(session):
        _holders_see("window", chat_sessions=session.pk)


def page_gone(session: ChatSession) -> None:
    """A page of the customer closed: whoever talks to him sees it."""
    if chats.gone(session):
        _holders_see("window", chat_sessions=session.pk)


def desk_lost(agent_id: int) -> None:
    """Her last console is gone: the windows of those she talks to say “one moment” at once, not at their next look."""
    held = ChatSession.objects.filter(
        interaction__legs__agent=agent_id, interaction__legs__state=LegState.HANDLING
    ).distinct()
    for window in held.values_list("public_id", flat=True):
        nudge(chat_group(window), "status", about="console_gone")


def case_noted(entry: JournalEntry) -> None:
    """Whoever works on a contact of the case reads the new note beside it."""
    _holders_see(entry.kind, case=entry.case_id)


def call_troubled(interaction_id: int) -> None:
    """The exchange of a call does not answer, or does so again: whoever holds the call sees it."""
    _holders_see("exchange", pk=interaction_id)


def mail_moved(interaction_id: int) -> None:
    """A mail has left, or waits for another try: whoever holds its contact sees it."""
    _holders_see("mail_moved", pk=interaction_id)


def _holders_see(about: str, **of: object) -> None:
    """Tell the desks that hold a contact of these."""
    contacts = Interaction.objects.filter(**of)
    holders = Leg.objects.filter(interaction__in=contacts, state__in=[LegState.HANDLING, LegState.WRAPPING])
    for agent, interaction in holders.values_list("agent__public_id", "interaction__public_id"):
        nudge(agent_group(agent), "item", interaction=str(interaction), about=about)


def presence_changed(agent_id: int) -> None:
    """An agent's presence, wish or connection changed: her own console, and the floors of her clients."""
    agent = Agent.objects.select_related("seat").get(pk=agent_id)
    nudge(agent_group(agent.public_id), "presence", version=agent.seat.version)
    floors = Client.objects.filter(licences__agent=agent, licences__state__in=SEEN_ON_FLOOR)
    for client in floors.values_list("public_id", flat=True):
        nudge(floor_group(client), "changed", client=str(client))
