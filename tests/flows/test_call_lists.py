"""A call list with several at it at one moment, each on a connection of her own: nobody is called twice."""

import time
from threading import Event

import pytest
from django.db import transaction
from django.test import Client as Browser
from django.urls import reverse

from bpo.kernel import clock
from clients import call_lists
from clients.models import CallList
from interactions import do_not_call, outbound, prospect_calls, prospect_changes, prospects
from interactions.models import Interaction, Kind, Prospect, ProspectState
from tests import factories as make
from tests.flows.floor import Day, House, at_once
from tests.invariants import broken_invariants

pytestmark = pytest.mark.storm  # what two at once break, they break once in many times: no second try

TIMES = range(5)


@pytest.mark.parametrize("_time", TIMES)
def test_two_who_take_the_next_get_two_people(day: Day, house: House, _time: int) -> None:
    bea, dan = house.agent("Bea Brown"), house.agent("Dan Dow")
    renewals = make.call_list(house.line)
    for _n in range(2):
        make.prospect(renewals)
    taken = at_once(lambda: prospects.take_next(renewals, by=bea), lambda: prospects.take_next(renewals, by=dan))
    assert all(isinstance(one, Prospect) for one in taken)
    assert taken[0] != taken[1]
    assert Prospect.objects.filter(state=ProspectState.TAKEN).count() == 2


@pytest.mark.parametrize("_time", TIMES)
def test_of_two_who_want_the_last_one_gets_it(day: Day, house: House, _time: int) -> None:
    bea, dan = house.agent("Bea Brown"), house.agent("Dan Dow")
    renewals = make.call_list(house.line)
    paul = make.prospect(renewals)
    taken = at_once(lambda: prospects.take_next(renewals, by=bea), lambda: prospects.take_next(renewals, by=dan))
    assert sorted(isinstance(one, prospects.NotCallable) for one in taken) == [False, True]
    assert paul.journal.filter(kind=Kind.PROSPECT_TAKEN).count() == 1


@pytest.mark.parametrize("_time", TIMES)
def test_of_one_person_on_two_lists_one_hand_has_him(day: Day, house: House, _time: int) -> None:
    bea, dan = house.agent("Bea Brown"), house.agent("Dan Dow")
    lists = [make.call_list(house.line), make.call_list(house.line, "Second")]
    for each in lists:
        make.prospect(each, number="+12125550101")
    taken = at_once(lambda: prospects.take_next(lists[0], by=bea), lambda: prospects.take_next(lists[1], by=dan))
    assert sorted(isinstance(one, prospects.NotCallable) for one in taken) == [False, True], taken
    assert Prospect.objects.filter(state=ProspectState.TAKEN).count() == 1


def test_a_list_that_is_paused_while_its_rules_are_saved_stays_paused(day: Day, house: House) -> None:
    """Sue saves more tries in the moment in which Mia pauses the list: both hold."""
    renewals, paused = make.call_list(house.line), Event()
    mia, sue = make.supervisor(house.acme, name="Mia"), Browser()
    sue.force_login(house.sue)
    rules = {
        "name": "Renewals", "queue": house.line.pk, "script": "", "calls_from": "09:00", "calls_until": "18:00",
        "weekdays": ["0", "1"], "attempts": "7", "spacing_minutes": "120", "reason": "more tries",
    }  # fmt: skip

    def pauses() -> None:
        with transaction.atomic():
            call_lists.move(CallList.objects.get(), "paused", by=mia, why="a complaint")
            paused.set()
            time.sleep(1)

    def saves() -> object:
        assert paused.wait(10)
        return sue.post(reverse("floor-list-edit", args=[renewals.public_id]), rules).status_code

    assert at_once(pauses, saves) == [None, 302]
    renewals.refresh_from_db()
    assert (renewals.state, renewals.attempts) == ("paused", 7)


@pytest.mark.parametrize("_time", TIMES)
def test_pressed_twice_she_has_one_and_calls_once(day: Day, house: House, _time: int) -> None:
    bea = house.agent("Bea Brown")
    renewals = make.call_list(house.line)
    make.prospect(renewals)
    make.prospect(renewals)
    first, second = at_once(*[lambda: prospects.take_next(renewals, by=bea)] * 2)
    assert first == second
    legs = at_once(*[lambda: outbound.start_prospect(first, by=bea)] * 2)
    assert legs[0] == legs[1]
    assert Interaction.objects.count() == 1
    assert not broken_invariants()


