"""Every figure by name: what it counts, in a client's words, and the condition that picks exactly its contacts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, FilteredRelation, Q, QuerySet
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_lazy as said  # of words that stand elsewhere

from clients.formulas import COUNTS, PLAIN, PROMISED, Formula, Source
from clients.models import Channel
from interactions.models import (
    HEARD,
    Callback,
    CallbackState,
    Direction,
    Interaction,
    Leg,
    LegRole,
    LegState,
    Origin,
    Outcome,
    State,
)
from interactions.reports.scope import Scope

LIVE_CHANNELS = (Channel.VOICE, Channel.CHAT)
NO_CONTACT = (Outcome.SPAM, Outcome.UNDELIVERABLE)
TURNED_AWAY = (Outcome.REFUSED_FULL, Outcome.REFUSED_UNSTAFFED)
OPEN_CALLBACK = (CallbackState.PROMISED, CallbackState.DUE, CallbackState.WORKING)


class Thing(StrEnum):
    """What a figure's rows are."""

    CONTACT = "contact"
    LEG = "leg"
    CALLBACK = "callback"


@dataclass(frozen=True, slots=True)
class Figure:
    """A named count. The number and its list come from this one condition."""

    key: str
    name: str | LazyText
    thing: Thing
    condition: Q
    now: bool = False  # of this moment, whatever the period
    variant: bool = False  # a part of another figure, or its like by another formula: reached from there alone


# --- contacts, counted in the interval of their arrival --------------------------------------------------------------

CAME_IN = Q(direction=Direction.INBOUND, came_back=False) & ~Q(outcome__in=NO_CONTACT)
IN_LINE = CAME_IN & Q(channel__in=LIVE_CHANNELS, first__entered_at__isnull=False)
WITHIN = Q(first_wait__lte=F("threshold"))
BEYOND = Q(first_wait__gt=F("threshold"))
_SHORT = Q(first_wait__lt=F("short_limit"))
_PATIENT = Q(first_wait__gte=F("short_limit"))
_ANSWERED = Q(first__how="answered")
_ABANDONED = Q(first__how=Outcome.ABANDONED)
_CALLBACK = Q(first__how=Outcome.CALLBACK_PROMISED)
_WAITING = Q(first__left_at__isnull=True)
_ELSEWISE = Q(first__left_at__isnull=False) & ~Q(
    first_how__in=["answered", Outcome.ABANDONED, Outcome.CALLBACK_PROMISED]
)

# How a contact in line ends there: the disjoint counts of measures.Line, by the name of its field.
ENDS: dict[str, Q] = {
    "in_time": _ANSWERED & WITHIN,
    "late": _ANSWERED & BEYOND,
    "short": _ABANDONED & _SHORT,
    "abandoned_in_time": _ABANDONED & _PATIENT & WITHIN,
    "abandoned_late": _ABANDONED & _PATIENT & BEYOND,
    "callback_in_time": _CALLBACK & WITHIN,
    "callback_late": _CALLBACK & BEYOND,
    "overdue": _WAITING & BEYOND,
    "pending": _WAITING & WITHIN,
    "elsewise": _ELSEWISE,
}
ANSWERED_ENDS = ("in_time", "late")
LINE: dict[str, Q] = {name: IN_LINE & condition for name, condition in ENDS.items()}
ANSWERED = IN_LINE & _ANSWERED
ABANDONED = IN_LINE & _ABANDONED
TOOK_CALLBACK = IN_LINE & _CALLBACK
STILL_WAITING = IN_LINE & _WAITING
GIVEN_UP = ABANDONED & _PATIENT
MAIL = CAME_IN & Q(channel=Channel.EMAIL)
IN_SOME_LINE = Q(state__in=[State.QUEUED, State.OFFERED])
# A promised callback stands in line before the customer is there; once answered, the customer is.
CUSTOMER_WAITS = ~Q(origin=Origin.CALLBACK) | Q(first__left_at__isnull=False)

