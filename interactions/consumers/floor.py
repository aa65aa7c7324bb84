"""The floor's socket: tells a supervisor's page that something of her clients changed, at most twice a second."""

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
from interactions.consumers import floors, hearing, heartbeat
from interactions.consumers.leaving import Leaving

SPACING = 0.5
LONGEST = 4096
SIGNED_OUT, NOT_ALLOWED, TOO_LONG = 4401, 4403, 4400


class FloorConsumer(Leaving, AsyncJsonWebsocketConsumer):
    """Watches the floor of each supervised client; relays one nudge for all that came meanwhile."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = uuid4()
        self.group = ""
        self.changed: set[str] = set()
        self.flushing: asyncio.Task[None] | None = None
        self.flushed = 0.0

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
        self.group = user_group(user)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await floors.watch(self, clients)
        heartbeat.opened(self.key, user.pk, self.close, console=False)
        await self.send_json({"kind": "hello", "now": clock.now().isoformat()})
        await hearing.opened(self)

    async def hears(self, on: bool) -> None:
        """While we do not, the page asks by itself."""
        await self.send_json({"kind": "hearing" if on else "deaf"})

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """Only pings come up."""
        if bytes_data is not None or text_data is None or len(text_data.encode()) > LONGEST:
            await self.close(TOO_LONG)
            return
        try:
            await super().receive(text_data=text_data)
        except (ValueError, RecursionError):
            await self.close(TOO_LONG)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Answer a ping; everything else is not for this line."""
        if isinstance(content, dict) and content.get("kind") == "ping":
            await self.send_json({"kind": "pong", "now": clock.now().isoformat()})

    async def nudge(self, message: dict[str, Any]) -> None:
        """What is said to the person."""
        if message.get("kind") == "signed_out":
            await self.close(SIGNED_OUT)

    def client_changed(self, client: str) -> None:
        """Gather what changed; the first one goes at once, the others within half a second."""
        self.changed.add(client)
        if self.flushing is None or self.flushing.done():
            self.flushing = asyncio.create_task(self._flush())

    async def _flush(self) -> None:
        await asyncio.sleep(max(0.0, self.flushed + SPACING - time.monotonic()))
        self.flushed = time.monotonic()
        clients, self.changed = sorted(self.changed), set()
        await self.send_json({"kind": "changed", "clients": clients})

    async def disconnect(self, code: int) -> None:
        """Watch no more."""
        hearing.closed(self)
        heartbeat.closed(self.key)
        if self.flushing is not None:
            self.flushing.cancel()
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
