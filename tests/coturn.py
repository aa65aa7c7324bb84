"""A real TURN server for the tests of calls: coturn from Debian's packages, unpacked; nothing is installed."""

from __future__ import annotations

import glob
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SECRET = "of the tests"
PORT = 18_478
LIBRARIES = (
    "libmariadb3", "libhiredis0.14", "libevent-core-2.1-7", "libevent-extra-2.1-7", "libevent-openssl-2.1-7",
    "libevent-pthreads-2.1-7",
)  # fmt: skip
HELP = "No coturn: it could not be had from Debian's packages (apt-get download coturn). Or set TURNSERVER to one."


def address() -> str:
    """Of this machine in its network: browsers look for no way by the loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))  # nothing is sent
            return str(asked.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def url() -> str:
    """Where it answers."""
    return f"turn:{address()}:{PORT}?transport=udp"


def found(folder: Path) -> tuple[str, dict[str, str]]:
    """The program and what it needs around it; TURNSERVER, one on the PATH, or unpacked into the folder."""
    given = os.environ.get("TURNSERVER") or shutil.which("turnserver")
    if given:
        return given, dict(os.environ)
    root = folder / "root"
    if not (root / "usr/bin/turnserver").exists():
        folder.mkdir(parents=True, exist_ok=True)
        if shutil.which("apt-get") and shutil.which("dpkg-deb"):
            # Of a machine whose lists are empty they are fetched first, where that is allowed.
            for command in (["download", "coturn", *LIBRARIES], ["update", "-q"], ["download", "coturn", *LIBRARIES]):
                if list(folder.glob("coturn_*.deb")):
                    break
                subprocess.run(["apt-get", *command], cwd=folder, capture_output=True, timeout=120)
        for package in folder.glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", str(package), str(root)], check=True)
    if not (root / "usr/bin/turnserver").exists():
        # Under CI what was not tried has failed.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(HELP)
    libraries = {os.path.dirname(path) for path in glob.glob(f"{root}/**/*.so*", recursive=True)}
    return str(root / "usr/bin/turnserver"), {**os.environ, "LD_LIBRARY_PATH": ":".join(sorted(libraries))}


@contextmanager
def running(folder: Path) -> Iterator[Path]:
    """Started, until the block ends; what it logs."""
    program, environment = found(folder)
    log = folder / "turnserver.log"
    here = address()
    arguments = [
        *("-n", "--listening-ip", here, "--relay-ip", here, "--listening-port", str(PORT)),
        *("--use-auth-secret", "--static-auth-secret", SECRET, "--realm", "test.example", "--fingerprint"),
        *("--min-port", "49160", "--max-port", "49260", "--no-tls", "--no-dtls", "--no-cli", "--verbose"),
        *("--log-file", "stdout", "--pidfile", str(folder / "turnserver.pid"), "--userdb", str(folder / "turndb")),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen([program, *arguments], env=environment, cwd=folder, stdout=output, stderr=output)
        try:
            end = time.monotonic() + 20
            while b"Relay ports initialization done" not in log.read_bytes() and b"started" not in log.read_bytes():
                assert process.poll() is None and time.monotonic() < end, log.read_text()[-2000:]
                time.sleep(0.2)
            yield log
        finally:
            process.terminate()
            process.wait(10)
