"""A spoken message: offered where nobody can answer, recorded in the customer's page, once sent a contact's.

Until it is sent nobody of ours hears it. A page that is closed after something was said has sent it, as a telephone
that is hung up has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from bpo.kernel import clock, links
from bpo.kernel.errors import DomainError, InvalidValue
from bpo.kernel.steps import each
from clients import customers
from clients.models import Channel, ClientState, EntryPoint, Reason
from interactions import intake, journal, keeping, pieces, states, unanswered, voicemail_offers
from interactions.keeping import AWAITED_FOR
from interactions.models import (
    Consent,
    Interaction,
    Kind,
    Recording,
    RecordingState,
    Side,
    Track,
    Voicemail,
)
from interactions.models.recording import PEAKS_A_SECOND

LONGEST = timedelta(minutes=3)
MOST_BYTES = 8 * 1024 * 1024  # three minutes, of browsers that do not let us choose how good it sounds, too
# Pieces are of two seconds, of some browsers shorter; a page in the background stops a little late.
MOST_PIECES = 120
MOST_PEAKS = PEAKS_A_SECOND * int((LONGEST + timedelta(seconds=10)).total_seconds())
# Of what is shorter nothing could be understood; what is never louder, of 255, is a microphone that is switched off.
SHORTEST_MS = 1_000
LOUD = 4
# A page gives a sign of life each twenty seconds, one in the background each minute.
UNHEARD = timedelta(seconds=90)
OPEN_FOR = timedelta(minutes=20)  # so long a page may be open before it is sent all the same
TOKEN_SECONDS = links.DAY


class NoMessages(DomainError):
    """Nobody would hear it: the line is open, or the client takes none."""

    code = "no_messages"
    sentence = _("No spoken message can be left here now.")


class MessageSent(DomainError):
    """It has arrived and is said once."""

    code = "message_sent"
    sentence = _("Your message has arrived already.")


class MessageShort(InvalidValue):
    """Nothing of it could be understood."""

    code = "message_short"
    sentence = _("This message is too short to be understood.")


class MessageSilent(InvalidValue):
    """Nothing is on it."""

    code = "message_silent"
    sentence = _("Nothing can be heard on this message.")


class NoNumber(InvalidValue):
    """Nothing we could call."""

    code = "number"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks, as his page says; its `key` makes the message begin once."""

    key: str
    number: str = ""
    name: str = ""
    reason: Reason | None = None
    language: str = "en"
    zone: str = ""
    page: str = ""


# --- speaking --------------------------------------------------------------------------------------------------------


def token_of(voicemail: Voicemail) -> str:
    """What the customer's page keeps."""
    return links.sign("voicemail", str(voicemail.public_id))


def of_token(token: str, door: EntryPoint) -> Voicemail:
    """The message of this token at this door; LinkInvalid when it is not ours, too old or thrown away."""
    public_id = links.unsign("voicemail", token, max_age=TOKEN_SECONDS)
    rows = Voicemail.objects.select_related("client__brand", "client__policy", "interaction", "recording", "reason")
    found = rows.filter(public_id=public_id, entry_point=door).first()
    if found is None:
        raise links.LinkInvalid("no such message")
    return found


