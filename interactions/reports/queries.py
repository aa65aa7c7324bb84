"""From a scope to figures, and from a figure to exactly the rows that make it: same rows, same condition, one home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models import Case as SqlCase
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from bpo.kernel.composed import Composed, figured
from bpo.kernel.errors import InvalidValue
from bpo.kernel.outgoing import OutgoingState
from clients.models import Channel
from interactions.models import BEGAN, Callback, Interaction, Leg, Message, MessageDirection, Outcome, State
from interactions.reports import figures, mails
from interactions.reports.figures import FIGURES, HANDLED, OPEN_CALLBACK, Figure, Thing
from interactions.reports.measures import Callbacks, Handling, Line, total
from interactions.reports.scope import Scope, together

SECOND = timedelta(seconds=1)
# A reply that bounced was a reply; one that is undone or never left was none.
REPLIED = (OutgoingState.SENT, OutgoingState.DELIVERED, OutgoingState.BOUNCED, OutgoingState.COMPLAINED)


class NoSuchFigure(InvalidValue):
    """An address names a figure that does not exist."""

    code = "no_such_figure"
    sentence = _("There is no such figure.")


def figure_of(key: str) -> Figure:
    """The figure of that name."""
    try:
        return FIGURES[key]
    except KeyError:
        raise NoSuchFigure(key) from None


def first_reply() -> Subquery:
    """When the first reply of a person left for the customer: one may be written to be sent later. Undone and failed
    replies are no replies."""
    return Subquery(
        Message.objects.filter(
            interaction=OuterRef("pk"), direction=MessageDirection.OUT, agent__isnull=False, state__in=REPLIED
        )
        .annotate(left_at=Coalesce("sent_at", "at"))
        .order_by("left_at")
        .values("left_at")[:1]
    )


def rows_of(key: str, scope: Scope) -> QuerySet[Any]:
    """The rows a figure counts: contacts, stretches of work or callbacks. Its count is the figure."""
    figure = figure_of(key)
    match figure.thing:
        case Thing.LEG:
            return figures.legs(scope).filter(figure.condition)
        case Thing.CALLBACK:
            return figures.callbacks(scope).filter(figure.condition)
    if scope.channel == Channel.EMAIL and key in mails.KEYS:
        return Interaction.objects.filter(pk__in=mails.mail_rows(key, scope, replies(scope)))
    rows = figures.arrived(scope, now=True) if figure.now else figures.contacts(scope)
    if key.startswith("mail_"):
        rows = rows.annotate(first_reply=first_reply())
    return rows.filter(figure.condition)


def contacts_of(key: str, scope: Scope) -> QuerySet[Interaction]:
    """The contacts that make a figure, each once: those of its rows."""
    rows = rows_of(key, scope)
    match figure_of(key).thing:
        case Thing.LEG:
            return Interaction.objects.filter(pk__in=rows.values("interaction"))
        case Thing.CALLBACK:
            return Interaction.objects.filter(
                Q(pk__in=rows.values("promised_from")) | Q(pk__in=rows.values("interaction"))
            )
    return rows


def lines(scope: Scope, *by: str) -> dict[tuple[Any, ...], Line]:
    """How the first visits went, by the named fields of the contact (one query)."""
    return lines_of([scope], *by)[0]


def lines_of(scopes: Sequence[Scope], *by: str) -> list[dict[tuple[Any, ...], Line]]:
    """The same for several stretches of time that are judged alike: one query for all, which decides once a contact."""
    found: list[dict[tuple[Any, ...], Line]] = [{} for _ in scopes]
    for row in asked(_lines, scopes, by=by):
        key = tuple(getattr(row, name) for name in by)
        waited = row.waits / SECOND if row.end in figures.ANSWERED_ENDS else 0.0
        counted = Line(**{row.end: row.n}, wait_seconds=waited)
        for n, lines in enumerate(found):
            if getattr(row, f"in_{n}", True):
                lines[key] = lines.get(key, Line()) + counted
    return found


def asked(statement: Composed[Any], scopes: Sequence[Scope], **choices: Any) -> list[Any]:
    """The rows of a statement about these scopes, written once for all scopes of their shapes."""
    moments = (moment for scope in scopes for moment in scope.moments)
    # Judged by what holds in all of their time: a contract may begin between the first and the last.
    judging = together(scopes).rule
    return statement(*moments, shapes=tuple(scope.shape(judging) for scope in scopes), **choices)


@figured
def _lines(*moments: Any, shapes: Sequence[Scope], by: Sequence[str]) -> QuerySet[Interaction, Any]:
    places = iter(moments)
    scopes = [shape.placed(places) for shape in shapes]
    inside = {
        f"in_{n}": ExpressionWrapper(scope.during("arrived_at"), output_field=BooleanField())
        for n, scope in enumerate(scopes if len(scopes) > 1 else [])
    }
    end = SqlCase(*(When(condition, then=Value(name)) for name, condition in figures.ENDS.items()))
    return (
        figures.contacts(together(scopes))
        .filter(figures.IN_LINE)
        .order_by()
        .annotate(**inside, end=end)
        .values_list(*by, *inside, "end", named=True)
        .annotate(n=Count("pk"), waits=Sum("first_wait"))
    )


def line(scope: Scope) -> Line:
    """How the first visits of the whole scope went."""
    return lines(scope).get((), Line())


def handling(scope: Scope, *by: str) -> dict[tuple[Any, ...], Handling]:
    """Talk, hold and wrap-up of legs whose wrap-up ended in the scope (one query)."""
    worked_until = Coalesce("work_ended_at", "ended_at")
    rows = (
        figures.legs(scope)
        .filter(HANDLED)
        .order_by()
        .annotate(
            work=ExpressionWrapper(worked_until - BEGAN, output_field=DurationField()),
            wrap=ExpressionWrapper(F("ended_at") - worked_until, output_field=DurationField()),
        )
    )
    sums: dict[str, Any] = {
        "n": Count("pk"),
        "worked": Sum("work"),
        "wrapped": Sum("wrap"),
        "held": Sum("hold_seconds"),
    }
    grouped = rows.values(*by).annotate(**sums) if by else [rows.aggregate(**sums)]
    result = {}
    for row in grouped:
        worked, held = (row["worked"] or timedelta()) / SECOND, float(row["held"] or 0)
        result[tuple(row[name] for name in by)] = Handling(
            legs=row["n"],
            talk_seconds=worked - held,
            hold_seconds=held,
            wrap_up_seconds=(row["wrapped"] or timedelta()) / SECOND,
        )
    return result


@figured
def _callbacks(*moments: Any, shapes: Sequence[Scope]) -> QuerySet[Callback, tuple[str, int]]:
    places = iter(moments)
    (scope,) = (shape.placed(places) for shape in shapes)
    return figures.callbacks(scope).order_by().values_list("state").annotate(n=Count("pk"))


def callbacks(scope: Scope) -> Callbacks:
    """The ledger of promises made in the scope (one query)."""
    counts = dict(asked(_callbacks, [scope]))
    ends = ("kept", "late", "unreached", "broken", "withdrawn")
    return Callbacks(
        open=sum(counts.get(state, 0) for state in OPEN_CALLBACK), **{end: counts.get(end, 0) for end in ends}
    )


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Contacts that came for one reason, and how they went so far."""

    reason: int | None
    code: str  # "-" for contacts without a reason, as addresses say it
    name: str
    contacts: int
    handled: int = 0
    callback: int = 0
    left: int = 0
    open: int = 0
    share: float = 0.0

    @property
    def otherwise(self) -> int:
        """Closed in any other way."""
        return self.contacts - self.handled - self.callback - self.left - self.open


