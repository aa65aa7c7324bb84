"""Somebody of a call list as the agent sees him: before the call, and beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count

from clients.models import CallList
from clients.times import zone_words
from interactions import call_links, prospect_calls, prospects, wrap_up
from interactions.models import (
    Interaction,
    JournalEntry,
    Kind,
    Leg,
    LegState,
    Origin,
    Prospect,
    ProspectResult,
    ProspectState,
)
from interactions.reports.telling import Told, tell

MOST_REASONS = 8
MOST_EARLIER = 10


@dataclass(frozen=True, slots=True)
class Pane:
    """What is known of the person, and why no call may go out at this moment, if so."""

    prospect: Prospect
    local: str
    place: str
    refusal: str
    earlier: list[Told]
    number_of_try: int
    reasons: list[str]
    may_say: bool = False
    follow_up: bool = False
    by_link: call_links.Offered | None = None


def pane_of(prospect: Prospect, at: datetime, *, leg: Leg | None = None) -> Pane:
    """The person as things stand; with the leg that calls, also what may be said of the talk."""
    calling = prospect.state == ProspectState.CALLING
    return Pane(
        prospect=prospect,
        local=f"{at.astimezone(ZoneInfo(prospect.zone)):%H:%M}",
        place=zone_words(prospect.zone),
        refusal=prospects.person_refusal(prospect, at) if calling else _refusal(prospect, at),
        earlier=_earlier(prospect),
        number_of_try=prospect.attempts + (0 if prospect.state == ProspectState.DONE else 1),
        reasons=_reasons(prospect.call_list) if leg else [],
        may_say=leg is not None and prospect.state in prospect_calls.OPEN_TO_WORDS,
        follow_up=leg is not None and wrap_up.has_follow_up(leg.interaction, tasks=False),
        by_link=call_links.offered(prospect, leg.interaction, at) if leg and leg.state == LegState.HANDLING else None,
    )


def of_contact(interaction: Interaction, leg: Leg, at: datetime) -> Pane | None:
    """Whom of a list this contact calls, for the desk of who holds it."""
    if interaction.origin != Origin.CAMPAIGN:
        return None
    prospect = prospect_calls.of_contact(interaction.pk)
    return pane_of(prospect, at, leg=leg) if prospect else None


def _refusal(prospect: Prospect, at: datetime) -> str:
    return prospects.list_refusal(prospect.call_list) or prospects.person_refusal(prospect, at)


def _earlier(prospect: Prospect) -> list[Told]:
    """The calls before this one, the latest first."""
    told = JournalEntry.objects.filter(prospect=prospect, kind=Kind.PROSPECT_TRIED)
    lines = (
        tell(entry, who=entry.actor_name, for_client=False) for entry in told.order_by("-at", "-pk")[:MOST_EARLIER]
    )
    return [line for line in lines if line]


def _reasons(call_list: CallList) -> list[str]:
    """What others of the list answered most, to choose from."""
    rows = Prospect.objects.filter(call_list=call_list, result=ProspectResult.NOT_INTERESTED)
    counted = rows.values_list("result_note").annotate(n=Count("pk")).order_by("-n", "result_note")
    return [why for why, _n in counted[:MOST_REASONS]]
