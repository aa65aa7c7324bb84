"""Played customers: a chat by the widget, a mail by SMTP, a call by telephone or asked for by the form."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import re
import smtplib
import time
import uuid
from email.message import EmailMessage
from email.utils import make_msgid

import aiohttp
from django.conf import settings

from bpo.demo.content.shapes import TalkContent
from bpo.demo.simulator import seeing
from bpo.demo.simulator.browser import Browser
from bpo.demo.simulator.telephones import Exchange
from bpo.demo.visits import HEADER
from bpo.embedded import mail

logger = logging.getLogger(__name__)

PATIENCE = (60, 240)
LONGEST_CHAT = 15 * 60
LONG_CALL = (90, 240)  # after which a customer has heard enough
WINDOW = re.compile(r'name="window"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="window"')
KEY = re.compile(r'name="key" value="([^"]+)"')


def talk_for(person: seeing.Person, draw: random.Random) -> TalkContent:
    """Something this person would write about, in her language, as often as in life."""
    content = seeing.content_of(person.slug)
    shares = {reason.code: reason.share for reason in content.reasons}
    talks = [talk for talk in content.talks if talk.language == person.language] or list(content.talks)
    return draw.choices(talks, [shares.get(talk.reason, 1) for talk in talks])[0]


async def chat(base: str, simulator_pass: str, person: seeing.Person, draw: random.Random) -> None:
    """Opens the window, waits, talks, says thank you, sometimes leaves or takes a call instead."""
    talk = talk_for(person, draw)
    path = f"/c/{person.widget}/chat"
    async with Browser(base, simulator_pass) as browser:
        begun = await browser.json(
            "POST",
            f"{path}/start/",
            {
                "key": uuid.uuid4().hex,
                "words": talk.customer[0],
                "name": person.name,
                "email": person.address,
                "phone": person.phone,
                "reason": talk.reason,
                "language": person.language,
                "page": f"{settings.SITE_URL}/sites/{person.slug}/contact/",
                "simulated": True,
            },
        )
        token = str(begun.get("token", ""))
        if not token or begun.get("state") == "closed":
            return
        woken = asyncio.Event()
        line = asyncio.create_task(_listen(browser, token, woken))
        try:
            await asyncio.wait_for(_converse(browser, path, token, person, talk, woken, draw), LONGEST_CHAT)
        except TimeoutError:
            await browser.json("POST", f"{path}/end/", {}, token)
        finally:
            line.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await line


async def _listen(browser: Browser, token: str, woken: asyncio.Event) -> None:
    """The window's socket: every nudge wakes the customer; it comes back after a restart."""
    while True:
        try:
            async with browser.session.ws_connect(f"{browser.base}/ws/chat/") as socket:
                await socket.send_json({"token": token})
                while True:
                    try:
                        message = await socket.receive(timeout=20)
                    except TimeoutError:
                        await socket.send_json({"kind": "ping"})
                        continue
                    if message.type is not aiohttp.WSMsgType.TEXT:
                        break
                    woken.set()
        except (TimeoutError, aiohttp.ClientError, ConnectionError):
            pass
        await asyncio.sleep(2)


async def _converse(
    browser: Browser,
    path: str,
    token: str,
    person: seeing.Person,
    talk: TalkContent,
    woken: asyncio.Event,
    draw: random.Random,
) -> None:
    said, heard = 1, 0
    patience = draw.uniform(*PATIENCE)
    wants_call = draw.random() < 0.35
    waited = 0.0
    while True:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(woken.wait(), 10)
        woken.clear()
        state = await browser.json("GET", f"{path}/state/", token=token)
        match state.get("state"):
            case "waiting":
                waited += 10
                if waited > 20 and wants_call and person.phone and state.get("offer_callback"):
                    await browser.json("POST", f"{path}/call/", {"number": person.phone}, token)
                    return
                if waited > patience:
                    await browser.json("POST", f"{path}/end/", {}, token)
                    return
            case "talking" | "held":
                answers = sum(1 for message in state["messages"] if message["who"] == "agent")
                # The first line of an agent is the greeting; each answer after it is answered.
                if answers > heard and said < len(talk.customer):
                    heard = answers
                    await asyncio.sleep(draw.uniform(4, 12))
                    key = uuid.uuid4().hex
                    await browser.json("POST", f"{path}/message/", {"key": key, "text": talk.customer[said]}, token)
                    said += 1
            case "wrap_up" | "closed" | None:
                if state and draw.random() < 0.5 and heard:
                    score = draw.choices([5, 4, 3, 2, 1], [45, 30, 12, 8, 5])[0]
                    await asyncio.sleep(draw.uniform(3, 8))
                    await browser.json("POST", f"{path}/survey/", {"score": score, "solved": score > 2}, token)
                return


async def telephone(exchange: Exchange, person: seeing.Person, draw: random.Random) -> None:
    """Dials the number, waits, talks until the other side is done; sometimes has heard enough, or no patience."""
    if person.number is None:
        return
    caller = {"number": person.phone, "name": person.name, "language": person.language}
    patience, enough, said = draw.uniform(*PATIENCE), draw.uniform(*LONG_CALL), 0.0
    async with exchange.dials(person.number, **caller) as phone:
        while not phone.over and patience > 0 and said < enough:
            began = time.monotonic()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(phone.woken.wait(), 2)
            phone.woken.clear()
            if phone.talks:
                said += time.monotonic() - began
            elif not said:
                patience -= time.monotonic() - began


async def write_mail(simulator_pass: str, person: seeing.Person, draw: random.Random) -> None:
    """A mail to the company's mailbox, by SMTP."""
    local = mail.running(settings.VAR)
    if local is None or not person.mailbox or not person.address:
        return
    talk = talk_for(person, draw)
    letter = EmailMessage()
    letter["From"] = f"{person.name} <{person.address}>"
    letter["To"] = person.mailbox
    letter["Subject"] = talk.subject
    letter["Message-ID"] = make_msgid(domain="mail.example")
    letter[HEADER] = simulator_pass
    letter.set_content("\n\n".join([" ".join(talk.customer[:2]), person.name]))

    def send() -> None:
        with smtplib.SMTP(local.host, local.smtp_port, timeout=10) as server:
            server.send_message(letter)

    await asyncio.to_thread(send)


async def ask_for_call(base: str, simulator_pass: str, person: seeing.Person, draw: random.Random) -> None:
    """The callback form: one of the next windows, number, and what it is about."""
    talk = talk_for(person, draw)
    path = f"/c/{person.form}/callback/"
    async with Browser(base, simulator_pass) as browser:
        _, page = await browser.get(path, params={"lang": person.language})
        key, windows = KEY.search(page), [first or second for first, second in WINDOW.findall(page)]
        if key is None or not windows:
            return
        await browser.post(
            path,
            {
                "key": key[1],
                "language": person.language,
                "number": person.phone,
                "name": person.name,
                "email": person.address.replace("@", "+sim@"),
                "reason": talk.reason,
                "words": talk.customer[0],
                "window": windows[min(len(windows) - 1, int(draw.expovariate(0.8)))],
            },
        )
