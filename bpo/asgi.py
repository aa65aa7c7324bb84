"""The ASGI entry: HTTP to Django, websockets to bpo.sockets, both behind the proxies we trust."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bpo.settings.development")
os.environ.setdefault("DATABASE_POOL", "16")  # see base.py: threads of requests share a pool

from django.core.asgi import get_asgi_application

http = get_asgi_application()

from channels.routing import ProtocolTypeRouter
from django.conf import settings
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bpo.kernel.settling import settle
from bpo.sockets import websockets

# Who calls and by which scheme, as the proxies we trust tell it, for pages and sockets alike; the server is started
# with --no-proxy-headers, so that nobody else's word is taken before.
application = ProxyHeadersMiddleware(
    ProtocolTypeRouter({"http": http, "websocket": websockets}),  # type: ignore[arg-type]
    trusted_hosts=settings.TRUSTED_PROXIES,
)

settle()
