"""The sweep: every timer once, safe when early, late or repeated; healing; one failing step stops no other."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from agents import licences, presence, skills
from agents.models import Seat
from bpo.kernel import clock
from clients import queue_states
from clients.models import Channel, Queue, Skill, WhenUnstaffed
from interactions import handling, offers
from interactions.models import Callback, EndedBy, Interaction, Leg, LegState, Outcome, Refusal, State
from interactions.routing import line_ends, sweep, timers
from tests import factories as make
from tests.living import eventually

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme():
    return make.client("Acme")


@pytest.fixture
def bea(acme):
    return make.agent("Bea", licensed=acme, available=True)


def state_of(interaction: Interaction) -> tuple[str, str]:
    return Interaction.objects.values_list("state", "outcome").get(pk=interaction.pk)


def test_over_an_empty_floor_it_does_nothing() -> None:
    assert sweep.Sweep().once(clock.now()) == {}


def test_it_heals_a_contact_waiting_beside_a_free_agent(acme, bea) -> None:
    """Its process died between the commit and the match."""
    contact = make.waiting(make.queue(acme))
    assert sweep.Sweep().once(clock.now()) == {"timers.free_beside_work": 1}
    assert state_of(contact) == (State.OFFERED, "")


def test_it_does_not_starve_behind_agents_without_work(acme, monkeypatch) -> None:
    monkeypatch.setattr(timers, "BATCH", 5)
    other = make.client("Bolt")
    for n in range(8):
        make.agent(f"Idle {n}", licensed=other, available=True, idle_since=clock.now() - timedelta(hours=1))
    make.agent("Bea", licensed=acme, available=True)
    contact = make.waiting(make.queue(acme))
    assert timers.free_beside_work(clock.now()) == 1
    assert state_of(contact)[0] == State.OFFERED


def test_an_offer_is_missed_once_and_not_early(acme, bea) -> None:
    leg = make.offer(bea, in_queue=make.queue(acme))
    assert timers.offers_expired(leg.expires_at - timedelta(milliseconds=1)) == 0
    assert timers.offers_expired(leg.expires_at) == 1
    assert timers.offers_expired(leg.expires_at) == 0
    leg.refresh_from_db()
    assert leg.state == LegState.MISSED


def test_the_end_of_a_delay_asks_the_only_agent_again(acme, bea) -> None:
    line = make.queue(acme, decline_delay_seconds=30)
    leg = make.offer(bea, in_queue=line)
    at = clock.now()
    offers.decline(leg, by=bea, reason="not now", at=at)
    assert timers.refusals_over(at + timedelta(seconds=29)) == 0
    assert timers.refusals_over(at + timedelta(seconds=30)) == 1
    assert not Refusal.objects.exists()
    assert Leg.objects.filter(agent=bea, state=LegState.OFFERED).count() == 1


def test_the_window_of_a_preferred_agent_ends(acme, bea) -> None:
    bob = make.agent("Bob", licensed=acme, available=True)
    Seat.objects.filter(pk=bea.pk).update(fits_chat=False)
    contact = make.waiting(make.queue(acme))
    at = clock.now()
    Interaction.objects.filter(pk=contact.pk).update(prefer_agent=bea, prefer_until=at + timedelta(seconds=30))
    assert timers.preferred_over(at + timedelta(seconds=29)) == 0
    assert timers.preferred_over(at + timedelta(seconds=30)) == 1
    assert Leg.objects.get(interaction=contact).agent == bob


def test_a_wrap_up_ends_at_its_limit(acme, bea) -> None:
    leg = offers.accept(make.offer(bea, in_queue=make.queue(acme, wrap_up_seconds=60)), by=bea)
    at = clock.now()
    handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT, at=at)
    assert timers.wrap_ups_over(at + timedelta(seconds=59)) == 0
    assert timers.wrap_ups_over(at + timedelta(seconds=60)) == 1
    leg.refresh_from_db()
    assert (leg.state, leg.disposed_in_time) == (LegState.COMPLETED, False)


@pytest.mark.parametrize(("days", "after"), [(2, (State.QUEUED, "")), (None, (State.CLOSED, Outcome.HANDLED))])
def test_a_park_ends_at_its_date_or_limit(acme, bea, days: int | None, after: tuple[str, str]) -> None:
    line = make.queue(acme, park_limit_days=14)
    leg = offers.accept(make.offer(bea, in_queue=line, channel=Channel.EMAIL), by=bea)
    at = clock.now()
    handling.park(leg, by=bea, until=at + timedelta(days=days) if days else None, why="depot", at=at)
    due = at + timedelta(days=days or 14)
    assert timers.parks_over(due - timedelta(seconds=1)) == 0
    assert timers.parks_over(due) == 1
    assert state_of(leg.interaction) == after


def test_a_lost_wish_is_found(acme, bea) -> None:
    Seat.objects.filter(pk=bea.pk).update(wish="Lunch")
    assert timers.wishes_due(clock.now()) == 1
    assert Seat.objects.get(pk=bea.pk).reason == "Lunch"


def test_a_wrong_seat_is_counted_anew_and_logged(bea, caplog) -> None:
    Seat.objects.filter(pk=bea.pk).update(points_chat=33)
    assert timers.seats_wrong(clock.now()) == 1
    assert Seat.objects.get(pk=bea.pk).points_chat == 0
    assert "was" in caplog.text


def test_who_entered_an_old_lane_is_moved(acme, bea) -> None:
    line = make.queue(acme)
    contact = make.waiting(line)
    type(line).objects.filter(pk=line.pk).update(version=line.version + 1)
    assert timers.lanes_changed(clock.now()) == 1
    assert state_of(contact)[0] == State.OFFERED


class TestLineEnds:
    """Waiting that ends without an agent."""

    def test_the_wait_limit_promises_a_callback(self, acme) -> None:
        line = make.queue(acme, wait_limit_seconds=300)
        ann = make.customer(acme, phone="+12025550123")
        contact = make.waiting(line, Channel.VOICE, who=ann, waited=301)
        young = make.waiting(line, Channel.VOICE, who=ann, waited=10)
        assert line_ends.wait_limits(clock.now()) == 1
        assert state_of(contact) == (State.CLOSED, Outcome.CALLBACK_PROMISED)
        assert Callback.objects.get().enqueued_at == contact.enqueued_at
        assert state_of(young)[0] == State.QUEUED

    def test_out_of_reach_it_times_out(self, acme) -> None:
        contact = make.waiting(make.queue(acme, wait_limit_seconds=60), Channel.CHAT, waited=61)
        line_ends.wait_limits(clock.now())
        assert state_of(contact) == (State.CLOSED, Outcome.TIMED_OUT)

    def test_mail_has_no_wait_limit(self, acme) -> None:
        contact = make.waiting(make.queue(acme, wait_limit_seconds=60), Channel.EMAIL, waited=9999)
        assert line_ends.wait_limits(clock.now()) == 0
        assert state_of(contact)[0] == State.QUEUED

    def test_after_hours_the_line_drains_for_a_while(self, acme) -> None:
        closed = make.hours(acme, "Never", always_open=False)
        closed.spans.create(weekday=0, opens=540, closes=1020)
        line = make.queue(acme, hours=closed, drain_seconds=900)
        monday = clock.now().replace(year=2026, month=11, day=23, hour=22, minute=0, second=0, microsecond=0)
        # New York closes at 17:00, which is 22:00 UTC.
        contact = make.waiting(line, Channel.CHAT, at=monday - timedelta(minutes=5))
        assert line_ends.hours_over(monday + timedelta(minutes=14)) == 0
        assert line_ends.hours_over(monday + timedelta(minutes=15)) == 1
        assert state_of(contact)[0] == State.CLOSED

    @pytest.mark.parametrize("office_at_the_door", [True, False])
    def test_the_hours_of_the_door_come_before_those_of_the_line(self, acme, office_at_the_door: bool) -> None:
        office = make.hours(acme, "Office", always_open=False)
        office.spans.create(weekday=0, opens=540, closes=1020)
        always = make.hours(acme, "Always", always_open=True)
        line = make.queue(acme, hours=None if office_at_the_door else office, drain_seconds=900)
        door = make.door(acme, into=line, hours=office if office_at_the_door else always)
        night = clock.now().replace(year=2026, month=11, day=23, hour=23, minute=0, second=0, microsecond=0)
        contact = make.waiting(line, Channel.CHAT, at=night - timedelta(minutes=90), entry_point=door)
        assert line_ends.hours_over(night) == office_at_the_door
        assert (state_of(contact)[0] == State.CLOSED) == office_at_the_door

    @pytest.mark.parametrize(
        ("rule", "after"),
        [
            (WhenUnstaffed.WAIT, (State.QUEUED, "")),
            (WhenUnstaffed.CALLBACK, (State.CLOSED, Outcome.CALLBACK_PROMISED)),
            (WhenUnstaffed.MESSAGE, (State.CLOSED, Outcome.NO_AGENT)),
        ],
    )
    def test_when_the_last_agent_signs_out(self, acme, bea, rule: str, after: tuple[str, str]) -> None:
        line = make.queue(acme, when_unstaffed=rule)
        ann = make.customer(acme, phone="+12025550123")
        Seat.objects.filter(pk=bea.pk).update(fits_voice=False)
        contact = make.waiting(line, Channel.VOICE, who=ann)
        assert line_ends.nobody_left(clock.now()) == 0
        presence.sign_out(bea)
        later = make.waiting(line, Channel.VOICE, who=ann)
        line_ends.nobody_left(clock.now())
        assert state_of(contact) == after
        assert state_of(later)[0] == State.QUEUED, "who came afterwards was let in by the door's own rule"

    @pytest.mark.parametrize(
        "gone",
        [
            lambda bea, line, sue: presence.deactivate(bea, sue, why="left us"),
            lambda bea, line, sue: licences.suspend(bea.licences.get(), by=sue, reason="a complaint"),
            lambda bea, line, sue: skills.drop(bea, make.skill("bills"), by=sue),
            lambda bea, line, sue: skills.switch_off_queue(bea, line, by=sue, reason="a rest"),
            lambda bea, line, sue: new_rules(line, make.skill("loans")),
        ],
        ids=["deactivated", "licence", "skill", "switched off", "new rules of the line"],
    )
    def test_when_the_last_agent_may_serve_no_more(self, acme, bea, gone: Callable[..., object]) -> None:
        sue = make.supervisor(acme)
        skills.set_level(bea, make.skill("bills"), 2, by=sue)
        make.agent("Cal Cole", licensed=acme, skills={"bills": 2, "loans": 2}, at=clock.now() - timedelta(days=1))
        line = make.queue(acme, when_unstaffed=WhenUnstaffed.MESSAGE, wants={"bills": 1})
        Seat.objects.filter(pk=bea.pk).update(fits_voice=False)
        contact = make.waiting(line, Channel.VOICE)
        assert line_ends.nobody_left(clock.now()) == 0
        gone(bea, line, sue)
        later = make.waiting(line, Channel.VOICE)
        assert line_ends.nobody_left(clock.now()) == 1
        assert state_of(contact) == (State.CLOSED, Outcome.NO_AGENT)
        assert state_of(later)[0] == State.QUEUED, "who came afterwards was let in by the door's own rule"

    def test_an_agent_at_home_who_loses_her_licence_strands_nobody(self, acme, bea) -> None:
        line = make.queue(acme, when_unstaffed=WhenUnstaffed.MESSAGE)
        presence.sign_out(bea)
        contact = make.waiting(line, Channel.VOICE)
        licences.suspend(bea.licences.get(), by=make.supervisor(acme), reason="a complaint")
        assert line_ends.nobody_left(clock.now()) == 0
        assert state_of(contact)[0] == State.QUEUED


def new_rules(line: Queue, wanted: Skill) -> None:
    """The line wants one more skill of everybody."""
    line.wanted_skills.create(skill=wanted, level=2)
    queue_states.rules_changed(line, by=None, why="")


def test_a_failing_step_stops_no_other(monkeypatch, caplog) -> None:
    ran = []

    def broken(at):
        raise ValueError("no")

    monkeypatch.setattr(sweep, "STEPS", [broken, lambda at: ran.append(at) or 1])
    monkeypatch.setattr(sweep, "SLOW_STEPS", [])
    sweep.Sweep().once(clock.now())
    assert ran
    assert "broken failed" in caplog.text


def test_the_next_turn_is_at_the_next_due_time(acme, bea) -> None:
    assert timers.next_due(clock.now()) == 1.0
    leg = make.offer(bea, in_queue=make.queue(acme))
    assert timers.next_due(leg.expires_at - timedelta(seconds=0.3)) == pytest.approx(0.3, abs=0.01)


@pytest.mark.django_db(transaction=True)
def test_one_has_the_lock_and_a_standby_takes_over() -> None:
    standby = connection.copy()
    try:
        with standby.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", sweep.LOCK)
        active = sweep.Sweep()
        assert not active.has_lock()
        with standby.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", sweep.LOCK)
        assert active.has_lock() and active.has_lock()
        connection.close()
        # The server lets go of the lost connection's lock in its own time.
        assert eventually(active.has_lock), "taken anew on the new connection"
    finally:
        standby.close()
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_what_is_due_and_held_by_somebody_is_not_tried_without_a_break(acme) -> None:
    contact = make.waiting(make.queue(acme))
    Interaction.objects.filter(pk=contact.pk).update(step_due_at=clock.now() - timedelta(seconds=1))
    holder, active = connection.copy(), sweep.Sweep()
    try:
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            cursor.execute("SELECT FROM interactions_interaction WHERE id = %s FOR UPDATE", [contact.pk])
        assert 0.2 <= active.turn() <= 1
    finally:
        holder.rollback()
        holder.close()
        active.release()
