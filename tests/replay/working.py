"""A past made by the product itself: hours of work on a set clock, through the public operations and the sweep."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.db import connection

from agents import presence
from agents.models import Agent, OverflowStep, Presence, Seat
from bpo.kernel import clock
from clients.models import Channel
from interactions import handling, offers, queueing, supervision, transfers, wrap_up
from interactions.models import EndedBy, Interaction, Leg, LegState, State
from interactions.routing import overflowing, timers
from tests import factories as make

# What the sweep does that matters here; between two acts it is enough that it runs when something is due.
STEPS = (
    timers.offers_expired,
    timers.wrap_ups_over,
    timers.refusals_over,
    timers.preferred_over,
    overflowing.steps_due,
)
MORNING = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


class Company:
    """Two clients, four lines of different rules, agents licensed for one or both."""

    def __init__(self, agents: int = 8) -> None:
        self.acme, self.bolt = make.client("Acme"), make.client("Bolt")
        self.questions = make.queue(self.acme, "Questions", channels=["voice"], wrap_up_seconds=30, offer_seconds=20)
        self.billing = make.queue(
            self.acme, "Billing", channels=["chat"], wants={"billing": 2}, strategy="skill", wrap_up="none",
            miss_rule="wait", ageing_seconds=60,
        )  # fmt: skip
        for ordinal, (action, fields) in enumerate(
            [("relax_level", {"skill": make.skill("billing"), "level": 1}), ("raise_priority", {"raise_by": 2})],
            start=1,
        ):
            OverflowStep.objects.create(queue=self.billing, ordinal=ordinal, after_seconds=15, action=action, **fields)
        self.repairs = make.queue(self.bolt, "Repairs", channels=["voice", "chat"], strategy="load", wrap_up_seconds=20)
        self.letters = make.queue(self.bolt, "Letters", channels=["email"], wrap_up="none", cap_per_agent=2)
        self.sue = make.supervisor(self.acme, self.bolt)
        self.people = [
            make.agent(
                f"Agent {n:02d}",
                licensed=[self.acme, self.bolt] if n % 3 else [self.acme if n % 2 else self.bolt],
                skills={"billing": 1 + n % 4} if n % 4 else None,
            )
            for n in range(agents)
        ]


class Work:
    """Plays some hours: every arrival, answer, pause and end is an operation at its moment."""

    def __init__(self, company: Company, *, seed: int = 1, contacts: int = 300, every: float = 20.0) -> None:
        self.company = company
        self.dice = random.Random(seed)
        self._plan: list[tuple[datetime, int, Callable[..., Any], tuple[Any, ...]]] = []
        self._tie = count()
        self._known: set[int] = set()
        at = MORNING + timedelta(minutes=5)
        for person in company.people:
            self.at(MORNING + timedelta(seconds=self.dice.uniform(0, 120)), self._comes_to_work, person)
        for _contact in range(contacts):
            at += timedelta(seconds=self.dice.expovariate(1 / every))
            self.at(at, self._arrives)
        self.last = at
        for _pause in range(contacts // 30):
            moment = MORNING + (at - MORNING) * self.dice.random()
            self.at(moment, self._pauses, self.dice.choice(company.people))

    def at(self, moment: datetime, act: Callable[..., Any], *values: Any) -> None:
        heapq.heappush(self._plan, (moment, next(self._tie), act, values))

    def run(self) -> tuple[datetime, datetime]:
        """Play all of it; the period in which it happened."""
        while self._plan:
            moment, _tie, act, values = heapq.heappop(self._plan)
            while (due := self._due()) is not None and due < moment:
                with clock.set_to(due):
                    for step in STEPS:
                        step(due)
                    self._look()
            with clock.set_to(moment):
                act(*values)
                self._look()
        return MORNING, clock_end(self.last)

    def _due(self) -> datetime | None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT least((SELECT min(expires_at) FROM interactions_leg WHERE state = 'offered'),"
                " (SELECT min(wrap_up_due_at) FROM interactions_leg WHERE state = 'wrapping'),"
                " (SELECT min(until) FROM interactions_refusal),"
                " (SELECT min(step_due_at) FROM interactions_interaction WHERE state = 'queued'),"
                " (SELECT min(prefer_until) FROM interactions_interaction WHERE state = 'queued'"
                "   AND prefer_agent_id IS NOT NULL))"
            )
            return cursor.fetchone()[0]

    def _look(self) -> None:
        """Every new offer will be answered in some way."""
        for leg in Leg.objects.filter(state=LegState.OFFERED).exclude(pk__in=self._known):
            self._known.add(leg.pk)
            wait, luck = self.dice.uniform(1.5, 12), self.dice.random()
            if luck < 0.90:
                self.at(clock.now() + timedelta(seconds=wait), self._accepts, leg.pk)
            elif luck < 0.95:
                self.at(clock.now() + timedelta(seconds=wait), self._declines, leg.pk)
            # else it is missed
        away = Seat.objects.filter(presence=Presence.NOT_RESPONDING) | Seat.objects.filter(
            presence=Presence.BREAK, reason__startswith="missed"
        )
        for seat in away.select_related("agent"):
            self.at(clock.now() + timedelta(seconds=45), self._back, seat.agent)

    def _comes_to_work(self, person: Agent) -> None:
        presence.connected(person, uuid4(), "by itself")
        presence.go_available(person)
        person.consoles.update(seen_at=MORNING + timedelta(days=9))

    def _arrives(self) -> None:
        company = self.company
        lines = [company.questions, company.billing, company.repairs, company.letters]
        queue = self.dice.choices(lines, [5, 3, 4, 2])[0]
        channel = self.dice.choice(queue.channels)
        contact = make.arrived(queue, channel)
        queueing.enter_queue(contact, queue, priority=self.dice.choice([0, 0, 0, 2]))
        if channel != Channel.EMAIL:
            self.at(clock.now() + timedelta(seconds=self.dice.expovariate(1 / 150)), self._leaves, contact.pk)

    def _leaves(self, contact: int) -> None:
        found = Interaction.objects.get(pk=contact)
        if found.state in (State.QUEUED, State.OFFERED):
            handling.customer_left(found, where="line")

    def _accepts(self, leg: int) -> None:
        found = Leg.objects.select_related("agent").get(pk=leg)
        if found.state != LegState.OFFERED:
            return
        offers.accept(found, by=found.agent)
        talk = self.dice.lognormvariate(4.3, 0.5)
        self.at(clock.now() + timedelta(seconds=talk), self._ends, leg)

    def _declines(self, leg: int) -> None:
        found = Leg.objects.select_related("agent").get(pk=leg)
        if found.state == LegState.OFFERED:
            offers.decline(found, by=found.agent, reason="Not mine")

    def _ends(self, leg: int) -> None:
        found = Leg.objects.select_related("agent", "interaction").get(pk=leg)
        if found.state != LegState.HANDLING:
            return
        luck = self.dice.random()
        company = self.company
        if luck < 0.05 and found.client_id == company.acme.pk and found.channel == Channel.VOICE:
            supervision.take_back(found.interaction, by=company.sue, reason="somebody else")
        elif luck < 0.10 and found.channel == Channel.CHAT and found.client_id == company.bolt.pk:
            try:
                transfers.to_queue(found, company.repairs, by=found.agent)
            except transfers.CannotTransfer:
                handling.end_work(found, by=found.agent, ended_by=EndedBy.AGENT)
        else:
            handling.end_work(found, by=found.agent, ended_by=EndedBy.AGENT)
        found.refresh_from_db()
        if found.state == LegState.WRAPPING and self.dice.random() < 0.6:
            self.at(clock.now() + timedelta(seconds=self.dice.uniform(2, 15)), self._finishes, leg)

    def _finishes(self, leg: int) -> None:
        found = Leg.objects.select_related("agent").get(pk=leg)
        if found.state == LegState.WRAPPING:
            ending = make.disposition(found.client, "Solved")
            wrap_up.finish(found, by=found.agent, disposition=ending)

    def _pauses(self, person: Agent) -> None:
        if Seat.objects.get(pk=person.pk).presence == Presence.AVAILABLE:
            presence.take_break(person, "Coffee")
            self.at(clock.now() + timedelta(seconds=self.dice.uniform(120, 400)), self._back, person)

    def _back(self, person: Agent) -> None:
        if Seat.objects.get(pk=person.pk).presence != Presence.AVAILABLE:
            presence.go_available(person)


def clock_end(last: datetime) -> datetime:
    """A while after the last arrival."""
    return last + timedelta(minutes=30)
