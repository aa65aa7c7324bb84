"""Four processes route one pool, one is killed; afterwards nothing is double, lost, or waits beside a free agent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Count, F, Q, Sum

from agents.models import Agent, ConsoleSession, Presence, PresenceEntry, Seat
from bpo.kernel import clock
from clients.models import Channel
from interactions import eligibility
from interactions.models import AgentLane, Interaction, JournalEntry, Kind, Lane, Leg, LegState, State, Visit
from interactions.models.leg import HOLDING_STATES
from tests import factories as make
from tests.invariants import broken_invariants

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.storm]

ROOT = Path(__file__).resolve().parent.parent.parent
WORKER = ROOT / "tests" / "storm" / "worker.py"
SECONDS = float(os.environ.get("STORM_SECONDS", "30"))
QUIET = 3.0
MOST_INVERTED = 0.005  # of the offers, with four routers (G17)
# A contact of the same lane stood before the one that was offered, was free to be offered to that agent (she had not
# had it before, nobody had it just then, it was kept for nobody), and waited for over a second longer.
INVERTED = """
    WITH alone AS (
        SELECT i.id, i.lane_id, i.band, i.order_key, i.enqueued_at, i.closed_at FROM interactions_interaction i
        WHERE NOT i.returned AND i.prefer_agent_id IS NULL
            AND (SELECT count(*) FROM interactions_visit v WHERE v.interaction_id = i.id) = 1
            AND NOT EXISTS (SELECT 1 FROM interactions_journalentry e WHERE e.interaction_id = i.id
                AND e.kind IN ('preferred', 'reprioritised', 'lane_changed', 'parked', 'transferred', 'picked')))
    SELECT count(*), count(*) FILTER (WHERE EXISTS (
        SELECT 1 FROM alone older
        WHERE older.lane_id = served.lane_id AND older.band = served.band AND older.order_key < served.order_key
            AND older.enqueued_at < l.offered_at - interval '1 second'
            AND coalesce(older.closed_at > l.offered_at + interval '1 second', true)
            AND NOT EXISTS (
                SELECT 1 FROM interactions_leg had WHERE had.interaction_id = older.id
                AND (had.agent_id = l.agent_id AND had.offered_at < l.offered_at
                    OR had.offered_at < l.offered_at + interval '1 second'
                        AND coalesce(had.ended_at > l.offered_at - interval '1 second', true)))))
    FROM interactions_leg l JOIN alone served ON served.id = l.interaction_id
    WHERE l.made_by = ''
