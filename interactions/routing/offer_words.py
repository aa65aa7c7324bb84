"""What an offer keeps of its decision, in words: who made it, the best five with their keys, who never comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agents.models import Agent
from clients.models import Client, Strategy
from interactions.models import Interaction, Leg


@dataclass(frozen=True, slots=True)
class Best:
    """One of the best five: an agent or, where an agent became free, a contact. None of either: not to be shown."""

    agent: Agent | None
    contact: Interaction | None
    words: str
    since: datetime | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class OfferWhy:
    """Beside an offer."""

    how: str
    best: list[Best]
    never: str
    rules: str


def offers(legs: Sequence[Leg], clients: Sequence[Client]) -> dict[int, OfferWhy]:
    """Of legs with their lane and its queue (two queries). Contacts of clients beyond `clients` are not named."""
    kept = {leg.pk: leg.why for leg in legs if "version" in leg.why}
    best = [each for why in kept.values() for each in why.get("best", [])]
    agents = Agent.objects.in_bulk([each["agent"] for each in best if "agent" in each])
    ids = [each["id"] for each in best if "id" in each]
    contacts = (
        Interaction.objects.filter(client__in=clients).select_related("customer", "envelope").in_bulk(ids)
        if ids
        else {}
    )
    return {leg.pk: _told(leg, kept[leg.pk], agents, contacts) for leg in legs if leg.pk in kept}


def _told(
    leg: Leg, why: Mapping[str, Any], agents: Mapping[int, Agent], contacts: Mapping[int, Interaction]
) -> OfferWhy:
    strategy = why.get("strategy", "")
    rows = [
        Best(agents.get(each["agent"]), None, key_words(strategy, each.get("key")), _time(each["idle_since"]),
             chosen=each["agent"] == leg.agent_id)
        if "agent" in each
        else Best(None, contacts.get(each["id"]), contact_words(each), _time(each["since"]),
                  chosen=each["id"] == leg.interaction_id)
        for each in why.get("best", [])
    ]  # fmt: skip
    return OfferWhy(_how(leg, why, rows), rows, never_words(why.get("never", {}), why.get("members")), _rules(leg, why))


def _how(leg: Leg, why: Mapping[str, Any], best: Iterable[Best]) -> str:
    words = {"agent": leg.agent, "by": leg.made_by}
    if leg.made_by:
        return _("A person made this offer: %(by)s.") % words
    if why.get("kept"):
        return _("A rule made this offer: the contact was kept for %(agent)s.") % words
    first = next(iter(best), None)
    taken = "" if first is None or first.chosen else " " + _("What came before was taken in the same moment.")
    if why.get("side") == "agent":
        freed = _("A rule made this offer: %(agent)s became free, and it came first of what could be offered.")
        return freed % words + taken
    return _("A rule made this offer: %(rule)s.") % {"rule": strategy_words(why.get("strategy", ""))} + taken


def strategy_words(strategy: str) -> str:
    """How a line chooses among those who are free."""
    if strategy == Strategy.MOST_SKILLED:
        return _("the most skilled of those who were free, then the longest idle")
    if strategy == Strategy.LEAST_LOADED:
        return _("the least loaded of those who were free, then the longest idle")
    return _("the longest idle of those who were free")


def key_words(strategy: str, key: int | None) -> str:
    """What agents were compared by before their idle time."""
    if key is None:
        return ""
    if strategy == Strategy.MOST_SKILLED:
        return _("level %(n)s") % {"n": key} if key else _("no skill wanted")
    return _("%(n)s points in hand") % {"n": key}


def contact_words(each: Mapping[str, Any]) -> str:
    """What contacts were compared by before their age."""
    words = [_("kept for this agent")] if each.get("kept") else [_("priority %(n)s") % {"n": each["priority"]}]
    if each.get("below"):
        words.append(_("its client or line holds less than its floor"))
    if each.get("returned"):
        words.append(_("came back into line"))
    return ", ".join(words)


def never_words(never: Mapping[str, int], members: int | None) -> str:
    """Who serves the line at all, as it was compiled."""
    unlicensed, unfit = never.get("licence", 0), never.get("skill_team_or_switched_off", 0)
    parts = []
    if members is not None:
        parts.append(ngettext("%(n)s agent serves it.", "%(n)s agents serve it.", members) % {"n": members})
    if unlicensed:
        parts.append(
            ngettext("%(n)s never does, for want of a licence.", "%(n)s never do, for want of a licence.", unlicensed)
            % {"n": unlicensed}
        )
    if unfit:
        parts.append(
            ngettext(
                "%(n)s never does, for a skill, the team, or because the line is switched off.",
                "%(n)s never do, for a skill, the team, or because the line is switched off.",
                unfit,
            )
            % {"n": unfit}
        )
    return " ".join(parts)


def _rules(leg: Leg, why: Mapping[str, Any]) -> str:
    if leg.lane is None:
        return ""
    words = {"line": leg.lane.queue, "version": why["version"], "step": why.get("step", 0)}
    if words["step"]:
        return _("Rules %(version)s of %(line)s, overflow step %(step)s.") % words
    return _("Rules %(version)s of %(line)s.") % words


def _time(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None
