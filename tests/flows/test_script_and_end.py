"""The call flow answered in the moment in which the contact ends, each on a connection of its own."""

import time
from threading import Event

import pytest
from django.db import transaction

from clients.models import Queue
from interactions import handling, runs
from interactions.models import EndedBy, Interaction, Leg, LegState, Run, RunState, State, StepVisit
from tests import factories as make
from tests.flows.floor import Day, at_once
from tests.interactions.acting import Desk

pytestmark = pytest.mark.storm  # what two at once break, they break once in many times: no second try

TIMES = range(5)
SAY = [{"id": "do", "kind": "say", "name": "Say", "text": "It is on its way.", "next": "close"}]


def nothing_is_left_open() -> None:
    assert Run.objects.get().state == RunState.ENDED
    assert not StepVisit.objects.filter(left_at=None).exists(), "nobody stands at a step of a run that is over"


def ended(desk: Desk) -> Leg:
    return handling.end_work(desk.leg, by=desk.scene.bea, ended_by=EndedBy.AGENT)


def test_a_step_that_is_entered_while_the_contact_closes_is_left(day: Day) -> None:
    """Bea's answer is not committed yet when Ann's contact closes: the end waits for it."""
    desk, answered = Desk(steps=SAY), Event()
    Queue.objects.update(wrap_up="none")

    def answers() -> None:
        with transaction.atomic():
            runs.answer(desk.run, "do", {}, by=desk.scene.bea)
            answered.set()
            time.sleep(0.5)

    def ends() -> None:
        assert answered.wait(10)
        ended(desk)

    at_once(answers, ends)
    nothing_is_left_open()


@pytest.mark.parametrize("_time", TIMES)
def test_she_answers_in_the_moment_in_which_she_ends_the_contact(day: Day, _time: int) -> None:
    desk = Desk(steps=SAY)
    Queue.objects.update(wrap_up="none")
    answer, _leg = at_once(desk.answer, lambda: ended(desk))
    assert getattr(answer, "status_code", 0) in (200, 409), "taken, or refused in words"
    nothing_is_left_open()


@pytest.mark.parametrize("_time", TIMES)
def test_she_hands_over_by_the_flow_in_the_moment_in_which_the_contact_ends(day: Day, _time: int) -> None:
    """The act takes her seat like the end of the contact does: in one order, so that neither waits for the other."""
    desk = Desk("transfer", queue="Second line")
    Queue.objects.update(wrap_up="none")
    make.queue(desk.scene.acme, "Second line", wrap_up="none")
    answer, over = at_once(desk.answer, lambda: ended(desk))
    assert getattr(answer, "status_code", 0) in (200, 409)
    assert Leg.objects.get().state == LegState.COMPLETED
    contact = Interaction.objects.get()
    assert contact.state == (State.QUEUED if isinstance(over, Exception) else State.CLOSED)
    assert StepVisit.objects.filter(left_at=None).exists() is False or contact.state == State.QUEUED
