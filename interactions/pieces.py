"""The pieces a page sends of one track while it records: each once and in order, appended to one file."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from bpo.kernel import webm
from bpo.kernel.errors import DomainError, InvalidValue
from interactions.models import Recording, Track

MOST_PIECE = 1024 * 1024
MOST_PEAKS = 4096
ENDINGS = {"audio/webm": ".webm", "audio/mp4": ".mp4"}


class PieceAwaited(DomainError):
    """An earlier piece is missing; `number` is the one that is awaited."""

    code = "piece_awaited"
    sentence = _("An earlier piece of the recording is missing.")

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"piece {number} is awaited")


class RecordingOver(DomainError):
    """No more pieces are taken."""

    code = "recording_over"
    sentence = _("This recording has ended.")


class TrackFull(DomainError):
    """The file would be larger than it may."""

    code = "recording_full"
    sentence = _("This recording is as long as it may be.")


@dataclass(frozen=True, slots=True)
class Piece:
    """What a page sends of one track: its number, the sound, how loud it was, and whether it is the last."""

    number: int
    content: bytes
    peaks: bytes = b""
    last: bool = False


def locked(recording: Recording, side: str, piece: Piece) -> tuple[Recording, Track]:
    """Both rows for the piece, locked in this order by all: the end waits for the piece that is being written."""
    if len(piece.content) > MOST_PIECE or len(piece.peaks) > MOST_PEAKS:
        raise InvalidValue("a piece too large")
    rows = Recording.objects.select_for_update(no_key=True, of=("self",)).select_related("leg")
    row = rows.filter(pk=recording.pk).first()
    if row is None:  # a message that was thrown away meanwhile
        raise RecordingOver
    return row, Track.objects.select_for_update(no_key=True).get(recording=row, side=side)


def add(track: Track, piece: Piece, *, most: int) -> None:
    """Append it; the caller has locked the row and knows that it is still recorded.

    The file is cut to what was committed before: a piece that was written and not committed is overwritten by itself.
    """
    if track.is_whole:
        raise RecordingOver
    if piece.number > track.pieces:
        raise PieceAwaited(track.pieces)
    if track.bytes + len(piece.content) > most:
        raise TrackFull
    if piece.content:
        _append(track, piece.content)
    track.pieces += 1
    track.peaks = bytes(track.peaks) + piece.peaks
    track.is_whole = piece.last
    track.save()


def _append(track: Track, content: bytes) -> None:
    if track.bytes == 0:
        track.content_type = _type_of(content)
        name = f"{stem_of(track.recording)}-{track.side}.part"
        default_storage.delete(name)  # of a piece that was written and not committed
        track.file.name = default_storage.save(name, ContentFile(content))
    else:
        if not default_storage.exists(track.path):  # of what was being thrown away when a process died
            raise RecordingOver
        with default_storage.open(track.path, "r+b") as file:
            file.seek(track.bytes)
            file.truncate()
            file.write(content)
    track.bytes += len(content)


def _type_of(content: bytes) -> str:
    """Told by the bytes, not by what the page says of them."""
    if content.startswith(webm.MAGIC):
        return "audio/webm"
    if content[4:8] == b"ftyp":
        return "audio/mp4"
    raise InvalidValue("no sound that a browser records")


def stem_of(recording: Recording) -> str:
    """Where the files of a recording lie, without side and ending."""
    return f"recordings/{recording.started_at:%Y/%m/%d}/{recording.public_id}"
