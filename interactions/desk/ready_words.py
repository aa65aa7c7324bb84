"""The names that stand in ready sentences and articles, as they read in one contact."""

from __future__ import annotations

from agents.models import Agent
from clients.naming import public_name
from interactions.models import Leg


def names_in(leg: Leg, agent: Agent) -> dict[str, str]:
    """What each placeholder stands for in this contact; nothing of the customer's account is among them."""
    interaction = leg.interaction
    customer = interaction.customer.name if interaction.customer else ""
    return {
        "client": leg.client.brand.public_name,
        "agent": public_name(agent.user, leg.client),
        "customer": customer,
        "first_name": customer.split(" ")[0],
        "reference": interaction.case.reference if interaction.case else "",
    }


def filled(text: str, names: dict[str, str]) -> str:
    """The text with its placeholders filled; others stay as they are written."""
    for name, value in names.items():
        text = text.replace("{" + name + "}", value)
    return text
