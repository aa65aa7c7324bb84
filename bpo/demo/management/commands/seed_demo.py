"""Writes the clients, people and customers of the demo."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bpo.demo.password import demo_password
from bpo.demo.setting_up import set_up


class Command(BaseCommand):
    """`manage.py seed_demo`"""

    requires_system_checks: list[str] = []
    help = "Sets up three invented clients with their people and customers; run again it only mends what is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is for demos only: set BPO_DEMO=true.")
        began = time.monotonic()
        set_up()
        self.stdout.write(f"The demo is set up ({time.monotonic() - began:.1f} s).")
        self.stdout.write(f"Everybody's password is {demo_password()}, such as alex@contact-center.example.")
