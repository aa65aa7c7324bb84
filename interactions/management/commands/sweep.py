"""Runs the sweep: timers, healing, callbacks due. Start as many as you like; one works, the others wait."""

import signal
import time
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from django.core.cache import cache
from django.core.management.base import BaseCommand, CommandParser

from bpo.health import SWEEP_KEY
from bpo.kernel import clock
from bpo.kernel.push import FAILURES, breaker
from interactions import push
from interactions.models import Leg, LegState
from interactions.routing.sweep import Sweep

UNSEEN = timedelta(seconds=2)


def beat() -> None:
    """Tell /readyz; a dead Redis costs 200 ms a second."""
    if not breaker.open():
        return
    try:
        cache.set(SWEEP_KEY, time.time(), 120)
    except FAILURES as error:
        breaker.trip(error)


def push_again(at: datetime) -> int:
    """Offers that no console has said it shows are pushed again."""
    unseen = Leg.objects.filter(
        state=LegState.OFFERED, shown_at__isnull=True, offered_at__lte=at - UNSEEN, expires_at__gt=at
    )
    legs = list(unseen.values_list("pk", flat=True)[:100])
    for leg in legs:
        push.offer_card(leg)
    return len(legs)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Sweep once and say what was done.")

    def handle(self, *args: Any, **options: Any) -> None:
        sweep = Sweep(more=[push_again], beat=beat)
        if options["once"]:
            for step, done in sweep.once(clock.now()).items():
                self.stdout.write(f"{step}: {done}")
            return
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        sweep.run(stop)
