"""The names that stand in ready sentences and articles, as they read in one contact."""

from __future__ import annotations

import re

from agents.models import Agent
from clients.models import Snippet
from clients.naming import public_name
from interactions.models import Leg

Used = tuple[str, str]
OPENING = 24  # characters by which a sentence is known, though the agent went on with it in her own words


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


def still_in(text: str, leg: Leg, agent: Agent, named: list[str]) -> list[Used]:
    """Of the sentences of the client that are named as "shortcut/language" those with whose words the text has anything
    to do still: by shortcut and language, each once."""
    wanted = {(shortcut, language) for shortcut, _sep, language in (name.partition("/") for name in named)}
    if not wanted:
        return []
    rows = Snippet.objects.filter(client_id=leg.client_id, shortcut__in=[shortcut for shortcut, _language in wanted])
    names, sent = names_in(leg, agent), _plain(text)
    return [
        (one.shortcut, one.language)
        for one in rows
        if (one.shortcut, one.language) in wanted and _plain(filled(one.text, names))[:OPENING] in sent
    ]


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