"""


def start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", str(WORKER), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def a_floor() -> None:
    """Three clients, nine lines of all kinds, thirty agents licensed for one or two."""
    make.admin("Ada Admin", email="ada@bpo.example")
    clients = [make.client(name) for name in ("Acme", "Bolt", "Cord")]
    codes = ("billing", "tech")
    for n, client in enumerate(clients):
        make.queue(client, wrap_up="none", offer_seconds=2, miss_rule="wait", miss_delay_seconds=1, misses_to_break=9)
        make.queue(
            client, wants={codes[n % 2]: 2}, wrap_up="optional", offer_seconds=1, strategy="skill", cap_per_agent=2
        )
        make.queue(client, wrap_up="timed", wrap_up_seconds=1, ageing_seconds=5, strategy="load", offer_seconds=30)
    for n in range(30):
        agent = make.agent(
            f"Agent {n}",
            licensed=[clients[n % 3], clients[(n + 1) % 3]] if n % 2 else [clients[n % 3]],
            skills=dict.fromkeys(codes[: 1 + n % 2], 1 + n * 7 % 5),
            available=True,
        )
        ConsoleSession.objects.create(
            agent=agent, key=uuid4(), node="storm", opened_at=clock.now(), seen_at=clock.now() + timedelta(hours=1)
        )


def test_four_routers_and_one_killed(capfd) -> None:
    a_floor()
    database = str(connection.settings_dict["NAME"])
    sweep = start("sweep", database)
    workers = [start(database, str(seed), str(SECONDS)) for seed in range(4)]
    try:
        first_act = workers[0].stdout.readline()
        assert first_act, workers[0].stderr.read().decode()[-3000:]
        time.sleep(SECONDS / 2)
        assert json.loads(first_act) and workers[0].poll() is None, "it was in the middle of its work"
        workers[0].send_signal(signal.SIGKILL)
        did: Counter[str] = Counter()
        for worker in workers[1:]:
            out, err = worker.communicate(timeout=SECONDS * 5 + 60)
            assert worker.returncode == 0, err.decode()[-3000:]
            did.update(json.loads(out.decode().strip().splitlines()[-1]))
        zoe, stranded = one_free_and_one_waiting()
        unheard = one_who_does_not_answer()
        time.sleep(QUIET)
        assert sweep.poll() is None, sweep.stderr.read().decode()[-3000:]
    finally:
        stopped = clock.now()
        sweep.send_signal(signal.SIGTERM)
        _out, said = sweep.communicate(timeout=60)
        for worker in workers:
            if worker.poll() is None:
                worker.kill()
    with capfd.disabled():
        print(f"\n{dict(did)}\nlegs by state: {dict(Leg.objects.values_list('state').annotate(n=Count('pk')))}")

    assert "failed" not in said.decode(), said.decode()[-3000:]
    assert not [act for act in did if act.startswith("FAILED")], did
    assert workers[0].returncode == -signal.SIGKILL
    assert did["accept"] > 30 and did["decline"] > 3, "there was a storm"
    ends = set(Leg.objects.values_list("state", flat=True))
    assert {LegState.DECLINED, LegState.COMPLETED, LegState.RESCINDED} <= ends
    assert unheard.legs.filter(state=LegState.MISSED).exists()
    signed_out = PresenceEntry.objects.filter(presence=Presence.SIGNED_OUT, by__isnull=False)
    assert signed_out.exists(), "somebody went home in it"

    assert broken_invariants() == []
    nothing_double()
    offers, inverted = fairness()
    with capfd.disabled():
        print(f"G17: {inverted} of {offers} offers went to a younger contact while an older one of its lane waited on")
    assert offers > 100
    assert inverted <= MOST_INVERTED * offers
    seats_are_right()
    everyone_open_is_somewhere()
    the_journal_agrees()
    compiled_equals_live()
    free, waiting = nobody_waits_beside_a_free_agent(stopped - timedelta(seconds=1.5))
    assert zoe in free and stranded in waiting, "so there was something to look at"


def one_free_and_one_waiting() -> tuple[Agent, Interaction]:
    """After the storm: Zoe, who has nothing to do, and Ann, whose line wants what Zoe cannot."""
    dusk = make.client("Dusk")
    zoe = make.agent("Zoe Zander", licensed=dusk, available=True)
    ConsoleSession.objects.create(
        agent=zoe, key=uuid4(), node="storm", opened_at=clock.now(), seen_at=clock.now() + timedelta(hours=1)
    )
    return zoe, make.waiting(make.queue(dusk, wants={"rare": 5}))


def one_who_does_not_answer() -> Interaction:
    """After the storm, in which somebody is nearly always quicker than the clock: Moe lets it ring until it is over."""
    ember = make.client("Ember")
    moe = make.agent("Moe Miller", licensed=ember, available=True)
    ConsoleSession.objects.create(
        agent=moe, key=uuid4(), node="storm", opened_at=clock.now(), seen_at=clock.now() + timedelta(hours=1)
    )
    return make.waiting(make.queue(ember, offer_seconds=1))


def fairness() -> tuple[int, int]:
    """Offers by rules, and how many of them were inversions (goal G17)."""
    with connection.cursor() as cursor:
        cursor.execute(INVERTED)
        offers, inverted = cursor.fetchone()
    return offers, inverted


def nothing_double() -> None:
    """The constraints hold it; this says it in words."""
    live = Leg.objects.filter(role="primary", state__in=[LegState.OFFERED, LegState.HANDLING])
    assert not live.values("interaction").annotate(n=Count("pk")).filter(n__gt=1).exists()
    offered = live.filter(state=LegState.OFFERED)
    assert not offered.values("agent").annotate(n=Count("pk")).filter(n__gt=1).exists()


def seats_are_right() -> None:
    """Points are those of the live legs, within the profile's budget and channel caps."""
    for seat in Seat.objects.select_related("agent__profile"):
        live = Leg.objects.filter(agent=seat.agent, state__in=HOLDING_STATES, set_aside=False)
        profile = seat.agent.profile
        for channel in Channel:
            of_channel = live.filter(channel=channel)
            assert getattr(seat, f"points_{channel}") == (of_channel.aggregate(s=Sum("cost"))["s"] or 0), seat
            assert of_channel.count() <= getattr(profile, f"{channel}_cap"), seat
        assert (live.aggregate(s=Sum("cost"))["s"] or 0) <= profile.budget, seat
        assert seat.offered == live.filter(state=LegState.OFFERED).exists(), seat
    over_cap = (
        Leg.objects.filter(state__in=HOLDING_STATES, interaction__queue__cap_per_agent__isnull=False)
        .values("agent", "interaction__queue")
        .annotate(n=Count("pk"))
        .filter(n__gt=F("interaction__queue__cap_per_agent"))
    )
    assert not over_cap.exists()


