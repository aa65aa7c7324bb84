"""Reads what the demo's customers were sent, by IMAP from the local server, as their own mail programs would."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from imap_tools import BaseMailBox, MailBoxUnencrypted, MailMessage

from bpo.embedded import mail

MOST = 60
CID = re.compile(r"cid:([^\"'\s>)]+)", re.IGNORECASE)


class NoMail(Exception):
    """The local mail servers do not run."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail; the heavy parts are empty in a list."""

    uid: str
    at: datetime
    sender: str
    address: str
    subject: str
    text: str = ""
    html: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, int], ...] = ()


@contextmanager
def _box(address: str) -> Iterator[BaseMailBox]:
    local = mail.running(settings.VAR)
    if local is None:
        raise NoMail
    box = MailBoxUnencrypted(local.host, local.imap_port, timeout=5)
    with box.login(address, local.password, "INBOX") as opened:
        yield opened


def listing(address: str) -> list[Letter]:
    """The newest mails of an address, newest first."""
    with _box(address) as box:
        return [_letter(each) for each in box.fetch(limit=MOST, reverse=True, headers_only=True, mark_seen=False)]


def letter(address: str, uid: int) -> Letter | None:
    """One mail, whole."""
    with _box(address) as box:
        for each in box.fetch(f"UID {uid}", mark_seen=False):
            return _letter(each, whole=True)
    return None


def _letter(message: MailMessage, *, whole: bool = False) -> Letter:
    sender = message.from_values
    return Letter(
        uid=message.uid or "",
        # A date of zone -0000 is UTC without saying where it was written; the library leaves it naive.
        at=message.date if message.date.tzinfo else message.date.replace(tzinfo=UTC),
        sender=(sender.name or sender.email) if sender else message.from_,
        address=message.from_,
        subject=message.subject,
        text=message.text if whole else "",
        html=_with_pictures(message) if whole else "",
        headers=tuple((name, value) for name, values in message.headers.items() for value in values) if whole else (),
        files=tuple((part.filename, part.size) for part in message.attachments if part.filename and not part.content_id)
        if whole
        else (),
    )


def _with_pictures(message: MailMessage) -> str:
    """The HTML with the pictures it carries put in, since a frame cannot ask a mail for them."""
    inline = {part.content_id: part for part in message.attachments if part.content_id}

    def data(found: re.Match[str]) -> str:
        part = inline.get(found[1])
        if part is None or not part.content_type.startswith("image/"):
            return found[0]
        return f"data:{part.content_type};base64,{base64.b64encode(part.payload).decode()}"

    return CID.sub(data, message.html)
