"""Who has a case's page open at this moment: a word between colleagues in the cache, gone when the cache is."""

from __future__ import annotations

import logging

import redis
from django.core.cache import cache

from agents.models import Agent
from bpo.kernel import clock
from interactions.models import Case

logger = logging.getLogger(__name__)

STAYS = 45
"""Seconds after the last sign of a page; it gives one every twenty."""


def look(case: Case, agent: Agent) -> list[str]:
    """Say that she looks, and learn who else does. Two at the same instant see each other at the next sign."""
    key, now = f"looking:{case.public_id}", clock.now().timestamp()
    try:
        seen: dict[str, tuple[str, float]] = cache.get(key) or {}
        seen = {who: (name, at) for who, (name, at) in seen.items() if now - at < STAYS}
        seen[str(agent.public_id)] = (agent.name, now)
        cache.set(key, seen, timeout=STAYS * 2)
    except (redis.RedisError, OSError) as error:
        logger.warning("nobody knows who looks at %s while the cache is down: %s", case, error)
        return []
    return sorted(name for who, (name, _at) in seen.items() if who != str(agent.public_id))
