"""The socket of a supervisor beside a call: the signals by which her page and the others find each other."""

from __future__ import annotations

import contextlib
import json
from typing import Any
from uuid import UUID, uuid4

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from agents.gates import is_supervisor
from bpo.accounts.models import User, user_group
from bpo.kernel import clock, push
from bpo.kernel.pace import Pace
from bpo.kernel.push import FAILURES
from bpo.kernel.references import public_id
from interactions import monitoring, talks
from interactions.consumers import hearing, heartbeat
from interactions.consumers.call import SIGNALS
from interactions.consumers.chat import read
from interactions.consumers.leaving import Leaving
from interactions.models import Monitor
from interactions.push import monitor_group

SIGNED_OUT, NOT_ALLOWED, MALFORMED, GONE, TAKEN_OVER = 4401, 4403, 4400, 4404, 4409


class ListenConsumer(Leaving, AsyncWebsocketConsumer):
    """One page beside one call, which it names first. What it may say is asked of the rows with each message."""

    upwards = {"ping": {"kind"}, "monitor": {"kind", "monitor"}, "signal": {"kind", "to", "data"}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = uuid4()
        self.user: User | None = None
        self.monitor: Monitor | None = None
        self.joined: list[str] = []
        self.signals = Pace(*SIGNALS)

    async def connect(self) -> None:
        """Supervisors alone."""
        await self.accept()
        user = self.scope.get("user")
        if not isinstance(user, User) or not user.is_active:
            await self.close(SIGNED_OUT)
            return
        if not await database_sync_to_async(is_supervisor)(user):
            await self.close(NOT_ALLOWED)
            return
        self.user = user
        await self._join(user_group(user))
        heartbeat.opened(self.key, user.pk, self.close, console=False)
        await self._say({"kind": "hello", "now": clock.now().isoformat()})
        await hearing.opened(self)

    async def hears(self, on: bool) -> None:
        """While we do not, no signal reaches the page."""
        await self._say({"kind": "hearing" if on else "deaf"})

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """One small object of a known shape, or the line is closed."""
        message = read(text_data)
        known = self.upwards.get(message.get("kind", "")) if message else None
        if message is None or known is None or set(message) != known or self.user is None:
            await self.close(MALFORMED)
            return
        await getattr(self, f"_{message['kind']}")(message)

    async def _ping(self, message: dict[str, Any]) -> None:
        await self._say({"kind": "pong", "now": clock.now().isoformat()})
        if self.monitor is not None:
            await database_sync_to_async(monitoring.line_seen)(self.key)

    async def _monitor(self, message: dict[str, Any]) -> None:
        named = public_id(message["monitor"])
        if self.monitor is not None or named is None:
            await self.close(MALFORMED)
            return
        self.monitor = await database_sync_to_async(self._opened)(named)
        if self.monitor is None:
            await self.close(GONE)
            return
        await self._join(monitor_group(self.monitor.public_id))
        await self._say({"kind": "joined"})

    def _opened(self, named: UUID) -> Monitor | None:
        assert self.user is not None
        found = monitoring.line_opened(named, self.key, by=self.user)
        if found is not None:  # another tab of the same call rests
            push.send(monitor_group(found.public_id), {"type": "nudge", "kind": "step_aside", "by": str(self.key)})
        return found

    async def _signal(self, message: dict[str, Any]) -> None:
        to, data = message["to"], message["data"]
        if not isinstance(to, str) or not isinstance(data, dict):
            await self.close(MALFORMED)
            return
        if self.signals.allows() and not await database_sync_to_async(self._pass_on)(to, data):
            await self._say({"kind": "over"})

    def _pass_on(self, to: str, data: dict[str, Any]) -> bool:
        """To another page of the very call she is in, with the right to be; False when she is not."""
        mine = monitoring.standing().filter(line=self.key).first() if self.monitor else None
        if mine is None:
            return False
        sender = str(mine.public_id)
        group = talks.group_of(mine.interaction, to) if to != sender else ""
        if group:
            push.send(group, talks.signal(mine.interaction, sender, to, data))
        return True

    async def nudge(self, message: dict[str, Any]) -> None:
        """A signal goes down as it came."""
        kind = message.get("kind")
        if kind == "signal":
            await self._say({"kind": "signal", "from": message.get("from"), "data": message.get("data")})
        elif kind == "step_aside" and message.get("by") != str(self.key):
            await self.close(TAKEN_OVER)
        elif kind == "signed_out":
            await self.close(SIGNED_OUT)

    async def disconnect(self, code: int) -> None:
        """Not back in time is out of the call."""
        if self.user is None:
            return
        hearing.closed(self)
        heartbeat.closed(self.key)
        if self.monitor is not None:
            await database_sync_to_async(monitoring.line_closed)(self.key)
        for group in self.joined:
            with contextlib.suppress(*FAILURES):  # the row first, for this needs Redis
                await self.channel_layer.group_discard(group, self.channel_name)

    async def _join(self, group: str) -> None:
        self.joined.append(group)
        await self.channel_layer.group_add(group, self.channel_name)

    async def _say(self, message: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(message))
