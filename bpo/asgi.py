"""The ASGI entry: HTTP to Django, websockets to bpo.sockets."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bpo.settings.development")
os.environ.setdefault("DATABASE_POOL", "16")  # see base.py: threads of requests share a pool

from django.core.asgi import get_asgi_application

http = get_asgi_application()

from channels.routing import ProtocolTypeRouter

from bpo.sockets import websockets

application = ProtocolTypeRouter({"http": http, "websocket": websockets})
