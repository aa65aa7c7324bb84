"""Statements of a fixed text: their plans are kept, and inside an operation they travel together.

Each way to the database and back costs more than most statements do. What an operation writes is sent with the next
statement whose answer it needs, or at its end, there together with the commit where no answer can refuse anything; the
database takes all in the order in which they were asked.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connections, transaction
from django.db.backends.postgresql.base import ServerBindingCursor
from psycopg.pq import ExecStatus, TransactionStatus

P = ParamSpec("P")
R = TypeVar("R")
Rows = list[list[Any]]
Then = Callable[[Rows], object]
MOST = 256  # plans that a connection keeps


class Kept(ServerBindingCursor):  # type: ignore[type-arg]
    """Hands values apart from the text, so that the server can keep its plan."""

    # Before the statements of a cursor without a name pghistory puts who changes something, and why.
    name = "kept"


class PlannedAnew(Kept):
    """Hands values apart from the text, and has each asking planned for its values."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
        """Once, with no plan kept."""
        return super().execute(query, params, **{**how, "prepare": False})  # type: ignore[misc]


class _Asked(NamedTuple):
    kind: type[Any]
    sql: str
    values: Sequence[Any]
    then: Then | None
    sure: bool = False


class _Gathered(threading.local):
    """What this thread has asked and not sent yet; None outside an operation."""

    asked: list[_Asked] | None = None


_gathered = _Gathered()


def operation(act: Callable[P, R]) -> Callable[P, R]:
    """Decorator: a transaction, like `transaction.atomic`, whose `asked_later` travel together.

    What the database says against one of them is raised where the next answer is needed, at the latest at the end.
    Called by another operation it is a part of that one: who wants to go on after its failure wraps it in
    `transaction.atomic`.
    """

    @wraps(act)
    def done(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic(savepoint=_gathered.asked is None), _together():
            return act(*args, **kwargs)

    return done


def asked(sql: str, values: Sequence[Any], *, kind: type[Any] = Kept) -> Rows:
    """The rows of a statement whose text stays the same, written by hand or by Django: its plan is kept."""
    if _gathered.asked is None:
        return _asked_alone(sql, values, kind)
    found: Rows = []
    _gathered.asked.append(_Asked(kind, sql, values, found.extend))
    _send()
    return found


def asked_later(sql: str, values: Sequence[Any], *, then: Then | None = None, sure: bool = False) -> None:
    """The same where nobody waits for the rows: `then` is told them. The statement must be one that returns rows.

    `sure`: what is told refuses nothing, so the commit need not wait for it.
    """
    if _gathered.asked is None:
        rows = _asked_alone(sql, values, Kept)
        if then:
            then(rows)
    else:
        _gathered.asked.append(_Asked(Kept, sql, values, then, sure or then is None))


def asked_now() -> None:
    """What was asked later is answered; for who needs what follows from it."""
    _send()


@contextmanager
def _together() -> Iterator[None]:
    outermost = _gathered.asked is None
    if outermost:
        _gathered.asked = []
    try:
        if outermost:
            with connections[DEFAULT_DB_ALIAS].execute_wrapper(_after_what_was_asked):
                yield
                _send(last=True)
        else:
            yield
            _send()
    except BaseException:
        _gathered.asked = []
        raise
    finally:
        if outermost:
            _gathered.asked = None


def _after_what_was_asked(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
    """Django's own statements see what was asked before them; what a savepoint takes back is not asked any more."""
    if isinstance(sql, str) and sql.startswith("ROLLBACK TO SAVEPOINT"):
        _gathered.asked = []
    _send()
    return execute(sql, params, many, context)


def _send(*, last: bool = False) -> None:
    """Send what was asked; `last` of a transaction with its commit, which Django then finds done."""
    sent = _gathered.asked
    if not sent:
        return
    _gathered.asked = []
    connection = connections[DEFAULT_DB_ALIAS]
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    raw = connection.connection
    raw.prepared_max = MOST
    began = time.monotonic()
    cursors = [one.kind(raw) for one in sent]
    commits = last and _is_outermost(connection) and all(one.sure for one in sent)
    try:
        with connection.wrap_database_errors:
            if not commits and len(sent) == 1 and raw.info.transaction_status != TransactionStatus.IDLE:
                cursors[0].execute(sent[0].sql, sent[0].values)
            else:
                with raw.pipeline():
                    for one, cursor in zip(sent, cursors, strict=True):
                        cursor.execute(one.sql, one.values)
                    if commits:
                        raw.commit()
    finally:
        if connection.queries_logged:
            took = f"{time.monotonic() - began:.3f}"
            connection.queries_log.extend({"sql": one.sql, "time": took} for one in sent)
        # Before a refusal, too: what an earlier answer says is why the later statement was refused.
        for one, cursor in zip(sent, cursors, strict=True):
            if cursor.pgresult is None or cursor.pgresult.status != ExecStatus.TUPLES_OK:
                break
            rows = [list(row) for row in cursor.fetchall()]
            if one.then:
                _told(connection, one.then, rows)


def _is_outermost(connection: Any) -> bool:
    """Whether the block of `transaction.atomic` that ends now is the transaction, and will be committed."""
    return (
        connection.in_atomic_block
        and connection.commit_on_exit
        and not connection.savepoint_ids
        and not connection.needs_rollback
    )


def _told(connection: Any, then: Then, rows: Rows) -> None:
    """What refuses an answer refuses the transaction, or the savepoint that it leaves, as the database would."""
    try:
        then(rows)
    except BaseException:
        connection.needs_rollback = True
        raise


def _asked_alone(sql: str, values: Sequence[Any], kind: type[Any]) -> Rows:
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        return _at_once(connection, kind, sql, values)
    except NotSupportedError:
        # The plan is of before a migration. A transaction is over with that, and its rollback drops the plans.
        if connection.in_atomic_block:
            raise
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
        return _at_once(connection, kind, sql, values)


def _at_once(connection: Any, kind: type[Any], sql: str, values: Sequence[Any]) -> Rows:
    connection.ensure_connection()
    connection.connection.prepared_max = MOST
    with connection.wrap_database_errors:
        prepared = connection._prepare_cursor(kind(connection.connection))
    with prepared as cursor:
        cursor.execute(sql, values)
        return [list(row) for row in cursor.fetchall()]