def reasons(scope: Scope) -> list[ReasonRow]:
    """Why customers came, the most frequent first; contacts without a reason last (one query)."""
    found = [
        ReasonRow(
            r.reason_id,
            r.reason__code or "-",
            r.reason__name or "",
            r.n,
            r.handled,
            r.callback,
            r.left,
            r.still_open,
        )
        for r in asked(_reasons, [scope])
    ]
    every = sum(row.contacts for row in found)
    found = [replace(row, share=row.contacts / every) for row in found]
    return sorted(found, key=lambda row: (row.reason is None, -row.contacts, row.name))


# Of a message the promise tells: who hung up where one could be left from the line has the same outcome.
CALLED_BACK = Q(outcome__in=[Outcome.CALLBACK_PROMISED, Outcome.AFTER_HOURS]) | Q(
    Exists(Callback.objects.filter(promised_from=OuterRef("pk"))), outcome=Outcome.VOICEMAIL
)


@figured
def _reasons(*moments: Any, shapes: Sequence[Scope]) -> QuerySet[Interaction, Any]:
    places = iter(moments)
    (scope,) = (shape.placed(places) for shape in shapes)
    return (
        figures.arrived(scope)
        .filter(figures.CAME_IN)
        .order_by()
        .values_list("reason_id", "reason__code", "reason__name", named=True)
        .annotate(
            n=Count("pk"),
            handled=Count("pk", filter=Q(outcome=Outcome.HANDLED)),
            callback=Count("pk", filter=CALLED_BACK),
            left=Count("pk", filter=figures.ABANDONED),
            still_open=Count("pk", filter=~Q(state=State.CLOSED)),
        )
    )


