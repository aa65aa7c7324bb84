"""Which socket goes to which consumer, and who may open it."""

import contextlib
from importlib.util import find_spec
from typing import Any

import redis
from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator, WebsocketDenier

from bpo.kernel.push import breaker

TRY_LATER = 1013


def patterns(name: str) -> list[Any]:
    """The list of that name in interactions.sockets."""
    if not find_spec("interactions.sockets"):
        return []
    from interactions import sockets

    return list(getattr(sockets, name, []))


# A customer's page lives on another site and has no cookie: its consumer checks the origin against the entry
# point's list and the token of the first message. Everyone else comes from our own pages with a session.
customer_routes = patterns("customer_websocket_urlpatterns")
customers = URLRouter(customer_routes)
staff = AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(patterns("websocket_urlpatterns"))))


async def websockets(scope: Any, receive: Any, send: Any) -> None:
    """Choose by path. Without Redis nobody could be told anything: the page is sent away, asks by itself and tries
    again; a dead Redis costs one try a second, not one a page."""
    accepted = False

    async def noting(message: Any) -> None:
        nonlocal accepted
        accepted = accepted or message["type"] == "websocket.accept"
        await send(message)

    if not breaker.open():
        await _try_later(send, accepted)
        return
    try:
        await _by_path(scope, receive, noting)
    except redis.RedisError as error:
        breaker.trip(error)
        await _try_later(send, accepted)


async def _by_path(scope: Any, receive: Any, send: Any) -> None:
    """An unknown path is closed, not an error."""
    path = scope["path"].lstrip("/")
    if any(route.pattern.match(path) for route in customer_routes):
        await customers(scope, receive, send)
        return
    try:
        await staff(scope, receive, send)
    except ValueError as error:
        if "No route found" not in str(error):
            raise
        await WebsocketDenier()(scope, receive, send)


async def _try_later(send: Any, accepted: bool) -> None:
    """Closed with a code that the page understands: refused before it is open, a socket has none."""
    with contextlib.suppress(OSError):
        if not accepted:
            await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": TRY_LATER})
