"""Two records are joined, or a contact is put on another one, while somebody ends, answers, resolves or withdraws."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import transaction

from agents.models import Agent
from bpo.kernel.errors import DomainError
from clients.models import Channel, Customer, ScriptKind
from interactions import callbacks, cases, customer_merging, handling, runs, whose_contact, wrap_up
from interactions.models import CallbackOrigin, EndedBy, Interaction, Leg, LegState, Run
from tests import factories as make
from tests.flows.floor import Day, House, at_once
from tests.interactions.scripted import publish
from tests.invariants import broken_invariants

pytestmark = pytest.mark.storm

ROUNDS = 12
FLOW = {
    "start": "why",
    "steps": [
        {"id": "why", "kind": "choose", "name": "Why", "text": "Why?", "sets": "reason", "required": True,
         "options": [{"value": "late", "label": "Late", "next": "why2"}]},
        {"id": "why2", "kind": "say", "name": "Say", "text": "I see.", "next": "close"},
        {"id": "close", "kind": "close", "name": "Close", "text": "Bye."},
    ],
}  # fmt: skip
Step = Callable[[], object]


class Desk:
    """Bea with a chat of Ann's, another contact of hers parked on the same case, and a promise made to her."""

    def __init__(self, house: House, bea: Agent) -> None:
        self.house, self.bea = house, bea
        self.ann = make.customer(house.acme, "Ann Archer")
        self.twin = make.customer(house.acme, "A. Archer")
        self.case = cases.open_case(house.acme, self.ann, queue=house.line)
        aside = house.talk(bea, Channel.EMAIL, who=self.ann, case=self.case)
        handling.park(aside, by=bea)
        self.leg = house.talk(bea, who=self.ann, case=self.case)
        self.promised = callbacks.promise(
            house.acme, customer=self.ann, queue=house.line, origin=CallbackOrigin.AGENT, number="+12025550101",
            by=bea, interaction=self.leg.interaction,
        )  # fmt: skip
        self.run = Run.objects.get(interaction=self.leg.interaction)

    def join(self) -> Customer:
        return customer_merging.merge(self.ann, self.twin, by=self.house.sue)

    def put(self) -> Interaction:
        return whose_contact.put_contact_on(self.leg.interaction, self.twin, by=self.bea)

    def end(self) -> object:
        return handling.end_work(self.leg, by=self.bea, ended_by=EndedBy.AGENT)

    def resolve(self) -> object:
        return cases.resolve(self.case, by=self.bea, summary="Sent", outcome="solved")

    def withdraw(self) -> object:
        return callbacks.withdraw(self.promised, "asked", by=self.bea)

    def answer(self) -> object:
        with transaction.atomic():
            handling.held_leg(self.leg, by=self.bea)
            return runs.answer(self.run, "why", {"choice": "late"}, by=self.bea)

    def over(self) -> None:
        for leg in Leg.objects.filter(agent=self.bea, state__in=[LegState.HANDLING, LegState.WRAPPING]):
            with suppress(DomainError):
                handling.end_work(leg, by=self.bea, ended_by=EndedBy.AGENT)
            leg.refresh_from_db()
            if leg.state == LegState.WRAPPING:
                wrap_up.finish(leg, by=self.bea, disposition=self.house.solved)


@pytest.fixture
def bea(day: Day, house: House) -> Agent:
    publish(house.acme, "Why", ScriptKind.INBOUND, FLOW)
    make.reason(house.acme, "Late", "complaint", code="late")
    return house.agent("Bea Brown")


@pytest.mark.parametrize("beside", ["end", "resolve", "withdraw", "answer", "put"])
def test_two_records_are_joined_and_nobody_waits_for_ever(house: House, bea: Agent, beside: str) -> None:
    for _time in range(ROUNDS):
        desk = Desk(house, bea)
        joined, _other = at_once(desk.join, getattr(desk, beside))
        assert not isinstance(joined, DomainError), joined
        contact = Interaction.objects.get(pk=desk.leg.interaction_id)
        assert contact.customer == desk.twin
        desk.over()
    assert not broken_invariants()


@pytest.mark.parametrize("beside", ["end", "resolve", "withdraw", "answer"])
def test_a_contact_is_put_on_another_record_and_nobody_waits_for_ever(house: House, bea: Agent, beside: str) -> None:
    for _time in range(ROUNDS):
        desk = Desk(house, bea)
        put, other = at_once(desk.put, getattr(desk, beside))
        contact = Interaction.objects.get(pk=desk.leg.interaction_id)
        if isinstance(put, DomainError):
            assert beside in ("end", "resolve") and contact.customer == desk.ann
        else:
            assert contact.customer == desk.twin and contact.case.customer == desk.twin
            run = Run.objects.get(interaction=contact)
            assert run.verified is None
        assert beside in ("end", "resolve") or not isinstance(other, DomainError), other
        desk.over()
    assert not broken_invariants()


def test_two_tabs_put_the_contact_on_two_records_and_it_is_on_one(house: House, bea: Agent) -> None:
    for _time in range(ROUNDS):
        desk = Desk(house, bea)
        third = make.customer(house.acme, "Third")
        results: list[object] = at_once(
            desk.put, lambda desk=desk, third=third: whose_contact.put_contact_on(desk.leg.interaction, third, by=bea)
        )
        contact = Interaction.objects.get(pk=desk.leg.interaction_id)
        assert any(not isinstance(one, DomainError) for one in results)
        assert contact.case is not None and contact.case.customer == contact.customer
        assert contact.customer in (desk.twin, third)
        desk.over()
    assert not broken_invariants()