@dataclass(frozen=True, slots=True)
class Day:
    """All figures of a scope: the line and the handling by channel, the callbacks, and the counts beside the line."""

    by_channel: dict[str, Line] = field(default_factory=dict)
    handling_by_channel: dict[str, Handling] = field(default_factory=dict)
    callbacks: Callbacks = field(default_factory=Callbacks)
    beside: dict[str, int] = field(default_factory=dict)
    came_in_by_channel: dict[str, int] = field(default_factory=dict)
    at_the_door: dict[tuple[str, str], int] = field(default_factory=dict)  # by figure and channel

    @property
    def line(self) -> Line:
        """Calls and chats together."""
        return total(self.by_channel.values())

    @property
    def handling(self) -> Handling:
        """All channels together."""
        return sum(self.handling_by_channel.values(), Handling())

    def not_in_line(self, channel: str) -> int:
        """Calls or chats that neither came into the line nor were answered at the door: a call booked by the form."""
        line = self.by_channel.get(channel, Line())
        door = sum(self.at_the_door.get((key, channel), 0) for key in AT_THE_DOOR)
        return self.came_in_by_channel.get(channel, 0) - line.offered - door

    @property
    def came_in(self) -> int:
        """All contacts."""
        return sum(self.came_in_by_channel.values())


AT_THE_DOOR = ("after_hours", "voicemail", "turned_away")
BESIDE = ("after_hours", "voicemail", "turned_away", "mail_in", "mail_replied", "mail_open")


def day(scope: Scope, by_channel: dict[str, Line] | None = None) -> Day:
    """The figures of a scope in four queries, however many contacts there are; three with its lines at hand."""
    if by_channel is None:
        by_channel = {key[0]: value for key, value in lines(scope, "channel").items()}
    # Looking up a reply for each call and chat as well cost more than all counts together.
    replied = SqlCase(When(channel=Channel.EMAIL, then=first_reply()))
    rows = figures.arrived(scope).filter(figures.CAME_IN).annotate(first_reply=replied).order_by()
    counted = rows.aggregate(
        **{f"n_{key}": Count("pk", filter=FIGURES[key].condition) for key in BESIDE},
        **{f"c_{c}": Count("pk", filter=Q(channel=c)) for c in Channel.values},
        **{
            f"d_{key}_{c}": Count("pk", filter=FIGURES[key].condition & Q(channel=c))
            for key in AT_THE_DOOR
            for c in Channel.values
        },
    )
    return Day(
        by_channel=by_channel,
        handling_by_channel={key[0]: value for key, value in handling(scope, "channel").items()},
        callbacks=callbacks(scope),
        beside={key: counted[f"n_{key}"] for key in BESIDE},
        came_in_by_channel={c: counted[f"c_{c}"] for c in Channel.values},
        at_the_door={(key, c): counted[f"d_{key}_{c}"] for key in AT_THE_DOOR for c in Channel.values},
    )


def count_of(key: str, scope: Scope) -> int:
    """One figure alone."""
    return rows_of(key, scope).count()


def replies(scope: Scope, *more: str) -> list[Any]:
    """Mails of the scope with the time of the first human reply, what judging it takes, and `more` fields."""
    return asked(_replies, [scope], more=more)


@figured
def _replies(*moments: Any, shapes: Sequence[Scope], more: Sequence[str]) -> QuerySet[Interaction, Any]:
    places = iter(moments)
    (scope,) = (shape.placed(places) for shape in shapes)
    return (
        figures.contacts(scope)
        .filter(figures.MAIL)
        .annotate(first_reply=first_reply())
        .order_by()
        .values_list(
            "pk", "client_id", "state", "arrived_at", "queue_id", "threshold", "first_reply", *more, named=True
        )
    )


def legs_with_times(rows: QuerySet[Leg]) -> QuerySet[Leg]:
    """Legs as a list shows them."""
    return rows.select_related("agent", "agent__user", "interaction", "interaction__customer", "interaction__reason")


def callbacks_with_people(rows: QuerySet[Callback]) -> QuerySet[Callback]:
    """Callbacks as a list shows them; `contact` is the address of the one that keeps it, else of the one before."""
    return rows.select_related("client", "client__brand", "customer", "owner", "interaction").annotate(
        contact=Coalesce("interaction__public_id", "promised_from__public_id")
    )
