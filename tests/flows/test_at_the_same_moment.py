"""Two things at one moment, each on a connection of its own: one wins, the other is told in words, nothing breaks."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction

from agents import licences, presence
from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from clients.models import Channel
from interactions import (
    callbacks,
    case_duty,
    case_merging,
    cases,
    conversation,
    handing_back,
    handling,
    intake,
    offers,
    outbound,
    states,
    supervision,
    transfers,
    wrap_up,
)
from interactions.models import CallbackOrigin, CallbackState, EndedBy, Interaction, Kind, LegState, Outcome, State
from interactions.routing import router
from tests import factories as make
from tests.flows.floor import Day, House, at_once, console_of, fresh, kinds
from tests.invariants import broken_invariants

pytestmark = pytest.mark.storm  # what two at once break, they break once in many times: no second try

TIMES = range(3)


def refusals(results: list[object]) -> list[DomainError]:
    """Those who were told that somebody was first."""
    return [result for result in results if isinstance(result, DomainError)]


@pytest.mark.parametrize("_time", TIMES)
def test_accept_and_ann_leaves(day: Day, house: House, _time: int) -> None:
    bea = house.agent("Bea Brown")
    ann = house.contact()
    ringing, at = house.ringing(bea, ann), clock.now()
    results = at_once(
        lambda: offers.accept(ringing, by=bea, at=at), lambda: handling.customer_left(ann, where="queue", at=at)
    )
    assert results[1] is True
    assert fresh(ann).state in (State.CLOSED, State.WRAP_UP)
    assert (fresh(ringing).state == LegState.RESCINDED) == bool(refusals(results))


@pytest.mark.parametrize("_time", TIMES)
def test_accept_and_rescind(day: Day, house: House, _time: int) -> None:
    bea = house.agent("Bea Brown")
    ringing, at = house.ringing(bea, house.contact()), clock.now()
    accepted, rescinded = at_once(
        lambda: offers.accept(ringing, by=bea, at=at), lambda: offers.rescind(ringing, why="other offer won", at=at)
    )
    assert isinstance(accepted, offers.OfferGone) != (rescinded is None)


@pytest.mark.parametrize("_time", TIMES)
def test_accept_in_two_tabs_and_decline_in_a_third(day: Day, house: House, _time: int) -> None:
    bea = house.agent("Bea Brown")
    ringing, at = house.ringing(bea, house.contact()), clock.now()
    results = at_once(
        lambda: offers.accept(ringing, by=bea, at=at),
        lambda: offers.accept(ringing, by=bea, at=at),
        lambda: offers.decline(ringing, by=bea, reason="no", at=at),
    )
    assert len(refusals(results)) == 2
    assert all(refused.status == 409 and str(refused.sentence) for refused in refusals(results))


@pytest.mark.parametrize("_time", TIMES)
def test_decline_and_the_sweep_that_finds_it_expired(day: Day, house: House, _time: int) -> None:
    bea = house.agent("Bea Brown")
    ringing = house.ringing(bea, house.contact())
    over = ringing.expires_at
    results = at_once(
        lambda: offers.decline(ringing, by=bea, reason="no", at=over), lambda: offers.miss(ringing, at=over)
    )
    assert fresh(ringing).state in (LegState.DECLINED, LegState.MISSED)
    assert (results[1] is None) != bool(refusals(results))


@pytest.mark.parametrize("_time", TIMES)
def test_two_hang_ups(day: Day, house: House, _time: int) -> None:
    bea = house.agent("Bea Brown")
    leg, at = house.talk(bea, Channel.VOICE), clock.now()
    at_once(
        lambda: handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT, at=at),
        lambda: handling.customer_left(leg.interaction, where="talk", at=at),
    )
    assert fresh(leg).state == LegState.WRAPPING
    assert kinds(leg.interaction).count("ended") == 1


@pytest.mark.parametrize("_time", TIMES)
def test_assign_and_the_matcher(day: Day, house: House, _time: int) -> None:
    ann = house.contact()
    bea, cal = house.agent("Bea Brown"), house.agent("Cal Cole")
    at = clock.now()
    at_once(
        lambda: supervision.assign(ann, cal, by=house.sue, reason="he knows her", at=at),
        lambda: router.interaction_waits(ann.pk, at=at),
        lambda: router.agent_has_room(bea.pk, at=at),
    )
    assert fresh(ann).state == State.OFFERED
    assert ann.legs.filter(state=LegState.OFFERED).count() == 1


@pytest.mark.parametrize("_time", TIMES)
def test_ann_leaves_and_the_matcher(day: Day, house: House, _time: int) -> None:
    ann = house.contact()
    bea = house.agent("Bea Brown")
    at = clock.now()
    left, *_others = at_once(
        lambda: handling.customer_left(ann, where="queue", at=at),
        lambda: router.agent_has_room(bea.pk, at=at),
        lambda: router.interaction_waits(ann.pk, at=at),
    )
    assert left is True and fresh(ann).outcome == "abandoned"
    assert not ann.legs.filter(state=LegState.OFFERED).exists()


@pytest.mark.parametrize("_time", TIMES)
def test_ann_asks_for_a_callback_and_the_matcher(day: Day, house: House, _time: int) -> None:
    ann = house.contact()
    bea = house.agent("Bea Brown")
    promised, *_others = at_once(
        lambda: callbacks.instead_of_waiting(ann, number="+12025550101"),
        lambda: router.agent_has_room(bea.pk),
        lambda: router.interaction_waits(ann.pk),
    )
    assert fresh(ann).outcome == "callback_promised"
    assert promised.promised_from == ann


@pytest.mark.parametrize("_time", TIMES)
def test_take_back_and_accept(day: Day, house: House, _time: int) -> None:
    bea = house.agent("Bea Brown")
    ann = house.contact()
    ringing, at = house.ringing(bea, ann), clock.now()
    at_once(
        lambda: supervision.take_back(ann, by=house.sue, reason="not hers", at=at),
        lambda: offers.accept(ringing, by=bea, at=at),
    )
    assert fresh(ann).state == State.QUEUED, "before or after she took it, Sue has the last word"


@pytest.mark.parametrize("_time", TIMES)
def test_park_and_ann_writes(day: Day, house: House, _time: int) -> None:
    bea = house.agent("Bea Brown")
    leg = house.talk(bea)
    day.after(house.line.idle_warn_seconds)
    at = clock.now()
    at_once(
        lambda: handling.park(leg, by=bea, at=at),
        lambda: conversation.customer_wrote(leg.interaction, "Wait", provider_id="m1", at=at),
    )
    ann = fresh(leg.interaction)
    wrote_first = kinds(ann).index("message_in") < kinds(ann).index("parked")
    assert (ann.state == State.PARKED) == wrote_first
    assert ann.messages.count() == 1


@pytest.mark.parametrize("_time", TIMES)
def test_ann_writes_and_the_wrap_up_ends(day: Day, house: House, _time: int) -> None:
    bea = house.agent("Bea Brown")
    leg = house.talk(bea)
    handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    at = clock.now()
    results = at_once(
        lambda: wrap_up.finish(leg, by=bea, disposition=house.solved, at=at),
        lambda: conversation.customer_wrote(leg.interaction, "One more thing", provider_id="m1", at=at),
    )
    if fresh(leg).state == LegState.HANDLING:
        assert isinstance(results[0], wrap_up.NotWrappingUp)
    else:
        assert fresh(leg.interaction).state == State.CLOSED
        assert isinstance(results[1], DomainError) or results[1].interaction != leg.interaction


@pytest.mark.parametrize("_time", TIMES)
def test_a_warm_transfer_is_completed_and_the_colleague_leaves(day: Day, house: House, _time: int) -> None:
    # Cal's seat has the lower number, Bea's the higher: whoever locks in another order would block the other.
    cal, bea = house.agent("Cal Cole"), house.agent("Bea Brown")
    presence.take_break(cal, "a moment")
    leg = house.talk(bea)
    presence.go_available(cal)
    beside = offers.accept(transfers.consult(leg, cal, by=bea), by=cal)
    presence.disconnected(console_of(cal))
    at = clock.now()
    results = at_once(
        lambda: transfers.complete_warm(leg, by=bea, at=at),
        lambda: handing_back.let_go(beside, why="console lost", at=at),
        lambda: transfers.end_consult(leg, by=cal, at=at),
    )
    assert not any(isinstance(result, handling.NotYours) for result in results[:1])
    assert fresh(leg.interaction).state != State.CLOSED
    assert (fresh(leg).state == LegState.HANDLING) == isinstance(results[0], transfers.CannotTransfer)


@pytest.mark.parametrize("_time", range(6))
def test_two_who_had_the_same_contact_finish_their_notes(day: Day, house: House, _time: int) -> None:
    bea, cal = house.agent("Bea Brown"), house.agent("Cal Cole")
    first = house.talk(bea)
    second = offers.accept(transfers.consult(first, cal, by=bea), by=cal)
    transfers.complete_warm(first, by=bea)
    handling.end_work(second, by=cal, ended_by=EndedBy.AGENT)
    at_once(
        lambda: wrap_up.finish(first, by=bea, disposition=house.solved),
        lambda: wrap_up.finish(second, by=cal, disposition=house.solved),
    )
    assert fresh(first.interaction).state == State.CLOSED
    assert kinds(first.interaction).count("closed") == 1


def test_bea_says_that_ann_was_reached_while_cal_leaves_the_consultation(
    day: Day, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cal's seat has the lower id, Bea's the higher; both are wanted by both."""
    answered = case_duty.answered

    def slowly(contact: Interaction) -> None:
        time.sleep(0.5)  # her seat is locked by now; Cal's word comes meanwhile
        answered(contact)

    cal, bea = house.agent("Cal Cole"), house.agent("Bea Brown")
    presence.take_break(cal, "a moment")
    ann = make.customer(house.acme, phone="+12025550101")
    made = {"customer": ann, "queue": house.line, "number": "+12025550101"}
    promised = callbacks.promise(house.acme, **made, origin=CallbackOrigin.AGENT, by=bea)
    leg = outbound.start_callback(promised, by=bea)
    presence.go_available(cal)
    beside, at = transfers.consult(leg, cal, by=bea), clock.now()
    offers.accept(beside, by=cal)
    monkeypatch.setattr(case_duty, "answered", slowly)
    reported, _ended = at_once(
        lambda: outbound.report(fresh(leg), "reached", by=bea, at=at),
        lambda: transfers.end_consult(fresh(beside), by=cal, at=at),
    )
    assert fresh(beside).state == LegState.COMPLETED
    promised.refresh_from_db()
    assert (reported.state, promised.state) == (LegState.HANDLING, CallbackState.KEPT)


