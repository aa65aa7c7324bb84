"""Every address of the product; wiring only."""

from importlib.util import find_spec

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import admin
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from bpo import front, health

admin.site.site_header = settings.OPERATOR_NAME
admin.site.site_title = settings.OPERATOR_NAME

# Swagger UI styles its page inline; that is allowed on this page alone. Its script comes from an address of its own.
swagger = csp_update({"style-src": ["'unsafe-inline'"], "worker-src": ["blob:"]})(
    SpectacularSwaggerSplitView.as_view(url_name="schema")
)


def app(prefix: str, module: str) -> list[URLPattern | URLResolver]:
    """The addresses of an app, if it has any."""
    return [path(prefix, include(module))] if find_spec(module) else []


handler400 = "bpo.error_pages.bad_request"
handler404 = "bpo.error_pages.not_found"
handler500 = "bpo.error_pages.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("favicon.ico", RedirectView.as_view(url=static("img/favicon.svg")), name="favicon"),
    path("metrics", health.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("accounts/", include("bpo.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", swagger, name="api_docs"),
    *(app("api/v1/", "interactions.api.urls") if find_spec("interactions.api") else []),
    *(app("", "bpo.demo.urls") if "bpo.demo" in settings.INSTALLED_APPS else []),
    path("", front.home, name="home"),  # on a real floor; the demo's first page comes before it
    path("home/", front.home, name="my-place"),
    *app("", "clients.urls"),
    *app("", "agents.urls"),
    *app("", "interactions.urls"),
]
