"""Bea takes Ann's contact: accept, decline, miss, hold, park, wrap up; and what happens at the wrong moment."""

from datetime import timedelta

import pytest

from agents.models import Presence, Seat
from bpo.kernel import clock
from clients.models import MissRule, WrapUpMode
from interactions import handling, offers, transfers, wrap_up
from interactions.models import (
    EndedBy,
    Interaction,
    JournalEntry,
    Kind,
    Leg,
    LegState,
    Outcome,
    Refusal,
    State,
    Visit,
)
from interactions.routing import router
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def floor():
    """Acme's chat line, Bea available, Ann waiting and offered to Bea."""

    class Floor:
        acme = make.client()
        queue = make.queue(acme, wrap_up_seconds=60, wrap_up=WrapUpMode.TIMED)
        solved = make.disposition(acme, "Solved")
        bea = make.agent("Bea Brown", licensed=acme, available=True)

    floor = Floor()
    floor.contact = make.waiting(floor.queue, waited=12)
    floor.offer = make.offer(floor.bea, floor.contact)
    floor.contact.refresh_from_db()
    return floor


def kinds(contact: Interaction) -> list[str]:
    return list(JournalEntry.objects.filter(interaction=contact).order_by("id").values_list("kind", flat=True))


def seat(agent) -> Seat:
    return Seat.objects.get(pk=agent.pk)


def accepted(floor) -> Leg:
    return offers.accept(floor.offer, by=floor.bea)


def test_bea_accepts_and_the_wait_is_real(floor) -> None:
    leg = accepted(floor)
    floor.contact.refresh_from_db()
    assert floor.contact.state == State.ACTIVE
    assert leg.state == LegState.HANDLING
    assert Visit.objects.get(interaction=floor.contact).how == "answered"
    entry = JournalEntry.objects.get(interaction=floor.contact, kind=Kind.ACCEPTED)
    assert entry.facts["waited"] >= 12


def test_accept_twice_is_refused_in_words_and_changes_nothing(floor) -> None:
    accepted(floor)
    with pytest.raises(offers.OfferGone) as refused:
        accepted(floor)
    assert "already" in str(refused.value.sentence)
    assert kinds(floor.contact).count(Kind.ACCEPTED) == 1


def test_accept_at_the_last_second_and_after_it(floor) -> None:
    with pytest.raises(offers.OfferGone):
        offers.accept(floor.offer, by=floor.bea, at=floor.offer.expires_at)
    offers.accept(floor.offer, by=floor.bea, at=floor.offer.expires_at - timedelta(milliseconds=1))


def test_nobody_else_can_accept_beas_offer(floor) -> None:
    cal = make.agent("Cal Cole", licensed=floor.acme)
    with pytest.raises(offers.OfferGone):
        offers.accept(floor.offer, by=cal)


def test_decline_needs_a_reason_keeps_the_place_and_waits_before_asking_again(floor) -> None:
    with pytest.raises(offers.ReasonMissing):
        offers.decline(floor.offer, by=floor.bea, reason=" ")
    enqueued = floor.contact.enqueued_at
    offers.decline(floor.offer, by=floor.bea, reason="I know her")
    floor.contact.refresh_from_db()
    assert (floor.contact.state, floor.contact.enqueued_at) == (State.QUEUED, enqueued)
    assert Refusal.objects.get(interaction=floor.contact).why == "declined"
    assert not seat(floor.bea).offered
    router.interaction_waits(floor.contact.pk)
    floor.contact.refresh_from_db()
    floor.contact.refresh_from_db()
    assert floor.contact.state == State.QUEUED


def test_a_miss_puts_bea_to_not_responding_and_the_contact_back(floor) -> None:
    assert offers.miss(floor.offer, at=floor.offer.expires_at - timedelta(seconds=1)) is None
    offers.miss(floor.offer, at=floor.offer.expires_at)
    assert offers.miss(floor.offer, at=floor.offer.expires_at) is None
    floor.contact.refresh_from_db()
    assert floor.contact.state == State.QUEUED
    assert seat(floor.bea).presence == Presence.NOT_RESPONDING
    assert seat(floor.bea).misses == 1
    assert kinds(floor.contact).count(Kind.MISSED) == 1


