"""A month of Acme's call flow is the sum of its days, and a finished day is counted once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agents.models import Seat
from bpo.kernel import clock
from interactions import closing, handling, runs, tasks
from interactions.models import EndedBy, FlowDay, Interaction, Outcome, Run
from interactions.reports import flow_days, flows
from interactions.reports.scope import period
from tests import factories as make
from tests.interactions.scripted import Scene, begun, scene
from tests.interactions.test_flow_figures import answer, version

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 15, tzinfo=UTC)


@pytest.fixture
def acme() -> Scene:
    return scene()


def talk(of: Scene, seconds: int, *, ends: bool = True) -> Run:
    """Bea's next talk, to the close or only begun."""
    Seat.objects.update(presence="signed_out", connected=False)
    of.bea = make.agent("Bea Brown", licensed=of.acme, available=True)
    leg, run = begun(of, at=clock.now())
    while run.at_step != "close":
        clock.advance(seconds)
        run = answer(run, of, of.bea)
    if ends:
        handling.end_work(leg, by=of.bea, ended_by=EndedBy.AGENT)
        closing.close(Interaction.objects.get(pk=leg.interaction_id), Outcome.HANDLED, by=of.bea)
    return run


def test_days_add_up_to_the_month_and_are_counted_once(acme: Scene) -> None:
    for day in range(4):
        with clock.set_to(MONDAY + timedelta(days=day)):
            for nth in range(1 + day % 2):
                talk(acme, 5 + 7 * nth)
    with clock.set_to(MONDAY + timedelta(days=3, minutes=30)):
        month = period("7d", acme.acme.zone)
        for name in ("Inbound orders", "Orders"):
            of = version(acme, name)
            direct = flows.life(of, month.start, month.end)
            assert direct.started == 6
            assert flow_days.life(of, month) == direct
            assert flow_days.life(of, month) == direct, "from what was kept"
    kept = FlowDay.objects.filter(version=version(acme))
    assert kept.count() == 6, "the six days that are over, empty ones too; today is none of them"
    day = kept.get(start__lte=MONDAY, end__gt=MONDAY)
    FlowDay.objects.filter(pk=day.pk).update(life={**day.life, "started": 40})
    with clock.set_to(MONDAY + timedelta(days=3, hours=1)):
        assert flow_days.life(version(acme), period("7d", acme.acme.zone)).started == 45, "not counted anew"


def test_a_day_kept_in_an_older_form_is_counted_anew(acme: Scene) -> None:
    """Kept by a process of the former version, which goes on until it is started anew."""
    with clock.set_to(MONDAY):
        talk(acme, 5)
    with clock.set_to(MONDAY + timedelta(days=2)):
        month = period("7d", acme.acme.zone)
        right = flow_days.life(version(acme), month)
        for day in FlowDay.objects.filter(version=version(acme)):
            day.life = {name: value for name, value in day.life.items() if name not in ("form", "way_ends")}
            day.life["started"] = 99
            day.save(update_fields=["life"])
        assert flow_days.life(version(acme), month) == right
        assert not FlowDay.objects.filter(version=version(acme), life__started=99).exists(), "and kept as it is now"


def test_a_day_on_which_somebody_is_still_inside_is_not_kept(acme: Scene) -> None:
    with clock.set_to(MONDAY):
        run = talk(acme, 5, ends=False)
    with clock.set_to(MONDAY + timedelta(days=1)):
        yesterday = period("yesterday", acme.acme.zone)
        assert flow_days.life(version(acme), yesterday).inside == 1
        assert not FlowDay.objects.filter(version=version(acme)).exists()
        runs.end(run)
        assert flow_days.life(version(acme), yesterday).inside == 0
        assert FlowDay.objects.filter(version=version(acme)).count() == 1


def test_the_task_counts_the_month_before_anybody_asks(acme: Scene) -> None:
    with clock.set_to(MONDAY):
        talk(acme, 5)
    with clock.set_to(MONDAY + timedelta(days=2)):
        assert tasks.keep_flow_days() == 2 * (flow_days.KEPT_AHEAD - 1), "both flows, but today"
        assert tasks.keep_flow_days() == 0
