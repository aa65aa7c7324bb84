"""Mail for the demo and the tests: one SMTP and one IMAP server on loopback, every address has a mailbox.

Mails lie under var/mail as maildirs and survive restarts. Nothing ever leaves the machine. Three domains misbehave on
purpose, so that failures can be seen: bounce.example refuses, slow.example asks to come back once, and
later.bounce.example takes the mail and returns a delivery report.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bpo.embedded.roots import EmbeddedError

HOST = "127.0.0.1"
PREFERRED_SMTP, PREFERRED_IMAP = 2525, 2143
LONGEST_START = 30.0


@dataclass(frozen=True, slots=True)
class LocalMail:
    """Where the two servers listen; the user name is the mail address itself, one password opens every mailbox."""

    host: str
    smtp_port: int
    imap_port: int
    password: str
    pid: int

    def answers(self) -> bool:
        """Whether both ports take a connection."""
        for port in (self.smtp_port, self.imap_port):
            try:
                socket.create_connection((self.host, port), timeout=1).close()
            except OSError:
                return False
        return True


def address_file(var: Path) -> Path:
    """The file in which the running servers say where they are."""
    return var / "run" / "mail.json"


def running(var: Path) -> LocalMail | None:
    """The servers of this data folder, when they run."""
    try:
        found = LocalMail(**json.loads(address_file(var).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return found if found.answers() else None


class MailServers:
    """The two servers as one child process; a running pair of the same data folder is used as it is."""

    def __init__(self, var: Path) -> None:
        self.var = Path(var).resolve()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, timeout: float = LONGEST_START) -> LocalMail:
        """Start and wait until both ports answer."""
        if found := running(self.var):
            return found
        logs = self.var / "log"
        logs.mkdir(parents=True, exist_ok=True)
        with (logs / "mail.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bpo.embedded.mail", str(self.var)],
                cwd=Path(__file__).resolve().parent.parent.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            found = running(self.var)
            if found and found.pid == self.process.pid:
                return found
            time.sleep(0.05)
        self.stop()
        raise EmbeddedError(f"The local mail servers did not start; see {logs / 'mail.log'}")

    def stop(self) -> None:
        """Stop what `start` started."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        self.process = None


async def serve(var: Path) -> None:
    """Run both servers until SIGINT or SIGTERM."""
    var = Path(var).resolve()
    store = var / "mail"
    (store / "boxes").mkdir(parents=True, exist_ok=True)
    (store / "tmp").mkdir(exist_ok=True)
    # The IMAP library renames its index from the temporary folder, which fails across file systems.
    tempfile.tempdir = str(store / "tmp")
    with _alone(store / "lock"):
        await _serve_alone(var, store)


async def _serve_alone(var: Path, store: Path) -> None:
    from bpo.embedded import mail_imap, mail_smtp  # the libraries take half a second that settings need not pay

    for left_behind in (store / "boxes").glob("*/*.lock"):
        left_behind.unlink(missing_ok=True)
    kept = _kept(store / "settings.json")
    boxes = mail_imap.Boxes(store / "boxes", str(kept["password"]))
    smtp = await _listen(lambda port: mail_smtp.listen(boxes, HOST, port), int(kept["smtp_port"]), PREFERRED_SMTP)
    imap = await _listen(lambda port: mail_imap.listen(boxes, HOST, port), int(kept["imap_port"]), PREFERRED_IMAP)
    here = LocalMail(HOST, _port(smtp), _port(imap), boxes.password, os.getpid())
    ports = {"password": here.password, "smtp_port": here.smtp_port, "imap_port": here.imap_port}
    _write(store / "settings.json", ports)
    _write(address_file(var), asdict(here))
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    while not stop.is_set() and _speaks_for_us(var):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 1)
    if _speaks_for_us(var):
        address_file(var).unlink(missing_ok=True)
    for server in (smtp, imap):
        server.close()


def _speaks_for_us(var: Path) -> bool:
    """Whether the address file still names this process: a launcher removes an orphan's file, and the orphan goes."""
    try:
        return bool(json.loads(address_file(var).read_text())["pid"] == os.getpid())
    except (OSError, ValueError, KeyError, TypeError):
        return False


@contextlib.contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Hold the store for this process; waits for an orphan of a killed launcher to notice that it is one."""
    with file.open("w") as held:
        end = time.monotonic() + 10
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > end:
                    raise EmbeddedError(f"Other mail servers use {file.parent}; stop them first.") from None
                time.sleep(0.1)
        yield


async def _listen(listen: Callable[[int], Awaitable[asyncio.Server]], last: int, preferred: int) -> asyncio.Server:
    """The port of last time, so that stored settings stay true; else the usual one; else any."""
    for port in dict.fromkeys((last or preferred, preferred)):
        with contextlib.suppress(OSError):
            return await listen(port)
    return await listen(0)


def _port(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])


def _kept(file: Path) -> dict[str, str | int]:
    try:
        found = json.loads(file.read_text())
        return {
            "password": str(found["password"]),
            "smtp_port": int(found["smtp_port"]),
            "imap_port": int(found["imap_port"]),
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {"password": secrets.token_urlsafe(18), "smtp_port": 0, "imap_port": 0}


def _write(file: Path, content: Mapping[str, object]) -> None:
    """Readable by us alone, and never half written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(content, indent=1))
    draft.replace(file)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
