"""Recording a call: by the client's rule, piece by piece while it runs, whole when it is over, deleted on its day.

The desk of whoever holds the call records both voices; what is silent there (mute, hold, a pause) is silence in the
file, so that the two tracks stay in step and their time is the call's.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel import clock, webm
from bpo.kernel.asking import operation
from bpo.kernel.errors import DomainError, InvalidValue
from bpo.kernel.steps import each
from clients.models import Policy, RecordingRule
from interactions import handling, journal, media, states
from interactions.models import (
    Consent,
    Interaction,
    Kind,
    Leg,
    LegRole,
    LegState,
    PausedFor,
    Recording,
    RecordingState,
    Side,
    Track,
)
from interactions.models.recording import LIVE, MOST_BYTES, PEAKS_A_SECOND

logger = logging.getLogger(__name__)

MOST_PIECE = 1024 * 1024
MOST_PEAKS = 4096
LONGEST_MS = 24 * 3600 * 1000
LATE = timedelta(seconds=20)  # so long after the call its last pieces may come
TYPES = {"audio/webm": ".webm", "audio/mp4": ".mp4"}
BATCH = 20


class NotRecorded(DomainError):
    """The client's rule, or the customer's word, does not let this call be recorded."""

    code = "not_recorded"
    sentence = _("This call is not recorded.")


class RecordingOver(DomainError):
    """No more pieces are taken."""

    code = "recording_over"
    sentence = _("This recording has ended.")


class PieceAwaited(DomainError):
    """An earlier piece is missing; `number` is the one that is awaited."""

    code = "piece_awaited"
    sentence = _("An earlier piece of the recording is missing.")

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"piece {number} is awaited")


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with recording a call: what its desk follows, and what its customer is told."""

    asks: bool = False
    """The customer must be asked, and has not answered."""
    wanted: bool = False
    """It is to be recorded."""
    refused: bool = False
    paused_for: str = ""

    @property
    def sounds(self) -> bool:
        """Whether what is said goes into the recording."""
        return self.wanted and not self.paused_for


@dataclass(frozen=True, slots=True)
class Piece:
    """What a desk sends of one track: its number, the sound, how loud it was, and whether it is the last."""

    number: int
    content: bytes
    peaks: bytes = b""
    last: bool = False


def standing(interaction: Interaction) -> Standing:
    """By the client's rule, what the customer answered, and whether somebody paused it."""
    rule = _policy(interaction.client_id).recording
    if rule == RecordingRule.OFF or not media.is_awaited(interaction):
        return Standing()
    latest = _latest(interaction)
    answer = _answer(interaction) if rule == RecordingRule.ASK else ""
    if rule == RecordingRule.ASK and answer != Consent.GIVEN:
        return Standing(asks=not answer, refused=bool(answer))
    return Standing(wanted=True, paused_for=_pause_of(latest))


def _policy(client_id: int) -> Policy:
    return Policy.objects.filter(client_id=client_id).first() or Policy()


def _latest(interaction: Interaction) -> Recording | None:
    return Recording.objects.filter(interaction=interaction).exclude(state=RecordingState.REFUSED).order_by("pk").last()


def _answer(interaction: Interaction) -> str:
    """What the customer said when asked, the last time."""
    asked = Recording.objects.filter(interaction=interaction).exclude(consent=Consent.ANNOUNCED)
    return asked.order_by("-pk").values_list("consent", flat=True).first() or ""


def _pause_of(latest: Recording | None) -> str:
    """A pause by hand goes on in the next one, a colleague's too: perhaps the customer wished it. A card's does not."""
    if latest is None or (not latest.is_live and latest.paused_for != PausedFor.AGENT):
        return ""
    return latest.paused_for


@operation
def answered(leg: Leg, *, by: Agent, yes: bool, at: datetime | None = None) -> Leg:
    """The customer was asked aloud and has said so; nothing was recorded before. He may change his mind."""
    leg = handling.held_leg(leg, by=by)
    at = at or clock.now()
    policy = _policy(leg.client_id)
    if policy.recording != RecordingRule.ASK or not media.is_awaited(leg.interaction):
        raise NotRecorded
    if _answer(leg.interaction) == (Consent.GIVEN if yes else Consent.REFUSED):
        return leg
    live = _live(leg)
    if live is not None:  # of before the client's rule became to ask, if he says yes
        _end(live, why="asked" if yes else "refused", at=at)
    if yes:
        _open(leg, policy, consent=Consent.GIVEN, by=by, at=at)
        return leg
    refused = Recording.objects.create(
        client_id=leg.client_id,
        interaction=leg.interaction,
        leg=leg,
        state=RecordingState.REFUSED,
        consent=Consent.REFUSED,
        started_at=at,
        ended_at=at,
    )
    journal.record(leg, Kind.RECORDING_STOPPED, by=by, at=at, why="refused", **_facts(refused))
    return leg


