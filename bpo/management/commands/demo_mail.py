"""Runs the local mail servers of the demo until it is told to stop."""

import asyncio
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from bpo.embedded import mail


class Command(BaseCommand):
    """`manage.py demo_mail`"""

    help = "Starts an SMTP and an IMAP server on this machine; every address has a mailbox, nothing leaves the house."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until SIGINT or SIGTERM; a second copy for the same data folder says so and ends."""
        var = Path(settings.VAR)
        if found := mail.running(var):
            self.stdout.write(f"Local mail already runs: SMTP {found.smtp_port}, IMAP {found.imap_port}.")
            return
        asyncio.run(mail.serve(var))
