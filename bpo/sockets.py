"""Which socket goes to which consumer, and who may open it."""

from importlib.util import find_spec
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator, WebsocketDenier


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
    """Choose by path; an unknown path is closed, not an error."""
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
