"""What became of a contact that left an agent's hand: handed to a colleague, asked about, or taken back."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from agents.models import Agent
from clients.models import Queue, WrapUpMode
from interactions import handling, offers, supervision, transfers, wrap_up
from interactions.models import EndedBy, Leg, LegState
from tests import factories as make
from tests.interactions.scripted import Scene, accepted, scene
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Scene:
    made = scene()
    make.disposition(made.acme, "Answered", code="answered")
    return made


@pytest.fixture
def dee(acme: Scene) -> Agent:
    return make.agent("Dee Dunn", licensed=acme.acme, available=True)


def work(agent: Agent, leg: Leg) -> str:
    return desk_of(agent).get(url("work", leg)).content.decode()


def taken_back(of: Scene, channel: str = "chat") -> Leg:
    leg = accepted(of, channel)
    supervision.take_back(leg.interaction, by=make.supervisor(of.acme, name="Sue Stone"), reason="needs Spanish")
    leg.refresh_from_db()
    return leg


def test_a_colleague_who_declines_to_help_is_quoted(acme: Scene, dee: Agent) -> None:
    leg = accepted(acme)
    offers.decline(transfers.consult(leg, dee, by=acme.bea), by=dee, reason="Technical trouble")
    page = work(acme.bea, leg)
    assert "Dee Dunn declined: Technical trouble" in page and "did not answer" not in page


def test_who_handed_it_on_reads_what_the_colleague_answered(acme: Scene, dee: Agent) -> None:
    leg = accepted(acme)
    transfers.to_colleague(leg, dee, by=acme.bea)
    assert "Dee Dunn is asked." in work(acme.bea, leg)
    offered = Leg.objects.get(agent=dee, state=LegState.OFFERED)
    offers.decline(offered, by=dee, reason="Not my field")
    told = desk_of(acme.bea).get(url("afterwards", leg)).content.decode()
    assert "Dee Dunn declined: Not my field." in told
    assert "Dee Dunn declined: Not my field." in work(acme.bea, leg)


@pytest.mark.parametrize("answer", ["accepts", "misses"])
def test_taken_or_not_answered_is_told_as_well(acme: Scene, dee: Agent, answer: str) -> None:
    leg = accepted(acme)
    transfers.to_colleague(leg, dee, by=acme.bea)
    offered = Leg.objects.get(agent=dee, state=LegState.OFFERED)
    if answer == "accepts":
        offers.accept(offered, by=dee)
        assert "Dee Dunn has it." in work(acme.bea, leg)
    else:
        offers.miss(offered, at=offered.expires_at)
        assert "Dee Dunn did not answer." in work(acme.bea, leg)


@pytest.mark.parametrize("then", ["is lost", "ends it"])
def test_what_the_colleague_no_longer_has_is_not_said_to_be_hers(acme: Scene, dee: Agent, then: str) -> None:
    leg = accepted(acme)
    transfers.to_colleague(leg, dee, by=acme.bea)
    hers = offers.accept(Leg.objects.get(agent=dee, state=LegState.OFFERED), by=dee)
    if then == "is lost":
        handling.console_lost(hers, why="console lost")
    else:
        handling.end_work(hers, by=dee, ended_by=EndedBy.AGENT)
    where = {"is lost": "It waits in the line again.", "ends it": "It has ended."}[then]
    page = work(acme.bea, leg)
    assert f"Dee Dunn took it. {where}" in page and "has it" not in page


def test_the_card_of_a_contact_that_comes_back_says_why(acme: Scene, dee: Agent) -> None:
    leg = accepted(acme)
    transfers.to_colleague(leg, dee, by=acme.bea)
    offers.decline(Leg.objects.get(agent=dee, state=LegState.OFFERED), by=dee, reason="Not my field")
    make.offer(acme.bea, leg.interaction)
    assert "Dee Dunn declined: Not my field." in desk_of(acme.bea).get(url("offer")).content.decode()
    page = work(acme.bea, leg)
    assert "You are asked." in page and "Bea Brown is asked" not in page and "Dee Dunn" not in page


def test_who_loses_a_contact_reads_who_why_and_where_it_is(acme: Scene) -> None:
    page = work(acme.bea, taken_back(acme))
    assert "Sue Stone took this contact from you: needs Spanish." in page
    assert "It waits in the line again." in page


def test_nobody_is_asked_how_a_contact_ended_that_goes_on(acme: Scene) -> None:
    leg = taken_back(acme)
    page = work(acme.bea, leg)
    assert 'name="ending"' not in page and 'name="note"' in page and "not filled in time" not in page
    answer = desk_of(acme.bea).post(url("finish", leg), {"note": "She speaks Spanish."})
    leg.refresh_from_db()
    assert answer.status_code == 200 and leg.state == LegState.COMPLETED
    assert (leg.disposition, leg.note, leg.disposed_in_time) == (None, "She speaks Spanish.", True)


def test_the_limit_of_what_was_taken_back_leaves_no_gap(acme: Scene) -> None:
    leg = taken_back(acme)
    Leg.objects.filter(pk=leg.pk).update(wrap_up_due_at=leg.work_ended_at)
    assert wrap_up.run_out(leg, at=leg.work_ended_at + timedelta(minutes=1))
    leg.refresh_from_db()
    assert leg.state == LegState.COMPLETED and leg.disposed_in_time


def test_without_wrap_up_the_empty_place_says_who_and_why(acme: Scene) -> None:
    Queue.objects.filter(pk=acme.line.pk).update(wrap_up=WrapUpMode.NONE)
    page = work(acme.bea, taken_back(acme))
    assert "Sue Stone took this contact from you: needs Spanish." in page


def test_what_was_assigned_to_a_colleague_is_told_with_her_name(acme: Scene, dee: Agent) -> None:
    leg, sue = accepted(acme), make.supervisor(acme.acme, name="Sue Stone")
    supervision.assign(leg.interaction, dee, by=sue, reason="knows the case")
    page = work(acme.bea, leg)
    assert "Sue Stone took this contact from you: knows the case." in page and "Dee Dunn is asked." in page


# --- what a person gives, and takes from whom it was offered to -------------------------------------------------------


def test_the_card_says_who_gave_the_contact_and_why(acme: Scene, dee: Agent) -> None:
    leg, sue = accepted(acme), make.supervisor(acme.acme, name="Sue Stone")
    supervision.assign(leg.interaction, dee, by=sue, reason="She asked for her.")
    card = desk_of(dee).get(url("offer")).content.decode()
    assert "Given to you by Sue Stone: She asked for her" in card


def test_the_card_of_a_contact_handed_on_without_a_note_says_by_whom(acme: Scene, dee: Agent) -> None:
    transfers.to_colleague(accepted(acme), dee, by=acme.bea)
    assert "Handed to you by Bea Brown." in desk_of(dee).get(url("offer")).content.decode()


def why_gone(agent: Agent, offered: Leg) -> str:
    """What the desk says that still shows this card."""
    answer = desk_of(agent).get(url("offer"), {"shown": str(offered.public_id)})
    return json.loads(answer.headers.get("HX-Trigger", "{}")).get("toast", {}).get("text", "")


def test_whom_it_rang_at_reads_who_took_it_away(acme: Scene, dee: Agent) -> None:
    sue, offered = make.supervisor(acme.acme, name="Sue Stone"), make.offer(acme.bea, make.waiting(acme.line))
    assert why_gone(acme.bea, offered) == "", "she still has it"
    supervision.assign(offered.interaction, dee, by=sue, reason="knows the case")
    assert why_gone(acme.bea, offered) == "The offer is gone: Sue Stone gave it to a colleague."
    assert why_gone(dee, offered) == "", "it was not hers"
    hers = Leg.objects.get(agent=dee, state=LegState.OFFERED)
    supervision.take_back(hers.interaction, by=sue, reason="a mistake")
    assert why_gone(dee, hers) == "The offer is gone: Sue Stone took it back."


def test_a_card_that_goes_with_the_customer_or_the_question_says_so(acme: Scene, dee: Agent) -> None:
    leg = accepted(acme)
    asked = transfers.consult(leg, dee, by=acme.bea)
    transfers.end_consult(leg, by=acme.bea)
    assert why_gone(dee, asked) == "The offer is gone: Bea Brown does not need you any more."
    offered = make.offer(dee, make.waiting(acme.line))
    handling.customer_left(offered.interaction, where="chat")
    assert why_gone(dee, offered) == "The offer is gone: the customer has left."


def test_who_declines_is_told_nothing(acme: Scene) -> None:
    offered = make.offer(acme.bea, make.waiting(acme.line))
    offers.decline(offered, by=acme.bea, reason="Not my field")
    assert why_gone(acme.bea, offered) == ""
