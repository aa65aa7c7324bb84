"""What the logs say of agents at a past moment: presence, legs, delays, licences, skills, lines switched off.

A wished pause is in no log; whoever wished one counts as free until it begins. Where no change was kept before a
moment, what holds today is taken to have held then.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q

from agents.models import Agent, AgentSkill, Licence, PresenceEntry, QueueSwitchedOff
from clients.models import Client
from interactions.models import Interaction, JournalEntry, Kind, Leg, LegRole
from interactions.models.leg import HOLDING_STATES
from interactions.verdicts import NOT_GOT, RAMP, Held, Needs, Standing

LONGEST_WORK = timedelta(days=2)  # a leg that ended within the time and began earlier is not looked for
NOT_YET = datetime.max.replace(tzinfo=UTC)
DELAYING = (Kind.DECLINED, Kind.MISSED, Kind.TAKEN_BACK, Kind.MEDIA_FAILED)


class Log:
    """All that is needed of some agents between two moments, toward contacts of these clients (nine queries)."""

    def __init__(
        self,
        agents: Sequence[Agent],
        start: datetime,
        end: datetime,
        *,
        clients: Iterable[Client],
        contacts: Iterable[Interaction],
    ) -> None:
        ids = [agent.pk for agent in agents]
        of_clients = [client.pk for client in clients]
        self._presence = _presence(ids, start, end)
        self._legs = _legs(ids, start, end)
        self._aside = _set_aside([leg.pk for legs in self._legs.values() for leg in legs], end)
        self._delays = _delays([contact.pk for contact in contacts], end)
        self._licences = _History(Licence, ("agent_id", "client_id"), end, agent__in=ids, client__in=of_clients)
        self._skills = _History(AgentSkill, ("agent_id", "skill_id"), end, agent__in=ids)
        self._switches = _switches(ids, of_clients, end)

    def standing(
        self, agent: Agent, needs: Needs, at: datetime, *, interaction_id: int, but: Leg | None = None
    ) -> Standing:
        """What the rules look at, as it was; offers made at that very moment count up to `but`, which does not."""
        her = Standing(agent, team_id=agent.team_id)
        licence = self._licences.at((agent.pk, needs.queue.client_id), at)
        if licence is not None:
            her.licence, her.ramp = licence.state, licence.ramp_per_hour
        for skill, _level in needs.wants:
            held = self._skills.at((agent.pk, skill), at)
            if held is not None:
                her.skills[skill] = held.level
        her.switched_off = _last(self._switches.get((agent.pk, str(needs.queue.public_id)), []), at) is True
        entry = _last(self._presence[agent.pk], at)
        if entry is not None:
            her.presence, her.reason, her.connected = entry.presence, entry.reason, entry.connected
        got = set()
        for leg in self._legs[agent.pk]:
            if leg.offered_at > at or (but is not None and (leg.offered_at, leg.pk) >= (but.offered_at, but.pk)):
                continue
            over = leg.ended_at is not None and leg.ended_at <= at
            if not over and not any(since < at < until for since, until in self._aside[leg.pk]):
                own = leg.role == LegRole.PRIMARY and (leg.took_over_at is None or leg.took_over_at <= at)
                had_from = leg.lane.queue_id if leg.lane else leg.interaction.queue_id
                her.held.append(Held(leg.channel, leg.cost, had_from, own))
                her.offered |= leg.accepted_at is None or leg.accepted_at > at
            counts = not (over and leg.state in NOT_GOT) and leg.role == LegRole.PRIMARY
            if counts and leg.client_id == needs.queue.client_id and leg.offered_at > at - RAMP:
                got.add(leg.interaction_id)
        her.got = len(got)
        her.delayed = any(since <= at < until for since, until in self._delays[interaction_id, agent.pk])
        return her


class _History:
    """Rows of a tracked model by key, as they were at any moment."""

    def __init__(self, model: Any, key: tuple[str, ...], end: datetime, **which: Any) -> None:
        def key_of(row: Any) -> tuple[Any, ...]:
            return tuple(getattr(row, name) for name in key)

        self._today = {key_of(row): row for row in model.objects.filter(**which)}
        self._events: defaultdict[tuple[Any, ...], list[tuple[datetime, Any]]] = defaultdict(list)
        for event in model.pgh_event_model.objects.filter(pgh_created_at__lte=end, **which).order_by("pgh_id"):
            row = None if event.pgh_label == "delete" else event
            self._events[key_of(event)].append((event.pgh_created_at, row))

    def at(self, key: tuple[Any, ...], at: datetime) -> Any:
        """The row, or None where there was none."""
        events = self._events.get(key, [])
        return _last(events, at) if events and events[0][0] <= at else self._today.get(key)


def _last(rows: list[tuple[datetime, Any]], at: datetime) -> Any:
    """What held at a moment, of changes in order; None before the first."""
    place = bisect_right(rows, at, key=lambda row: row[0])
    return rows[place - 1][1] if place else None


def _presence(ids: list[int], start: datetime, end: datetime) -> dict[int, list[tuple[datetime, PresenceEntry]]]:
    """Entries of the time, and the one before it."""
    found: defaultdict[int, list[tuple[datetime, PresenceEntry]]] = defaultdict(list)
    entries = PresenceEntry.objects.filter(agent__in=ids)
    before = entries.filter(at__lte=start).order_by("agent_id", "-at", "-pk").distinct("agent_id")
    for entry in [*before, *entries.filter(at__gt=start, at__lte=end).order_by("at", "pk")]:
        found[entry.agent_id].append((entry.at, entry))
    return found


def _legs(ids: list[int], start: datetime, end: datetime) -> dict[int, list[Leg]]:
    """Work that was in hand within the time, and what counts for a ramp."""
    found: defaultdict[int, list[Leg]] = defaultdict(list)
    since = Q(state__in=HOLDING_STATES) | Q(offered_at__gt=start - LONGEST_WORK, ended_at__gt=start - RAMP)
    legs = Leg.objects.filter(since, agent__in=ids, offered_at__lte=end).exclude(role=LegRole.MONITOR)
    for leg in legs.select_related("interaction", "lane").only(
        "agent", "client", "channel", "cost", "role", "state", "offered_at", "accepted_at", "ended_at",
        "took_over_at", "interaction__queue", "lane__queue",
    ):  # fmt: skip
        found[leg.agent_id].append(leg)
    return found


def _set_aside(legs: list[int], end: datetime) -> dict[int, list[tuple[datetime, datetime]]]:
    """Of each leg: from when until when it was set aside for a more urgent contact, and held no room."""
    found: defaultdict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    entries = JournalEntry.objects.filter(leg__in=legs, kind__in=(Kind.SET_ASIDE, Kind.SET_BACK), at__lte=end)
    for leg, kind, at in entries.order_by("at", "pk").values_list("leg_id", "kind", "at"):
        if kind == Kind.SET_ASIDE:
            found[leg].append((at, NOT_YET))
        elif found[leg]:
            found[leg][-1] = found[leg][-1][0], at
    return found


def _delays(contacts: list[int], end: datetime) -> dict[tuple[int, int], list[tuple[datetime, datetime]]]:
    """Of contact and agent: from when until when it was not offered to her."""
    found: defaultdict[tuple[int, int], list[tuple[datetime, datetime]]] = defaultdict(list)
    entries = JournalEntry.objects.filter(interaction__in=contacts, kind__in=DELAYING, at__lte=end)
    for contact, agent, at, facts in entries.values_list("interaction_id", "leg__agent_id", "at", "facts"):
        found[contact, agent].append((at, at + timedelta(seconds=facts.get("delay", 0))))
    return found


def _switches(ids: list[int], clients: list[int], end: datetime) -> dict[tuple[int, str], list[tuple[datetime, bool]]]:
    """Of agent and line: when it was switched off for her and on again."""
    found: defaultdict[tuple[int, str], list[tuple[datetime, bool]]] = defaultdict(list)
    public = dict(Agent.objects.filter(pk__in=ids).values_list("public_id", "pk"))
    by_id = {str(public_id): key for public_id, key in public.items()}
    forced = JournalEntry.objects.filter(client__in=clients, kind=Kind.FORCED, at__lte=end, facts__has_key="queue")
    for at, facts in forced.order_by("at", "pk").values_list("at", "facts"):
        agent = by_id.get(facts.get("agent", ""))
        if agent is not None:
            found[agent, facts["queue"]].append((at, not facts["on"]))
    off = QueueSwitchedOff.objects.filter(agent__in=ids, queue__client__in=clients, at__lte=end)
    for agent, queue, at in off.values_list("agent_id", "queue__public_id", "at"):
        if not found[agent, str(queue)]:
            found[agent, str(queue)].append((at, True))
    return found
