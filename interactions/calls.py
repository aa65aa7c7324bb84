"""A call from a client's page: how it begins, what its page's silence means, and that no voice came of any call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bpo.kernel import clock
from bpo.kernel.asking import operation
from bpo.kernel.errors import StaleState
from bpo.kernel.steps import each
from clients.models import Channel, EntryPoint, Reason
from interactions import chats, consulting, handling, intake, media, unheard
from interactions.models import Carrier, ChatSession, Leg


@dataclass(frozen=True, slots=True)
class Caller:
    """What a caller says before the line opens; `key` is made by his page and makes the call begin once."""

    key: str
    name: str = ""
    email: str = ""
    phone: str = ""
    reason: Reason | None = None
    menu: str = ""
    """The key he pressed in the door's menu."""
    language: str = "en"
    page: str = ""
    zone: str = ""
    simulated: bool = False


@transaction.atomic
def start(entry_point: EntryPoint, caller: Caller, *, at: datetime | None = None) -> chats.Begun:
    """Begin a call: the contact arrives as at every door, the page gets its token. The same key begins it once.

    One transaction: whoever is offered it finds its page there, without which it would count as a telephone's.
    """
    at = at or clock.now()
    received = intake.receive(
        entry_point,
        intake.NewContact(
            provider_id=f"call:{caller.key}",
            channel=Channel.VOICE,
            carrier=Carrier.WEB,
            from_name=caller.name,
            from_address=caller.email,
            from_phone=caller.phone,
            language=caller.language,
            reason=caller.reason,
            key=caller.menu,
            page=caller.page,
            zone=caller.zone,
            simulated=caller.simulated,
        ),
        at=at,
    )
    return chats.open_window(entry_point, received, language=caller.language, zone=caller.zone, at=at)


def callers_gone(at: datetime) -> int:
    """The sweep's step: pages that did not come back to a talk in time; the call is ended by its customer."""
    away = ChatSession.objects.select_related("interaction").filter(
        gone_since__lte=at - chats.CALLER_BACK,
        interaction__channel=Channel.VOICE,
        interaction__state__in=chats.TALKING,
    )

    return each(away.order_by("gone_since")[:200], lambda session: _gone_for_good(session, at=at))


@transaction.atomic
def _gone_for_good(session: ChatSession, *, at: datetime) -> bool:
    assert session.interaction is not None
    gone = chats.left(session.interaction, at=at)
    # Locked last, as by who waits too long: a page that came back meanwhile undoes it.
    window = ChatSession.objects.select_for_update(no_key=True).filter(pk=session.pk)
    mine = window.filter(gone_since__lte=at - chats.CALLER_BACK, interaction=session.interaction)
    if not mine.exists():
        raise StaleState("the page is open again, or another one has taken its place")
    return gone


@operation
def no_voice(leg: Leg, *, why: str, at: datetime | None = None) -> bool:
    """The two of an accepted call do not hear each other: a failed offer. False when that is no longer awaited."""
    row = media.unsettled(leg)
    if row is None:
        return False
    try:
        leg = handling.held_leg(leg)
    except handling.NotYours:  # it ended otherwise: taken back, lost with its console
        media.settle(row, at=at or clock.now())
        return False
    still = media.unsettled(leg)
    if still is None:
        return False
    at = at or clock.now()
    if not unheard.came_by_link(leg):
        consulting.end_consults(leg.interaction, at=at)
    unheard.failed(leg, still, why=why, at=at)
    return True
