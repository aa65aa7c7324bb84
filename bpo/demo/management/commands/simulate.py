"""Plays customers and colleagues of the demo until it is told to stop."""

import asyncio
import contextlib
import signal
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections

from bpo.demo import models
from bpo.demo.simulator.conductor import Conductor
from bpo.demo.visits import pass_of_simulator

SEEDED_EVERY = 2.0


class Command(BaseCommand):
    """`manage.py simulate`"""

    requires_system_checks: list[str] = []
    help = "Plays customers and colleagues through the public doors at human pace; the first page has its switch."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is for demos only: set BPO_DEMO=true.")
        while not self._seeded():
            time.sleep(SEEDED_EVERY)
        with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
            asyncio.run(self._play())

    def _seeded(self) -> bool:
        close_old_connections()
        try:
            return models.switch().seeded_at is not None
        except DatabaseError:
            return False

    async def _play(self) -> None:
        conductor = Conductor(settings.SITE_URL, pass_of_simulator())
        playing = asyncio.create_task(conductor.run())
        for sign in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(sign, playing.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await playing
