"""Routing explained, in words: why a contact waits, why an offer went where it did, why an agent did not get it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from agents.models import Agent
from bpo.kernel import clock
from clients.models import Brand, Client, Queue, QueueState
from interactions import eligibility, verdicts, waits
from interactions.models import Interaction, JournalEntry, Kind, Leg, LegRole, LegState
from interactions.routing.past import Log
from interactions.verdicts import Needs, Verdict

# Groups of reasons, who is nearest to taking it first.
GROUPS: dict[str, str | LazyText] = {
    "": lazy("Could take it"),
    "offered": lazy("Being offered another contact"),
    "room": lazy("Busy"),
    "delay": lazy("Had it a moment ago"),
    "cap": lazy("As many of this line as it allows"),
    "ramp": lazy("As many in the hour as the licence allows"),
    "wish": lazy("Pausing after the present work"),
    "connected": lazy("No console open"),
    "not_responding": lazy("Not responding"),
    "away": lazy("Away"),
    "signed_out": lazy("Signed out"),
    "switched_off": lazy("Line switched off"),
    "team": lazy("In another team"),
    "skill": lazy("Lacks a skill"),
    "licence": lazy("Not certified"),
    "deactivated": lazy("Works here no more"),
}
# There, and one of the line: whoever is here for these reasons keeps what is kept for her.
THERE = ("", "offered", "room", "delay", "cap", "ramp")
BEST = 5  # as many candidates as an offer keeps
MOST = 500  # offers to others that are looked at for one question


@dataclass(frozen=True, slots=True)
class Group:
    """Agents who are not taken for one kind of reason, each with hers."""

    key: str
    title: str
    rows: list[tuple[Agent, str]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Why a contact waits: what holds it whoever is free, then every agent of the client."""

    holds: list[str]
    groups: list[Group]
    total: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PassedOver:
    """One offer that went to somebody else, and why not to her."""

    at: datetime
    contact: Interaction
    to: Agent
    line: str
    brand: Brand
    group: str
    sentence: str
    hers: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """Why she did not get what was offered in a time: each offer, newest first, and the reasons counted."""

    rows: list[PassedOver]
    counts: list[tuple[str, int]]
    more: bool


def grouped(agents: Iterable[Agent], found: dict[int, Verdict], *, then: bool = False) -> list[Group]:
    """The agents by kind of reason, nearest first; of a past moment with `then`."""
    rows: defaultdict[str, list[tuple[Agent, str]]] = defaultdict(list)
    free = _("%(agent)s was free for it as well.") if then else _("%(agent)s is free for it.")
    for agent in agents:
        verdict = found[agent.pk]
        rows[verdict.group].append((agent, verdict.sentence or free % {"agent": agent}))
    return [Group(key, _titles(then)[key], rows[key]) for key in GROUPS if rows[key]]


def _titles(then: bool) -> dict[str, str]:
    return {key: str(title) for key, title in GROUPS.items()} | ({"": _("Free as well")} if then else {})


def agents_of(client_id: int, at: datetime) -> list[Agent]:
    """Everybody who has or had a licence for the client and worked here at that moment."""
    here = Q(deactivated_at=None) | Q(deactivated_at__gt=at)
    found = Agent.objects.filter(here, licences__client=client_id)
    return list(found.select_related("profile", "team").order_by("name"))


# --- why is this one waiting? ----------------------------------------------------------------------------------------


def waiting(contact: Interaction, *, at: datetime | None = None) -> Waiting:
    """Every agent of the client with the reason why she is not taken (a constant number of queries)."""
    at = at or clock.now()
    agents = agents_of(contact.client_id, at)
    found = eligibility.verdicts_on(agents, contact, at=at)
    holds = _holds(contact, found.get(contact.prefer_agent_id or 0), at)
    ahead = waits.position(contact) - 1
    if ahead > 0:
        holds.append(
            ngettext("%(n)s stands before it in the line.", "%(n)s stand before it in the line.", ahead) % {"n": ahead}
        )
    if not any(verdict.ok for verdict in found.values()):
        holds.append(_("Nobody who may take it is free."))
    return Waiting(holds, grouped(agents, found), len(agents), at)


