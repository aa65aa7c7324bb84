"""Bytes of a mail to an `Inbound`: headers, words and files, whatever a stranger's program made of the standards.

It uses the standard library's old policy on purpose: the new one parses addresses and dates while reading, which costs
minutes on a header of a megabyte and raises on broken ones.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import collapse_rfc2231_value, getaddresses, parsedate_to_datetime
from functools import partial
from itertools import islice

import structlog

from interactions.adapters.base import Automatic, Inbound, InboundFile
from interactions.adapters.mail import automatic
from interactions.adapters.mail.html import safe_html, text_of_html
from interactions.adapters.mail.replies import guess_language, new_words

log = structlog.get_logger(__name__)

MOST_PARTS, DEEPEST, MOST_FILES, MOST_HEADERS = 300, 15, 60, 300
LONGEST_HEADER, LONGEST_TEXT = 20_000, 400_000
DOOR_HEADERS = ("to", "cc", "resent-to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
PLAIN_ADDRESS = re.compile(r"^[^@\s<>,;:\"()\[\]\\]{1,64}@[^@\s<>,;:\"()\[\]\\]{1,253}$")


def read(
    raw: bytes,
    *,
    provider_id: str = "",
    entry_addresses: Collection[str] = (),
    own_addresses: Collection[str] = (),
    own_domains: Collection[str] = (),
) -> Inbound:
    """Understand a mail; one that cannot be understood is marked `unreadable` and keeps what its headers still say."""
    own = {address.lower() for address in own_addresses}
    domains = {domain.lower() for domain in own_domains}
    try:
        return _read(raw, provider_id, tuple(entry_addresses), own, domains)
    except Exception:  # the parser raises a dozen kinds on hostile input, and no mail may stop the next one
        return _unreadable(raw, provider_id, tuple(entry_addresses))


def _read(raw: bytes, provider_id: str, entries: tuple[str, ...], own: set[str], domains: set[str]) -> Inbound:
    message = message_from_bytes(raw)
    header = partial(header_of, message)
    plain, rich, files = _contents(message)
    text = clean("\n\n".join(plain))[:LONGEST_TEXT].strip()
    html = "\n<hr>\n".join(rich)
    if not text and html:
        text = text_of_html(html)
    from_name, from_address = sender_of(header)
    message_id = _first_id(header("message-id"))
    language = guess_language(text, header("content-language") or header("accept-language"))
    kind, bounce = automatic.judge(
        message,
        header,
        text=text,
        from_address=from_address,
        message_id=message_id,
        own_addresses=own,
        own_domains=domains,
    )
    return Inbound(
        channel="email",
        provider_id=provider_id,
        entry_addresses=entries or _doors(header),
        from_address=from_address,
        from_name=from_name,
        subject=header("subject")[:1000],
        text=text,
        reply_text=new_words(text, language),
        html=safe_html(html, cid_urls={file.inline_cid: f"cid:{file.inline_cid}" for file in files if file.inline_cid}),
        language=language,
        sent_at=_sent_at(header("date")),
        headers=tuple(_headers(message)),
        message_id=message_id,
        in_reply_to=_first_id(header("in-reply-to")),
        references=tuple(automatic.MESSAGE_ID.findall(header("references"))[-50:]),
        attachments=tuple(files),
        automatic=kind,
        bounce=bounce,
        raw=raw,
        unreadable=not message.keys() or not from_address,
    )


def _unreadable(raw: bytes, provider_id: str, entries: tuple[str, ...]) -> Inbound:
    headers: tuple[tuple[str, str], ...] = ()
    subject = name = address = message_id = ""
    try:
        message = BytesHeaderParser().parsebytes(raw[: 64 * 1024])
        header = partial(header_of, message)
        headers, subject, message_id = (
            tuple(_headers(message)),
            header("subject")[:1000],
            _first_id(header("message-id")),
        )
        name, address = sender_of(header)
        entries = entries or _doors(header)
    except Exception:
        log.warning("mail_without_readable_headers", size=len(raw))
    return Inbound(
        channel="email",
        provider_id=provider_id,
        entry_addresses=entries,
        from_address=address,
        from_name=name,
        subject=subject,
        headers=headers,
        message_id=message_id,
        automatic=Automatic.NOT,
        raw=raw,
        unreadable=True,
    )


def clean(text: str) -> str:
    """Text a database can hold: no NUL, no lone surrogates, no carriage returns."""
    text = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode("utf-8")


def header_of(message: Message, name: str) -> str:
    """The first header of that name, decoded, on one line; empty when there is none."""
    wanted = name.lower()
    for key, value in message.raw_items():
        if key.lower() == wanted:
            return _decoded(str(value))
    return ""


def sender_of(header: automatic.HeaderReader) -> tuple[str, str]:
    """Name and address of From, else of Sender; empty address when neither holds one."""
    for name in ("from", "sender"):
        for person, address in getaddresses([header(name)[:2000]]):
            if PLAIN_ADDRESS.match(address):
                return person.strip()[:200], address.lower()
    found = automatic.ADDRESS.search(header("from")[:2000])
    return "", found[0].lower() if found else ""


def _doors(header: automatic.HeaderReader) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in DOOR_HEADERS:
        for _, address in getaddresses([header(name)]):
            if PLAIN_ADDRESS.match(address):
                found.setdefault(address.lower())
    return tuple(found)[:100]


def _headers(message: Message) -> Iterator[tuple[str, str]]:
    for name, value in islice(message.raw_items(), MOST_HEADERS):
        yield clean(str(name))[:200], _decoded(str(value))[:LONGEST_HEADER]


def _decoded(value: str) -> str:
    """A raw header as words; encoded words and raw eight-bit bytes are both read."""
    value = value[:LONGEST_HEADER]
    if not value.isascii():  # raw bytes arrive as surrogates
        value = _text_of_bytes(value.encode("utf-8", "surrogateescape"), "")
    pieces: list[str] = []
    try:
        for piece, charset in decode_header(value):
            pieces.append(_text_of_bytes(piece, charset or "") if isinstance(piece, bytes) else piece)
    except (ValueError, LookupError, MessageError):
        pieces = [value]
    return " ".join(clean("".join(pieces)).split())


def _text_of_bytes(content: bytes, charset: str) -> str:
    for candidate in (charset, "utf-8"):
        try:
            return content.decode(candidate) if candidate else content.decode("utf-8")
        except (LookupError, ValueError):  # ValueError covers UnicodeDecodeError and NUL in the charset's name
            continue
    return content.decode("cp1252", "replace")


def _contents(message: Message) -> tuple[list[str], list[str], list[InboundFile]]:
    """Plain texts, HTML texts and files, in the order of the mail."""
    plain: list[str] = []
    rich: list[str] = []
    files: list[InboundFile] = []
    for part in _leaves(message):
        kind = part.get_content_type()
        name = _file_name(part)
        attached = "attachment" in header_of(part, "content-disposition").lower()[:20]
        if kind == "message/rfc822":
            enclosed = part.get_payload()
            first = enclosed[0] if isinstance(enclosed, list) and enclosed else None
            if isinstance(first, Message):
                title = header_of(first, "subject")[:80] or "message"
                files.append(InboundFile(_safe_name(name or f"{title}.eml"), kind, first.as_bytes()))
            continue
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        if kind in {"text/plain", "text/html"} and not attached and not (name and plain):
            words = _text_of_bytes(content, _charset(part))
            (plain if kind == "text/plain" else rich).append(words)
        elif content and len(files) < MOST_FILES and kind not in {"message/delivery-status", "message/feedback-report"}:
            cid = header_of(part, "content-id").strip("<> ")[:300]
            files.append(InboundFile(_safe_name(name or _invented_name(kind, len(files))), kind, content, cid))
    return plain, rich, files


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something, without following a mail inside the mail."""
    waiting: list[tuple[Message, int]] = [(message, 0)]
    seen = 0
    while waiting and seen < MOST_PARTS:
        part, depth = waiting.pop()
        seen += 1
        payload = part.get_payload()
        if isinstance(payload, list) and part.get_content_maintype() == "multipart":
            if depth < DEEPEST:
                waiting.extend(
                    (inner, depth + 1) for inner in reversed(payload[:MOST_PARTS]) if isinstance(inner, Message)
                )
        else:
            yield part


