"""Is this process alive, is the whole ready, and its numbers; for machines, without a session."""

import ipaddress
import time
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from bpo.celery import BEAT_KEY
from bpo.celery import app as celery
from bpo.kernel import push

SWEEP_KEY = "heartbeat:sweep"  # set by manage.py sweep; its value is time.time()
BEAT_SECONDS = 45
SWEEP_SECONDS = 15


@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return "ok"


def redis_server() -> str:
    return "ok" if push.answers() else "no answer"


def heartbeat(key: str, limit: int) -> str:
    seen = cache.get(key)
    if seen is None:
        return "not seen yet"
    age = time.time() - float(seen)
    return "ok" if age <= limit else f"last seen {age:.0f} s ago"


def worker() -> str:
    # A line of its own: those kept from before may have died with a Redis that is back by now.
    with celery.connection_for_write() as line:
        return "ok" if celery.control.inspect(timeout=0.5, limit=1, connection=line).ping() else "no answer"


CHECKS: dict[str, Callable[[], str]] = {
    "database": database,
    "redis": redis_server,
    "worker": worker,
    "beat": lambda: heartbeat(BEAT_KEY, BEAT_SECONDS),
    "sweep": lambda: heartbeat(SWEEP_KEY, SWEEP_SECONDS),
}
NEEDED_TO_SERVE = {"database"}  # offers go on without the others; they show, but a balancer keeps sending people


def state_of(check: Callable[[], str]) -> str:
    """How a part is, in a word or two."""
    try:
        return check()
    except Exception as error:  # whatever it is, it is that part's state
        return type(error).__name__


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Each part with its state; 503 when a person could not be served, or with ?all when any part is missing."""
    states = {name: state_of(check) for name, check in CHECKS.items()}
    needed = states.keys() if "all" in request.GET else NEEDED_TO_SERVE
    ready = all(states[name] == "ok" for name in needed)
    return JsonResponse({"ready": ready, **states}, status=200 if ready else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus numbers, for staff and for a scraper on this machine."""
    try:
        local = ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        local = False
    # Behind a proxy everyone seems local, so a forwarded request needs a person.
    local = local and "HTTP_X_FORWARDED_FOR" not in request.META
    if not (local or (request.user.is_authenticated and request.user.is_staff)):
        return HttpResponse(status=404)
    return ExportToDjangoView(request)
