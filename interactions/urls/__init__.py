"""Addresses of the work's pages, one file an audience."""

from django.urls import include, path

urlpatterns = [
    path("console/", include("interactions.urls.console")),
    path("floor/", include("interactions.urls.floor")),
    path("portal/", include("interactions.urls.portal")),
    path("setup/", include("interactions.urls.setup")),
    path("", include("interactions.urls.customer")),
]