def _charset(part: Message) -> str:
    try:
        return part.get_content_charset() or ""
    except (LookupError, ValueError, AttributeError):
        return ""


def _file_name(part: Message) -> str:
    for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        try:
            value = part.get_param(parameter, header=header)
        except (LookupError, ValueError, AttributeError, TypeError):
            continue
        if value:
            return _decoded(collapse_rfc2231_value(value))
    return ""


def _safe_name(name: str) -> str:
    """A file name without folders, control characters and tricks with leading dots."""
    last = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[\x00-\x1f\x7f<>:\"|?*\u202a-\u202e\u2066-\u2069]", "_", last).strip(". ")[-150:] or "file"


def _invented_name(kind: str, number: int) -> str:
    known = {"text/calendar": ".ics", "text/plain": ".txt", "text/html": ".html", "application/ms-tnef": ".dat"}
    return f"file-{number + 1}{known.get(kind) or mimetypes.guess_extension(kind) or '.bin'}"


def _first_id(value: str) -> str:
    found = automatic.MESSAGE_ID.search(value)
    return found[0] if found else ""


def _sent_at(value: str) -> datetime | None:
    try:
        sent = parsedate_to_datetime(value[:200])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if sent.tzinfo is None:
        return sent.replace(tzinfo=UTC)
    try:
        return sent.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
