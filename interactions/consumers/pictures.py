"""What supervisors' pages show, drawn once by a web process for all who may see the same, and told to each page.

A round begins with who may see what. It draws the parts whose clients had news and hands them to the pages that show
them; what is as before is told to nobody. The first news after a rest is drawn soon, the next not before `PACE`, and
the dearer the rounds are the rarer they become.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import time
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any, Protocol

from channels.db import database_sync_to_async
from django.utils import timezone, translation

from bpo.accounts.models import User
from bpo.kernel.edits import Edit, edits
from bpo.kernel.push import FAILURES
from interactions.consumers import floors
from interactions.views.floor.parts import PARTS, rendered
from interactions.views.floor.seeing import Sight, sights_of

logger = logging.getLogger(__name__)

SOON = 0.3  # after the first news, for what comes along with it
PACE = 2.0  # from round to round
SHARE = 0.03  # of a core may go into drawing ...
SLOWEST = 8.0  # ... as long as no page waits longer than this for that
ANYWAY = 20.0  # what changes by the clock alone: a half hour is over, a day begins
TRUSTED = 2.0  # how long we go by what people might see before we ask again

# What ticks says its time in an attribute and the page writes the words: that a second passed is no news.
TICKING = re.compile(r"(<[a-z]+ [^>]*\bdata-(?:since|until|ago|clock)\b[^>]*>)[^<]*")

# One of our own: whoever signs in or answers meanwhile does not stand in line behind a picture.
_thread = ThreadPoolExecutor(1, thread_name_prefix="pictures")
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Look:
    """All that a part depends on besides the time. Pages that have it in common share a picture."""

    part: str
    clients: tuple[int, ...]
    teams: frozenset[int]
    language: str
    zone: str
    sight: Sight = field(compare=False, repr=False)

    def concerned_by(self, clients: Collection[str]) -> bool:
        """Whether it shows one of these clients."""
        return any(str(client.public_id) in clients for client in self.sight.clients)


@dataclass(frozen=True)
class Picture:
    """A part as it was drawn, and what makes it of the one `before`; told as text that is written once for all."""

    look: Look
    number: int
    lines: list[str] = field(repr=False)
    before: int
    steps: list[Edit] = field(repr=False)

    @cached_property
    def whole(self) -> str:
        """For a page that has nothing of it."""
        return self._told(html="\n".join(self.lines))

    @cached_property
    def edit(self) -> str:
        """For a page that has the one before."""
        return self._told(edit=self.steps)

    def after(self, had: Picture | None) -> str:
        """For a page that had this."""
        return self.edit if had is not None and had.number == self.before else self.whole

    def _told(self, **how: Any) -> str:
        return json.dumps({"kind": "part", "part": self.look.part, **how}, ensure_ascii=False, separators=(",", ":"))


class Viewer(Protocol):
    """An open page, whose it is and which parts it shows."""

    user_id: int
    parts: frozenset[str]

    def lacks(self, look: Look) -> bool:
        """Whether it was never given this one."""

    def shown(self, picture: Picture) -> None:
        """So it looks now; the page may have it already."""

    async def not_allowed(self) -> None:
        """Its person supervises nothing any more."""


@dataclass(eq=False)
class Studio:
    """The pages of one event loop, what each may see (None: not asked yet), their last pictures, and what is new."""

    viewers: dict[Viewer, dict[str, Look] | None] = field(default_factory=dict)
    latest: dict[Look, Picture] = field(default_factory=dict)
    news: set[str] = field(default_factory=set)
    heard: set[Any] = field(default_factory=set)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    asked_at: float = 0.0
    all_due: float = 0.0

    def client_changed(self, client: str) -> None:
        """Something of it is to be drawn anew."""
        self.news.add(client)
        self.wake.set()

    async def run(self, key: int) -> None:
        """Round after round, until nobody looks."""
        due = 0.0
        try:
            while self.viewers:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.wake.wait(), ANYWAY)
                await asyncio.sleep(max(SOON, due - time.monotonic()))
                self.wake.clear()
                began = time.monotonic()
                try:
                    cost = await self._round()
                except Exception:  # of one round: whoever looks must not stand before a picture that stays
                    logger.exception("the floor could not be drawn")
                    cost = SLOWEST * SHARE
                due = began + max(PACE, min(cost / SHARE, SLOWEST), 2 * cost)
        finally:
            del _studios[key]
            await floors.leave(self)

    async def _round(self) -> float:
        """Draw what is wanted; the processor seconds it took."""
        news, self.news = self.news, set()
        everything = time.monotonic() >= self.all_due
        if everything:
            self.all_due = time.monotonic() + ANYWAY
        cost, done = 0.0, set[Look]()
        while True:
            await self._ask_again()
            wanted = (
                look
                for viewer, look in self._showing()
                if look not in done and (everything or look.concerned_by(news) or viewer.lacks(look))
            )
            look = next(wanted, None)
            if look is None:
                break
            done.add(look)
            cost += await self._draw(look)
        shown = {look for _viewer, look in self._showing()}
        self.latest = {look: picture for look, picture in self.latest.items() if look in shown}
        return cost

    def _showing(self) -> Iterator[tuple[Viewer, Look]]:
        for viewer, looks in tuple(self.viewers.items()):
            if looks:
                yield from ((viewer, looks[part]) for part in viewer.parts)

    async def _ask_again(self) -> None:
        """Who may see what now. Who lost it is given nothing more."""
        if None not in self.viewers.values() and time.monotonic() < self.asked_at + TRUSTED:
            return
        viewers = tuple(self.viewers)
        try:
            found = await in_thread(looks_of)({viewer.user_id for viewer in viewers})
        except Exception:
            logger.exception("nobody knows who may see what: nobody is shown anything")
            found, self.all_due = {}, 0.0
        self.asked_at = time.monotonic()
        for viewer in viewers:
            looks = found.get(viewer.user_id)
            if viewer in self.viewers:
                self.viewers[viewer] = looks or {}
            if looks is not None and not looks:
                await viewer.not_allowed()
        await self._hear({client.public_id for _, look in self._showing() for client in look.sight.clients})

    async def _hear(self, clients: set[Any]) -> None:
        if clients <= self.heard:
            return
        with contextlib.suppress(*FAILURES):  # then this process is deaf, and the pages know it
            await floors.watch(self, clients - self.heard)
            self.heard |= clients

    async def _draw(self, look: Look) -> float:
        try:
            picture, cost = await in_thread(drawn)(look, self.latest.get(look))
        except Exception:
            logger.exception("%s could not be drawn", look.part)
            self.all_due = 0.0
            return 0.0
        self.latest[look] = picture
        for viewer, its in self._showing():
            if its == look:
                viewer.shown(picture)
        return cost


_studios: dict[int, Studio] = {}


def show(viewer: Viewer) -> None:
    """From now on it is shown its parts, whole at first; the first viewer of an event loop opens its studio."""
    loop = asyncio.get_running_loop()
    studio = _studios.setdefault(id(loop), Studio())
    studio.viewers.setdefault(viewer, None)
    studio.wake.set()
    if studio.task is None:
        studio.task = loop.create_task(studio.run(id(loop)))


def leave(viewer: Viewer) -> None:
    """It is gone; after the last one the studio closes."""
    studio = _studios.get(id(asyncio.get_running_loop()))
    if studio is not None and studio.viewers.pop(viewer, None) is not None:
        studio.wake.set()


def in_thread(work: Any) -> Any:
    """The work as something to wait for, with a database connection of its own."""
    return database_sync_to_async(work, thread_sensitive=False, executor=_thread)


def looks_of(users: Collection[int]) -> dict[int, dict[str, Look]]:
    """How each part looks to each of these people who are still here; to who supervises nothing, none does."""
    people = list(User.objects.filter(pk__in=users, is_active=True))
    sights = sights_of(people)
    found: dict[int, dict[str, Look]] = {person.pk: {} for person in people}
    for person in people:
        sight = sights.get(person.pk)
        if sight is None:
            continue
        clients = tuple(client.pk for client in sight.clients)
        for name, part in PARTS.items():
            teams = sight.teams if part.by_team else frozenset[int]()
            found[person.pk][name] = Look(name, clients, teams, person.language, person.clock_zone.key, sight)
    return found


def drawn(look: Look, last: Picture | None) -> tuple[Picture, float]:
    """The part as it is now, the last picture itself where nothing changed; and the processor seconds it took us."""
    began = time.thread_time()
    with translation.override(look.language), timezone.override(look.zone):
        lines = TICKING.sub(r"\1", rendered(look.part, look.sight)).split("\n")
    if last is None:
        picture = Picture(look, next(_numbers), lines, 0, [])
    elif lines == last.lines:
        picture = last
    else:
        picture = Picture(look, next(_numbers), lines, last.number, edits(last.lines, lines))
    return picture, time.thread_time() - began
