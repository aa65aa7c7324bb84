"""The shapes of the demo's data; no row and no query in here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Text2 = tuple[str, str]
"""A text in English and in Spanish."""

Days = Mapping[int, tuple[tuple[str, str], ...]]
"""Weekday (0 Monday) to spans such as ("09:00", "13:00")."""


@dataclass(frozen=True, slots=True)
class HoursContent:
    """Named hours; `holidays` names the country whose public holidays close them."""

    name: str
    days: Days = field(default_factory=dict)
    always: bool = False
    holidays: str = ""
    holidays_of: str = ""
    short_days: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QueueContent:
    """A line; `rules` are further fields of the model."""

    name: str
    channel: str
    hours: str
    rules: Mapping[str, Any] = field(default_factory=dict)
    wants: Mapping[str, int] = field(default_factory=dict)
    steps: tuple[StepContent, ...] = ()


@dataclass(frozen=True, slots=True)
class StepContent:
    """An overflow step: after so many more seconds; `skill` by its code."""

    after_seconds: int
    action: str
    skill: str = ""
    level: int | None = None
    raise_by: int | None = None


@dataclass(frozen=True, slots=True)
class RuleContent:
    """A rule of a door: what must fit, and what follows."""

    queue: str
    reason: str = ""
    product_type: str = ""
    language: str = ""
    attribute: Text2 = ("", "")
    key: str = ""
    menu: Text2 = ("", "")
    priority: int | None = None
    wants: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DoorContent:
    """A door with its ordered rules."""

    kind: str
    name: str
    queue: str
    hours: str
    address: str = ""
    rules: tuple[RuleContent, ...] = ()


@dataclass(frozen=True, slots=True)
class PromiseContent:
    """What the contract promises on a channel."""

    channel: str
    threshold: int
    target: int
    limit: int


@dataclass(frozen=True, slots=True)
class ReasonContent:
    """A reason; `share` is its weight among the contacts of the past month."""

    code: str
    kind: str
    name: Text2
    share: int = 1
    parent: str = ""
    at_door: bool = True


@dataclass(frozen=True, slots=True)
class DispositionContent:
    """A way to end; nested once by `parent`."""

    code: str
    name: str
    parent: str = ""
    needs_note: bool = False
    needs_follow_up: bool = False


@dataclass(frozen=True, slots=True)
class ProductContent:
    """A product; `price` is for orders."""

    code: str
    type: str
    name: str
    price: int


@dataclass(frozen=True, slots=True)
class ScriptContent:
    """A script by language; `product_type` makes it that type's sub-process."""

    kind: str
    name: str
    graphs: Mapping[str, Mapping[str, Any]]
    product_type: str = ""


@dataclass(frozen=True, slots=True)
class TalkContent:
    """One believable conversation: the customer's opening and lines, the agent's lines, how it is summed up."""

    reason: str
    language: str
    subject: str
    customer: tuple[str, ...]
    agent: tuple[str, ...]
    summary: str
    disposition: str


@dataclass(frozen=True, slots=True)
class LoginContent:
    """A person of the client's own house."""

    key: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class ArticleContent:
    """An article; about a reason or a product, by its code."""

    title: Text2
    body: Text2
    reason: str = ""
    product: str = ""
    read_days_ago: int = 20


@dataclass(frozen=True, slots=True)
class ClientContent:
    """One client, whole."""

    slug: str
    name: str
    prefix: str
    zone: str
    country: str
    currency: str
    trade: Text2
    colour: str
    logo: str
    sender_name: str
    address: str
    phone: str
    never_say: str
    order_prefix: str
    account_prefix: str
    policy: Mapping[str, Any]
    promises: tuple[PromiseContent, ...]
    hours: tuple[HoursContent, ...]
    queues: tuple[QueueContent, ...]
    doors: tuple[DoorContent, ...]
    product_types: Mapping[str, Text2]
    products: tuple[ProductContent, ...]
    reasons: tuple[ReasonContent, ...]
    dispositions: tuple[DispositionContent, ...]
    texts: Mapping[str, Text2]
    snippets: Mapping[str, Text2]
    scripts: tuple[ScriptContent, ...]
    talks: tuple[TalkContent, ...]
    logins: tuple[LoginContent, ...]
    spanish_share: float
    a_day: Mapping[str, int]
    """How many contacts a usual weekday brings, by channel."""

    def text(self, pair: Text2, language: str) -> str:
        """The English or the Spanish of a pair."""
        return pair[1] if language == "es" else pair[0]
