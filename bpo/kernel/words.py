"""How words that people send in are read: one rule for pages, API, sockets and mail.

What a database cannot hold (NUL, half a surrogate pair) is refused, and so is more than fits: nothing is cut in
silence. Control characters and marks that turn the direction of what stands around them go; marks that a writer of
Arabic or Hebrew needs inside a line, and the joiners of emoji, stay. Mail cannot be refused: it is salvaged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from bpo.kernel.errors import InvalidValue

UNHOLDABLE = re.compile(r"[\x00\ud800-\udfff]")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]")
BREAKS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Embeddings, overrides and isolates: one of these left open writes the rest of somebody else's page backwards.
TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u061c\u2060\u00ad"


class Unreadable(InvalidValue):
    """Characters that cannot be kept."""

    code = "unreadable"
    sentence = _("This contains characters that cannot be read. Please type it again.")


class TooLong(InvalidValue):
    """More than fits."""

    code = "too_long"
    sentence = _("This is too long.")


def paragraphs(text: str, *, most: int) -> str:
    """Words of several lines, at most so many characters; empty when nothing can be seen."""
    refuse_unreadable(text)
    return _fitting(_tidied(text), most)


def line(text: str, *, most: int) -> str:
    """Words on one line, with single spaces; for names, reasons, subjects."""
    refuse_unreadable(text)
    return _fitting(_on_one_line(_tidied(text)), most)


def drafted(text: str, *, most: int) -> str:
    """Words somebody is still writing: as `paragraphs`, but the end of the line stays as it is."""
    refuse_unreadable(text)
    return _fitting(_without_controls(text), most)


def salvaged(text: str, *, most: int) -> str:
    """As much as can be kept of what nobody can be asked to write again."""
    return _tidied(UNHOLDABLE.sub("", text))[:most].rstrip()


def salvaged_line(text: str, *, most: int) -> str:
    """The same on one line."""
    return _on_one_line(_tidied(UNHOLDABLE.sub("", text)))[:most].rstrip()


def sought(text: str) -> str:
    """What somebody looks for: longer words than anything here has find nothing more, so they are cut."""
    refuse_unreadable(text)
    return salvaged_line(text, most=100)


def whole(text: str, *, digits: int) -> int | None:
    """The number that plain digits write, at most so many of them; None when it is none (“²” is a digit to Python)."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def refuse_unreadable(given: Any) -> None:
    """Refuse what the database cannot hold, in a text or anywhere in what a body was parsed into."""
    if isinstance(given, str):
        if UNHOLDABLE.search(given):
            raise Unreadable
    elif isinstance(given, Mapping):
        for name, value in given.items():
            refuse_unreadable(name)
            refuse_unreadable(value)
    elif isinstance(given, Iterable) and not isinstance(given, bytes):
        for value in given:
            refuse_unreadable(value)


def _tidied(text: str) -> str:
    text = unicodedata.normalize("NFC", _without_controls(text)).strip()
    return text if text.strip(UNSEEN + " \t\n") else ""


def _without_controls(text: str) -> str:
    return CONTROLS.sub("", BREAKS.sub("\n", TURNING.sub("", text)))


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _fitting(text: str, most: int) -> str:
    if len(text) > most:
        raise TooLong(sentence=_("This is too long: %(n)s characters at most.") % {"n": most})
    return text
