"""What browsers record piece by piece becomes a file with length and index."""

from __future__ import annotations

import struct

import pytest

from bpo.kernel import webm
from interactions.models import recording

OPUS = b"\x81\x00\x00\x80opus"  # a block: track 1, its time, its flags, what sounds


def element(id_: str, body: bytes, *, unknown: bool = False) -> bytes:
    size = b"\x01" + b"\xff" * 7 if unknown else (len(body) | 1 << 28).to_bytes(4, "big")
    return bytes.fromhex(id_) + size + body


def recorded(seconds: int, *, every: int = 20) -> list[bytes]:
    """A recorder's pieces, one a second: the head with the first, each a cluster of blocks of 20 ms."""
    info = element("1549a966", element("2ad7b1", (1_000_000).to_bytes(4, "big")) + element("4d80", b"Chrome"))
    tracks = element("1654ae6b", element("ae", element("d7", b"\x01") + element("86", b"A_OPUS")))
    head = element("1a45dfa3", element("4282", b"webm")) + element("18538067", info + tracks, unknown=True)
    pieces = []
    for second in range(seconds):
        blocks = b"".join(
            element("a3", b"\x81" + struct.pack(">h", at) + b"\x80" + bytes([second, at % 250]) * 8)
            for at in range(0, 1000, every)
        )
        cluster = element("1f43b675", element("e7", (1000 * second).to_bytes(2, "big")) + blocks, unknown=True)
        pieces.append((head if second == 0 else b"") + cluster)
    return pieces


def children(body: bytes) -> list[tuple[int, bytes]]:
    """The parts of a part."""
    return list(webm._children(body, iter(range(10_000))))


def parts(content: bytes) -> list[tuple[int, bytes]]:
    """The parts of a finished file's segment."""
    head = webm._element(content, 0, len(content))
    segment = webm._element(content, head.end, len(content))
    assert segment.end == len(content), "its size is known"
    return children(content[segment.body :])


def test_length_and_index_are_told() -> None:
    done = webm.finished(b"".join(recorded(5)))
    assert done.duration_ms == 5000
    found = parts(done.content)
    assert [one for one, _ in found] == [webm.INFO, webm.TRACKS, webm.CUES, *[webm.CLUSTER] * 5]
    assert struct.unpack(">d", dict(children(found[0][1]))[webm.DURATION])[0] == 5000


def test_the_index_points_at_the_clusters() -> None:
    content = webm.finished(b"".join(recorded(40))).content
    head = webm._element(content, 0, len(content))
    segment = webm._element(content, head.end, len(content))
    cues = next(body for one, body in children(content[segment.body :]) if one == webm.CUES)
    for second, (_, point) in enumerate(children(cues)):
        told = dict(children(point))
        place = webm._number(dict(children(told[webm.CUE_TRACK_POSITIONS]))[webm.CUE_CLUSTER_POSITION])
        there = webm._element(content, segment.body + place, len(content))
        assert there.id == webm.CLUSTER
        assert webm._number(told[webm.CUE_TIME]) == 1000 * second


def test_what_sounds_is_the_same() -> None:
    raw = b"".join(recorded(3))
    blocks = [webm.finished(raw).content.count(bytes([second, 0]) * 8) for second in range(3)]
    assert blocks == [raw.count(bytes([second, 0]) * 8) for second in range(3)]


def test_what_was_cut_off_is_left_out() -> None:
    raw = b"".join(recorded(3))
    assert webm.finished(raw[:-11]).duration_ms == 2980
    assert webm.finished(raw[:-2000]).duration_ms < 2500


def test_more_parts_than_a_sound_has_are_not_read() -> None:
    many = b"".join(recorded(2)) + element("1f43b675", element("e7", b"\0") + b"\xec\x80" * 10_000)
    assert webm.finished(many).duration_ms
    with pytest.raises(webm.NotWebm, match="more parts"):
        webm.finished(many, most=10_000)
    with pytest.raises(webm.NotWebm, match="without its block"):
        webm.finished(b"".join(recorded(1)) + element("1f43b675", element("e7", b"\0") + element("a0", b"")))


def test_the_index_of_the_longest_track_has_its_room() -> None:
    block = element("a3", b"\x81\0\0\x80" + bytes(8_000))
    clusters = recording.MOST_BYTES // len(block)
    whole = b"".join(recorded(1)) + (element("1f43b675", element("e7", b"\1\0") + block)) * (clusters - 1)
    assert len(whole) > recording.MOST_BYTES * 0.99
    assert len(webm.finished(whole).content) < recording.MOST_BYTES + recording.MOST_INDEX


def test_finished_twice_is_the_same() -> None:
    once = webm.finished(b"".join(recorded(3)))
    assert webm.finished(once.content).duration_ms == once.duration_ms


@pytest.mark.parametrize(
    "content", [b"", b"RIFF....", b"\x1a\x45\xdf\xa3", recorded(1)[0][:60], b"\x1a\x45\xdf\xa3" * 40]
)
def test_what_is_no_recording_is_refused(content: bytes) -> None:
    with pytest.raises(webm.NotWebm):
        webm.finished(content)
