"""The servers, the database and the browser of every test; what is about one app's data lives in factories.py."""

import asyncio
import asyncio.runners
import fcntl
import functools
import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
import redis
from django.db import connection, transaction
from django.db.backends.postgresql.creation import DatabaseCreation
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings

from bpo import translating
from tests import database

pytest_plugins = ["tests.living"]

DESCRIBING_THE_CODE = {"django_content_type", "auth_permission"}

# What a made-up example may take is no matter here: on a busy machine any of them takes long once.
hypothesis_settings.register_profile("tests", deadline=None)
hypothesis_settings.load_profile("tests")

_table_names: list[str] = []
_servers: list[Any] = []
_lock: list[IO[str]] = []


def _drop_by_force(self: DatabaseCreation, test_database_name: str, verbosity: int) -> None:
    """Threads and event loops may still hold a connection when the tests are over."""
    name = self.connection.ops.quote_name(test_database_name)
    with self._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _empty_tables(self: TransactionTestCase) -> None:
    """Delete what a committing test left: TRUNCATE of every table costs a second, DELETE of a few rows nothing.

    Append-only tables refuse both; between two tests, and only there, triggers and foreign keys are looked past
    ("set local": the role goes back by itself when this transaction ends). Content types and permissions describe
    the code, not a test: they stay, so that nobody has to make them again.
    """
    if not _table_names:
        existing = connection.introspection.django_table_names(only_existing=True, include_views=False)
        _table_names.extend(sorted(set(existing) - DESCRIBING_THE_CODE))
    deletes = [f"DELETE FROM {connection.ops.quote_name(name)}" for name in _table_names]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("; ".join(["SET LOCAL session_replication_role = replica", *deletes]))


def _cancel_until_done(loop: asyncio.AbstractEventLoop) -> None:
    """End what an asynchronous test left running, as `asyncio.run` does, but ask again who did not hear it.

    The Redis client polls with timeouts of a tenth of a second; a cancellation that comes in the moment in which one is
    over is lost, and the end of the test would wait for it for ever.
    """
    pending = asyncio.all_tasks(loop)
    for _time in range(30):
        for task in pending:
            task.cancel()
        if not pending:
            return
        _done, pending = loop.run_until_complete(asyncio.wait(pending, timeout=1))


asyncio.runners._cancel_all_tasks = _cancel_until_done  # type: ignore[attr-defined]
DatabaseCreation.create_test_db = database.copy_or_migrate  # type: ignore[method-assign]
DatabaseCreation._destroy_test_db = _drop_by_force
TransactionTestCase._fixture_teardown = _empty_tables


def pytest_configure(config: pytest.Config) -> None:
    """Start the embedded servers once; workers of xdist use those of their controller."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    translating.compile_all()
    from django.conf import settings

    from bpo.embedded import run

    settings.VAR.mkdir(parents=True, exist_ok=True)
    lock = (settings.VAR / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        pytest.exit(f"Other tests are running on {settings.VAR}; set BPO_VAR to a folder of your own.", returncode=4)
    _lock.append(lock)
    _servers[:] = run.start(settings)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what pytest_configure started."""
    if _servers:
        from bpo.embedded import run

        run.stop(_servers)
        _servers.clear()
    for lock in _lock:
        lock.close()
    _lock.clear()


def pytest_collection_finish() -> None:
    """What is imported by now stays to the end: the collector need not look through it again and again."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests under a folder of that name carry its marker without saying so."""
    for item in items:
        for folder in ("browser", "services", "storm"):
            if folder in Path(str(item.path)).parts:
                item.add_marker(folder)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """The tests' own database, whatever was chosen to run: pytest-django makes one only for tests it knows to need it,
    and those that share a world of their file would find the product's."""
    from django.test.utils import setup_databases, teardown_databases

    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@functools.cache
def _call_counts() -> redis.Redis:
    """One connection for all tests of a process: to make one takes longer than to look."""
    from django.conf import settings

    return redis.Redis.from_url(settings.REDIS_URL)


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    """No test inherits another's breaker, call counts or language."""
    from django.conf import settings
    from django.utils import translation

    from bpo.kernel import push

    push.breaker.reset()
    counts = _call_counts()
    keys = list(counts.scan_iter(f"{settings.CACHES['default']['KEY_PREFIX']}:*throttle*", count=1000))
    if keys:
        counts.delete(*keys)
    yield
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def fresh_window() -> Iterator[None]:
    """The clock stands at the beginning of the windows in which a door counts its callers."""
    from time_machine import travel

    with travel("2026-06-01T15:00:00Z"):
        yield


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    """Uploads of one test in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


os.environ.setdefault("PYTHONUTF8", "1")
