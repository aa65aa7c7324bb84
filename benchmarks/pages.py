"""G16: pages of console, floor and portal on the demo's month: server time, statements, size of the first load.

python -m benchmarks.pages [requests a page]. The pages are asked for in this process through every middleware, so
server time is the whole of it but the socket. The database is `bpo_bench_month` under BPO_VAR (BENCH_DATABASE names
another); the demo's past month is written into it the first time, which takes some minutes.
"""

from __future__ import annotations

import gzip
import os
import re
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bpo.settings.development")
os.environ["BPO_DEMO"] = "true"

import django
from django.conf import settings

from benchmarks.goals import told

DATABASE = os.environ.get("BENCH_DATABASE", "bpo_bench_month")
FLOOR_MS, AIM_MS = 100.0, 50.0
LARGEST_LOAD = 150 * 1024
MODULE = re.compile(r"""(?:from|import)\s*["'](\.{1,2}/[^"']+\.js)["']""")
LINKED = re.compile(
    r"""<(?:link[^>]+?rel="stylesheet"[^>]*?href|link[^>]*?href|script[^>]*?src)="([^"]+\.(?:css|js))"""
)


@dataclass(slots=True)
class Page:
    """An address, who looks at it, and what was measured; `sparse` is the same page with few rows."""

    name: str
    email: str
    path: str
    sparse: str = ""
    wall: list[float] = field(default_factory=list)
    client_cpu: float = 0.0
    server_cpu: float = 0.0
    statements: int = 0
    statements_sparse: int | None = None
    size: int = 0

    @property
    def p95_ms(self) -> float:
        """Server time that 95 of 100 requests stay below."""
        return sorted(self.wall)[int(len(self.wall) * 0.95)] * 1e3

    @property
    def cpu_ms(self) -> float:
        """Processor time a request, ours and the database's."""
        return (self.client_cpu + self.server_cpu) / len(self.wall) * 1e3


def pages() -> list[Page]:
    """What people look at all day, with the rows of the month behind them."""
    from agents.models import Agent
    from clients.models import Client, Customer
    from interactions.models import Callback, Case, Interaction

    alex, priya = "alex@contact-center.example", "priya@contact-center.example"
    client = Client.objects.get(slug="the-tech-giant")
    morgan = client.memberships.get(role="manager").user.email
    contact = Interaction.objects.filter(client=client, state="closed", case__isnull=False).latest("arrived_at")
    case = Case.objects.filter(client=client).latest("opened_at")
    customer = Customer.objects.filter(client=client, interactions__isnull=False).order_by("pk").first()
    promise = Callback.objects.filter(client=client).latest("promised_at")
    agent = Agent.objects.get(user__email=alex)
    portal = f"/portal/{client.public_id}"
    found = [
        Page("console", alex, "/console/"),
        Page("console cases", alex, "/console/cases/", "/console/cases/?page=9999"),
        Page("console case", alex, f"/console/cases/{case.public_id}/"),
        Page("console find", alex, "/console/find/?q=ann"),
        Page("floor", priya, "/floor/"),
        Page("floor wall", priya, "/floor/parts/wall/"),
        Page("floor promises", priya, "/floor/parts/callbacks/"),
        Page("floor latest", priya, "/floor/parts/latest/"),
        Page("floor contacts", priya, "/floor/contacts/?when=30d", "/floor/contacts/?when=30d&page=9999"),
        Page("floor contact", priya, f"/floor/contacts/{contact.public_id}/"),
        Page("floor callbacks", priya, "/floor/callbacks/"),
        Page("floor callback", priya, f"/floor/callbacks/{promise.public_id}/"),
        Page("floor agents", priya, "/floor/agents/"),
        Page("floor agent", priya, f"/floor/agents/{agent.public_id}/"),
        Page("portal today", morgan, f"{portal}/"),
        Page("portal promised", morgan, f"{portal}/promised/"),
        Page("portal figures", morgan, f"{portal}/figures/?when=30d", f"{portal}/figures/?when=today"),
        Page("portal contract", morgan, f"{portal}/promises/"),
        Page("portal contacts", morgan, f"{portal}/contacts/?when=30d", f"{portal}/contacts/?when=30d&page=9999"),
        Page("portal callbacks", morgan, f"{portal}/callbacks/?when=30d", f"{portal}/callbacks/?when=today"),
        Page("portal contact", morgan, f"{portal}/contacts/{contact.public_id}/"),
    ]
    if customer:
        found.append(Page("console customer", alex, f"/console/customers/{customer.public_id}/"))
        work = f"/console/legs/{at_work(agent, customer).public_id}/"
        found[1:1] = [
            Page("console at work", alex, work),
            Page("console items", alex, "/console/items/"),
            Page("console later", alex, "/console/later/"),
            Page("console side", alex, f"{work}customer/"),
            Page("console pop", alex, "/console/offer/"),
        ]
    return found


