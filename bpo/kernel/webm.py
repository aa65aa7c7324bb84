"""WebM as browsers record it, piece by piece: finished, so that a player knows its length and finds every place in it.

A recorder that does not know when it will be stopped writes no length and no index. Both are told by what it wrote;
what a crash has cut off is left out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

MAGIC = b"\x1a\x45\xdf\xa3"
SEGMENT, INFO, TRACKS, CLUSTER = 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675
TRACK, CODEC = 0xAE, 0x86
TIMECODE_SCALE, DURATION = 0x2AD7B1, 0x4489
TIMECODE, SIMPLE_BLOCK, BLOCK_GROUP, BLOCK = 0xE7, 0xA3, 0xA0, 0xA1
CUES, CUE_POINT, CUE_TIME, CUE_TRACK_POSITIONS, CUE_TRACK, CUE_CLUSTER_POSITION = (
    0x1C53BB6B, 0xBB, 0xB3, 0xB7, 0xF7, 0xF1,
)  # fmt: skip
# What stands inside a segment: where one of them begins, a cluster of unknown size has ended.
OF_SEGMENT = frozenset({INFO, TRACKS, CLUSTER, CUES, 0x114D9B74, 0x1254C367, 0x1043A770, 0x1941A469})
MILLISECOND = 1_000_000
FEW = 100  # parts before the first sound, and of a track
MOST_PARTS = 2_000_000  # of a file: what is read of it; five hours in pieces of sound of ten milliseconds


class NotWebm(ValueError):
    """These bytes are no WebM that could be read."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A file that players can seek in."""

    content: bytes
    duration_ms: int


@dataclass(frozen=True, slots=True)
class _Element:
    id: int
    start: int  # of its header
    body: int
    end: int
    whole: bool


@dataclass(frozen=True, slots=True)
class _Cluster:
    time: int
    body: bytes
    last: int
    step: int


def finished(content: bytes, *, most: int = MOST_PARTS) -> Finished:
    """The same sound with length and index; NotWebm where it cannot be read, or has more than so many parts."""
    try:
        return _finished(content, iter(range(most)))
    except (IndexError, struct.error) as error:
        raise NotWebm(str(error)) from error


def codecs(content: bytes) -> list[bytes]:
    """How each of its tracks is coded, by what stands before the first sound; NotWebm where it cannot be read."""
    front, cluster, _coded = content.partition(CLUSTER.to_bytes(4, "big"))
    if not front.startswith(MAGIC) or not cluster:
        raise NotWebm("nothing is in it")
    try:
        segment = _element(front, _element(front, 0, len(front)).end, len(front))
        left = iter(range(FEW * FEW))
        parts = dict(islice(_children(front[segment.body : segment.end], left), FEW))
        tracks = [body for id_, body in islice(_children(parts.get(TRACKS, b""), left), FEW) if id_ == TRACK]
        return [body for track in tracks for id_, body in islice(_children(track, left), FEW) if id_ == CODEC]
    except IndexError as error:
        raise NotWebm(str(error)) from error


def _finished(content: bytes, left: Iterator[int]) -> Finished:
    if not content.startswith(MAGIC):
        raise NotWebm("no header")
    head = _element(content, 0, len(content))
    segment = _element(content, head.end, len(content))
    if segment.id != SEGMENT:
        raise NotWebm("no segment")
    info = tracks = b""
    clusters = []
    for part in _parts(content, segment.body, segment.end, left):
        if part.id == INFO:
            info = content[part.body : part.end]
        elif part.id == TRACKS:
            tracks = content[part.start : part.end]
        elif part.id == CLUSTER and (cluster := _cluster(content, part, left)) is not None:
            clusters.append(cluster)
    if not info or not tracks or not clusters:
        raise NotWebm("nothing is in it")
    scale = next((_number(content_) for id_, content_ in _children(info, left) if id_ == TIMECODE_SCALE), MILLISECOND)
    length = clusters[-1].last + (clusters[-1].step or clusters[0].step)
    kept = b"".join(_write(id_, content_) for id_, content_ in _children(info, left) if id_ != DURATION)
    front = _write(INFO, kept + _write(DURATION, struct.pack(">d", float(length)))) + tracks
    bodies = [_write(CLUSTER, cluster.body, width=8) for cluster in clusters]
    # Positions are of a fixed width: how long the index is does not hang on what it says.
    position = len(front) + len(_cues([(cluster.time, 0) for cluster in clusters]))
    places = []
    for cluster, body in zip(clusters, bodies, strict=True):
        places.append((cluster.time, position))
        position += len(body)
    whole = content[: head.end] + _write(SEGMENT, front + _cues(places) + b"".join(bodies), width=8)
    return Finished(whole, round(length * scale / MILLISECOND))


