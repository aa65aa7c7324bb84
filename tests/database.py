"""The test database: made by the migrations once for each state of them, and copied from then on."""

import functools
import hashlib
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db.backends.postgresql.creation import DatabaseCreation
from django.db.utils import IntegrityError, ProgrammingError

ROOT = Path(__file__).resolve().parent.parent
APPS = ("bpo", "clients", "agents", "interactions")
# With what migrations import: a trigger that is broken in it must not hide behind an older copy.
MADE_OF = (
    "*.sql",
    "*migrations*/*.py",
    "models.py",
    "models/*.py",
    "kernel/*.py",
    "one_client.py",
    "validators.py",
    "settings/*.py",
)
PREFIX = "bpo_migrated_"

_migrate = DatabaseCreation.create_test_db


@functools.cache
def original_name() -> str:
    """The database to copy: its name tells all that the tables are made of, so a change of any makes another."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    files = {path for app in APPS for pattern in MADE_OF for path in (ROOT / app).rglob(pattern)}
    for path in sorted(files):
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return PREFIX + digest.hexdigest()[:16]


def copy_or_migrate(
    self: DatabaseCreation,
    verbosity: int = 1,
    autoclobber: bool = False,
    serialize: bool | None = True,
    keepdb: bool = False,
) -> str:
    """A copy takes a moment; the migrations take seconds of every run and of each of its processes."""
    name, original = self._get_test_db_name(), original_name()
    quote = self.connection.ops.quote_name
    with self._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        made = {row[0] for row in cursor.fetchall()}
        if original in made:
            cursor.execute(f"DROP DATABASE IF EXISTS {quote(name)} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {quote(name)} TEMPLATE {quote(original)}")
    if original in made:
        self.connection.close()
        settings.DATABASES[self.connection.alias]["NAME"] = self.connection.settings_dict["NAME"] = name
        return name
    _migrate(self, verbosity, autoclobber, bool(serialize), keepdb)
    self.connection.close()
    with self._nodb_cursor() as cursor:
        for old in made:
            cursor.execute(f"DROP DATABASE IF EXISTS {quote(old)}")
        with suppress(ProgrammingError, IntegrityError):  # another process of the same run was first, or is at it
            cursor.execute(f"CREATE DATABASE {quote(original)} TEMPLATE {quote(name)}")
    return name
