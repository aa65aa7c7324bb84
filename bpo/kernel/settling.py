"""What a process does once everything it needs is loaded, before its first request."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import get_template
from django.urls import get_resolver


def settle() -> None:
    """Load every view and page, and let the garbage collector forget what stays for ever.

    A full collection walks through all of Django and of ours, some hundred thousand objects: 0.1 s in the middle of
    somebody's request, every few dozen pages. What is frozen is not walked through; what a request leaves behind in
    circles is looked for less often, since a page makes some ten thousand objects that need no looking for.
    """
    get_resolver().url_patterns  # noqa: B018 - reading them imports the views
    folders: list[Any] = settings.TEMPLATES[0]["DIRS"]  # type: ignore[assignment]
    for folder in map(Path, folders):
        for page in sorted(folder.rglob("*.html")):
            get_template(str(page.relative_to(folder)))
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
