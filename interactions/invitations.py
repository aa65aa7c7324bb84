"""An appointment as a calendar understands it: iCalendar (RFC 5545, 5546), written by hand. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

REQUEST, CANCEL = "REQUEST", "CANCEL"
OCTETS = 75
SPECIAL = re.compile(r"([\\;,])")
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Invitation:
    """What is told of one appointment; the times know their zone, and are told in UTC, as every calendar reads them."""

    method: str
    uid: str
    sequence: int
    stamped_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    organizer: str
    organizer_name: str
    attendee: str
    attendee_name: str = ""
    place: str = ""
    description: str = ""


def write(of: Invitation) -> bytes:
    """The file: lines end in CRLF and are folded at 75 octets, never inside a letter."""
    return b"".join(_folded(line) for line in _lines(of))


def _lines(of: Invitation) -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield f"PRODID:-//{_text(of.organizer_name)}//Appointments//EN"
    yield "CALSCALE:GREGORIAN"
    yield f"METHOD:{of.method}"
    yield "BEGIN:VEVENT"
    yield f"UID:{of.uid}"
    yield f"DTSTAMP:{_moment(of.stamped_at)}"
    yield f"SEQUENCE:{of.sequence}"
    yield f"DTSTART:{_moment(of.starts_at)}"
    yield f"DTEND:{_moment(of.ends_at)}"
    yield f"SUMMARY:{_text(of.summary)}"
    if of.place:
        yield f"LOCATION:{_text(of.place)}"
    if of.description:
        yield f"DESCRIPTION:{_text(of.description)}"
    yield f"ORGANIZER{_named(of.organizer_name)}:mailto:{of.organizer}"
    reply = "" if of.method == CANCEL else ";PARTSTAT=ACCEPTED;RSVP=FALSE"
    yield f"ATTENDEE;ROLE=REQ-PARTICIPANT{reply}{_named(of.attendee_name)}:mailto:{of.attendee}"
    yield f"STATUS:{'CANCELLED' if of.method == CANCEL else 'CONFIRMED'}"
    yield "TRANSP:OPAQUE"
    yield "END:VEVENT"
    yield "END:VCALENDAR"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """A value of type TEXT: its special signs escaped, its lines told as such."""
    plain = CONTROLS.sub(" ", words.replace("\r\n", "\n"))
    return SPECIAL.sub(r"\\\1", plain).replace("\n", "\\n")


def _named(name: str) -> str:
    """The parameter that names a person: a quoted string, which cannot hold a quote."""
    quotable = CONTROLS.sub(" ", name.replace("\n", " ")).replace('"', "'").strip()
    return f';CN="{quotable}"' if quotable else ""


def _folded(line: str) -> bytes:
    """One line of content as octets; what follows on the next begins with a space."""
    parts: list[bytes] = []
    room = OCTETS
    part = b""
    for letter in line:
        octets = letter.encode()
        if len(part) + len(octets) > room:
            parts.append(part)
            part, room = b"", OCTETS - 1
        part += octets
    return b"\r\n ".join([*parts, part]) + b"\r\n"