SHARES = """
    SELECT share.queue_id IS NOT NULL, share.room, (
        SELECT min(cost_for(al.agent_id, al.channel)) FROM interactions_agentlane al
        WHERE al.queue_id = asked.queue AND al.channel = asked.channel)
    FROM (SELECT %s::smallint AS pool, %s::bigint AS client, %s::bigint AS queue, %s::text AS channel) asked,
        unnest(shares_now(asked.pool)) share
    WHERE share.client_id = asked.client AND coalesce(share.queue_id, asked.queue) = asked.queue
        AND share.room IS NOT NULL
"""


def _holds(contact: Interaction, keeper: Verdict | None, at: datetime) -> list[str]:
    """What the rules keep it waiting for, whoever is free; `keeper` is the verdict on whom it is kept for."""
    queue = contact.queue
    assert queue is not None
    holds = []
    if queue.state == QueueState.PAUSED:
        holds.append(_("%(queue)s is paused: nothing is offered before it is opened again.") % {"queue": queue})
    if queue.manual:
        holds.append(_("Agents pick from %(queue)s themselves; nothing is offered.") % {"queue": queue})
    holds += ceilings(queue, contact.channel)
    if keeper and contact.prefer_until and contact.prefer_until > at and keeper.group in THERE:
        left = round((contact.prefer_until - at).total_seconds())
        holds.append(_("It is kept for %(agent)s for %(n)s s more.") % {"agent": contact.prefer_agent, "n": left})
    return holds


def ceilings(queue: Queue, channel: str) -> list[str]:
    """What is at its most seats of the floor: the client, the line, or neither, counted as the matcher does."""
    with connection.cursor() as cursor:
        cursor.execute(SHARES, [queue.client.pool, queue.client_id, queue.pk, channel])
        full = [of_line for of_line, room, least in cursor.fetchall() if room < least]
    words = {"client": queue.client, "line": queue}
    told = {
        False: _("%(client)s holds the most seats of the floor that it may.") % words,
        True: _("%(line)s holds the most seats of the floor that it may.") % words,
    }
    return [told[of_line] for of_line in full]


# --- the others at an offer ------------------------------------------------------------------------------------------


def others(leg: Leg) -> list[Group]:
    """Everybody else at the moment of an offer, from the logs by the rules of its lane."""
    contact = leg.interaction
    if leg.lane is None:
        return []
    at = leg.offered_at
    agents = [agent for agent in agents_of(leg.client_id, at) if agent.pk != leg.agent_id]
    needs = _needs([leg])[leg.lane.pk]
    log = Log(agents, at, at, clients=[leg.client], contacts=[contact])
    found = {
        agent.pk: verdicts.judge(log.standing(agent, needs, at, interaction_id=contact.pk, but=leg), needs, at)
        for agent in agents
    }
    return grouped(agents, found, then=True)


