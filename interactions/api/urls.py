"""Addresses of the API."""

from django.urls import URLPattern, URLResolver, path

from interactions.api import inbound

urlpatterns: list[URLPattern | URLResolver] = [
    path("inbound/email/<uuid:public_id>/", inbound.email, name="inbound-email"),
]
