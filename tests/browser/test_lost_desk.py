"""A desk that falls silent without a word is noticed; one that is only busy, or behind another window, is not."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page

from agents.models import ConsoleSession
from tests import factories as make
from tests.browser import stage
from tests.living import Product, eventually, session_of

# A desk without a page: a process that holds its socket, answers what a browser answers, and can be frozen.
DESK = """
import sys
from websockets.sync.client import connect
address, origin, session = sys.argv[1:]
with connect(address, origin=origin, additional_headers={"Cookie": f"sessionid={session}"}) as line:
    for said in line:
        print(said, flush=True)
"""
NOTICED = 15  # seconds, by the table of what happens when
BUSY = 22


def test_a_desk_whose_machine_freezes_is_noticed(live: Product) -> None:
    agent = make.agent("Alex Frost")
    address = f"ws://{urlsplit(live.url).netloc}/ws/console/"
    desk = subprocess.Popen(
        [sys.executable, "-c", DESK, address, live.url, session_of(agent.user)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert desk.stdout is not None
        hello = json.loads(desk.stdout.readline())
        mine = ConsoleSession.objects.filter(key=hello["console"])
        time.sleep(NOTICED + 5)
        assert mine.exists() and desk.poll() is None, "it is there as long as it answers"
        desk.send_signal(signal.SIGSTOP)
        eventually(lambda: not mine.exists(), within=NOTICED)
    finally:
        desk.kill()
        desk.wait()


def test_a_desk_that_is_busy_behind_another_window_stays(new_page: Callable[..., Page], live: Product) -> None:
    agent = make.agent("Alex Stone")
    desk = stage.at_the_desk(new_page(user=agent.user), available=False)
    mine = ConsoleSession.objects.filter(agent=agent)
    key = eventually(lambda: mine.values_list("key", flat=True).first())
    other = desk.context.new_page()
    other.goto("about:blank")
    other.bring_to_front()
    desk.evaluate(f"() => {{ const end = performance.now() + {BUSY * 1000}; while (performance.now() < end); }}")
    assert list(mine.values_list("key", flat=True)) == [key]