@pytest.mark.parametrize("_time", TIMES)
def test_bea_hangs_up_while_cal_joins(day: Day, house: House, _time: int) -> None:
    cal, bea = house.agent("Cal Cole"), house.agent("Bea Brown")
    presence.take_break(cal, "a moment")
    leg = house.talk(bea)
    presence.go_available(cal)
    asked, at = transfers.consult(leg, cal, by=bea), clock.now()
    results = at_once(
        lambda: handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT, at=at),
        lambda: offers.accept(asked, by=cal, at=at),
    )
    assert not isinstance(results[0], DomainError), "hanging up is never refused because of the colleague"
    assert fresh(asked).state in (LegState.RESCINDED, LegState.COMPLETED)


@pytest.mark.parametrize("_time", TIMES)
def test_deactivated_while_she_accepts(day: Day, house: House, _time: int) -> None:
    bea = house.agent("Bea Brown")
    ringing, at = house.ringing(bea, house.contact()), clock.now()
    at_once(
        lambda: presence.deactivate(bea, house.sue, why="left", at=at), lambda: offers.accept(ringing, by=bea, at=at)
    )
    assert fresh(ringing).state in (LegState.RESCINDED, LegState.LOST)
    assert fresh(ringing.interaction).state == State.QUEUED


@pytest.mark.parametrize("_time", range(6))
def test_deactivated_in_a_consultation_that_ends(day: Day, house: House, _time: int) -> None:
    """Cal's seat has the lower id, Bea's the higher; both are wanted by both."""
    cal, bea = house.agent("Cal Cole"), house.agent("Bea Brown")
    presence.take_break(cal, "a moment")
    leg = house.talk(bea)
    presence.go_available(cal)
    asked, at = transfers.consult(leg, cal, by=bea), clock.now()
    offers.accept(asked, by=cal, at=at)
    results = at_once(
        lambda: presence.deactivate(bea, house.sue, why="left", at=at),
        lambda: transfers.complete_warm(leg, by=bea, at=at) if _time % 2 else transfers.end_consult(leg, by=cal, at=at),
    )
    assert not isinstance(results[0], DomainError)
    live = leg.interaction.legs.filter(role="primary", state=LegState.HANDLING)
    assert not live.filter(agent=bea).exists()
    # Cal has it, or it stands in line again, where Cal may be asked at once.
    waits = fresh(leg.interaction).state in (State.QUEUED, State.OFFERED)
    assert waits != live.exists()