@pytest.mark.parametrize("_time", TIMES)
def test_she_calls_in_the_moment_in_which_the_number_is_forbidden(day: Day, house: House, _time: int) -> None:
    bea = house.agent("Bea Brown")
    renewals = make.call_list(house.line)
    paul = make.prospect(renewals)
    prospects.take_next(renewals, by=bea)
    called, _row = at_once(
        lambda: outbound.start_prospect(paul, by=bea),
        lambda: do_not_call.add(house.acme, paul.number, by=house.sue, why="a letter came"),
    )
    paul.refresh_from_db()
    if isinstance(called, Exception):
        assert paul.state == ProspectState.DO_NOT_CALL and not Interaction.objects.exists()
    else:
        refused = at_once(lambda: outbound.dialled(called, by=bea))
        assert isinstance(refused[0], prospects.NotCallable)
        outbound.report(called, "no_answer", by=bea)
        paul.refresh_from_db()
        assert paul.state == ProspectState.DO_NOT_CALL


@pytest.mark.parametrize("_time", TIMES)
def test_she_calls_in_the_moment_in_which_it_is_taken_from_her(day: Day, house: House, _time: int) -> None:
    bea = house.agent("Bea Brown")
    renewals = make.call_list(house.line)
    paul = make.prospect(renewals)
    prospects.take_next(renewals, by=bea)
    clock.advance(prospects.HELD_FOR.total_seconds())
    called, released = at_once(lambda: outbound.start_prospect(paul, by=bea), prospects.release)
    paul.refresh_from_db()
    assert isinstance(called, prospects.NotWithYou) == (released == 1) == (paul.state == ProspectState.WAITING)


@pytest.mark.parametrize("_time", TIMES)
def test_said_in_the_moment_in_which_the_sweep_settles(day: Day, house: House, _time: int) -> None:
    bea = house.agent("Bea Brown")
    renewals = make.call_list(house.line)
    paul = make.prospect(renewals)
    prospects.take_next(renewals, by=bea)
    leg = outbound.start_prospect(paul, by=bea)
    outbound.report(leg, "reached", by=bea)
    at_once(
        lambda: prospect_calls.conclude(leg, "not_interested", by=bea, note="too dear"),
        lambda: outbound.report(leg, "no_answer", by=bea),
        prospect_calls.settle,
    )
    paul.refresh_from_db()
    assert paul.attempts == 1
    assert paul.journal.filter(kind=Kind.PROSPECT_TRIED).count() == 1
    assert not broken_invariants()


def test_whom_she_had_when_she_goes_home_is_back_within_the_next_sweep(day: Day, house: House) -> None:
    from agents import presence

    bea = house.agent("Bea Brown")
    renewals = make.call_list(house.line)
    paul = make.prospect(renewals)
    prospects.take_next(renewals, by=bea)
    presence.sign_out(bea)
    assert day.after(1)["prospects.release"] == 1
    paul.refresh_from_db()
    assert paul.state == ProspectState.WAITING


@pytest.mark.parametrize("_time", TIMES)
def test_who_is_taken_off_while_bea_takes_the_next_is_with_her_or_gone(day: Day, house: House, _time: int) -> None:
    bea, sue = house.agent("Bea Brown"), house.sue
    renewals = make.call_list(house.line)
    paul = make.prospect(renewals)
    taken, removed = at_once(
        lambda: prospects.take_next(renewals, by=bea), lambda: prospect_changes.remove(paul, by=sue, why="left")
    )
    paul.refresh_from_db()
    if isinstance(removed, Prospect):
        assert isinstance(taken, prospects.NotCallable) and paul.state == ProspectState.REMOVED
    else:
        assert isinstance(removed, prospect_changes.NotWaiting) and paul.state == ProspectState.TAKEN
    assert paul.journal.filter(kind__in=[Kind.PROSPECT_TAKEN, Kind.PROSPECT_REMOVED]).count() == 1


@pytest.mark.parametrize("_time", TIMES)
def test_two_who_take_him_off_or_give_him_one_number_do_it_once(day: Day, house: House, _time: int) -> None:
    sue, mia = house.sue, make.supervisor(house.acme, name="Mia")
    renewals = make.call_list(house.line)
    paul, sam = make.prospect(renewals), make.prospect(renewals, "Sam Stone")
    gone = at_once(*[lambda: prospect_changes.remove(paul, by=sue, why="left")] * 2)
    assert all(isinstance(one, Prospect) for one in gone), gone
    assert paul.journal.filter(kind=Kind.PROSPECT_REMOVED).count() == 1
    prospect_changes.put_back(paul, by=sue, why="a mistake")
    given = at_once(
        lambda: prospect_changes.change(paul, by=sue, why="his", number="+12125550101"),
        lambda: prospect_changes.change(sam, by=mia, why="his", number="+12125550101"),
    )
    assert sorted(isinstance(one, prospect_changes.NumberRefused) for one in given) == [False, True], given
    assert Prospect.objects.filter(number="+12125550101").count() == 1
