"""A plain limit for public HTML doors: so many calls a while from one place; open when the cache is down."""

import functools
import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

import redis
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from bpo.kernel.errors import DomainError

logger = logging.getLogger(__name__)
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class TooMany(DomainError):
    """The limit is reached."""

    code = "too_many"
    sentence = _("That was a lot at once. Please wait a moment and try again.")
    status = 429


def parse_rate(rate: str) -> tuple[int, int]:
    """ "30/m" -> (30, 60)."""
    count, unit = rate.split("/")
    return int(count), SECONDS[unit]


def allowed(name: str, key: str, rate: str) -> bool:
    """Count one call and tell whether it is within the rate."""
    limit, seconds = parse_rate(rate)
    slot = f"throttle:{name.replace(' ', '-')}:{key}:{int(time.time() // seconds)}"
    try:
        cache.add(slot, 0, timeout=seconds + 5)
        return cache.incr(slot) <= limit
    except ValueError:  # the slot expired between the two calls
        return True
    except (redis.RedisError, OSError) as error:
        logger.warning("no limit on %s while the cache is down: %s", name, error)
        return True


def caller(request: HttpRequest) -> str:
    """Who is calling, as far as the network and the proxies we trust tell (bpo.asgi)."""
    return str(request.META.get("REMOTE_ADDR", ""))


def throttled(
    name: str, rate: str, *, key: Callable[[HttpRequest], str] = caller, methods: tuple[str, ...] = ("POST",)
) -> Callable[[View], View]:
    """Decorator of a view: @throttled("chat start", "30/m"). Only the named methods count."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method in methods and not allowed(name, key(request), rate):
                raise TooMany(f"{name}: {key(request)}")
            return view(request, *args, **kwargs)

        return cast(View, limited)

    return decorate
