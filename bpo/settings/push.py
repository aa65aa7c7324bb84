"""How the sockets' side of a process speaks to Redis."""

from typing import Any

from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff


def push_hosts(url: str, seconds: float) -> list[dict[str, Any]]:
    """One server for the channel layer: one try a call, given up after so many seconds. All sockets of a process share
    its connection; a try that waited would hold up every one of them."""
    limits = {"socket_timeout": seconds, "socket_connect_timeout": seconds, "retry": Retry(NoBackoff(), 0)}
    return [{"address": url, **limits}]
