"""A track of a recording, for whoever may hear it: whole or in parts, each listening written down."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from bpo.accounts.models import User
from bpo.kernel import clock
from interactions import playback
from interactions.models import RecordingState
from interactions.sounding import sound, track_of


@require_safe
@login_required
def track(request: HttpRequest, recording: UUID, side: str) -> HttpResponseBase:
    """One side's voice."""
    assert isinstance(request.user, User)
    rows = playback.audible_to(request.user)
    found = get_object_or_404(rows, public_id=recording, state=RecordingState.KEPT, keep_until__gt=clock.now())
    wanted = track_of(found, side)
    if request.method == "GET":
        playback.heard(found, by=request.user)
    return sound(request, wanted)