# --- stretches of work, counted in the interval in which their wrap-up ended -----------------------------------------

HANDLED = Q(role=LegRole.PRIMARY, accepted_at__isnull=False, state__in=[LegState.COMPLETED, LegState.LOST]) & HEARD


def _contact(key: str, name: str | LazyText, condition: Q, *, now: bool = False) -> Figure:
    return Figure(key, name, Thing.CONTACT, condition, now)


def _callback(key: str, name: str | LazyText, *states: str) -> Figure:
    return Figure(key, name, Thing.CALLBACK, Q(state__in=states) if states else Q())


def any_of(formula: Formula, names: Iterable[str]) -> Q:
    """The rows of these counts of a formula's source."""
    if formula.source == Source.LINE:
        return reduce(or_, (LINE[name] for name in names))
    return Q(state__in=[state for name in names for state in (OPEN_CALLBACK if name == "open" else (name,))])


def _halves(formula: Formula) -> Iterator[Figure]:
    """What a percentage leads to: all that it counts, those above the line, and the rest."""
    thing = Thing.CONTACT if formula.source == Source.LINE else Thing.CALLBACK
    order = [name for name in COUNTS[formula.source] if name in formula.denominator]
    above = [name for name in order if name in formula.numerator]
    below = [name for name in order if name not in formula.numerator]
    whole = _("Counted for the service level") if formula.timed else _("Counted for this percentage")
    yield Figure(formula.judged, whole, thing, any_of(formula, order), variant=formula.key != PLAIN)
    if formula.key != PLAIN:  # those of the plain one are figures of their own
        yield Figure(formula.met, said(formula.yes), thing, any_of(formula, above), variant=True)
    yield Figure(formula.unmet, said(formula.no), thing, any_of(formula, below), variant=formula.key != PLAIN)


FIGURES: dict[str, Figure] = {
    figure.key: figure
    for figure in (
        _contact("came_in", _("Came in"), CAME_IN),
        _contact("offered", _("Came into the line"), IN_LINE),
        _contact("answered", _("Answered"), ANSWERED),
        _contact("in_time", _("Answered in time"), LINE["in_time"]),
        _contact("late", _("Answered later"), LINE["late"]),
        *(figure for formula in PROMISED.values() for figure in _halves(formula)),
        _contact("abandoned", _("Left the line"), ABANDONED),
        _contact("given_up", _("Given up"), GIVEN_UP),
        _contact("short", _("Given up at once"), LINE["short"]),
        _contact("took_callback", _("Took a callback while waiting"), TOOK_CALLBACK),
        _contact("still_waiting", _("Not answered yet"), STILL_WAITING),
        _contact("elsewise", _("Passed on or closed while waiting"), LINE["elsewise"]),
        *(
            Figure(end, name, Thing.CONTACT, LINE[end], variant=True)
            for end, name in (
                ("abandoned_in_time", _("Given up in time")),
                ("abandoned_late", _("Given up later")),
                ("callback_in_time", _("Took a callback in time")),
                ("callback_late", _("Took a callback later")),
                ("overdue", _("Waiting longer")),
                ("pending", _("Waiting, not too long yet")),
            )
        ),
        _contact("after_hours", _("Outside opening hours"), CAME_IN & Q(outcome=Outcome.AFTER_HOURS)),
        _contact(
            "voicemail",
            _("Left a spoken message outside opening hours"),
            CAME_IN & Q(outcome=Outcome.VOICEMAIL, first__entered_at__isnull=True),
        ),
        _contact(
            "turned_away",
            _("Turned away, line full or nobody there"),
            CAME_IN & Q(outcome__in=TURNED_AWAY),
        ),
        _contact(
            "not_in_line",
            _("Booked a call without waiting, or closed otherwise"),
            CAME_IN
            & Q(channel__in=LIVE_CHANNELS, first__entered_at__isnull=True)
            & (Q(outcome="") | ~Q(outcome__in=[Outcome.AFTER_HOURS, Outcome.VOICEMAIL, *TURNED_AWAY])),
        ),
        _contact("mail_in", _("Mails received"), MAIL),
        _contact("mail_replied", _("Mails replied to"), MAIL & Q(first_reply__isnull=False)),
        _contact(
            "mail_open", _("Mails waiting for a reply"), MAIL & Q(first_reply__isnull=True) & ~Q(state=State.CLOSED)
        ),
        _contact(
            "waiting_now",
            _("Waiting now"),
            IN_SOME_LINE & CUSTOMER_WAITS,
            now=True,
        ),
        _contact("working_now", _("In progress now"), Q(state__in=[State.ACTIVE, State.HELD]), now=True),
        Figure("handled", _("Worked on"), Thing.LEG, HANDLED),
        _callback("callbacks_made", _("Callbacks promised")),
        _callback("callbacks_open", _("Open"), *OPEN_CALLBACK),
        _callback("callbacks_kept", _("Kept"), CallbackState.KEPT),
        _callback("callbacks_late", _("Late"), CallbackState.LATE),
        _callback("callbacks_unreached", _("Customer not reached"), CallbackState.UNREACHED),
        _callback("callbacks_broken", _("Not made"), CallbackState.BROKEN),
        _callback("callbacks_withdrawn", _("Withdrawn"), CallbackState.WITHDRAWN),
    )
}


