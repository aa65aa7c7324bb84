"""The heartbeat of one web process for all sockets of staff it holds: one UPDATE and two reads every five seconds.

It also closes what a push would have closed, for a push is lost while Redis is away: sockets of people who were
deactivated, and consoles that the sweep has given up.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from channels.db import database_sync_to_async
from django.db import DatabaseError

from agents import presence
from agents.models import ConsoleSession
from bpo.accounts.models import User

logger = logging.getLogger(__name__)

SECONDS = 5
SIGNED_OUT = 4401
COME_AGAIN = 1012  # the page opens a new socket

# Unique for each process that ever ran, so that a new one never keeps a dead one's consoles alive.
NODE = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"[:80]


@dataclass(frozen=True, slots=True)
class Held:
    """An open socket: whose it is, in which loop, how to close it, and whether a console's row stands for it."""

    user_id: int
    close: Callable[[int], Awaitable[None]]
    loop: asyncio.AbstractEventLoop
    console: bool


_open: dict[uuid.UUID, Held] = {}
_tasks: dict[int, asyncio.Task[None]] = {}


def opened(key: uuid.UUID, user_id: int, close: Callable[[int], Awaitable[None]], *, console: bool) -> None:
    """A socket came; the first one of an event loop starts its beat."""
    loop = asyncio.get_running_loop()
    _open[key] = Held(user_id, close, loop, console)
    running = _tasks.get(id(loop))
    if running is None or running.done():
        _tasks[id(loop)] = loop.create_task(_beat(loop))


def closed(key: uuid.UUID) -> None:
    """A socket went."""
    _open.pop(key, None)


async def _beat(loop: asyncio.AbstractEventLoop) -> None:
    while True:
        await asyncio.sleep(SECONDS)
        mine = {key: held for key, held in _open.items() if held.loop is loop}
        if not mine:
            break
        try:
            await _close(await database_sync_to_async(_beat_once)(mine))
        except DatabaseError:
            logger.warning("no heartbeat: the database does not answer")
    _tasks.pop(id(loop), None)


def _beat_once(mine: dict[uuid.UUID, Held]) -> dict[uuid.UUID, int]:
    """The consoles are heard of; which sockets must close, with the code that tells the page why."""
    presence.seen(NODE)
    people = {held.user_id for held in mine.values()}
    here = set(User.objects.filter(pk__in=people, is_active=True).values_list("pk", flat=True))
    known = set(ConsoleSession.objects.filter(node=NODE).values_list("key", flat=True))
    lost = {key: COME_AGAIN for key, held in mine.items() if held.console and key not in known}
    return lost | {key: SIGNED_OUT for key, held in mine.items() if held.user_id not in here}


async def _close(lost: dict[uuid.UUID, int]) -> None:
    for key, code in lost.items():
        held = _open.pop(key, None)
        if held is None:  # went by itself meanwhile
            continue
        try:
            await held.close(code)
        except Exception:
            logger.exception("a socket could not be closed")
