"""What each contact brings along, read out of its record: its places in line, answers to offers, work and patience."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from clients.models import Channel
from interactions.models import Kind
from interactions.replay.record import Contact, Entry, Leg, Past

LATE = 1 << 60  # the rank of what no record tells: after all that was recorded at that moment


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was recorded, and its place among all records."""

    at: datetime
    rank: int = LATE


@dataclass(slots=True)
class Offer:
    """A recorded offer of routing and what became of it."""

    agent: int
    made: datetime
    end: str  # accepted, declined, missed, rescinded
    over: Moment
    refused_for: int = 0


@dataclass(slots=True)
class Work:
    """A recorded stretch of work: talk, then perhaps what follows it."""

    agent: int
    began: Moment
    talk_over: Moment
    over: Moment
    wraps: bool
    given: bool  # by a person's word
    taken_back: int | None = None  # by a supervisor: for how many seconds it was not offered to her again

    @property
    def talk(self) -> timedelta:
        """From the answer to the end of the talk."""
        return max(self.talk_over.at - self.began.at, timedelta())

    @property
    def after(self) -> timedelta:
        """From there to the end of the work."""
        return max(self.over.at - self.talk_over.at, timedelta())


@dataclass(slots=True)
class Stay:
    """One place in line, or work given without one; then the work it led to, or how it ended without."""

    came: Moment
    lane: int | None
    since: datetime
    returned: bool = False
    priority: int = 0
    prefer: tuple[int, datetime] | None = None
    offers: list[Offer] = field(default_factory=list)
    work: Work | None = None
    left: Moment | None = None
    how: str = ""


@dataclass(slots=True)
class Script:
    """A contact from its arrival to its end."""

    contact: Contact
    stays: list[Stay]


@dataclass(frozen=True, slots=True)
class Asked:
    """A colleague who was asked in: busy from when to when."""

    contact: int
    agent: int
    began: Moment
    over: Moment


def places(past: Past) -> dict[int, tuple[datetime, bool]]:
    """Of each entry into a line: since when the place counts, and whether it is first of its priority."""
    found: dict[int, tuple[datetime, bool]] = {}
    for contact, entries in past.of_contact().items():
        returned = lost = False
        since = open_since = None
        open_entry: Entry | None = None
        for entry in entries:
            leg = past.legs.get(entry.leg or 0)
            if entry.kind == Kind.CONSOLE_LOST:
                lost = past.contacts[contact].channel == Channel.VOICE
            elif entry.kind == Kind.QUEUED:
                back = bool(entry.facts.get("back"))
                returned = back and (returned or lost)
                since = open_since if back and open_since else entry.at
                found[entry.id] = since, returned
                open_entry, open_since, lost = entry, since, False
            elif entry.kind == Kind.OFFERED and leg is not None and open_entry is not None and "enqueued_at" in leg.why:
                open_since = datetime.fromisoformat(leg.why["enqueued_at"])
                found[open_entry.id] = open_since, found[open_entry.id][1]
        if open_entry is not None and not any("enqueued_at" in leg.why for leg in past.legs_of(contact)):
            kept = past.contacts[contact].enqueued_at
            found[open_entry.id] = kept or open_entry.at, found[open_entry.id][1]
    return found


def scripts(past: Past, priorities: dict[int, int], came: dict[int, tuple[datetime, bool]]) -> list[Script]:
    """All contacts with what is recorded of each."""
    made = []
    for contact, entries in past.of_contact().items():
        stays = _stays(past, entries, priorities[contact], came)
        if stays:
            made.append(Script(past.contacts[contact], stays))
    return made