def test_the_third_miss_in_a_row_sends_bea_on_a_break(floor) -> None:
    floor.queue.miss_rule = MissRule.WAIT
    floor.queue.save()
    Seat.objects.filter(pk=floor.bea.pk).update(misses=2)
    offers.miss(floor.offer, at=floor.offer.expires_at)
    assert (seat(floor.bea).presence, seat(floor.bea).reason) == (Presence.BREAK, "missed 3")


def test_ann_leaves_while_bea_is_rung(floor) -> None:
    assert handling.customer_left(floor.contact, where="offered")
    floor.contact.refresh_from_db()
    floor.offer.refresh_from_db()
    assert (floor.contact.state, floor.contact.outcome) == (State.CLOSED, Outcome.ABANDONED)
    assert floor.offer.state == LegState.RESCINDED
    assert (seat(floor.bea).misses, seat(floor.bea).points_chat) == (0, 0)
    with pytest.raises(offers.OfferGone) as refused:
        offers.accept(floor.offer, by=floor.bea)
    assert "customer has left" in str(refused.value.sentence)
    assert not handling.customer_left(floor.contact, where="offered")


def test_hold_and_resume_count_the_hold(floor) -> None:
    leg = accepted(floor)
    now = clock.now()
    handling.hold(leg, by=floor.bea, at=now)
    handling.resume(leg, by=floor.bea, at=now + timedelta(seconds=41))
    leg.refresh_from_db()
    assert (leg.hold_seconds, leg.on_hold) == (41, False)


def test_the_whole_way_to_ready(floor) -> None:
    leg = accepted(floor)
    handling.end_work(leg, by=floor.bea, ended_by=EndedBy.AGENT)
    floor.contact.refresh_from_db()
    assert floor.contact.state == State.WRAP_UP
    assert seat(floor.bea).points_chat == 33
    with pytest.raises(wrap_up.DispositionMissing):
        wrap_up.finish(leg, by=floor.bea, disposition=None)
    wrap_up.finish(leg, by=floor.bea, disposition=floor.solved)
    floor.contact.refresh_from_db()
    assert (floor.contact.state, floor.contact.outcome) == (State.CLOSED, Outcome.HANDLED)
    assert seat(floor.bea).points_chat == 0
    assert kinds(floor.contact)[-2:] == [Kind.DISPOSED, Kind.CLOSED]


def test_two_hang_ups_at_once_end_it_once(floor) -> None:
    leg = accepted(floor)
    handling.end_work(leg, by=floor.bea, ended_by=EndedBy.AGENT)
    assert not handling.customer_left(floor.contact, where="talk")
    with pytest.raises(handling.NotYours):
        handling.end_work(leg, by=floor.bea, ended_by=EndedBy.AGENT)
    assert kinds(floor.contact).count(Kind.ENDED) == 1


def test_a_queue_without_wrap_up_closes_at_once(floor) -> None:
    floor.queue.wrap_up = WrapUpMode.NONE
    floor.queue.save()
    leg = accepted(floor)
    handling.hold(leg, by=floor.bea)
    handling.end_work(leg, by=floor.bea, ended_by=EndedBy.AGENT)
    floor.contact.refresh_from_db()
    assert floor.contact.state == State.CLOSED


def test_wrap_up_runs_out_and_the_gap_shows(floor) -> None:
    leg = accepted(floor)
    handling.end_work(leg, by=floor.bea, ended_by=EndedBy.CUSTOMER)
    leg.refresh_from_db()
    assert not wrap_up.run_out(leg, at=leg.wrap_up_due_at - timedelta(seconds=1))
    wrap_up.extend(leg, by=floor.bea)
    with pytest.raises(wrap_up.ExtendedAlready):
        wrap_up.extend(leg, by=floor.bea)
    leg.refresh_from_db()
    assert wrap_up.run_out(leg, at=leg.wrap_up_due_at)
    leg.refresh_from_db()
    assert (leg.state, leg.disposed_in_time) == (LegState.COMPLETED, False)
    entry = JournalEntry.objects.get(interaction=floor.contact, kind=Kind.DISPOSED)
    assert entry.facts["code"] == "not_filled_in_time"


def test_the_agents_own_wrap_up_time_wins(floor) -> None:
    floor.bea.wrap_up_seconds = 7
    floor.bea.save()
    leg = accepted(floor)
    handling.end_work(leg, by=floor.bea, ended_by=EndedBy.AGENT)
    leg.refresh_from_db()
    assert leg.wrap_up_due_at - leg.work_ended_at == timedelta(seconds=7)


