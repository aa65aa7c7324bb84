"""Which sound a file is, told by its bytes: what browsers play, or nothing."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from bpo.kernel import webm

WEBM, OGG, MP3, WAV, MP4 = "audio/webm", "audio/ogg", "audio/mpeg", "audio/wav", "audio/mp4"
# Of MPEG-1 layer III in kbit/s, of MPEG-2 and 2.5; samples a second of MPEG-1.
RATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
SAMPLES = (44_100, 48_000, 32_000)
# Of the loudest a sound can be; what never reaches it is heard by nobody.
AUDIBLE = 0.002
# A sound of an hour in fragments of two seconds has some four thousand.
MOST_BOXES = 10_000
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE


def kind_of(content: bytes) -> str:
    """Its content type; empty for what is no sound, has a picture beside it, or is played nowhere."""
    for kind, tells in ((WEBM, _is_webm), (OGG, _is_ogg), (WAV, _is_wav), (MP4, _is_mp4), (MP3, _is_mp3)):
        if tells(content):
            return kind
    return ""


def _is_webm(content: bytes) -> bool:
    """Tracks that sound, and none with pictures: the coded sound may have any bytes in it."""
    if b"webm" not in content[:64]:
        return False
    try:
        codecs = webm.codecs(content)
    except webm.NotWebm:
        return False
    return bool(codecs) and all(codec.startswith(b"A_") for codec in codecs)


def _is_ogg(content: bytes) -> bool:
    head = content[:256]
    return head.startswith(b"OggS") and any(codec in head for codec in (b"OpusHead", b"\x01vorbis", b"\x7fFLAC"))


def _is_wav(content: bytes) -> bool:
    return _wav(content) is not None


def is_silent(content: bytes) -> bool:
    """Whether nothing is to be heard in it. Told of WAV alone: what is coded only a browser can listen to."""
    found = _wav(content)
    if found is None:
        return False
    kind, width, samples = found
    if kind == FLOAT and width in (4, 8):
        whole = samples[: len(samples) // width * width]
        return all(abs(one) < AUDIBLE for (one,) in struct.iter_unpack("<f" if width == 4 else "<d", whole))
    middle, limit = 128 if width == 1 else 0, AUDIBLE * (1 << (8 * width - 1))  # eight bits have no sign
    ones = (samples[at : at + width] for at in range(0, len(samples) - width + 1, width))
    return all(abs(int.from_bytes(one, "little", signed=width > 1) - middle) < limit for one in ones)


def _wav(content: bytes) -> tuple[int, int, bytes] | None:
    """How a WAV is coded, the bytes of a sample, and the samples; None for what is none, or is cut off."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return None
    at, kind, width = 12, 0, 0
    while at + 8 <= len(content):
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        if content[at : at + 4] == b"fmt ":
            kind = int.from_bytes(content[at + 8 : at + 10], "little")
            width = max(1, int.from_bytes(content[at + 22 : at + 24], "little") // 8)
            if kind == EXTENSIBLE and size >= 26:
                kind = int.from_bytes(content[at + 32 : at + 34], "little")  # of what is within
        elif content[at : at + 4] == b"data":
            whole = kind in (PCM, FLOAT, EXTENSIBLE) and 0 < size <= len(content) - at - 8
            return (kind, width, content[at + 8 : at + 8 + size]) if whole else None
        at += 8 + size + size % 2
    return None


def _is_mp4(content: bytes) -> bool:
    """A sound's track, and no picture's, in what describes the file."""
    if content[4:8] != b"ftyp":
        return False
    left = iter(range(MOST_BOXES))
    handlers = {body[8:12] for body in _inside(content, left, b"moov", b"trak", b"mdia", b"hdlr")}
    return next(left, None) is not None and b"soun" in handlers and b"vide" not in handlers


def _inside(content: bytes, left: Iterator[int], name: bytes, *deeper: bytes) -> Iterator[bytes]:
    """What stands in the boxes of this name, or in those of these names within them; no more are read than `left`."""
    for found, body in _boxes(content, left):
        if found == name:
            yield from _inside(body, left, *deeper) if deeper else [body]


def _boxes(content: bytes, left: Iterator[int]) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(content) and next(left, None) is not None:
        size, head = int.from_bytes(content[at : at + 4], "big"), 8
        if size == 1:
            size, head = int.from_bytes(content[at + 8 : at + 16], "big"), 16
        size = size or len(content) - at
        if size < head:
            return
        yield content[at + 4 : at + 8], content[at + head : at + size]
        at += size


def _is_mp3(content: bytes) -> bool:
    """Two frames, one after the other: two bytes alone begin many a file."""
    at = 0
    if content[:3] == b"ID3" and len(content) > 10:
        size = content[6:10]
        at = 10 + sum((byte & 0x7F) << 7 * (3 - place) for place, byte in enumerate(size))
    first = _frame(content, at)
    return bool(first) and bool(_frame(content, at + first))


def _frame(content: bytes, at: int) -> int:
    """How long the frame of layer III is that begins here; 0 when none does."""
    head = int.from_bytes(content[at : at + 4], "big")
    if len(content) < at + 4 or head >> 21 != 0x7FF or (head >> 17) & 3 != 1:
        return 0
    version, rate, samples, padding = (head >> 19) & 3, (head >> 12) & 15, (head >> 10) & 3, (head >> 9) & 1
    if version == 1 or rate in (0, 15) or samples == 3:
        return 0
    if version == 3:
        return 144_000 * RATES_1[rate] // SAMPLES[samples] + padding
    return 72_000 * RATES_2[rate] // (SAMPLES[samples] // (2 if version == 2 else 4)) + padding
