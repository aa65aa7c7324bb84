"""A track of a recording as an answer: whole or the part that was asked for."""

from __future__ import annotations

import re

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase

from interactions.models import Recording, Track

MOST_AT_ONCE = 1024 * 1024
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def track_of(recording: Recording, side: str) -> Track:
    """The track of this side, if there is a file; else 404."""
    found = Track.objects.filter(recording=recording, side=side).first()
    if found is None or not found.path or not default_storage.exists(found.path):
        raise Http404
    return found


def sound(request: HttpRequest, track: Track) -> HttpResponseBase:
    """The file or the part of it that was asked for."""
    total = track.bytes
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    first, last = _part(asked[1], asked[2], total) if asked else (0, total - 1)
    if asked:  # a player asks for all that follows; it asks again for what it does not get
        last = min(last, first + MOST_AT_ONCE - 1)
    if first > last or first >= total:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{total}"})
    answer: HttpResponseBase
    if request.method != "GET":  # a HEAD asks for the length alone
        answer = HttpResponse(content_type=track.content_type)
    elif asked:
        with default_storage.open(track.path, "rb") as file:
            file.seek(first)
            answer = HttpResponse(file.read(last - first + 1), status=206, content_type=track.content_type)
    else:
        answer = FileResponse(default_storage.open(track.path, "rb"), content_type=track.content_type)
    answer["Content-Length"] = str(last - first + 1)
    if asked:
        answer["Content-Range"] = f"bytes {first}-{last}/{total}"
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Disposition"] = "inline"
    return answer


def _part(first: str, last: str, total: int) -> tuple[int, int]:
    if not first:
        return max(0, total - int(last or 0)), total - 1
    return int(first), min(int(last), total - 1) if last else total - 1
