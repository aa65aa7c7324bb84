"""The socket of a caller's page: what the chat window's does, and the signals by which browsers find each other."""

from __future__ import annotations

from typing import Any

from channels.db import database_sync_to_async

from bpo.kernel import push
from bpo.kernel.pace import Pace
from interactions import media, talks, voice_events
from interactions.adapters import VOICES
from interactions.consumers.chat import MALFORMED, MOST_BYTES, ChatConsumer
from interactions.models import Carrier, Interaction

Party = str
# In so many seconds; a connection takes some twenty signals, and says once that a voice has come.
SIGNALS = (200, 10.0)
UPS = (10, 10.0)


class CallConsumer(ChatConsumer):
    """One open page of a call."""

    upwards = {
        "ping": {"kind"},
        "seen": {"kind"},
        "signal": {"kind", "to", "data"},
        "up": {"kind", "id"},
    }
    relayed = frozenset({"status", "ended"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signals, self.ups = Pace(*SIGNALS), Pace(*UPS)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """As a chat's window; but a browser's description that is too long costs this connection, not the line."""
        if text_data is None or len(text_data) <= MOST_BYTES or self.session is None:
            await super().receive(text_data, bytes_data)

    async def _signal(self, message: dict[str, Any]) -> None:
        to, data = message.get("to"), message.get("data")
        if not isinstance(to, str) or not isinstance(data, dict):
            await self.close(MALFORMED)
            return
        if self.signals.allows():
            await database_sync_to_async(self._pass_on)(to, data)

    def _pass_on(self, to: Party, data: dict[str, Any]) -> None:
        interaction = self._interaction()
        group = talks.group_of(interaction, to) if interaction else ""
        if interaction is not None and group and to != talks.CUSTOMER:
            push.send(group, talks.signal(interaction, talks.CUSTOMER, to, data))

    async def _up(self, message: dict[str, Any]) -> None:
        party = message.get("id")
        if not isinstance(party, str):
            await self.close(MALFORMED)
            return
        if self.ups.allows():
            await database_sync_to_async(self._hears_agent)(party)

    def _hears_agent(self, party: Party) -> None:
        interaction = self._interaction()
        if interaction is not None:
            told = VOICES[Carrier.WEB].parse({"kind": "up", "id": party, "side": media.Side.CUSTOMER})
            voice_events.happened(interaction, told)

    def _interaction(self) -> Interaction | None:
        # The window may have gone over to a new contact since this socket was opened.
        assert self.session is not None
        return Interaction.objects.filter(chat_sessions=self.session.pk).first()

    async def nudge(self, message: dict[str, Any]) -> None:
        """A signal goes down as it came; the rest as in a chat's window."""
        if message.get("kind") == "signal":
            await self._say({"kind": "signal", "from": message.get("from"), "data": message.get("data")})
        else:
            await super().nudge(message)