@operation
def begin(leg: Leg, *, by: Agent, at: datetime | None = None) -> Recording:
    """Her desk can record: the recording whose pieces it is to send. One that has some was another page's, and ends."""
    leg = handling.held_leg(leg, by=by)
    at = at or clock.now()
    stands = standing(leg.interaction)
    if not stands.wanted or media.unsettled(leg) is not None:
        raise NotRecorded
    live = _live(leg)
    if live is not None and not live.tracks.filter(pieces__gt=0).exists():
        return live
    if live is not None:
        _end(live, why="goes on in another", at=at)
    policy = _policy(leg.client_id)
    consent = Consent.GIVEN if policy.recording == RecordingRule.ASK else Consent.ANNOUNCED
    return _open(leg, policy, consent=consent, by=by, at=at)


def _open(leg: Leg, policy: Policy, *, consent: Consent, by: Agent, at: datetime) -> Recording:
    latest = _latest(leg.interaction)
    paused_for = latest.paused_for if latest is not None and latest.paused_for == PausedFor.AGENT else ""
    opened = Recording.objects.create(
        client_id=leg.client_id,
        interaction=leg.interaction,
        leg=leg,
        state=RecordingState.PAUSED if paused_for else RecordingState.RUNNING,
        paused_for=paused_for,
        consent=consent,
        started_at=at,
        keep_until=at + timedelta(days=min(policy.recording_days, max(1, policy.retention_days))),
    )
    for side in Side:
        Track.objects.create(recording=opened, side=side)
    journal.record(leg, Kind.RECORDING_STARTED, by=by, at=at, paused=bool(paused_for), **_facts(opened))
    return opened


def _live(leg: Leg) -> Recording | None:
    return Recording.objects.filter(leg=leg, state__in=LIVE).first()


def _facts(recording: Recording) -> dict[str, Any]:
    return {"recording": str(recording.public_id), "leg": str(recording.leg.public_id), "consent": recording.consent}


@operation
def pause(leg: Leg, *, by: Agent, why: PausedFor = PausedFor.AGENT, at: datetime | None = None) -> Leg:
    """Nothing that is said from here on is recorded. By hand counts more than by a card's field."""
    leg = handling.held_leg(leg, by=by)
    recording = _live(leg)
    if recording is None:
        raise NotRecorded
    if recording.state == RecordingState.PAUSED:
        if why == PausedFor.AGENT and recording.paused_for != why:
            Recording.objects.filter(pk=recording.pk).update(paused_for=why)
        return leg
    states.move(recording, RecordingState.PAUSED, paused_for=why)
    journal.record(leg, Kind.RECORDING_PAUSED, by=by, at=at, why=str(why), **_facts(recording))
    return leg


@operation
def resume(leg: Leg, *, by: Agent, why: PausedFor = PausedFor.AGENT, at: datetime | None = None) -> Leg:
    """It goes on. A card's field that was left ends no pause by hand."""
    leg = handling.held_leg(leg, by=by)
    recording = _live(leg)
    if recording is None:
        raise NotRecorded
    if recording.state == RecordingState.RUNNING or (why, recording.paused_for) == (PausedFor.CARD, PausedFor.AGENT):
        return leg
    states.move(recording, RecordingState.RUNNING, paused_for="")
    journal.record(leg, Kind.RECORDING_STARTED, by=by, at=at, again=True, **_facts(recording))
    return leg


@transaction.atomic
def take_piece(recording: Recording, side: str, piece: Piece, *, at: datetime | None = None) -> int:
    """Append a piece; the number that is awaited then. One that is there already changes nothing.

    The file is cut to what was committed before: a piece that was written and not committed is overwritten by itself.
    """
    at = at or clock.now()
    if len(piece.content) > MOST_PIECE or len(piece.peaks) > MOST_PEAKS:
        raise InvalidValue("a piece too large")
    # Locked in this order by all, so that the end waits for the piece that is being written.
    recording = Recording.objects.select_for_update(no_key=True).select_related("leg").get(pk=recording.pk)
    track = Track.objects.select_for_update(no_key=True).get(recording=recording, side=side)
    if piece.number < track.pieces:
        return track.pieces
    if not recording.is_live or track.is_whole or _is_late(recording, at):
        raise RecordingOver
    if piece.number > track.pieces:
        raise PieceAwaited(track.pieces)
    if track.bytes + len(piece.content) > MOST_BYTES:
        # The desk begins another one by this answer.
        _end(recording, why="full", at=at)
        return track.pieces
    if piece.content:
        _append(track, piece.content)
    track.pieces += 1
    track.peaks = bytes(track.peaks) + piece.peaks
    track.is_whole = piece.last
    track.save()
    if piece.last and not recording.tracks.filter(is_whole=False).exists():
        _end(recording, why="ended", at=at)
    return track.pieces


