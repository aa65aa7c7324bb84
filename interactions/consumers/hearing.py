"""Whether this web process hears what is pushed. Its open sockets are told when it does not, and when it does again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass, field
from typing import Any, Protocol

from channels.layers import get_channel_layer

from bpo.kernel.push import FAILURES
from interactions.consumers.leaving import GONE

logger = logging.getLogger(__name__)

# A numbered word to ourselves once a second, through Redis and back: silence for longer than this is deafness. One that
# never came says that nudges were lost as well, however short it was.
EVERY = 1.0
DEAF_AFTER = 3.0


class Listener(Protocol):
    """A consumer with an open socket."""

    async def hears(self, on: bool) -> None:
        """Tell the page whether nudges reach it."""


@dataclass(eq=False)
class Watch:
    """The open sockets of one event loop, and what it last heard."""

    listeners: set[Listener] = field(default_factory=set)
    task: asyncio.Task[None] | None = None
    hears: bool = True
    heard_at: float = 0.0
    sent: int = 0
    heard: int = 0
    missed: bool = False


_watches: dict[int, Watch] = {}


async def opened(listener: Listener) -> None:
    """A socket is open; the first one of an event loop starts its watch. Who comes while we are deaf is told so."""
    loop = asyncio.get_running_loop()
    watch = _watches.setdefault(id(loop), Watch())
    watch.listeners.add(listener)
    if watch.task is None or watch.task.done():
        watch.hears = True
        watch.task = loop.create_task(_watch(watch, id(loop)))
    elif not watch.hears:
        await listener.hears(False)


def closed(listener: Listener) -> None:
    """A socket is gone."""
    watch = _watches.get(id(asyncio.get_running_loop()))
    if watch is not None:
        watch.listeners.discard(listener)


async def _watch(watch: Watch, key: int) -> None:
    layer = get_channel_layer()
    channel, ears = "", None
    watch.heard_at = time.monotonic()
    try:
        while watch.listeners:
            try:
                if ears is None or ears.done():
                    channel = await layer.new_channel("hearing.")  # type: ignore[union-attr]
                    watch.heard = watch.sent
                    ears = asyncio.create_task(_listen(watch, layer, channel))
                watch.sent += 1
                await layer.send(channel, {"type": "hearing", "number": watch.sent})  # type: ignore[union-attr]
                hears = time.monotonic() - watch.heard_at < DEAF_AFTER and not watch.missed
            except FAILURES:
                hears = False
                watch.heard_at = 0.0  # that it takes words again is not yet that we hear them
            watch.missed = False
            if hears != watch.hears:
                await _tell(watch, hears)
            await asyncio.sleep(EVERY)
    finally:
        if _watches.get(key) is watch:
            del _watches[key]
        if ears is not None:
            ears.cancel()


async def _listen(watch: Watch, layer: Any, channel: str) -> None:
    while True:
        number = (await layer.receive(channel))["number"]
        watch.missed |= number != watch.heard + 1
        watch.heard, watch.heard_at = number, time.monotonic()


async def _tell(watch: Watch, hears: bool) -> None:
    watch.hears = hears
    logger.warning("this process hears its nudges again" if hears else "this process does not hear its nudges")
    for listener in list(watch.listeners):
        with contextlib.suppress(*GONE):
            await listener.hears(hears)