def _needs(legs: Iterable[Leg]) -> dict[int, Needs]:
    """Of each lane of these legs."""
    lanes = {leg.lane.pk: leg.lane for leg in legs if leg.lane is not None}
    names = verdicts.skill_names((want // 10, 0) for lane in lanes.values() for want in lane.wants)
    return {key: Needs.of_lane(lane, names) for key, lane in lanes.items()}


# --- why did she not get it? -----------------------------------------------------------------------------------------


def passed_over(
    agent: Agent,
    clients: Sequence[Client],
    start: datetime,
    end: datetime,
    *,
    contacts: Sequence[Interaction] | None = None,
) -> Answer:
    """What was offered to others in the time and why not to her, of these clients that she has a licence for.

    Of the contacts named alone, if there are any; then what was offered to her is told as well.
    """
    licensed = agent.licences.filter(client__in=clients).values_list("client_id", flat=True)
    entries = JournalEntry.objects.filter(
        client__in=list(licensed), kind=Kind.OFFERED, at__gte=start, at__lte=end, leg__role=LegRole.PRIMARY
    )
    if contacts is None:
        entries = entries.exclude(leg__agent=agent)
    else:
        entries = entries.filter(interaction__in=contacts)
    rows = entries.select_related(
        "leg__agent", "leg__lane__queue__client__brand", "leg__interaction__customer", "leg__interaction__envelope"
    ).order_by("-at", "-pk")[: MOST + 1]
    legs = [entry.leg for entry in rows if entry.leg is not None]
    found = _judged(agent, clients, legs[:MOST], start, end)
    counts: defaultdict[str, int] = defaultdict(int)
    for row in found:
        counts[row.group] += not row.hers
    titles = _titles(then=True)
    return Answer(found, [(titles[key], counts[key]) for key in GROUPS if counts[key]], len(legs) > MOST)


def _judged(
    agent: Agent, clients: Sequence[Client], legs: list[Leg], start: datetime, end: datetime
) -> list[PassedOver]:
    needs = _needs(legs)
    log = Log([agent], start, end, clients=clients, contacts=[leg.interaction for leg in legs])
    rows = []
    for leg in legs:
        if leg.lane is None:
            continue
        hers = leg.agent_id == agent.pk
        asked = needs[leg.lane.pk]
        if hers:
            group, sentence = "", _went(leg)
        else:
            her = log.standing(agent, asked, leg.offered_at, interaction_id=leg.interaction_id, but=leg)
            verdict = verdicts.judge(her, asked, leg.offered_at)
            group, sentence = verdict.group, verdict.sentence or _free_as_well(leg, agent)
        line, brand = str(asked.queue), asked.queue.client.brand
        rows.append(PassedOver(leg.offered_at, leg.interaction, leg.agent, line, brand, group, sentence, hers))
    return rows


def _went(leg: Leg) -> str:
    """What became of an offer to her."""
    match leg.state:
        case LegState.OFFERED:
            return _("It is being offered to %(agent)s.") % {"agent": leg.agent}
        case LegState.MISSED:
            return _("It was offered to %(agent)s, who did not answer in time.") % {"agent": leg.agent}
        case LegState.DECLINED:
            return _("It was offered to %(agent)s, who declined.") % {"agent": leg.agent}
        case LegState.RESCINDED:
            return _("It was offered to %(agent)s; the offer was taken back.") % {"agent": leg.agent}
    return _("%(agent)s got it.") % {"agent": leg.agent}


def _free_as_well(leg: Leg, agent: Agent) -> str:
    """Both could take it: what put the other first."""
    words = {"agent": agent, "other": leg.agent, "by": leg.made_by}
    if leg.made_by:
        return _("%(agent)s was free as well; %(by)s gave it to %(other)s.") % words
    if leg.why.get("kept"):
        return _("%(agent)s was free as well; it was kept for %(other)s.") % words
    if leg.why.get("side") == "agent":
        return _("%(agent)s was free as well; %(other)s had just become free and was given what came first.") % words
    place = next((n for n, each in enumerate(leg.why.get("best", []), 1) if each.get("agent") == agent.pk), None)
    rule = {
        "skill": _("the line takes the most skilled first"),
        "load": _("the line takes the least loaded first"),
    }.get(leg.why.get("strategy", ""), _("the line takes the longest idle first"))
    if place is None and len(leg.why.get("best", [])) < BEST:
        return (
            _("By the logs %(agent)s was free as well, but was not among those compared: a wished pause is in no log.")
            % words
        )
    if place is None:
        return _("%(agent)s was free as well, behind the first five; %(rule)s.") % {**words, "rule": rule}
    if place == 1:
        return _("%(agent)s came first, and was just given another contact; %(other)s came next.") % words
    return _("%(agent)s was free as well, at place %(n)s; %(rule)s.") % {**words, "n": place, "rule": rule}


def now(agent: Agent, contact: Interaction, *, at: datetime | None = None) -> str:
    """Of a contact that waits: why it is not offered to her now; first what holds it whoever is free."""
    at = at or clock.now()
    keeper = contact.prefer_agent
    asked = eligibility.verdicts_on([agent, keeper] if keeper else [agent], contact, at=at)
    verdict = asked[agent.pk]
    held = _holds(contact, asked[keeper.pk] if keeper else None, at)[:1] if contact.queue else []
    return " ".join([*held, verdict.sentence or _("%(agent)s is free for it.") % {"agent": agent}])
