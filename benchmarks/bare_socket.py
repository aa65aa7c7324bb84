"""The bare arm of the sockets: a consumer that joins one group and relays, before any code of ours."""

import os

import django
from django.conf import settings

from bpo.settings.push import push_hosts

settings.configure(
    SECRET_KEY="bare",
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["channels"],
    ROOT_URLCONF=__name__,
    LOGGING_CONFIG=None,
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": push_hosts(os.environ["REDIS_URL"], 0.2), "prefix": "bpo"},
        }
    },
)
django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

urlpatterns: list[object] = []


class Relay(AsyncWebsocketConsumer):
    """One group a socket."""

    async def connect(self) -> None:
        """Join."""
        self.group = f"bare.{self.scope['url_route']['kwargs']['number']}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        """Leave."""
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def nudge(self, event: dict[str, str]) -> None:
        """Relay."""
        await self.send(text_data=event["text"])


application = ProtocolTypeRouter(
    {"http": get_asgi_application(), "websocket": URLRouter([path("ws/<int:number>/", Relay.as_asgi())])}
)
