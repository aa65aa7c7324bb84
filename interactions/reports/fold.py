"""Folds the journal into facts, what figures count of each contact that came in: a task with a watermark.

The facts are read from the rows, by the conditions of `figures`; the journal says of whom they must be read anew. A
batch and the mark that it is done are one transaction, so that it may be killed at any moment and done again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Case as SqlCase
from django.db.models import F, Max, Min, Q, Value, When
from django.db.models.functions import Coalesce

from bpo.kernel import clock
from clients.hours import Calendar, NeverOpen, add_open_seconds
from clients.models import Channel, Client, Queue
from interactions.models import ContactFact, Direction, Door, End, FigureMark, Interaction, JournalEntry, State
from interactions.reports import figures, queries
from interactions.reports.scope import Part, Scope, promises_in_force, shorts_of, thresholds_of

MOST = 5000  # entries in one transaction
MOMENT = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)
WAITS = ("overdue", "pending")
TOLD = ("arrived_at", "channel", "client_id", "queue_id", "reason_id", "product_id", "end", "door", "wait", "threshold",
        "short", "due_at")  # fmt: skip
FIELDS = [name.removesuffix("_id") for name in TOLD]

# Whoever inserts holds this lock from before its entries have numbers until it is committed or undone.
WRITERS = """
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND relation = 'interactions_journalentry'::regclass AND mode = 'RowExclusiveLock'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND granted AND pid IS DISTINCT FROM pg_backend_pid()
"""
LAST_NUMBER = "SELECT pg_sequence_last_value(pg_get_serial_sequence('interactions_journalentry', 'id')::regclass)"


@dataclass(frozen=True, slots=True)
class Folded:
    """What one batch came to. `more` says that there are entries it had no room for."""

    entries: int
    contacts: int
    more: bool


@transaction.atomic
def fold(*, at: datetime | None = None, most: int = MOST) -> Folded:
    """Bring the facts of all contacts up to date that the next entries are about."""
    FigureMark.objects.get_or_create(pk=1)
    mark = FigureMark.objects.select_for_update().get(pk=1)
    _look(mark, at or clock.now())
    rows = JournalEntry.objects.filter(pk__gt=mark.entry, pk__lte=mark.safe).order_by("pk")
    entries = list(rows.values_list("pk", "interaction_id")[:most])
    changed = again({contact for _pk, contact in entries if contact is not None})
    more = len(entries) == most
    mark.entry = entries[-1][0] if more else mark.safe
    if not more:
        mark.folded_at = mark.safe_at
    mark.save()
    return Folded(len(entries), changed, more)


def each_batch(*, most: int = MOST) -> Iterator[Folded]:
    """Batch after batch, while there are entries left."""
    more = True
    while more:
        batch = fold(most=most)
        more = batch.more
        yield batch


def catch_up(*, until: datetime | None = None, most: int = MOST) -> list[Folded]:
    """All that is left, or what is done until then: one batch at least."""
    done = []
    for batch in each_batch(most=most):
        done.append(batch)
        if until is not None and clock.now() >= until:
            break
    return done


def from_the_start() -> None:
    """Fold the whole journal once more; facts stay, with the terms they were judged by."""
    FigureMark.objects.update(entry=0, folded_at=None)


def done_until(at: datetime) -> bool:
    """Whether all that was committed by then is in the facts."""
    return FigureMark.objects.filter(folded_at__gte=at).exists()


def _look(mark: FigureMark, at: datetime) -> None:
    """Move what is safe: numbers are given out before they are committed, and are not committed in their order."""
    if set(mark.writers).isdisjoint(_writers()):
        mark.safe, mark.safe_at = mark.seen, mark.seen_at
        # First the number, then who writes: who took it or a lower one is among them, or has committed.
        mark.seen, mark.seen_at = _last_number(), at
        mark.writers = _writers()
        if not mark.writers:
            mark.safe, mark.safe_at = mark.seen, mark.seen_at


def _writers() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(WRITERS)
        return [row[0] for row in cursor.fetchall()]


def _last_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute(LAST_NUMBER)
        return int(cursor.fetchone()[0] or 0)


# --- facts of contacts -----------------------------------------------------------------------------------------------


def again(contacts: Collection[int]) -> int:
    """Read the facts of these contacts anew from their rows; how many were new or other than before."""
    came_in = Interaction.objects.filter(pk__in=contacts, direction=Direction.INBOUND)
    span = came_in.aggregate(first=Min("arrived_at"), last=Max("arrived_at"))
    if span["first"] is None:
        return 0
    clients = list(Client.objects.filter(pk__in=came_in.order_by().values("client")))
    before = ContactFact.objects.in_bulk(contacts)
    rows = _rows(came_in, clients, span["first"], span["last"] + MOMENT)
    due = _Due(row.first_queue for row in rows if _is_mail(row) and row.pk not in before)
    changed = []
    for row in rows:
        known = before.get(row.pk)
        made = _fact(row, known.due_at if known and _is_mail(row) else due.of(row))
        if known is None or any(getattr(known, name) != getattr(made, name) for name in TOLD):
            changed.append(made)
    ContactFact.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["interaction"], update_fields=FIELDS, batch_size=1000
    )
    return len(changed)


def _rows(came_in: Any, clients: list[Client], start: datetime, end: datetime) -> list[Any]:
    """What the facts are made of. The terms that were known when a contact came are those of its fact."""
    promises = promises_in_force(clients, start, end)
    scope = Scope(
        parts=(Part(tuple(client.pk for client in clients), start, end),),
        at=end,
        thresholds=thresholds_of(promises),
        shorts=shorts_of(clients),
    )
    in_line = [When(condition, then=Value(name)) for name, condition in figures.LINE.items()]
    beside = Q(channel__in=figures.LIVE_CHANNELS, first_entered__isnull=True)
    return list(
        figures.contacts(scope)
        .filter(pk__in=came_in.values("pk"))
        .annotate(
            threshold=Coalesce(F("fact__threshold"), scope.threshold()),
            short_limit=Coalesce(F("fact__short"), scope.short()),
            first_entered=F("first__entered_at"),
            first_left=F("first__left_at"),
            first_queue=F("first__queue_id"),
        )
        .annotate(
            end=SqlCase(
                *in_line,
                When(figures.CAME_IN & beside, then=Value(End.BESIDE.value)),
                When(figures.MAIL, then=Value(Channel.EMAIL.value)),
                default=Value(End.NONE.value),
            ),
            door=SqlCase(
                *(When(figures.FIGURES[door].condition, then=Value(door.value)) for door in Door), default=Value("")
            ),
            first_reply=SqlCase(When(channel=Channel.EMAIL, then=queries.first_reply())),
        )
        .order_by("pk")
        .values_list(
            "pk", *TOLD[:6], "state", "first_queue", "first_entered", "first_left", "threshold", "short_limit", "end",
            "door", "first_reply", named=True,
        )
    )  # fmt: skip


def _is_mail(row: Any) -> bool:
    return bool(row.channel == Channel.EMAIL)


def _fact(row: Any, due_at: datetime | None) -> ContactFact:
    end = End.WAITING if row.end in WAITS else row.end
    if row.end == Channel.EMAIL:
        end = _end_of_mail(row, due_at)
    waited = row.first_left - row.first_entered if row.first_left and not _is_mail(row) else None
    return ContactFact(
        interaction_id=row.pk,
        client_id=row.client_id,
        arrived_at=row.arrived_at,
        channel=row.channel,
        queue_id=row.first_queue,
        reason_id=row.reason_id,
        product_id=row.product_id,
        end=str(end),
        door=row.door,
        wait=waited,
        threshold=row.threshold,
        short=row.short_limit,
        due_at=due_at,
    )


def _end_of_mail(row: Any, due_at: datetime | None) -> End:
    """As `mails` judges it, by the hours that were known when it came."""
    if row.first_reply is not None:
        return End.IN_TIME if due_at is None or row.first_reply <= due_at else End.LATE
    return End.ELSEWISE if row.state == State.CLOSED else End.WAITING


class _Due:
    """The last instants in time: of a call or chat by its stay in line, of a mail in the open hours of its line."""

    def __init__(self, queues: Any) -> None:
        found = Queue.objects.filter(pk__in=set(queues), hours__isnull=False).select_related("hours__client")
        self.calendars: dict[int, Calendar] = {queue.pk: queue.hours.calendar() for queue in found if queue.hours}

    def of(self, row: Any) -> datetime | None:
        """None where no time can be too late: never in line, or a line that never opens."""
        entered: datetime | None = row.arrived_at if _is_mail(row) else row.first_entered
        calendar = self.calendars.get(row.first_queue) if _is_mail(row) else None
        if entered is None or calendar is None:
            return entered and entered + row.threshold
        try:
            # Open time is told in whole seconds: the one that has begun is still in time.
            return add_open_seconds(calendar, entered, row.threshold // SECOND + 1) - MOMENT
        except NeverOpen:
            return None
