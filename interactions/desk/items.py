"""The left column of the desk: what the agent holds, and what comes later. Her day is in `day`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import (
    Count,
    Exists,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agents.models import Agent
from bpo.kernel import clock
from bpo.kernel.composed import composed
from clients.models import Brand, Channel
from interactions import outbound, promise_words, unsent
from interactions.case_duty import UNSETTLED
from interactions.models import (
    Callback,
    CallbackState,
    Case,
    ChatSession,
    Interaction,
    Leg,
    LegRole,
    LegState,
    Message,
    MessageDirection,
    State,
)

ICONS = {Channel.VOICE: "phone", Channel.CHAT: "chat", Channel.EMAIL: "mail"}
CHAT_ANSWER_LIMIT = 60
LEG = (
    "public_id", "interaction", "state", "role", "channel", "set_aside", "on_hold", "hold_since", "offered_at",
    "hold_seconds", "accepted_at", "work_ended_at", "ended_at",
)  # fmt: skip
MEDIA = ("media__due_at", "media__customer_at", "media__agent_at")
Row = TypeVar("Row", bound=Model)
NEVER_ARRIVED = (Message.State.CANCELLED, Message.State.FAILED, Message.State.BOUNCED)
OPEN_CALLBACKS = (CallbackState.PROMISED, CallbackState.DUE, CallbackState.WORKING)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of “My items”."""

    leg: Leg
    brand: Brand
    icon: str
    who: str
    line: str
    mine: bool
    kind: str
    shape: str
    words: str
    since: datetime | None
    until: datetime | None = None
    limit: int | None = None
    unread: int = 0
    newest: str = ""

    @property
    def url(self) -> str:
        """The page of the item."""
        return reverse("console-leg", args=[self.leg.public_id])


@dataclass(frozen=True, slots=True)
class Later:
    """One line of “Later” or “Just done”."""

    brand: Brand
    icon: str
    words: str
    at: datetime
    url: str
    post: bool = False
    undo: str = ""
    undo_until: datetime | None = None
    ago: bool = False
    late: bool = False

    @property
    def form(self) -> str:
        """How its time is written: the hour alone today."""
        today = timezone.localtime(clock.now()).date()
        return "H:i" if timezone.localtime(self.at).date() == today else "D j, H:i"


def name_of(interaction: Interaction) -> str:
    """How the customer is called on the desk."""
    if interaction.customer and interaction.customer.name:
        return interaction.customer.name
    envelope = getattr(interaction, "envelope", None)
    if envelope is not None:
        return envelope.from_name or envelope.from_address or envelope.from_phone or _("Unknown customer")
    return _("Unknown customer")


def subject_of(interaction: Interaction) -> str:
    """What it is about, in a few words."""
    envelope = getattr(interaction, "envelope", None)
    if envelope is not None and envelope.subject:
        return envelope.subject
    if interaction.reason:
        return interaction.reason.name
    return (envelope.opening if envelope is not None else "") or (interaction.case.subject if interaction.case else "")


def lines_of(rows: QuerySet[Row], *columns: str, way: str = "") -> QuerySet[Row]:
    """The rows with these columns, the brand, and what names a customer and the matter on the `way` to the contact.

    Nothing else of seven wide rows is asked for: the desk fetches its lists anew at every event.
    """
    contact = (
        "customer__name", "envelope__from_name", "envelope__from_address", "envelope__from_phone", "envelope__subject",
        "envelope__opening", "reason__name", "case__subject", "case__public_id",
    )  # fmt: skip
    related = ("customer", "envelope", "reason", "case")
    keys = ("customer", "reason", "case")
    return rows.select_related("client__brand", *(f"{way}{name}" for name in related)).only(
        *columns, "client", "client__brand__public_id", "client__brand__public_name",
        *(f"{way}{name}" for name in (*keys, *contact)),
    )  # fmt: skip


