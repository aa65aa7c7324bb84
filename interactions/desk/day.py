"""Under the items of the desk: what is just done, and the agent's day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Case, Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agents.models import Agent
from bpo.kernel import clock
from bpo.kernel.composed import composed, first
from clients.models import Channel
from interactions.desk.items import ICONS, LEG, OPEN_CALLBACKS, Later, lines_of, name_of
from interactions.models import (
    BEGAN,
    HEARD,
    Callback,
    JournalEntry,
    Kind,
    Leg,
    LegRole,
    LegState,
    Message,
    MessageDirection,
)

JUST_DONE = timedelta(hours=1)
MOST_GAPS = 3
STILL_LEAVES = timedelta(seconds=15)  # a mail that may still be undone


@dataclass(frozen=True, slots=True)
class Day:
    """The line at the foot: counts of today."""

    handled: int
    aht: timedelta | None
    target: timedelta | None  # what the clients' rules foresee for just these contacts
    over: bool
    promises: int
    overdue: int
    gaps: list[Later]


@composed
def _leaving_now(agent: Any, now: Any, soon: Any) -> QuerySet[Message]:
    sent = Message.objects.filter(agent=agent, channel=Channel.EMAIL, direction=MessageDirection.OUT)
    sent = sent.filter(state=Message.State.PENDING, due_at__gt=now, due_at__lte=soon, attempts=0)
    return lines_of(sent, "public_id", "interaction", "at", "due_at", way="interaction__").order_by("-at")[:3]


@composed
def _ended(agent: Any, since: Any) -> QuerySet[Leg]:
    done = _finished(agent).filter(state=LegState.COMPLETED, ended_at__gte=since)
    return lines_of(done, *LEG, way="interaction__").order_by("-ended_at")[:4]


def just_done(agent: Agent) -> list[Later]:
    """What she finished within the hour, the newest first; a mail that may still be undone comes with its seconds."""
    now = clock.now()
    lines = []
    for message in _leaving_now(agent.pk, now, now + STILL_LEAVES):
        words = _("Sending to %(name)s") % {"name": name_of(message.interaction)}
        undo = reverse("console-undo", args=[message.public_id])
        lines.append(Later(message.client.brand, "mail", words, message.at, "", undo=undo, undo_until=message.due_at))
    for leg in _ended(agent.pk, now - JUST_DONE):
        case = leg.interaction.case
        url = reverse("console-case", args=[case.public_id]) if case else ""
        icon = ICONS[Channel(leg.channel)]
        lines.append(Later(leg.client.brand, icon, name_of(leg.interaction), leg.ended_at or now, url, ago=True))
    return lines


def _finished(agent: Any) -> QuerySet[Leg]:
    """Her stretches of work that are over. What she set aside without a word to the customer is not done."""
    of_leg = JournalEntry.objects.filter(leg=OuterRef("pk"))
    # A mail that leaves later is said later, and was written in this stretch all the same.
    said = Message.objects.filter(
        interaction=OuterRef("interaction"), agent=OuterRef("agent"), direction=MessageDirection.OUT,
        at__gte=OuterRef("accepted_at"),
    ).exclude(state=Message.State.CANCELLED)  # fmt: skip
    legs = Leg.objects.filter(HEARD, agent=agent, accepted_at__isnull=False, role=LegRole.PRIMARY)
    answered = Exists(of_leg.filter(kind=Kind.MESSAGE_OUT)) & Exists(said)
    return legs.exclude(Exists(of_leg.filter(kind=Kind.PARKED)), ~answered)


@composed
def _handled(agent: Any, since: Any) -> QuerySet[Leg, Any]:
    span = ExpressionWrapper(F("ended_at") - BEGAN, output_field=DurationField())
    foreseen = [When(channel=channel, then=F(f"client__policy__{channel}_handling_seconds")) for channel in Channel]
    counted = _finished(agent).filter(ended_at__gte=since).annotate(foreseen=Case(*foreseen)).values("agent")
    measured = Q(foreseen__isnull=False)
    counted = counted.annotate(
        handled=Count("pk"), aht=Avg(span), target=Avg("foreseen"), against=Avg(span, filter=measured)
    )
    return counted.values_list("handled", "aht", "target", "against")


@composed
def _due(agent: Any, until: Any, now: Any) -> QuerySet[Callback, Any]:
    owed = Callback.objects.filter(owner=agent, state__in=OPEN_CALLBACKS, due_from__lt=until).values("owner")
    counted = owed.annotate(due=Count("pk"), late=Count("pk", filter=Q(due_until__lt=now)))
    return counted.values_list("due", "late")


def day_of(agent: Agent) -> Day:
    """Handled legs since midnight, their mean handling time against what is foreseen for those that have a target, and
    promises due until the day is over."""
    midnight = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    handled, aht, seconds, against = first(_handled(agent.pk, midnight)) or (0, None, None, None)
    target = timedelta(seconds=round(seconds)) if seconds else None
    due, late = first(_due(agent.pk, midnight + timedelta(days=1), clock.now())) or (0, 0)
    over = bool(target and against and against > target)
    return Day(handled, aht, target, over, due, late, _gaps(agent, midnight) if handled else [])


def _missing(leg: Leg) -> str:
    """What the ending that stands asks for and did not get."""
    chosen = leg.disposition
    if chosen is None:
        return _("not filled in")
    if chosen.needs_note and not leg.note:
        return _("note missing")
    return _("follow-up missing") if chosen.needs_follow_up else _("not chosen to the end")


@composed
def _unfinished(agent: Any, since: Any) -> QuerySet[Leg]:
    legs = _finished(agent).filter(ended_at__gte=since, disposed_in_time=False).select_related("disposition")
    asked = ("note", "disposition__needs_note", "disposition__needs_follow_up")
    return lines_of(legs, *LEG, *asked, way="interaction__").order_by("-ended_at")[:MOST_GAPS]


def _gaps(agent: Agent, since: datetime) -> list[Later]:
    """Wrap-ups of today that the limit ended: without an ending, or without what that ending asks for."""
    lines = []
    for leg in _unfinished(agent.pk, since):
        case = leg.interaction.case
        url = reverse("console-case", args=[case.public_id]) if case else ""
        what = _missing(leg)
        words = _("%(name)s: %(what)s") % {"name": name_of(leg.interaction), "what": what}
        lines.append(Later(leg.client.brand, ICONS[Channel(leg.channel)], words, leg.ended_at or leg.offered_at, url))
    return lines