@pytest.mark.parametrize("_time", TIMES)
def test_a_forced_break_in_a_consultation_asked_and_taken_back(day: Day, house: House, _time: int) -> None:
    bea, cal = house.agent("Bea Brown"), house.agent("Cal Cole")
    presence.take_break(cal, "a moment")
    leg = house.talk(bea)
    presence.go_available(cal)
    asked, at = transfers.consult(leg, cal, by=bea), clock.now()
    at_once(
        lambda: presence.force(cal, "break", "training", by=house.sue, why="now", at=at),
        lambda: transfers.end_consult(leg, by=bea, at=at),
    )
    assert fresh(asked).state == LegState.RESCINDED
    assert fresh(leg).state == LegState.HANDLING


@pytest.mark.parametrize("_time", TIMES)
def test_two_mails_wake_a_resolved_case(day: Day, house: House, _time: int) -> None:
    bea = house.agent("Bea Brown")
    ann = make.customer(house.acme)
    case = cases.open_case(house.acme, ann)
    cases.resolve(case, by=bea, summary="Paid back", outcome="solved")
    found = at_once(*[lambda: cases.for_contact(house.acme, ann, previous=case)] * 3)
    assert found == [case] * 3
    case.refresh_from_db()
    assert (case.state, case.reopened) == ("open", 1)


