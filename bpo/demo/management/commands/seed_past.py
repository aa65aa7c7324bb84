"""Writes the past month of the demo, day by day, while everything runs."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bpo.demo.past.writing import write_past


class Command(BaseCommand):
    """`manage.py seed_past`"""

    requires_system_checks: list[str] = []
    help = "Writes a plausible past month of the demo's clients; stopped, it goes on where it was."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is for demos only: set BPO_DEMO=true.")
        began = time.monotonic()
        contacts, rows = write_past()
        self.stdout.write(f"{contacts} contacts, {rows} rows in {time.monotonic() - began:.0f} s.")