@composed
def _work(agent: Any, now: Any) -> QuerySet[Leg]:
    """What she handles or wraps up, each with what was said last and how much of it is unread."""
    spoken = Message.objects.filter(interaction=OuterRef("interaction"), at__lte=now)
    spoken = spoken.exclude(direction=MessageDirection.SYSTEM).exclude(state__in=NEVER_ARRIVED)
    last = spoken.order_by("-at", "-id")
    answered = spoken.filter(direction=MessageDirection.OUT).order_by("-at").values("at")[:1]
    return (
        lines_of(
            Leg.objects.filter(agent=agent, state__in=[LegState.HANDLING, LegState.WRAPPING])
            .exclude(role=LegRole.MONITOR)
            .select_related("interaction__draft", "media"),
            *LEG,
            *MEDIA,
            "agent",
            "interaction__draft__text",
            "interaction__version",
            "interaction__direction",
            way="interaction__",
        )
        .annotate(
            last_text=Subquery(last.values("text")[:1]),
            last_direction=Subquery(last.values("direction")[:1]),
            last_at=Subquery(last.values("at")[:1]),
            last_agent=Subquery(last.values("agent")[:1]),
            last_name=Subquery(last.values("agent__name")[:1]),
            closed_since=Subquery(
                ChatSession.objects.filter(interaction=OuterRef("interaction")).values("gone_since")[:1]
            ),
            newest=Subquery(last.filter(direction=MessageDirection.IN).values("public_id")[:1]),
            answered_at=Subquery(answered),
            connected=outbound.connected(),
        )
        .annotate(
            unread=Count(
                "interaction__messages",
                filter=Q(interaction__messages__direction=MessageDirection.IN)
                & (Q(answered_at__isnull=True) | Q(interaction__messages__at__gt=F("answered_at"))),
            )
        )
        .order_by("accepted_at", "id")
    )


def my_items(agent: Agent) -> list[Item]:
    """Everything the agent handles or wraps up, in the order of acceptance."""
    return [_item(leg) for leg in _work(agent.pk, clock.now())]


def _item(leg: Leg) -> Item:
    interaction = leg.interaction
    last_in = leg.last_direction == MessageDirection.IN  # type: ignore[attr-defined]
    said = (leg.last_text or "")[:120]  # type: ignore[attr-defined]
    line = subject_of(interaction)
    if leg.channel == Channel.CHAT and said:
        line = _told(leg, said)
    kind, shape, words, since, until, limit = _state(leg, last_in)
    return Item(
        leg=leg,
        brand=leg.client.brand,
        icon=ICONS[Channel(leg.channel)],
        who=name_of(interaction),
        line=line,
        mine=not last_in,
        kind=kind,
        shape=shape,
        words=words,
        since=since,
        until=until,
        limit=limit,
        unread=leg.unread if leg.channel in (Channel.CHAT, Channel.EMAIL) else 0,  # type: ignore[attr-defined]
        newest=str(leg.newest or ""),  # type: ignore[attr-defined]
    )


def _told(leg: Leg, said: str) -> str:
    """What was said last, with who said it where that was one of us."""
    agent, name = leg.last_agent, leg.last_name  # type: ignore[attr-defined]
    if agent is None:
        return said
    return (_("You: %(said)s") if agent == leg.agent_id else _("%(name)s: %(said)s")) % {"said": said, "name": name}


def _state(leg: Leg, last_in: bool) -> tuple[str, str, str, datetime | None, datetime | None, int | None]:
    """Kind, shape, words, ticking since, counting down to, and limit of an item's state."""
    began = leg.accepted_at or leg.offered_at
    if leg.state == LegState.WRAPPING:
        return "wrap", "", _("Wrap-up"), leg.work_ended_at, None, None
    if leg.set_aside:
        return "wrap", "pause-bars", _("Set aside"), leg.hold_since or began, None, None
    if leg.on_hold:
        return "wrap", "pause-bars", _("On hold"), leg.hold_since, None, None
    if leg.role == LegRole.CONSULT:
        return "talk", "", _("Consulted"), began, None, None
    if leg.channel == Channel.VOICE:
        return "talk", "", _("Calling") if outbound.is_calling(leg) else _("Talking"), leg.talking_since, None, None
    last_at: datetime = getattr(leg, "last_at", None) or began
    if leg.channel == Channel.EMAIL:
        writing = getattr(leg.interaction, "draft", None) is not None and leg.interaction.draft.text.strip()
        if not writing and not last_in and getattr(leg, "last_at", None):
            return "quiet", "check", _("Answered"), last_at, None, None
        return "mid", "mail", _("You are writing") if writing else _("To answer"), began, None, None
    if last_in or getattr(leg, "last_at", None) is None:
        waits_since = max(last_at, began)
        if (clock.now() - waits_since).total_seconds() > CHAT_ANSWER_LIMIT:
            return "breach", "late", _("Waits for you, late"), waits_since, None, CHAT_ANSWER_LIMIT
        return "mid", "chat", _("Waits for you"), waits_since, None, CHAT_ANSWER_LIMIT
    closed: datetime | None = getattr(leg, "closed_since", None)
    if closed:
        return "wrap", "clock", _("Customer’s page closed"), closed, None, None
    return "quiet", "clock", _("Waits for customer"), last_at, None, None