def with_first_stay(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Contacts with their first stay in line, for conditions that ask for `first`."""
    return rows.annotate(first=FilteredRelation("visits", condition=Q(visits__ordinal=1)))


def arrived(scope: Scope, *, now: bool = False) -> QuerySet[Interaction]:
    """Contacts of the scope, for conditions that ask nothing of the line: half the work of `contacts`."""
    during = Q(client_id__in=scope.clients) if now else scope.during("arrived_at")
    rows: QuerySet[Any] = Interaction.objects.filter(during)
    if scope.channel:
        rows = rows.filter(channel=scope.channel)
    if scope.reason:
        rows = rows.filter(reason_id=scope.reason)
    if scope.no_reason:
        rows = rows.filter(reason__isnull=True)
    rows = with_first_stay(rows)
    if scope.queue:
        rows = rows.filter(queue_id=scope.queue) if now else rows.filter(first__queue_id=scope.queue)
    return rows


def contacts(scope: Scope) -> QuerySet[Interaction]:
    """Contacts of the scope with what the conditions above ask for: first visit, its wait, threshold, short limit."""
    return arrived(scope).annotate(
        # A plain column: negating a condition on the relation would look at the later visits too.
        first_how=F("first__how"),
        first_wait=ExpressionWrapper(
            scope.until("first__left_at") - F("first__entered_at"), output_field=DurationField()
        ),
        threshold=scope.threshold(),
        short_limit=scope.short(),
    )


def legs(scope: Scope) -> QuerySet[Leg]:
    """Stretches of work of the scope."""
    rows = Leg.objects.filter(scope.during("ended_at"))
    if scope.channel:
        rows = rows.filter(channel=scope.channel)
    if scope.queue:
        # Its own line, not where the contact is now: one that was handed on is worked on in two. A call we made stood
        # in none.
        own = Q(lane__queue_id=scope.queue)
        rows = rows.filter(own | Q(lane__isnull=True, interaction__queue_id=scope.queue))
    if scope.reason:
        rows = rows.filter(interaction__reason_id=scope.reason)
    if scope.no_reason:
        rows = rows.filter(interaction__reason__isnull=True)
    return rows


def callbacks(scope: Scope) -> QuerySet[Callback]:
    """Promises made in the scope. They have no channel of arrival."""
    rows = Callback.objects.filter(scope.during("promised_at"))
    if scope.queue:
        rows = rows.filter(queue_id=scope.queue)
    if scope.reason:
        rows = rows.filter(reason_id=scope.reason)
    if scope.no_reason:
        rows = rows.filter(reason__isnull=True)
    return rows
