"""A stored file as an answer: whole, or the part that a player asks for."""

from __future__ import annotations

import re

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase

MOST_AT_ONCE = 1024 * 1024
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


def answer(request: HttpRequest, path: str, *, total: int, content_type: str) -> HttpResponseBase:
    """The first `total` bytes of it, or those of them that were asked for; who may keep it is the caller's word."""
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    first, last = _part(asked[1], asked[2], total) if asked else (0, total - 1)
    if asked:  # a player asks for all that follows; it asks again for what it does not get
        last = min(last, first + MOST_AT_ONCE - 1)
    if first > last or first >= total:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{total}"})
    found: HttpResponseBase
    if request.method != "GET":  # a HEAD asks for the length alone
        found = HttpResponse(content_type=content_type)
    elif asked:
        with default_storage.open(path, "rb") as file:
            file.seek(first)
            found = HttpResponse(file.read(last - first + 1), status=206, content_type=content_type)
    else:
        found = FileResponse(default_storage.open(path, "rb"), content_type=content_type)
    found["Content-Length"] = str(last - first + 1)
    if asked:
        found["Content-Range"] = f"bytes {first}-{last}/{total}"
    found["Accept-Ranges"] = "bytes"
    found["Content-Disposition"] = "inline"
    return found


def _part(first: str, last: str, total: int) -> tuple[int, int]:
    if not first:
        return max(0, total - int(last or 0)), total - 1
    return int(first), min(int(last), total - 1) if last else total - 1
