"""The first page of the demo: a door for each role with one click, a tour, and the simulator's switch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import login, logout
from django.core.cache import cache
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from bpo import front, health
from bpo.accounts.models import User
from bpo.celery import BEAT_KEY
from bpo.demo import models
from bpo.demo.content import CLIENTS, ClientContent
from bpo.demo.content.people import AGENTS, STAFF
from bpo.demo.password import demo_password
from bpo.demo.staffing import login_email
from bpo.demo.views.gate import demo_only
from bpo.health import SWEEP_KEY
from bpo.kernel import clock
from clients import opening
from clients.models import Channel, Client, Queue
from interactions.models import Interaction, State

WORKER_KEY = "demo:worker"
WORKER_SECONDS = 20
BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True, slots=True)
class Site:
    """A client company's card."""

    content: ClientContent
    client: Client
    lines: list[tuple[str, str]]


def addresses() -> dict[str, str]:
    """Everybody whom a visitor may become: key to login."""
    people = {each.key: each.email for each in AGENTS} | {each.key: each.email for each in STAFF}
    for content in CLIENTS:
        people |= {login.key: login_email(content, login.key) for login in content.logins}
    return people


@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Choose a door; on a real floor there are none, and everybody goes to his place."""
    if not settings.DEMO:
        return front.home(request)
    clients = {
        client.slug: client
        for client in Client.objects.filter(slug__in=[c.slug for c in CLIENTS]).select_related("brand")
    }
    ready = len(clients) == len(CLIENTS)
    if ready and request.headers.get("HX-Request"):
        # The whole page anew: the sheets of the brands are in its head, which a swap would leave as it was.
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(
        request,
        "demo/start.html",
        {
            "ready": ready,
            "sites": [_site(content, clients[content.slug]) for content in CLIENTS if content.slug in clients],
            "people": _people(),
            "password": demo_password(),
            **_simulator(),
            **_machinery(),
        },
    )


@demo_only
@never_cache
@require_safe
def simulator_part(request: HttpRequest) -> HttpResponse:
    """The switch, what it does just now, and how far the past month is."""
    return render(request, "demo/_simulator.html", _simulator())


@demo_only
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Turn the simulator on or off."""
    models.note(simulator_on=request.POST.get("on") == "1", changed_at=clock.now())
    if request.headers.get("HX-Request"):
        return render(request, "demo/_simulator.html", _simulator())
    return redirect("demo-start")


@demo_only
@require_POST
def enter(request: HttpRequest, key: str) -> HttpResponse:
    """Become somebody of the demo, without a password, and go where that person works."""
    address = addresses().get(key)
    user = User.objects.filter(email=address, is_active=True).first() if address else None
    if user is None:
        raise Http404
    logout(request)
    login(request, user, backend=BACKEND)
    wanted = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        wanted = front.place_of(user)
    return redirect(wanted)


def _people() -> dict[str, str]:
    people = {each.key: each.name for each in AGENTS} | {each.key: each.name for each in STAFF}
    return people | {login.key: login.name for content in CLIENTS for login in content.logins}


def _site(content: ClientContent, client: Client) -> Site:
    """What is open, by channel, in the client's own time."""
    now = clock.now()
    lines = []
    names = {Channel.CHAT: _("Chat"), Channel.VOICE: _("Call back")}
    for queue in Queue.objects.filter(client=client).select_related("hours", "client"):
        name = names.get(queue.channels[0]) if queue.channels else None
        if name:
            lines.append((name, _hours(queue, now)))
    return Site(content, client, sorted(set(lines)))


def _hours(queue: Queue, now: datetime) -> str:
    calendar = opening.calendar_of(queue)
    zone = ZoneInfo(calendar.zone)
    if opening.is_open(queue, now):
        closes = opening.hours.closing_after(calendar, now)
        if closes is None:
            return _("open all day")
        return _("open until %(time)s") % {"time": _moment(closes, now, zone)}
    opens = opening.next_opening(queue, now)
    return _("opens %(time)s") % {"time": _moment(opens, now, zone)} if opens else _("closed")


def _moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    far = local.date() != now.astimezone(zone).date()
    return f"{date_format(local, 'D P' if far else 'P')} {local.tzname()}"


def _simulator() -> dict[str, object]:
    now = clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    counts = Interaction.objects.filter(client__slug__in=[content.slug for content in CLIENTS]).aggregate(
        today=Count("pk", filter=Q(arrived_at__gte=midnight)),
        hour=Count("pk", filter=Q(arrived_at__gte=now - timedelta(hours=1))),
        waiting=Count("pk", filter=Q(state__in=[State.QUEUED, State.OFFERED])),
    )
    return {"demo": models.switch(), **counts}


def _machinery() -> dict[str, object]:
    """Which processes are heard of, for the bar at the top."""
    beats: dict[str, object] = {}
    try:
        beats = cache.get_many([SWEEP_KEY, BEAT_KEY])
    except OSError:
        return {"running": [], "all_running": False}
    heard = {"worker": _worker_answers(), "beat": BEAT_KEY in beats, "sweep": SWEEP_KEY in beats}
    names = ["PostgreSQL", "Valkey", "web", *(name for name, here in heard.items() if here)]
    return {"running": names, "all_running": all(heard.values())}


def _worker_answers() -> bool:
    # Asked by a message that takes up to half a second: what was heard holds for a while.
    answers = cache.get(WORKER_KEY)
    if answers is None:
        answers = health.state_of(health.worker) == "ok"
        cache.set(WORKER_KEY, answers, WORKER_SECONDS if answers else 2)
    return bool(answers)
