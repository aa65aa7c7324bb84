"""A client's own sound, to whoever is at one of its published doors; its address changes with its content."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from bpo.kernel import ranges
from clients import sounds
from clients.models import EntryPoint
from interactions.views.customer import outlet

A_YEAR = 365 * 24 * 3600


@outlet.for_customers
@require_safe
def sound(request: HttpRequest, public_id: UUID, digest: str) -> HttpResponseBase:
    """The file or a part of it."""
    door = outlet.door(public_id)
    found = sounds.named(door.client, digest)
    if found is None or not door.client.is_live:
        raise outlet.Gone("sound")
    try:
        answer = ranges.answer(request, found.file.name or "", total=found.bytes, content_type=found.content_type)
    except FileNotFoundError as error:
        raise outlet.Gone("sound") from error
    patch_cache_control(answer, public=True, max_age=A_YEAR, immutable=True)
    return answer


def addresses(door: EntryPoint, language: str) -> dict[str, str]:
    """Where a caller of this language gets what this client uploaded, by kind."""
    of = sounds.of(door.client, language)
    return {kind: reverse("customer-sound", args=[door.public_id, each.digest]) for kind, each in of.items()}
