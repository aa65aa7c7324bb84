"""The heartbeat of one web process for all consoles it holds: one UPDATE every five seconds."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import uuid

from channels.db import database_sync_to_async
from django.db import DatabaseError

from agents import presence

logger = logging.getLogger(__name__)

SECONDS = 5

# Unique for each process that ever ran, so that a new one never keeps a dead one's consoles alive.
NODE = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"[:80]

_open: set[uuid.UUID] = set()
_tasks: dict[int, asyncio.Task[None]] = {}


def opened(key: uuid.UUID) -> None:
    """A console came; the first one of an event loop starts its beat."""
    _open.add(key)
    loop = asyncio.get_running_loop()
    running = _tasks.get(id(loop))
    if running is None or running.done():
        _tasks[id(loop)] = loop.create_task(_beat(loop))


def closed(key: uuid.UUID) -> None:
    """A console went."""
    _open.discard(key)


async def _beat(loop: asyncio.AbstractEventLoop) -> None:
    while _open:
        await asyncio.sleep(SECONDS)
        with contextlib.suppress(asyncio.CancelledError):
            try:
                await database_sync_to_async(presence.seen)(NODE)
            except DatabaseError:
                logger.warning("no heartbeat: the database does not answer")
    _tasks.pop(id(loop), None)
