"""Addresses of the work's pages, one file an audience."""

from django.urls import include, path

from interactions.views import playing

urlpatterns = [
    path("console/", include("interactions.urls.console")),
    path("floor/", include("interactions.urls.floor")),
    path("portal/", include("interactions.urls.portal")),
    path("setup/", include("interactions.urls.setup")),
    path("recordings/<uuid:recording>/<slug:side>/", playing.track, name="recording-track"),
    path("", include("interactions.urls.customer")),
]
