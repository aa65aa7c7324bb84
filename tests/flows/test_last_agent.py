"""Who served the customer last is asked first, for the seconds of the line; and who drops out and calls again."""

from datetime import timedelta

from agents import presence
from bpo.kernel import clock
from clients.models import Channel, EntryKind
from interactions import handling, intake, offers
from interactions.models import EndedBy, JournalEntry, Kind, State
from tests import factories as make
from tests.flows.floor import Day, House, console_of, fresh


def call(house: House, n: int, **fields: object) -> intake.Received:
    """Ann calls Acme through its provider."""
    door = make.door(house.acme, EntryKind.API, into=house.line) if n == 1 else house.acme.entry_points.get()
    contact = intake.NewContact(provider_id=f"call-{n}", channel=Channel.VOICE, from_phone="+16145550101", **fields)  # type: ignore[arg-type]
    return intake.receive(door, contact)


def served(house: House, day: Day) -> None:
    """Bea served Ann, then Bob has been idle for longer than Bea."""
    house.bea = house.agent("Bea Brown")  # type: ignore[attr-defined]
    ann = call(house, 1).interaction
    leg = offers.accept(house.ringing(house.bea, ann), by=house.bea)  # type: ignore[attr-defined]
    house.bob = house.agent("Bob Berg")  # type: ignore[attr-defined]
    day.after(30)
    handling.end_work(leg, by=house.bea, ended_by=EndedBy.AGENT)  # type: ignore[attr-defined]
    day.after(3600)


def test_the_last_agent_goes_before_who_is_idle_longest(day: Day) -> None:
    house = House(last_agent_seconds=30, wrap_up="none")
    served(house, day)
    again = call(house, 2).interaction
    assert house.ringing(house.bea, again)  # type: ignore[attr-defined]
    assert JournalEntry.objects.filter(interaction=again, kind=Kind.PREFERRED).count() == 1


def test_without_the_rule_the_longest_idle_does(day: Day) -> None:
    house = House(wrap_up="none")
    served(house, day)
    again = call(house, 2).interaction
    assert house.ringing(house.bob, again)  # type: ignore[attr-defined]


def test_busy_she_is_waited_for_and_then_anybody_goes(day: Day) -> None:
    house = House(last_agent_seconds=30, wrap_up="none")
    served(house, day)
    presence.take_break(house.bob, "Lunch")  # type: ignore[attr-defined]
    house.talk(house.bea, Channel.VOICE)  # type: ignore[attr-defined]
    presence.go_available(house.bob)  # type: ignore[attr-defined]
    again = call(house, 2).interaction
    day.after(29)
    assert fresh(again).state == State.QUEUED
    day.after(1)
    assert house.ringing(house.bob, again)  # type: ignore[attr-defined]


def test_away_she_holds_nobody_back(day: Day) -> None:
    house = House(last_agent_seconds=30, wrap_up="none")
    served(house, day)
    presence.take_break(house.bea, "Lunch")  # type: ignore[attr-defined]
    again = call(house, 2).interaction
    assert house.ringing(house.bob, again)  # type: ignore[attr-defined]


def test_a_door_may_name_who_goes_first(day: Day, house: House) -> None:
    bea = house.agent("Bea Brown")
    day.after(10)
    bob = house.agent("Bob Berg")
    asked = call(house, 1, preferred=bob, preferred_seconds=5).interaction
    assert house.ringing(bob, asked)
    assert seat_is_free(bea)


def seat_is_free(agent: object) -> bool:
    """No offer is open."""
    return not agent.legs.filter(state="offered").exists()  # type: ignore[attr-defined]


class TestBackWithinAMinute:
    def test_a_caller_takes_the_old_place(self, day: Day, house: House) -> None:
        first = call(house, 1).interaction
        day.after(60)
        other = house.contact(Channel.VOICE)
        handling.customer_left(first, where="queue")
        day.after(59)
        again = call(house, 2).interaction
        assert again.enqueued_at == first.enqueued_at
        assert again.enqueued_at < other.enqueued_at
        assert fresh(first).came_back
        bea = house.agent("Bea Brown")
        day.after(0)
        assert house.ringing(bea, again)

    def test_whose_call_was_lost_is_first_again(self, day: Day, house: House) -> None:
        """The line broke at Bea's desk: he was first of his priority, drops out, and calls again."""
        bea = house.agent("Bea Brown")
        day.after(0)
        lost = call(house, 1).interaction
        offers.accept(house.ringing(bea, lost), by=bea)
        presence.disconnected(console_of(bea))
        day.after(16)
        assert fresh(lost).returned
        handling.customer_left(fresh(lost), where="queue")
        day.after(5)
        again = call(house, 2).interaction
        assert fresh(again).returned and fresh(again).band == fresh(lost).band

    def test_later_it_is_gone(self, day: Day, house: House) -> None:
        first = call(house, 1).interaction
        handling.customer_left(first, where="queue")
        day.after(61)
        again = call(house, 2).interaction
        assert (again.enqueued_at, fresh(first).came_back) == (clock.now(), False)

    def test_and_where_the_line_does_not_keep_it(self, day: Day) -> None:
        house = House(take_old_place=False)
        first = call(house, 1).interaction
        handling.customer_left(first, where="queue")
        day.after(5)
        assert call(house, 2).interaction.enqueued_at == clock.now()

    def test_twice_back_is_one_old_place(self, day: Day, house: House) -> None:
        first = call(house, 1).interaction
        handling.customer_left(first, where="queue")
        day.after(10)
        second = call(house, 2).interaction
        day.after(10)
        third = call(house, 3).interaction
        assert second.enqueued_at == first.enqueued_at
        assert third.enqueued_at - first.enqueued_at == timedelta(seconds=20), "the first one's place is taken"


def test_a_console_that_is_busy_has_a_delay_of_its_own(day: Day) -> None:
    house = House(busy_delay_seconds=3, decline_delay_seconds=100)
    bea = house.agent("Bea Brown")
    ann = house.contact(Channel.VOICE)
    offers.busy(house.ringing(bea, ann), by=bea)
    assert fresh(ann).state == State.QUEUED
    day.after(2)
    assert fresh(ann).state == State.QUEUED
    day.after(1)
    assert house.ringing(bea, ann)
    assert bea.seat.misses == 0
