"""Email as a channel: read what comes in, fetch it by IMAP, send by SMTP in the client's name."""

from __future__ import annotations

from collections.abc import Collection

from interactions.adapters.base import Inbound, Outbound
from interactions.adapters.mail.html import safe_html, text_of_html
from interactions.adapters.mail.mailbox import (
    Fetched,
    MailboxAccess,
    MailboxError,
    fetch_new,
    provider_id,
    read_mailbox,
)
from interactions.adapters.mail.reading import read
from interactions.adapters.mail.replies import guess_language, new_words
from interactions.adapters.mail.sending import compose, send

__all__ = [
    "EmailAdapter",
    "Fetched",
    "MailboxAccess",
    "MailboxError",
    "compose",
    "fetch_new",
    "guess_language",
    "new_words",
    "provider_id",
    "read_mailbox",
    "safe_html",
    "text_of_html",
]


class EmailAdapter:
    """The email channel; nobody waits on the line."""

    live = False

    def parse(
        self,
        raw: bytes,
        *,
        provider_id: str = "",
        entry_addresses: Collection[str] = (),
        own_addresses: Collection[str] = (),
        own_domains: Collection[str] = (),
    ) -> Inbound:
        """Understand the bytes of a mail; own addresses and Message-ID domains tell which are ours. Never raises."""
        return read(
            raw,
            provider_id=provider_id,
            entry_addresses=entry_addresses,
            own_addresses=own_addresses,
            own_domains=own_domains,
        )

    def deliver(self, message: Outbound) -> str:
        """Send by the message's transport and return its Message-ID; raises `DeliveryError`."""
        return send(message)
