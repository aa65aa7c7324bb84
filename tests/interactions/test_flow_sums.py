"""The times of all steps of a contact are the time that people had it, whatever happens and in whatever order."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from agents.models import Agent
from bpo.accounts.models import User
from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from clients.models import Queue, ScriptVersion
from clients.script_graph import parse
from interactions import (
    closing,
    consulting,
    handing_back,
    handling,
    messages,
    offers,
    runs,
    supervision,
    taking_over,
    transfers,
    wrap_up,
)
from interactions.answers import AnswersWrong
from interactions.desk.work import run_of
from interactions.models import EndedBy, FlowDay, Interaction, Leg, Outcome, Run
from interactions.reports import flow_days, flows
from interactions.reports.scope import Period
from interactions.routing import router
from tests import factories as make
from tests.interactions.recount import agrees
from tests.interactions.scripted import Scene, begun, scene
from tests.interactions.test_flow_figures import ANSWERS, LATER, START, version

pytestmark = pytest.mark.django_db
BEFORE = START - timedelta(hours=1)


@pytest.fixture
def acme() -> Scene:
    return scene()


def sums(of: Scene) -> tuple[int, int]:
    """Seconds at the steps, and seconds that people had the contacts."""
    life = flows.life(version(of), BEFORE, LATER)
    return int(life.step_time.total_seconds()), int(life.handling_time.total_seconds())


def close(leg: Leg) -> None:
    closing.close(Interaction.objects.get(pk=leg.interaction_id), Outcome.HANDLED)


def live(leg: Leg) -> Leg:
    found = handling.live_leg(Interaction.objects.get(pk=leg.interaction_id))
    assert found is not None
    return found


def wrapped(leg: Leg, by: Agent) -> None:
    wrap_up.finish(Leg.objects.get(pk=leg.pk), by=by, disposition=None)


def colleague(of: Scene, name: str = "Cal Cole") -> Agent:
    Queue.objects.filter(client=of.acme).update(wrap_up="optional")
    return make.agent(name, licensed=of.acme, available=True)


def test_what_a_supervisor_took_back_is_counted_to_that_moment(acme: Scene) -> None:
    """Bug: her wrap-up of a contact that others had was counted as time of its steps."""
    cal = colleague(acme)
    with clock.set_to(START):
        leg, _run = begun(acme, at=START)
        clock.advance(40)
        contact = Interaction.objects.get(pk=leg.interaction_id)
        supervision.assign(contact, cal, by=make.supervisor(acme.acme), reason="Cal knows it")
        clock.advance(5)
        mine = offers.accept(live(leg), by=cal)
        assert run_of(mine, cal) is not None
        clock.advance(20)
        wrapped(leg, acme.bea)
        clock.advance(30)
        handling.end_work(mine, by=cal, ended_by=EndedBy.AGENT)
        clock.advance(7)
        wrapped(mine, cal)
    assert sums(acme) == (97, 97)


def test_the_advice_of_a_colleague_is_not_counted_twice(acme: Scene) -> None:
    """Bug: who was asked in and then got the contact had it since she was asked."""
    cal = colleague(acme)
    with clock.set_to(START):
        leg, _run = begun(acme, at=START)
        clock.advance(10)
        asked = offers.accept(transfers.consult(leg, cal, by=acme.bea), by=cal)
        clock.advance(60)
        transfers.complete_warm(leg, by=acme.bea)
        mine = live(leg)
        assert (mine.pk, mine.hers_since) == (asked.pk, START + timedelta(seconds=70))
        run_of(mine, cal)
        clock.advance(20)
        handling.end_work(mine, by=cal, ended_by=EndedBy.AGENT)
        wrapped(leg, acme.bea)
        wrapped(mine, cal)
    assert sums(acme) == (90, 90)


def test_the_last_step_ends_with_the_work_of_who_stood_there(acme: Scene) -> None:
    """Bug: it lasted until the colleague who had handed the contact on had wrapped up as well."""
    cal = colleague(acme)
    with clock.set_to(START):
        leg, _run = begun(acme, at=START)
        clock.advance(10)
        transfers.to_colleague(leg, cal, by=acme.bea)
        mine = offers.accept(live(leg), by=cal)
        run_of(mine, cal)
        clock.advance(20)
        handling.end_work(mine, by=cal, ended_by=EndedBy.AGENT)
        clock.advance(5)
        wrapped(mine, cal)
        clock.advance(300)
        wrapped(leg, acme.bea)
    assert Interaction.objects.get(pk=leg.interaction_id).state == "closed"
    assert sums(acme) == (35, 35)


def test_who_handed_a_chat_on_and_gets_it_back_in_her_wrap_up_has_it_anew(acme: Scene) -> None:
    """Bug: all the time between was hers, though a colleague had it."""
    cal = colleague(acme)
    with clock.set_to(START):
        leg, run = begun(acme, at=START)
        clock.advance(10)
        transfers.to_colleague(leg, cal, by=acme.bea)
        mine = offers.accept(live(leg), by=cal)
        run_of(mine, cal)
        clock.advance(20)
        handling.end_work(mine, by=cal, ended_by=EndedBy.AGENT)
        wrapped(mine, cal)
        clock.advance(100)
        contact = Interaction.objects.get(pk=leg.interaction_id)
        messages.take_in(contact, messages.Words(text="One more thing"), at=clock.now())
        again = live(leg)
        assert (again.agent, again.pk == leg.pk, contact.state) == (acme.bea, False, "active")
        clock.advance(5)
        runs.answer(Run.objects.get(pk=run.pk), "greet", {}, by=acme.bea)
        clock.advance(5)
        handling.end_work(again, by=acme.bea, ended_by=EndedBy.AGENT)
        wrapped(again, acme.bea)
    assert Interaction.objects.get(pk=leg.interaction_id).state == "closed"
    assert sums(acme) == (40, 40)


@pytest.mark.parametrize("act", ["answer", "back", "jump", "look"])
def test_whoever_acts_stands_there_since_she_accepted_though_nobody_wrote_it(acme: Scene, act: str) -> None:
    """Bug: died between the accept and its reaction, and the customer's waiting was the colleague's work."""
    cal = colleague(acme)
    with clock.set_to(START):
        leg, run = begun(acme, at=START)
        clock.advance(10)
        run = runs.answer(run, "greet", {}, by=acme.bea)
        transfers.to_colleague(leg, cal, by=acme.bea)
        clock.advance(15)
        mine = offers.accept(live(leg), by=cal)  # no reaction: nothing is committed here
        clock.advance(20)
        match act:
            case "answer":
                runs.answer(run, "verify", {"gave_up": "1"}, by=cal)
            case "back":
                runs.back(run, by=cal)
            case "jump":
                runs.jump(run, "reason", by=cal)
            case "look":
                run_of(mine, cal)
        hers = list(run.visits.filter(agent=acme.bea).values_list("step", "left_at"))
        assert hers[-1] == ("verify", START + timedelta(seconds=10))
        first = run.visits.filter(agent=cal).first()
        assert first is not None and (first.step, first.entered_at) == ("verify", START + timedelta(seconds=25))
        clock.advance(5)
        handling.end_work(mine, by=cal, ended_by=EndedBy.AGENT)
        wrapped(mine, cal)
        wrapped(leg, acme.bea)
    assert sums(acme) == (35, 35)


def test_a_late_word_of_an_earlier_hand_over_says_when_the_contact_became_hers(acme: Scene) -> None:
    cal = colleague(acme)
    with clock.set_to(START):
        leg, run = begun(acme, at=START)
        offers.accept(transfers.consult(leg, cal, by=acme.bea), by=cal)
        clock.advance(10)
        transfers.complete_warm(leg, by=acme.bea)
        entry = leg.interaction.journal.filter(kind="transferred").latest("pk")
        clock.advance(10)
        transfers.to_colleague(live(leg), acme.bea, by=cal)
        back = offers.accept(live(leg), by=acme.bea)
        clock.advance(30)
        runs.handed_on(entry)
        visit = Run.objects.get(pk=run.pk).visits.latest("ordinal")
    assert (visit.agent, visit.entered_at) == (acme.bea, back.accepted_at)


def test_a_day_is_kept_when_its_last_run_cannot_come_any_more(acme: Scene) -> None:
    """Bug: a run of its last second that was written after midnight was missing for good."""
    assert acme.acme.zone == "America/New_York"
    day = datetime(2026, 11, 25, 4, 59, 59, 900_000, tzinfo=UTC)  # still the 24th there
    first, midnight = date(2026, 11, 24), datetime(2026, 11, 25, 5, tzinfo=UTC)
    period = Period("", first, first, midnight - timedelta(days=1), midnight)
    with clock.set_to(day):
        contact = make.waiting(acme.line, "chat", who=acme.ann)
        leg = offers.accept(make.offer(acme.bea, contact), by=acme.bea)
    with clock.set_to(day + timedelta(seconds=0.6)):
        assert flow_days.life(version(acme), period).started == 0 and not FlowDay.objects.exists()
    with clock.set_to(day + timedelta(seconds=1)):
        assert run_of(leg, acme.bea) is not None
        handling.end_work(leg, by=acme.bea, ended_by=EndedBy.AGENT)
        close(leg)
        Leg.objects.filter(pk=leg.pk).update(state="completed", ended_at=clock.now())
    with clock.set_to(day + timedelta(minutes=59)):
        assert flow_days.life(version(acme), period).started == 1 and not FlowDay.objects.exists()
    with clock.set_to(day + timedelta(hours=2)):
        assert flow_days.life(version(acme), period).started == 1 and FlowDay.objects.count() == 1


class Contact(RuleBasedStateMachine):
    """One contact of Ann's, and three people who do with it whatever they may, and what they may not."""

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        self.open.enter_context(transaction.atomic())
        self.open.callback(transaction.set_rollback, True)
        self.open.enter_context(clock.set_to(START))

    @initialize(channel=st.sampled_from(["chat", "email", "voice"]), mode=st.sampled_from(["optional", "none"]))
    def comes(self, channel: str, mode: str) -> None:
        self.acme = scene()
        Queue.objects.filter(pk=self.acme.line.pk).update(wrap_up=mode)
        self.line = make.queue(self.acme.acme, "Second line", wrap_up="optional")
        self.sue: User = make.supervisor(self.acme.acme)
        self.people = [self.acme.bea, *(make.agent(n, licensed=self.acme.acme, available=True) for n in ("Cal", "Dot"))]
        self.pk = make.waiting(self.acme.line, channel, who=self.acme.ann, at=START).pk
        self.goes_round()

    @property
    def contact(self) -> Interaction:
        return Interaction.objects.select_related("queue", "lane").get(pk=self.pk)

    @property
    def leg(self) -> Leg | None:
        return handling.live_leg(self.contact)

    def holds(self) -> Leg | None:
        leg = self.leg
        return leg if leg is not None and leg.state == "handling" else None

    def tried(self, act: Any, *args: Any, **more: Any) -> None:
        with suppress(DomainError, AnswersWrong), transaction.atomic():
            act(*args, **more)

    def other(self, than: Agent, nth: int) -> Agent:
        return [one for one in self.people if one != than][nth]

    @rule()
    def goes_round(self) -> None:
        """Whoever is free is offered it, and accepts; her desk shows it, or what she does first says so."""
        if self.contact.state == "queued":
            router.interaction_waits(self.pk)
        leg = self.leg
        if leg is not None and leg.state == "offered":
            clock.advance(4)
            self.tried(offers.accept, leg, by=leg.agent)

    @rule(seconds=st.integers(1, 90))
    def time_goes_by(self, seconds: int) -> None:
        clock.advance(seconds)

    def shown(self) -> Leg | None:
        """Her desk has shown the contact before anything else can end her work on it."""
        leg = self.holds()
        if leg is not None:
            run_of(leg, leg.agent)
        return leg

    @rule(data=st.data())
    def follows_the_script(self, data: st.DataObject) -> None:
        leg = self.holds()
        run = Run.objects.filter(interaction=self.pk).first()
        if leg is None:
            return
        if run is None:
            run = run_of(leg, leg.agent)
            assert run is not None
        clock.advance(3)
        act = data.draw(st.sampled_from(["answer", "answer", "answer", "jump", "back"]))
        if act == "jump":
            step = data.draw(st.sampled_from([*parse(run.version.graph).steps]))
            self.tried(runs.jump, run, step, by=leg.agent)
        elif act == "back":
            self.tried(runs.back, run, by=leg.agent)
        elif run.at_step != "close":
            given = ANSWERS.get(run.at_step, {})
            if run.at_step == "product":
                given = {"choice": self.acme.slate.code}
            self.tried(runs.answer, run, run.at_step, given, by=leg.agent)

    @rule()
    def parks(self) -> None:
        if leg := self.shown():
            self.tried(handling.park, leg, by=leg.agent)

    @precondition(lambda self: self.contact.state == "parked")
    @rule(taken=st.booleans())
    def comes_back(self, taken: bool) -> None:
        contact = self.contact
        if taken and contact.prefer_agent:
            self.tried(handling.unpark, contact, by=contact.prefer_agent)
        else:
            self.tried(handling.return_parked, contact, why="its day has come")

    @rule()
    def goes_to_the_other_line(self) -> None:
        if leg := self.shown():
            to = self.line if self.contact.queue_id != self.line.pk else self.acme.line
            self.tried(transfers.to_queue, leg, to, by=leg.agent)

    @rule(nth=st.integers(0, 1))
    def goes_to_a_colleague(self, nth: int) -> None:
        if leg := self.shown():
            self.tried(transfers.to_colleague, leg, self.other(leg.agent, nth), by=leg.agent)

    @rule(nth=st.integers(0, 1), joins=st.booleans())
    def asks_a_colleague(self, nth: int, joins: bool) -> None:
        if leg := self.shown():
            self.tried(transfers.consult, leg, self.other(leg.agent, nth), by=leg.agent)
            clock.advance(2)
            asked = consulting.consult_of(self.contact)
            if joins and asked is not None and asked.state == "offered":
                self.tried(offers.accept, asked, by=asked.agent)
                clock.advance(7)

    @rule(stays=st.booleans())
    def the_advice_ends(self, stays: bool) -> None:
        if leg := self.shown():
            self.tried(transfers.complete_warm if stays else transfers.end_consult, leg, by=leg.agent)

    @rule(nth=st.integers(0, 1))
    def a_colleague_takes_the_mail(self, nth: int) -> None:
        if leg := self.shown():
            self.tried(taking_over.take_over, self.contact, by=self.other(leg.agent, nth), reason="Lunch")

    @rule()
    def is_taken_back(self) -> None:
        self.shown()
        self.tried(supervision.take_back, self.contact, by=self.sue, reason="Too long")

    @rule(nth=st.integers(0, 2))
    def is_assigned(self, nth: int) -> None:
        self.shown()
        self.tried(supervision.assign, self.contact, self.people[nth], by=self.sue, reason="She knows it")

    @rule(away=st.integers(1, 900))
    def her_console_is_lost(self, away: int) -> None:
        if leg := self.shown():
            handing_back.consoles_gone(leg.agent_id, at=clock.now())
            clock.advance(away)
            handing_back.graces_over(clock.now())
            handing_back.console_back(leg.agent_id, at=clock.now())

    @rule()
    def customer_leaves(self) -> None:
        self.shown()
        self.tried(handling.customer_left, self.contact)

    @rule()
    def customer_writes_on(self) -> None:
        self.tried(messages.take_in, self.contact, messages.Words(text="And then"), at=clock.now())

    @rule()
    def she_ends_it(self) -> None:
        if leg := self.shown():
            self.tried(handling.end_work, leg, by=leg.agent, ended_by=EndedBy.AGENT)

    @rule(last=st.booleans())
    def a_wrap_up_is_done(self, last: bool) -> None:
        found = Leg.objects.filter(interaction=self.pk, state="wrapping").order_by("-pk" if last else "pk").first()
        if found is not None:
            self.tried(wrap_up.finish, found, by=found.agent, disposition=None)

    @invariant()
    def what_came_went_and_the_times_add_up(self) -> None:
        if not hasattr(self, "pk"):
            return
        for name in ("Inbound orders", "Orders"):
            agrees(version(self.acme, name), BEFORE, LATER)
        at_steps, had = sums(self.acme)
        assert at_steps == had

    def teardown(self) -> None:
        try:
            if hasattr(self, "pk"):
                for _round in range(4):
                    self.goes_round()
                    self.comes_back_all()
                    self.she_ends_it()
                    for _each in range(4):
                        self.a_wrap_up_is_done(True)
                if self.contact.state == "closed":
                    self.what_came_went_and_the_times_add_up()
                    assert not ScriptVersion.objects.filter(runs__visits__left_at=None, runs__state="ended").exists()
        finally:
            self.open.close()

    def comes_back_all(self) -> None:
        if self.contact.state == "parked":
            self.tried(handling.return_parked, self.contact, why="its day has come")


