"""What crosses the border between a channel and the house: plain values, one error, an adapter's shape; no models."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Automatic(StrEnum):
    """Why a message must never get an automatic answer nor start a callback; empty for a person's own words.

    QUIET may be a person's words all the same: a list's, or of a sender whose server asks for no automatic answer.
    """

    NOT = ""
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    OURS = "ours"
    QUIET = "quiet"


class BounceKind(StrEnum):
    """How final a returned mail is."""

    HARD = "hard"
    SOFT = "soft"
    DELAYED = "delayed"
    """Not arrived yet; the other server goes on trying."""
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery report says about a mail we sent."""

    kind: BounceKind
    recipient: str = ""
    original_message_id: str = ""
    status: str = ""
    reason: str = ""

    @property
    def hard(self) -> bool:
        """Whether the address should not be tried again."""
        return self.kind in (BounceKind.HARD, BounceKind.COMPLAINT)


@dataclass(frozen=True, slots=True)
class InboundFile:
    """A file that came along; `inline_cid` is set when the text shows it in place."""

    name: str
    content_type: str
    content: bytes
    inline_cid: str = ""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message or request of a customer, as its channel brought it."""

    channel: str
    provider_id: str = ""
    entry_addresses: tuple[str, ...] = ()
    """Our doors it names, lower case, in the order of To, Cc and the envelope."""
    from_address: str = ""
    from_phone: str = ""
    from_name: str = ""
    subject: str = ""
    text: str = ""
    """Everything that was written, quoted history included."""
    reply_text: str = ""
    """The new words only."""
    html: str = ""
    """Already made safe; empty when none came."""
    language: str = ""
    sent_at: datetime | None = None
    headers: tuple[tuple[str, str], ...] = ()
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    attachments: tuple[InboundFile, ...] = ()
    automatic: Automatic = Automatic.NOT
    bounce: Bounce | None = None
    raw: bytes = b""
    unreadable: bool = False
    """It could not be understood in full: file it, answer nothing."""

    @property
    def content_digest(self) -> str:
        """Tells two mails with one Message-ID apart: sender, subject, words and files."""
        digest = hashlib.sha256()
        for piece in (self.from_address, self.subject, self.text or self.html):
            digest.update(piece.encode("utf-8", "replace") + b"\0")
        for file in self.attachments:
            digest.update(file.name.encode("utf-8", "replace") + b"\0" + file.content + b"\0")
        if self.unreadable and not self.text:
            digest.update(self.raw)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Transport:
    """How to reach a mail server; `security` is plain, starttls or tls."""

    host: str
    port: int
    username: str = ""
    password: str = field(default="", repr=False)
    security: str = "tls"
    timeout: int = 20


@dataclass(frozen=True, slots=True)
class OutboundFile:
    """A file that goes along; with `inline_cid` it is shown inside the HTML.

    One with a calendar's `method` is an invitation: mail programs show it in place of a file.
    """

    name: str
    content_type: str
    content: bytes
    inline_cid: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to a customer, in the client's name."""

    from_name: str
    from_address: str
    to: tuple[str, ...]
    subject: str
    text: str
    message_id: str
    """Fixed in the row before the first try, angle brackets included."""
    html: str = ""
    cc: tuple[str, ...] = ()
    reply_to: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    attachments: tuple[OutboundFile, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    automatic: bool = False
    """Written by the system (a notice), not by a person."""
    unsubscribe_url: str = ""
    transport: Transport | None = None


class DeliveryError(Exception):
    """A message did not leave; `permanent` says that another try is useless."""

    def __init__(self, reason: str, *, permanent: bool, code: int | None = None) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.code = code


class Adapter(Protocol):
    """One customer channel."""

    live: bool
    """Whether a person is waiting on the line."""

    def parse(self, raw: bytes) -> Inbound:
        """Understand what came in; never raises on hostile input."""

    def deliver(self, message: Outbound) -> str:
        """Send and return the provider's id; raises `DeliveryError`."""
