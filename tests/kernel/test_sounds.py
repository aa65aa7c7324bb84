"""Which sound a file is, by its bytes: each kind that browsers play, and what only looks like one."""

from __future__ import annotations

import io
import math
import struct
import wave

import pytest

from bpo.kernel import sounds
from tests.kernel.test_webm import recorded


def wav(pitch: int = 440, seconds: float = 0.2) -> bytes:
    """A tone as PCM."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8_000)
        samples = (int(12_000 * math.sin(2 * math.pi * pitch * n / 8_000)) for n in range(int(8_000 * seconds)))
        written.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return file.getvalue()


def box(name: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + name + body


def mp3(head: int, length: int, frames: int = 3) -> bytes:
    return (head.to_bytes(4, "big") + bytes(length - 4)) * frames


MP3 = mp3(0xFFFB9064, 417)  # MPEG-1 layer III, 128 kbit/s, 44.1 kHz
TAG = b"ID3\x04\x00\x00" + bytes([0, 0, 1, 2]) + bytes(130)
M4A = box(b"ftyp", b"M4A \0\0\0\0") + box(b"free", b"") + box(b"moov", box(b"hdlr", b"\0" * 8 + b"soun")) + b"\0" * 8
OGG = b"OggS\0\2" + b"\0" * 22 + b"OpusHead\1\2"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"".join(recorded(1)), sounds.WEBM),
        (OGG, sounds.OGG),
        (OGG.replace(b"OpusHead", b"\x01vorbis_"), sounds.OGG),
        (wav(), sounds.WAV),
        (MP3, sounds.MP3),
        (TAG + MP3, sounds.MP3),
        (mp3(0xFFF38064, 261), ""),
        (mp3(0xFFF34064, 104), sounds.MP3),
        (M4A, sounds.MP4),
    ],
    ids=["webm", "opus", "vorbis", "wav", "mp3", "tagged", "frames that do not follow", "mpeg-2", "m4a"],
)
def test_what_it_is(content: bytes, kind: str) -> None:
    assert sounds.kind_of(content) == kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"".join(recorded(1)).replace(b"A_OPUS", b"V_VP80"),
        M4A.replace(b"soun", b"vide"),
        box(b"ftyp", b"isom") + box(b"mdat", b"soun"),
        b"OggS" + b"\0" * 24 + b"\x80theora",
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x06\0" + bytes(20),
        b"RIFF\0\0\0\0AVI LIST",
        b"ID3\x04\0\0\0\0\0\0" + b"no frame at all",
        b"\xff\xfb\x90\x64 and then nothing that is one",
    ],
)
def test_what_is_none(content: bytes) -> None:
    assert sounds.kind_of(content) == ""
