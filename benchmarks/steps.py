"""STEP: from the key that goes on in a call flow until the next step is painted, while twenty others go on in theirs.

python -m benchmarks.steps [steps] [others] [seconds between two steps of one other]

One web process, one browser. Kim presses Ctrl+Enter in a real page; the time is from the event of the key until the
frame that shows the next step is drawn (animation frame and the turn of the loop behind it). Arms: `product` with the
others at work, `alone` without them, in turns, a contact of ten steps each. Every other has her desk's socket open and
takes steps of her own at random moments, by what her page would send: the answer, and the customer and the items that
are read after it. `answer` is the part of the server, from the request's start to the last byte, as the browser saw it.
"""

from __future__ import annotations

import http.client
import os
import random
import sys
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from benchmarks import stage, wire
from benchmarks.goals import told

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from agents.models import Agent
    from clients.models import Queue
    from interactions.models import Leg

LIMIT, AIM = 0.1, 0.05
STEPS = 12
WALKED = 10
KEPT_OPEN = 4.0  # seconds
THINKS = 0.35  # seconds between two keys of hers
TOKEN = "a" * 32
# The moment of each key, and the moment at which the step that it led to was drawn.
PAINTED = """() => {
    const field = () => document.querySelector("#answer-form [name=step]")?.value;
    window.steps = [];
    let pressed = 0, before = "";
    addEventListener("keydown", (event) => {
        if (event.key === "Enter" && event.ctrlKey) { pressed = event.timeStamp; before = field(); }
    }, true);
    new MutationObserver(() => {
        if (!pressed || !field() || field() === before) return;
        const began = pressed, turn = new MessageChannel();
        pressed = 0;
        turn.port1.onmessage = () => {
            const all = performance.getEntriesByType("resource");
            const asked = all.findLast(({ name }) => name.endsWith("/script/answer/"));
            window.steps.push([performance.now() - began, asked.responseEnd - asked.requestStart]);
            performance.clearResourceTimings();
        };
        requestAnimationFrame(() => turn.port2.postMessage(null));
    }).observe(document.body, { subtree: true, childList: true });
}"""


def flow() -> dict[str, Any]:
    """Twelve steps with what a flow has: words, fields, answers to choose from."""
    steps: list[dict[str, Any]] = [
        {"id": "s1", "kind": "say", "name": "Greet", "text": "Welcome to {client}, I am {agent}.", "next": "s2"}
    ]
    for n in range(2, STEPS):
        step: dict[str, Any] = {"id": f"s{n}", "name": f"Step {n}", "text": "Thank you.", "next": f"s{n + 1}"}
        if n % 3 == 0:
            step |= {"kind": "collect", "fields": [{"name": f"f{n}", "label": "What happened"}]}
        elif n % 3 == 1:
            step |= {"kind": "choose", "options": [{"value": str(m), "label": f"Answer {m}"} for m in range(5)]}
        else:
            step |= {"kind": "say"}
        steps.append(step)
    steps.append({"id": f"s{STEPS}", "kind": "close", "name": "Close", "text": "Goodbye."})
    return {"start": "s1", "steps": steps}


class Desks:
    """The company, its flow, and agents each in a team of her own, so that nobody else is offered her contact."""

    def __init__(self) -> None:
        from clients.models import Script, ScriptVersion, VersionState
        from tests import factories as make

        self.acme = make.client("Acme")
        make.disposition(self.acme, "Answered")
        script = Script.objects.create(client=self.acme, name="Service", kind="inbound")
        version = ScriptVersion.objects.create(script=script, number=1, graph=flow())
        ScriptVersion.objects.filter(pk=version.pk).update(state=VersionState.PUBLISHED)

    def agent(self, name: str) -> tuple[Agent, Queue]:
        """Somebody available, with the line that she alone serves."""
        from agents.models import Agent
        from tests import factories as make

        team = make.team(f"Team of {name}")
        made = make.agent(name, licensed=self.acme, in_team=team, available=True)
        line = make.queue(self.acme, f"Line of {name}", channels=["chat"], teams=[team], wrap_up="none")
        return Agent.objects.select_related("user").get(pk=made.pk), line

    def contact(self, holder: Agent, line: Queue) -> Leg:
        """A chat that she accepts, at the first step of the flow."""
        from interactions import offers, runs
        from tests import factories as make

        leg = offers.accept(make.offer(holder, make.waiting(line, "chat")), by=holder)
        runs.begin(leg.interaction, holder)
        return leg


