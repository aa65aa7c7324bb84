"""The floor as the socket shows it: drawn once for all who see the same, and for nobody who may not."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator

from agents.groups import floor_group
from agents.models import Team, TeamSupervisor
from bpo.accounts.models import User
from bpo.kernel import push
from clients.models import Client, Membership, Role
from interactions import queueing
from interactions.consumers import pictures
from interactions.consumers.floor import FloorConsumer
from interactions.views.floor import seeing
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
made = database_sync_to_async
Drawn = list[pictures.Look]


@pytest.fixture(autouse=True)
def _brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {"SOON": 0.02, "PACE": 0.1, "TRUSTED": 0.0, "SHARE": 100.0}.items():
        monkeypatch.setattr(pictures, name, seconds)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Iterator[Drawn]:
    """Every picture that was drawn."""
    looks: Drawn = []
    draw = pictures.drawn

    def noted(look: pictures.Look, last: pictures.Picture | None) -> tuple[pictures.Picture, float]:
        looks.append(look)
        return draw(look, last)

    monkeypatch.setattr(pictures, "drawn", noted)
    yield looks


class Page:
    """What a browser makes of what comes."""

    def __init__(self, socket: WebsocketCommunicator) -> None:
        self.socket, self.lines, self.came = socket, dict[str, list[str]](), list[dict[str, Any]]()

    async def show(self, *parts: str, changed: bool = False) -> None:
        """It is heard, once the ping behind it is answered."""
        await self.socket.send_json_to({"kind": "show", "parts": list(parts), "changed": changed})
        await self.socket.send_json_to({"kind": "ping"})
        while (await self.take())["kind"] != "pong":
            pass

    async def take(self, timeout: float = 15) -> dict[str, Any]:
        message: dict[str, Any] = await self.socket.receive_json_from(timeout=timeout)
        self.came.append(message)
        if message["kind"] == "part":
            if "html" in message:
                self.lines[message["part"]] = message["html"].split("\n")
            for start, end, instead in message.get("edit", ()):
                self.lines[message["part"]][start:end] = instead
        return message

    async def reads(self, words: str, part: str = "wall", *, without: str = "") -> str:
        """Wait until the part says so."""
        async with asyncio.timeout(30):
            while words not in self.text(part) or (without and without in self.text(part)):
                try:
                    await self.take()
                except TimeoutError:
                    raise AssertionError(f"{words!r} is not in {self.text(part)!r}") from None
        return self.text(part)

    def text(self, part: str = "wall") -> str:
        return "\n".join(self.lines.get(part, []))

    async def nothing_more(self) -> bool:
        return bool(await self.socket.receive_nothing(timeout=0.6))


@asynccontextmanager
async def page_of(user: User) -> AsyncIterator[Page]:
    socket = WebsocketCommunicator(FloorConsumer.as_asgi(), "/ws/floor/")
    socket.scope["user"] = user
    await socket.connect()
    assert (await socket.receive_json_from())["kind"] == "hello"
    yield Page(socket)
    await socket.disconnect()


def somebody_comes(line: Any) -> None:
    contact = factories.arrived(line, who=factories.customer(line.client))
    queueing.enter_queue(contact, line)


def news_of(client: Client) -> None:
    """Said until it is heard: on a machine that is busy a push may rest."""
    while not push.send(floor_group(client.public_id), {"type": "nudge", "client": str(client.public_id)}):
        time.sleep(0.1)


async def test_sue_and_sam_see_who_comes_by_one_picture(drawn: Drawn) -> None:
    acme = await made(factories.client)("Acme")
    line = await made(factories.queue)(acme, "Orders", channels=["chat"])
    sue = await made(factories.supervisor)(acme, name="Sue")
    sam = await made(factories.supervisor)(acme, name="Sam")
    async with page_of(sue) as first, page_of(sam) as second:
        for page in (first, second):
            await page.show("wall", "latest")
        for page in (first, second):
            await page.reads("Orders")
            await page.reads("No contact yet", "latest")
        drawn.clear()
        await made(somebody_comes)(line)
        await made(news_of)(acme)
        for page in (first, second):
            await page.reads("1 waiting")
            await page.reads("Ann Archer", "latest")
        assert first.text() == second.text()
        assert first.came[-1].keys() == {"kind", "part", "edit"}, "only what changed"
        assert len(drawn) <= 4, "not once for each of them"


async def test_who_sees_other_clients_is_shown_another_picture() -> None:
    acme, globex = await made(factories.client)("Acme"), await made(factories.client)("Globex")
    await made(factories.queue)(acme, "Orders")
    await made(factories.queue)(globex, "Repairs")
    sue, cal = await made(factories.supervisor)(acme), await made(factories.supervisor)(globex, name="Cal")
    async with page_of(sue) as hers, page_of(cal) as his:
        for page in (hers, his):
            await page.show("wall", "board", "callbacks", "latest", "agents")
        await hers.reads("Orders")
        await his.reads("Repairs")
        for page in (hers, his):
            while len(page.lines) < 5:
                await page.take()
        assert not any("Repairs" in hers.text(part) or "Globex" in hers.text(part) for part in hers.lines)
        assert not any("Orders" in his.text(part) or "Acme" in his.text(part) for part in his.lines)


async def test_who_loses_a_client_is_shown_it_no_more() -> None:
    acme, globex = await made(factories.client)("Acme"), await made(factories.client)("Globex")
    line = await made(factories.queue)(globex, "Repairs", channels=["chat"])
    sue = await made(factories.supervisor)(acme, globex)
    async with page_of(sue) as page:
        await page.show("wall")
        await page.reads("Repairs")
        await made(Membership.objects.filter(user=sue, client=globex).delete)()
        await made(somebody_comes)(line)
        await made(news_of)(globex)
        await page.reads("Acme", without="Repairs")
        assert "1 waiting" not in json.dumps(page.came)


async def test_who_supervises_nothing_any_more_is_sent_away() -> None:
    acme = await made(factories.client)("Acme")
    sue = await made(factories.supervisor)(acme)
    async with page_of(sue) as page:
        await page.show("wall")
        await page.reads("Acme")
        await made(Membership.objects.filter(user=sue).delete)()
        await made(news_of)(acme)
        message = await page.socket.receive_output(timeout=5)
        assert (message["type"], message["code"]) == ("websocket.close", 4403)


async def test_who_is_deactivated_is_shown_nothing_more() -> None:
    acme = await made(factories.client)("Acme")
    line = await made(factories.queue)(acme, "Orders", channels=["chat"])
    sue = await made(factories.supervisor)(acme)
    async with page_of(sue) as page:
        await page.show("wall")
        await page.reads("Orders")
        await made(User.objects.filter(pk=sue.pk).update)(is_active=False)
        await made(somebody_comes)(line)
        await made(news_of)(acme)
        assert await page.nothing_more()


async def test_who_gains_a_client_hears_of_it() -> None:
    acme, globex = await made(factories.client)("Acme"), await made(factories.client)("Globex")
    line = await made(factories.queue)(globex, "Repairs", channels=["chat"])
    sue = await made(factories.supervisor)(acme)
    async with page_of(sue) as page:
        await page.show("wall")
        await page.reads("Acme")
        await made(factories.membership)(sue, globex)
        await made(news_of)(acme)
        await page.reads("Repairs")
        await made(somebody_comes)(line)
        await made(news_of)(globex)
        await page.reads("1 waiting")


async def test_teams_part_what_is_shown_of_agents_alone(drawn: Drawn) -> None:
    acme = await made(factories.client)("Acme")
    first = await made(Team.objects.create)(name="First")
    await made(factories.agent)("Bea Brown", in_team=first, available=True)
    sue = await made(factories.supervisor)(acme, name="Sue", teams=[first])
    sam = await made(factories.supervisor)(acme, name="Sam")
    async with page_of(sue) as hers, page_of(sam) as his:
        for page in (hers, his):
            await page.show("wall", "agents")
        await hers.reads("Bea Brown", "agents")
        await his.reads("Nobody is signed in", "agents")
        assert len({look for look in drawn if look.part == "wall"}) == 1
        await made(TeamSupervisor.objects.filter(user=sue).delete)()
        await made(news_of)(acme)
        await hers.reads("Nobody is signed in", "agents")


async def test_each_reads_her_own_language_and_clock(drawn: Drawn) -> None:
    acme = await made(factories.client)("Acme")
    sue = await made(factories.supervisor)(acme, name="Sue")
    sol = await made(factories.supervisor)(acme, name="Sol")
    await made(User.objects.filter(pk=sol.pk).update)(language="es", zone="America/Lima")
    async with page_of(sue) as hers, page_of(sol) as his:
        for page in (hers, his):
            await page.show("board")
            while not page.lines:
                await page.take()
        assert 'data-zone="America/Lima"' in his.text("board") and "America/Lima" not in hers.text("board")
    assert {(look.language, look.zone) for look in drawn} >= {("es", "America/Lima")}


async def test_that_time_passed_is_no_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "ANYWAY", 0.3)
    acme = await made(factories.client)("Acme")
    line = await made(factories.queue)(acme, "Orders", channels=["chat"])
    await made(somebody_comes)(line)
    sue = await made(factories.supervisor)(acme)
    async with page_of(sue) as page:
        await page.show("wall", "latest")
        await page.reads("1 waiting")
        await page.reads("Ann Archer", "latest")
        await asyncio.sleep(1.1)
        assert await page.nothing_more()


async def test_a_page_is_nudged_where_it_wants_to_be() -> None:
    acme = await made(factories.client)("Acme")
    sue = await made(factories.supervisor)(acme)
    async with page_of(sue) as page:
        await page.show("callbacks")
        await page.reads("No callback is open", "callbacks")
        await made(news_of)(acme)
        assert await page.nothing_more()
        await page.show("callbacks", changed=True)
        await made(news_of)(acme)
        assert await page.take() == {"kind": "changed", "clients": [str(acme.public_id)]}


@pytest.mark.parametrize("asked", [{}, {"parts": "wall"}, {"parts": [7, None, "nonsense"]}, {"parts": []}])
async def test_nonsense_shows_nothing(asked: dict[str, Any]) -> None:
    acme = await made(factories.client)("Acme")
    sue = await made(factories.supervisor)(acme)
    async with page_of(sue) as page:
        await page.socket.send_json_to({"kind": "show", **asked})
        assert await page.nothing_more()
        await page.socket.send_json_to({"kind": "ping"})
        assert (await page.take())["kind"] == "pong"


async def test_after_deafness_a_page_is_shown_the_whole() -> None:
    acme = await made(factories.client)("Acme")
    sue = await made(factories.supervisor)(acme)
    async with page_of(sue) as page:
        await page.show("wall")
        await page.reads("Acme")
        (viewer,) = pictures._studios[id(asyncio.get_running_loop())].viewers
        await viewer.hears(False)  # type: ignore[attr-defined]
        await viewer.hears(True)  # type: ignore[attr-defined]
        assert [(await page.take())["kind"] for _ in range(3)] == ["deaf", "hearing", "part"]
        assert "html" in page.came[-1]


async def test_a_picture_that_fails_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    acme = await made(factories.client)("Acme")
    sue = await made(factories.supervisor)(acme)
    draw = pictures.drawn

    def fails(look: pictures.Look, last: pictures.Picture | None) -> tuple[pictures.Picture, float]:
        if look.part == "wall":
            raise ZeroDivisionError
        return draw(look, last)

    monkeypatch.setattr(pictures, "drawn", fails)
    async with page_of(sue) as page:
        await page.show("wall", "latest")
        await page.reads("No contact yet", "latest")
        monkeypatch.setattr(pictures, "drawn", draw)
        await made(news_of)(acme)
        await page.reads("Acme")


async def test_the_studio_closes_after_the_last_page_and_opens_for_the_next() -> None:
    acme = await made(factories.client)("Acme")
    sue = await made(factories.supervisor)(acme)
    for _ in range(2):
        async with page_of(sue) as page:
            await page.show("wall")
            await page.reads("Acme")
        async with asyncio.timeout(5):
            while pictures._studios:
                await asyncio.sleep(0.05)


async def test_a_page_that_closes_while_news_are_on_their_way_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    async def send(message: Any) -> None:
        raise OSError("the page closed in this very moment")

    consumer = FloorConsumer()
    consumer.base_send = send  # type: ignore[assignment]
    with caplog.at_level(logging.ERROR):
        consumer.client_changed("acme")
        assert consumer.flushing is not None
        await consumer.flushing
        await consumer.not_allowed()
    assert not caplog.records


def test_many_people_are_shown_what_each_of_them_may_see() -> None:
    acme, globex = factories.client("Acme"), factories.client("Globex")
    first = Team.objects.create(name="First")
    sue = factories.supervisor(acme, globex, name="Sue", teams=[first])
    sam = factories.supervisor(globex, name="Sam")
    leads = factories.supervisor(name="Lea", teams=[first])
    ada = factories.admin()
    mia, bea = factories.user("Mia"), factories.agent("Bea Brown", licensed=acme).user
    factories.membership(mia, acme, Role.MANAGER)
    gone = factories.supervisor(acme, name="Gus")
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    people = [sue, sam, leads, ada, mia, bea, gone]
    sights = seeing.sights_of(people)
    assert set(sights) == {sue.pk, sam.pk, leads.pk, ada.pk}
    for person in (sue, sam, leads, ada):
        assert sights[person.pk] == seeing.sight_of(SimpleNamespace(user=person)), person  # type: ignore[arg-type]