@composed
def _parked(agent: Any) -> QuerySet[Interaction]:
    return lines_of(Interaction.objects.filter(prefer_agent=agent, state=State.PARKED), "public_id", "due_at").order_by(
        "due_at"
    )[:20]


@composed
def _leaving(agent: Any, now: Any) -> QuerySet[Message]:
    hers = unsent.scheduled(at=now).filter(agent=agent) | unsent.overtaken_of(agent, at=now)
    return lines_of(hers, "public_id", "interaction", "due_at", "state", way="interaction__").order_by("due_at")[:20]


@composed
def _owed(agent: Any, until: Any) -> QuerySet[Callback]:
    return (
        Callback.objects.filter(owner=agent, state__in=OPEN_CALLBACKS, due_from__lte=until)
        .select_related("client__brand", "customer")
        .order_by("due_from")[:20]
    )


@composed
def _follow_ups(agent: Any, until: Any) -> QuerySet[Case]:
    """Her cases for which somebody waits by then, and which are in nobody's hand nor in line."""
    live = Interaction.objects.filter(case=OuterRef("pk")).exclude(state=State.CLOSED)
    hers = Case.objects.filter(owner=agent, state__in=UNSETTLED, due_at__lte=until).exclude(Exists(live))
    return hers.select_related("client__brand", "customer").order_by("due_at")[:20]


def later(agent: Agent) -> list[Later]:
    """Parked with her, her mails that leave later or did not as the customer wrote, callbacks she owes in a day, and
    cases of hers that are due then: those she said she would come back to among them."""
    now = clock.now()
    lines = []
    for one in _parked(agent.pk):
        words = _("%(name)s, parked") % {"name": name_of(one)}
        url = reverse("console-unpark", args=[one.public_id])
        lines.append(Later(one.client.brand, "park", words, one.due_at or now, url, post=True))
    for mail in _leaving(agent.pk, now):
        words = _("Mail to %(name)s") % {"name": name_of(mail.interaction)}
        if mail.state == Message.State.CANCELLED:
            words = _("Not sent, %(name)s wrote first") % {"name": name_of(mail.interaction)}
        case = mail.interaction.case
        url = reverse("console-case", args=[case.public_id]) if case else ""
        lines.append(Later(mail.client.brand, "mail", words, mail.due_at, url))
    for callback in _owed(agent.pk, now + timedelta(hours=24)):
        known = callback.customer.name if callback.customer else ""
        name = callback.name or known or callback.number or callback.address
        url = reverse("console-callback", args=[callback.public_id])
        by_mail = promise_words.by_mail(callback)
        words = (_("Write to %(name)s") if by_mail else _("Call %(name)s")) % {"name": name}
        at = callback.due_until if by_mail else callback.due_from
        late = callback.due_until < now
        lines.append(Later(callback.client.brand, promise_words.kind_icon(callback), words, at, url, late=late))
    for case in _follow_ups(agent.pk, now + timedelta(hours=24)):
        name = (case.customer.name if case.customer else "") or case.subject or case.reference
        words, due = _("Follow up with %(name)s") % {"name": name}, case.due_at or now
        url = reverse("console-case", args=[case.public_id])
        lines.append(Later(case.client.brand, "case", words, due, url, late=due < now))
    return sorted(lines, key=lambda line: line.at)
