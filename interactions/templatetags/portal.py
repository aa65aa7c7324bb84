"""Agents by the names the client's customers know."""

from __future__ import annotations

from django import template

from interactions.models import Interaction, Leg
from interactions.reports.story import NameOf
from interactions.templatetags.floor import worked

register = template.Library()


@register.simple_tag
def public_worker(leg: Leg, names: NameOf) -> str:
    """Who worked on it."""
    return names(leg.agent.user_id, leg.agent.name)


@register.simple_tag
def public_workers(contact: Interaction, names: NameOf) -> str:
    """Everybody who had it, in order."""
    return ", ".join(dict.fromkeys(public_worker(leg, names) for leg in worked(contact))) or "–"
