"""Seconds to replay 50,000 contacts: the record retraced, and one run of it. Their past is made by routing itself.

python -m benchmarks.replay [contacts] [agents]
"""

from __future__ import annotations

import os
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bpo.settings.development")

import django
from django.conf import settings

from benchmarks.goals import told

DATABASE = "bpo_bench_replay"
START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
SECONDS_A_CONTACT = 330 / 0.8  # of one agent, at four fifths of their time

# What the run left in its tables becomes the record, as the operations would have written it.
RECORD = """
    INSERT INTO public.interactions_leg SELECT * FROM interactions_leg;
    INSERT INTO public.interactions_visit SELECT * FROM interactions_visit;
    UPDATE public.interactions_interaction i SET state = 'closed', outcome = x.outcome, closed_at = x.closed_at,
        enqueued_at = x.enqueued_at, lane_id = x.lane_id, queue_id = x.queue_id
    FROM interactions_interaction x WHERE x.id = i.id AND x.state = 'closed';
    INSERT INTO public.interactions_journalentry (client_id, interaction_id, leg_id, kind, at, actor_name, facts)
    SELECT client_id, interaction_id, leg_id, kind, at, 'system', facts FROM (
        SELECT v.client_id, v.interaction_id, NULL::bigint AS leg_id, 'queued' AS kind, v.entered_at AS at, 1 AS place,
            jsonb_build_object('lane', x.lane_id, 'visit', v.ordinal) AS facts
        FROM interactions_visit v JOIN interactions_interaction x ON x.id = v.interaction_id
        UNION ALL SELECT client_id, interaction_id, id, 'offered', offered_at, 2, '{}' FROM interactions_leg
        UNION ALL SELECT client_id, interaction_id, id, 'accepted', accepted_at, 0, '{}' FROM interactions_leg
            WHERE accepted_at IS NOT NULL
        UNION ALL SELECT client_id, interaction_id, id, 'wrap_up_started', work_ended_at, 0, '{}' FROM interactions_leg
            WHERE work_ended_at IS NOT NULL
        UNION ALL SELECT client_id, interaction_id, id, 'disposed', ended_at, 0, '{}' FROM interactions_leg
            WHERE ended_at IS NOT NULL AND accepted_at IS NOT NULL
        UNION ALL SELECT client_id, interaction_id, id, 'rescinded', ended_at, 0, '{}' FROM interactions_leg
            WHERE state = 'rescinded'
        UNION ALL SELECT client_id, id, NULL, 'closed', closed_at, 1, jsonb_build_object('outcome', outcome)
            FROM interactions_interaction WHERE state = 'closed'
    ) written ORDER BY at, place, interaction_id;
"""


