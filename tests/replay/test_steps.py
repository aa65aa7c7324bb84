"""Steps that nobody reached in the past: Bea took the one chat at once; without her it waits for Cal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from agents import presence
from agents.models import Agent, OverflowStep
from bpo.kernel import clock
from interactions import handling, offers, queueing
from interactions.models import EndedBy, Lane, Leg
from interactions.replay import describing, running
from tests import factories as make
from tests.replay.working import MORNING

pytestmark = pytest.mark.django_db(transaction=True)

AFTER = 30  # seconds until the line asks a lower level


class Past:
    """A line that wants billing, Bea who knows it well, Cal who knows a little, and one chat that Bea took at once."""

    def __init__(self, *, wants: int) -> None:
        self.acme = make.client("Acme")
        self.billing = make.queue(self.acme, "Billing", channels=["chat"], wants={"billing": wants}, wrap_up="none")
        skill = make.skill("billing")
        OverflowStep.objects.create(
            queue=self.billing, ordinal=1, after_seconds=AFTER, action="relax_level", skill=skill, level=1
        )
        self.bea = make.agent("Bea Brown", licensed=self.acme, skills={"billing": 4})
        self.cal = make.agent("Cal Cole", licensed=self.acme, skills={"billing": 1})
        self.end = MORNING + timedelta(hours=1)
        with clock.set_to(MORNING + timedelta(minutes=1)):
            self._comes(self.bea)
            clock.advance(1)
            self._comes(self.cal)
            clock.advance(60)
            queueing.enter_queue(make.arrived(self.billing, "chat"), self.billing)
            clock.advance(5)
            leg = Leg.objects.select_related("agent", "interaction").get()
            assert leg.agent == self.bea
            offers.accept(leg, by=self.bea)
            clock.advance(90)
            leg.refresh_from_db()
            handling.end_work(leg, by=self.bea, ended_by=EndedBy.AGENT)
        assert not Lane.objects.filter(step=1).exists(), "nobody waited for it"

    @staticmethod
    def _comes(person: Agent) -> None:
        presence.connected(person, uuid4(), "by itself")
        presence.go_available(person)
        person.consoles.update(seen_at=MORNING + timedelta(days=9))

    def without_bea(self, **more: Any) -> dict[str, Any]:
        """The figures of the day without her."""
        told = {"without": [self.bea.employee_number], **more}
        return running.replay(MORNING, self.end, describing.read(told), number=1).arms["changed"].total


def test_a_step_that_nobody_reached_in_the_past_asks_for_less() -> None:
    day = Past(wants=3).without_bea()
    assert day["answered"] == 1
    assert day["wait_mean"] == pytest.approx(AFTER + 5, abs=2), "Cal answers as Bea did, once she may"


def test_other_skills_of_a_line_are_relaxed_by_its_steps_too() -> None:
    past = Past(wants=4)
    other = {"client": past.acme.slug, "line": "Billing", "wants": {"billing": 2}}
    day = past.without_bea(lines=[other])
    assert day["answered"] == 1
    assert day["wait_mean"] == pytest.approx(AFTER + 5, abs=2)


def test_other_skills_of_a_line_are_asked_from_the_first_moment() -> None:
    past = Past(wants=4)
    other = {"client": past.acme.slug, "line": "Billing", "wants": {"billing": 1}}
    day = past.without_bea(lines=[other])
    assert day["wait_mean"] == pytest.approx(5, abs=2)
