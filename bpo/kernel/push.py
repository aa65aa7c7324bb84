"""Nudges to browsers and starts of tasks, behind one breaker: a dead Redis costs 200 ms a second, never an error."""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from asgiref.sync import async_to_sync
from celery import Task
from channels.layers import get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.conf import settings
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

REST_SECONDS = 1.0
FAILURES = (redis.RedisError, OperationalError, OSError)


class Breaker:
    """After one failure nobody in this process tries again before the rest is over."""

    def __init__(self, rest: float = REST_SECONDS, *, what: str = "redis") -> None:
        self.rest, self.what = rest, what
        self._closed_until = 0.0

    def open(self) -> bool:
        """May a call be tried now?"""
        return time.monotonic() >= self._closed_until

    def trip(self, error: Exception) -> None:
        """A call failed."""
        self._closed_until = time.monotonic() + self.rest
        logger.warning("%s does not answer, resting %.0f s: %s", self.what, self.rest, error)

    def reset(self) -> None:
        """Forget the last failure."""
        self._closed_until = 0.0


breaker = Breaker()

# Connections that nobody uses now, with how many answers Redis owes each. The client's own pool costs more at every
# nudge than the nudge itself.
_idle: deque[tuple[Any, int]] = deque()


def _connection() -> tuple[Any, int]:
    """One that gives up after 200 ms, and how many answers are to be read from it."""
    try:
        idle, owed = _idle.pop()
    except IndexError:
        idle, owed = None, 0
    if idle is not None and idle.pid == os.getpid():
        return idle, owed
    seconds = settings.REDIS_SECONDS
    pool = redis.ConnectionPool.from_url(settings.REDIS_URL, socket_timeout=seconds, socket_connect_timeout=seconds)
    return pool.make_connection(), 0


class _Gathered(threading.local):
    """What this thread is told to send while it gathers; None when it does not."""

    messages: list[tuple[str, dict[str, Any]]] | None = None


_gathered = _Gathered()


def send(group: str, message: dict[str, Any]) -> bool:
    """Tell a group of sockets; message["type"] names the consumer's method. Never raises; False if it was not sent."""
    if _gathered.messages is not None:
        _gathered.messages.append((group, message))
        return True
    return _send([(group, message)])


@contextmanager
def together() -> Iterator[None]:
    """What is sent in this block goes out at its end, in one way to Redis and back."""
    if _gathered.messages is not None:
        yield
        return
    gathered = _gathered.messages = []
    try:
        yield
    finally:
        _gathered.messages = None
        if gathered:
            _send(gathered)


def answers() -> bool:
    """Whether Redis takes words now: what two browsers say to each other goes through it."""
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=settings.REDIS_SECONDS, socket_connect_timeout=settings.REDIS_SECONDS
        ) as server:
            return bool(server.ping())
    except FAILURES:
        return False


def _send(messages: list[tuple[str, dict[str, Any]]]) -> bool:
    if not breaker.open():
        return False
    layer = get_channel_layer()
    try:
        if isinstance(layer, RedisPubSubChannelLayer):
            # Published directly: the layer's own send would open an event loop and a connection for every nudge.
            where = layer._kwargs.get("prefix", "asgi") + "__group__"
            commands = [("PUBLISH", where + group, layer.serialize(message)) for group, message in messages]
            try:
                _publish(commands)
            except redis.ConnectionError:  # it was closed since the last nudge, as by a restart of Redis
                _publish(commands)
        elif layer is not None:
            for group, message in messages:
                async_to_sync(layer.group_send)(group, message)
    except FAILURES as error:
        breaker.trip(error)
        return False
    return True


def _publish(commands: list[tuple[str, str, bytes]]) -> None:
    """All in one way there. The answers say nothing anybody needs and are read before the next nudge, when they are
    there: to wait for them costs more than to send. So a Redis that dies is found by the nudge after the lost one."""
    connection, owed = _connection()
    try:
        for _answer in range(owed):
            connection.read_response()
        if owed and connection.can_read(0):  # which raises where the other side has closed
            raise redis.ConnectionError("more answers than questions")
        owed = 0
        connection.send_packed_command(connection.pack_commands(commands))
        owed = len(commands)
    except BaseException:
        connection.disconnect()  # answers may be left in it
        owed = 0
        raise
    finally:
        _idle.append((connection, owed))


def start(task: Task[..., Any], *args: Any) -> bool:
    """Start a task now. False for a dead broker: the task's row is then found by beat or sweep."""
    if not breaker.open():
        return False
    try:
        task.apply_async(args=args, retry=False)
    except FAILURES as error:
        breaker.trip(error)
        return False
    return True