class Other(threading.Thread):
    """Another agent at her work: steps at random moments, around and around in one contact."""

    def __init__(self, port: int, cookie: str, leg: str, every: float, seed: int) -> None:
        super().__init__(daemon=True)
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.head = {"Cookie": f"{cookie}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN, "HX-Request": "true"}
        self.leg, self.every, self.dice = f"/console/legs/{leg}", every, random.Random(seed)
        self.at_work, self.over, self.steps, self.refused = threading.Event(), threading.Event(), 0, 0
        self.asked = 0.0

    def run(self) -> None:
        """Until it is over; she rests while she is not at work."""
        at = 1
        while not self.over.wait(self.dice.expovariate(1 / self.every)):
            if not self.at_work.is_set():
                continue
            on = at < WALKED
            self._ask("POST", f"{self.leg}/script/{'answer' if on else 'jump'}/", step=f"s{at if on else 1}")
            at = at + 1 if on else 1
            self._ask("GET", f"{self.leg}/customer/")
            self._ask("GET", "/console/items/")
            self.steps += 1

    def _ask(self, method: str, path: str, **fields: str) -> None:
        if time.monotonic() - self.asked > KEPT_OPEN:  # the server closes a line that rests
            self.line.close()
        self.asked = time.monotonic()
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
        self.line.request(method, path, urlencode(fields) or None, self.head | kind)
        answer = self.line.getresponse()
        answer.read()
        self.refused += answer.status != 200


def walk(page: Page, port: int, leg: str) -> list[list[float]]:
    """Through one contact; milliseconds of each step, whole and of the answer alone. The first warms up."""
    page.goto(f"http://127.0.0.1:{port}/console/legs/{leg}/")
    page.locator("[data-live]", has_text="Connected").wait_for()
    page.locator("#tab-script").click()
    page.wait_for_load_state("networkidle")
    page.locator("#work").focus()
    page.evaluate(PAINTED)
    for taken in range(1, WALKED + 1):
        page.keyboard.press("Control+Enter")
        page.wait_for_function("(n) => window.steps.length === n", arg=taken, polling=20, timeout=20_000)
        page.wait_for_timeout(THINKS * 1000)
    found: list[list[float]] = page.evaluate("window.steps")
    return found[1:]


def figures(took: list[list[float]]) -> dict[str, float]:
    """In milliseconds."""
    whole, answer = [one for one, _ in took], [one for _, one in took]
    return {
        "steps": len(took),
        "p50_ms": round(stage.point(whole, 0.5), 1),
        "p95_ms": round(stage.point(whole, 0.95), 1),
        "worst_ms": round(max(whole), 1),
        "answer_p50_ms": round(stage.point(answer, 0.5), 1),
        "answer_p95_ms": round(stage.point(answer, 0.95), 1),
    }


def main(steps: int = 180, others: int = 20, every: int = 5) -> bool:
    """Contacts in turns, with and without the others; the value is the 95th percentile with them, in seconds."""
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with stage.stage("bpo_bench_steps"), ExitStack() as stack:
        from benchmarks import floor
        from interactions import handling
        from interactions.models import EndedBy
        from tests.living import BROWSER_FLAGS, find_browser

        floor.empty()
        desks = Desks()
        kim, line = desks.agent("Kim Keys")
        people = [desks.agent(f"Agent {n}") for n in range(others)]
        cookies = wire.signed_in([kim.user, *(each.user for each, _line in people)])
        port, web = stack.enter_context(wire.web("bpo.asgi:application"))
        holder = wire.Holder(port, [("/ws/console/", cookie) for cookie in cookies[1:]])
        stack.callback(holder.stop)
        crowd = []
        for number, (each, own) in enumerate(people):
            leg = desks.contact(each, own)
            crowd.append(Other(port, cookies[number + 1], str(leg.public_id), every, number))
            crowd[-1].start()
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=find_browser(), args=BROWSER_FLAGS)
        stack.callback(browser.close)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, timezone_id="UTC")
        name, value = cookies[0].split("=", 1)
        page.context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}])
        took: dict[str, list[list[float]]] = {"product": [], "alone": []}
        busy: dict[str, list[float]] = {arm: [] for arm in took}
        for turn in range(max(2, -(-steps // (WALKED - 1)) * 4 // 3)):
            arm = "product" if turn % 4 else "alone"
            for one in crowd:
                one.at_work.set() if arm == "product" else one.at_work.clear()
            leg = desks.contact(kim, line)
            began, cpu = time.time(), stage.cpu_of(web)
            took[arm] += walk(page, port, str(leg.public_id))
            busy[arm].append((stage.cpu_of(web) - cpu) / (time.time() - began))
            handling.end_work(leg, by=kim, ended_by=EndedBy.AGENT)
        for one in crowd:
            one.over.set()
            one.join()
        arms: dict[str, object] = {
            arm: figures(each) | {"web_busy": round(sum(busy[arm]) / len(busy[arm]), 2)} for arm, each in took.items()
        }
        for arm, figure in arms.items():
            stage.say(f"{arm:8} {figure}")
        taken, refused = sum(one.steps for one in crowd), sum(one.refused for one in crowd)
        stage.say(f"the others took {taken} steps, {refused} of their requests were refused")
        p95 = stage.point([whole for whole, _answer in took["product"]], 0.95) / 1000
        return told(
            "STEP", p95, floor=LIMIT, aim=AIM, arms={**arms, "others": {"steps": taken, "refused": refused}},
            also=not refused,
        )  # fmt: skip


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
