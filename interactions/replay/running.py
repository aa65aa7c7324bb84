"""One replay from end to end: the record retraced, then run unchanged, then run with what is to be otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from interactions.replay import figures, opening, rules, scratch
from interactions.replay.causes import WORDS, Cause
from interactions.replay.changes import Changes
from interactions.replay.record import Past, read
from interactions.replay.retrace import Progress, Retrace, Retraced
from interactions.replay.run import Ran, Run

LONGEST = timedelta(days=31)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LONG_AGO = lazy("Nothing is recorded of a time so long ago.")
NOT_OVER = lazy("Only what is over can be replayed.")
AT_ONCE = 2  # runs of one replay side by side
SAID_EVERY = 1.0
ARMS = ("recorded", "unchanged", "changed")
MOST_LISTED = 1000  # differing offers kept with a result; the counts are of all
Said = Callable[[float, str], None]


class BadPeriod(DomainError):
    """No such time can be replayed."""

    code = "bad_period"
    status = 400


@dataclass(frozen=True, slots=True)
class Result:
    """What a replay found out."""

    retraced: Retraced
    arms: dict[str, figures.Arm]
    runs: dict[str, Ran]
    contacts: int

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the row, printed and shown."""
        found = self.retraced
        counted = Counter(each.cause for each in found.different)
        return {
            "contacts": self.contacts,
            "winners": {
                "asked": found.asked,
                "same": found.same,
                "percent": None if found.percent is None else round(found.percent, 3),
                "by_person": found.by_person,
                "causes": {str(cause): n for cause, n in counted.most_common()},
                "different": [
                    {
                        "leg": each.leg, "contact": each.contact, "at": each.at.isoformat(),
                        "recorded": each.recorded, "replayed": each.replayed,
                        "other_contact": each.other_contact, "cause": str(each.cause),
                    }
                    for each in found.different[:MOST_LISTED]
                ],
            },
            "arms": {name: arm.as_json() for name, arm in self.arms.items()},
            "runs": {
                name: {"offers": ran.offers, "same_winner": ran.same_winner, "recorded": ran.recorded}
                for name, ran in self.runs.items()
            },
        }  # fmt: skip


def check(start: datetime, end: datetime) -> None:
    """A period that is over and not too long."""
    if end <= start:
        raise BadPeriod(sentence=_("The period must end after it begins."))
    if start < EARLIEST:
        raise BadPeriod(sentence=LONG_AGO)
    if end > clock.now():
        raise BadPeriod(sentence=NOT_OVER)
    if end - start > LONGEST:
        raise BadPeriod(sentence=_("At most %s days can be replayed at once.") % LONGEST.days)


def replay(
    start: datetime,
    end: datetime,
    changes: Changes,
    *,
    number: int,
    keep: bool = False,
    said: Said = lambda done, what: None,
) -> Result:
    """Replay the period on a scratch schema of that number; `said` hears how far it is and may raise to stop it."""
    check(start, end)
    said(0.0, _("Reading the record"))
    past = read(start, end)
    if not past.contacts:
        raise BadPeriod(sentence=_("Nobody came in this period."))
    changed = rules.changes(start, past.stop)
    scope = figures.scope_of(past, figures.judged_at(past))
    arms = {"recorded": figures.of_floor(past, scope, figures.present(past, past.presence))}
    variants = {"unchanged": Changes()} | ({"changed": changes} if changes else {})
    said(0.02, _("Copying the floor"))
    with ExitStack() as stack:
        floors = [stack.enter_context(scratch.opened(number, arm, keep=keep)) for arm in range(len(variants) + 1)]
        for made in floors:
            opening.prepare(made, past)
        retrace = Retrace(floors[0], past, changed)
        runs: dict[str, Run] = {}
        for (name, variant), made in zip(variants.items(), floors[1:], strict=True):
            applied = variant.applied(made) if variant else variant
            if variant:
                opening.compile_all(made, past)
            runs[name] = Run(made, past, changed, applied)
        said(0.05, _("Replaying"))
        together(
            [retrace.run, *(run.run for run in runs.values())], lambda done: said(0.05 + done * 0.93, _("Replaying"))
        )
        for name, run in runs.items():
            log = list(run.changes.presence(past.presence))
            with figures.looking_at(run.scratch.schema):
                arms[name] = figures.of_floor(past, scope, figures.present(past, log))
    said(1.0, _("Done"))
    return Result(retrace.found, arms, {name: run.ran for name, run in runs.items()}, _came_in(past))


class Stopped(Exception):
    """Inside a run that is to end: somebody stopped the replay, or another run of it failed."""


def together(works: Sequence[Callable[[Progress], object]], said: Progress) -> None:
    """Each run in a thread with the connection of its own schema, two at a time; the first failure ends all."""
    done, stop = [0.0] * len(works), Event()

    def one(place: int) -> None:
        def told(share: float) -> None:
            if stop.is_set():
                raise Stopped
            done[place] = share

        works[place](told)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [pool.submit(one, place) for place in range(len(works))]
        try:
            left = set(running)
            while left:
                finished, left = wait(left, timeout=SAID_EVERY, return_when=FIRST_COMPLETED)
                for each in finished:
                    each.result()
                said(sum(done) / len(done))
        finally:
            stop.set()


def _came_in(past: Past) -> int:
    """Contacts that came in the period itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM interactions_interaction WHERE arrived_at >= %s AND arrived_at < %s AND id = ANY(%s)",
            [past.start, past.end, list(past.contacts)],
        )
        return int(cursor.fetchone()[0])


def arms_of(result: dict[str, Any]) -> dict[str, Any]:
    """The figures of a kept result in the order of their story; the database keeps names in another one."""
    return {name: result["arms"][name] for name in ARMS if name in result["arms"]}


def words_of(cause: str) -> str:
    """A cause as people read it."""
    return str(WORDS[Cause(cause)])
