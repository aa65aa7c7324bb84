"""Who waits long: skills are relaxed, teams added, priority raised, and the wait ends as the line says."""

from typing import Any

import pytest

from agents import presence
from agents.models import OverflowStep, QueueTeam, StepAction
from bpo.kernel.errors import DomainError
from clients.models import Channel, Queue, QueueState, WhenUnstaffed
from interactions import eligibility, offers, transfers, waits
from interactions.models import Callback, Envelope, Interaction, JournalEntry, Kind, Leg, Outcome, State
from interactions.routing import overflowing
from tests import factories as make
from tests.flows.floor import Day, House, fresh, kinds


def step(queue: Queue, after: int, action: str, **fields: Any) -> OverflowStep:
    """The next step of a line; its rules are compiled anew with it."""
    ordinal = queue.overflow_steps.count() + 1
    made = OverflowStep(queue=queue, ordinal=ordinal, after_seconds=after, action=action, **fields)
    made.full_clean()
    made.save()
    eligibility.queue_changed(queue)
    return made


@pytest.fixture
def spanish(day: Day) -> House:
    """A line that wants Spanish at level 4."""
    house = House()
    house.line = make.queue(house.acme, "Español", wants={"es": 4}, offer_seconds=90)
    return house


def test_a_level_is_relaxed_then_the_skill_is_asked_no_more(day: Day, spanish: House) -> None:
    skill = make.skill("es")
    step(spanish.line, 10, StepAction.RELAX_LEVEL, skill=skill, level=2)
    step(spanish.line, 20, StepAction.DROP_SKILL, skill=skill)
    bea = spanish.agent("Bea Brown", skills={"es": 2})
    bob = spanish.agent("Bob Berg")
    ann, ben = spanish.contact(), spanish.contact()
    entered = ann.enqueued_at
    day.after(9)
    assert (fresh(ann).state, fresh(ben).state) == (State.QUEUED, State.QUEUED)
    day.after(1)
    assert spanish.ringing(bea, ann), "level 2 is enough after ten seconds"
    day.after(19)
    assert fresh(ben).state == State.QUEUED, "and nobody else speaks it"
    day.after(1)
    assert spanish.ringing(bob, ben)
    assert fresh(ben).enqueued_at == entered, "the place is kept"
    assert kinds(ben).count(Kind.STEP_REACHED) == 2
    assert Leg.objects.get(interaction=ben).why["step"] == 2


def test_a_team_is_added(day: Day, house: House) -> None:
    first, second = make.team("Day"), make.team("Evening")
    QueueTeam.objects.create(queue=house.line, team=first)
    step(house.line, 30, StepAction.ADD_TEAM, team=second)
    eve = house.agent("Eve Evans", in_team=second)
    ann = house.contact()
    day.after(29)
    assert fresh(ann).state == State.QUEUED
    day.after(1)
    assert house.ringing(eve, ann)


def test_a_raised_priority_goes_before_others_of_the_line_and_of_other_lines(day: Day, house: House) -> None:
    step(house.line, 30, StepAction.RAISE_PRIORITY, raise_by=3)
    other = make.queue(house.acme, "Billing")
    ann = house.contact()
    day.after(30)
    cal = house.contact(queue=other, priority=2)
    dan = house.contact(priority=2)
    assert (fresh(ann).priority, waits.position(fresh(ann)), waits.position(dan)) == (3, 1, 2)
    bea = house.agent("Bea Brown")
    day.after(0)
    assert house.ringing(bea, ann)
    offers.decline(house.ringing(bea, ann), by=bea, reason="no")
    assert fresh(cal).state == State.OFFERED


def test_at_nine_the_priority_ends(day: Day, house: House) -> None:
    step(house.line, 1, StepAction.RAISE_PRIORITY, raise_by=9)
    ann = house.contact(priority=5)
    day.after(1)
    assert fresh(ann).priority == 9


