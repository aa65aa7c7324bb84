"""What an agent has written but not sent: kept each second, shown to the next one if the console is lost."""

from __future__ import annotations

from datetime import datetime

from agents.models import Agent
from bpo.kernel import clock, words
from interactions.handling import NotYours
from interactions.models import Draft, Interaction, Leg, LegRole, LegState, State

MOST_CHARACTERS = 100_000


def save(interaction: Interaction, by: Agent, text: str, *, at: datetime | None = None) -> Draft | None:
    """Keep the text; an empty one removes the draft. Only who holds the contact writes on it."""
    holds = Leg.objects.filter(
        interaction=interaction, agent=by, role=LegRole.PRIMARY, state__in=[LegState.HANDLING, LegState.WRAPPING]
    )
    if not holds.exists():
        raise NotYours
    text = words.drafted(text, most=MOST_CHARACTERS)
    if not text.strip():
        drop(interaction)
        return None
    draft, _ = Draft.objects.update_or_create(
        interaction=interaction, defaults={"agent": by, "text": text, "saved_at": at or clock.now()}
    )
    return draft


def give_back(interaction: Interaction, agent: Agent, text: str, *, at: datetime) -> None:
    """Words that were not sent after all are the draft again, below what stands there; a closed contact has none."""
    if interaction.state == State.CLOSED:
        return
    written = Draft.objects.filter(interaction=interaction).values_list("text", flat=True).first()
    text = "\n\n".join(part for part in (written, text) if part)[:MOST_CHARACTERS]
    Draft.objects.update_or_create(interaction=interaction, defaults={"agent": agent, "text": text, "saved_at": at})


def drop(interaction: Interaction) -> None:
    """It was sent, or is not wanted any more."""
    Draft.objects.filter(interaction=interaction).delete()