def test_no_early_exit_where_the_line_keeps_the_time(floor) -> None:
    floor.queue.wrap_up = WrapUpMode.TIMED_FULL
    floor.queue.save()
    leg = accepted(floor)
    handling.end_work(leg, by=floor.bea, ended_by=EndedBy.AGENT)
    with pytest.raises(wrap_up.TooEarly):
        wrap_up.finish(leg, by=floor.bea, disposition=floor.solved, note="She was glad")
    leg.refresh_from_db()
    wrap_up.run_out(leg, at=leg.wrap_up_due_at)
    leg.refresh_from_db()
    assert (leg.disposition, leg.note, leg.disposed_in_time) == (floor.solved, "She was glad", True)


def test_a_disposition_that_wants_a_note_or_belongs_to_another_client(floor) -> None:
    needs_note = make.disposition(floor.acme, "Other", needs_note=True)
    stranger = make.disposition(make.client("Cobalt"), "Solved")
    leg = accepted(floor)
    handling.end_work(leg, by=floor.bea, ended_by=EndedBy.AGENT)
    for wrong in (needs_note, stranger):
        with pytest.raises(wrap_up.DispositionMissing):
            wrap_up.finish(leg, by=floor.bea, disposition=wrong)
    wrap_up.finish(leg, by=floor.bea, disposition=needs_note, note="She asked about the weather")


def test_park_frees_the_slot_and_returns_to_bea(floor) -> None:
    leg = accepted(floor)
    quiet_for = timedelta(seconds=floor.queue.idle_warn_seconds)
    handling.park(leg, by=floor.bea, at=clock.now() + quiet_for)
    floor.contact.refresh_from_db()
    assert (floor.contact.state, seat(floor.bea).points_chat) == (State.PARKED, 0)
    assert handling.return_parked(floor.contact, why="customer wrote")
    assert not handling.return_parked(floor.contact, why="customer wrote")
    floor.contact.refresh_from_db()
    assert (floor.contact.state, floor.contact.prefer_agent) == (State.QUEUED, floor.bea)
    assert Visit.objects.filter(interaction=floor.contact).count() == 2


def test_a_call_cannot_be_parked(floor) -> None:
    contact = make.waiting(floor.queue, "voice")
    offers.decline(floor.offer, by=floor.bea, reason="busy")
    leg = offers.accept(make.offer(floor.bea, contact), by=floor.bea)
    with pytest.raises(handling.CannotPark):
        handling.park(leg, by=floor.bea)


def test_beas_console_is_lost(floor) -> None:
    leg = accepted(floor)
    enqueued = floor.contact.enqueued_at
    assert handling.console_lost(leg)
    assert not handling.console_lost(leg)
    floor.contact.refresh_from_db()
    leg.refresh_from_db()
    assert (floor.contact.state, floor.contact.enqueued_at) == (State.QUEUED, enqueued)
    assert leg.state == LegState.LOST
    assert floor.contact.prefer_agent == floor.bea


def test_what_comes_back_is_journalled_as_kept_for_her(floor) -> None:
    def kept() -> list[tuple[str, str]]:
        entries = JournalEntry.objects.filter(interaction=floor.contact, kind=Kind.PREFERRED).order_by("pk")
        return [(entry.facts["agent"], entry.facts["until"]) for entry in entries]

    her, at = str(floor.bea.public_id), clock.now()
    handling.console_lost(offers.accept(floor.offer, by=floor.bea), at=at)
    floor.contact.refresh_from_db()
    told = [(her, (at + timedelta(seconds=30)).isoformat())]
    assert kept() == told and (floor.contact.prefer_agent, floor.contact.prefer_until) == (
        floor.bea, at + timedelta(seconds=30),
    )  # fmt: skip
    leg = offers.accept(make.offer(floor.bea, floor.contact), by=floor.bea)
    handling.park(leg, by=floor.bea, at=at + timedelta(hours=1))
    floor.contact.refresh_from_db()
    later = at + timedelta(hours=2)
    handling.return_parked(floor.contact, why="customer wrote", at=later)
    floor.contact.refresh_from_db()
    told += [(her, (later + timedelta(seconds=60)).isoformat())]
    assert kept() == told and floor.contact.prefer_until == later + timedelta(seconds=60)


