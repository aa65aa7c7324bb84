"""The scratch floor before its first moment: rules as they were, the contacts of the time as if none had come yet."""

from __future__ import annotations

from psycopg import sql

from interactions.replay import rules
from interactions.replay.record import Past
from interactions.replay.scratch import Scratch

# A contact that has not come: closed, without a place.
NOT_YET = {
    "state": "'closed'",
    "outcome": "'withdrawn'",
    "closed_at": "arrived_at",
    "lane_id": "NULL",
    "order_key": "NULL",
    "enqueued_at": "NULL",
    "step_due_at": "NULL",
    "due_at": "NULL",
    "returned": "false",
    "refused": "false",
    "prefer_agent_id": "NULL",
    "prefer_until": "NULL",
}


def prepare(scratch: Scratch, past: Past) -> None:
    """Everything anew in the scratch schema, for one run."""
    raw = scratch.raw
    work = sql.SQL(", ").join(
        sql.Identifier(table) for table in scratch.tables if table.startswith("interactions_") and "lane" not in table
    )
    raw.execute(sql.SQL("TRUNCATE {}, interactions_agentlane").format(work))
    columns = [row[0] for row in raw.execute(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = 'interactions_interaction'::regclass"
        " AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
    ).fetchall()]  # fmt: skip
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    values = sql.SQL(", ").join(sql.SQL(NOT_YET[name]) if name in NOT_YET else sql.Identifier(name) for name in columns)
    raw.execute(
        sql.SQL(
            "INSERT INTO interactions_interaction ({}) SELECT {} FROM public.interactions_interaction"
            " WHERE id = ANY(%s)"
        ).format(names, values),
        [list(past.contacts)],
    )
    raw.execute(
        "UPDATE agents_seat SET presence = 'signed_out', reason = '', wish = '', wish_sign_out = false,"
        " connected = false, points_voice = 0, points_chat = 0, points_email = 0, offered = false, misses = 0,"
        " since = %(start)s, idle_since = %(start)s",
        {"start": past.start},
    )
    rules.set_back(scratch, past.start)
    compile_all(scratch, past)


def compile_all(scratch: Scratch, past: Past) -> None:
    """Every lane and every seat by the rules that the copies hold now."""
    scratch.raw.execute("SELECT compile_lanes(NULL, NULL)")
    scratch.raw.execute("SELECT count(seat_recount(agent_id, %s, false)) FROM agents_seat", [past.start])
    scratch.analyze()
