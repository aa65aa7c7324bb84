"""Writes the clients, people and customers of the demo, and, asked for it, its past month."""

import logging
import os
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bpo.demo.password import demo_password
from bpo.demo.past.writing import write_past
from bpo.demo.setting_up import set_up

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """`manage.py seed_demo`"""

    requires_system_checks: list[str] = []
    help = "Sets up three invented clients with their people and customers; run again it only mends what is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--past", action="store_true", help="then write the past month, at low priority")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is for demos only: set BPO_DEMO=true.")
        began = time.monotonic()
        set_up()
        self.stdout.write(f"The demo is set up ({time.monotonic() - began:.1f} s).")
        self.stdout.write(f"Everybody's password is {demo_password()}, such as alex@contact-center.example.")
        if options["past"]:
            os.nice(10)
            self._past()

    def _past(self) -> None:
        """A month that cannot be written is no reason to stop the rest; the first page says so."""
        try:
            contacts, rows = write_past()
        except Exception:
            logger.exception("the past month could not be written")
        else:
            self.stdout.write(f"The past month: {contacts} contacts, {rows} rows written.")
