"""What changes on the floor, heard once by a web process for all the supervisors' sockets it holds.

Fifty supervisors of one client would otherwise each be woken by every change of it, to gather it into the same nudge.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from channels.layers import get_channel_layer

from agents.groups import floor_group
from bpo.kernel.push import FAILURES


class Watcher(Protocol):
    """A consumer with an open socket."""

    def client_changed(self, client: str) -> None:
        """Something of this client changed."""


@dataclass(eq=False)
class Ear:
    """The one channel of an event loop, the groups it has joined, and who watches which client."""

    channel: str
    watchers: dict[str, set[Watcher]] = field(default_factory=dict)
    task: asyncio.Task[None] | None = None

    async def listen(self, layer: Any) -> None:
        """Pass on what comes."""
        while True:
            client = str((await layer.receive(self.channel)).get("client", ""))
            for watcher in tuple(self.watchers.get(client, ())):
                watcher.client_changed(client)


_ears: dict[int, Ear] = {}


async def watch(watcher: Watcher, clients: Iterable[UUID]) -> None:
    """From now on it is told of these clients; the first watcher of an event loop opens its ear."""
    layer: Any = get_channel_layer()
    key = id(asyncio.get_running_loop())
    ear = _ears.get(key)
    if ear is None or ear.task is None or ear.task.done():
        ear = Ear(await layer.new_channel("floors."))
        ear.task = asyncio.create_task(ear.listen(layer))
        _ears[key] = ear
    for client in clients:
        ear.watchers.setdefault(str(client), set()).add(watcher)
        await layer.group_add(floor_group(client), ear.channel)


async def leave(watcher: Watcher) -> None:
    """It is gone; after the last one the ear is closed."""
    key = id(asyncio.get_running_loop())
    ear = _ears.get(key)
    if ear is None:
        return
    for watchers in ear.watchers.values():
        watchers.discard(watcher)
    if any(ear.watchers.values()):
        return
    del _ears[key]
    layer: Any = get_channel_layer()
    with contextlib.suppress(*FAILURES):
        for client in ear.watchers:
            await layer.group_discard(floor_group(UUID(client)), ear.channel)
    if ear.task is not None:
        ear.task.cancel()
