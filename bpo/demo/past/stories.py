"""The values a past month is made of: facts to draw from, and what happened to one contact. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bpo.demo.content import ClientContent
from bpo.demo.content.shapes import TalkContent
from bpo.demo.past.walking import OrderFact, Visit
from clients.hours import Calendar
from clients.script_graph import Graph


@dataclass(frozen=True, slots=True)
class CustomerFact:
    """A customer as a timeline needs him."""

    account: str
    name: str
    language: str
    plan: str
    phone: str
    address: str
    facts: Mapping[str, str]
    orders: tuple[OrderFact, ...]


@dataclass(frozen=True, slots=True)
class ClientFact:
    """A client with what decides about its contacts."""

    content: ClientContent
    customers: tuple[CustomerFact, ...]
    calendars: Mapping[str, Calendar]
    """By queue."""
    scripts: Mapping[tuple[str, str], Graph]
    """By kind and language."""
    subs: Mapping[str, Mapping[str, Graph]]
    """By language, then type of product; the general one under ""."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a chat or mail."""

    at: datetime
    out: bool
    text: str


@dataclass(frozen=True, slots=True)
class Handling:
    """An agent's stretch from offer to disposition."""

    agent: str
    offered: datetime
    accepted: datetime
    path: tuple[Visit, ...]
    ended: datetime
    disposed: datetime
    disposition: str
    """Empty: not filled in time."""
    by_customer: bool = False
    holds: tuple[tuple[datetime, datetime], ...] = ()
    lines: tuple[Line, ...] = ()
    summary: str = ""
    outcome: str = ""
    """The code of an ending, or words."""
    confirmed: bool | None = None
    result: str = ""
    """What came of a call back."""
    reported: datetime | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """A call back from this contact, and its tries."""

    at: datetime
    number: str
    tries: tuple[tuple[datetime, Handling], ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """One contact from arrival to the end of everything that followed."""

    key: str
    client: str
    channel: str
    door: str
    language: str
    account: str
    talk: TalkContent
    arrived: datetime
    handling: Handling | None = None
    left: datetime | None = None
    promise: Promise | None = None
    tidied: tuple[datetime, str] | None = None
    """When somebody closed a matter to which nobody came back."""
    closed_case: datetime | None = None
    survey: tuple[datetime, int, bool] | None = None
    after_hours: bool = False

    @property
    def over(self) -> datetime:
        """When the last thing of it happened."""
        ends = [self.arrived, self.left]
        ends += [self.handling.disposed] if self.handling else []
        ends += [tried.disposed for _, tried in self.promise.tries] if self.promise else []
        ends += [self.survey[0]] if self.survey else []
        return max(end for end in ends if end)


@dataclass(slots=True)
class Desks:
    """When each agent has room again: two slots, a call takes both."""

    free: dict[str, list[datetime]] = field(default_factory=dict)

    def room(self, key: str, channel: str) -> datetime:
        """When she could take one of this channel."""
        slots = self.free[key]
        return max(slots) if channel == "voice" else min(slots)

    def take(self, key: str, channel: str, until: datetime) -> None:
        """She is busy until then."""
        slots = self.free[key]
        if channel == "voice":
            slots[:] = [until, until]
        else:
            slots[slots.index(min(slots))] = until
