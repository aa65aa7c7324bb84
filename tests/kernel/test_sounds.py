"""Which sound a file is, by its bytes: each kind that browsers play, and what only looks like one."""

from __future__ import annotations

import io
import math
import struct
import wave

import pytest

from bpo.kernel import sounds
from tests.kernel.test_webm import element, recorded


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


def webm_of(*codecs: bytes, coded: bytes = b"", private: bytes = b"") -> bytes:
    """As a recorder writes it: head, tracks, and a cluster of the sound in blocks."""
    tracks = b"".join(
        element("ae", element("d7", bytes([n])) + element("86", codec) + element("63a2", private))
        for n, codec in enumerate(codecs, start=1)
    )
    info = element("1549a966", element("2ad7b1", (1_000_000).to_bytes(4, "big")) + element("4d80", b"Chrome"))
    cluster = element("1f43b675", element("e7", b"\0") + element("a3", b"\x81\0\0\x80" + coded), unknown=True)
    head = element("1a45dfa3", element("4282", b"webm"))
    return head + element("18538067", info + element("1654ae6b", tracks) + cluster, unknown=True)


def m4a(*handlers: bytes, title: bytes = b"") -> bytes:
    """As an encoder writes it: a track for each handler, and the title in the tags."""
    tracks = b"".join(
        box(b"trak", box(b"tkhd", bytes(84)) + box(b"mdia", box(b"mdhd", bytes(24)) + hdlr(handler)))
        for handler in handlers
    )
    name = box(b"\xa9nam", box(b"data", b"\0\0\0\1\0\0\0\0" + title))
    tags = box(b"udta", box(b"meta", b"\0" * 4 + hdlr(b"mdir") + box(b"ilst", name)))
    return box(b"ftyp", b"M4A \0\0\2\0isomiso2") + box(b"free", b"") + box(b"moov", tracks + tags) + box(b"mdat", b"")


def hdlr(kind: bytes) -> bytes:
    return box(b"hdlr", bytes(8) + kind + bytes(12) + b"SoundHandler\0")


M4A = m4a(b"soun")
OGG = b"OggS\0\2" + b"\0" * 22 + b"OpusHead\1\2"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"".join(recorded(1)), sounds.WEBM),
        (webm_of(b"A_OPUS", coded=b"\x12V_\x99V_VP8"), sounds.WEBM),
        (webm_of(b"A_VORBIS", private=b"setup V_"), sounds.WEBM),
        (OGG, sounds.OGG),
        (OGG.replace(b"OpusHead", b"\x01vorbis_"), sounds.OGG),
        (wav(), sounds.WAV),
        (MP3, sounds.MP3),
        (TAG + MP3, sounds.MP3),
        (mp3(0xFFF38064, 261), ""),
        (mp3(0xFFF34064, 104), sounds.MP3),
        (M4A, sounds.MP4),
        (m4a(b"soun", title=b"Our video hotline"), sounds.MP4),
        (m4a(b"soun", b"text"), sounds.MP4),
    ],
    ids=[
        "webm",
        "pictures in the coded sound",
        "pictures in the set-up",
        "opus",
        "vorbis",
        "wav",
        "mp3",
        "tagged",
        "frames that do not follow",
        "mpeg-2",
        "m4a",
        "video in the title",
        "chapters",
    ],
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
        webm_of(b"A_OPUS", b"V_VP9"),
        webm_of(b"V_VP9", coded=b"A_OPUS"),
        webm_of(),
        webm_of(b"A_OPUS").replace(bytes.fromhex("1f43b675"), bytes.fromhex("1c53bb6b")),
        webm_of(b"A_OPUS")[:60],
        m4a(b"vide", title=b"soun"),
        m4a(b"soun", b"vide"),
        m4a(title=b"soun"),
        M4A + box(b"free", b"") * sounds.MOST_BOXES + m4a(b"vide"),
        M4A + box(b"moov", box(b"trak", b"") * sounds.MOST_BOXES),
        box(b"ftyp", b"isom") + box(b"mdat", b"soun"),
        b"OggS" + b"\0" * 24 + b"\x80theora",
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x06\0" + bytes(20),
        b"RIFF\0\0\0\0AVI LIST",
        wav()[:60],
        wav(seconds=0),
        b"ID3\x04\0\0\0\0\0\0" + b"no frame at all",
        b"\xff\xfb\x90\x64 and then nothing that is one",
    ],
)
def test_what_is_none(content: bytes) -> None:
    assert sounds.kind_of(content) == ""


def pcm(*samples: bytes, kind: int = sounds.PCM, bits: int = 16, more: bytes = b"") -> bytes:
    """A WAV of these samples."""
    rate = (8_000).to_bytes(4, "little")
    form = kind.to_bytes(2, "little") + b"\1\0" + rate + rate + b"\2\0" + bits.to_bytes(2, "little") + more
    data = b"".join(samples)
    chunks = [b"fmt " + len(form).to_bytes(4, "little") + form, b"data" + len(data).to_bytes(4, "little") + data]
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


EXTENDED = b"\x16\0\x10\0\0\0\0\0\1\0" + bytes(14)


@pytest.mark.parametrize(
    ("content", "silent"),
    [
        (wav(), False),
        (wav(pitch=0), True),
        (pcm(*[b"\x20\0"] * 90), True),
        (pcm(*[b"\0\0"] * 90, b"\0\x40"), False),
        (pcm(b"\x80" * 90, bits=8), True),
        (pcm(b"\x80" * 90, b"\xa0", bits=8), False),
        (pcm(bytes(270), bits=24), True),
        (pcm(bytes(270), b"\0\0\xc0", bits=24), False),
        (pcm(struct.pack("<9f", *[0.0] * 9), kind=sounds.FLOAT, bits=32), True),
        (pcm(struct.pack("<9f", *[0.0] * 8, -0.5), kind=sounds.FLOAT, bits=32), False),
        (pcm(bytes(90), kind=sounds.EXTENSIBLE, more=EXTENDED), True),
        (pcm(bytes(90), b"\0\x40", kind=sounds.EXTENSIBLE, more=EXTENDED), False),
        (MP3, False),
    ],
)
def test_a_wav_in_which_nothing_is_heard_is_silent(content: bytes, silent: bool) -> None:
    assert sounds.kind_of(content) and sounds.is_silent(content) is silent
