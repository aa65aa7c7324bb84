"""A handful of processes kept together: each with its log, stopped in reverse order, all of them if one dies."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

GRACE_SECONDS = 20
FINE = {0, -signal.SIGTERM, -signal.SIGINT}


@dataclass(slots=True)
class Child:
    """One process; a helper may end by itself with 0, the others must live."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    helper: bool = False

    def last_words(self, lines: int = 25) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


@dataclass(slots=True)
class Supervisor:
    """Starts children, notices a death, stops all."""

    logs: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)

    def start(
        self, name: str, arguments: Sequence[str], *, helper: bool = False, extra: Mapping[str, str] | None = None
    ) -> Child:
        """Start a Python program (arguments after the interpreter) with its output in <name>.log."""
        self.logs.mkdir(parents=True, exist_ok=True)
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > 5_000_000:
            path.replace(path.with_suffix(".log.1"))
        with path.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**self.environment, **(extra or {})},
                start_new_session=True,  # Ctrl-C reaches us alone; we stop the others in order
            )
        child = Child(name, process, path, helper)
        self.children.append(child)
        return child

    def dead(self) -> Child | None:
        """A child that is gone though it should not be."""
        for child in list(self.children):
            code = child.process.poll()
            if code is None:
                continue
            if child.helper and code == 0:
                self.children.remove(child)
                self.say(f"{child.name} is done")
                continue
            return child
        return None

    def stop(self) -> None:
        """Ask all of them at once, newest first; whoever does not listen is killed with its group."""
        for child in reversed(self.children):
            if child.process.poll() is None:
                child.process.terminate()
        end = time.monotonic() + GRACE_SECONDS
        for child in reversed(self.children):
            try:
                child.process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{child.name} did not stop in time and is killed")
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait(5)
        self.children.clear()
