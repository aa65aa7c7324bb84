"""The machinery fails: Redis is out of reach of one process, a worker is killed. No contact and no promise is lost."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

from agents import presence
from agents.models import ConsoleSession, Seat
from bpo.kernel import clock
from clients.models import EntryKind, EntryPoint
from interactions import chats
from interactions.models import Callback, CallbackState, Interaction, Leg
from tests.browser import stage
from tests.living import DATABASE, ROOT, Product, eventually

DESK = "story"
NOWHERE = "redis://127.0.0.1:1/0"
ASK = """
import json, sys, time
import django
django.setup()
from bpo.kernel import push
from clients.models import EntryPoint
from interactions import chats
begun = time.monotonic()
door = EntryPoint.objects.get(pk=int(sys.argv[1]))
hello = chats.Hello(key=sys.argv[2], words="Is Redis there?", name="Ann Field", email=sys.argv[3])
chat = chats.start(door, hello)
callback = chats.call_me(chat.session, sys.argv[4]) if sys.argv[4] else None
sent = push.send("agent.nobody", {"type": "nudge", "kind": "items"})
told = {"contact": chat.received.interaction.pk, "reference": callback.reference if callback else "", "sent": sent}
print(json.dumps({**told, "seconds": time.monotonic() - begun}))
"""


@pytest.fixture
def door(live: Product) -> Iterator[EntryPoint]:
    """The Tech Giant's chat; Dev alone is at his desk."""
    stage.set_up_once(live)
    stage.clear_the_floor()
    dev, console = stage.agent("dev"), uuid4()
    presence.connected(dev, console, DESK)
    # No web process beats for this desk: it counts as heard of for the whole test.
    ConsoleSession.objects.filter(key=console).update(seen_at=clock.now() + timedelta(hours=1))
    presence.go_available(dev, by=dev)
    yield EntryPoint.objects.get(client=stage.tech_giant(), kind=EntryKind.WIDGET)
    presence.disconnected(console)


def without_redis(live: Product, door: EntryPoint, *, address: str, number: str = "") -> dict[str, object]:
    """A process of the product whose Redis does not answer takes Ann in; what it says."""
    if settings.POSTGRES:
        database = settings.POSTGRES.url(DATABASE)
    else:
        parameters = connection.get_connection_params()
        login = f"{parameters['user']}:{parameters.get('password') or ''}"
        place = f"{parameters.get('host') or 'localhost'}:{parameters.get('port') or 5432}"
        database = f"postgresql://{login}@{place}/{DATABASE}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "DJANGO_"))},
        "DJANGO_SETTINGS_MODULE": "bpo.settings.development",
        "SECRET_KEY": settings.SECRET_KEY,
        "BPO_VAR": str(live.folder),
        "DATABASE_URL": database,
        "REDIS_URL": NOWHERE,
        "PYTHONPATH": str(ROOT),
        "SITE_URL": live.url,
    }
    told = subprocess.run(
        [sys.executable, "-c", ASK, str(door.pk), str(uuid4()), address, number],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr[-3000:]
    answer: dict[str, object] = json.loads(told.stdout.splitlines()[-1])
    return answer


def test_a_contact_is_offered_though_nobody_can_be_told(live: Product, door: EntryPoint) -> None:
    said = without_redis(live, door, address="ann.redis@mail.example")
    assert said["sent"] is False
    assert float(str(said["seconds"])) < 15

    # That it rings no longer is no matter: the process may have spent longer with its dead Redis than an offer lasts.
    def rang() -> bool:
        return Leg.objects.filter(interaction=said["contact"], agent=stage.agent("dev")).exists()

    try:
        eventually(rang, within=20)
    except AssertionError as waited:
        contact = Interaction.objects.filter(pk=said["contact"]).values().get()
        seat = Seat.objects.filter(agent=stage.agent("dev")).values().get()
        raise AssertionError(f"{contact}\n{seat}\n{list(Leg.objects.order_by('-pk').values()[:3])}") from waited


def test_a_promise_made_without_redis_is_confirmed_by_mail(live: Product, door: EntryPoint) -> None:
    """The task could not be started; beat finds the row."""
    address = f"ann.{uuid4().hex[:8]}@mail.example"
    said = without_redis(live, door, address=address, number="+16145550123")
    callback = Callback.objects.get(reference=said["reference"])
    assert callback.state in {CallbackState.PROMISED, CallbackState.DUE, CallbackState.WORKING}  # the line is open
    assert stage.mail_about(live, address, callback.reference, within=120)


def test_a_killed_worker_is_replaced_and_the_mail_still_goes(live: Product, door: EntryPoint) -> None:
    children = [pid for pid in children_of(live.process.pid) if b"worker" in command(pid)]
    assert children
    pool = children_of(children[0])
    assert pool
    os.kill(pool[0], signal.SIGKILL)
    address = f"ann.{uuid4().hex[:8]}@mail.example"
    hello = chats.Hello(key=str(uuid4()), words="Call me, please.", name="Ann Field", email=address)
    chat = chats.start(door, hello)
    callback = chats.call_me(chat.session, "+16145550124")
    assert stage.mail_about(live, address, callback.reference, within=120)

    def replaced() -> bool:
        """The mail may go before the death is noticed."""
        now = children_of(children[0])
        return pool[0] not in now and len(now) >= len(pool)

    eventually(replaced, within=60)


def children_of(parent: int) -> list[int]:
    """The processes started by this one."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                    found.append(int(entry.name))
    return sorted(found)


def command(pid: int) -> bytes:
    """The command line of a process."""
    return Path(f"/proc/{pid}/cmdline").read_bytes()
