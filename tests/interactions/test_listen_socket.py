"""The socket of Sue's page beside a call: her own call alone, and each message is asked of the rows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser

from agents.models import TeamSupervisor
from bpo.accounts.models import User, user_group
from bpo.kernel import push
from clients.models import Channel, EntryKind
from interactions import calls, chats, handling, media, monitoring, offers
from interactions.consumers.call import CallConsumer
from interactions.consumers.console import ConsoleConsumer
from interactions.consumers.listen import ListenConsumer
from interactions.models import EndedBy, Interaction, Leg, Monitor
from tests import factories as make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@dataclass
class Scene:
    """Ann talks to Bea; Sue is beside it."""

    sue: User
    leg: Leg
    token: str
    monitor: Monitor


@database_sync_to_async
def built(name: str = "Acme", key: str = "0123456789abcdef") -> Scene:
    client, team = make.client(name), make.team()
    bea = make.agent(f"Bea of {name}", licensed=client, in_team=team, available=True)
    sue = make.supervisor(client, name=f"Sue of {name}", teams=[team])
    door = make.door(client, EntryKind.WEB_CALL, into=make.queue(client, "Calls", channels=[Channel.VOICE]))
    begun = calls.start(door, calls.Caller(key=key, name="Ann"))
    call = begun.received.interaction
    leg = offers.accept(Leg.objects.filter(interaction=call).first() or make.offer(bea, call), by=bea)
    media.came(leg, media.Side.AGENT)
    media.came(leg, media.Side.CUSTOMER)
    monitor = monitoring.begin(Interaction.objects.get(pk=call.pk), by=sue, reason="her first week")
    return Scene(sue, Leg.objects.select_related("agent__user", "interaction").get(pk=leg.pk), begun.token, monitor)


@asynccontextmanager
async def opened(consumer: Any, user: Any = None) -> AsyncIterator[WebsocketCommunicator]:
    line = WebsocketCommunicator(consumer.as_asgi(), "/ws/")
    line.scope["user"] = user
    await line.connect()
    try:
        yield line
    finally:
        await line.disconnect()


@asynccontextmanager
async def beside(scene: Scene) -> AsyncIterator[WebsocketCommunicator]:
    """Sue's page, which has said which call it is about."""
    async with opened(ListenConsumer, scene.sue) as line:
        await line.send_json_to({"kind": "monitor", "monitor": str(scene.monitor.public_id)})
        await heard(line, "joined")
        yield line


@asynccontextmanager
async def called(scene: Scene) -> AsyncIterator[WebsocketCommunicator]:
    """Ann's page."""
    async with opened(CallConsumer) as line:
        await line.send_json_to({"token": scene.token})
        await heard(line, "hello")
        yield line


async def heard(line: WebsocketCommunicator, kind: str) -> dict[str, Any]:
    for _each in range(20):
        output = await line.receive_output(timeout=5)
        assert output["type"] == "websocket.send", output
        if (data := json.loads(output["text"]))["kind"] == kind:
            return data
    raise AssertionError(f"no {kind} came")


async def closed(line: WebsocketCommunicator) -> int:
    while (output := await line.receive_output(timeout=5))["type"] != "websocket.close":
        pass
    return int(output["code"])


async def no_signal(line: WebsocketCommunicator) -> None:
    while not await line.receive_nothing(timeout=0.4):
        assert json.loads(await line.receive_from())["kind"] != "signal"


def signal(to: object, **data: Any) -> dict[str, Any]:
    return {"kind": "signal", "to": str(to), "data": data or {"kind": "hello"}}


async def test_others_are_turned_away() -> None:
    scene = await built()
    for user, code in ((AnonymousUser(), 4401), (scene.leg.agent.user, 4403)):
        async with opened(ListenConsumer, user) as line:
            assert await closed(line) == code


async def test_only_her_own_open_row_is_there() -> None:
    scene, other = await built(), await built("Globex", "fedcba9876543210")
    ended = other.monitor.public_id
    for user, named in ((scene.sue, ended), (other.sue, scene.monitor.public_id)):
        async with opened(ListenConsumer, user) as line:
            await line.send_json_to({"kind": "monitor", "monitor": str(named)})
            assert await closed(line) == 4404
    await database_sync_to_async(monitoring.end)(other.monitor)
    async with opened(ListenConsumer, other.sue) as line:
        await line.send_json_to({"kind": "monitor", "monitor": str(ended)})
        assert await closed(line) == 4404