def _cluster(content: bytes, part: _Element, left: Iterator[int]) -> _Cluster | None:
    """What of it is whole; None when nothing is."""
    kept, time, last, step = [], None, None, 0
    for each in _parts(content, part.body, part.end, left, inside=True):
        if not each.whole:
            break
        if each.id == TIMECODE:
            time = _number(content[each.body : each.end])
        elif each.id in (SIMPLE_BLOCK, BLOCK_GROUP) and time is not None:
            at = time + _relative(content, each, left)
            last, step = at, at - last if last is not None else step
        kept.append(content[each.start : each.end])
    if time is None or last is None:
        return None
    return _Cluster(time, b"".join(kept), last, step)


def _relative(content: bytes, block: _Element, left: Iterator[int]) -> int:
    """When a block sounds, from the beginning of its cluster."""
    body = block.body
    if block.id == BLOCK_GROUP:
        inner = _parts(content, block.body, block.end, left, inside=True)
        found = next((one.body for one in inner if one.id == BLOCK), None)
        if found is None:
            raise NotWebm("a group without its block")
        body = found
    body += _width(content[body])
    return int(struct.unpack_from(">h", content, body)[0])


def _parts(content: bytes, at: int, end: int, left: Iterator[int], *, inside: bool = False) -> Iterator[_Element]:
    """The elements one after the other, while any are `left` to be read; `inside` a cluster until the next part of the
    segment begins."""
    while at < end:
        if next(left, None) is None:
            raise NotWebm("more parts than a sound has")
        try:
            part = _element(content, at, end)
        except IndexError:  # cut off within its header
            return
        if inside and part.id in OF_SEGMENT:
            return
        if part.id == CLUSTER and part.end == end:
            # Of unknown size, or the last: it ends where the next part begins.
            inner = part.body
            for each in _parts(content, part.body, end, left, inside=True):
                inner = each.end
            part = _Element(part.id, part.start, part.body, inner, True)
        yield part
        if part.end <= at:
            raise NotWebm("it goes nowhere")
        at = part.end


def _element(content: bytes, at: int, limit: int) -> _Element:
    width = _width(content[at])
    if at + width >= limit:
        raise IndexError("cut off")
    id_ = int.from_bytes(content[at : at + width], "big")
    size_at = at + width
    size_width = _width(content[size_at])
    if size_at + size_width > limit:
        raise IndexError("cut off")
    size = int.from_bytes(content[size_at : size_at + size_width], "big") & ((1 << 7 * size_width) - 1)
    body = size_at + size_width
    unknown = size == (1 << 7 * size_width) - 1
    end = limit if unknown else min(body + size, limit)
    return _Element(id_, at, body, end, unknown or body + size <= limit)


def _width(first: int) -> int:
    """How many bytes a number of variable length has, by its first."""
    if not first:
        raise NotWebm("a number too long")
    return 9 - first.bit_length()


def _children(body: bytes, left: Iterator[int]) -> Iterator[tuple[int, bytes]]:
    for part in _parts(body, 0, len(body), left):
        yield part.id, body[part.body : part.end]


def _number(body: bytes) -> int:
    return int.from_bytes(body, "big")


def _write(id_: int, body: bytes, *, width: int = 4) -> bytes:
    size = (len(body) | 1 << 7 * width).to_bytes(width, "big")
    return id_.to_bytes((id_.bit_length() + 7) // 8, "big") + size + body


def _cues(places: list[tuple[int, int]]) -> bytes:
    """The index: at which time which cluster, counted from the beginning of the segment's content."""
    points = []
    for time, position in places:
        where = _write(CUE_TRACK, b"\x01") + _write(CUE_CLUSTER_POSITION, position.to_bytes(8, "big"))
        points.append(_write(CUE_POINT, _write(CUE_TIME, time.to_bytes(8, "big")) + _write(CUE_TRACK_POSITIONS, where)))
    return _write(CUES, b"".join(points))
