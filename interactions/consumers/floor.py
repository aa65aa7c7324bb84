"""The floor's socket: shows a supervisor's page its parts, or tells it that something of her clients changed.

A page says which parts it shows: {"kind": "show", "parts": ["wall", "agents"], "changed": false}. Each comes whole,
then by what changed (`pictures`). With `changed`, and to a page that shows none, a nudge says at most twice a second
which clients had news; the page then fetches what it has of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any
from uuid import UUID, uuid4

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from agents.gates import is_supervisor
from bpo.accounts.models import User, user_group
from bpo.kernel import clock
from bpo.kernel.push import FAILURES
from clients.models import Client, Role
from interactions.consumers import floors, hearing, heartbeat, pictures
from interactions.consumers.leaving import GONE, Leaving
from interactions.consumers.pictures import Look, Picture
from interactions.views.floor.parts import PARTS

SPACING = 0.5
LONGEST = 4096
SIGNED_OUT, NOT_ALLOWED, TOO_LONG = 4401, 4403, 4400


class FloorConsumer(Leaving, AsyncJsonWebsocketConsumer):
    """Watches the floor of each supervised client: shows its parts, or relays one nudge for all that came meanwhile."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = uuid4()
        self.group = ""
        self.changed: set[str] = set()
        self.flushing: asyncio.Task[None] | None = None
        self.flushed = 0.0
        self.user_id = 0
        self.nudged = True
        self.parts: frozenset[str] = frozenset()
        self.has: dict[str, Picture] = {}
        self.waiting: dict[str, Picture] = {}
        self.showing: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Refused with a code the page understands, so that it does not try for ever."""
        await self.accept()
        user = self.scope.get("user")
        if not isinstance(user, User) or not user.is_active:
            await self.close(SIGNED_OUT)
            return
        clients = await supervised(user)
        if clients is None:
            await self.close(NOT_ALLOWED)
            return
        self.user_id, self.group = user.pk, user_group(user)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await floors.watch(self, clients)
        heartbeat.opened(self.key, user.pk, self.close, console=False)
        await self.send_json({"kind": "hello", "now": clock.now().isoformat()})
        await hearing.opened(self)

    async def hears(self, on: bool) -> None:
        """While we do not, the page asks by itself; then what it was shown is no longer what stands there."""
        await self.send_json({"kind": "hearing" if on else "deaf"})
        if on and self.parts:
            self.has.clear()
            pictures.show(self)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """Pings come up, and what the page shows."""
        if bytes_data is not None or text_data is None or len(text_data.encode()) > LONGEST:
            await self.close(TOO_LONG)
            return
        try:
            await super().receive(text_data=text_data)
        except (ValueError, RecursionError):
            await self.close(TOO_LONG)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Answer a ping, show what is asked for; everything else is not for this line."""
        if not isinstance(content, dict):
            return
        if content.get("kind") == "ping":
            await self.send_json({"kind": "pong", "now": clock.now().isoformat()})
        elif content.get("kind") == "show" and isinstance(content.get("parts"), list) and self.user_id:
            self._show([part for part in content["parts"] if isinstance(part, str)], content.get("changed") is True)

    def _show(self, parts: list[str], nudged: bool) -> None:
        self.parts, self.nudged = frozenset(parts) & PARTS.keys(), nudged or not parts
        for part in self.has.keys() - self.parts:
            del self.has[part]
        if self.parts:
            pictures.show(self)
        else:
            pictures.leave(self)

    def lacks(self, look: Look) -> bool:
        """Whether the page has another picture of this part, or none."""
        picture = self.waiting.get(look.part) or self.has.get(look.part)
        return picture is None or picture.look != look

    def shown(self, picture: Picture) -> None:
        """Send it, when the ones before are gone; of several that wait the last is enough."""
        part = picture.look.part
        if self.has.get(part) is picture:
            return
        self.waiting[part] = picture
        if self.showing is None or self.showing.done():
            self.showing = asyncio.create_task(self._send_pictures())

    async def _send_pictures(self) -> None:
        with contextlib.suppress(*GONE):
            while self.waiting:
                part, picture = self.waiting.popitem()
                text = picture.after(self.has.get(part))
                self.has[part] = picture
                await self.send(text_data=text)

    async def not_allowed(self) -> None:
        """The last client and team were taken from her."""
        with contextlib.suppress(*GONE):
            await self.close(NOT_ALLOWED)

    async def nudge(self, message: dict[str, Any]) -> None:
        """What is said to the person."""
        if message.get("kind") == "signed_out":
            await self.close(SIGNED_OUT)

    def client_changed(self, client: str) -> None:
        """Gather what changed; the first one goes at once, the others within half a second."""
        if not self.nudged:
            return
        self.changed.add(client)
        if self.flushing is None or self.flushing.done():
            self.flushing = asyncio.create_task(self._flush())

    async def _flush(self) -> None:
        await asyncio.sleep(max(0.0, self.flushed + SPACING - time.monotonic()))
        self.flushed = time.monotonic()
        clients, self.changed = sorted(self.changed), set()
        with contextlib.suppress(*GONE):
            await self.send_json({"kind": "changed", "clients": clients})

    async def disconnect(self, code: int) -> None:
        """Watch no more."""
        hearing.closed(self)
        heartbeat.closed(self.key)
        pictures.leave(self)
        for task in (self.flushing, self.showing):
            if task is not None:
                task.cancel()
        await floors.leave(self)
        if self.group:
            with contextlib.suppress(*FAILURES):
                await self.channel_layer.group_discard(self.group, self.channel_name)


@database_sync_to_async
def supervised(user: User) -> list[UUID] | None:
    """The clients whose floor this user sees; None for who is no supervisor."""
    if not is_supervisor(user):
        return None
    return list(Client.objects.visible_to_role(user, Role.SUPERVISOR).values_list("public_id", flat=True))