@pytest.mark.parametrize(
    "words",
    [
        "{",
        "[]",
        '{"kind": "barge"}',
        '{"kind": "ping", "more": 1}',
        '{"kind": "monitor", "monitor": 7}',
        '{"kind": "signal", "to": "customer"}',
        '{"kind": "signal", "to": 1, "data": {}}',
        json.dumps({"kind": "signal", "to": "customer", "data": {"x": "y" * 5000}}),
    ],
)
async def test_what_is_no_message_of_ours_closes_the_line(words: str) -> None:
    scene = await built()
    async with beside(scene) as line:
        await line.send_to(text_data=words)
        assert await closed(line) == 4400


async def test_signals_go_to_and_fro_within_the_call() -> None:
    scene = await built()
    me, leg = str(scene.monitor.public_id), str(scene.leg.public_id)
    async with beside(scene) as sue, called(scene) as ann, opened(ConsoleConsumer, scene.leg.agent.user) as bea:
        await heard(bea, "hello")
        await sue.send_json_to(signal("customer", n=1))
        assert await heard(ann, "signal") == {"kind": "signal", "from": me, "data": {"n": 1}}
        await sue.send_json_to(signal(leg, n=2))
        got = await heard(bea, "signal")
        assert (got["from"], got["to"], got["data"]) == (me, leg, {"n": 2})
        await ann.send_json_to(signal(me, n=3))
        assert await heard(sue, "signal") == {"kind": "signal", "from": "customer", "data": {"n": 3}}
        await bea.send_json_to({"kind": "signal", "leg": leg, "to": me, "data": {"n": 4}})
        assert await heard(sue, "signal") == {"kind": "signal", "from": leg, "data": {"n": 4}}


async def test_no_signal_leaves_the_call_or_enters_it() -> None:
    scene, other = await built(), await built("Globex", "fedcba9876543210")
    async with beside(scene) as sue, beside(other) as sam, called(other) as al, called(scene) as ann:
        for to in (other.monitor.public_id, other.leg.public_id, scene.monitor.public_id, "nobody"):
            await sue.send_json_to(signal(to))
        await ann.send_json_to(signal(other.monitor.public_id))
        await no_signal(sam)
        await no_signal(al)
        await no_signal(sue)


async def test_a_lost_right_ends_it_with_the_next_message() -> None:
    scene = await built()
    async with beside(scene) as sue, called(scene) as ann:
        await database_sync_to_async(TeamSupervisor.objects.all().delete)()
        await sue.send_json_to(signal("customer"))
        await heard(sue, "over")
        await ann.send_json_to(signal(scene.monitor.public_id))
        await no_signal(ann)
        await no_signal(sue)


async def test_the_end_of_the_call_ends_it() -> None:
    scene = await built()
    async with beside(scene) as sue:
        await database_sync_to_async(handling.end_work)(scene.leg, ended_by=EndedBy.AGENT)
        await sue.send_json_to(signal("customer"))
        await heard(sue, "over")


async def test_a_newer_tab_takes_over_and_a_closed_one_is_away() -> None:
    scene = await built()
    row = database_sync_to_async(lambda: Monitor.objects.get(pk=scene.monitor.pk).line)
    async with beside(scene) as older:
        first = await row()
        async with beside(scene) as newer:
            assert await closed(older) == 4409
            await older.disconnect()
            assert await row() not in (None, first)
            await newer.send_json_to({"kind": "ping"})
            await heard(newer, "pong")
    assert await row() is None


async def test_signed_out_is_out() -> None:
    scene = await built()
    async with beside(scene) as sue:
        await asyncio.to_thread(push.send, user_group(scene.sue), {"type": "nudge", "kind": "signed_out"})
        assert await closed(sue) == 4401


async def test_anns_page_is_nudged_by_kind_alone() -> None:
    scene = await built()
    async with called(scene) as ann:
        await database_sync_to_async(monitoring.end)(scene.monitor)
        assert await heard(ann, "status") == {"kind": "status"}
        session = await database_sync_to_async(chats.session_of)(scene.token)
        assert session.interaction_id == scene.leg.interaction_id
