"""Nudges reach a group; a dead Redis costs 200 ms once a second and never an error."""

import asyncio
import time
from collections import deque
from typing import Any

import pytest
import redis
from channels.layers import get_channel_layer
from django.conf import settings

from bpo.celery import app
from bpo.kernel import push


@app.task(name="tests.kernel.noop")
def noop() -> None:
    """Nothing, for starting."""


@pytest.fixture
def dead_redis(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = "redis://10.255.255.1:6379/0"
    monkeypatch.setattr(push, "_idle", deque())


async def test_a_nudge_reaches_the_group() -> None:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add("agent.bea", channel)
    assert push.send("agent.bea", {"type": "nudge", "kind": "items"})
    assert await layer.receive(channel) == {"type": "nudge", "kind": "items"}
    await layer.group_discard("agent.bea", channel)


async def test_nudges_of_one_event_go_out_together_and_in_order() -> None:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    for group in ("agent.bea", "agent.dee"):
        await layer.group_add(group, channel)
    with push.together():
        push.send("agent.bea", {"type": "nudge", "kind": "offer"})
        with push.together():
            push.send("agent.dee", {"type": "nudge", "kind": "item"})
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.shield(heard := asyncio.create_task(layer.receive(channel))), 0.2)
    assert [(await heard)["kind"], (await layer.receive(channel))["kind"]] == ["offer", "item"]
    for group in ("agent.bea", "agent.dee"):
        await layer.group_discard(group, channel)


async def test_a_nudge_after_a_restart_of_redis_is_sent() -> None:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add("agent.bea", channel)
    assert push.send("agent.bea", {"type": "nudge", "kind": "items"})
    with redis.Redis.from_url(settings.REDIS_URL) as other:
        other.client_kill_filter(_type="normal", skipme=True)
    assert push.send("agent.bea", {"type": "nudge", "kind": "again"})
    assert [(await layer.receive(channel))["kind"] for _ in range(2)] == ["items", "again"]
    await layer.group_discard("agent.bea", channel)


def test_a_dead_redis_costs_little_and_only_once_a_second(dead_redis: None, monkeypatch: pytest.MonkeyPatch) -> None:
    began = time.monotonic()
    assert not push.send("agent.bea", {"type": "nudge"})
    assert time.monotonic() - began < 0.4

    def asked(*_args: object, **_options: object) -> None:
        raise AssertionError("nobody is asked in the rest")

    monkeypatch.setattr(push, "_publish", asked)
    monkeypatch.setattr(noop, "apply_async", asked)
    assert not push.send("agent.bea", {"type": "nudge"})
    assert not push.start(noop)
    time.sleep(push.REST_SECONDS)
    assert push.breaker.open()


@pytest.mark.parametrize("address", ["redis://10.255.255.1:6379/1", "redis+socket:///nowhere/v.sock?virtual_host=1"])
def test_starting_a_task_with_a_dead_broker_costs_little(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    from celery import Celery
    from django.conf import settings

    lost = Celery("lost", broker=address, set_as_current=False)
    lost.conf.update(
        broker_transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        broker_connection_timeout=settings.CELERY_BROKER_CONNECTION_TIMEOUT,
        task_ignore_result=True,
    )

    @lost.task(name="tests.kernel.lost")
    def task() -> None:
        """Never runs."""

    began = time.monotonic()
    assert not push.start(task)
    assert time.monotonic() - began < 0.6