def everyone_open_is_somewhere() -> None:
    """Every open contact has exactly one of: a place in a queue, a live primary leg, or a wrap-up."""
    live = Q(legs__role="primary", legs__state__in=[LegState.OFFERED, LegState.HANDLING])
    wrapping = Q(legs__role="primary", legs__state=LegState.WRAPPING)
    for contact in Interaction.objects.exclude(state=State.CLOSED).annotate(
        live=Count("legs", filter=live), wrapping=Count("legs", filter=wrapping)
    ):
        expected = {State.QUEUED: 0, State.OFFERED: 1, State.ACTIVE: 1, State.HELD: 1, State.WRAP_UP: 0}
        assert contact.live == expected[State(contact.state)], (contact.pk, contact.state)
        assert contact.wrapping >= (contact.state == State.WRAP_UP), contact.pk
        visits = Visit.objects.filter(interaction=contact, left_at__isnull=True).count()
        assert visits == (contact.state in (State.QUEUED, State.OFFERED)), (contact.pk, contact.state, visits)


def the_journal_agrees() -> None:
    """Every leg was journalled as offered once, and its end once."""
    for kind, state in ((Kind.DECLINED, LegState.DECLINED), (Kind.MISSED, LegState.MISSED)):
        assert JournalEntry.objects.filter(kind=kind).count() == Leg.objects.filter(state=state).count()
    assert JournalEntry.objects.filter(kind=Kind.OFFERED).count() == Leg.objects.count()
    assert not Leg.objects.filter(state=LegState.OFFERED, accepted_at__isnull=False).exists()


def compiled_equals_live() -> None:
    """Nobody is in a lane whom the live rules would refuse, nobody is missing; open offers are to the eligible."""
    compiled = set(AgentLane.objects.values_list("agent_id", "lane_id"))
    live = {
        (agent.pk, lane.pk)
        for lane in Lane.objects.select_related("queue__client")
        for agent in Agent.objects.all()
        if eligibility.never_eligible(agent, lane).ok
    }
    assert compiled == live
    for leg in Leg.objects.filter(state=LegState.OFFERED):
        assert (leg.agent_id, leg.lane_id) in live


def nobody_waits_beside_a_free_agent(at) -> tuple[list[Agent], list[Interaction]]:
    """By the live rules, one by one; who was free and who waited."""
    free = Agent.objects.filter(seat__presence=Presence.AVAILABLE, seat__connected=True, seat__offered=False)
    waiting = Interaction.objects.filter(state=State.QUEUED).exclude(prefer_until__gt=at)
    contacts, agents = list(waiting.select_related("queue__client", "lane")), list(free.select_related("profile"))
    for contact in contacts:
        for agent in agents:
            verdict = eligibility.eligible(agent, contact, at=at)
            assert not verdict.ok, f"{contact.pk} waits beside {agent}"
    return agents, contacts
