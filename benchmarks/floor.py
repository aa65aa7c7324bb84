"""A large floor in a database of its own: agents, lines and waiting contacts, written set by set."""

from __future__ import annotations

import sys
from pathlib import Path

from django.db import connection

HERE = Path(__file__).parent
CLIENTS, SKILLS = 6, 12

RESET = """
    UPDATE interactions_leg SET state = 'rescinded', ended_at = now() WHERE state = 'offered';
    UPDATE interactions_interaction SET state = 'queued' WHERE state = 'offered';
    UPDATE agents_seat SET points_voice = 0, points_chat = 0, points_email = 0, fits_voice = true, fits_chat = true,
        fits_email = true, offered = false WHERE offered;
    UPDATE bare.offer SET state = 1 WHERE state = 0;
    UPDATE bare.waiting SET state = 0 WHERE state = 1;
    UPDATE bare.agent SET used = 0 WHERE used > 0;
"""

CLEAR = """
    UPDATE interactions_visit v SET left_at = now(), how = 'answered' FROM interactions_interaction i
        WHERE i.id = v.interaction_id AND v.left_at IS NULL AND i.id > {last};
    UPDATE interactions_leg SET state = 'completed', ended_at = now(), ended_by = 'agent'
        WHERE state IN ('offered', 'handling', 'wrapping');
    UPDATE interactions_interaction SET state = 'closed', closed_at = now(), outcome = 'handled'
        WHERE state <> 'closed' AND (id > {last} OR state <> 'queued');
    UPDATE agents_seat SET points_voice = 0, points_chat = 0, points_email = 0, fits_voice = true, fits_chat = true,
        fits_email = true, offered = false WHERE offered OR points_voice + points_chat + points_email > 0;
    UPDATE bare.offer SET state = 1 WHERE state = 0;
    UPDATE bare.waiting SET state = 2 WHERE state <> 2 AND (id > {last} OR state = 1);
    UPDATE bare.agent SET used = 0 WHERE used > 0;
"""

# Yesterday: statements are planned by what is in the tables, and on a running floor they are not empty.
PAST = """
    WITH contact AS (
        INSERT INTO interactions_interaction (public_id, pool, client_id, queue_id, lane_id, channel, direction, origin,
            state, outcome, priority, returned, band, order_key, refused, arrived_at, enqueued_at, closed_at,
            state_since, language, came_back, simulated, version)
        SELECT gen_random_uuid(), 1, l.client_id, l.queue_id, l.id, 'chat', 'inbound', 'widget', 'closed', 'handled', 0,
            false, 0, now(), false, day.at, day.at, day.at, day.at, 'en', false, false, 0
        FROM generate_series(1, 10000) n
        CROSS JOIN LATERAL (SELECT now() - interval '1 day' - make_interval(secs => n) AS at) day
        JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS lanes
              FROM interactions_lane) l ON l.place = n % l.lanes
        RETURNING id, client_id, lane_id, arrived_at
    ), leg AS (
        INSERT INTO interactions_leg (public_id, interaction_id, client_id, agent_id, role, state, lane_id, channel,
            cost, made_by, offered_at, accepted_at, work_ended_at, ended_at, wrap_up_extended, ended_by, on_hold,
            hold_seconds, set_aside, muted, note, why, version)
        SELECT gen_random_uuid(), c.id, c.client_id, agent.id, 'primary', 'completed', c.lane_id, 'chat', 33, '',
            c.arrived_at, c.arrived_at, c.arrived_at, c.arrived_at, false, 'agent', false, 0, false, false, '', '{}', 0
        FROM contact c
        JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS agents
              FROM agents_agent) agent ON agent.place = c.id % agent.agents
        RETURNING id, client_id, interaction_id, offered_at
    )
    INSERT INTO interactions_journalentry (client_id, interaction_id, leg_id, kind, at, actor_name, facts)
    SELECT leg.client_id, leg.interaction_id, leg.id, kind, leg.offered_at, 'system', '{}'
    FROM leg, unnest(ARRAY['offered', 'accepted', 'ended', 'closed']) kind
"""


