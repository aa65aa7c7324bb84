"""The socket of an agent's desk: authenticates, joins, relays nudges, and takes pings, typing and card acks up."""

from __future__ import annotations

import contextlib
import json
import logging
import uuid
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from agents import presence
from agents.gates import agent_of
from agents.groups import agent_group
from agents.models import Agent
from bpo.accounts.models import user_group
from bpo.kernel import clock, words
from bpo.kernel import push as kernel_push
from bpo.kernel.pace import Pace
from bpo.kernel.push import FAILURES
from bpo.kernel.references import public_id
from interactions import media, offers, push, talks, voice_events
from interactions.adapters import VOICES
from interactions.consumers import hearing, heartbeat
from interactions.consumers.call import SIGNALS, UPS
from interactions.consumers.leaving import Leaving
from interactions.models import Carrier, ChatSession, Interaction, Leg, LegState

logger = logging.getLogger(__name__)

LONGEST = 4096
SIGNED_OUT, NOT_ALLOWED, TAKEN_OVER = 4401, 4403, 4409
SERVER_STOPS = 1012  # the close code by which the server says that it restarts
TYPING_EVERY = 2.0


class ConsoleConsumer(Leaving, AsyncWebsocketConsumer):
    """One open desk. The newest tab of an agent works; the others are told to step aside."""

    agent: Agent | None = None
    key: uuid.UUID | None = None
    typed_at: float = 0.0
    groups_joined: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signals, self.ups = Pace(*SIGNALS), Pace(*UPS)

    async def connect(self) -> None:
        """Only a signed-in agent; the older tabs of hers step aside."""
        await self.accept()
        user = self.scope.get("user")
        if user is None or not user.is_authenticated:
            await self.close(SIGNED_OUT)
            return
        self.agent = await database_sync_to_async(agent_of)(user)
        if self.agent is None:
            await self.close(NOT_ALLOWED)
            return
        self.key = uuid.uuid4()
        group = agent_group(self.agent.public_id)
        await database_sync_to_async(push.step_aside)(self.agent, self.key)
        self.groups_joined = (group, user_group(user))
        for joined in self.groups_joined:
            await self.channel_layer.group_add(joined, self.channel_name)
        await database_sync_to_async(presence.connected)(self.agent, self.key, heartbeat.NODE)
        heartbeat.opened(self.key, user.pk, self.close, console=True)
        await self._say({"kind": "hello", "now": clock.now().isoformat(), "console": str(self.key)})
        await hearing.opened(self)

    async def hears(self, on: bool) -> None:
        """While we do not, the page asks by itself."""
        await self._say({"kind": "hearing" if on else "deaf"})

    async def disconnect(self, code: int) -> None:
        """The desk is gone; the last one of an agent disconnects her seat.

        When it is the server that goes, offers survive: the desk comes back to another process within seconds, and
        what does not come back is found by its missing heartbeat.
        """
        if self.agent is None or self.key is None:
            return
        heartbeat.closed(self.key)
        hearing.closed(self)
        if code != SERVER_STOPS:
            await database_sync_to_async(presence.disconnected)(self.key)
        # Last, for it needs Redis, and the seat must not.
        for joined in self.groups_joined:
            with contextlib.suppress(*FAILURES):
                await self.channel_layer.group_discard(joined, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Upwards come small JSON objects with a kind; anything else is dropped."""
        if self.agent is None or bytes_data is not None or text_data is None or len(text_data) > LONGEST:
            return
        try:
            data = json.loads(text_data)
            words.refuse_unreadable(data)
        except (ValueError, RecursionError, words.Unreadable):
            return
        if not isinstance(data, dict):
            return
        match data.get("kind"):
            case "ping":
                await self._say({"kind": "pong", "now": clock.now().isoformat()})
            case "typing":
                await self._typing(data)
            case "signal" if self.signals.allows():
                await database_sync_to_async(self._signal)(data)
            case "up" if self.ups.allows():
                await database_sync_to_async(self._hears)(public_id(data.get("leg")))
            case "card_shown":
                await database_sync_to_async(offers.shown_to)(self.agent, public_id(data.get("leg")))
            case "instead":
                await database_sync_to_async(self._instead)(public_id(data.get("console")))

    async def nudge(self, event: dict[str, Any]) -> None:
        """Relay what was pushed; who did it becomes whether she did it herself (`own`)."""
        if event.get("kind") == "step_aside" and event.get("console") == str(self.key):
            return
        said = {name: value for name, value in event.items() if name not in ("type", "actor")}
        if "actor" in event and self.agent is not None:
            said["own"] = event["actor"] == self.agent.user_id
        await self._say(said)
        if event.get("kind") == "signed_out":
            await self.close(SIGNED_OUT)

    async def _say(self, data: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(data))

    async def _typing(self, data: dict[str, Any]) -> None:
        now = clock.now().timestamp()
        interaction = public_id(data.get("interaction"))
        if interaction is None or now - self.typed_at < TYPING_EVERY:
            return
        self.typed_at = now
        for group in await database_sync_to_async(self._windows_of)(interaction):
            await database_sync_to_async(push.nudge)(group, "typing")

    def _windows_of(self, interaction: uuid.UUID) -> list[str]:
        """The chat windows of a contact this agent handles; nobody else's."""
        assert self.agent is not None
        held = Leg.objects.filter(agent=self.agent, state=LegState.HANDLING).values("interaction")
        mine = Interaction.objects.filter(pk__in=held, public_id=interaction)
        sessions = ChatSession.objects.filter(interaction__in=mine).values_list("public_id", flat=True)
        return [push.chat_group(session) for session in sessions]

    def _signal(self, message: dict[str, Any]) -> None:
        """From her page of a call she is in to another's of the same call."""
        leg = self._talk(public_id(message.get("leg")))
        to, data = message.get("to"), message.get("data")
        if leg is None or not isinstance(to, str) or not isinstance(data, dict):
            return
        group = talks.group_of(leg.interaction, to)
        if group:
            kernel_push.send(group, talks.signal(leg.interaction, str(leg.public_id), to, data))

    def _hears(self, key: uuid.UUID | None) -> None:
        """Her desk receives the customer's voice."""
        leg = self._talk(key)
        if leg is not None:
            told = VOICES[Carrier.WEB].parse({"kind": "up", "id": str(leg.public_id), "side": media.Side.AGENT})
            voice_events.happened(leg.interaction, told)

    def _talk(self, key: uuid.UUID | None) -> Leg | None:
        if key is None:
            return None
        legs = Leg.objects.select_related("interaction").filter(agent=self.agent, public_id=key)
        return legs.filter(state=LegState.HANDLING).first()

    def _instead(self, key: uuid.UUID | None) -> None:
        """What this page was before it had this socket is over."""
        assert self.agent is not None
        if key is not None and key != self.key:
            presence.replaced(self.agent, key)