@transaction.atomic
def begin(
    door: EntryPoint, speaker: Speaker, *, contact: Interaction | None = None, at: datetime | None = None
) -> Voicemail:
    """He presses record: what he said before under this key, or in this contact, is thrown away and said again."""
    at = at or clock.now()
    if contact is not None:
        Interaction.objects.select_for_update(no_key=True).get(pk=contact.pk)
    else:  # pressed twice it begins once: the second press finds the row of the first
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"voicemail {speaker.key}"])
    mine = Voicemail.objects.filter(interaction=contact) if contact else Voicemail.objects.filter(key=speaker.key)
    voicemail = mine.filter(entry_point=door).select_for_update(no_key=True, of=("self",)).first()
    if voicemail is not None and voicemail.sent_at is not None:
        raise MessageSent
    contact = contact or (voicemail.interaction if voicemail else None)
    if voicemail is None and not (
        voicemail_offers.may_follow(contact, at) if contact else voicemail_offers.offered(door, at)
    ):
        raise NoMessages
    promised = voicemail_offers.promise_of(contact) if contact else None
    number = promised.number if promised else customers.typed_phone(door.client, speaker.number)
    if not number and not (promised and promised.address):
        raise NoNumber
    if voicemail is None:
        voicemail = Voicemail(client=door.client, entry_point=door, key=speaker.key, interaction=contact)
    voicemail.number, voicemail.name, voicemail.reason = number, speaker.name, speaker.reason
    voicemail.language, voicemail.zone, voicemail.page = speaker.language, speaker.zone, speaker.page
    voicemail.begun_at = voicemail.seen_at = at
    before = voicemail.recording
    voicemail.recording = Recording.objects.create(
        client=door.client, consent=Consent.GIVEN, started_at=at, keep_until=voicemail_offers.kept_until(door, at)
    )
    Track.objects.create(recording=voicemail.recording, side=Side.CUSTOMER)
    voicemail.save()
    _throw(before)
    return voicemail


@transaction.atomic
def take_piece(voicemail: Voicemail, take: UUID, piece: pieces.Piece, *, at: datetime | None = None) -> int:
    """Append a piece; the number that is awaited then. One that is there already changes nothing.

    A page that comes back to the net after the sweep has sent its message completes it.
    """
    at = at or clock.now()
    voicemail = _row(voicemail)  # before its recording, as by all who send it, throw it away or say it again
    if voicemail.recording is None or voicemail.recording.public_id != take:
        raise pieces.RecordingOver
    recording, track = pieces.locked(voicemail.recording, Side.CUSTOMER, piece)
    if piece.number < track.pieces:
        return track.pieces
    late = recording.state == RecordingState.ENDED and at < voicemail.begun_at + AWAITED_FOR
    if not recording.is_live and not late:
        raise pieces.RecordingOver
    if track.pieces >= MOST_PIECES or len(track.peaks) + len(piece.peaks) > MOST_PEAKS:
        raise pieces.TrackFull
    pieces.add(track, piece, most=MOST_BYTES)
    seen(voicemail, at=at)
    if late and track.is_whole:
        _tell_end(voicemail, why="the rest has arrived", at=at)
    return track.pieces


def seen(voicemail: Voicemail, *, at: datetime | None = None) -> None:
    """Its page is open."""
    Voicemail.objects.filter(pk=voicemail.pk).update(seen_at=at or clock.now())


def lasted_ms(voicemail: Voicemail) -> int:
    """How long what arrived of it is."""
    track = voicemail.recording.tracks.first() if voicemail.recording else None
    return len(track.peaks) * 1000 // PEAKS_A_SECOND if track else 0


def is_whole(voicemail: Voicemail) -> bool:
    """Whether its page has said that nothing more of it comes."""
    track = voicemail.recording.tracks.first() if voicemail.recording else None
    return track is not None and track.is_whole


# --- sent, or thrown away --------------------------------------------------------------------------------------------


@transaction.atomic
def send(voicemail: Voicemail, *, at: datetime | None = None) -> Voicemail:
    """It becomes a contact with a promise, or goes with the one that waited. Sent twice it is sent once."""
    at = at or clock.now()
    voicemail = _locked(voicemail)
    if voicemail.sent_at is None:
        _require_sound(voicemail)
        Track.objects.filter(recording=voicemail.recording).update(is_whole=True)  # nothing more is awaited
        _hand_over(voicemail, why="sent", at=at)
    return voicemail


@transaction.atomic
def throw_away(voicemail: Voicemail) -> None:
    """He thought better of it: nothing of it stays. MessageSent once it has arrived."""
    voicemail = _locked(voicemail)
    if voicemail.sent_at is not None:
        raise MessageSent
    recording = voicemail.recording
    voicemail.delete()
    _throw(recording)


