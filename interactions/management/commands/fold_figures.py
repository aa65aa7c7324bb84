"""Folds what the journal has told into the facts that figures count, to its end; the worker does so all the time."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from bpo.kernel import clock
from interactions.reports import fold

PATIENCE = 60.0  # seconds for those who are writing


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="From the first entry on, as if nothing were folded.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["all"]:
            fold.from_the_start()
        began, asked = time.monotonic(), clock.now()
        entries = contacts = 0
        while True:
            for batch in fold.each_batch():
                entries, contacts = entries + batch.entries, contacts + batch.contacts
                if options["verbosity"] > 1:
                    self.stdout.write(f"{entries} entries")
            if fold.done_until(asked) or (time.monotonic() - began > PATIENCE and not batch.more):
                break
            time.sleep(0.1)
        behind = "" if fold.done_until(asked) else " Somebody still writes: the rest follows."
        took = time.monotonic() - began
        self.stdout.write(f"{entries} entries, {contacts} facts new or changed in {took:.1f} s.{behind}")