def test_a_lost_call_comes_first_in_its_priority(floor) -> None:
    offers.decline(floor.offer, by=floor.bea, reason="busy")
    contact = make.waiting(floor.queue, "voice")
    leg = offers.accept(make.offer(floor.bea, contact), by=floor.bea)
    handling.console_lost(leg)
    contact.refresh_from_db()
    assert contact.returned


def test_transfer_to_a_line_where_somebody_is_signed_in(floor) -> None:
    second = make.queue(floor.acme, "Second line", wants={"orders": 3})
    leg = accepted(floor)
    with pytest.raises(transfers.CannotTransfer):
        transfers.to_queue(leg, second, by=floor.bea)
    dan = make.agent("Dan Drake", licensed=floor.acme, skills={"orders": 4}, available=True)
    transfers.to_queue(leg, second, by=floor.bea, note="late parcel")
    floor.contact.refresh_from_db()
    leg.refresh_from_db()
    assert (floor.contact.queue, floor.contact.state) == (second, State.QUEUED)
    assert (leg.state, leg.ended_by) == (LegState.WRAPPING, EndedBy.TRANSFER)
    other = make.offer(dan, floor.contact)
    wrap_up.finish(leg, by=floor.bea, disposition=floor.solved)
    floor.contact.refresh_from_db()
    assert floor.contact.state == State.OFFERED
    assert other.agent == dan


def test_a_line_of_another_client_is_no_place_to_go(floor) -> None:
    leg = accepted(floor)
    with pytest.raises(transfers.CannotTransfer):
        transfers.to_queue(leg, make.queue(make.client("Cobalt")), by=floor.bea)


def test_blind_transfer_declined_returns_to_the_top_with_bea_preferred(floor) -> None:
    cal = make.agent("Cal Cole", licensed=floor.acme, available=True)
    stranger = make.agent("Dora", licensed=make.client("Cobalt"), available=True)
    leg = accepted(floor)
    with pytest.raises(transfers.CannotTransfer):
        transfers.to_colleague(leg, stranger, by=floor.bea)
    transfers.to_colleague(leg, cal, by=floor.bea)
    offer = Leg.objects.get(agent=cal, state=LegState.OFFERED)
    offers.decline(offer, by=cal, reason="lunch")
    floor.contact.refresh_from_db()
    assert (floor.contact.state, floor.contact.returned) == (State.QUEUED, True)
    assert floor.contact.prefer_agent == floor.bea


def test_warm_transfer_keeps_the_contact_active(floor) -> None:
    cal = make.agent("Cal Cole", licensed=floor.acme, available=True)
    leg = accepted(floor)
    asked = transfers.consult(leg, cal, by=floor.bea)
    with pytest.raises(transfers.CannotTransfer):
        transfers.complete_warm(leg, by=floor.bea)
    offers.accept(asked, by=cal)
    transfers.complete_warm(leg, by=floor.bea)
    floor.contact.refresh_from_db()
    leg.refresh_from_db()
    asked.refresh_from_db()
    assert floor.contact.state == State.ACTIVE
    assert (leg.state, asked.role, asked.state) == (LegState.WRAPPING, "primary", LegState.HANDLING)
    wrap_up.finish(leg, by=floor.bea, disposition=floor.solved)
    floor.contact.refresh_from_db()
    assert floor.contact.state == State.ACTIVE
    handling.end_work(asked, by=cal, ended_by=EndedBy.AGENT)
    wrap_up.finish(asked, by=cal, disposition=floor.solved)
    floor.contact.refresh_from_db()
    assert floor.contact.state == State.CLOSED


def test_a_consulted_colleague_does_not_act_for_the_holder(floor) -> None:
    cal = make.agent("Cal Cole", licensed=floor.acme, available=True)
    leg = accepted(floor)
    asked = offers.accept(transfers.consult(leg, cal, by=floor.bea), by=cal)
    with pytest.raises(handling.NotYours):
        handling.hold(asked, by=cal)
    with pytest.raises(handling.NotYours):
        transfers.complete_warm(asked, by=cal)


def test_a_consulted_colleague_leaves_with_the_contact(floor) -> None:
    cal = make.agent("Cal Cole", licensed=floor.acme, available=True)
    leg = accepted(floor)
    asked = transfers.consult(leg, cal, by=floor.bea)
    handling.end_work(leg, by=floor.bea, ended_by=EndedBy.AGENT)
    asked.refresh_from_db()
    assert asked.state == LegState.RESCINDED
    assert seat(cal).points_chat == 0
