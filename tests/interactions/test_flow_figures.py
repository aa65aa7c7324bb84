"""The chart of Acme's script: what came to a step went on, was taken over, ended or is inside; times add up."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from agents.models import Agent, Seat
from bpo.kernel import clock
from clients.models import ScriptVersion
from clients.script_graph import END, parse
from interactions import closing, handling, runs, taking_over, transfers
from interactions.answers import AnswersWrong
from interactions.models import EndedBy, Interaction, Leg, Outcome, Run
from interactions.reports import flow_chart, flows
from interactions.reports.flows import DOOR, SUB, Way
from tests import factories as make
from tests.interactions.recount import agrees
from tests.interactions.scripted import Scene, begun, scene

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 24, 14, tzinfo=UTC)
LATER = START + timedelta(days=1)
ANSWERS = {
    "verify": {"name": "Ann Archer", "postal_code": "43215"},
    "reason": {"choice": "late"},
    "find": {"order": "AC-204418"},
    "remedy": {"choice": "replace"},
}


@pytest.fixture
def acme() -> Scene:
    return scene()


def version(of: Scene, name: str = "Inbound orders") -> ScriptVersion:
    return ScriptVersion.objects.select_related("script").get(script__client=of.acme, script__name=name)


def answer(run: Run, of: Scene, by: Agent) -> Run:
    data = ANSWERS.get(run.at_step, {})
    if run.at_step == "product":
        data = {"choice": of.slate.code}
    return runs.answer(run, run.at_step, data, by=by)


def test_ann_goes_all_the_way_and_the_chart_shows_it(acme: Scene) -> None:
    with clock.set_to(START):
        leg, run = begun(acme, at=START - timedelta(seconds=20))
        while run.at_step != "close":
            clock.advance(10)
            run = answer(run, acme, acme.bea)
        clock.advance(30)
        handling.end_work(leg, by=acme.bea, ended_by=EndedBy.AGENT)
        closing.close(Interaction.objects.get(pk=leg.interaction_id), Outcome.HANDLED, by=acme.bea)
    life = flows.life(version(acme), START - timedelta(hours=1), LATER)
    orders = f"{SUB}{version(acme, 'Orders').script.public_id}"
    assert life.ways == {
        Way(DOOR, "greet"): 1, Way("greet", "verify"): 1, Way("verify", "reason"): 1, Way("reason", "product"): 1,
        Way("product", "kind"): 1, Way("kind", "process"): 1, Way("process", orders): 1, Way(orders, "close"): 1,
    }  # fmt: skip
    assert (life.started, life.inside, life.ends, life.jumped) == (1, 0, {"handled": 1}, 0)
    assert life.steps["verify"].percentile(0.5) == 10
    assert life.steps[orders].total == timedelta(seconds=30)  # find, remedy, create
    assert life.steps["close"].ends == {"handled": 1}
    assert life.step_time == timedelta(seconds=7 * 10 + 30)
    assert sum(life.waits.values()) == 1

    inner = flows.life(version(acme, "Orders"), START - timedelta(hours=1), LATER)
    assert inner.ways == {
        Way(DOOR, "find"): 1, Way("find", "remedy"): 1, Way("remedy", "create"): 1, Way("create", END): 1,
    }  # fmt: skip
    chart = flow_chart.chart_of(version(acme), life)
    assert {way.way: way.count for way in chart.ways if way.count} == {
        way: n for way, n in life.ways.items() if way.source
    }
    assert chart.unseen == 0


def test_a_step_back_is_drawn_when_its_step_is_chosen(acme: Scene) -> None:
    _leg, run = begun(acme)
    run = answer(run, acme, acme.bea)
    runs.back(run, by=acme.bea)
    life = flows.life(version(acme), START - timedelta(days=400), datetime.now(UTC) + timedelta(days=1))
    assert flow_chart.chart_of(version(acme), life).unseen == 1
    chosen = flow_chart.chart_of(version(acme), life, chosen="verify")
    assert [(way.way, way.out) for way in chosen.ways if way.out] == [(Way("verify", "greet"), True)]


def test_who_hangs_up_in_line_after_a_transfer_leaves_no_time_of_nobody(acme: Scene) -> None:
    """Bug: the open step went on until the customer gave up, so that the steps took longer than anybody worked."""
    with clock.set_to(START):
        leg, run = begun(acme, at=START)
        clock.advance(40)
        transfers.to_queue(leg, make.queue(acme.acme, "Second line"), by=acme.bea)
        clock.advance(300)
        closing.close(Interaction.objects.get(pk=leg.interaction_id), Outcome.ABANDONED, by_name="customer")
    [visit] = run.visits.all()
    assert (visit.left_at - visit.entered_at, visit.next_step) == (timedelta(seconds=40), "")
    life = flows.life(version(acme), START - timedelta(hours=1), LATER)
    assert life.step_time == life.handling_time == timedelta(seconds=40)
    assert life.steps["greet"].ends == {"abandoned": 1}


@pytest.mark.parametrize("seed", range(10))
def test_whatever_happens_what_came_is_what_went(acme: Scene, seed: int) -> None:
    """Any order of answers, jumps, steps back, hand-overs, parkings and ends; each figure recounted from the rows."""
    draw = random.Random(seed)
    with clock.set_to(START):
        for nth in range(3):
            Seat.objects.update(presence="signed_out", connected=False)
            who = acme.bea = make.agent(f"Bea {nth}", licensed=acme.acme, available=True)
            leg, run = begun(acme, "email", at=clock.now())
            cal = make.agent(f"Cal {nth}", licensed=acme.acme, available=True)
            for _act in range(draw.randint(2, 14)):
                clock.advance(draw.randint(1, 50))
                run = Run.objects.get(pk=run.pk)
                leg, run, who = step(draw, acme, leg, run, who, cal)
            if draw.random() < 0.7:
                clock.advance(9)
                handling.end_work(leg, by=who, ended_by=EndedBy.AGENT)
                clock.advance(5)
                finish(leg)
            else:
                Leg.objects.filter(pk=leg.pk).update(state="completed", ended_at=clock.now(), ended_by="agent")
    for name in ("Inbound orders", "Orders"):
        agrees(version(acme, name), START - timedelta(hours=1), LATER)
    life = flows.life(version(acme), START - timedelta(hours=1), LATER)
    assert life.step_time == life.handling_time
    assert life.started == 3 == life.ends.get("handled", 0) + life.inside


def step(draw: random.Random, acme: Scene, leg: Leg, run: Run, who: Agent, cal: Agent) -> tuple[Leg, Run, Agent]:
    """One act of whoever has it."""
    match draw.choice(["answer", "answer", "answer", "jump", "back", "park", "hand over"]):
        case "jump":
            return leg, runs.jump(run, draw.choice([*parse(run.version.graph).steps]), by=who), who
        case "back":
            return leg, runs.back(run, by=who), who
        case "park":
            handling.park(leg, by=who)
            clock.advance(600)
            again = handling.unpark(Interaction.objects.get(pk=leg.interaction_id), by=who)
            taken = runs.begin(again.interaction, who)
            assert taken is not None
            return again, taken, who
        case "hand over":
            other = cal if who == acme.bea else acme.bea
            taking_over.take_over(Interaction.objects.get(pk=leg.interaction_id), by=other, reason="Lunch")
            mine = Leg.objects.get(interaction=leg.interaction, role="primary", state="handling")
            taken = runs.begin(mine.interaction, other)
            assert taken is not None
            return mine, taken, other
    try:
        return leg, run if run.at_step == "close" else answer(run, acme, who), who
    except (AnswersWrong, runs.TriesUsedUp):
        return leg, run, who


def finish(leg: Leg) -> None:
    """Wrap-up is over, and with it the contact."""
    contact = Interaction.objects.get(pk=leg.interaction_id)
    if contact.state != "closed":
        closing.close(contact, Outcome.HANDLED)
    Leg.objects.filter(pk=leg.pk, ended_at=None).update(state="completed", ended_at=clock.now())


def test_percentiles_are_the_nearest_rank() -> None:
    assert flows.percentile({}, 0.5) is None
    assert flows.percentile({7: 1}, 0.9) == 7
    ten = Counter(range(1, 11))
    assert (flows.percentile(ten, 0.5), flows.percentile(ten, 0.9), flows.percentile(ten, 1)) == (5, 9, 10)
