"""What is killed in the tests of calls: a web process of one's own, Valkey, and browsers whose people have voices."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from playwright.sync_api import Error, Page

from bpo.embedded.valkey import Valkey
from bpo.management.commands.up import web_arguments
from tests.browser import sounds
from tests.living import BROWSER_FLAGS, DATABASE, ROOT, Product, eventually, product_redis, session_of

PORT = 18_100
# Once a second: whether somebody was heard in it. Kept with the time of the second, for the test alone.
LISTENS = """
    window.__heard = [];
    const energies = new Map();
    setInterval(async () => {
        let heard = false;
        for (const talk of window.__talks) {
            if (talk.connectionState === "closed") continue;
            const receiver = talk.getReceivers().find((each) => each.track?.kind === "audio");
            if (!receiver) continue;
            for (const report of (await talk.getStats(receiver.track)).values()) {
                if (report.type !== "inbound-rtp") continue;
                const energy = report.totalAudioEnergy ?? 0;
                heard ||= energy - (energies.get(talk) ?? energy) > 0.001;
                energies.set(talk, energy);
            }
        }
        if (heard) window.__heard.push(Date.now() / 1000);
    }, 1000);
"""


class Web:
    """A web process beside the product's own, on its database: the one that the pages talk to, and that dies."""

    def __init__(self, product: Product, **settings_of_its_own: str) -> None:
        address = settings.POSTGRES.url(DATABASE) if settings.POSTGRES else os.environ["DATABASE_URL"]
        self.url = f"http://localhost:{PORT}"
        self.log = (product.folder / "log" / "killed-web.log").open("ab")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "DJANGO_"))},
            "DJANGO_SETTINGS_MODULE": "bpo.settings.development",
            "SECRET_KEY": settings.SECRET_KEY,
            "BPO_VAR": str(product.folder),
            "DATABASE_URL": address,
            "REDIS_URL": product_redis(),
            "SITE_URL": self.url,
            **settings_of_its_own,
        }
        self.start()

    def start(self) -> None:
        """It answers."""
        self.process = subprocess.Popen(
            [sys.executable, *web_arguments("127.0.0.1", PORT)],
            cwd=ROOT,
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
        )
        eventually(self._answers, within=60)

    def _answers(self) -> bool:
        with suppress(OSError), urllib.request.urlopen(f"{self.url}/livez", timeout=2) as answer:
            return bool(answer.status == 200)
        return False

    def kill(self) -> None:
        """At any instruction."""
        self.process.kill()
        self.process.wait()


def kill_valkey() -> Valkey:
    """At any instruction; who calls starts it again."""
    server = settings.VALKEY
    assert server is not None and server.process is not None, "the Redis of these tests is ours to kill"
    server.process.kill()
    server.process.wait()
    return server


@dataclass
class Person:
    """Somebody at a browser of their own, speaking with a pitch of their own."""

    page: Page
    browser: Any
    mark: str
    heard_before: list[float] = field(default_factory=list)

    def heard(self) -> list[float]:
        """The seconds in which somebody was heard here."""
        return [float(second) for second in self.page.evaluate("window.__heard")]

    def kill(self) -> None:
        """The whole browser, at any instruction."""
        for folder in Path("/proc").iterdir():
            with suppress(OSError, ValueError):
                command = (folder / "cmdline").read_bytes()
                if self.mark.encode() in command and b"--type=" not in command:
                    os.killpg(os.getpgid(int(folder.name)), signal.SIGKILL)
                    return
        raise AssertionError("the browser was not found")


class People:
    """Whoever is there; a page that lives is used again."""

    def __init__(self, kind: Any, chromium: str, url: str, folder: Path) -> None:
        self.kind, self.chromium, self.url, self.folder = kind, chromium, url, folder
        self.there: dict[str, Person] = {}
        self.complaints: list[str] = []

    def open(self, name: str, pitch: int, user: Any = None) -> Person:
        """Their browser, a new one if it was killed."""
        if name in self.there:
            return self.there[name]
        mark = f"--whose={name}-{uuid4().hex}"
        flags = [*BROWSER_FLAGS, f"--use-file-for-fake-audio-capture={sounds.tone(self.folder, pitch)}", mark]
        browser = self.kind.launch(executable_path=self.chromium, args=flags)
        context = browser.new_context(base_url=self.url, timezone_id="UTC", locale="en-GB", permissions=["microphone"])
        context.set_default_timeout(20_000)
        context.add_init_script(sounds.NOTED + LISTENS)
        if user is not None:
            context.add_cookies([{"name": "sessionid", "value": session_of(user), "url": self.url}])
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        page.on("pageerror", lambda error: self.complaints.append(f"{name}: {error}"))
        self.there[name] = Person(page, browser, mark)
        return self.there[name]

    def kill(self, name: str) -> None:
        """And forget it."""
        self.there.pop(name).kill()

    def close(self) -> None:
        """All go home."""
        for person in self.there.values():
            with suppress(Error):
                person.browser.close()


def hold_on(seconds: float) -> None:
    """A moment passes in which something is away."""
    time.sleep(seconds)
