"""What a process does once everything it needs is loaded, before its first request."""

from __future__ import annotations

import gc

from django.urls import get_resolver


def settle() -> None:
    """Load every view, and let the garbage collector forget what stays for ever.

    A full collection walks through all of Django and of ours, some hundred thousand objects: 0.1 s in the middle of
    somebody's request, every few dozen pages. What is frozen is not walked through.
    """
    get_resolver().url_patterns  # noqa: B018 - reading them imports the views
    gc.collect()
    gc.freeze()
