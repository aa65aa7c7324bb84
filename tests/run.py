"""Runs everything that must hold, part by part, and tells how long each took. "python -m tests.run unit" runs one."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
FAILED = 1
NO_TESTS = 5
NOT_SPECIAL = "not services and not browser and not storm and not voice"


@dataclass(frozen=True, slots=True)
class Part:
    """A named part with its budget in seconds."""

    name: str
    budget: int
    work: Callable[[], bool]


def say(words: str) -> None:
    print(words, flush=True)


def command(*arguments: str) -> bool:
    say(f"  $ {' '.join(arguments)}")
    return subprocess.run([str(BIN / arguments[0]), *arguments[1:]], cwd=ROOT).returncode == 0


def python(*arguments: str) -> bool:
    return command("python", *arguments)


def checks() -> bool:
    """All of them, also after one has failed: a person wants the whole list."""
    results = [
        command("ruff", "check", "."),
        command("ruff", "format", "--check", "."),
        command("lint-imports"),
        command("mypy"),
        command("djlint", "templates", "--lint", "--quiet"),
        python("-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run"),
        python("manage.py", "check", "--fail-level", "WARNING"),
    ]
    return all(results)


def pytest(*arguments: str) -> int:
    whole = ["-m", "pytest", "-q", *arguments]
    say(f"  $ python {' '.join(whole)}")
    return subprocess.run([sys.executable, *whole], cwd=ROOT).returncode


def tests(expression: str, *more: str, second_try: bool = False) -> Callable[[], bool]:
    """A part of the tests. With a second try those that failed run once more by themselves, and the log names them:
    people, browsers and processes on a busy machine miss a moment; a fault misses it again. Where many routers are
    let loose on one floor there is none: what they break once is broken."""

    def work() -> bool:
        code = pytest("-m", expression, *more)
        if code == FAILED and second_try:
            say("  some failed; once more, those alone:")
            code = pytest("-m", expression, "--last-failed", "--last-failed-no-failures", "none", *more)
        if code == NO_TESTS:
            say("  no test of this kind was found: nothing is proven")
        return code == 0

    return work


def browser() -> bool:
    return have_browser() and tests("browser and not voice and not pages", second_try=True)()


def voice() -> bool:
    return have_browser() and tests("voice", second_try=True)()


def pages() -> bool:
    return have_browser() and tests("pages", second_try=True)()


def have_browser() -> bool:
    """One is there, or root installs Debian's, or a person is told the command."""
    from tests.living import find_browser

    if find_browser():
        return True
    apt = shutil.which("apt-get")
    if os.geteuid() == 0 and apt:
        say("  no browser yet: installing Debian's chromium")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "chromium"]):
            subprocess.run([apt, *arguments], env=environment, stdout=subprocess.DEVNULL)
        if find_browser():
            return True
    say("  No browser for the browser tests. Type: sudo apt-get install chromium   (or set CHROMIUM=/path/to/one)")
    return False


PARTS = [
    Part("checks", 120, checks),
    Part("unit and HTTP", 360, tests(NOT_SPECIAL, "-n", "2", "--dist", "worksteal", second_try=True)),
    Part("services", 360, tests("services and not browser", second_try=True)),
    Part("browser", 720, browser),
    Part("storm", 300, tests("storm")),
    Part("voice", 720, voice),
]
# Longer than a change should wait for: asked for by name.
ASKED_FOR = [Part("pages", 480, pages)]


def main(wanted: list[str]) -> int:
    """Every part runs, also after a failure; the table at the end tells which failed."""
    known = [*PARTS, *ASKED_FOR]
    parts = [part for part in known if any(part.name.startswith(word) for word in wanted)] if wanted else PARTS
    if not parts:
        say(f"no such part; there are: {', '.join(part.name for part in known)}")
        return 2
    table: list[tuple[str, float, bool, int]] = []
    for part in parts:
        say(f"== {part.name}")
        began = time.monotonic()
        passed = part.work()
        table.append((part.name, time.monotonic() - began, passed, part.budget))
    say("")
    for name, seconds, passed, budget in table:
        late = "" if seconds <= budget else f"  over its budget of {budget} s"
        say(f"{'ok    ' if passed else 'FAILED'} {name:15} {seconds:7.1f} s{late}")
    say(f"       {'in all':15} {sum(row[1] for row in table):7.1f} s")
    failed = sum(not row[2] for row in table)
    say(f"{len(table) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    # Bytecode is written: several processes would otherwise compile Django each for itself.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.exit(main(sys.argv[1:]))
