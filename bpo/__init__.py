"""The project package: the roof (urls, asgi, sockets), the settings and the floor (kernel, accounts)."""

from bpo.celery import app as celery_app

__all__ = ["celery_app"]
