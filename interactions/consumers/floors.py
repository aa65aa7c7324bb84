"""What changes on the floor, heard once by a web process for all the supervisors' sockets it holds.

Fifty supervisors of one client would otherwise each be woken by every change of it, to gather it into the same nudge.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection
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

    channel: str = ""
    watchers: dict[str, set[Watcher]] = field(default_factory=dict)
    task: asyncio.Task[None] | None = None
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def open(self, layer: Any) -> None:
        """Hear, once however many open it at the same moment; anew, for all who watch, where the listening ended."""
        async with self.opening:
            if self.task is not None and not self.task.done():
                return
            self.channel = await layer.new_channel("floors.")
            self.task = asyncio.create_task(self.listen(layer))
            for client in tuple(self.watchers):
                await layer.group_add(floor_group(UUID(client)), self.channel)

    async def listen(self, layer: Any) -> None:
        """Pass on what comes."""
        while True:
            client = str((await layer.receive(self.channel)).get("client", ""))
            for watcher in tuple(self.watchers.get(client, ())):
                watcher.client_changed(client)


_ears: dict[int, Ear] = {}


async def watch(watcher: Watcher, clients: Collection[UUID]) -> None:
    """From now on it is told of these clients; the first watcher of an event loop opens its ear."""
    layer: Any = get_channel_layer()
    ear = _ears.setdefault(id(asyncio.get_running_loop()), Ear())
    # Before anything is waited for, so that nobody who leaves meanwhile takes the ear for unused.
    for client in clients:
        ear.watchers.setdefault(str(client), set()).add(watcher)
    await ear.open(layer)
    for client in clients:
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
