"""Yesterday again: runs a past period through the production routing on a scratch schema, unchanged and changed."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bpo.kernel.errors import DomainError
from clients.models import Client, Queue
from interactions.models import ReplayState
from interactions.replay import asking
from interactions.replay.running import arms_of, words_of

COLUMNS = (
    ("answered", "answered"), ("service_level", "in time %"), ("wait_mean", "wait s"), ("wait_p50", "p50"),
    ("wait_p90", "p90"), ("abandon_rate", "left %"), ("handled", "handled"),
)  # fmt: skip


def moment(text: str) -> datetime:
    """An ISO date or time; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text} is no date or time, such as 2026-03-02 or 2026-03-02T08:00+01:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="start", required=True, help="Date or time, ISO; UTC unless it says so.")
        parser.add_argument("--to", dest="end", required=True, help="Until then, exclusive.")
        parser.add_argument("--change", help="A JSON file of what is to be otherwise (docs/replay.md).")
        parser.add_argument("--json", help="Write the whole result to this file.")
        parser.add_argument("--keep", action="store_true", help="Leave the scratch schemas until the next replay.")

    def handle(self, *args: Any, **options: Any) -> None:
        told: Any = {}
        if options["change"]:
            try:
                told = json.loads(Path(options["change"]).read_text())
            except (OSError, ValueError) as error:
                raise CommandError(f"{options['change']}: {error}") from error
        try:
            asked = asking.ask(moment(options["start"]), moment(options["end"]), told, by=None)
            done = asking.run_now(asked, keep=options["keep"])
        except DomainError as refused:
            raise CommandError(str(refused.sentence)) from refused
        if done.state != ReplayState.DONE:
            raise CommandError(done.fault or "The replay was stopped.")
        if options["json"]:
            Path(options["json"]).write_text(json.dumps(done.result, indent=1))
        self.tell(done.result)

    def tell(self, result: dict[str, Any]) -> None:
        """The tables in words."""
        winners = result["winners"]
        percent = "–" if winners["percent"] is None else f"{winners['percent']} %"
        self.stdout.write(f"{result['contacts']} contacts; the same winner in {percent} of {winners['asked']} offers")
        for cause, n in winners["causes"].items():
            self.stdout.write(f"  {n} other: {words_of(cause)}")
        clients = {str(pk): name for pk, name in Client.objects.values_list("pk", "name")}
        queues = dict(Queue.objects.values_list("pk", "name"))
        head = "".join(f"{words:>12}" for _name, words in COLUMNS)
        for arm, found in arms_of(result).items():
            self.stdout.write(f"\n{arm:<34}{head}")
            self._row("all", found["total"])
            self.stdout.write(f"  agents busy {found['total']['occupancy']} % of their time")
            for pk, row in found["clients"].items():
                self._row(clients.get(pk, pk), row)
                for line in found["lines"]:
                    if str(line["client"]) == pk:
                        self._row(f"  {queues.get(line['line'], '?')}, {line['channel']}", line)

    def _row(self, name: str, row: dict[str, Any]) -> None:
        cells = "".join(f"{'–' if row[key] is None else row[key]:>12}" for key, _words in COLUMNS)
        self.stdout.write(f"{name[:34]:<34}{cells}")
