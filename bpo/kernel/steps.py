"""Do something for each of many things, so that one that fails stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from bpo.kernel.errors import DomainError

logger = logging.getLogger(__name__)

T = TypeVar("T")


def each(things: Iterable[T], act: Callable[[T], object]) -> int:
    """Do it for each; one that fails is logged and the next is still done. Returns for how many something changed."""
    done = 0
    for thing in things:
        try:
            done += bool(act(thing))
        except DomainError as refused:
            logger.info("%s: %s is no longer so: %s", getattr(act, "__name__", "step"), thing, refused.code)
        except Exception:
            logger.exception("a step failed for %s", thing)
    return done
