"""A spike: Acme's contacts come tenfold, and Bolt keeps its floor throughout."""

from agents.models import Agent
from bpo.kernel import clock
from clients.models import Channel
from interactions.models import Interaction, Leg, LegState, State
from tests.flows.floor import WEDNESDAY, fresh
from tests.flows.test_fair_shares import Two, answer, done, share

FLOOR = 2
USUAL, SPIKE = 2, 20  # calls of Acme in each round; Bolt has its usual one
ROUNDS = 8


def test_acme_tenfold_and_bolt_keeps_its_floor() -> None:
    with clock.set_to(WEDNESDAY):
        house = Two()
        share(house.bolt, floor=FLOOR)
        people = [house.both(f"Agent {n}") for n in range(5)]
        waited: list[float] = []
        calls: list[Interaction] = []
        for n in range(ROUNDS):
            for _ in range(USUAL if n < 2 else SPIKE):
                house.call()
            calls += [house.call(house.bolts) for _ in range(FLOOR)]
            for agent in people:
                _goes_on(agent)
            held = Leg.objects.filter(client=house.bolt, state=LegState.HANDLING).count()
            assert held >= FLOOR, f"round {n}: Bolt holds {held} of its {FLOOR} seats"
            clock.advance(30)
            waited += [(clock.now() - each.enqueued_at).total_seconds() for each in calls if _waits(each)]
        assert max(waited, default=0) <= 60, "Bolt's customers wait a round or two, in whatever round they came"
        queued = house.line.interactions.filter(state=State.QUEUED).count()
        assert queued > 50, "while Acme's spike waits in its own line"


def _goes_on(agent: Agent) -> None:
    """What is in hand ends, and what rings is taken."""
    done(agent)
    if Leg.objects.filter(agent=agent, state=LegState.OFFERED, channel=Channel.VOICE).exists():
        answer(agent)


def _waits(contact: object) -> bool:
    return fresh(contact).state == State.QUEUED  # type: ignore[type-var]
