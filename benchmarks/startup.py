"""START: from a fresh copy of the code to a page that can be used, by `make run` with a warm cache of wheels.

python -m benchmarks.startup. The bare arm makes an environment and installs the same packages with nothing of ours.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.goals import told

ROOT = Path(__file__).resolve().parent.parent
LIMIT, AIM = 60.0, 30.0
GIVE_UP = 600
ADDRESS = re.compile(rb"http://localhost:\d+/")


def used() -> float:
    """Processor seconds of everything we have started and that has ended."""
    times = os.times()
    return times.children_user + times.children_system


def bare(folder: Path) -> dict[str, float]:
    """An environment with the same packages."""
    began, cpu = time.monotonic(), used()
    python = folder / "bin" / "python"
    quiet = ["--quiet", "--disable-pip-version-check", "--require-hashes"]
    for command in (
        [shutil.which("python3.11") or sys.executable, "-m", "venv", str(folder)],
        [str(python), "-m", "pip", "install", *quiet, "-r", str(ROOT / "requirements-installer.txt")],
        [str(folder / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(python), "--compile-bytecode",
         "--require-hashes", "-r", str(ROOT / "requirements.txt")],
    ):  # fmt: skip
        subprocess.run(command, check=True)
    return {"seconds": round(time.monotonic() - began, 1), "cpu_seconds": round(used() - cpu, 1)}


def product(folder: Path) -> dict[str, float]:
    """`make run` in a copy of what is committed, until the first page answers with its doors."""
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BPO_", "DATABASE_", "REDIS_"))}
    began, cpu = time.monotonic(), used()
    told_by = folder / "up.log"
    with told_by.open("wb") as output:
        process = subprocess.Popen(
            ["make", "run", "ARGS=--port 18200"],
            cwd=folder,
            env=kept,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        while not usable(told_by):
            if process.poll() is not None or time.monotonic() - began > GIVE_UP:
                sys.exit(f"make run did not come up:\n{told_by.read_text()[-3000:]}")
            time.sleep(0.2)
        seconds = time.monotonic() - began
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)
    return {"seconds": round(seconds, 1), "cpu_seconds_until_stopped": round(used() - cpu, 1)}


def usable(told_by: Path) -> bool:
    """Whether the address that was printed shows a page."""
    address = ADDRESS.search(told_by.read_bytes())
    if address is None:
        return False
    with contextlib.suppress(OSError), urllib.request.urlopen(address.group().decode(), timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def main() -> bool:
    """One turn of each arm; the first fills the cache of wheels for the other."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        alone = bare(Path(one))
        whole = product(Path(other))
    return told(
        "START",
        whole["seconds"],
        floor=LIMIT,
        aim=AIM,
        arms={"bare": alone, "product": whole, "load": os.getloadavg()[0]},
    )


if __name__ == "__main__":
    sys.exit(not main())
