"""A played colleague: signs in with a session, keeps the desk's socket open, answers offers and works her items."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import uuid

import aiohttp
from asgiref.sync import sync_to_async

from bpo.demo.content.shapes import TalkContent
from bpo.demo.simulator import answering, seeing
from bpo.demo.simulator.browser import Browser, SignedOut
from bpo.demo.simulator.seeing import Item

logger = logging.getLogger(__name__)

LOOKS_EVERY = 3.0
SCRIPT_PACE = (5, 12)
VOICE_STEPS = 9


class Colleague:
    """One agent at her desk."""

    def __init__(self, key: str, email: str, base: str, simulator_pass: str) -> None:
        self.key, self.email = key, email
        self.browser = Browser(base, simulator_pass)
        self.draw = random.Random()
        self.woken = asyncio.Event()
        self.working: dict[str, asyncio.Task[None]] = {}
        self.away_until = 0.0
        self.here = False
        self.gone = False

    def go(self, task: asyncio.Task[None]) -> None:
        """Her chair is taken, or the floor is switched off. A cancellation alone may be lost where a wait just ends."""
        self.gone = True
        task.cancel()

    async def run(self) -> None:
        """Until she goes; a server that restarts is waited for."""
        try:
            while not self.gone:
                try:
                    await self.browser.sign_in(self.key)
                    await self._at_desk()
                except (SignedOut, TimeoutError, aiohttp.ClientError, OSError) as error:
                    logger.info("%s comes back in a moment: %s", self.key, error)
                await asyncio.sleep(self.draw.uniform(3, 6))
        finally:
            for task in self.working.values():
                task.cancel()
            with contextlib.suppress(Exception):
                await self.browser.session.close()

    async def _at_desk(self) -> None:
        url = f"{self.browser.base}/ws/console/"
        async with self.browser.session.ws_connect(url, headers={"Origin": self.browser.base}) as socket:
            await self.post("/console/presence/available/")
            self.here = True
            listening = asyncio.create_task(self._listen(socket))
            try:
                while not (self.gone or listening.done()):
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self.woken.wait(), LOOKS_EVERY)
                    self.woken.clear()
                    await self._look()
            finally:
                self.here = False
                listening.cancel()
                with contextlib.suppress(asyncio.CancelledError, aiohttp.ClientError):
                    await listening

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            try:
                message = await socket.receive(timeout=20)
            except TimeoutError:
                await socket.send_json({"kind": "ping"})
                continue
            if message.type is not aiohttp.WSMsgType.TEXT:
                return
            data = message.json()
            if data.get("kind") in ("step_aside", "signed_out"):
                raise SignedOut(str(data["kind"]))
            if data.get("kind") == "offer":
                await socket.send_json({"kind": "card_shown", "leg": data.get("leg")})
            self.woken.set()

    async def _look(self) -> None:
        """Begin what lies there and is not being worked yet."""
        for leg in [leg for leg, task in self.working.items() if task.done()]:
            del self.working[leg]
        for item in await sync_to_async(seeing.items)(self.email):
            if item.leg not in self.working:
                self.working[item.leg] = asyncio.create_task(self._work(item))

    async def post(self, path: str, data: dict[str, str] | None = None) -> bool:
        """Press a button; a refusal (too late, moved on) is no harm."""
        status, _ = await self.browser.post(path, data)
        return status < 400

    async def rest(self, reason: str, seconds: float) -> None:
        """Away for a while; with items open, after them."""
        if not self.here:
            return
        await self.post("/console/presence/away/", {"reason": reason})
        await asyncio.sleep(seconds)
        if self.here:
            await self.post("/console/presence/available/")

    async def leave(self) -> None:
        """Gone home, or a visitor takes the chair: work in hand ends first."""
        with contextlib.suppress(SignedOut, TimeoutError, aiohttp.ClientError, OSError):
            await self.post("/console/presence/sign-out/", {"after": "1"})

    # --- one item ----------------------------------------------------------------------------------------------------

    async def _work(self, item: Item) -> None:
        try:
            await self._worked(item)
        except (SignedOut, TimeoutError, aiohttp.ClientError, OSError) as error:
            logger.info("%s lost an item for a moment: %s", self.key, error)

    async def _worked(self, item: Item) -> None:
        if item.state == "offered" and item.web_call:  # she has no voice, and does as a desk without a microphone
            await self.post(f"/console/offers/{item.leg}/busy/")
            return
        if item.state == "offered":
            await asyncio.sleep(self.draw.uniform(1.5, 5))
            if item.carrier == "web":  # she has no microphone
                await self.post(f"/console/offers/{item.leg}/busy/")
                return
            if not await self.post(f"/console/offers/{item.leg}/accept/"):
                return
            item = await self._fresh(item) or item
        if item.state == "handling":
            talk = answering.talk_of(item, self.draw)
            match item.channel:
                case "chat":
                    await self._chat(item, talk)
                case "email":
                    await self._mail(item, talk)
                case _ if item.carrier:
                    await self._talk(item, talk)
                case _:
                    await self._call(item, talk)
        if (fresh := await self._fresh(item)) and fresh.state == "wrapping":
            await self._wrap_up(fresh, answering.talk_of(fresh, self.draw))

    async def _fresh(self, item: Item) -> Item | None:
        return next((each for each in await sync_to_async(seeing.items)(self.email) if each.leg == item.leg), None)

    async def _step(self, item: Item) -> None:
        """One step of the script, if there is one to take."""
        data = answering.answer_of(item, self.draw)
        if data is not None:
            await self.post(f"/console/legs/{item.leg}/script/answer/", data)

    async def _chat(self, item: Item, talk: TalkContent) -> None:
        """Greets, answers each message, follows the script meanwhile, resolves when the customer has thanked."""
        said = item.said_out
        patience = 60.0
        while (fresh := await self._fresh(item)) and fresh.state == "handling":
            lines = answering.lines_of(fresh, talk)
            if said <= fresh.said_in and said < len(lines) and fresh.said_in >= min(said, len(talk.customer)):
                await asyncio.sleep(self.draw.uniform(4, 11))
                await self.post(f"/console/legs/{item.leg}/send/", {"text": lines[said], "key": uuid.uuid4().hex})
                said += 1
                patience = 60.0
                continue
            if said >= len(lines):
                await asyncio.sleep(self.draw.uniform(4, 8))
                await self._resolve(item, talk)
                return
            await self._step(fresh)
            pause = self.draw.uniform(*SCRIPT_PACE)
            patience -= pause
            if patience < 0:
                await self._resolve(item, talk)
                return
            await asyncio.sleep(pause)

    async def _mail(self, item: Item, talk: TalkContent) -> None:
        """Reads, follows the script, answers and resolves in one."""
        for _ in range(4):
            await asyncio.sleep(self.draw.uniform(*SCRIPT_PACE))
            fresh = await self._fresh(item)
            if fresh is None or fresh.state != "handling":
                return
            await self._step(fresh)
        text = answering.letter_of(item, talk)
        await self.post(
            f"/console/legs/{item.leg}/reply/",
            {"text": text, "then": "resolve", "summary": talk.summary, "outcome": talk.disposition},
        )

    async def _call(self, item: Item, talk: TalkContent) -> None:
        """Dials, reports what came of it, and follows the script when the customer is there."""
        await asyncio.sleep(self.draw.uniform(3, 8))
        await self.post(f"/console/legs/{item.leg}/dialled/")
        await asyncio.sleep(self.draw.uniform(6, 14))
        result = self.draw.choices(["reached", "no_answer", "busy", "voicemail_left"], [80, 12, 3, 5])[0]
        await self.post(f"/console/legs/{item.leg}/report/", {"result": result})
        if result == "reached":
            await self._talk(item, talk)

    async def _talk(self, item: Item, talk: TalkContent) -> None:
        """Follows the script with the customer on the line, and resolves."""
        for _ in range(VOICE_STEPS):
            await asyncio.sleep(self.draw.uniform(*SCRIPT_PACE))
            fresh = await self._fresh(item)
            if fresh is None or fresh.state != "handling":
                return
            await self._step(fresh)
        await self._resolve(item, talk)

    async def _resolve(self, item: Item, talk: TalkContent) -> None:
        data = {
            "summary": talk.summary,
            "outcome": talk.disposition,
            "confirmed": "yes" if item.channel == "voice" else "",
        }
        if not await self.post(f"/console/legs/{item.leg}/resolve/", data):
            await self.post(f"/console/legs/{item.leg}/end/")

    async def _wrap_up(self, item: Item, talk: TalkContent) -> None:
        await asyncio.sleep(self.draw.uniform(4, 16))
        if self.draw.random() < 0.04:
            return  # runs out, as it does on every floor
        await self.post(f"/console/legs/{item.leg}/wrap-up/", answering.disposition_of(item, talk))
