"""Recording a call: whether the client's rule and the customer's word allow it, its beginning, pauses and end.

The desk of whoever holds the call records both voices; what is silent there (mute, hold, a pause) is silence in the
file, so that the two tracks stay in step and their time is the call's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel import clock
from bpo.kernel.asking import operation
from bpo.kernel.errors import DomainError
from bpo.kernel.steps import each
from clients.models import Policy, RecordingRule
from interactions import handling, journal, keeping, media, pieces, states
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
from interactions.models.recording import LIVE, MOST_BYTES

LATE = timedelta(seconds=20)  # so long after the call its last pieces may come


class NotRecorded(DomainError):
    """The client's rule, or the customer's word, does not let this call be recorded."""

    code = "not_recorded"
    sentence = _("This call is not recorded.")


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with recording a call: what its desk follows, and what its customer is told."""

    asks: bool = False
    """The customer must be asked, and has not answered."""
    wanted: bool = False
    """It is to be recorded."""
    refused: bool = False
    by_hand: bool = False
    """An agent paused it."""
    by_card: bool = False
    """It is silent while a card's number is given."""

    @property
    def paused(self) -> bool:
        """Whether it is silent."""
        return self.by_hand or self.by_card

    @property
    def sounds(self) -> bool:
        """Whether what is said goes into the recording."""
        return self.wanted and not self.paused


def standing(interaction: Interaction) -> Standing:
    """By the client's rule, what the customer answered, and whether somebody paused it."""
    rule = keeping.policy_of(interaction.client_id).recording
    if rule == RecordingRule.OFF or not media.is_awaited(interaction):
        return Standing()
    answer = _answer(interaction)
    if answer == Consent.REFUSED or (rule == RecordingRule.ASK and not answer):
        return Standing(asks=not answer, refused=bool(answer))
    latest = _latest(interaction)
    if latest is None:
        return Standing(wanted=True)
    # A pause by hand goes on in the next one, a colleague's too: perhaps the customer wished it. A card's does not.
    return Standing(wanted=True, by_hand=latest.by_hand, by_card=latest.is_live and latest.by_card)


def _latest(interaction: Interaction) -> Recording | None:
    return Recording.objects.filter(interaction=interaction).exclude(state=RecordingState.REFUSED).order_by("pk").last()


def _answer(interaction: Interaction) -> str:
    """What the customer said of it, the last time; empty while nothing but the announcement was heard."""
    asked = Recording.objects.filter(interaction=interaction).exclude(consent=Consent.ANNOUNCED)
    return asked.order_by("-pk").values_list("consent", flat=True).first() or ""


@operation
def answered(leg: Leg, *, by: Agent, yes: bool, at: datetime | None = None) -> Leg:
    """The customer has said aloud whether he is recorded, in this whole contact. He may change his mind.

    Asked first, nothing was recorded before. Where it was announced alone, his no undoes what was recorded so far of
    the contact, with whomever; what he had said yes to is kept until its day.
    """
    leg = handling.held_leg(leg, by=by)
    at = at or clock.now()
    policy = keeping.policy_of(leg.client_id)
    if policy.recording == RecordingRule.OFF or not media.is_awaited(leg.interaction):
        raise NotRecorded
    before = _answer(leg.interaction)
    if before == (Consent.GIVEN if yes else Consent.REFUSED):
        return leg
    if yes and not before and policy.recording == RecordingRule.ON:  # it is recorded already, as announced
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
    journal.record(leg, Kind.RECORDING_STOPPED, by=by, at=at, why="refused", **refused.facts)
    _undo_announced(leg.interaction, at=at)
    return leg


def _undo_announced(interaction: Interaction, *, at: datetime) -> None:
    """Its day has come; a worker deletes it, and nobody hears it any more."""
    announced = Recording.objects.filter(interaction=interaction, consent=Consent.ANNOUNCED, deleted_at__isnull=True)
    for recording in announced.select_for_update(no_key=True).order_by("pk"):
        if recording.is_live:  # of a desk that had the call before
            _end(recording, why="refused", at=at)
        Recording.objects.filter(pk=recording.pk).update(keep_until=at)


def is_to_be_announced(interaction: Interaction) -> bool:
    """Whether it is recorded without asking, and nobody has said so aloud yet."""
    if keeping.policy_of(interaction.client_id).recording != RecordingRule.ON or _answer(interaction):
        return False
    return not interaction.journal.filter(kind=Kind.RECORDING_STARTED, facts__spoken=True).exists()


@operation
def said(leg: Leg, *, by: Agent, at: datetime | None = None) -> Leg:
    """She has said aloud that it is recorded."""
    leg = handling.held_leg(leg, by=by)
    recording = _live(leg)
    if recording is None:
        raise NotRecorded
    if is_to_be_announced(leg.interaction):
        journal.record(leg, Kind.RECORDING_STARTED, by=by, at=at, again=True, spoken=True, **recording.facts)
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
    policy = keeping.policy_of(leg.client_id)
    consent = Consent.GIVEN if _answer(leg.interaction) else Consent.ANNOUNCED
    return _open(leg, policy, consent=consent, by=by, at=at)


