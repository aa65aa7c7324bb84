"""The top of the desk: what the agent is doing, since when, and how much she carries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agents import presence
from agents.models import Agent, Presence, PresenceReason, Seat
from bpo.kernel import clock
from bpo.kernel.composed import composed, first
from clients.models import Channel
from interactions import outbound
from interactions.desk.items import MEDIA
from interactions.models import Leg, LegState


@dataclass(frozen=True, slots=True)
class Top:
    """What the presence button says and the menu offers."""

    kind: str
    words: str
    since: datetime | None
    presence: str
    connected: bool
    wish: str
    missed_out: bool  # sent away for having missed offers, not by her own wish
    ordered_by: str  # who set the state, when it was somebody else
    ordered: str  # the same, with why
    used: int
    capacity: int
    reasons: list[PresenceReason]
    costs: str


@composed
def _seats(agent: Any) -> QuerySet[Seat]:
    return Seat.objects.filter(agent=agent)


@composed
def _work(agent: Any) -> QuerySet[Leg]:
    return (
        Leg.objects.filter(agent=agent, state__in=[LegState.HANDLING, LegState.WRAPPING])
        .select_related("interaction", "media")
        .only(
            *MEDIA,
            "state",
            "channel",
            "offered_at",
            "accepted_at",
            "work_ended_at",
            "on_hold",
            "hold_since",
            "hold_seconds",
            "interaction__direction",
        )
        .annotate(connected=outbound.connected())
        .order_by("accepted_at")
    )


@composed
def _reasons() -> QuerySet[PresenceReason]:
    return PresenceReason.objects.filter(active=True)


def top_of(agent: Agent) -> Top:
    """Derived from seat and legs: talking before wrap-up before writing before the presence itself."""
    seat = first(_seats(agent.pk)) or Seat(agent=agent, since=clock.now(), idle_since=clock.now())
    kind, words, since = _doing(seat, _work(agent.pk))
    order = presence.ordered(seat)
    profile = agent.profile
    return Top(
        kind=kind,
        words=words,
        since=since,
        presence=seat.presence,
        connected=seat.connected,
        wish=_("sign out") if seat.wish_sign_out else seat.wish,
        missed_out=presence.is_missed_out(seat),
        ordered_by=order.by_name if order else "",
        ordered=_("Set by %(who)s: %(why)s") % {"who": order.by_name, "why": order.why} if order else "",
        used=seat.points_voice + seat.points_chat + seat.points_email,
        capacity=seat.capacity,
        reasons=_reasons(),
        costs=_("A call takes %(voice)d, a chat %(chat)d, an email %(email)d.")
        % {"voice": profile.voice_points, "chat": profile.chat_points, "email": profile.email_points},
    )


def _doing(seat: Seat, legs: list[Leg]) -> tuple[str, str, datetime | None]:
    talking = [leg for leg in legs if leg.state == LegState.HANDLING and leg.channel == Channel.VOICE]
    if talking and talking[0].on_hold:
        return "wrap", _("On hold"), talking[0].hold_since or seat.since
    if talking:
        words = _("Calling") if outbound.is_calling(talking[0]) else _("Talking")
        return "talk", words, talking[0].talking_since
    wrapping = [leg for leg in legs if leg.state == LegState.WRAPPING]
    if wrapping:
        return "wrap", _("Wrap-up"), wrapping[0].work_ended_at or seat.since
    match seat.presence:
        case Presence.AVAILABLE:
            return "ok", _("Available"), seat.since
        case Presence.NOT_RESPONDING:
            return "breach", _("Not responding"), seat.since
        case Presence.BREAK if presence.is_missed_out(seat):
            return "breach", _("Away, missed offers"), seat.since
        case Presence.BREAK:
            return "wrap", seat.reason.capitalize() if seat.reason else _("Away"), seat.since
    # How long ago she went home is nothing to watch: no clock.
    return "quiet", _("Signed out"), None