def left_open(at: datetime) -> int:
    """The sweep's step: messages whose page is gone. What was said in them is sent; of an empty one nothing stays.

    Whoever has not sent it after OPEN_FOR has left the page open.
    """
    open_ = Voicemail.objects.filter(sent_at__isnull=True, client__state=ClientState.LIVE)
    gone = open_.filter(seen_at__lte=at - UNHEARD) | open_.filter(begun_at__lte=at - OPEN_FOR)
    old = Voicemail.objects.filter(sent_at__isnull=True, recording__keep_until__lte=at)
    return each(gone.order_by("seen_at")[:100], lambda one: _leave(one, at=at)) + each(
        old.order_by("seen_at")[:100], lambda one: throw_away(one) is None
    )


@transaction.atomic
def _leave(voicemail: Voicemail, *, at: datetime) -> bool:
    voicemail = _locked(voicemail)
    if voicemail.sent_at is not None or (voicemail.seen_at > at - UNHEARD and voicemail.begun_at > at - OPEN_FOR):
        return False
    try:
        _require_sound(voicemail)
    except InvalidValue:
        if voicemail.begun_at > at - OPEN_FOR:  # it may be on the page still; those with something go before it
            seen(voicemail, at=at)
            return False
        throw_away(voicemail)
        return True
    _hand_over(voicemail, why="the page was closed", at=at)
    return True


def _locked(voicemail: Voicemail) -> Voicemail:
    """Its contact before it, as by who begins one."""
    if voicemail.interaction_id:
        Interaction.objects.select_for_update(no_key=True).get(pk=voicemail.interaction_id)
    return _row(voicemail)


def _row(voicemail: Voicemail) -> Voicemail:
    rows = Voicemail.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.select_related("client", "entry_point__client", "interaction", "recording", "reason")
    found = rows.filter(pk=voicemail.pk).first()
    if found is None:
        raise links.LinkInvalid("thrown away meanwhile")
    return found


def _require_sound(voicemail: Voicemail) -> None:
    assert voicemail.recording is not None
    Recording.objects.select_for_update(no_key=True).get(pk=voicemail.recording.pk)  # a piece is being written
    track = voicemail.recording.tracks.get()
    # Without its file it was being thrown away when a process died.
    if not track.bytes or lasted_ms(voicemail) < SHORTEST_MS or not default_storage.exists(track.path):
        raise MessageShort
    if max(bytes(track.peaks), default=0) < LOUD:
        raise MessageSilent


def _hand_over(voicemail: Voicemail, *, why: str, at: datetime) -> None:
    recording, contact = voicemail.recording, voicemail.interaction
    assert recording is not None
    if contact is None:
        contact = intake.receive(voicemail.entry_point, _contact(voicemail), at=at).interaction
    elif voicemail_offers.promise_of(contact) is None:
        unanswered.leave_number(
            contact, number=voicemail.number, name=voicemail.name, reason=voicemail.reason, zone=voicemail.zone,
            language=voicemail.language, at=at,
        )  # fmt: skip
    voicemail.interaction, voicemail.sent_at = contact, at
    voicemail.save(update_fields=["interaction", "sent_at"])
    states.move(recording, RecordingState.ENDED, ended_at=at, interaction=contact)
    journal.record(
        contact, Kind.RECORDING_STARTED, by_name="customer", at=recording.started_at, paused=False, **recording.facts
    )
    _tell_end(voicemail, why=why, at=at)


def _tell_end(voicemail: Voicemail, *, why: str, at: datetime) -> None:
    assert voicemail.interaction is not None and voicemail.recording is not None
    facts = voicemail.recording.facts
    journal.record(
        voicemail.interaction, Kind.RECORDING_STOPPED, by_name="customer", at=at, why=why, ms=lasted_ms(voicemail),
        **facts,
    )  # fmt: skip


def _contact(voicemail: Voicemail) -> intake.NewContact:
    return intake.NewContact(
        provider_id=f"voicemail:{voicemail.public_id}",
        channel=Channel.VOICE,
        from_name=voicemail.name,
        from_phone=voicemail.number,
        language=voicemail.language,
        reason=voicemail.reason,
        zone=voicemail.zone,
        page=voicemail.page,
        voicemail=True,
    )


def _throw(recording: Recording | None) -> None:
    """It was his alone: the files first, for what no row names is never deleted."""
    if recording is not None:
        keeping.drop(recording, *pieces.ENDINGS.values(), ".part")
        recording.delete()
