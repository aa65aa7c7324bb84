"""Voice as a channel: what may carry a call, what an exchange is asked to do and what it says; plain values, no models.

`VOICES` says who carries which call. A call between pages is followed by the pages themselves: they are told that
something changed, and ask who hears whom. An exchange does not ask: it is brought from one picture of the call to the
next, operation by operation (`interactions/carrying.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Protocol, Self

CUSTOMER = "customer"


# --- how a call stands ------------------------------------------------------------------------------------------------


class Part(StrEnum):
    """What somebody of ours does in a call."""

    PRIMARY = "primary"
    CONSULT = "consult"
    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"


SUPERVISORS = frozenset({Part.LISTEN, Part.WHISPER, Part.BARGE})


@dataclass(frozen=True, slots=True)
class Party:
    """One of us in a call; `agent` is whose telephone it is on an exchange, an agent's or a supervisor's."""

    id: str
    part: Part
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """How a call stands: who is rung, who is in it, whether he is on hold, what is recorded, whether it is over."""

    ringing: tuple[Party, ...] = ()
    parties: tuple[Party, ...] = ()
    """The agents, the oldest first, then the supervisors beside them."""
    held: bool = False
    recording: str = ""
    """Empty, "on" or "paused"."""
    over: bool = False
    words: str = ""
    """What he hears before an ended call is let go, where nobody was there to say it."""

    @property
    def holder(self) -> Party | None:
        """Who has the call."""
        return next((party for party in self.parties if party.part == Part.PRIMARY), None)

    def hears(self, listener: str, speaker: str) -> bool:
        """Whether one of the call hears another: the one home of who hears whom."""
        who, whom = self._part(listener), self._part(speaker)
        if listener == speaker or who is None or whom is None:
            return False
        if who in SUPERVISORS and whom in SUPERVISORS:
            return False
        if whom in SUPERVISORS:
            if who == CUSTOMER:
                return whom == Part.BARGE and not self.held
            return whom != Part.LISTEN
        return not (self.held and CUSTOMER in (who, whom))

    def _part(self, who: str) -> str | None:
        if who == CUSTOMER:
            return CUSTOMER if self.parties else None
        return next((party.part for party in self.parties if party.id == who), None)

    def heard(self) -> tuple[tuple[str, str], ...]:
        """Every (listener, speaker) but for the supervisors."""
        ids = [CUSTOMER, *(party.id for party in self.parties if party.part not in SUPERVISORS)]
        return tuple((one, other) for one in ids for other in ids if self.hears(one, other))

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """From JSON."""

        def people(rows: Sequence[Mapping[str, str]]) -> tuple[Party, ...]:
            return tuple(Party(row["id"], Part(row["part"]), row["agent"]) for row in rows)

        return cls(**{**kept, **{name: people(kept.get(name, ())) for name in ("ringing", "parties")}})


# --- what an exchange is asked to do ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Order:
    """One operation on one call. Each is safe twice."""

    operation: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class Ring(Order):
    """Ring the telephone of this agent, or stop it."""

    operation: ClassVar[str] = "ring"
    leg: str
    agent: str
    on: bool


@dataclass(frozen=True, slots=True)
class Answer(Order):
    """Somebody took it: the customer's waiting is over."""

    operation: ClassVar[str] = "answer"
    leg: str
    agent: str


@dataclass(frozen=True, slots=True)
class Transfer(Order):
    """Another has it from now on; nobody, while he waits in a line again."""

    operation: ClassVar[str] = "transfer"
    leg: str
    agent: str
    before: str


@dataclass(frozen=True, slots=True)
class Bridge(Order):
    """Exactly these hear each other from now on: (listener, speaker), ids of legs and `customer`."""

    operation: ClassVar[str] = "bridge"
    hears: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Hold(Order):
    """The customer hears music, or no longer."""

    operation: ClassVar[str] = "hold"
    on: bool


@dataclass(frozen=True, slots=True)
class Snoop(Order):
    """A supervisor listens, whispers or joins in; an empty mode: is out."""

    operation: ClassVar[str] = "snoop"
    monitor: str
    user: str
    mode: str


@dataclass(frozen=True, slots=True)
class Record(Order):
    """Record both sides ("on"), silence ("paused"), or end the recording ("")."""

    operation: ClassVar[str] = "record"
    how: str