def test_the_rules_do_what_they_say(db: None) -> None:
    """A refusal is no failure of the machine below: each of its ways to hand a contact on is seen to be open to it."""
    with transaction.atomic():
        one = Contact()
        one.comes("chat", "optional")
        seen = [one.leg.agent if one.leg else None]
        for act in (
            lambda: (one.asks_a_colleague(0, True), one.the_advice_ends(True)),
            lambda: (one.goes_to_a_colleague(0), one.goes_round()),
            lambda: (one.is_taken_back(), one.time_goes_by(90), one.goes_round()),
            lambda: (one.goes_to_the_other_line(), one.goes_round()),
            lambda: (one.her_console_is_lost(900), one.goes_round()),
        ):
            before = one.holds()
            act()
            now = one.holds()
            assert before is not None and now is not None and now.pk != before.pk, len(seen)
            seen.append(now.agent)
        one.customer_leaves()
        assert one.contact.state == "wrap_up"
        one.customer_writes_on()
        assert one.contact.state == "active"
        one.what_came_went_and_the_times_add_up()
        one.teardown()


def test_whatever_people_do_the_steps_take_as_long_as_they_had_the_contact() -> None:
    run_machine(
        Contact, settings=settings(max_examples=12, stateful_step_count=18, deadline=None,
                                   suppress_health_check=list(HealthCheck))
    )  # fmt: skip
