"""A track of a recording as an answer: whole or the part that was asked for."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponseBase

from bpo.kernel import ranges
from interactions.models import Recording, Track


def track_of(recording: Recording, side: str) -> Track:
    """The track of this side, if there is a file; else 404."""
    found = Track.objects.filter(recording=recording, side=side).first()
    if found is None or not found.path or not default_storage.exists(found.path):
        raise Http404
    return found


def sound(request: HttpRequest, track: Track) -> HttpResponseBase:
    """The file or the part of it that was asked for; nothing on the way keeps it."""
    answer = ranges.answer(request, track.path, total=track.bytes, content_type=track.content_type)
    answer["Cache-Control"] = "private, no-store"
    return answer
