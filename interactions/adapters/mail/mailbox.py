"""Fetching from a mailbox by IMAP: raw mails with the ids their server gives them, read without marking them."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from interactions.adapters.base import DeliveryError, Inbound
from interactions.adapters.mail.reading import read

BIGGEST_MAIL = 35 * 1024 * 1024
TOO_BIG_NOTE = b"\r\n\r\n[This mail is larger than we take. The original is in the mailbox.]\r\n"


@dataclass(frozen=True, slots=True)
class MailboxAccess:
    """How to read one mailbox; `security` is plain, starttls or tls."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    security: str = "tls"
    folder: str = "INBOX"
    timeout: int = 20
    biggest: int = BIGGEST_MAIL


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail as it lies on the server; `cut` means it was too big and only its headers came."""

    uidvalidity: int
    uid: int
    raw: bytes
    cut: bool = False


class MailboxError(DeliveryError):
    """The mailbox could not be read; `permanent` when its credentials or folder are refused."""


def fetch_new(mailbox: MailboxAccess, after: tuple[int, int] | None = None, *, limit: int = 100) -> Iterator[Fetched]:
    """Mails behind the mark (uidvalidity, uid), oldest first; all of them when the server has numbered its mails anew.

    Nothing is marked or deleted on the server: a mail that was not stored is fetched again. Raises `MailboxError`.
    """
    with _open(mailbox) as box:
        uidvalidity = _uidvalidity(box, mailbox.folder)
        start = after[1] if after and after[0] == uidvalidity else 0
        for uid, size in _uids_behind(box, start)[:limit]:
            cut = size > mailbox.biggest
            raw = _content(box, uid, headers_only=cut)
            if raw is not None:  # deleted by somebody else meanwhile
                yield Fetched(uidvalidity, uid, raw + TOO_BIG_NOTE if cut else raw, cut)


def read_mailbox(mailbox: MailboxAccess, limit: int = 50) -> list[Inbound]:
    """The newest mails of a mailbox, newest first, each with (uidvalidity, uid) as its provider id."""
    found: list[Inbound] = []
    with _open(mailbox) as box:
        uidvalidity = _uidvalidity(box, mailbox.folder)
        for uid, size in reversed(_uids_behind(box, 0)[-limit:]):
            raw = _content(box, uid, headers_only=size > mailbox.biggest)
            if raw is not None:
                found.append(read(raw, provider_id=provider_id(uidvalidity, uid)))
    return found


def provider_id(uidvalidity: int, uid: int) -> str:
    """How a mail is known within its mailbox."""
    return f"{uidvalidity}-{uid}"


@contextmanager
def _open(mailbox: MailboxAccess) -> Iterator[BaseMailBox]:
    try:
        box = _connect(mailbox)
        try:
            box.login(mailbox.username, mailbox.password, initial_folder=None)
        except ImapToolsError as error:
            raise MailboxError(
                f"{mailbox.host} refuses to sign in {mailbox.username}: {_said(error)}", permanent=True
            ) from error
        try:
            yield box
        finally:
            # A farewell that fails says nothing about the mails that were read.
            with suppress(OSError, imaplib.IMAP4.error, ImapToolsError):
                box.logout()
    except MailboxError:
        raise
    except (OSError, ssl.SSLError, imaplib.IMAP4.error, ImapToolsError) as error:
        raise MailboxError(f"{mailbox.host}:{mailbox.port} cannot be read: {_said(error)}", permanent=False) from error


def _connect(mailbox: MailboxAccess) -> BaseMailBox:
    if mailbox.security == "plain":
        return MailBoxUnencrypted(mailbox.host, mailbox.port, timeout=mailbox.timeout)
    context = ssl.create_default_context()
    if mailbox.security == "starttls":
        return MailBoxStartTls(mailbox.host, mailbox.port, timeout=mailbox.timeout, ssl_context=context)
    return MailBox(mailbox.host, mailbox.port, timeout=mailbox.timeout, ssl_context=context)


def _uidvalidity(box: BaseMailBox, folder: str) -> int:
    """Open the folder read-only; its answer carries the number, so no second command and no race."""
    try:
        box.folder.set(folder, readonly=True)
    except ImapToolsError as error:
        raise MailboxError(f"there is no folder {folder}: {_said(error)}", permanent=True) from error
    answer = box.client.response("UIDVALIDITY")[1]
    value = answer[0] if answer else None
    if isinstance(value, bytes) and value.isdigit():
        return int(value)
    return int(box.folder.status(folder, ["UIDVALIDITY"])["UIDVALIDITY"])


def _uids_behind(box: BaseMailBox, start: int) -> list[tuple[int, int]]:
    """(uid, size) of what lies behind a uid; "n:*" names the last mail even when it is older, so look again."""
    status, lines = box.client.uid("fetch", f"{start + 1}:*", "(UID RFC822.SIZE)")
    found: dict[int, int] = {}
    for line in lines if status == "OK" else []:
        words = line[0] if isinstance(line, tuple) else line
        if not isinstance(words, bytes):
            continue
        uid, size = re.search(rb"\bUID (\d+)", words), re.search(rb"RFC822\.SIZE (\d+)", words)
        if uid and int(uid[1]) > start:
            found[int(uid[1])] = int(size[1]) if size else 0
    return sorted(found.items())


def _content(box: BaseMailBox, uid: int, *, headers_only: bool) -> bytes | None:
    """What the server gives of a mail; None when it is not there any more."""
    status, lines = box.client.uid("fetch", str(uid), "(BODY.PEEK[HEADER])" if headers_only else "(BODY.PEEK[])")
    if status != "OK":  # it lies there still: whoever went on to those behind it would never see it again
        raise MailboxError(f"mail {uid} cannot be read now: {status}", permanent=False)
    return next((line[1] for line in lines if isinstance(line, tuple) and isinstance(line[1], bytes)), None)


def _said(error: Exception) -> str:
    """The server's words, short, and never our password (some servers and libraries echo the command)."""
    return " ".join(str(error).split())[:200] if not isinstance(error, ImapToolsError) else type(error).__name__
