"""The websockets and their consumers."""

from django.urls import URLPattern, URLResolver, path

from interactions.consumers.call import CallConsumer
from interactions.consumers.chat import ChatConsumer
from interactions.consumers.console import ConsoleConsumer
from interactions.consumers.floor import FloorConsumer
from interactions.consumers.listen import ListenConsumer

websocket_urlpatterns: list[URLPattern | URLResolver] = [
    path("ws/console/", ConsoleConsumer.as_asgi()),  # type: ignore[arg-type]
    path("ws/floor/", FloorConsumer.as_asgi()),  # type: ignore[arg-type]
    path("ws/listen/", ListenConsumer.as_asgi()),  # type: ignore[arg-type]
]

# No session here: the token of the first message says who it is (bpo.sockets).
customer_websocket_urlpatterns: list[URLPattern | URLResolver] = [
    path("ws/call/", CallConsumer.as_asgi()),  # type: ignore[arg-type]
    path("ws/chat/", ChatConsumer.as_asgi()),  # type: ignore[arg-type]
]
