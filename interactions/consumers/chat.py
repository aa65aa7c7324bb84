"""The socket of a visitor's chat window: nudges down, typing up, and whether he is still there."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from agents.groups import agent_group
from bpo.kernel import clock, links, push, words
from interactions import chats
from interactions.consumers import hearing
from interactions.consumers.leaving import Leaving
from interactions.models import ChatSession, Leg, LegRole, LegState
from interactions.push import chat_group, page_gone, page_seen

MOST_BYTES = 4096
TOKEN_WITHIN = 10.0
SEEN_EVERY = 15.0
TYPING_EVERY = 1.0
MALFORMED, REFUSED = 4400, 4403


class ChatConsumer(Leaving, AsyncWebsocketConsumer):
    """One open page of a window; a window may have several.

    The first message carries the token, so that it never stands in an address or a log.
    """

    upwards: Mapping[str, set[str]] = {"ping": {"kind"}, "typing": {"kind", "on"}, "seen": {"kind"}}
    relayed = frozenset({"message", "typing", "status", "ended"})
    session: ChatSession | None = None
    group: str = ""
    patience: asyncio.Task[None] | None = None
    last_seen: float = 0.0
    last_typed: float = 0.0

    async def connect(self) -> None:
        """Anybody may knock; who brings no token in time is sent away."""
        await self.accept()
        self.patience = asyncio.create_task(self._no_token())

    async def _no_token(self) -> None:
        await asyncio.sleep(TOKEN_WITHIN)
        if self.session is None:
            await self.close(REFUSED)

    def _stop_waiting(self) -> None:
        if self.patience is not None:
            self.patience.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """One small object of a known shape, or the line is closed."""
        message = read(text_data)
        if message is None:
            await self.close(MALFORMED)
        elif self.session is None:
            await self._introduce(message)
        elif message.get("kind") in self.upwards and set(message) <= self.upwards[message["kind"]]:
            await getattr(self, f"_{message['kind']}")(message)
        else:
            await self.close(MALFORMED)

    async def _introduce(self, message: dict[str, Any]) -> None:
        token = message.get("token")
        if set(message) != {"token"} or not isinstance(token, str):
            await self.close(MALFORMED)
            return
        session = await self._session(token[:500])
        if session is None:
            await self.close(REFUSED)
            return
        self.session, self.group = session, chat_group(session.public_id)
        self._stop_waiting()
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self._mark_seen()
        await self._say({"kind": "hello", "now": clock.now().isoformat()})
        await hearing.opened(self)

    async def hears(self, on: bool) -> None:
        """While we do not, the window asks more often."""
        await self._say({"kind": "hearing" if on else "deaf"})

    @database_sync_to_async
    def _session(self, token: str) -> ChatSession | None:
        try:
            session = chats.session_of(token)
        except links.LinkInvalid:
            return None
        return session if self._may_come_from(session.entry_point.origins) else None

    def _may_come_from(self, origins: list[str]) -> bool:
        """Our own frame, or a page of the origins the client listed. Programs that send no origin have the token."""
        headers = dict(self.scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        if not origin:
            return True
        return urlsplit(origin).netloc == headers.get(b"host", b"").decode("latin-1") or origin in origins

    async def _ping(self, message: dict[str, Any]) -> None:
        await self._say({"kind": "pong", "now": clock.now().isoformat()})
        await self._seen(message)

    async def _seen(self, message: dict[str, Any]) -> None:
        if time.monotonic() - self.last_seen > SEEN_EVERY:
            await self._mark_seen()

    async def _mark_seen(self) -> None:
        self.last_seen = time.monotonic()
        if self.session:
            await database_sync_to_async(page_seen)(self.session)

    async def _typing(self, message: dict[str, Any]) -> None:
        on = message.get("on", True)
        if not isinstance(on, bool):
            await self.close(MALFORMED)
            return
        if on and time.monotonic() - self.last_typed < TYPING_EVERY:
            return
        self.last_typed = time.monotonic()
        await self._tell_agents(on)

    @database_sync_to_async
    def _tell_agents(self, on: bool) -> None:
        if self.session is None:
            return
        # The window may have gone over to a new contact since this socket was opened.
        current = ChatSession.objects.values_list("interaction_id", "interaction__public_id").get(pk=self.session.pk)
        holders = Leg.objects.filter(interaction=current[0], state=LegState.HANDLING).exclude(role=LegRole.MONITOR)
        for agent in holders.values_list("agent__public_id", flat=True):
            nudge = {"type": "nudge", "kind": "typing", "interaction": str(current[1]), "on": on}
            push.send(agent_group(agent), nudge)

    async def nudge(self, message: dict[str, Any]) -> None:
        """What happened, by its kind alone: how we work inside is nothing a customer's browser needs to know."""
        kind = message.get("kind")
        if kind == "roll_call":
            if message.get("by") != self.channel_name:
                await self._mark_seen()
        elif kind in self.relayed:
            relayed = {"kind": kind}
            if kind == "typing":
                relayed["on"] = message.get("on", True)
            await self._say(relayed)

    async def disconnect(self, code: int) -> None:
        """This page is away; another one of the same window that is open says so at once."""
        self._stop_waiting()
        if self.session is None:
            return
        hearing.closed(self)
        await database_sync_to_async(page_gone)(self.session)
        with contextlib.suppress(*push.FAILURES):  # the row first, for this needs Redis
            await self.channel_layer.group_discard(self.group, self.channel_name)
        roll_call = {"type": "nudge", "kind": "roll_call", "by": self.channel_name}
        await database_sync_to_async(push.send)(self.group, roll_call)

    async def _say(self, message: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(message))


def read(text: str | None) -> dict[str, Any] | None:
    """The object of a message; None for bytes, too much of it, or anything else."""
    if text is None or len(text) > MOST_BYTES or len(text.encode()) > MOST_BYTES:
        return None
    try:
        message = json.loads(text)
        words.refuse_unreadable(message)
    except (ValueError, RecursionError, words.Unreadable):
        return None
    if not isinstance(message, dict) or not isinstance(message.get("kind", ""), str):
        return None
    return message