def _stays(past: Past, entries: list[Entry], priority: int, came: dict[int, tuple[datetime, bool]]) -> list[Stay]:
    stays: list[Stay] = []
    seen: set[int] = set()
    prefer: tuple[int, datetime] | None = None
    for entry in entries:
        leg = past.legs.get(entry.leg or 0)
        stay = stays[-1] if stays else None
        match entry.kind:
            case Kind.QUEUED:
                since, returned = came[entry.id]
                if stay is not None and stay.work is None and stay.left is None:
                    stay.left, stay.how = Moment(entry.at, entry.rank), MOVED
                stay = Stay(Moment(entry.at, entry.rank), entry.facts.get("lane"), since, returned, priority, prefer)
                stays.append(stay)
                prefer = None
            case Kind.REPRIORITISED:
                priority = int(entry.facts["to"])
            case Kind.PREFERRED:
                agent = past.agents.get(entry.facts.get("agent", ""))
                if agent and stay is not None and stay.work is None:
                    stay.prefer = agent, datetime.fromisoformat(entry.facts["until"])
            case Kind.UNPARKED if entry.leg is None and stay is not None and stay.work is not None:
                if entry.facts.get("why") != "agent deactivated":
                    prefer = stay.work.agent, entry.at + PARKED_FOR
            case Kind.CLOSED if stay is not None and stay.work is None and stay.left is None:
                stay.left, stay.how = Moment(entry.at, entry.rank), str(entry.facts.get("outcome", "abandoned"))
        if leg is None or leg.role != "primary":
            continue
        if leg.id not in seen:
            seen.add(leg.id)
            if stay is None or stay.work is not None:
                stay = Stay(Moment(leg.offered_at, entry.rank), None, leg.offered_at)
                stays.append(stay)
            _offered(stay, leg, entry)
        _told(stays, leg, entry)
    return [stay for stay in stays if stay.work or stay.left or stay.lane]


def _offered(stay: Stay, leg: Leg, entry: Entry) -> None:
    """A leg's first entry: one more offer, or work that somebody gave."""
    routed = bool(leg.side) and not leg.by_person
    if routed:
        end = "accepted" if leg.accepted_at else leg.state
        over = leg.accepted_at or leg.ended_at
        if over is not None:
            stay.offers.append(Offer(leg.agent, leg.offered_at, end, Moment(over)))
    if leg.accepted_at is None:
        return
    last = leg.ended_at or FAR
    talk_over = leg.work_ended_at or last
    wraps = leg.work_ended_at is not None and leg.work_ended_at < last
    began = Moment(leg.accepted_at, entry.rank)
    stay.work = Work(leg.agent, began, Moment(talk_over), Moment(last), wraps, given=not routed)


def _told(stays: list[Stay], leg: Leg, entry: Entry) -> None:
    """An entry of the leg says at which place its answer, talk or work ended."""
    stay = next((each for each in reversed(stays) if _is_of(each, leg)), None)  # it may stand in the next line already
    if stay is None:
        return
    moment = Moment(entry.at, entry.rank)
    for offer in stay.offers:
        if offer.agent == leg.agent and offer.made == leg.offered_at and offer.over.at == entry.at:
            offer.over = moment
            offer.refused_for = int(entry.facts.get("delay") or 0)
    work = stay.work
    if work is not None and work.agent == leg.agent and leg.accepted_at == work.began.at:
        if entry.kind == Kind.TAKEN_BACK:
            work.taken_back = int(entry.facts.get("delay") or 0)
        if work.began.at == entry.at:
            work.began = moment
        if work.talk_over.at == entry.at and work.talk_over.rank == LATE:
            work.talk_over = moment
        if work.over.at == entry.at:
            work.over = moment


def _is_of(stay: Stay, leg: Leg) -> bool:
    own = stay.work is not None and stay.work.agent == leg.agent and stay.work.began.at == leg.accepted_at
    return own or any(each.agent == leg.agent and each.made == leg.offered_at for each in stay.offers)


def asked_in(past: Past) -> list[Asked]:
    """Colleagues who were asked for help and came."""
    return [
        Asked(leg.contact, leg.agent, Moment(leg.accepted_at), Moment(leg.ended_at or FAR))
        for leg in past.legs.values()
        if leg.role == "consult" and leg.accepted_at is not None
    ]


MOVED = "moved"  # into another line, waiting all the time
PARKED_FOR = timedelta(seconds=60)
FAR = datetime.fromisoformat("9000-01-01T00:00:00+00:00")