def _is_late(recording: Recording, at: datetime) -> bool:
    leg = recording.leg
    over = leg.work_ended_at or leg.ended_at
    return over is not None and at > over + LATE


def _append(track: Track, content: bytes) -> None:
    if track.bytes == 0:
        track.content_type = _type_of(content)
        name = f"recordings/{track.recording.started_at:%Y/%m/%d}/{track.recording.public_id}-{track.side}.part"
        default_storage.delete(name)  # of a piece that was written and not committed
        track.file.name = default_storage.save(name, ContentFile(content))
    else:
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


def _end(recording: Recording, *, why: str, at: datetime) -> None:
    leg = Leg.objects.select_related("interaction", "client").get(pk=recording.leg_id)
    recording.leg = leg
    states.move(recording, RecordingState.ENDED, ended_at=at)
    journal.record(leg, Kind.RECORDING_STOPPED, at=at, why=why, **_facts(recording))


def left_open(at: datetime) -> int:
    """The sweep's step: recordings whose call is over and whose desk sends no more; what came is kept."""
    over = Q(leg__work_ended_at__lte=at - LATE) | Q(leg__work_ended_at__isnull=True, leg__ended_at__lte=at - LATE)
    gone = Recording.objects.filter(state__in=LIVE).exclude(leg__state=LegState.HANDLING, leg__role=LegRole.PRIMARY)
    return each(gone.filter(over).order_by("pk")[:200], lambda recording: _close(recording, at=at))


@operation
def _close(recording: Recording, *, at: datetime) -> bool:
    _end(Recording.objects.select_for_update(no_key=True).get(pk=recording.pk), why="the desk was gone", at=at)
    return True


def finish_ended(at: datetime) -> int:
    """Make whole what has ended, one after the other; how many were."""
    return _each_in_turn(Recording.objects.filter(state=RecordingState.ENDED), _finish)


def delete_due(at: datetime) -> int:
    """Delete the recordings whose day has come; how many were."""
    due = Recording.objects.filter(state__in=[RecordingState.KEPT, RecordingState.ENDED], keep_until__lte=at)
    return _each_in_turn(due, lambda recording: _delete(recording, at=at))


def _each_in_turn(rows: QuerySet[Recording], act: Any) -> int:
    """Each in a transaction of its own, those that another worker has in hand left to it."""
    return each(list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]), lambda key: _with(rows, key, act))


@transaction.atomic
def _with(rows: QuerySet[Recording], key: int, act: Any) -> bool:
    mine = rows.select_for_update(skip_locked=True, of=("self",)).select_related("leg__interaction", "leg__client")
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
                    done = webm.finished(content)
                    whole, measured = done.content, done.duration_ms
                except Exception:  # whatever a browser sent: what cannot be read must not hold up the others
                    logger.exception("%s is left as it came", track)
                measured = min(measured, LONGEST_MS)
            name = f"{track.path.rpartition('-')[0]}-{track.side}{TYPES[track.content_type]}"
            default_storage.delete(name)  # of a try that was not committed
            track.file.name = default_storage.save(name, ContentFile(whole))
            track.bytes, track.sha256 = len(whole), hashlib.sha256(whole).hexdigest()
        track.duration_ms = measured
        track.is_whole = True
        track.save()
    states.move(recording, RecordingState.KEPT)
    transaction.on_commit(lambda: _drop(recording, ".part"))
    return True


def _stored(track: Track) -> bytes:
    if not track.path or not default_storage.exists(track.path):
        return b""
    with default_storage.open(track.path, "rb") as file:
        return bytes(file.read(track.bytes))


def _delete(recording: Recording, *, at: datetime) -> bool:
    """The files first: a row that says deleted is believed."""
    _drop(recording, *TYPES.values(), ".part")
    recording.tracks.update(file="", peaks=b"")
    states.move(recording, RecordingState.DELETED, deleted_at=at)
    due = recording.keep_until.isoformat() if recording.keep_until else None
    journal.record(recording.leg, Kind.RECORDING_DELETED, at=at, keep_until=due, **_facts(recording))
    return True


def _drop(recording: Recording, *endings: str) -> None:
    for side in Side:
        for ending in endings:
            default_storage.delete(f"recordings/{recording.started_at:%Y/%m/%d}/{recording.public_id}-{side}{ending}")