def test_deadlines_add_up_from_entry_however_late_the_sweep_comes(day: Day, spanish: House) -> None:
    skill = make.skill("es")
    step(spanish.line, 10, StepAction.RELAX_LEVEL, skill=skill, level=3)
    step(spanish.line, 10, StepAction.RELAX_LEVEL, skill=skill, level=2)
    step(spanish.line, 10, StepAction.RAISE_PRIORITY, raise_by=1)
    ann = spanish.contact()
    day.after(17)
    assert fresh(ann).lane.step == 1
    day.after(3)
    assert fresh(ann).lane.step == 2
    day.after(60)
    assert (fresh(ann).lane.step, fresh(ann).step_due_at) == (3, None)
    day.after(60)
    assert kinds(ann).count(Kind.STEP_REACHED) == 3


def test_a_decline_keeps_the_step_and_a_new_stay_begins_at_the_first(day: Day, spanish: House) -> None:
    step(spanish.line, 10, StepAction.DROP_SKILL, skill=make.skill("es"))
    bob = spanish.agent("Bob Berg")
    ann = spanish.contact()
    day.after(10)
    offers.decline(spanish.ringing(bob, ann), by=bob, reason="lunch")
    assert fresh(ann).lane.step == 1
    leg = offers.accept(_again(day, spanish, bob, ann), by=bob)
    presence.disconnected(bob.consoles.get().key)
    day.after(61)
    assert fresh(leg).state == "lost"
    assert (fresh(ann).state, fresh(ann).lane.step) == (State.QUEUED, 0)


def _again(day: Day, house: House, agent: Any, contact: Interaction) -> Leg:
    day.after(house.line.decline_delay_seconds)
    return house.ringing(agent, contact)