def _open(leg: Leg, policy: Policy, *, consent: Consent, by: Agent, at: datetime) -> Recording:
    latest = _latest(leg.interaction)
    paused_for = PausedFor.AGENT if latest is not None and latest.by_hand else ""
    opened = Recording.objects.create(
        client_id=leg.client_id,
        interaction=leg.interaction,
        leg=leg,
        state=RecordingState.PAUSED if paused_for else RecordingState.RUNNING,
        paused_for=paused_for,
        consent=consent,
        started_at=at,
        keep_until=keeping.until(policy, at),
    )
    for side in Side:
        Track.objects.create(recording=opened, side=side)
    journal.record(leg, Kind.RECORDING_STARTED, by=by, at=at, paused=bool(paused_for), **opened.facts)
    return opened


def _live(leg: Leg) -> Recording | None:
    return Recording.objects.filter(leg=leg, state__in=LIVE).first()


@operation
def pause(leg: Leg, *, by: Agent, why: PausedFor = PausedFor.AGENT, at: datetime | None = None) -> Leg:
    """Nothing that is said from here on is recorded. By hand and for a card are two pauses: each ends by itself."""
    leg = handling.held_leg(leg, by=by)
    recording = _live(leg)
    if recording is None:
        raise NotRecorded
    if recording.paused_for in (why, PausedFor.BOTH):
        return leg
    if recording.state == RecordingState.PAUSED:
        Recording.objects.filter(pk=recording.pk).update(paused_for=PausedFor.BOTH)
        if why == PausedFor.CARD:  # it is silent already, and goes on being so
            return leg
    else:
        states.move(recording, RecordingState.PAUSED, paused_for=why)
    journal.record(leg, Kind.RECORDING_PAUSED, by=by, at=at, why=str(why), **recording.facts)
    return leg


@operation
def resume(leg: Leg, *, by: Agent, why: PausedFor = PausedFor.AGENT, at: datetime | None = None) -> Leg:
    """This pause is over. A card's field that was left ends none by hand, and the hand none of a card's number."""
    leg = handling.held_leg(leg, by=by)
    recording = _live(leg)
    if recording is None:
        raise NotRecorded
    if recording.paused_for == PausedFor.BOTH:
        other = PausedFor.CARD if why == PausedFor.AGENT else PausedFor.AGENT
        Recording.objects.filter(pk=recording.pk).update(paused_for=other)
    if recording.paused_for != why:
        return leg
    states.move(recording, RecordingState.RUNNING, paused_for="")
    journal.record(leg, Kind.RECORDING_STARTED, by=by, at=at, again=True, **recording.facts)
    return leg


@transaction.atomic
def take_piece(recording: Recording, side: str, piece: pieces.Piece, *, at: datetime | None = None) -> int:
    """Append a piece; the number that is awaited then. One that is there already changes nothing."""
    at = at or clock.now()
    recording, track = pieces.locked(recording, side, piece)
    if piece.number < track.pieces:
        return track.pieces
    if not recording.is_live or _is_late(recording, at):
        raise pieces.RecordingOver
    try:
        pieces.add(track, piece, most=MOST_BYTES)
    except pieces.TrackFull:
        # The desk begins another one by this answer.
        _end(recording, why="full", at=at)
        return track.pieces
    if piece.last and not recording.tracks.filter(is_whole=False).exists():
        _end(recording, why="ended", at=at)
    return track.pieces


def _is_late(recording: Recording, at: datetime) -> bool:
    leg = recording.leg
    assert leg is not None, "a call's"
    over = leg.work_ended_at or leg.ended_at
    return over is not None and at > over + LATE


def _end(recording: Recording, *, why: str, at: datetime) -> None:
    assert recording.leg_id is not None, "a call's"
    leg = Leg.objects.select_related("interaction", "client").get(pk=recording.leg_id)
    recording.leg = leg
    states.move(recording, RecordingState.ENDED, ended_at=at)
    journal.record(leg, Kind.RECORDING_STOPPED, at=at, why=why, **recording.facts)


def left_open(at: datetime) -> int:
    """The sweep's step: recordings whose call is over and whose desk sends no more; what came is kept."""
    over = Q(leg__work_ended_at__lte=at - LATE) | Q(leg__work_ended_at__isnull=True, leg__ended_at__lte=at - LATE)
    gone = Recording.objects.filter(state__in=LIVE, leg__isnull=False).exclude(
        leg__state=LegState.HANDLING, leg__role=LegRole.PRIMARY
    )
    return each(gone.filter(over).order_by("pk")[:200], lambda recording: _close(recording, at=at))


@operation
def _close(recording: Recording, *, at: datetime) -> bool:
    _end(Recording.objects.select_for_update(no_key=True).get(pk=recording.pk), why="the desk was gone", at=at)
    return True
