"""A client or line may have a floor and a ceiling in seats: served first while it has work; nothing is kept idle."""

from agents import presence
from agents.models import Agent
from clients.models import Channel, Client, Queue
from interactions import handling, offers, wrap_up
from interactions.models import EndedBy, Interaction, Leg, State
from interactions.routing import why
from tests import factories as make
from tests.flows.floor import Day, House, fresh


class Two(House):
    """Acme and Bolt share the floor."""

    def __init__(self) -> None:
        super().__init__()
        self.bolt = make.client("Bolt")
        self.bolts = make.queue(self.bolt, "Bolts", wrap_up_seconds=60)

    def both(self, name: str) -> Agent:
        """Certified for both."""
        agent = self.agent(name)
        make.licence(agent, self.bolt)
        return agent

    def call(self, queue: Queue | None = None, **fields: object) -> Interaction:
        """A customer calls."""
        return self.contact(Channel.VOICE, queue, **fields)


def share(thing: Client | Queue, *, floor: int | None = None, ceiling: int | None = None) -> None:
    """Give it a share."""
    type(thing)._base_manager.filter(pk=thing.pk).update(floor_seats=floor, ceiling_seats=ceiling)


def done(agent: Agent) -> None:
    """What he has in hand ends; he is free."""
    for leg in Leg.objects.filter(agent=agent, state="handling"):
        handling.end_work(leg, by=agent, ended_by=EndedBy.AGENT)
        end = make.disposition(leg.client, f"Done {leg.pk}")
        wrap_up.finish(fresh(leg), by=agent, disposition=end)


def answer(agent: Agent) -> Interaction:
    """He takes what rings."""
    leg = Leg.objects.get(agent=agent, state="offered")
    offers.accept(leg, by=agent)
    return leg.interaction


def test_below_its_floor_a_client_goes_before_age_and_priority(day: Day) -> None:
    house = Two()
    share(house.bolt, floor=1)
    bea, bob = house.both("Bea Brown"), house.both("Bob Berg")
    house.call(), house.call()
    answer(bea), answer(bob)
    urgent = house.call(priority=9)
    day.after(60)
    late = house.call(house.bolts)
    done(bea)
    assert answer(bea) == late, "Bolt holds nothing of the one seat it is served first for"
    second = house.call(house.bolts)
    done(bob)
    assert answer(bob) == urgent, "its floor is met: priority decides again"
    assert fresh(second).state == State.QUEUED
    why = Leg.objects.get(interaction=late).why
    assert why["below_floor"] is True


def test_nothing_is_kept_idle_for_a_floor(day: Day) -> None:
    house = Two()
    share(house.bolt, floor=5)
    bea = house.both("Bea Brown")
    ann = house.call()
    assert house.ringing(bea, ann)


def test_a_spike_of_one_client_cannot_starve_another(day: Day) -> None:
    house = Two()
    share(house.bolt, floor=2)
    people = [house.both(f"Agent {n}") for n in range(6)]
    for _ in range(60):
        house.call()
    for agent in people:
        answer(agent)
    day.after(30)
    mine = [house.call(house.bolts) for _ in range(3)]
    for agent in people:
        done(agent)
        answer(agent)
    held = Leg.objects.filter(state="handling", client=house.bolt).count()
    assert held == 2
    assert [fresh(each).state for each in mine] == [State.ACTIVE, State.ACTIVE, State.QUEUED]


def test_at_its_ceiling_a_client_waits_beside_free_agents_and_goes_on_when_one_is_done(day: Day) -> None:
    house = Two()
    share(house.acme, ceiling=1)
    bea, bob = house.both("Bea Brown"), house.both("Bob Berg")
    house.call()
    second = house.call()
    first_leg = Leg.objects.get(state="offered")
    taker, other = (bea, bob) if first_leg.agent == bea else (bob, bea)
    answer(taker)
    day.after(5)
    assert fresh(second).state == State.QUEUED
    bolts = house.call(house.bolts)
    assert house.ringing(other, bolts), "others are not held back"
    answer(other)
    done(taker)
    assert answer(taker) == second


def test_room_under_a_ceiling_reaches_agents_who_were_free_all_the_time(day: Day) -> None:
    house = Two()
    share(house.acme, ceiling=1)
    bea, bob = house.both("Bea Brown"), house.both("Bob Berg")
    house.call()
    taker = Leg.objects.get(state="offered").agent
    answer(taker)
    second = house.call()
    presence.pause_after(taker, "Lunch")
    done(taker)
    day.after(1)
    assert house.ringing(bob if taker == bea else bea, second)


def test_a_line_has_a_share_of_its_own(day: Day, house: House) -> None:
    vip = make.queue(house.acme, "VIP")
    share(vip, floor=1)
    share(house.line, ceiling=1)
    bea, bob = house.agent("Bea Brown"), house.agent("Bob Berg")
    one, two = house.contact(Channel.VOICE), house.contact(Channel.VOICE)
    assert (fresh(one).state, fresh(two).state) == (State.OFFERED, State.QUEUED)
    taker = Leg.objects.get(interaction=one).agent
    answer(taker)
    star = house.contact(Channel.VOICE, vip)
    assert house.ringing(bob if taker == bea else bea, star)


def test_chats_hold_a_part_of_a_seat(day: Day, house: House) -> None:
    share(house.acme, ceiling=1)
    bea, bob = house.agent("Bea Brown"), house.agent("Bob Berg")
    chats = [house.contact() for _ in range(4)]
    for _ in range(3):
        for agent in (bea, bob):
            if Leg.objects.filter(agent=agent, state="offered").exists():
                answer(agent)
    assert [fresh(chat).state for chat in chats] == [State.ACTIVE] * 3 + [State.QUEUED], "3 x 33 points are a seat"


def test_a_ceiling_is_told_as_what_holds(day: Day) -> None:
    house = Two()
    share(house.acme, ceiling=1)
    house.both("Bea Brown"), house.both("Bob Berg")
    house.call()
    answer(Leg.objects.get(state="offered").agent)
    second = house.call()
    told = why.waiting(fresh(second))
    assert any("Acme holds the most seats" in words for words in told.holds), told.holds
    share(house.acme, ceiling=2)
    assert not any("most seats" in words for words in why.waiting(fresh(second)).holds)
