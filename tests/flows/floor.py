"""A day on the floor: a clock that is moved by hand and sweeps as it goes, the house of Acme, steps at one moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.db import connection

from agents import presence
from agents.models import Agent, Seat
from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from clients.models import Channel, Queue
from interactions import offers
from interactions.models import Interaction, JournalEntry, Leg
from interactions.routing.sweep import Sweep
from tests import factories as make

T = TypeVar("T", Interaction, Leg, Seat)
WEDNESDAY = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)


class Day:
    """The clock stands still until somebody moves it; the sweep process runs then, and heartbeats arrive."""

    def now(self) -> datetime:
        return clock.now()

    def after(self, seconds: float) -> dict[str, int]:
        """So much later the sweep looks; what its steps did."""
        clock.advance(seconds)
        presence.seen("web")
        return Sweep().once(clock.now())


class House:
    """Acme, its line, and those who work there."""

    def __init__(self, **queue: Any) -> None:
        self.acme = make.client("Acme")
        self.line = make.queue(self.acme, "Questions", **{"wrap_up_seconds": 60, **queue})
        self.solved = make.disposition(self.acme, "Solved")
        self.sue = make.supervisor(self.acme)

    def agent(self, name: str, **fields: Any) -> Agent:
        """Certified for Acme, available, a console open."""
        agent = make.agent(name, licensed=self.acme, available=True, **fields)
        presence.connected(agent, uuid4(), "web")
        return agent

    def contact(self, channel: str = Channel.CHAT, queue: Queue | None = None, **fields: Any) -> Interaction:
        """Ann comes; routing looks for an agent at once."""
        made = make.waiting(queue or self.line, channel, **fields)
        made.refresh_from_db()
        return made

    def talk(self, agent: Agent, channel: str = Channel.CHAT, **fields: Any) -> Leg:
        """Ann's contact was offered to this agent, who took it."""
        contact = self.contact(channel, **fields)
        return offers.accept(self.ringing(agent, contact), by=agent)

    @staticmethod
    def ringing(agent: Agent, contact: Interaction) -> Leg:
        """The open offer of this contact to this agent."""
        return Leg.objects.get(agent=agent, interaction=contact, state="offered")


def console_of(agent: Agent) -> UUID:
    """The key of the agent's one open console."""
    return agent.consoles.get().key


def fresh(thing: T) -> T:
    """The row as it is now."""
    return type(thing)._base_manager.get(pk=thing.pk)


def seat(agent: Agent) -> Seat:
    """The agent's seat as it is now."""
    return Seat.objects.get(pk=agent.pk)


def kinds(contact: Interaction) -> list[str]:
    """What the journal says about it, in order."""
    return list(JournalEntry.objects.filter(interaction=contact).order_by("pk").values_list("kind", flat=True))


def at_once(*steps: Callable[[], object]) -> list[object]:
    """Each step in a thread and connection of its own, all at the same moment; a refusal in words is its result."""
    barrier, instant = Barrier(len(steps)), clock.now()

    def run(step: Callable[[], object]) -> object:
        try:
            barrier.wait(10)
            with clock.set_to(instant):
                return step()
        except DomainError as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(steps)) as pool:
        return [done.result(30) for done in [pool.submit(run, step) for step in steps]]
