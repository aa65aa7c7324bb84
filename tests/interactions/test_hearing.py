"""Redis does not answer: sockets are sent away or told that they hear nothing, and told when they hear again."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import redis
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from channels_redis.pubsub import RedisPubSubLoopLayer

from agents.models import Agent, Seat
from bpo.kernel import push
from bpo.settings.push import push_hosts
from bpo.sockets import TRY_LATER, websockets
from interactions.consumers import hearing
from interactions.consumers.console import ConsoleConsumer
from tests import factories as make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


async def heard(line: WebsocketCommunicator, kind: str) -> dict[str, Any]:
    """The next message of that kind; others are passed over."""
    for _each in range(10):
        data = json.loads(await line.receive_from(timeout=10))
        if data["kind"] == kind:
            return data
    raise AssertionError(f"no {kind} came")


async def sent_away(line: WebsocketCommunicator) -> bool:
    """Whether it was closed with the code by which a page tries again later."""
    accepted, _protocol = await line.connect(timeout=10)
    closed = await line.receive_output(timeout=10)
    return bool(accepted) and (closed["type"], closed["code"]) == ("websocket.close", TRY_LATER)


async def test_a_socket_that_cannot_be_told_anything_is_sent_away(settings: Any) -> None:
    nowhere = {"hosts": push_hosts("redis://127.0.0.1:1/0", 0.2), "prefix": "nowhere"}
    settings.CHANNEL_LAYERS = {"default": {**settings.CHANNEL_LAYERS["default"], "CONFIG": nowhere}}
    assert await sent_away(WebsocketCommunicator(websockets, "/ws/chat/"))
    assert not push.breaker.open()


async def test_while_the_breaker_rests_no_socket_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push.breaker, "rest", 60.0)
    push.breaker.trip(redis.ConnectionError("gone"))
    assert await sent_away(WebsocketCommunicator(websockets, "/ws/console/"))
    push.breaker.reset()


async def test_an_open_desk_is_told_that_it_hears_nothing_and_then_that_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def dead(*args: Any) -> None:
        raise redis.ConnectionError("gone")

    @database_sync_to_async
    def bea() -> Agent:
        return Agent.objects.select_related("user").get(pk=make.agent("Bea Brown").pk)

    monkeypatch.setattr(hearing, "EVERY", 0.1)
    agent = await bea()
    line = WebsocketCommunicator(ConsoleConsumer.as_asgi(), "/ws/console/")
    line.scope["user"] = agent.user
    await line.connect()
    await heard(line, "hello")
    with monkeypatch.context() as away:
        away.setattr(RedisPubSubLoopLayer, "send", dead)
        await heard(line, "deaf")
        assert (await database_sync_to_async(Seat.objects.get)(agent=agent)).connected
        late = WebsocketCommunicator(ConsoleConsumer.as_asgi(), "/ws/console/")
        late.scope["user"] = agent.user
        await late.connect()
        await heard(late, "deaf")
        await late.disconnect()
    await heard(line, "hearing")
    await line.disconnect()


async def test_a_desk_that_was_deaf_for_a_moment_is_told_so_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis was killed and there again between two words to ourselves: what was pushed in between is lost."""

    async def lost(*args: Any) -> None:
        """Taken, and heard by nobody: the subscription is not there again."""

    @database_sync_to_async
    def bea() -> Agent:
        return Agent.objects.select_related("user").get(pk=make.agent("Bea Brown").pk)

    monkeypatch.setattr(hearing, "EVERY", 0.1)
    agent = await bea()
    line = WebsocketCommunicator(ConsoleConsumer.as_asgi(), "/ws/console/")
    line.scope["user"] = agent.user
    await line.connect()
    await heard(line, "hello")
    await asyncio.sleep(0.4)
    with monkeypatch.context() as away:
        away.setattr(RedisPubSubLoopLayer, "send", lost)
        await asyncio.sleep(0.3)
    await heard(line, "deaf")
    await heard(line, "hearing")
    await line.disconnect()
