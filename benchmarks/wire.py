"""A web process of its own, and a process that holds many websockets to it and notes what comes."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

AT_A_TIME = 25
PATIENCE = 600.0
Came = tuple[float, int, str]


@contextmanager
def web(application: str) -> Iterator[tuple[int, int]]:
    """Uvicorn as the product starts it, on the stage's database; its port and its process."""
    from django.conf import settings
    from django.db import connection

    from bpo.management.commands.up import web_arguments

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = [application if "bpo.asgi" in each else each for each in web_arguments("127.0.0.1", port)]
    environment = {**os.environ, "REDIS_URL": settings.REDIS_URL}
    if settings.POSTGRES:
        environment["DATABASE_URL"] = settings.POSTGRES.url(connection.settings_dict["NAME"])
    process = subprocess.Popen([sys.executable, "-W", "ignore", *arguments], env=environment, stdout=sys.stderr)
    try:
        end = time.monotonic() + 60
        while True:
            assert process.poll() is None and time.monotonic() < end, f"{application} did not come up"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


class Holder:
    """The process that holds the sockets: `paths` with the cookie of each.

    Each says `first` when it is open. With `packed` the line is compressed, as browsers ask for it.
    """

    def __init__(self, port: int, paths: Sequence[tuple[str, str]], first: str = "", *, packed: bool = False) -> None:
        self.pipe, other = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=_hold, args=(other, port, paths, first, packed))
        self.process.start()
        assert self._answer() == "open"

    def take(self) -> tuple[list[Came], int]:
        """When, at which socket and what came since the last time; how many sockets are closed."""
        self.pipe.send("take")
        found: tuple[list[Came], int] = self._answer()
        return found

    def stop(self) -> None:
        """Close everything."""
        self.pipe.send("stop")
        self.process.join(60)

    def _answer(self) -> Any:
        assert self.pipe.poll(PATIENCE), "the sockets do not answer"
        return self.pipe.recv()


def _hold(pipe: Any, port: int, paths: Sequence[tuple[str, str]], first: str, packed: bool) -> None:
    import uvloop

    uvloop.run(_holding(pipe, port, paths, first, packed))
    os._exit(0)  # two thousand closing handshakes are nobody's business


async def _holding(pipe: Any, port: int, paths: Sequence[tuple[str, str]], first: str, packed: bool) -> None:
    from websockets.asyncio.client import connect

    came: list[Came] = []
    readers: list[asyncio.Task[None]] = []
    commands: asyncio.Queue[str] = asyncio.Queue()
    asyncio.get_running_loop().add_reader(pipe.fileno(), lambda: commands.put_nowait(pipe.recv()))
    os.set_blocking(pipe.fileno(), True)  # the loop would have it otherwise, and an answer may be large

    async def one(number: int, path: str, cookie: str) -> None:
        line = await connect(
            f"ws://127.0.0.1:{port}{path}",
            origin=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]
            additional_headers={"Cookie": cookie} if cookie else None,
            compression="deflate" if packed else None,
            max_size=2**22,
            ping_interval=None,
            open_timeout=PATIENCE,
        )

        async def read() -> None:
            async for words in line:
                came.append((time.time(), number, str(words)))

        if first:
            await line.send(first)
        readers.append(asyncio.create_task(read()))

    numbered = [(number, *path) for number, path in enumerate(paths)]
    for start in range(0, len(numbered), AT_A_TIME):
        await asyncio.gather(*(one(*each) for each in numbered[start : start + AT_A_TIME]))
    pipe.send("open")
    while await commands.get() != "stop":
        pipe.send((came.copy(), sum(reader.done() for reader in readers)))
        came.clear()


def signed_in(people: Any) -> list[str]:
    """A session for each of these users; the cookies."""
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    store, rows = SessionStore(), []
    for user in people:
        data = {
            "_auth_user_id": str(user.pk),
            "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
            "_auth_user_hash": user.get_session_auth_hash(),
        }
        until = timezone.now() + timedelta(hours=6)
        rows.append(
            Session(session_key=store._get_new_session_key(), session_data=store.encode(data), expire_date=until)
        )
    Session.objects.bulk_create(rows)
    return [f"{settings.SESSION_COOKIE_NAME}={row.session_key}" for row in rows]


def steady(seconds: float, rate: float) -> Iterator[float]:
    """The times at which something is due, evenly; waits for each."""
    began = time.time()
    for number in range(int(seconds * rate)):
        due = began + number / rate
        time.sleep(max(0.0, due - time.time()))
        yield due
