"""Keeps the floor alive: who is at work, who writes when, and room for a visitor; all of it off with one switch."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from asgiref.sync import sync_to_async

from bpo.demo.simulator import customers, seeing
from bpo.demo.simulator.browser import SignedOut
from bpo.demo.simulator.colleague import Colleague
from bpo.demo.simulator.seeing import Desk, Floor
from bpo.demo.simulator.telephones import Exchange
from bpo.demo.visits import HEADER

logger = logging.getLogger(__name__)

TICK = 2.0
CHAT_EVERY, MAIL_EVERY, CALL_EVERY, RING_EVERY, BREAK_EVERY = 13.0, 50.0, 100.0, 40.0, 45.0
MOST_WAITING = 12
MOST_AWAY = 3
ROOM_EVERY = 60.0
VISITOR_IDLE = 12.0
BREAKS = (("Break", 90), ("Lunch", 240), ("Training", 180), ("Coaching", 120))


@dataclass(slots=True)
class Conductor:
    """The loop; `colleagues` are those who are played just now."""

    base: str
    simulator_pass: str
    draw: random.Random = field(default_factory=random.Random)
    colleagues: dict[str, tuple[Colleague, asyncio.Task[None]]] = field(default_factory=dict)
    plays: set[asyncio.Task[None]] = field(default_factory=set)
    next_chat: float = 0.0
    next_mail: float = 8.0
    next_call: float = 20.0
    next_ring: float = 12.0
    next_break: float = 60.0
    next_room: float = 0.0
    visitor_ready_since: float = 0.0
    exchange: Exchange = field(init=False)

    async def run(self) -> None:
        """Until cancelled."""
        async with Exchange(self.base) as self.exchange:
            await sync_to_async(seeing.exchange_opens)(self.exchange.url)
            try:
                while True:
                    try:
                        await self._tick()
                    except Exception:
                        logger.exception("the simulator stumbled and goes on")
                    await asyncio.sleep(TICK)
            finally:
                await self._everybody_out()

    async def _tick(self) -> None:
        floor = await sync_to_async(seeing.floor)()
        if not floor.on:
            await self._everybody_out()
            return
        await self._staff(floor)
        await sync_to_async(seeing.mark_simulated)(HEADER, self.simulator_pass)
        now = time.monotonic()
        await self._room_for_visitors(floor, now)
        if floor.waiting > MOST_WAITING:
            return
        if now >= self.next_chat:
            self.next_chat = now + self.draw.expovariate(1 / CHAT_EVERY)
            self._play(self._chat(self._slugs(floor)))
        if now >= self.next_mail:
            self.next_mail = now + self.draw.expovariate(1 / MAIL_EVERY)
            self._play(self._mail())
        if now >= self.next_call:
            self.next_call = now + self.draw.expovariate(1 / CALL_EVERY)
            self._play(self._call())
        if now >= self.next_ring:
            self.next_ring = now + self.draw.expovariate(1 / RING_EVERY)
            self._play(self._ring())
        if now >= self.next_break:
            self.next_break = now + self.draw.expovariate(1 / BREAK_EVERY)
            self._break(floor)

    async def _staff(self, floor: Floor) -> None:
        """Sign the colleagues in, and let go of those whose chair a visitor took."""
        wanted = {desk.key: desk for desk in floor.colleagues}
        for key in set(self.colleagues) - set(wanted):
            # The visitor has signed in as her: her desk is his, nothing is signed out.
            colleague, task = self.colleagues.pop(key)
            colleague.go(task)
        missing = [desk for key, desk in wanted.items() if key not in self.colleagues]
        for desk in missing[:3]:
            colleague = Colleague(desk.key, desk.email, self.base, self.simulator_pass)
            self.colleagues[desk.key] = (colleague, asyncio.create_task(colleague.run()))

    async def _everybody_out(self) -> None:
        """The switch is off, or we stop: finish what is in hand, then go."""
        if not self.colleagues and not self.plays:
            return
        leaving = [colleague for colleague, _ in self.colleagues.values()]
        await asyncio.gather(*(colleague.leave() for colleague in leaving), return_exceptions=True)
        for colleague, task in self.colleagues.values():
            colleague.go(task)
        for play in self.plays:
            play.cancel()
        await asyncio.gather(*(task for _, task in self.colleagues.values()), *self.plays, return_exceptions=True)
        self.colleagues.clear()
        self.plays.clear()

    async def _room_for_visitors(self, floor: Floor, now: float) -> None:
        """A visitor who is ready gets the next chat: colleagues of his companies meet for a moment, somebody writes."""
        ready = [desk for desk in floor.visitors if desk.presence == "available" and desk.live == 0]
        if not ready:
            self.visitor_ready_since = 0.0
            return
        if not self.visitor_ready_since:
            self.visitor_ready_since = now
            if now >= self.next_room:
                self.next_room = now + ROOM_EVERY
                self._make_room(floor, ready[0])
            return
        if now - self.visitor_ready_since > VISITOR_IDLE and now >= self.next_chat - CHAT_EVERY:
            # A long wait would be dull: somebody who can be answered writes now.
            self.visitor_ready_since = now
            self.next_chat = now + CHAT_EVERY
            if now >= self.next_room:
                self.next_room = now + ROOM_EVERY
                self._make_room(floor, ready[0])
            self._play(self._chat(list(ready[0].slugs), language="en"))

    def _make_room(self, floor: Floor, visitor: Desk) -> None:
        """Whoever was idle longer than the visitor would be asked before him."""
        for desk in floor.colleagues:
            if desk.key in self.colleagues and desk.presence == "available" and set(desk.slugs) & set(visitor.slugs):
                colleague = self.colleagues[desk.key][0]
                self._play(colleague.rest("Meeting", self.draw.uniform(25, 45)))

    def _slugs(self, floor: Floor) -> list[str]:
        """Companies in the proportion of their size."""
        names = list(seeing.BY_SLUG)
        weights = [seeing.BY_SLUG[name].a_day["chat"] for name in names]
        return self.draw.choices(names, weights)

    async def _chat(self, slugs: list[str], language: str = "") -> None:
        person = await sync_to_async(seeing.next_person)(slugs, language)
        if person and person.widget and person.chat_open:
            await customers.chat(self.base, self.simulator_pass, person, self.draw)

    async def _mail(self) -> None:
        person = await sync_to_async(seeing.next_person)(list(seeing.BY_SLUG))
        if person:
            await customers.write_mail(self.simulator_pass, person, self.draw)

    async def _call(self) -> None:
        person = await sync_to_async(seeing.next_person)(list(seeing.BY_SLUG))
        if person and person.form and person.call_open:
            await customers.ask_for_call(self.base, self.simulator_pass, person, self.draw)

    async def _ring(self) -> None:
        person = await sync_to_async(seeing.next_person)(list(seeing.BY_SLUG))
        if person and person.number and person.phone:
            await customers.telephone(self.exchange, person, self.draw)

    def _break(self, floor: Floor) -> None:
        away = sum(desk.presence == "break" for desk in floor.colleagues)
        idle = [
            desk for desk in floor.colleagues
            if desk.presence == "available" and desk.live == 0 and desk.key in self.colleagues
        ]  # fmt: skip
        if idle and away < MOST_AWAY:
            reason, seconds = self.draw.choice(BREAKS)
            self._play(
                self.colleagues[self.draw.choice(idle).key][0].rest(reason, seconds * self.draw.uniform(0.6, 1.4))
            )

    def _play(self, play: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_quietly(play))
        self.plays.add(task)
        task.add_done_callback(self.plays.discard)


async def _quietly(play: Coroutine[Any, Any, None]) -> None:
    with contextlib.suppress(SignedOut, TimeoutError, aiohttp.ClientError, OSError):
        await play
