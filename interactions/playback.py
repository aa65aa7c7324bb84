"""Who may hear what was recorded of a call, how it is shown, and that each listening is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from bpo.accounts.models import User
from bpo.kernel import clock
from clients.access import is_admin
from clients.models import ApiKey, Membership, Role
from interactions import journal
from interactions.models import Interaction, Kind, Recording, RecordingState, Side, Track

# One goes back, pauses, and hears it again: that is one listening.
SITTING = timedelta(minutes=30)
BARS = 120
NameOf = Callable[[int | None, str], str]
OF_THE_CLIENT = (Role.VIEWER, Role.MANAGER)


def audible_to(user: User) -> QuerySet[Recording]:
    """What this person may hear (TABLES.md): an agent her own by policy, a supervisor her clients', the client's people
    by policy, an administrator everything."""
    rows = Recording.objects.visible_to(user).exclude(state=RecordingState.REFUSED)
    if is_admin(user):
        return rows
    held = Membership.objects.filter(user=user)
    supervised = held.filter(role=Role.SUPERVISOR).values("client")
    own_house = held.filter(role__in=OF_THE_CLIENT, client__policy__client_hears_recordings=True).values("client")
    own = Q(leg__agent__user=user, client__policy__agents_hear_own_recordings=True)
    return rows.filter(Q(client__in=supervised) | Q(client__in=own_house) | own)


@transaction.atomic
def heard(recording: Recording, *, by: User, key: ApiKey | None = None, at: datetime | None = None) -> None:
    """Somebody begins to listen: journalled once a sitting. A key listens in the name of whoever made it."""
    at = at or clock.now()
    # The two tracks are asked for at the same moment.
    recording = Recording.objects.select_for_update(no_key=True).select_related("leg__interaction").get(pk=recording.pk)
    name = f"key {key.name}" if key else ""
    told = recording.leg.journal.filter(kind=Kind.RECORDING_HEARD, actor=by, at__gt=at - SITTING)
    told = told.filter(facts__recording=str(recording.public_id))
    if not (told.filter(actor_name=name) if key else told.exclude(actor_name__startswith="key ")).exists():
        facts = {"recording": str(recording.public_id), "leg": str(recording.leg.public_id)}
        journal.record(recording.leg, Kind.RECORDING_HEARD, by=by, by_name=name, at=at, **facts)


@dataclass(frozen=True, slots=True)
class Lane:
    """One side of a recording as it is drawn."""

    track: Track
    path: str


@dataclass(frozen=True, slots=True)
class Playable:
    """One recording on a page."""

    recording: Recording
    agent: str
    lanes: tuple[Lane, ...]
    seconds: int

    @property
    def sounds(self) -> bool:
        """Whether there is something to play."""
        return self.recording.state == RecordingState.KEPT and any(lane.track.file for lane in self.lanes)


def of_contacts(contacts: Iterable[Interaction | int], user: User, name_of: NameOf) -> list[Playable]:
    """The recordings of these contacts that this person may hear, the oldest first."""
    rows = audible_to(user).filter(interaction__in=list(contacts)).order_by("started_at", "pk")
    rows = rows.select_related("leg__agent__user").prefetch_related("tracks")
    return [_playable(each, name_of) for each in rows]


def _playable(recording: Recording, name_of: NameOf) -> Playable:
    tracks = {track.side: track for track in recording.tracks.all()}
    agent = name_of(recording.leg.agent.user_id, recording.leg.agent.name)
    longest = max((track.duration_ms or 0 for track in tracks.values()), default=0)
    lanes = tuple(
        Lane(tracks[side], drawn(bytes(tracks[side].peaks))) for side in (Side.CUSTOMER, Side.AGENT) if side in tracks
    )
    return Playable(recording, agent, lanes, round(longest / 1000))


def drawn(peaks: bytes, bars: int = BARS) -> str:
    """The outline of a track as the path of a drawing `bars` wide and 100 high; each bar the loudest of its time."""
    path = []
    for bar in range(bars):
        here = peaks[bar * len(peaks) // bars : max((bar + 1) * len(peaks) // bars, bar * len(peaks) // bars + 1)]
        height = max(2, round(100 * max(here, default=0) / 255))
        path.append(f"M{bar}.5 {50 - height / 2:g}v{height}")
    return "".join(path)
