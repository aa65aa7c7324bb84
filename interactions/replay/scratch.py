"""A schema of its own with copies of the tables that routing names, and the production SQL made anew inside it.

Its connection looks there and nowhere else (search_path), so that whatever routing reads or writes is a copy. What
must be taken from the floor's own tables is named with their schema, and only ever read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection, transaction
from psycopg import sql

HOME = Path(__file__).parent.parent
DRIVER = Path(__file__).parent / "driver.sql"
NAME = re.compile(r"\b(?:agents|clients|interactions)_[a-z]+\b")
LOCK_CLASS = 7103  # of pg_try_advisory_lock(class, run): whoever holds it is at work on that run
PREFIX = "replay_"
# Rows of work are made by the replay; all else is taken as it is.
EMPTY = frozenset(
    {
        "interactions_agentlane",
        "interactions_chatsession",
        "interactions_journalentry",
        "interactions_leg",
        "interactions_refusal",
        "interactions_shareuse",
        "interactions_visit",
        "interactions_interaction",
    }
)
# Of these only the indexes that routing looks by: those of live rows (partial), of identity, and the named ones. Each
# further one would be written at every step and read by nobody.
THIN = frozenset({"interactions_interaction", "interactions_journalentry", "interactions_leg", "interactions_visit"})
LOOKED_BY = frozenset({"leg_by_agent_day", "visit_ordinal_once"})
# Of these the past is written over the present row by row: in between two rows may say the same.
REWRITTEN = ["agents_agentskill", "agents_licence", "agents_overflowstep", "agents_queueteam", "clients_queueskill"]
UNIQUE = """
    SELECT c.relname::text, k.conname::text FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE c.relnamespace = %s::regnamespace AND c.relname = ANY (%s) AND k.contype = 'u'
"""
FIRST_ID = 1_000_000_000_000  # of rows the replay makes; far from every recorded one
# The plans of a floor with a long past, however few rows there are yet when a statement is first planned.
SESSION = "SET synchronous_commit = off; SET jit = off; SET enable_seqscan = off"
INDEXES = """
    SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = ('public.' || %(table)s)::regclass
        AND (i.indisprimary OR i.indpred IS NOT NULL OR c.relname = ANY (%(looked_by)s))
"""


def sources() -> list[Path]:
    """The production SQL, whatever files it is in, then the replay's own."""
    own = sorted(path for path in HOME.rglob("*.sql") if path != DRIVER)
    return [*own, DRIVER]


def tables(existing: set[str]) -> list[str]:
    """Those that the SQL names."""
    named = {name for path in sources() for name in NAME.findall(path.read_text())}
    return sorted(named & existing)


class Scratch:
    """An open scratch schema and the one connection that works in it."""

    def __init__(self, raw: psycopg.Connection[Any], number: int, arm: int = 0) -> None:
        self.raw = raw
        self.schema = f"{PREFIX}{number}_{arm}"
        self.tables: list[str] = []

    def make(self) -> None:
        """Tables, rows that are rules or people, and the functions."""
        with self.raw.transaction():
            self._execute("CREATE SCHEMA {schema}")
            found = self.raw.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            self.tables = tables({row[0] for row in found})
            for table in self.tables:
                self._copy(table)
            for table, name in self.raw.execute(UNIQUE, [self.schema, REWRITTEN]).fetchall():
                self._execute("ALTER TABLE {schema}.{table} DROP CONSTRAINT {name}", table=table, name=name)
            counted = self.raw.execute(
                "SELECT table_name::text, column_name::text FROM information_schema.columns"
                " WHERE table_schema = %s AND is_identity = 'YES'",
                [self.schema],
            )
            for table, column in counted.fetchall():
                statement = f"ALTER TABLE {{schema}}.{{table}} ALTER {{column}} RESTART WITH {FIRST_ID}"
                self._execute(statement, table=table, column=column)
            self._execute("SET LOCAL search_path = {schema}")
            # Bodies name each other whatever the order of the files; each is looked at when it is first called.
            self.raw.execute("SET LOCAL check_function_bodies = off")
            for path in sources():
                self.raw.execute(path.read_text())
        self._execute("SET search_path = {schema}")
        self.raw.execute(SESSION)
        self.analyze()

    def _copy(self, table: str) -> None:
        thin = " EXCLUDING INDEXES" if table in THIN else ""
        self._execute(
            f"CREATE UNLOGGED TABLE {{schema}}.{{table}} (LIKE public.{{table}} INCLUDING ALL{thin})", table=table
        )
        if table not in EMPTY:
            self._execute("INSERT INTO {schema}.{table} SELECT * FROM public.{table}", table=table)
            return
        self._execute("ALTER TABLE {schema}.{table} SET (fillfactor = 70)", table=table)
        if table in THIN:
            for statement in self.raw.execute(INDEXES, {"table": table, "looked_by": list(LOOKED_BY)}).fetchall():
                self.raw.execute(statement[0].replace(" ON public.", f" ON {self.schema}."))

    def analyze(self) -> None:
        """Statistics, so that plans are those of a floor at work."""
        for table in self.tables:
            self._execute("ANALYZE {schema}.{table}", table=table)

    def drop(self) -> None:
        """All of it is gone."""
        self.raw.execute("SET search_path = public")
        self._execute("DROP SCHEMA IF EXISTS {schema} CASCADE")

    def _execute(self, statement: str, **names: str) -> None:
        known = {"schema": self.schema, **names}
        self.raw.execute(sql.SQL(statement).format(**{key: sql.Identifier(each) for key, each in known.items()}))


@contextmanager
def opened(number: int, arm: int = 0, *, keep: bool = False) -> Iterator[Scratch]:
    """A fresh scratch schema of a run's arm, dropped at the end whatever happens; leftovers of the dead go first."""
    with connect() as raw:
        drop_leftovers(raw)
        _hold(raw, number)
        scratch = Scratch(raw, number, arm)
        try:
            scratch.make()
            yield scratch
        finally:
            if not keep and not raw.closed:
                scratch.drop()


@contextmanager
def at_work(number: int) -> Iterator[None]:
    """Whoever asks sees that this process works on the run; with the process goes the sign of it."""
    with connect() as raw:
        _hold(raw, number)
        yield


def is_at_work(number: int) -> bool:
    """Whether any process works on the run."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT NOT pg_try_advisory_xact_lock(%s, %s)", [LOCK_CLASS, number])
        return bool(cursor.fetchone()[0])


def _hold(raw: psycopg.Connection[Any], number: int) -> None:
    raw.execute("SELECT pg_advisory_lock_shared(%s, %s)", [LOCK_CLASS, number])


def connect() -> psycopg.Connection[Any]:
    """A connection of its own to the same database, each statement by itself."""
    return psycopg.connect(**_parameters(), autocommit=True, prepare_threshold=1)


def _parameters() -> dict[str, Any]:
    given = connection.get_connection_params()
    return {key: given[key] for key in ("dbname", "user", "password", "host", "port") if given.get(key)}


def drop_leftovers(raw: psycopg.Connection[Any]) -> list[str]:
    """Drop the schemas of runs whose process is gone, and those that were kept for a look."""
    found = raw.execute(
        "SELECT nspname::text, substring(nspname FROM %s)::bigint FROM pg_namespace WHERE nspname ~ %s",
        [f"^{PREFIX}([0-9]+)_[0-9]+$", f"^{PREFIX}[0-9]+_[0-9]+$"],
    )
    gone = []
    for schema, number in found.fetchall():
        held = raw.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, number]).fetchone()
        if held and held[0]:
            raw.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
            raw.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, number])
            gone.append(schema)
    return gone
