"""A piece of a recording as it is posted, by a desk or by a customer's page, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, JsonResponse

from bpo.kernel.errors import InvalidValue
from interactions import pieces


def read(request: HttpRequest, number: int) -> pieces.Piece:
    """The piece that was sent, as it is; how loud it was and whether it is the last stand in its headers."""
    if request.content_type not in ("application/octet-stream", ""):
        raise InvalidValue("a piece is sent as it is")
    try:
        length = int(request.headers.get("Content-Length") or 0)
        peaks = bytes.fromhex(request.headers.get("X-Peaks", "")[: 2 * pieces.MOST_PEAKS])
    except ValueError as error:
        raise InvalidValue("a length is a number, peaks are hexadecimal") from error
    if length > pieces.MOST_PIECE:
        raise InvalidValue("a piece too large")
    return pieces.Piece(number, request.body, peaks, last=request.headers.get("X-Last") == "1")


def answer(take: Callable[[], int]) -> JsonResponse:
    """Which piece is awaited; told so, the page sends from there."""
    try:
        return JsonResponse({"awaited": take()})
    except pieces.PieceAwaited as missing:
        return JsonResponse({"code": missing.code, "awaited": missing.number}, status=missing.status)
    except (pieces.RecordingOver, pieces.TrackFull) as over:
        return JsonResponse({"code": over.code}, status=over.status)
