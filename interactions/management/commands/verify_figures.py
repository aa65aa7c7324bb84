"""Holds the figures against the journal, contact by contact and day by day, and prints one line of JSON."""

import json
import sys
from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bpo.kernel import clock
from clients.models import Client
from interactions.reports import checking


def day(text: str) -> date:
    """A local day, such as 2026-11-01."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text} is no day, such as 2026-11-01") from None


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--client", help="The slug of one client; without it all of them.")
        parser.add_argument("--from", dest="first", type=day, help="The first local day; without it the first of all.")
        parser.add_argument("--to", dest="last", type=day, help="The last one, included.")
        parser.add_argument("--share", type=float, default=1.0, help="Of the contacts; under 1 no sums are compared.")
        parser.add_argument("--keep", action="store_true", help="Keep what was found, as every night.")

    def handle(self, *args: Any, **options: Any) -> None:
        share, span = options["share"], (options["first"], options["last"])
        if not 0 < share <= 1:
            raise CommandError("The share is more than 0, and 1 at most.")
        clients = Client.objects.order_by("pk")
        if options["client"]:
            clients = clients.filter(slug=options["client"])
            if not clients:
                raise CommandError(f"There is no client {options['client']}.")
        at = clock.now()
        found = checking.compare(clients, *span, share=share, at=at)
        if options["keep"]:
            checking.keep(found, *span, share, at)
        self.stdout.write(json.dumps(asdict(found)))
        if found.differences:
            sys.exit(1)
