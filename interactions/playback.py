"""Who may hear what was recorded of a contact, how it is shown, and that each listening is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from bpo.accounts.models import User
from bpo.kernel import clock
from clients.access import is_admin
from clients.models import ApiKey, Membership, Role
from interactions import journal
from interactions.models import (
    Callback,
    Interaction,
    Kind,
    Leg,
    LegRole,
    LegState,
    Recording,
    RecordingState,
    Side,
    Track,
)
from interactions.models.leg import ON_IT
from interactions.models.recording import PEAKS_A_SECOND

# One goes back, pauses, and hears it again: that is one listening.
SITTING = timedelta(minutes=30)
BARS = 120
MOST_BEFORE = 3
NameOf = Callable[[int | None, str], str]
OF_THE_CLIENT = (Role.VIEWER, Role.MANAGER)


def audible_to(user: User) -> QuerySet[Recording]:
    """What this person may hear (TABLES.md): an agent her own by policy, a supervisor her clients', the client's people
    by policy, an administrator everything. A spoken message is for who has its matter in hand; unsent for nobody."""
    rows = Recording.objects.visible_to(user).filter(interaction__isnull=False).exclude(state=RecordingState.REFUSED)
    # One whose day has come is deleted any moment.
    rows = rows.filter(Q(deleted_at__isnull=False) | Q(keep_until__gt=clock.now()))
    if is_admin(user):
        return rows
    held = Membership.objects.filter(user=user)
    supervised = held.filter(role=Role.SUPERVISOR).values("client")
    own_house = held.filter(role__in=OF_THE_CLIENT, client__policy__client_hears_recordings=True).values("client")
    own = Q(leg__agent__user=user, client__policy__agents_hear_own_recordings=True)
    return rows.filter(Q(client__in=supervised) | Q(client__in=own_house) | own | _left_for(user))


def _left_for(user: User) -> Q:
    """Spoken messages of a matter that is hers, that is offered to her, or on which she works."""
    legs = Leg.objects.filter(agent__user=user, state__in=[*ON_IT, LegState.WRAPPING])
    legs = legs.filter(interaction__case=OuterRef("interaction__case"))
    promised = Callback.objects.filter(owner__user=user, promised_from=OuterRef("interaction"))
    hers = Q(interaction__case__owner__user=user) | Exists(legs.exclude(role=LegRole.MONITOR)) | Exists(promised)
    return Q(leg__isnull=True) & hers


@transaction.atomic
def heard(recording: Recording, *, by: User, key: ApiKey | None = None, at: datetime | None = None) -> None:
    """Somebody begins to listen: journalled once a sitting. A key listens in the name of whoever made it."""
    at = at or clock.now()
    # The two tracks are asked for at the same moment.
    Recording.objects.select_for_update(no_key=True).get(pk=recording.pk)
    about = recording.about
    name = f"key {key.name}" if key else ""
    told = about.journal.filter(kind=Kind.RECORDING_HEARD, actor=by, at__gt=at - SITTING)
    told = told.filter(facts__recording=str(recording.public_id))
    if not (told.filter(actor_name=name) if key else told.exclude(actor_name__startswith="key ")).exists():
        facts = {name: value for name, value in recording.facts.items() if name != "consent"}
        journal.record(about, Kind.RECORDING_HEARD, by=by, by_name=name, at=at, **facts)


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
    """Whose call it was; empty for a spoken message."""
    lanes: tuple[Lane, ...]
    seconds: int

    @property
    def sounds(self) -> bool:
        """Whether there is something to play."""
        return self.recording.is_kept and any(lane.track.file for lane in self.lanes)


def of_contacts(contacts: Iterable[Interaction | int], user: User, name_of: NameOf) -> list[Playable]:
    """The recordings of these contacts that this person may hear, the oldest first."""
    rows = audible_to(user).filter(interaction__in=list(contacts)).order_by("started_at", "pk")
    rows = rows.select_related("leg__agent__user").prefetch_related("tracks")
    return [_playable(each, name_of) for each in rows]


def _playable(recording: Recording, name_of: NameOf) -> Playable:
    tracks = {track.side: track for track in recording.tracks.all()}
    agent = name_of(recording.leg.agent.user_id, recording.leg.agent.name) if recording.leg else ""
    longest = max((track.duration_ms or 0 for track in tracks.values()), default=0)
    lanes = tuple(
        Lane(tracks[side], drawn(bytes(tracks[side].peaks))) for side in (Side.CUSTOMER, Side.AGENT) if side in tracks
    )
    return Playable(recording, agent, lanes, round(longest / 1000))


def left_before(case: int | None, user: User) -> list[Playable]:
    """The spoken messages of a matter, the newest first: who calls back hears them before she does."""
    if case is None:
        return []
    rows = audible_to(user).filter(leg__isnull=True, interaction__case=case)
    rows = rows.exclude(state=RecordingState.DELETED).order_by("-started_at", "-pk").prefetch_related("tracks")
    return [_playable(each, lambda key, name: name) for each in rows[:MOST_BEFORE]]


def spoken_seconds(case: int | None) -> int | None:
    """How long the newest spoken message of a matter is; None without one."""
    rows = Track.objects.filter(recording__leg__isnull=True, recording__interaction__case=case, peaks__gt=b"")
    found = rows.order_by("-recording__started_at").values_list("peaks", flat=True).first() if case else None
    return round(len(found) / PEAKS_A_SECOND) if found else None


def drawn(peaks: bytes, bars: int = BARS) -> str:
    """The outline of a track as the path of a drawing `bars` wide and 100 high; each bar the loudest of its time."""
    path = []
    for bar in range(bars):
        here = peaks[bar * len(peaks) // bars : max((bar + 1) * len(peaks) // bars, bar * len(peaks) // bars + 1)]
        height = max(2, round(100 * max(here, default=0) / 255))
        path.append(f"M{bar}.5 {50 - height / 2:g}v{height}")
    return "".join(path)
