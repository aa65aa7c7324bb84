"""A track of a recording, for whoever may hear it: whole or in parts, each listening written down."""

from __future__ import annotations

import re
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from bpo.accounts.models import User
from interactions import playback
from interactions.models import Recording, RecordingState, Track

RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


@require_safe
@login_required
def track(request: HttpRequest, recording: UUID, side: str) -> HttpResponse:
    """One side's voice."""
    assert isinstance(request.user, User)
    rows = playback.audible_to(request.user)
    found = get_object_or_404(rows, public_id=recording, state=RecordingState.KEPT)
    wanted = track_of(found, side)
    if request.method == "GET":
        playback.heard(found, by=request.user)
    return sound(request, wanted)


def track_of(recording: Recording, side: str) -> Track:
    """The track of this side, if there is a file; else 404."""
    found = Track.objects.filter(recording=recording, side=side).first()
    if found is None or not found.path or not default_storage.exists(found.path):
        raise Http404
    return found


def sound(request: HttpRequest, track: Track) -> HttpResponse:
    """The file or the part of it that was asked for."""
    total = track.bytes
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    first, last = _part(asked[1], asked[2], total) if asked else (0, total - 1)
    if first > last or first >= total:
        answer = HttpResponse(status=416)
        answer["Content-Range"] = f"bytes */{total}"
        return answer
    content = b""
    if request.method == "GET":  # a HEAD asks for the length alone
        with default_storage.open(track.path, "rb") as file:
            file.seek(first)
            content = file.read(last - first + 1)
    answer = HttpResponse(content, status=206 if asked else 200, content_type=track.content_type)
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