def empty() -> None:
    """Nothing is left, not even what is written once: this database holds nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "SELECT string_agg(quote_ident(tablename), ',') FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename ~ '^(interactions|agents|clients|accounts)_'"
        )
        cursor.execute(f"TRUNCATE {cursor.fetchone()[0]} RESTART IDENTITY CASCADE")
        cursor.execute("SET session_replication_role = origin")


def build(
    agents: int, waiting: int, queues: int = 60, *, unstaffed: int = 0, chats: int = 3, past: bool = False
) -> None:
    """Everything anew: agents licensed for half of the clients with some skills, lines that want one skill each.

    The first `unstaffed` lines want what nobody can; if there are such, all the waiting stand in them. `chats` is how
    many an agent may have at once. With a `past` yesterday is in the tables, too.
    """
    from clients.models import Queue
    from interactions import eligibility
    from tests import factories as make

    empty()
    clients = [make.client(f"Client {n}") for n in range(CLIENTS)]
    skills = [make.skill(f"skill-{n}") for n in range(SKILLS)]
    team, profile = make.team(), make.profile(chat_cap=chats)
    for n in range(queues):
        wants = {"nobody": 5} if n < unstaffed else {skills[n % SKILLS].code: 1 + n % 3}
        make.queue(clients[n % CLIENTS], wants=wants, channels=["chat"], wrap_up="none")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO accounts_user (public_id, email, full_name, password, language, zone, theme, is_staff,
                is_superuser, is_active, date_joined)
            SELECT gen_random_uuid(), 'a' || n || '@bench.example', 'Agent ' || n, '!', 'en', '', 'system', false,
                false, true, now() FROM generate_series(1, %(agents)s) n;
            INSERT INTO agents_agent (public_id, user_id, name, employee_number, team_id, profile_id)
            SELECT gen_random_uuid(), id, full_name, 'E' || id, %(team)s, %(profile)s FROM accounts_user;
            INSERT INTO agents_seat (agent_id, pool, presence, reason, since, wish, wish_sign_out, connected, capacity,
                points_voice, points_chat, points_email, fits_voice, fits_chat, fits_email, offered, idle_since,
                misses, version)
            SELECT id, 1, 'available', '', now(), '', false, true, 100, 0, 0, 0, true, true, true, false,
                now() - make_interval(secs => id), 0, 0 FROM agents_agent;
            INSERT INTO agents_licence (agent_id, client_id, state, since, reason)
            SELECT a.id, c.id, 'certified', now(), '' FROM agents_agent a JOIN clients_client c
                ON (a.id + c.id) %% 2 = 0;
            INSERT INTO agents_agentskill (agent_id, skill_id, level)
            SELECT a.id, s.id, 1 + (a.id * s.id) %% 5 FROM agents_agent a JOIN clients_skill s
                ON (a.id / 2 + s.id) %% 3 = 0
                WHERE s.code <> 'nobody';
            """,
            {"agents": agents, "team": team.pk, "profile": profile.pk},
        )
    for queue in Queue.objects.select_related("client"):
        eligibility.lane_for(queue, channel="chat")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO interactions_interaction (public_id, pool, client_id, queue_id, lane_id, channel, direction,
                origin, state, outcome, priority, returned, band, order_key, refused, arrived_at, enqueued_at,
                state_since, language, came_back, simulated, version)
            SELECT gen_random_uuid(), 1, l.client_id, l.queue_id, l.id, 'chat', 'inbound', 'widget', 'queued', '',
                (n %% 97 = 0)::int * 3, false, (n %% 97 = 0)::int * 6, now() - make_interval(secs => n / 10.0), false,
                now() - make_interval(secs => n / 10.0), now() - make_interval(secs => n / 10.0), now(), 'en', false,
                false, 0
            FROM generate_series(1, %(waiting)s) n
            JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place FROM interactions_lane) l
                ON l.place = n %% %(lines)s
            """,
            {"waiting": waiting, "lines": unstaffed or queues},
        )
        if past:
            cursor.execute(PAST)
        cursor.execute((HERE / "bare.sql").read_text())
        cursor.execute(
            """
            INSERT INTO bare.agent SELECT agent_id, true, 0, idle_since FROM agents_seat;
            INSERT INTO bare.queue SELECT id, 33 FROM interactions_lane;
            INSERT INTO bare.agent_queue SELECT agent_id, lane_id, rank FROM interactions_agentlane;
            INSERT INTO bare.waiting (queue_id, priority, enqueued_at)
            SELECT lane_id, priority, enqueued_at FROM interactions_interaction WHERE state = 'queued' ORDER BY id;
            INSERT INTO bare.waiting (queue_id, priority, enqueued_at, state)
            SELECT lane_id, priority, enqueued_at, 2 FROM interactions_interaction WHERE state = 'closed';
            INSERT INTO bare.offer (waiting_id, agent_id, weight, state)
            SELECT interaction_id, agent_id, cost, 1 FROM interactions_leg;
            INSERT INTO bare.event (waiting_id, agent_id, kind) SELECT waiting_id, agent_id, 1 FROM bare.offer;
            CREATE INDEX ON bare.waiting (queue_id, priority DESC, enqueued_at, id) WHERE state = 0;
            CREATE UNIQUE INDEX ON bare.offer (waiting_id) WHERE state = 0;
            CREATE INDEX ON bare.offer (agent_id) WHERE state = 0;
            CREATE INDEX ON bare.agent (idle_since) WHERE available AND used < 100;
            """
        )
    vacuum()


def reset() -> None:
    """Take back what an arm did."""
    with connection.cursor() as cursor:
        cursor.execute(RESET)


def clear(last: int = sys.maxsize) -> None:
    """End everything that is with an agent, and what waits beyond this contact."""
    with connection.cursor() as cursor:
        cursor.execute(CLEAR.format(last=int(last)))


def vacuum() -> None:
    """Statistics and visibility as on a running floor."""
    with connection.cursor() as cursor:
        for table in ("interactions_interaction", "interactions_leg", "agents_seat", "interactions_agentlane"):
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("VACUUM ANALYZE bare.waiting, bare.agent, bare.offer, bare.agent_queue")
