"""The WSGI entry, for tools that want one; sockets need bpo.asgi."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bpo.settings.development")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
