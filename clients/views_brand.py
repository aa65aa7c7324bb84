"""A client's stylesheet and logo, under addresses that change with their content and may be kept for ever."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from clients.brand_css import brand_block
from clients.models import Brand
from clients.validators import PNG

A_YEAR = 365 * 24 * 3600


@require_safe
def stylesheet(request: HttpRequest, public_id: UUID, digest: str) -> HttpResponse:
    """The colour tokens of `.brand-<id>`; public, since the client's own site shows the same colours."""
    brand = get_object_or_404(Brand, public_id=public_id)
    return _kept(HttpResponse(brand_block(f".{brand.css_class}", brand.colour), content_type="text/css"), brand, digest)


@require_safe
def logo(request: HttpRequest, public_id: UUID, digest: str) -> HttpResponse:
    """The logo; its type is told by its bytes, which were checked when it was uploaded."""
    brand = get_object_or_404(Brand, public_id=public_id)
    if not brand.logo:
        raise Http404
    try:
        with brand.logo.open("rb") as file:
            content = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    kind = "image/png" if content.startswith(PNG) else "image/jpeg"
    return _kept(HttpResponse(content, content_type=kind), brand, digest)


def _kept(response: HttpResponse, brand: Brand, digest: str) -> HttpResponse:
    # An old address still answers, with what is true now, and is not kept.
    if digest == brand.digest:
        patch_cache_control(response, public=True, max_age=A_YEAR, immutable=True)
    else:
        patch_cache_control(response, no_cache=True)
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
