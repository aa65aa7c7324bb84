"""The floor's socket: supervisors only, their clients only, at most two nudges a second."""

import asyncio

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser

from agents.groups import floor_group
from bpo.accounts.models import User, user_group
from bpo.kernel import push
from clients.models import Client
from interactions.consumers import floors, heartbeat
from interactions.consumers.floor import FloorConsumer
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def line_of(user: object) -> WebsocketCommunicator:
    made = WebsocketCommunicator(FloorConsumer.as_asgi(), "/ws/floor/")
    made.scope["user"] = user
    return made


async def refused(socket: WebsocketCommunicator) -> int:
    await socket.connect()
    message = await socket.receive_output()
    return message["code"]


def nudge(client: Client) -> None:
    push.send(floor_group(client.public_id), {"type": "nudge", "kind": "changed", "client": str(client.public_id)})


async def test_strangers_and_agents_are_refused() -> None:
    assert await refused(line_of(AnonymousUser())) == 4401
    assert await refused(line_of(await database_sync_to_async(factories.user)("Cal Cole"))) == 4403


async def test_a_burst_is_two_nudges_a_second() -> None:
    acme = await database_sync_to_async(factories.client)("Acme")
    sue = await database_sync_to_async(factories.supervisor)(acme)
    socket = line_of(sue)
    assert (await socket.connect())[0]
    assert (await socket.receive_json_from())["kind"] == "hello"
    for _ in range(30):
        await asyncio.to_thread(nudge, acme)
        await asyncio.sleep(0.03)
    seen = []
    while not await socket.receive_nothing(timeout=0.7):
        seen.append(await socket.receive_json_from())
    assert all(each == {"kind": "changed", "clients": [str(acme.public_id)]} for each in seen)
    assert 1 <= len(seen) <= 4
    await socket.disconnect()


async def test_another_clients_change_is_not_heard() -> None:
    acme = await database_sync_to_async(factories.client)("Acme")
    other = await database_sync_to_async(factories.client)("Cal's house")
    socket = line_of(await database_sync_to_async(factories.supervisor)(acme))
    await socket.connect()
    await socket.receive_json_from()
    await asyncio.to_thread(nudge, other)
    assert await socket.receive_nothing(timeout=0.8)
    await socket.disconnect()


async def test_two_floors_of_one_process_hear_their_own_and_the_second_stays_when_the_first_goes() -> None:
    acme = await database_sync_to_async(factories.client)("Acme")
    other = await database_sync_to_async(factories.client)("Cal's house")
    sue = line_of(await database_sync_to_async(factories.supervisor)(acme, name="Sue Supervisor"))
    cal = line_of(await database_sync_to_async(factories.supervisor)(acme, other, name="Cal Cole"))
    for socket in (sue, cal):
        await socket.connect()
        await socket.receive_json_from()
    await asyncio.to_thread(nudge, acme)
    for socket in (sue, cal):
        assert (await socket.receive_json_from(timeout=3))["clients"] == [str(acme.public_id)]
    await sue.disconnect()
    await asyncio.to_thread(nudge, other)
    assert (await cal.receive_json_from(timeout=3))["clients"] == [str(other.public_id)]
    await cal.disconnect()
    assert not floors._ears.get(id(asyncio.get_running_loop())), "the last one closes the ear"


async def test_pings_are_answered_and_nonsense_closes() -> None:
    sue = await database_sync_to_async(factories.supervisor)(await database_sync_to_async(factories.client)("Acme"))
    socket = line_of(sue)
    await socket.connect()
    await socket.receive_json_from()
    await socket.send_json_to({"kind": "ping"})
    assert (await socket.receive_json_from())["kind"] == "pong"
    await socket.send_json_to({"kind": "take over"})
    assert await socket.receive_nothing(timeout=0.2)
    await socket.send_to(text_data="{" * 5000)
    assert (await socket.receive_output())["code"] == 4400


async def test_cut_sessions_close_the_line() -> None:
    sue = await database_sync_to_async(factories.supervisor)(await database_sync_to_async(factories.client)("Acme"))
    socket = line_of(sue)
    await socket.connect()
    await socket.receive_json_from()
    await asyncio.to_thread(push.send, user_group(sue), {"type": "nudge", "kind": "signed_out"})
    assert (await socket.receive_output())["code"] == 4401


async def test_the_floor_of_somebody_deactivated_closes_though_no_push_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "SECONDS", 0.1)
    sue = await database_sync_to_async(factories.supervisor)(await database_sync_to_async(factories.client)("Acme"))
    socket = line_of(sue)
    await socket.connect()
    await socket.receive_json_from()
    assert await socket.receive_nothing(timeout=0.5)
    # Written past the account's own signal: nobody is told.
    await database_sync_to_async(User.objects.filter(pk=sue.pk).update)(is_active=False)
    message = await socket.receive_output(timeout=5)
    assert (message["type"], message["code"]) == ("websocket.close", 4401)
    await socket.disconnect()
