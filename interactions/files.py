"""Files that come in: what may, told by their bytes and not by their names, and where they are kept."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _

from bpo.kernel.errors import DomainError
from interactions.models import Attachment, Interaction, Message

MOST_BYTES = 10 * 1024 * 1024
MOST_NAME = 120
MOST_FILES = 5
SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"GIF87a", "image/gif", ".gif"),
    (b"GIF89a", "image/gif", ".gif"),
    (b"%PDF-", "application/pdf", ".pdf"),
)


class FileRefused(DomainError):
    """We do not take this file; the code says why."""

    code = "file_type"
    sentence = _("We cannot take this kind of file. Pictures, PDF and text are fine.")
    status = 400


class FileTooLarge(FileRefused):
    """More than ten megabytes."""

    code = "file_large"
    sentence = _("The file is larger than 10 MB.")
    status = 413


class FileEmpty(FileRefused):
    """Nothing in it."""

    code = "file_empty"
    sentence = _("The file is empty.")


class TooManyFiles(FileRefused):
    """More files than one message may have."""

    code = "file_count"
    sentence = _("At most 5 files can go with one message.")


@dataclass(frozen=True, slots=True)
class File:
    """A file that may be kept."""

    name: str
    content_type: str
    content: bytes


def check(name: str, content: bytes) -> File:
    """The file with the type its bytes show, or a refusal."""
    if not content:
        raise FileEmpty
    if len(content) > MOST_BYTES:
        raise FileTooLarge
    content_type, suffix = sniff(content)
    return File(tidy_name(name, suffix), content_type, content)


def sniff(content: bytes) -> tuple[str, str]:
    """Content type and suffix of what we take: pictures, PDF, plain text. FileRefused for everything else."""
    for start, content_type, suffix in SIGNATURES:
        if content.startswith(start):
            return content_type, suffix
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp", ".webp"
    if content[4:12] in (b"ftypheic", b"ftypmif1"):
        return "image/heic", ".heic"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileRefused("no known signature") from error
    # Markup would be run by a careless viewer; nobody needs to send it here.
    if "\0" in text or re.match(r"\s*<(!doctype|\?xml|html|svg|script)", text[:500], re.IGNORECASE):
        raise FileRefused("text with markup or zeroes")
    return "text/plain", ".txt"


def tidy_name(name: str, suffix: str) -> str:
    """A name without folders and control characters that ends as its content demands."""
    plain = unicodedata.normalize("NFC", name.replace("\\", "/"))
    plain = "".join(char for char in PurePath(plain).name if char.isprintable() and char not in '<>:"/|?*').strip(". ")
    stem = PurePath(plain).stem[:MOST_NAME] or "file"
    given = PurePath(plain).suffix.lower()
    same = {".jpeg": ".jpg", ".log": ".txt", ".csv": ".txt", ".heif": ".heic"}
    return f"{stem}{given}" if given and same.get(given, given) == suffix else f"{stem}{suffix}"


def tidy_mail_name(name: str) -> str:
    """A mail's attachment keeps its own ending; only folders and unprintable characters go."""
    plain = PurePath(name.replace("\\", "/")).name
    return (
        "".join(char for char in plain if char.isprintable() and char not in '<>:"/|?*')[-MOST_NAME:].strip() or "file"
    )


def keep(files: Iterable[File], *, interaction: Interaction, message: Message, at: datetime) -> list[Attachment]:
    """Write them down with the message they came with."""
    kept = []
    for file in files:
        row = Attachment(
            client_id=interaction.client_id,
            message=message,
            interaction=interaction,
            name=file.name[:200],
            content_type=file.content_type[:100],
            size=len(file.content),
            digest=hashlib.sha256(file.content).hexdigest(),
            at=at,
        )
        # The stored name says nothing of the given one.
        row.file.save(f"{row.public_id}", ContentFile(file.content), save=False)
        row.save()
        kept.append(row)
    return kept