@dataclass(frozen=True, slots=True)
class HangUp(Order):
    """The call is over: every line of it. The customer's after these words, when there are any."""

    operation: ClassVar[str] = "hang_up"
    text: str = ""


def orders(before: Picture, after: Picture) -> list[Order]:
    """What brings an exchange from one picture of a call to the next, in this order; none when nothing differs."""
    if after.over:
        return [] if before.over else [HangUp(after.words)]
    found: list[Order] = []
    theirs = {party.id for party in after.ringing}
    ours = {party.id for party in before.ringing}
    inside = {party.id for party in after.parties}
    for gone in before.ringing:
        if gone.id not in theirs | inside:
            found.append(Ring(gone.id, gone.agent, on=False))
    had, has = before.holder, after.holder
    if has is not None and had is None:
        found.append(Answer(has.id, has.agent))
    elif had is not None and (has is None or has.id != had.id):
        found.append(Transfer(has.id if has else "", has.agent if has else "", had.id))
    if before.heard() != after.heard():
        found.append(Bridge(after.heard()))
    if _music(before) != _music(after):
        found.append(Hold(_music(after)))
    found += [Ring(party.id, party.agent, on=True) for party in after.ringing if party.id not in ours]
    modes, were = _modes(after), _modes(before)
    found += [Snoop(gone, user, "") for gone, (user, _mode) in were.items() if gone not in modes]
    found += [Snoop(monitor, *how) for monitor, how in modes.items() if were.get(monitor) != how]
    if before.recording != after.recording:
        found.append(Record(after.recording))
    return found


def _music(picture: Picture) -> bool:
    """He is on hold; whoever waits in a line hears what the exchange plays to the waiting."""
    return picture.held and picture.holder is not None


def _modes(picture: Picture) -> dict[str, tuple[str, str]]:
    return {party.id: (party.agent, party.part) for party in picture.parties if party.part in SUPERVISORS}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call is on an exchange: its address, the secret both sides sign with, its id there."""

    address: str
    secret: str = field(repr=False)
    call: str


class ExchangeError(Exception):
    """It did not do it; `gone` says that it knows no such call (any more)."""

    def __init__(self, reason: str, *, gone: bool = False) -> None:
        super().__init__(reason)
        self.gone = gone


# --- what happens there -----------------------------------------------------------------------------------------------


class Happened(StrEnum):
    """What a carrier tells of a call."""

    ARRIVED = "arrived"
    RINGING = "ringing"
    CONNECTED = "connected"
    FAILED = "failed"
    KEY = "key"
    HUNG_UP = "hung_up"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `leg` names whose line it is about; empty: the customer's own."""

    kind: Happened
    call: str = ""
    leg: str = ""
    side: str = ""
    """Of CONNECTED: "customer" or "agent" hears the other; empty: both do."""
    number: str = ""
    name: str = ""
    language: str = ""
    key: str = ""
    why: str = ""
    where: str = ""
    """Of RECORDED: where the file lies."""
    simulated: bool = False


class NotUnderstood(ValueError):
    """No such thing can happen to a call; the message says what is wrong, for who sends it."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A change of a call that was committed: what the journal calls it, and where its customer's pages are reached."""

    about: str
    pages: tuple[str, ...] = ()


class VoiceAdapter(Protocol):
    """Whatever carries the voices of a call."""

    name: str
    """How the journal calls it."""
    live: bool
    """Whether a person is waiting on the line."""
    says_heard: bool
    """It tells when the two hear each other; else a call counts by its accept, and of one of ours the agent reports."""
    in_pages: bool
    """The voices go between pages of ours: a desk needs a microphone, and records."""

    def dial_link(self, number: str) -> str:
        """What the agent follows to call this number; empty when it cannot be dialled."""

    def parse(self, raw: Mapping[str, Any]) -> Event:
        """What it says happened; raises `NotUnderstood`."""

    def changed(self, call: Changed) -> bool:
        """Tell those who ask for the picture themselves; True when it has to be followed, operation by operation."""


class Exchange(VoiceAdapter, Protocol):
    """One that is told what to do."""

    def do(self, order: Order, place: Place) -> None:
        """Do it within seconds, twice like once; raises `ExchangeError`."""