def at_work(agent: Any, customer: Any) -> Any:
    """The agent with two chats of this customer in hand and a third that rings, through the operations; the first."""
    from agents.models import Seat
    from clients.models import Queue
    from interactions import offers
    from interactions.models import Leg, LegState
    from tests import factories

    hers = Leg.objects.filter(agent=agent)
    if not hers.filter(state=LegState.OFFERED).exists():
        Seat.objects.filter(agent=agent).update(presence="available", connected=True)
        line = Queue.objects.filter(client=customer.client, channels__contains=["chat"], manual=False).first()
        assert line is not None
        for _ in range(2):
            offers.accept(factories.offer(agent, in_queue=line, channel="chat", who=customer), by=agent)
        factories.offer(agent, in_queue=line, channel="chat", who=customer)
    return hers.filter(state=LegState.HANDLING).earliest("accepted_at")


def backend_cpu() -> float:
    """Processor seconds of the database process behind this connection."""
    from django.db import connection

    pid = connection.connection.info.backend_pid
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0  # a server on another machine
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def visitor(email: str) -> Any:
    """Somebody signed in."""
    from django.test import Client

    from bpo.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(email=email), backend="django.contrib.auth.backends.ModelBackend")
    return client


def statements(client: Any, path: str) -> int:
    """How many statements one request takes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as caught:
        answer = client.get(path)
    assert answer.status_code in (200, 404), f"{path}: {answer.status_code}"
    return len(caught)


def measure(page: Page, requests: int) -> None:
    """Ask for one page again and again."""
    client = visitor(page.email)
    for _ in range(3):
        answer = client.get(page.path)
        assert answer.status_code == 200, f"{page.path}: {answer.status_code}"
    page.statements = statements(client, page.path)
    if page.sparse:
        page.statements_sparse = statements(client, page.sparse)
    ours, theirs = time.process_time(), backend_cpu()
    for _ in range(requests):
        began = time.perf_counter()
        client.get(page.path)
        page.wall.append(time.perf_counter() - began)
    page.client_cpu, page.server_cpu = time.process_time() - ours, backend_cpu() - theirs
    page.size = first_load(client, answer.content)


def first_load(client: Any, html: bytes) -> int:
    """Bytes over the wire of a first visit: the page, its sheets and its modules with what they import, compressed."""
    from django.contrib.staticfiles import finders

    linked = LINKED.findall(html.decode())
    wanted = [part.removeprefix(settings.STATIC_URL) for part in linked if part.startswith(settings.STATIC_URL)]
    brands = [part for part in linked if not part.startswith(settings.STATIC_URL)]
    seen = {part: len(gzip.compress(client.get(part).getvalue(), 6)) for part in brands}
    while wanted:
        name = os.path.normpath(wanted.pop())
        path = finders.find(name)
        if name in seen or path is None:
            continue
        content = Path(path).read_bytes()
        seen[name] = len(gzip.compress(content, 6))
        if name.endswith(".js"):
            wanted += [f"{Path(name).parent}/{sibling}" for sibling in MODULE.findall(content.decode())]
    return len(gzip.compress(html, 6)) + sum(seen.values())


def main(requests: int = 40) -> int:
    """Measure every page, print the table on standard error and the goal's line on standard output."""
    from bpo.embedded import run

    settings.DATABASES["default"]["NAME"] = DATABASE
    settings.ALLOWED_HOSTS = ["*"]
    running = run.start(settings, lambda words: print(words, file=sys.stderr))
    try:
        django.setup()
        from django.core.management import call_command

        from bpo.demo.past.writing import write_past
        from bpo.kernel.settling import settle

        call_command("migrate", verbosity=0)
        write_past()
        measured = pages()
        settle()
        for page in measured:
            measure(page, requests)
        return 0 if report(measured, requests) else 1
    finally:
        run.stop(running)


def report(measured: list[Page], requests: int) -> bool:
    """The table for people, the line for machines."""
    print(f"{'page':18} p50 ms  p95 ms  cpu ms  of it db  statements  few rows   first load", file=sys.stderr)
    for page in measured:
        few = "" if page.statements_sparse is None else str(page.statements_sparse)
        print(
            f"{page.name:18} {statistics.median(page.wall) * 1e3:6.0f}  {page.p95_ms:6.0f}  {page.cpu_ms:6.0f}"
            f"  {page.server_cpu / requests * 1e3:8.0f}  {page.statements:10}  {few:>8}  {page.size / 1024:7.0f} KB",
            file=sys.stderr,
        )
    worst = max(measured, key=lambda page: page.p95_ms)
    arms = {
        "slowest": worst.name,
        "p95_ms": {page.name: round(page.p95_ms, 1) for page in measured},
        "cpu_ms": {page.name: round(page.cpu_ms, 1) for page in measured},
        "statements": {page.name: page.statements for page in measured},
        "grows": [
            p.name for p in measured if p.statements_sparse is not None and p.statements > p.statements_sparse + 2
        ],
        "largest_load_kb": round(max(page.size for page in measured) / 1024, 1),
        "load": os.getloadavg()[0],
    }
    holds = told("G16", worst.p95_ms, floor=FLOOR_MS, aim=AIM_MS, arms=arms)
    return holds and max(page.size for page in measured) <= LARGEST_LOAD


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
