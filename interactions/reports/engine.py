"""The figures of contacts out of their facts: a figure's number and its list are the same condition.

It answers as `queries` does out of rows, but for what is of this very moment, and judges by the terms that were known
when a contact came.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet, Sum, Value, When
from django.db.models import Case as SqlCase

from bpo.kernel.errors import InvalidValue
from clients.formulas import COUNTS, PROMISED, Source
from clients.models import Channel
from interactions.models import ContactFact, Door, End
from interactions.reports import mails
from interactions.reports.figures import ANSWERED_ENDS, LIVE_CHANNELS
from interactions.reports.measures import Line
from interactions.reports.scope import Scope, together

SECOND = timedelta(seconds=1)
ENDS = COUNTS[Source.LINE]
# What a figure counts of a line, in the names of Line.
OF_LINES: dict[str, Iterable[str]] = {
    **{end: (end,) for end in ENDS},
    "offered": ENDS,
    "answered": ANSWERED_ENDS,
    "abandoned": ("short", "abandoned_in_time", "abandoned_late"),
    "given_up": ("abandoned_in_time", "abandoned_late"),
    "took_callback": ("callback_in_time", "callback_late"),
    "still_waiting": ("overdue", "pending"),
    **{
        key: ends
        for formula in PROMISED.values()
        if formula.source == Source.LINE
        for key, ends in (
            (formula.judged, formula.denominator),
            (formula.met, formula.numerator),
            (formula.unmet, formula.denominator - formula.numerator),
        )
    },
}
CAME_IN = ~Q(end=End.NONE)
LIVE = Q(channel__in=LIVE_CHANNELS)
MAIL = Q(channel=Channel.EMAIL) & CAME_IN
BESIDE: dict[str, Q] = {
    "came_in": CAME_IN,
    **{door.value: CAME_IN & Q(door=door) for door in Door},
    "not_in_line": Q(end=End.BESIDE, door=""),
    "mail_in": MAIL,
    "mail_replied": MAIL & Q(end__in=[End.IN_TIME, End.LATE]),
    "mail_open": MAIL & Q(end=End.WAITING),
}


class NotOfFacts(InvalidValue):
    """A figure that no fact can tell: of this moment, of work, of promises, or none at all."""

    code = "not_of_facts"


def is_end(name: str, at: datetime) -> Q:
    """Facts that are in this count of Line, for who asks at that moment."""
    overdue = Q(due_at__isnull=False, due_at__lt=at)
    match name:
        case "overdue":
            return Q(end=End.WAITING) & overdue
        case "pending":
            return Q(end=End.WAITING) & ~overdue
    return Q(end=name)


def condition(key: str, scope: Scope) -> Q:
    """The facts that make a figure; of mails alone, where the scope is of them, by their first reply."""
    if scope.channel == Channel.EMAIL and key in mails.KEYS:
        return MAIL & _any(mails.KEYS[key], scope.at)
    if key in OF_LINES:
        return LIVE & _any(OF_LINES[key], scope.at)
    try:
        return BESIDE[key]
    except KeyError:
        raise NotOfFacts(key) from None


def _any(names: Iterable[str], at: datetime) -> Q:
    return reduce(or_, (is_end(name, at) for name in names))


def facts(scope: Scope) -> QuerySet[ContactFact]:
    """All facts of the scope."""
    rows = ContactFact.objects.filter(scope.during("arrived_at"))
    if scope.channel:
        rows = rows.filter(channel=scope.channel)
    if scope.queue:
        rows = rows.filter(queue_id=scope.queue)
    if scope.reason:
        rows = rows.filter(reason_id=scope.reason)
    if scope.no_reason:
        rows = rows.filter(reason__isnull=True)
    return rows


def rows_of(key: str, scope: Scope) -> QuerySet[ContactFact]:
    """The facts a figure counts. Its count is the figure."""
    return facts(scope).filter(condition(key, scope))


def counts(keys: Sequence[str], scope: Scope) -> dict[str, int]:
    """Several figures at once (one query)."""
    return facts(scope).aggregate(**{key: Count("pk", filter=condition(key, scope)) for key in keys})


def lines_of(scopes: Sequence[Scope], *by: str) -> list[dict[tuple[Any, ...], Line]]:
    """How the first stays went, by the named fields, for several stretches of time (one query)."""
    ends = SqlCase(
        *(When(is_end(name, scopes[0].at), then=Value(name)) for name in ("overdue", "pending")), default="end"
    )
    inside = {
        f"in_{n}": ExpressionWrapper(scope.during("arrived_at"), output_field=BooleanField())
        for n, scope in enumerate(scopes if len(scopes) > 1 else [])
    }
    # Of calls and chats, as `queries` counts lines, and of mails where they alone are asked for.
    told = MAIL if scopes[0].channel == Channel.EMAIL else LIVE & CAME_IN & ~Q(end=End.BESIDE)
    rows = (
        facts(together(scopes))
        .filter(told)
        .annotate(**inside, how=ends)
        .order_by()
        .values(*by, *inside, "how")
        .annotate(n=Count("pk"), waits=Sum("wait"))
    )
    found: list[dict[tuple[Any, ...], Line]] = [{} for _ in scopes]
    for row in rows:
        key = tuple(row[name] for name in by)
        waited = row["waits"] / SECOND if row["how"] in ANSWERED_ENDS and row["waits"] is not None else 0.0
        counted = Line(**{row["how"]: row["n"]}, wait_seconds=waited)
        for n, lines in enumerate(found):
            if row.get(f"in_{n}", True):
                lines[key] = lines.get(key, Line()) + counted
    return found


def lines(scope: Scope, *by: str) -> dict[tuple[Any, ...], Line]:
    """How the first stays of one scope went."""
    return lines_of([scope], *by)[0]