@pytest.mark.parametrize("_time", TIMES)
def test_two_cases_are_merged_into_each_other(day: Day, house: House, _time: int) -> None:
    bea = house.agent("Bea Brown")
    one, two = (cases.open_case(house.acme, make.customer(house.acme)) for _ in range(2))
    results = at_once(lambda: case_merging.merge(one, two, by=bea), lambda: case_merging.merge(two, one, by=bea))
    assert len(refusals(results)) == 1
    one.refresh_from_db()
    two.refresh_from_db()
    assert sorted([one.state, two.state]) == ["merged", "open"]
    assert cases.surviving(one) == cases.surviving(two)


@pytest.mark.parametrize("_time", TIMES)
def test_a_mail_comes_while_its_case_is_merged(day: Day, house: House, _time: int) -> None:
    bea = house.agent("Bea Brown")
    ann = make.customer(house.acme)
    old, kept = (cases.open_case(house.acme, ann) for _ in range(2))
    door = make.door(house.acme, into=house.line)
    received, _merged = at_once(
        lambda: intake.receive(door, intake.NewContact("one", text="Hello", customer=ann, case=old)),
        lambda: case_merging.merge(old, kept, by=bea),
    )
    assert fresh(received.interaction).case == kept


@pytest.mark.parametrize("_time", TIMES)
def test_a_licence_is_suspended_while_the_matcher_looks(day: Day, house: House, _time: int) -> None:
    ann = house.contact()
    bea = house.agent("Bea Brown")
    licence, at = bea.licences.get(), clock.now()
    at_once(
        lambda: licences.suspend(licence, by=house.sue, reason="audit", at=at),
        lambda: router.agent_has_room(bea.pk, at=at),
        lambda: router.interaction_waits(ann.pk, at=at),
    )
    assert fresh(ann).state == State.QUEUED
    assert not ann.legs.filter(state=LegState.OFFERED).exists()