class TestTheWaitEnds:
    def test_with_a_promise_where_somebody_can_be_reached(self, day: Day, house: House) -> None:
        step(house.line, 60, StepAction.PROMISE_CALLBACK)
        ann = house.contact(Channel.VOICE, who=make.customer(house.acme, phone="+16145550101"))
        nameless = house.contact(Channel.CHAT)
        day.after(60)
        assert fresh(ann).outcome == Outcome.CALLBACK_PROMISED
        assert Callback.objects.get(promised_from=ann).enqueued_at == ann.enqueued_at
        assert fresh(nameless).outcome == Outcome.TIMED_OUT

    def test_with_a_message_to_be_left(self, day: Day, house: House) -> None:
        step(house.line, 60, StepAction.VOICEMAIL)
        ann = house.contact(Channel.VOICE, who=make.customer(house.acme, phone="+16145550101"))
        nameless = house.contact(Channel.VOICE)
        day.after(60)
        assert (fresh(ann).outcome, fresh(nameless).outcome) == (Outcome.VOICEMAIL, Outcome.VOICEMAIL)
        assert Callback.objects.filter(promised_from=ann).count() == 1

    def test_with_a_word(self, day: Day, house: House) -> None:
        step(house.line, 1, StepAction.MESSAGE)
        ann = house.contact()
        day.after(1)
        assert fresh(ann).outcome == Outcome.TIMED_OUT

    def test_mail_is_never_closed_unanswered(self, day: Day, house: House) -> None:
        step(house.line, 1, StepAction.MESSAGE)
        letter = house.contact(Channel.EMAIL)
        day.after(1)
        day.after(600)
        assert (fresh(letter).state, fresh(letter).step_due_at) == (State.QUEUED, None)

    def test_in_another_line(self, day: Day, house: House) -> None:
        rescue = make.queue(house.acme, "Rescue")
        step(house.line, 30, StepAction.OVERFLOW, to_queue=rescue)
        ann = house.contact(priority=4)
        day.after(30)
        ann = fresh(ann)
        assert (ann.queue, ann.state, ann.priority) == (rescue, State.QUEUED, 4)
        assert list(ann.visits.order_by("ordinal").values_list("queue__name", "how")) == [
            ("Questions", "overflowed"),
            ("Rescue", ""),
        ]
        bea = house.agent("Bea Brown")
        day.after(0)
        assert house.ringing(bea, ann)

    def test_a_closed_line_takes_nobody_over(self, day: Day, house: House) -> None:
        rescue = make.queue(house.acme, "Rescue")
        step(house.line, 30, StepAction.OVERFLOW, to_queue=rescue)
        Queue.objects.filter(pk=rescue.pk).update(state=QueueState.CLOSED)
        ann = house.contact(Channel.VOICE, who=make.customer(house.acme, phone="+16145550101"))
        day.after(30)
        assert fresh(ann).outcome == Outcome.CALLBACK_PROMISED

    def test_two_lines_that_overflow_into_each_other_do_not_pass_one_to_and_fro(self, day: Day, house: House) -> None:
        rescue = make.queue(house.acme, "Rescue", skip_empty_steps=True)
        step(house.line, 30, StepAction.OVERFLOW, to_queue=rescue)
        step(rescue, 30, StepAction.OVERFLOW, to_queue=house.line)
        ann = house.contact(Channel.VOICE, who=make.customer(house.acme, phone="+16145550101"))
        letter = house.contact(Channel.EMAIL)
        day.after(30)
        day.after(1)
        assert fresh(ann).outcome == Outcome.CALLBACK_PROMISED
        assert (fresh(letter).queue, fresh(letter).state) == (rescue, State.QUEUED)
        day.after(60)
        assert letter.visits.count() == 2

    def test_a_caller_who_cannot_be_called_leaves_the_message_line_all_the_same(self, day: Day, house: House) -> None:
        step(house.line, 5, StepAction.VOICEMAIL)
        nobody = house.contact(Channel.VOICE)
        Envelope.objects.filter(pk=nobody.pk).update(from_phone="anonymous")
        day.after(5)
        assert fresh(nobody).outcome == Outcome.VOICEMAIL

    def test_what_fails_is_tried_again(self, day: Day, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        step(house.line, 5, StepAction.MESSAGE)
        ann = house.contact()
        with monkeypatch.context() as broken:
            broken.setattr(overflowing.line_ends, "close", lambda *given: 1 / 0)
            day.after(5)
        assert fresh(ann).state == State.QUEUED
        day.after(1)
        assert fresh(ann).outcome == Outcome.TIMED_OUT

    def test_after_a_talk_the_deadlines_begin_anew(self, day: Day, house: House) -> None:
        step(house.line, 60, StepAction.MESSAGE)
        ann = house.contact()
        day.after(50)
        bea = house.agent("Bea Brown")
        day.after(0)
        talk = offers.accept(house.ringing(bea, ann), by=bea)
        cy = house.agent("Cy Cole")
        day.after(600)
        transfers.to_colleague(talk, cy, by=bea)
        day.after(house.line.offer_seconds)
        day.after(1)
        assert fresh(ann).state != State.CLOSED, "missed by Cy she is at the top of the line"


class TestNobodyThere:
    def test_a_step_that_nobody_staffs_may_be_skipped_at_once(self, day: Day) -> None:
        house = House(skip_empty_steps=True)
        house.line = make.queue(house.acme, "Español", wants={"es": 4}, skip_empty_steps=True)
        step(house.line, 600, StepAction.DROP_SKILL, skill=make.skill("es"))
        bob = house.agent("Bob Berg")
        ann = house.contact()
        assert house.ringing(bob, ann), "nobody speaks it: why wait ten minutes?"

    def test_it_is_skipped_too_when_the_last_one_goes(self, day: Day) -> None:
        house = House()
        house.line = make.queue(house.acme, "Español", wants={"es": 4}, skip_empty_steps=True)
        step(house.line, 600, StepAction.DROP_SKILL, skill=make.skill("es"))
        busy = house.agent("Sol Sanchez", skills={"es": 5})
        house.talk(busy, Channel.VOICE)
        ann = house.contact(Channel.VOICE)
        bob = house.agent("Bob Berg")
        day.after(5)
        assert fresh(ann).state == State.QUEUED, "Sol is there, if busy"
        presence.pause_after(busy, "Lunch")
        presence.disconnected(busy.consoles.get().key)
        day.after(1)
        assert house.ringing(bob, ann)

    def test_the_last_step_of_a_line_nobody_staffs_ends_the_wait_at_once(self, day: Day) -> None:
        house = House(skip_empty_steps=True)
        step(house.line, 600, StepAction.MESSAGE)
        ann = house.contact()
        day.after(0)
        assert fresh(ann).outcome == Outcome.TIMED_OUT

    def test_when_the_last_agent_leaves_the_line_may_overflow_now(self, day: Day) -> None:
        house = House(when_unstaffed=WhenUnstaffed.OVERFLOW)
        rescue = make.queue(house.acme, "Rescue")
        step(house.line, 600, StepAction.OVERFLOW, to_queue=rescue)
        bea = house.agent("Bea Brown")
        house.talk(bea, Channel.VOICE)
        ann = house.contact(Channel.VOICE)
        presence.force(bea, "signed_out", by=house.sue, why="ill")
        presence.disconnected(bea.consoles.get().key)
        day.after(61)
        day.after(1)
        assert fresh(ann).queue == rescue


class TestBySupervisor:
    def test_the_next_step_is_opened_with_a_reason(self, day: Day, spanish: House) -> None:
        step(spanish.line, 600, StepAction.DROP_SKILL, skill=make.skill("es"))
        step(spanish.line, 60, StepAction.PROMISE_CALLBACK)
        bob = spanish.agent("Bob Berg")
        ann = spanish.contact(Channel.VOICE, who=make.customer(spanish.acme, phone="+16145550101"))
        day.after(5)
        overflowing.open_next(ann, by=spanish.sue, reason="All Spanish speakers are ill")
        assert spanish.ringing(bob, ann)
        said = JournalEntry.objects.get(interaction=ann, kind=Kind.STEP_REACHED)
        assert (said.actor, said.facts["reason"]) == (spanish.sue, "All Spanish speakers are ill")
        offers.decline(spanish.ringing(bob, ann), by=bob, reason="no")
        presence.take_break(bob, "Lunch")
        day.after(59)
        assert fresh(ann).state == State.QUEUED, "the next deadline counts from the opening"
        day.after(1)
        assert fresh(ann).outcome == Outcome.CALLBACK_PROMISED

    def test_mail_keeps_a_step_that_would_close_it(self, day: Day, house: House) -> None:
        step(house.line, 600, StepAction.MESSAGE)
        letter = house.contact(Channel.EMAIL)
        with pytest.raises(overflowing.NoStepLeft):
            overflowing.open_next(letter, by=house.sue, reason="now")
        assert (fresh(letter).lane.step, fresh(letter).state) == (0, State.QUEUED)

    def test_nobody_opens_what_is_not_there(self, day: Day, house: House) -> None:
        ann = house.contact()
        with pytest.raises(DomainError):
            overflowing.open_next(ann, by=house.sue, reason="now")


def test_rules_that_change_keep_the_step_and_count_from_entry(day: Day, spanish: House) -> None:
    skill = make.skill("es")
    step(spanish.line, 10, StepAction.RELAX_LEVEL, skill=skill, level=3)
    step(spanish.line, 50, StepAction.DROP_SKILL, skill=skill)
    ann = spanish.contact()
    day.after(20)
    step(spanish.line, 5, StepAction.RAISE_PRIORITY, raise_by=1)
    assert (fresh(ann).lane.step, fresh(ann).lane.queue_version) == (1, Queue.objects.get(pk=spanish.line.pk).version)
    assert kinds(ann)[-1] == Kind.LANE_CHANGED
    day.after(40)
    assert fresh(ann).lane.step == 2
    spanish.line.overflow_steps.all().delete()
    eligibility.queue_changed(spanish.line)
    assert (fresh(ann).lane.step, fresh(ann).step_due_at) == (0, None), "no steps: the line's own rules hold"


def test_ageing_turned_off_leaves_those_who_wait_before_those_who_come(day: Day) -> None:
    house = House(ageing_seconds=60, priority=5)
    ann = house.contact()
    day.after(30)
    Queue.objects.filter(pk=house.line.pk).update(ageing_seconds=None)
    eligibility.queue_changed(house.line)
    ben = house.contact(queue=Queue.objects.get(pk=house.line.pk))
    assert (waits.position(fresh(ann)), waits.position(ben)) == (1, 2)


def test_an_end_that_is_new_is_not_behind_who_waits(day: Day, spanish: House) -> None:
    skill = make.skill("es")
    step(spanish.line, 5, StepAction.RELAX_LEVEL, skill=skill, level=3)
    step(spanish.line, 5, StepAction.RELAX_LEVEL, skill=skill, level=2)
    ann = spanish.contact()
    day.after(10)
    day.after(10)
    assert fresh(ann).lane.step == 2
    spanish.line.overflow_steps.filter(ordinal=2).delete()
    step(spanish.line, 60, StepAction.MESSAGE)
    assert fresh(ann).lane.step == 1
    day.after(45)
    assert fresh(ann).outcome == Outcome.TIMED_OUT
