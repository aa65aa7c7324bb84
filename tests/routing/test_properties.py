"""Whatever happens on a floor, in whatever order: nothing breaks, nobody waits beside a free agent, nobody starves.

Bounds that hold after every step, in words: a contact waits only while no agent may be given it by the live rules
(or it is kept for one who is there, or its line is paused); nobody who stands behind it in its line, or heads another
line by less, is offered, of the same channel, to an agent who could have it; and with everybody back at work, each
contact in line is served in as many rounds as wait.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from agents import licences, presence, skills
from agents.models import Agent, Licence, StepAction
from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from clients import queue_states
from clients.models import Channel, Queue, QueueState
from interactions import eligibility, handling, offers, supervision, transfers, wrap_up
from interactions.models import EndedBy, Interaction, Leg, LegRole, LegState, Refusal, State
from interactions.models.leg import HOLDING_STATES
from interactions.routing.sweep import Sweep
from tests import factories as make
from tests.flows.floor import WEDNESDAY
from tests.flows.test_overflow import step
from tests.invariants import broken_invariants

SETTINGS = settings(
    max_examples=int(os.environ.get("ROUTING_EXAMPLES", "6")),
    stateful_step_count=25,
    deadline=None,
    derandomize="CI" in os.environ,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
WHICH = st.integers(min_value=0, max_value=9)
ROUNDS = 6  # beyond one for each contact in line: delays, wrap-ups and what is kept run out meanwhile


class Floor(RuleBasedStateMachine):
    """Acme with two lines and Bolt with one; three agents; a supervisor."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(clock.set_to(WEDNESDAY))
        acme, bolt = make.client("Acme"), make.client("Bolt")
        help_ = make.queue(acme, "Help", wrap_up="none", decline_delay_seconds=10)
        aged = make.queue(acme, "Aged", wants={"es": 2}, ageing_seconds=30, wrap_up="none", last_agent_seconds=20)
        step(aged, 40, StepAction.DROP_SKILL, skill=make.skill("es"))
        bolts = make.queue(bolt, "Bolts", cap_per_agent=1, miss_rule="wait", wrap_up_seconds=30)
        self.lines = [help_, aged, bolts]
        for client in (acme, bolt):
            make.disposition(client, "Solved", code="solved")
        team = make.team()
        self.ada = make.admin()
        self.sue = make.supervisor(acme, bolt, teams=[team])
        both = {"licensed": [acme, bolt], "in_team": team, "available": True}
        self.agents = [
            make.agent("Bea Brown", skills={"es": 3}, **both),
            make.agent("Bob Berg", licensed=acme, in_team=team, available=True),
            make.agent("Cy Clay", capacity=make.profile(chat_cap=2), **both),
        ]
        for agent in self.agents:
            presence.connected(agent, uuid4(), "web")
        self.sweep = Sweep()
        self.note()

    def teardown(self) -> None:
        """Everybody comes back to work, and each contact in line is served."""
        try:
            self.everybody_is_served()
        finally:
            self.stack.close()
            TransactionTestCase._fixture_teardown(None)  # type: ignore[arg-type]

    # --- choosing ------------------------------------------------------------------------------------------------

    def note(self) -> None:
        """What waits before a step, and what was offered so far."""
        self.before = dict(Interaction.objects.filter(state=State.QUEUED).values_list("pk", "version"))
        self.refused = set(Refusal.objects.values_list("interaction_id", "agent_id"))
        self.offered = set(Leg.objects.values_list("pk", flat=True))

    def act(self, operation: Callable[..., Any], *args: Any, **words: Any) -> None:
        """Do it; a refusal in words changes nothing."""
        self.note()
        with suppress(DomainError):
            operation(*args, **words)

    def leg(self, which: int, state: str) -> Leg | None:
        """One of the legs in that state."""
        legs = list(Leg.objects.filter(state=state).select_related("agent", "interaction").order_by("pk"))
        return legs[which % len(legs)] if legs else None

    def contact(self, which: int, *states: str) -> Interaction | None:
        """One of the contacts in these states."""
        found = list(Interaction.objects.filter(state__in=states).order_by("pk"))
        return found[which % len(found)] if found else None

    def agent(self, which: int) -> Agent:
        """One of the three, as the row is now."""
        return Agent.objects.get(pk=self.agents[which % 3].pk)

    # --- what happens --------------------------------------------------------------------------------------------

    @rule(
        line=WHICH,
        channel=st.sampled_from(list(Channel)),
        priority=st.sampled_from([None, 0, 3, 9]),
        spanish=st.sampled_from([0, 0, 1, 3]),
    )
    def arrives(self, line: int, channel: str, priority: int | None, spanish: int) -> None:
        wants = [(make.skill("es").pk, spanish)] if spanish else []
        self.act(make.waiting, Queue.objects.get(pk=self.lines[line % 3].pk), channel, priority=priority, wants=wants)

    @rule(line=WHICH, which=WHICH)
    def arrives_for_somebody(self, line: int, which: int) -> None:
        until = clock.now() + timedelta(seconds=15)
        self.act(make.waiting, self.lines[line % 3], prefer_agent=self.agent(which), prefer_until=until)

    @rule(which=WHICH)
    def leaves(self, which: int) -> None:
        if contact := self.contact(which, State.QUEUED, State.OFFERED, State.ACTIVE, State.HELD, State.PARKED):
            self.act(handling.customer_left, contact, where="queue")

    @rule(which=WHICH)
    def accepts(self, which: int) -> None:
        if leg := self.leg(which, LegState.OFFERED):
            self.act(offers.accept, leg, by=leg.agent)

    @rule(which=WHICH, busy=st.booleans())
    def declines(self, which: int, busy: bool) -> None:
        if leg := self.leg(which, LegState.OFFERED):
            if busy:
                self.act(offers.busy, leg, by=leg.agent)
            else:
                self.act(offers.decline, leg, by=leg.agent, reason="no")

    @rule(which=WHICH)
    def ends(self, which: int) -> None:
        if leg := self.leg(which, LegState.HANDLING):
            self.act(handling.end_work, leg, by=leg.agent, ended_by=EndedBy.AGENT)

    @rule(which=WHICH)
    def finishes(self, which: int) -> None:
        if leg := self.leg(which, LegState.WRAPPING):
            ending = leg.client.dispositions.first()
            self.act(wrap_up.finish, leg, by=leg.agent, disposition=ending)

    @rule(which=WHICH, to=WHICH)
    def transfers_to_a_line(self, which: int, to: int) -> None:
        if leg := self.leg(which, LegState.HANDLING):
            self.act(transfers.to_queue, leg, self.lines[to % 3], by=leg.agent)

    @rule(which=WHICH, to=WHICH)
    def transfers_to_a_colleague(self, which: int, to: int) -> None:
        if leg := self.leg(which, LegState.HANDLING):
            self.act(transfers.to_colleague, leg, self.agent(to), by=leg.agent)

    @rule(which=WHICH, to=WHICH)
    def asks_a_colleague(self, which: int, to: int) -> None:
        if leg := self.leg(which, LegState.HANDLING):
            self.act(transfers.consult, leg, self.agent(to), by=leg.agent)

    @rule(which=WHICH, seconds=st.sampled_from([5, 60]))
    def parks(self, which: int, seconds: int) -> None:
        if leg := self.leg(which, LegState.HANDLING):
            self.act(handling.park, leg, by=leg.agent, until=clock.now() + timedelta(seconds=seconds))

    @rule(which=WHICH)
    def unparks(self, which: int) -> None:
        contact = self.contact(which, State.PARKED)
        if contact and contact.prefer_agent:
            self.act(handling.unpark, contact, by=contact.prefer_agent)

    @rule(which=WHICH, to=st.sampled_from(["available", "available", "break", "out"]))
    def changes_presence(self, which: int, to: str) -> None:
        agent = self.agent(which)
        match to:
            case "available":
                self.act(presence.go_available, agent)
            case "break":
                self.act(presence.take_break, agent, "Lunch")
            case _:
                self.act(presence.sign_out, agent, after_this=True)

    @rule(which=WHICH)
    def loses_or_finds_the_console(self, which: int) -> None:
        agent = self.agent(which)
        console = agent.consoles.first()
        if console:
            self.act(presence.disconnected, console.key)
        else:
            self.act(presence.connected, agent, uuid4(), "web")

    @rule(which=WHICH, level=st.sampled_from([0, 1, 2, 5]))
    def learns_or_forgets(self, which: int, level: int) -> None:
        agent, spanish = self.agent(which), make.skill("es")
        if level:
            self.act(skills.set_level, agent, spanish, level, by=self.sue, reason="tested")
        else:
            self.act(skills.drop, agent, spanish, by=self.sue, reason="tested")

    @rule(which=WHICH, suspend=st.booleans())
    def licence_changes(self, which: int, suspend: bool) -> None:
        held = list(Licence.objects.select_related("agent", "client").order_by("pk"))
        licence = held[which % len(held)]
        if suspend:
            self.act(licences.suspend, licence, by=self.sue, reason="review")
        else:
            self.act(licences.certify, licence, by=self.sue, why="review")

    @rule(which=WHICH)
    def is_taken_back(self, which: int) -> None:
        if contact := self.contact(which, State.OFFERED, State.ACTIVE, State.HELD):
            self.act(supervision.take_back, contact, by=self.sue, reason="floor")

    @rule(which=WHICH, to=WHICH)
    def is_assigned(self, which: int, to: int) -> None:
        if contact := self.contact(which, State.QUEUED, State.OFFERED, State.ACTIVE):
            self.act(supervision.assign, contact, self.agent(to), by=self.sue, reason="floor")

    @rule(which=WHICH, priority=st.sampled_from([0, 5]))
    def is_raised(self, which: int, priority: int) -> None:
        if contact := self.contact(which, State.QUEUED):
            self.act(supervision.reprioritise, contact, priority, by=self.sue, reason="floor")

    @rule(line=WHICH, pause=st.booleans())
    def a_line_is_paused_or_opened(self, line: int, pause: bool) -> None:
        change = queue_states.pause if pause else queue_states.open_queue
        self.act(change, Queue.objects.get(pk=self.lines[line % 3].pk), by=self.ada, why="floor")

    @rule(seconds=st.sampled_from([1, 5, 10, 20, 31, 61]))
    def time_passes(self, seconds: int) -> None:
        self.note()
        self.pass_time(seconds)

    def pass_time(self, seconds: float) -> None:
        """So much later the sweep looks."""
        clock.advance(seconds)
        presence.seen("web")
        self.sweep.once(clock.now())

    # --- what holds ----------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_broken(self) -> None:
        assert broken_invariants() == []

    @invariant()
    def nobody_waits_beside_a_free_agent(self) -> None:
        agents = list(Agent.objects.select_related("profile").all())
        rows = Interaction.objects.filter(state=State.QUEUED).exclude(queue__state=QueueState.PAUSED)
        for waiting in rows.select_related("queue__client", "lane", "client"):
            if kept_for_somebody_there(waiting):
                agents_asked = [each for each in agents if each.pk == waiting.prefer_agent_id]
            else:
                agents_asked = agents
            free = [agent for agent, verdict in _verdicts(agents_asked, waiting) if verdict]
            assert not free, f"{waiting.pk} waits in {waiting.queue} beside {free}"

    @invariant()
    def nobody_behind_goes_first(self) -> None:
        now = clock.now()
        made = Leg.objects.filter(role=LegRole.PRIMARY, state=LegState.OFFERED, made_by="").exclude(pk__in=self.offered)
        for leg in made.select_related("interaction", "agent"):
            got = leg.interaction
            if leg.why.get("kept"):
                continue
            passed_over = Interaction.objects.filter(state=State.QUEUED, channel=got.channel, pk__in=self.before)
            for passed in passed_over.exclude(queue__state=QueueState.PAUSED).select_related("lane__queue"):
                untouched = self.before[passed.pk] == passed.version
                refused = (passed.pk, leg.agent_id) in self.refused | set(
                    Refusal.objects.filter(until__gt=now).values_list("interaction_id", "agent_id")
                )
                if untouched and before(passed, got) and not refused and not kept_for_somebody_there(passed):
                    # She has the offer in hand now; of the same channel she had room for the other one as well.
                    verdict = eligibility.eligible(leg.agent, passed, at=now)
                    may = (verdict.ok or verdict.code in ("offered", "room")) and not at_its_cap(leg, passed)
                    assert not may, f"{got.pk} went before {passed.pk} to {leg.agent}"

    def everybody_is_served(self) -> None:
        """With everybody back, whatever waits is served in as many rounds as wait, and a few."""
        for line in Queue.objects.filter(state=QueueState.PAUSED):
            queue_states.open_queue(line, by=self.ada, why="back")
        for licence in Licence.objects.exclude(state="certified"):
            licences.certify(licence, by=self.sue, why="back")
        for agent in self.agents:
            skills.set_level(agent, make.skill("es"), 5, by=self.sue, reason="back")
            if not agent.consoles.exists():
                presence.connected(agent, uuid4(), "web")
        for _round in range(Interaction.objects.exclude(state__in=[State.CLOSED, State.PARKED]).count() + ROUNDS):
            for n in range(len(self.agents)):
                presence.go_available(self.agent(n))
            for leg in Leg.objects.filter(state=LegState.OFFERED).select_related("agent"):
                offers.accept(leg, by=leg.agent)
            for leg in Leg.objects.filter(state=LegState.HANDLING, role=LegRole.PRIMARY).select_related("agent"):
                handling.end_work(leg, by=leg.agent, ended_by=EndedBy.AGENT)
            self.pass_time(31)
        left = Interaction.objects.filter(state__in=[State.QUEUED, State.OFFERED])
        assert not left.exists(), f"{list(left.values())} are never served"


