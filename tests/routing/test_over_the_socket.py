"""The same as the desks are told it: a few rows whose offers are read from the agents' own sockets."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator

from interactions.consumers.console import ConsoleConsumer
from tests.routing.acts import Acts
from tests.routing.house import House, Row

pytestmark = pytest.mark.asyncio

ROWS = [
    Row(
        "the longest idle desk rings alone",
        "An offer is told to one desk.",
        "0: ann calls",
        "bea<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "declined, the next desk rings",
        "A card closes where it was declined, and the next desk rings.",
        """
            0: ann calls
            0: bea declines ann
        """,
        "bea<ann bea-gone bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "the customer leaves, the card closes",
        "The next contact rings at once, and the card of the first closes.",
        """
            0: ann calls
            0: ben calls
            0: ann leaves
        """,
        "bea<ann bea<ben bea-gone",
    ),
    Row(
        "the freed desk rings for the first in line",
        "Priority before age, as the desk is told.",
        """
            0: ann calls
            0: bea accepts ann
            0: ben calls
            0: cat calls priority=3
            0: bea ends ann
        """,
        "bea<ann bea-gone bea<cat",
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_a_desk_is_told(row: Row) -> None:
    acts = await database_sync_to_async(lambda: Acts(House(row)))()
    async with AsyncExitStack() as stack:
        desks = {}
        for name, agent in acts.house.agents.items():
            desks[name] = await stack.enter_async_context(_desk(agent.user))
        for line in filter(None, (each.strip() for each in row.script.splitlines())):
            await database_sync_to_async(acts.step)(line)
        told = []
        for name, desk in desks.items():
            told += [word.replace("?", name) for word in await _cards(desk, acts)]
    assert " ".join(told) == row.offers, row.policy


async def _cards(desk: WebsocketCommunicator, acts: Acts) -> list[str]:
    """What rang on this desk and what closed, in order."""
    words = []
    while not await desk.receive_nothing(timeout=0.3):
        said = json.loads(await desk.receive_from())
        if said["kind"] == "offer":
            words.append(f"?<{acts.names[said['interaction']]}")
        elif said["kind"] == "offer_gone":
            words.append("?-gone")
    return words


class _desk:
    """An open socket of this person."""

    def __init__(self, user: object) -> None:
        self.line = WebsocketCommunicator(ConsoleConsumer.as_asgi(), "/ws/console/")
        self.line.scope["user"] = user

    async def __aenter__(self) -> WebsocketCommunicator:
        await self.line.connect()
        assert json.loads(await self.line.receive_from(timeout=3))["kind"] == "hello"
        return self.line

    async def __aexit__(self, *_gone: object) -> None:
        await self.line.disconnect()
