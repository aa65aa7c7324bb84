"""The simulated exchange: customers' telephones that ring, hear the answer, are put on hold and hang up.

It is an exchange as any other (docs/voice.md): operations come in at its address, what happens goes out to the number's
door, both signed. No sound is made; who is bridged hears the other.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import random
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from bpo.kernel import words
from clients import webhooks

HOST = "127.0.0.1"
CONNECTS_WITHIN = (0.2, 0.8)  # seconds, as the media of a real line
TRIES, WAIT = 5, 1.0


@dataclass(frozen=True, slots=True)
class Number:
    """A door of kind phone, as its exchange knows it."""

    door: str
    secret: str


@dataclass(slots=True)
class Telephone:
    """A customer's telephone in one call."""

    number: Number
    id: str = field(default_factory=lambda: f"sim-{uuid.uuid4().hex}")
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    told: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    hears: frozenset[str] = frozenset()
    on_hold: bool = False
    over: bool = False
    operations: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    @property
    def talks(self) -> bool:
        """Whether somebody can be heard now."""
        return bool(self.hears) and not self.on_hold and not self.over

    def do(self, operation: str, facts: dict[str, Any]) -> None:
        """What the contact center asks; the same twice is once."""
        self.operations.append(operation)
        match operation:
            case "ring" if facts["on"]:
                self._tell("ringing", leg=facts["leg"])
            case "bridge":
                heard = frozenset(who for listener, who in facts["hears"] if listener == "customer")
                for leg in heard - self.hears:
                    self._tell("connected", leg=leg)
                self.hears = heard
            case "hold":
                self.on_hold = facts["on"]
            case "hang_up":
                self.over = True
        self.woken.set()

    def _tell(self, event: str, **facts: Any) -> None:
        self.told.put_nowait({"event": event, **facts})


def _is_fresh(sent_at: str) -> bool:
    at = words.whole(sent_at, digits=12)
    return at is not None and abs(time.time() - at) <= webhooks.TOLERANCE_SECONDS


def _fits(telephone: Telephone, event: str, at: str, body: bytes, given: str) -> bool:
    expected = webhooks.signature(telephone.number.secret, event, at, body)
    return hmac.compare_digest(expected.encode(), given.encode())


class Exchange:
    """All the telephones; `async with` opens its address."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.url = ""
        self.calls: dict[str, Telephone] = {}
        self.draw = random.Random()

    async def __aenter__(self) -> Exchange:
        self.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20))
        app = web.Application()
        app.router.add_post("/calls/{call}/{operation}", self._asked)
        self.runner = web.AppRunner(app, access_log=None)
        await self.runner.setup()
        await web.TCPSite(self.runner, HOST, 0).start()
        self.url = f"http://{HOST}:{self.runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.runner.cleanup()
        await self.session.close()

    async def _asked(self, request: web.Request) -> web.Response:
        telephone = self.calls.get(request.match_info["call"])
        if telephone is None:
            return web.Response(status=404)
        body = await request.read()
        event, at = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
        if not _is_fresh(at) or not _fits(telephone, event, at, body, request.headers.get("webhook-signature", "")):
            return web.Response(status=401)
        facts = json.loads(body)
        if (facts["call"], facts["operation"]) != (telephone.id, request.match_info["operation"]):
            return web.Response(status=401)
        if event not in telephone.seen:  # else somebody's copy; what is asked again is signed anew
            telephone.seen.add(event)
            telephone.do(facts["operation"], facts)
        return web.Response(status=204)

    @contextlib.asynccontextmanager
    async def dials(self, dialled: Number, **caller: Any) -> AsyncIterator[Telephone]:
        """A telephone whose call has arrived, or was turned away; who leaves the block hangs it up."""
        telephone = Telephone(dialled)
        self.calls[telephone.id] = telephone
        telling = None
        try:
            said = await self.tell(telephone, "arrived", **caller)
            telephone.over = said.get("state") == "closed"
            telling = asyncio.create_task(self._tells(telephone))
            yield telephone
        finally:
            if telling is not None:
                telling.cancel()
            self.calls.pop(telephone.id)
            if not telephone.over:
                with contextlib.suppress(TimeoutError, aiohttp.ClientError):
                    await self.tell(telephone, "hung_up")

    async def _tells(self, telephone: Telephone) -> None:
        """What happens at the telephone, in order."""
        while True:
            event = await telephone.told.get()
            await asyncio.sleep(self.draw.uniform(*CONNECTS_WITHIN))
            with contextlib.suppress(TimeoutError, aiohttp.ClientError):
                await self.tell(telephone, **event)

    async def tell(self, telephone: Telephone, event: str, **facts: Any) -> dict[str, Any]:
        """Post one event until it is taken; what the door answered."""
        body = json.dumps({"event": event, "call": telephone.id, "simulated": True, **facts}).encode()
        for attempt in range(TRIES):
            signed = webhooks.headers(telephone.number.secret, uuid.uuid4().hex, int(time.time()), body)
            headers = {"Content-Type": "application/json", **signed}
            address = f"{self.base}/api/v1/inbound/calls/{telephone.number.door}/"
            try:
                async with self.session.post(address, data=body, headers=headers) as answer:
                    if answer.status < 500:
                        found: dict[str, Any] = await answer.json()
                        return found
            except (TimeoutError, aiohttp.ClientError):
                if attempt == TRIES - 1:
                    raise
            await asyncio.sleep(WAIT * (attempt + 1))
        return {}
