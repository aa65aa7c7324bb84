"""The routing tester: who would be offered a contact as described, and why not the others. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agents.models import Agent
from bpo.kernel import clock
from clients import opening
from clients.models import Queue, QueueState, Strategy
from interactions import eligibility, verdicts, waits
from interactions.routing.offer_words import key_words, strategy_words
from interactions.routing.why import THERE, Group, agents_of, ceilings, grouped
from interactions.verdicts import Needs, Standing

LAST = 2**62  # as a new one, it comes after all that are there


@dataclass(frozen=True, slots=True)
class Candidate:
    """One who could be offered it, with what candidates compare by."""

    agent: Agent
    key: int | None
    words: str
    idle_since: datetime | None


@dataclass(frozen=True, slots=True)
class Tested:
    """`order` is who could be offered it, first first; it goes to the first unless something in `holds` stops it."""

    order: list[Candidate]
    rule: str
    holds: list[str]
    kept: bool
    offered: bool
    ahead: int
    groups: list[Group]
    total: int

    @property
    def first(self) -> Candidate | None:
        """Who would be offered it now."""
        return self.order[0] if self.order and self.offered else None


def test(
    queue: Queue,
    channel: str,
    *,
    wants: tuple[tuple[int, int], ...] = (),
    priority: int | None = None,
    preferred: Agent | None = None,
    at: datetime | None = None,
) -> Tested:
    """What routing would do now with such a contact, by the rules it goes by (a constant number of queries)."""
    at = at or clock.now()
    needs = eligibility.described(queue, channel, wants)
    agents = agents_of(queue.client_id, at)
    known = verdicts.standings(agents, needs, at)
    found = {key: verdicts.judge(her, needs, at) for key, her in known.items()}
    able = [known[key] for key, verdict in found.items() if verdict.ok]
    kept = preferred is not None and preferred.pk in found and found[preferred.pk].group in THERE
    if kept:
        able = [her for her in able if preferred and her.agent.pk == preferred.pk]
    stops = _stops(queue, at) + ceilings(queue, channel)
    level = queue.priority if priority is None else priority
    place = waits.order_in(queue, priority=level, returned=False, enqueued_at=at)
    ahead = waits.ahead_of(queue.pk, place["band"], place["order_key"], LAST)
    order = [_candidate(her, needs) for her in sorted(able, key=lambda her: _order(her, needs))]
    left_out = {candidate.agent.pk for candidate in order}
    groups = grouped([agent for agent in agents if agent.pk not in left_out], found)
    return Tested(
        order,
        strategy_words(queue.strategy),
        stops + _words(preferred, ahead, kept=kept, free=bool(order)),
        kept,
        not stops,
        ahead,
        groups,
        len(agents),
    )


def _key(her: Standing, needs: Needs) -> int | None:
    """What the line's strategy looks at first; the matcher's own (match.sql) is held against it by a test."""
    match needs.queue.strategy:
        case Strategy.MOST_SKILLED:
            return min((her.skills[skill] for skill, _level in needs.wants), default=0)
        case Strategy.LEAST_LOADED:
            return sum(each.cost for each in her.held)
    return None


def _order(her: Standing, needs: Needs) -> tuple[int, datetime, int]:
    key = _key(her, needs) or 0
    assert her.idle_since is not None
    return -key if needs.queue.strategy == Strategy.MOST_SKILLED else key, her.idle_since, her.agent.pk


def _candidate(her: Standing, needs: Needs) -> Candidate:
    key = _key(her, needs)
    return Candidate(her.agent, key, key_words(needs.queue.strategy, key), her.idle_since)


def _stops(queue: Queue, at: datetime) -> list[str]:
    """Why nothing of the line would be offered at all."""
    words = {"queue": queue}
    stops = []
    if queue.state in (QueueState.CLOSED, QueueState.ARCHIVED):
        stops.append(_("%(queue)s is closed: nothing enters it.") % words)
    if queue.state == QueueState.PAUSED:
        stops.append(_("%(queue)s is paused: nothing is offered before it is opened again.") % words)
    if queue.manual:
        stops.append(_("Agents pick from %(queue)s themselves; nothing is offered.") % words)
    if not opening.is_open(queue, at):
        stops.append(_("%(queue)s is outside its hours: nobody new enters it.") % words)
    return stops


def _words(preferred: Agent | None, ahead: int, *, kept: bool, free: bool) -> list[str]:
    words = []
    if preferred is not None and kept:
        told = _("It goes to %(agent)s alone while it is kept for this agent.")
        waits = _("It is kept for %(agent)s, who has no room now; when that is over, it is anybody's.")
        words.append((told if free else waits) % {"agent": preferred})
    elif preferred is not None:
        words.append(_("%(agent)s is not there for it and holds nobody back.") % {"agent": preferred})
    if ahead:
        words.append(
            ngettext("%(n)s waits in the line before it.", "%(n)s wait in the line before it.", ahead) % {"n": ahead}
        )
    return words