def build(contacts: int, agents: int) -> tuple[datetime, datetime]:
    """A floor at four fifths of its capacity, and its record."""
    from django.db import connection

    from agents.models import PresenceEntry
    from benchmarks import floor
    from interactions.models import Lane
    from interactions.replay import opening, scratch
    from interactions.replay.changes import Changes
    from interactions.replay.record import Change, Contact, Past
    from interactions.replay.run import Run
    from interactions.replay.stays import Moment, Offer, Script, Stay, Work

    floor.build(agents, 0, queues=24)
    dice = random.Random(1)
    end = START + timedelta(seconds=contacts * SECONDS_A_CONTACT / agents)
    with connection.cursor() as cursor:
        for table in ("interactions_lane", "interactions_agentlane"):
            cursor.execute(f"UPDATE {table} SET channel = 'voice'")
    lanes = list(Lane.objects.values_list("pk", "client_id", "queue_id"))
    rows = []
    for _contact in range(contacts):
        rows.append((START + (end - START) * dice.random(), *dice.choice(lanes)))
    rows.sort()
    past = Past(START, end)
    for pk in range(1, agents + 1):
        past.presence.append(Change(0, pk, START, "available", "", True, "", rank=-1))
        at = START + timedelta(seconds=dice.uniform(600, 7200))
        while at < end:
            for presence, seconds in (("break", dice.uniform(300, 900)), ("available", dice.uniform(5000, 9000))):
                past.presence.append(Change(0, pk, at, presence, "", True, ""))
                at += timedelta(seconds=seconds)
    scripts = []
    for pk, (at, lane, client, _queue) in enumerate(rows, start=1):
        past.contacts[pk] = contact = Contact(pk, client, "voice", 0, at)
        answer, talk = timedelta(seconds=dice.uniform(2, 8)), timedelta(seconds=dice.lognormvariate(5.5, 0.5))
        wrap = timedelta(seconds=dice.uniform(5, 60))
        answered = at + answer
        work = Work(0, Moment(answered), Moment(answered + talk), Moment(answered + talk + wrap), True, given=False)
        stay = Stay(Moment(at, pk), lane, at, offers=[Offer(0, at, "accepted", Moment(answered))], work=work)
        if dice.random() < 0.3:
            stay.left, stay.how = Moment(at + timedelta(seconds=dice.expovariate(1 / 90))), "abandoned"
        scripts.append(Script(contact, [stay]))
    with connection.cursor() as cursor:
        with cursor.copy(
            "COPY interactions_interaction (id, public_id, pool, client_id, queue_id, channel, direction, origin,"
            " state, outcome, closed_at, priority, returned, band, refused, arrived_at, state_since, language,"
            " came_back, simulated, version) FROM STDIN"
        ) as copy:
            for pk, (at, _lane, client, queue) in enumerate(rows, start=1):
                public = UUID(int=dice.getrandbits(128))
                came = (pk, public, 1, client, queue, "voice", "inbound", "phone", "closed", "withdrawn", at)
                copy.write_row((*came, 0, False, 0, False, at, at, "en", False, False, 0))
        cursor.execute("ANALYZE interactions_interaction")
    with scratch.opened(999_999, 0) as made:
        opening.prepare(made, past)
        Run(made, past, [], Changes(), scripts).run()
        # What was not over when the floor closed never came.
        made.raw.execute(
            "DELETE FROM interactions_leg WHERE interaction_id IN"
            " (SELECT id FROM interactions_interaction WHERE state <> 'closed');"
            "DELETE FROM interactions_visit WHERE interaction_id IN"
            " (SELECT id FROM interactions_interaction WHERE state <> 'closed')"
        )
        made.raw.execute(RECORD)
    # The presence that the run made of it: who was to pause while at work did so after it.
    PresenceEntry.objects.bulk_create(
        PresenceEntry(agent_id=each.agent, at=each.at, presence=each.presence, connected=True) for each in past.presence
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return START, end


def main(contacts: int = 50_000, agents: int = 120) -> bool:
    """Make the past, replay it unchanged, tell the seconds."""
    from bpo.embedded import run

    settings.DATABASES["default"]["NAME"] = DATABASE
    running = run.start(settings, lambda words: print(words, file=sys.stderr))
    try:
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from interactions.replay import running as replaying
        from interactions.replay.changes import Changes

        began = time.perf_counter()
        start, end = build(contacts, agents)
        print(f"the past was made in {time.perf_counter() - began:.0f} s", file=sys.stderr)
        stages: dict[str, float] = {}

        def said(_done: float, what: str) -> None:
            stages[what] = time.perf_counter()

        began = time.perf_counter()
        found = replaying.replay(start, end, Changes(), number=1, said=said)
        seconds = time.perf_counter() - began
        told_json = found.as_json()
        arms: dict[str, Any] = {
            "contacts": found.contacts,
            "until": {what: round(at - began, 1) for what, at in stages.items()},
            "same_winner_percent": told_json["winners"]["percent"],
            "causes": told_json["winners"]["causes"],
            "service_level": {name: arm.total["service_level"] for name, arm in found.arms.items()},
        }
        return told("REPLAY", seconds, floor=300, aim=150, arms=arms)
    finally:
        run.stop(running)


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
