"""How a person sets up her own desk; whoever changed nothing has the usual one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.models import Agent, DeskSettings


def of(agent: Agent) -> DeskSettings:
    """Her settings, or the usual ones."""
    found: DeskSettings | None = getattr(agent, "desk", None)
    return found or DeskSettings(agent=agent)


def keep(agent: Agent, **fields: Any) -> DeskSettings:
    """Write them down; the same twice is one."""
    made, _new = DeskSettings.objects.update_or_create(agent=agent, defaults=fields)
    return made


def keep_keys(agent: Agent, keys: Mapping[str, str]) -> DeskSettings:
    """Her own keys by command; what is not named has the usual one."""
    return keep(agent, keys=dict(keys))
