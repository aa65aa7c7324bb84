"""Starts the whole product on one machine and keeps it together: servers, web, worker, beat, sweep."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from importlib import import_module
from importlib.util import find_spec
from types import FrameType
from typing import IO, Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command, get_commands
from django.db import connections

from bpo import translating
from bpo.embedded import run
from bpo.embedded.roots import EmbeddedError
from bpo.embedded.supervisor import Supervisor

READY_SECONDS = 90
PORTS_TO_TRY = 200


class Stopped(Exception):
    """Ctrl-C or SIGTERM."""


class Command(BaseCommand):
    """Run everything; Ctrl-C stops everything."""

    help = "Start the contact center: embedded servers if no address is set, migrations, web, worker, beat and sweep."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000, help="taken if free, else the next free one")
        parser.add_argument("--demo", action="store_true", help="local mail servers, demo clients and a living floor")
        parser.add_argument("--mail", action="store_true", help="local mail servers only")
        parser.add_argument("--no-simulator", action="store_true", help="with --demo: nobody moves by himself")
        parser.add_argument("--no-seed", action="store_true", help="with --demo: write no demo clients")
        parser.add_argument("--servers-only", action="store_true", help="embedded servers and migrations, nothing else")

    def handle(self, **options: Any) -> None:
        self.began = time.monotonic()
        self.run_folder = settings.VAR / "run"
        lock = self._only_one()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        code = 0
        servers: list[Any] = []
        family = Supervisor(settings.VAR / "log", self._environment(), self._say)
        try:
            servers = run.start(settings, self._say)
            call_command("migrate", verbosity=0, interactive=False)
            self._say("database is up to date")
            translating.compile_all()
            if options["servers_only"]:
                self._say("servers are up; Ctrl-C stops them")
                self._wait_for_ever(family)
            self._start_family(family, options)
            code = self._watch(family)
        except Stopped:
            self._say("stopping")
        except EmbeddedError as error:
            raise CommandError(str(error)) from error
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
            family.stop()
            connections.close_all()
            run.stop(servers)
            for name in ("up.json", "mail.json"):
                (self.run_folder / name).unlink(missing_ok=True)
            lock.close()
        self._say("everything is down")
        if code:
            sys.exit(code)

    def _start_family(self, family: Supervisor, options: dict[str, Any]) -> None:
        commands = get_commands()
        mail: dict[str, Any] = {}
        mail_env: dict[str, str] = {}
        if (options["demo"] or options["mail"]) and "demo_mail" in commands:
            mail = self._start_mail(family)
            mail_env = mail_variables(mail)
        port = free_port(options["host"], options["port"])
        shown = "localhost" if options["host"] in {"127.0.0.1", "0.0.0.0"} else options["host"]  # noqa: S104
        url = f"http://{shown}:{port}"
        extra = {**mail_env, "SITE_URL": os.environ.get("SITE_URL", url)}
        if options["demo"]:
            extra["BPO_DEMO"] = "true"
        family.start("web", web_arguments(options["host"], port), extra=extra)
        celery = ["-m", "celery", "-A", "bpo"]
        # Two worker processes are enough for one machine; C_FORCE_ROOT silences a page of warning about root.
        family.start(
            "worker",
            [*celery, "worker", "-c", "2", "-l", "INFO", "--without-gossip", "--without-mingle"],
            extra={**extra, "C_FORCE_ROOT": "true"},
        )
        family.start("beat", [*celery, "beat", "-l", "WARNING", "--pidfile="], extra=extra)
        if "sweep" in commands:
            family.start("sweep", ["manage.py", "sweep"], extra=extra)
        self._wait_until_ready(family, f"http://{options['host']}:{port}/readyz")
        told = self.run_folder / "up.json"
        fresh = told.with_suffix(".new")
        fresh.write_text(json.dumps({"url": url, "port": port, "pid": os.getpid(), "mail": mail}))
        fresh.replace(told)
        self._print_addresses(url, options["demo"])
        if options["demo"]:
            if not options["no_seed"] and "seed_demo" in commands:
                self._say("writing the demo's clients and its past month in the background (log/seed.log)")
                family.start("seed", ["manage.py", "seed_demo", "--past"], helper=True, extra=extra)
            if not options["no_simulator"] and "simulate" in commands:
                family.start("simulator", ["manage.py", "simulate"], extra=extra)

    def _start_mail(self, family: Supervisor) -> dict[str, Any]:
        path = self.run_folder / "mail.json"
        path.unlink(missing_ok=True)
        family.start("mail", ["manage.py", "demo_mail"])
        end = time.monotonic() + READY_SECONDS
        while True:
            with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
                facts: dict[str, Any] = json.loads(path.read_text())
                self._say("local mail servers are up")
                return facts
            self._check(family)
            if time.monotonic() > end:
                raise CommandError(f"the local mail servers do not answer:\n{family.children[-1].last_words()}")
            time.sleep(0.05)

    def _wait_until_ready(self, family: Supervisor, url: str) -> None:
        end = time.monotonic() + READY_SECONDS
        while True:
            self._check(family)
            with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
                if answer.status == 200:
                    return
            if time.monotonic() > end:
                raise CommandError(f"the web process does not answer:\n{family.children[0].last_words()}")
            time.sleep(0.1)

    def _watch(self, family: Supervisor) -> int:
        while True:
            if dead := family.dead():
                self._say(f"{dead.name} ended with {dead.process.returncode}; its last lines:")
                self.stderr.write(dead.last_words())
                return 1
            time.sleep(0.2)

    def _wait_for_ever(self, family: Supervisor) -> None:
        while True:
            time.sleep(1)
            self._check(family)

    def _check(self, family: Supervisor) -> None:
        if dead := family.dead():
            raise CommandError(f"{dead.name} ended with {dead.process.returncode}:\n{dead.last_words()}")

    def _only_one(self) -> IO[str]:
        try:
            self.run_folder.mkdir(parents=True, exist_ok=True)
            lock = (self.run_folder / "lock").open("a")
        except PermissionError as error:
            raise CommandError(
                f"{settings.VAR} cannot be written by this user. It was probably made by another one (root?):"
                f" run as that user, or remove the folder."
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            where = ""
            with contextlib.suppress(OSError, ValueError, KeyError):
                where = f" at {json.loads((self.run_folder / 'up.json').read_text())['url']}"
            raise CommandError(f"The contact center already runs on {settings.VAR}{where}.") from error
        return lock

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {**kept, "BPO_VAR": str(settings.VAR), "PYTHONUNBUFFERED": "1"}

    def _print_addresses(self, url: str, demo: bool) -> None:
        self._say("ready")
        lines = [f"  {url}/", f"  {url}/admin/", f"  {url}/api/docs/"]
        if demo:
            lines.append("  Every role's door is one click away on the first page.")
            if find_spec("bpo.demo"):
                lines += ["", *import_module("bpo.demo.logins").lines(url)]
        lines.append(f"  Logs: {settings.VAR / 'log'}    Stop: Ctrl-C")
        self.stdout.write("\n".join(["", *lines, ""]))

    def _say(self, words: str) -> None:
        self.stdout.write(f"[{time.monotonic() - self.began:6.1f} s] {words}")
        self.stdout.flush()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        raise Stopped


def web_arguments(host: str, port: int) -> list[str]:
    """Uvicorn as it was measured: sockets are closed with a close frame, nobody is waited for longer than 5 s.

    A socket whose other end is gone without a word is noticed within 10 s: it is pinged each 5 s, and a browser answers
    however busy the page is.
    """
    return [
        *("-m", "uvicorn", "bpo.asgi:application", "--host", host, "--port", str(port), "--lifespan", "off"),
        *("--ws", "websockets-sansio", "--timeout-graceful-shutdown", "5", "--log-level", "warning"),
        *("--no-server-header", "--no-proxy-headers", "--ws-max-size", "65536"),
        *("--ws-ping-interval", "5", "--ws-ping-timeout", "5"),
    ]


def free_port(host: str, wanted: int) -> int:
    """The wanted port, or the next that is free."""
    for port in range(wanted, wanted + PORTS_TO_TRY):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise CommandError(f"no free port from {wanted} to {wanted + PORTS_TO_TRY - 1}")


def mail_variables(facts: dict[str, Any]) -> dict[str, str]:
    """What the other processes must know of the local mail servers."""
    host = facts.get("host", "127.0.0.1")
    wanted = {"EMAIL_HOST": host, "EMAIL_PORT": facts.get("smtp_port"), "EMAIL_USE_TLS": "false"}
    return {name: str(value) for name, value in wanted.items() if value}
