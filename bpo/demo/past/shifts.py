"""The log of presence of the past month: who was there when, and away for what."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from agents.models import Agent, PresenceEntry
from bpo.demo.content.people import AGENTS
from bpo.demo.past.timelines import DAYS

BEGINS = (6, 12, 20)
"""Hours (UTC) at which the three shifts begin."""
Entry = tuple[datetime, str, str, bool, str]


def shift(begin: datetime, draw: random.Random) -> Iterator[Entry]:
    """One day of one agent: presence, reason, connected, why; in the words `agents.presence` writes."""
    at = begin + timedelta(seconds=draw.uniform(-400, 500))
    yield at, "break", "signed in", False, ""
    at += timedelta(seconds=draw.uniform(1, 4))
    yield at, "break", "signed in", True, "console open"
    at += timedelta(seconds=draw.uniform(5, 90))
    yield at, "available", "", True, ""
    for hours, reason, minutes in ((2, "Break", 14), (4, "Lunch", 38), (6, "Break", 14)):
        away = begin + timedelta(hours=hours, seconds=draw.uniform(-900, 900))
        yield away, "break", reason, True, ""
        yield away + timedelta(minutes=minutes * draw.uniform(0.8, 1.25)), "available", "", True, ""
    at = begin + timedelta(hours=8, seconds=draw.uniform(-120, 900))
    yield at, "signed_out", "", True, ""
    yield at + timedelta(seconds=draw.uniform(1, 5)), "signed_out", "", False, "console gone"


def write_shifts(until: datetime) -> int:
    """Every agent's days before `until`; how many entries. Written once."""
    first = until - timedelta(days=DAYS)
    agents = {agent.user.email.split("@")[0]: agent for agent in Agent.objects.select_related("user")}
    entries = []
    for number, content in enumerate(AGENTS):
        agent = agents[content.key]
        if PresenceEntry.objects.filter(agent=agent, at__lt=until - timedelta(days=1)).exists():
            continue
        draw = random.Random(f"shifts of {content.key}")
        for day in range(DAYS):
            morning = (first + timedelta(days=day)).replace(hour=0, minute=0, second=0, microsecond=0)
            if (day + number) % 7 in (5, 6):
                continue
            begin = morning + timedelta(hours=BEGINS[number % 3])
            if begin + timedelta(hours=9) >= until:
                continue
            for at, presence, reason, connected, why in shift(begin, draw):
                own = why == ""
                entries.append(
                    PresenceEntry(
                        agent=agent,
                        at=at,
                        presence=presence,
                        reason=reason,
                        connected=connected,
                        by=agent.user if own else None,
                        by_name=agent.name if own else "system",
                        why=why,
                    )
                )
    entries.sort(key=lambda entry: entry.at)
    return len(PresenceEntry._base_manager.bulk_create(entries, batch_size=1000))
