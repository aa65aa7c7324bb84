"""Signing in and out, breaks, wishes, consoles, forced by a supervisor, deactivated."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models import Q

from agents import presence
from agents.models import ConsoleSession, Presence, PresenceEntry, Seat
from bpo.kernel import clock
from clients.models import Channel, MissRule
from interactions import handing_back, handling, offers
from interactions.models import EndedBy, Interaction, Kind, Leg, LegState, State
from interactions.routing import router, timers
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme():
    return make.client("Acme")


@pytest.fixture
def bea(acme):
    return make.agent("Bea", licensed=acme, available=True)


def seat_of(agent) -> Seat:
    return Seat.objects.get(pk=agent.pk)


def log_of(agent) -> list[tuple[str, str]]:
    return list(PresenceEntry.objects.filter(agent=agent).values_list("presence", "reason"))


def handled(acme, agent, channel: str = Channel.CHAT, **queue) -> Leg:
    """A contact that the agent has accepted."""
    queue.setdefault("wrap_up", "none")
    leg = make.offer(agent, in_queue=make.queue(acme, **queue), channel=channel)
    return offers.accept(leg, by=agent)


def test_a_day(acme) -> None:
    bea = make.agent("Bea", licensed=acme)
    presence.sign_in(bea)
    assert (seat_of(bea).presence, seat_of(bea).reason) == (Presence.BREAK, "signed in")
    presence.go_available(bea)
    presence.take_break(bea, "Lunch")
    presence.take_break(bea, "Training")
    presence.go_available(bea)
    presence.sign_out(bea)
    assert log_of(bea) == [
        ("break", "signed in"),
        ("available", ""),
        ("break", "Lunch"),
        ("break", "Training"),
        ("available", ""),
        ("signed_out", ""),
    ]


def test_a_break_from_signed_out_signs_in_first(bea) -> None:
    presence.sign_out(bea)
    presence.take_break(bea, "Training")
    assert log_of(bea)[-3:] == [("signed_out", ""), ("break", "signed in"), ("break", "Training")]


def test_signing_in_anew_keeps_the_count_of_misses(bea) -> None:
    Seat.objects.filter(pk=bea.pk).update(misses=2)
    presence.sign_out(bea)
    presence.sign_in(bea)
    assert seat_of(bea).misses == 2


def test_becoming_available_sets_idle_since_and_looks_for_work(acme, bea, django_capture_on_commit_callbacks) -> None:
    presence.take_break(bea, "Lunch")
    contact = make.waiting(make.queue(acme))
    at = clock.now()
    with django_capture_on_commit_callbacks(execute=True):
        presence.go_available(bea, at=at)
    assert seat_of(bea).idle_since == at
    assert Leg.objects.get(interaction=contact).agent == bea


def test_a_break_without_a_reason_is_refused(bea) -> None:
    with pytest.raises(presence.ReasonMissing):
        presence.take_break(bea, "  ")


def test_a_break_asked_for_with_live_work_begins_when_it_ends(acme, bea, django_capture_on_commit_callbacks) -> None:
    leg = handled(acme, bea)
    presence.pause_after(bea, "Lunch")
    assert (seat_of(bea).presence, seat_of(bea).wish) == (Presence.AVAILABLE, "Lunch")
    assert not router.interaction_waits(make.waiting(make.queue(acme)).pk), "no new offers"
    with django_capture_on_commit_callbacks(execute=True):
        handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    assert (seat_of(bea).presence, seat_of(bea).reason, seat_of(bea).wish) == (Presence.BREAK, "Lunch", "")


def test_a_wish_is_taken_back(acme, bea) -> None:
    handled(acme, bea)
    presence.pause_after(bea, "Lunch")
    presence.go_available(bea)
    assert seat_of(bea).wish == ""
    assert router.interaction_waits(make.waiting(make.queue(acme)).pk)


def test_signing_out_with_live_work_is_refused_in_words_or_wished(
    acme, bea, django_capture_on_commit_callbacks
) -> None:
    leg = handled(acme, bea)
    with pytest.raises(presence.LiveWork) as refused:
        presence.sign_out(bea)
    assert "Finish" in str(refused.value.sentence)
    presence.sign_out(bea, after_this=True)
    assert seat_of(bea).presence == Presence.AVAILABLE
    with django_capture_on_commit_callbacks(execute=True):
        handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    assert seat_of(bea).presence == Presence.SIGNED_OUT


def test_signing_out_gives_an_open_offer_back(acme, bea) -> None:
    leg = make.offer(bea, in_queue=make.queue(acme))
    presence.sign_out(bea)
    leg.refresh_from_db()
    assert (leg.state, leg.interaction.state) == (LegState.RESCINDED, State.QUEUED)
    assert seat_of(bea).presence == Presence.SIGNED_OUT and not seat_of(bea).offered


def test_a_refused_sign_out_keeps_the_open_offer(acme, bea) -> None:
    handled(acme, bea)
    leg = make.offer(bea, in_queue=make.queue(acme))
    with pytest.raises(presence.LiveWork):
        presence.sign_out(bea)
    leg.refresh_from_db()
    assert leg.state == LegState.OFFERED


def test_forced_during_a_call_it_waits_for_the_end_but_the_offer_goes_back_at_once(
    acme, bea, django_capture_on_commit_callbacks
) -> None:
    sue = make.supervisor(acme)
    talking = handled(acme, bea)
    offered = make.offer(bea, in_queue=make.queue(acme))
    presence.force(bea, Presence.BREAK, "Coaching", by=sue, why="see me")
    offered.refresh_from_db()
    assert offered.state == LegState.RESCINDED
    assert seat_of(bea).presence == Presence.AVAILABLE
    with django_capture_on_commit_callbacks(execute=True):
        handling.end_work(talking, by=bea, ended_by=EndedBy.AGENT)
    assert (seat_of(bea).presence, seat_of(bea).reason) == (Presence.BREAK, "Coaching")


def test_force_takes_a_reason_and_keeps_who(acme, bea) -> None:
    sue = make.supervisor(acme)
    with pytest.raises(presence.ReasonMissing):
        presence.force(bea, Presence.BREAK, by=sue, why="")
    presence.force(bea, Presence.SIGNED_OUT, by=sue, why="went home ill")
    entry = PresenceEntry.objects.filter(agent=bea).last()
    assert (entry.presence, entry.by, entry.by_name, entry.why) == ("signed_out", sue, str(sue), "went home ill")


@pytest.mark.parametrize(
    ("rule", "after"), [(MissRule.NOT_RESPONDING, Presence.NOT_RESPONDING), (MissRule.WAIT, Presence.AVAILABLE)]
)
def test_a_miss_by_the_queues_rule(acme, bea, rule: MissRule, after: Presence) -> None:
    leg = make.offer(bea, in_queue=make.queue(acme, miss_rule=rule))
    timers.offers_expired(leg.expires_at)
    assert seat_of(bea).presence == after
    assert seat_of(bea).misses == 1


def test_the_third_miss_in_a_row_is_a_break_and_clears_the_count(acme, bea) -> None:
    line = make.queue(acme, misses_to_break=3, miss_delay_seconds=0)
    contact = make.waiting(line)
    with clock.set_to(clock.now()):
        for _ in range(3):
            presence.go_available(bea)
            leg = make.offer(bea, contact)
            timers.offers_expired(leg.expires_at)
            clock.advance((leg.expires_at - clock.now()).total_seconds() + 2)
    assert (seat_of(bea).presence, seat_of(bea).reason, seat_of(bea).misses) == (Presence.BREAK, "missed 3", 0)


def test_an_accept_clears_the_count(acme, bea) -> None:
    Seat.objects.filter(pk=bea.pk).update(misses=2)
    handled(acme, bea)
    assert seat_of(bea).misses == 0


class TestConsoles:
    """One of several consoles holds the seat connected."""

    def test_the_first_connects_and_the_last_disconnects(self, bea) -> None:
        Seat.objects.filter(pk=bea.pk).update(connected=False)
        one, two = uuid4(), uuid4()
        presence.connected(bea, one, "web-1")
        presence.connected(bea, two, "web-2")
        assert not presence.disconnected(one)
        assert seat_of(bea).connected
        assert presence.disconnected(two)
        assert not presence.disconnected(two), "said twice"
        assert not seat_of(bea).connected

    @pytest.fixture
    def console(self, bea):
        key = uuid4()
        presence.connected(bea, key, "web-1")
        return key

    def test_an_offer_goes_back_at_once(self, acme, bea, console) -> None:
        leg = make.offer(bea, in_queue=make.queue(acme))
        presence.disconnected(console)
        leg.refresh_from_db()
        assert leg.state == LegState.RESCINDED

    @pytest.mark.parametrize(
        ("channel", "grace", "returned"),
        [(Channel.VOICE, 15, True), (Channel.CHAT, 60, False), (Channel.EMAIL, 600, False)],
    )
    def test_work_waits_for_its_grace(self, acme, bea, console, channel: str, grace: int, returned: bool) -> None:
        leg = handled(acme, bea, channel)
        at = clock.now()
        presence.disconnected(console, at=at)
        assert handing_back.graces_over(at + timedelta(seconds=grace - 1)) == 0
        assert handing_back.graces_over(at + timedelta(seconds=grace)) == 1
        leg.refresh_from_db()
        contact = Interaction.objects.get(pk=leg.interaction_id)
        assert (leg.state, contact.state, contact.returned) == (LegState.LOST, State.QUEUED, returned)

    def test_back_within_the_grace_the_work_goes_on(self, acme, bea, console) -> None:
        leg = handled(acme, bea, Channel.VOICE)
        at = clock.now()
        presence.disconnected(console, at=at)
        presence.connected(bea, uuid4(), "web-2", at=at + timedelta(seconds=5))
        assert handing_back.graces_over(at + timedelta(seconds=60)) == 0
        leg.refresh_from_db()
        assert (leg.state, leg.lost_since) == (LegState.HANDLING, None)
        assert leg.journal.filter(kind=Kind.CONSOLE_BACK).exists()

    def test_a_minute_later_she_is_signed_out(self, bea, console) -> None:
        at = clock.now()
        presence.disconnected(console, at=at)
        timers.absent_signed_out(at + timedelta(seconds=59))
        assert seat_of(bea).presence == Presence.AVAILABLE
        timers.absent_signed_out(at + timedelta(seconds=60))
        assert seat_of(bea).presence == Presence.SIGNED_OUT

    def test_a_dead_web_process_loses_its_consoles(self, bea, console) -> None:
        at = clock.now()
        ConsoleSession.objects.update(seen_at=at - timedelta(seconds=16))
        assert timers.nodes_dead(at) == 1
        assert not seat_of(bea).connected

    def test_who_came_back_between_look_and_lock_stays(self, bea, console, monkeypatch) -> None:
        at = clock.now()
        presence.disconnected(console, at=at)
        sign_out = presence.sign_out_absent

        def back_first(*args, **kwargs) -> bool:
            presence.connected(bea, uuid4(), "web-2", at=at + timedelta(seconds=60))
            return sign_out(*args, **kwargs)

        monkeypatch.setattr(presence, "sign_out_absent", back_first)
        assert timers.absent_signed_out(at + timedelta(seconds=60)) == 0
        assert seat_of(bea).presence == Presence.AVAILABLE

    def test_a_process_heard_of_between_look_and_lock_keeps_its_consoles(self, bea, console) -> None:
        at = clock.now()
        ConsoleSession.objects.update(seen_at=at)
        assert not presence.disconnected(console, unheard_since=at - timedelta(seconds=15), at=at)
        assert seat_of(bea).connected

    def test_a_heartbeat_touches_no_seat(self, bea, console, django_assert_num_queries) -> None:
        with django_assert_num_queries(1):
            assert presence.seen("web-1") == 1


def test_not_responding_for_fifteen_minutes_is_signed_out(bea) -> None:
    at = clock.now()
    presence.not_responding(bea, at)
    timers.absent_signed_out(at + timedelta(minutes=14))
    assert seat_of(bea).presence == Presence.NOT_RESPONDING
    timers.absent_signed_out(at + timedelta(minutes=15))
    assert seat_of(bea).presence == Presence.SIGNED_OUT


def test_a_deactivated_agent_leaves_everything_to_others(acme, bea) -> None:
    chat = handled(acme, bea)
    mail = handled(acme, bea, Channel.EMAIL)
    handling.park(mail, by=bea, why="waits for the depot")
    wrapping = handled(acme, bea, wrap_up="until_done")
    handling.end_work(wrapping, by=bea, ended_by=EndedBy.CUSTOMER)
    offered = make.offer(bea, in_queue=make.queue(acme))
    presence.deactivate(bea, make.admin(), why="left us")
    bea.refresh_from_db()
    assert bea.deactivated_at and not bea.user.is_active
    for leg in (chat, mail, offered):
        assert Interaction.objects.get(pk=leg.interaction_id).state == State.QUEUED
    assert seat_of(bea).presence == Presence.SIGNED_OUT
    timers.wrap_ups_over(clock.now())
    wrapping.refresh_from_db()
    assert wrapping.state == LegState.COMPLETED
    with pytest.raises(presence.Deactivated):
        presence.sign_in(bea)
    assert PresenceEntry.objects.filter(agent=bea).exists(), "her name stays in the log"


@pytest.mark.parametrize(("to", "said"), [("break", "Coaching"), ("signed_out", "signed out")])
def test_an_order_that_waited_for_the_end_is_told_as_it_stands(acme, bea, to: str, said: str) -> None:
    sue = make.supervisor(acme)
    leg = handled(acme, bea)
    presence.force(bea, to, "Coaching" if to == "break" else "", by=sue, why="see me")
    assert presence.ordered(seat_of(bea)) == presence.Order(str(sue), f"from the end of live work: {said} (see me)")
    handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    presence.leg_ended(bea.pk)
    assert seat_of(bea).presence == to
    assert presence.ordered(seat_of(bea)) == presence.Order(str(sue), "see me"), "it is in force"


def test_what_she_wished_herself_since_is_nobodys_order(acme, bea) -> None:
    leg = handled(acme, bea)
    presence.force(bea, Presence.BREAK, "Coaching", by=make.supervisor(acme), why="see me")
    presence.pause_after(bea, "Lunch")
    assert presence.ordered(seat_of(bea)) is None
    handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    presence.leg_ended(bea.pk)
    assert presence.ordered(seat_of(bea)) is None


def test_who_was_sent_away_and_then_lost_her_console_was_signed_out_by_the_clock(acme, bea) -> None:
    presence.force(bea, Presence.BREAK, "Coaching", by=make.supervisor(acme), why="see me")
    assert presence.sign_out_absent(bea, "console gone", clock.now(), absent=Q())
    assert presence.ordered(seat_of(bea)) is None
