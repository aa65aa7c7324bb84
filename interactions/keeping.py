"""What was recorded is made whole when it has ended, kept until its day, and deleted then."""

from __future__ import annotations

import hashlib
import logging
import time
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet

from bpo.kernel import webm
from bpo.kernel.steps import each
from clients.models import Policy
from interactions import journal, states
from interactions.models import Consent, Kind, Recording, RecordingState, Side, Track
from interactions.models.recording import PEAKS_A_SECOND
from interactions.pieces import ENDINGS, stem_of

logger = logging.getLogger(__name__)

# So long after its first word what the page of a spoken message could not send yet is awaited: thrice its longest.
AWAITED_FOR = timedelta(minutes=9)
LONGEST_MS = 24 * 3600 * 1000
# Of a spoken message, which anybody may send: three minutes in pieces of ten milliseconds, some of them read twice.
MOST_PARTS = 60_000
TURN = 600.0  # seconds that one turn may take; what is left is taken by the next


def policy_of(client_id: int) -> Policy:
    """The client's rules, or the defaults."""
    return Policy.objects.filter(client_id=client_id).first() or Policy()


def until(policy: Policy, at: datetime) -> datetime:
    """The day of what is recorded now: by the client's rule, and never longer than what was noted of the contact."""
    return at + timedelta(days=min(policy.recording_days, max(1, policy.retention_days)))


def finish_ended(at: datetime) -> int:
    """Make whole what has ended, one after the other; how many were. A message of which more may come is left."""
    ended = Recording.objects.filter(state=RecordingState.ENDED)
    awaited = ended.filter(tracks__is_whole=False, voicemail__begun_at__gt=at - AWAITED_FOR)
    return _each_in_turn(ended.exclude(pk__in=awaited.values("pk")), _finish)


def delete_due(at: datetime) -> int:
    """Delete the recordings whose day has come; how many were."""
    # One that could not be made whole as well: what is promised is that nothing is left of it.
    due = Recording.objects.filter(keep_until__lte=at, state__in=[RecordingState.ENDED, RecordingState.KEPT])
    return _each_in_turn(due, lambda recording: _delete(recording, at=at))


def _each_in_turn(rows: QuerySet[Recording], act: Any) -> int:
    """Each in a transaction of its own, those that another worker has in hand left to it."""
    ends = time.monotonic() + TURN
    keys = list(rows.order_by("keep_until", "pk").values_list("pk", flat=True))
    return each(takewhile(lambda _key: time.monotonic() < ends, keys), lambda key: _with(rows, key, act))


@transaction.atomic
def _with(rows: QuerySet[Recording], key: int, act: Any) -> bool:
    mine = rows.select_for_update(skip_locked=True, of=("self",)).select_related(
        "interaction", "leg__interaction", "leg__client"
    )
    recording = mine.filter(pk=key).first()
    return recording is not None and bool(act(recording))


def _finish(recording: Recording) -> bool:
    """Length and index into the file, and the sum of what is stored. What cannot be read stays as it came."""
    for track in recording.tracks.all():
        content = _stored(track)
        measured = len(track.peaks) * 1000 // PEAKS_A_SECOND
        if content:
            whole = content
            if track.content_type == "audio/webm":
                try:
                    most = MOST_PARTS if recording.is_message else webm.MOST_PARTS
                    done = webm.finished(content, most=most)
                    whole, measured = done.content, done.duration_ms
                except Exception:  # whatever a browser sent: what cannot be read must not hold up the others
                    logger.exception("%s is left as it came", track)
            name = f"{track.path.rpartition('-')[0]}-{track.side}{ENDINGS[track.content_type]}"
            default_storage.delete(name)  # of a try that was not committed
            track.file.name = default_storage.save(name, ContentFile(whole))
            track.bytes, track.sha256 = len(whole), hashlib.sha256(whole).hexdigest()
        track.duration_ms = min(measured, LONGEST_MS)
        track.is_whole = True
        track.save()
    states.move(recording, RecordingState.KEPT)
    transaction.on_commit(lambda: drop(recording, ".part"))
    return True


def _stored(track: Track) -> bytes:
    if not track.path or not default_storage.exists(track.path):
        return b""
    with default_storage.open(track.path, "rb") as file:
        return bytes(file.read(track.bytes))


def _delete(recording: Recording, *, at: datetime) -> bool:
    """The files first: a row that says deleted is believed."""
    drop(recording, *ENDINGS.values(), ".part")
    recording.tracks.update(file="", peaks=b"")
    states.move(recording, RecordingState.DELETED, deleted_at=at)
    due = recording.keep_until.isoformat() if recording.keep_until else None
    facts = recording.facts | ({"why": "refused"} if _was_refused(recording) else {})
    journal.record(recording.about, Kind.RECORDING_DELETED, at=at, keep_until=due, **facts)
    return True


def _was_refused(recording: Recording) -> bool:
    """Whether its customer said no to what was announced alone."""
    no = Recording.objects.filter(interaction=recording.interaction_id, state=RecordingState.REFUSED)
    return recording.consent == Consent.ANNOUNCED and no.exists()


def drop(recording: Recording, *endings: str) -> None:
    """Its files with these endings are gone."""
    for side in Side:
        for ending in endings:
            default_storage.delete(f"{stem_of(recording)}-{side}{ending}")