def before(one: Interaction, other: Interaction) -> bool:
    """Whether a contact goes first: by the order of their line, or else by aged priority and then by age."""
    if one.queue_id == other.queue_id:
        return (-one.band, one.order_key, one.pk) < (-other.band, other.order_key, other.pk)
    # Who came back stands first in its line with no more priority than it has.
    returned = Interaction.objects.filter(queue=one.queue_id, state=State.QUEUED, returned=True).exists()
    return not returned and _aged(one) > _aged(other)


def at_its_cap(offer: Leg, contact: Interaction) -> bool:
    """Whether the agent of an offer holds as many contacts of another's line, besides it, as the line allows."""
    assert contact.queue is not None
    held = Leg.objects.filter(
        agent=offer.agent, state__in=HOLDING_STATES, set_aside=False, interaction__queue=contact.queue_id
    )
    cap = contact.queue.cap_per_agent
    return cap is not None and held.exclude(pk=offer.pk).count() >= cap


def _aged(contact: Interaction) -> int:
    """As DESIGN.md 3 says it: min(9, priority + floor(waited / N))."""
    assert contact.queue is not None and contact.enqueued_at is not None
    waited = (clock.now() - contact.enqueued_at).total_seconds()
    return min(9, contact.priority + int(waited // (contact.queue.ageing_seconds or 10**9)))


def kept_for_somebody_there(waiting: Interaction) -> bool:
    """Whether the matcher keeps it for an agent who is there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kept_for_other(x, -1, %s) FROM interactions_interaction x WHERE id = %s", [clock.now(), waiting.pk]
        )
        return bool(cursor.fetchone()[0])


def _verdicts(agents: list[Agent], waiting: Interaction) -> list[tuple[Agent, bool]]:
    verdicts = eligibility.verdicts_on(agents, waiting)
    return [(agent, verdicts[agent.pk].ok) for agent in agents]


def test_whatever_happens_on_a_floor() -> None:
    run_state_machine_as_test(Floor, settings=SETTINGS)