def test_everything_at_once_on_ten_contacts(day: Day, house: House) -> None:
    agents = [house.agent(name) for name in ("Bea Brown", "Cal Cole", "Dan Drake")]
    for _contact in range(10):
        house.contact()
    at = clock.now()
    for _round in range(3):
        legs = [leg for agent in agents for leg in agent.legs.filter(state__in=["offered", "handling"])]
        steps = []
        for leg in legs[:6]:
            if leg.state == LegState.OFFERED:
                steps += [
                    lambda leg=leg: offers.accept(leg, by=leg.agent, at=at),
                    lambda leg=leg: supervision.take_back(leg.interaction, by=house.sue, reason="all", at=at),
                ]
            else:
                steps += [
                    lambda leg=leg: handling.customer_left(leg.interaction, where="talk", at=at),
                    lambda leg=leg: handling.console_lost(leg, at=at),
                ]
        results = at_once(*steps)
        assert all(isinstance(result, DomainError) or result is not None for result in results)
        assert broken_invariants() == []
    assert Interaction.objects.exclude(state=State.CLOSED).exists()


def test_ann_hangs_up_while_sue_takes_her_contact_back(day: Day, house: House) -> None:
    """Her hanging up waited for the seat: it happened after she stood in line anew, and says so."""
    bea = house.agent("Bea Brown")
    leg = house.talk(bea)
    contact, held = leg.interaction, Event()

    def sue_takes_back() -> None:
        with transaction.atomic():
            states.take_seats(bea)
            held.set()
            for _look in range(500):
                if waiting_for_a_lock():
                    break
                time.sleep(0.01)
            supervision.take_back(contact, by=house.sue, reason="a mistake")

    def ann_leaves() -> None:
        held.wait(10)
        handling.customer_left(contact, where="talk")

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(with_own_connection, act) for act in (sue_takes_back, ann_leaves)]:
            done.result(30)
    assert fresh(contact).outcome == Outcome.ABANDONED
    told = list(contact.journal.order_by("pk").values_list("kind", "at"))
    assert [kind for kind, _at in told][-2:] == [Kind.CUSTOMER_LEFT, Kind.CLOSED]
    assert [at for _kind, at in told] == sorted(at for _kind, at in told)
    assert [visit.how for visit in contact.visits.order_by("ordinal")] == ["answered", "abandoned"]


def test_sue_raises_a_priority_while_bea_declines(day: Day, house: House) -> None:
    """What comes back to its old place takes the place of its new priority: what is shown is what it is served by."""
    bea = house.agent("Bea Brown")
    ann, raised = house.contact(), Event()
    ringing = house.ringing(bea, ann)

    def sue_raises() -> None:
        with transaction.atomic():
            supervision.reprioritise(ann, 9, by=house.sue, reason="wedding tomorrow")
            raised.set()
            for _look in range(500):
                if waiting_for_a_lock():
                    break
                time.sleep(0.01)

    def bea_declines() -> None:
        raised.wait(10)
        offers.decline(ringing, by=bea, reason="not my field")

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(with_own_connection, act) for act in (sue_raises, bea_declines)]:
            done.result(30)
    assert (fresh(ann).state, fresh(ann).priority, fresh(ann).band) == (State.QUEUED, 9, 18)


def with_own_connection(act: Callable[[], None]) -> None:
    """A thread of the pool lives on; its connection does not."""
    try:
        act()
    finally:
        connection.close()


def waiting_for_a_lock() -> bool:
    """Whether somebody waits for what another holds; of a row that is the end of the other's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid')")
        return bool(cursor.fetchone()[0])
