"""A stored file sent whole or in the part that was asked for, as players do; whoever calls has checked who asks."""

from __future__ import annotations

import re

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse

RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def part_of(request: HttpRequest, name: str, *, content_type: str) -> HttpResponse:
    """200 with the whole, 206 with a part, 416 for a part that is not there. Kept in nobody's cache."""
    total = default_storage.size(name)
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    first, last = _part(asked[1], asked[2], total) if asked else (0, total - 1)
    if asked and first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{total}"})
    content = b""
    if request.method == "GET":  # a HEAD asks for the length alone
        with default_storage.open(name, "rb") as file:
            file.seek(first)
            content = file.read(last - first + 1)
    answer = HttpResponse(content, status=206 if asked else 200, content_type=content_type)
    answer["Content-Length"] = str(last - first + 1)
    if asked:
        answer["Content-Range"] = f"bytes {first}-{last}/{total}"
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Disposition"] = "inline"
    return answer


def _part(first: str, last: str, total: int) -> tuple[int, int]:
    if not first:
        return max(0, total - int(last or 0)), total - 1
    return int(first), min(int(last), total - 1) if last else total - 1
