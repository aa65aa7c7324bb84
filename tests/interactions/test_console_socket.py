"""The socket of Bea's desk: only an agent opens it, it hears her nudges alone, and a newer tab takes over."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser

from agents import presence
from agents.groups import agent_group
from agents.models import Agent, ConsoleSession, Seat
from bpo.accounts import sessions
from bpo.kernel import push as kernel_push
from interactions import push
from interactions.consumers import heartbeat
from interactions.consumers.console import ConsoleConsumer
from interactions.models import ChatSession, Leg
from tests import factories as make
from tests.interactions.scripted import accepted, scene

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@asynccontextmanager
async def desk(user: Any) -> AsyncIterator[WebsocketCommunicator]:
    """An open socket of this person."""
    line = WebsocketCommunicator(ConsoleConsumer.as_asgi(), "/ws/console/")
    line.scope["user"] = user
    await line.connect()
    try:
        yield line
    finally:
        await line.disconnect()


async def heard(line: WebsocketCommunicator, kind: str) -> dict[str, Any]:
    """The next message of that kind; others are passed over."""
    for _each in range(10):
        data = json.loads(await line.receive_from(timeout=3))
        if data["kind"] == kind:
            return data
    raise AssertionError(f"no {kind} came")


@database_sync_to_async
def an_agent(name: str = "Bea Brown") -> Agent:
    made = make.agent(name)
    return Agent.objects.select_related("user").get(pk=made.pk)


async def test_a_desk_says_hello_connects_the_seat_and_answers_pings() -> None:
    bea = await an_agent()
    async with desk(bea.user) as line:
        hello = await heard(line, "hello")
        assert uuid.UUID(hello["console"])
        await line.send_to(text_data='{"kind": "ping"}')
        assert "now" in await heard(line, "pong")
        seat = await database_sync_to_async(Seat.objects.get)(agent=bea)
        assert seat.connected
    seat = await database_sync_to_async(Seat.objects.get)(agent=bea)
    assert not seat.connected
    assert await database_sync_to_async(ConsoleSession.objects.count)() == 0


@pytest.mark.parametrize(("who", "code"), [("nobody", 4401), ("supervisor", 4403)])
async def test_others_are_turned_away(who: str, code: int) -> None:
    user = AnonymousUser() if who == "nobody" else await database_sync_to_async(make.user)()
    line = WebsocketCommunicator(ConsoleConsumer.as_asgi(), "/ws/console/")
    line.scope["user"] = user
    await line.connect()
    closed = await line.receive_output(timeout=3)
    assert (closed["type"], closed["code"]) == ("websocket.close", code)


async def test_a_nudge_reaches_its_agent_alone() -> None:
    bea, dee = await an_agent(), await an_agent("Dee Dunn")
    async with desk(bea.user) as hers, desk(dee.user) as theirs:
        await heard(hers, "hello")
        await heard(theirs, "hello")
        await database_sync_to_async(push.nudge)(agent_group(bea.public_id), "item", interaction="x", version=1)
        assert (await heard(hers, "item"))["interaction"] == "x"
        while not await theirs.receive_nothing(timeout=0.3):
            assert json.loads(await theirs.receive_from())["kind"] == "presence"


async def test_a_newer_tab_makes_the_older_step_aside_and_the_seat_stays_connected() -> None:
    bea = await an_agent()
    async with desk(bea.user) as older:
        await heard(older, "hello")
        async with desk(bea.user) as newer:
            await heard(newer, "hello")
            await heard(older, "step_aside")
            await older.disconnect()
            seat = await database_sync_to_async(Seat.objects.get)(agent=bea)
            assert seat.connected


async def test_rubbish_and_long_words_are_dropped() -> None:
    bea = await an_agent()
    async with desk(bea.user) as line:
        await heard(line, "hello")
        for words in ("{", "[]", '{"kind": "resolve"}', json.dumps({"kind": "ping", "x": "y" * 5000})):
            await line.send_to(text_data=words)
        await line.send_to(text_data='{"kind": "ping"}')
        assert (await heard(line, "pong"))["kind"] == "pong"


async def test_the_card_counts_as_shown_and_only_ones_own() -> None:
    @database_sync_to_async
    def offered() -> tuple[Leg, Agent, Agent]:
        acme = scene()
        leg = make.offer(acme.bea, make.waiting(acme.line, "chat", who=acme.ann))
        return leg, acme.bea, make.agent("Dee Dunn", licensed=acme.acme)

    leg, bea, dee = await offered()
    async with desk(dee.user) as line:
        await heard(line, "hello")
        await line.send_to(text_data=json.dumps({"kind": "card_shown", "leg": str(leg.public_id)}))
        await line.send_to(text_data='{"kind": "ping"}')
        await heard(line, "pong")
        await database_sync_to_async(leg.refresh_from_db)()
        assert leg.shown_at is None
    async with desk(bea.user) as line:
        await heard(line, "hello")
        await line.send_to(text_data=json.dumps({"kind": "card_shown", "leg": str(leg.public_id)}))
        await line.send_to(text_data='{"kind": "ping"}')
        await heard(line, "pong")
        await database_sync_to_async(leg.refresh_from_db)()
        assert leg.shown_at is not None


async def test_typing_reaches_the_customers_window_of_ones_own_contact() -> None:
    @database_sync_to_async
    def chatting() -> tuple[Leg, Agent, ChatSession]:
        acme = scene()
        leg = accepted(acme)
        door = make.door(acme.acme, into=acme.line)
        at = leg.accepted_at
        window = ChatSession.objects.create(
            client=acme.acme, entry_point=door, interaction=leg.interaction, created_at=at, seen_at=at
        )
        return leg, acme.bea, window

    leg, bea, window = await chatting()
    from channels.layers import get_channel_layer

    layer = get_channel_layer()
    assert layer is not None
    channel = await layer.new_channel()
    await layer.group_add(push.chat_group(window.public_id), channel)
    async with desk(bea.user) as line:
        await heard(line, "hello")
        await line.send_to(text_data=json.dumps({"kind": "typing", "interaction": str(leg.interaction.public_id)}))
        await line.send_to(text_data='{"kind": "ping"}')
        await heard(line, "pong")
        assert (await layer.receive(channel))["kind"] == "typing"
    await layer.group_discard(push.chat_group(window.public_id), channel)


async def test_a_cut_session_closes_the_desk_at_once() -> None:
    bea = await an_agent()
    async with desk(bea.user) as line:
        await heard(line, "hello")
        await database_sync_to_async(sessions.cut)(bea.user)
        await heard(line, "signed_out")
        while (output := await line.receive_output(timeout=3))["type"] != "websocket.close":
            pass
        assert output["code"] == 4401


async def test_when_the_server_stops_the_seat_stays_connected_for_the_next_process() -> None:
    bea = await an_agent()
    async with desk(bea.user) as line:
        await heard(line, "hello")
        await line.disconnect(code=1012)
    assert (await database_sync_to_async(Seat.objects.get)(agent=bea)).connected
    assert await database_sync_to_async(ConsoleSession.objects.count)() == 1


async def test_a_desk_that_closes_while_something_is_on_its_way_to_it_is_gone() -> None:
    """The server says at the pong that nobody is there any more; her seat must not stay connected for ever."""
    bea = await an_agent()
    line = WebsocketCommunicator(reached_until("pong"), "/ws/console/")
    line.scope["user"] = bea.user
    await line.connect()
    await heard(line, "hello")
    key = (await database_sync_to_async(ConsoleSession.objects.get)(agent=bea)).key
    await line.send_to(text_data='{"kind": "ping"}')
    with pytest.raises(ConnectionResetError):
        await line.wait(timeout=3)
    assert not (await database_sync_to_async(Seat.objects.get)(agent=bea)).connected
    assert key not in heartbeat._open


def reached_until(kind: str) -> Any:
    """A desk whose line breaks when this is said to it."""
    desk = ConsoleConsumer.as_asgi()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            if f'"{kind}"' in message.get("text", ""):
                raise ConnectionResetError
            await send(message)

        await desk(scope, receive, sending)

    return application


# --- without a push ---------------------------------------------------------------------------------------------------


@pytest.fixture
def quick_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "SECONDS", 0.1)


async def closing_code(line: WebsocketCommunicator) -> int:
    while (output := await line.receive_output(timeout=5))["type"] != "websocket.close":
        pass
    return output["code"]


@pytest.mark.usefixtures("quick_beat")
async def test_the_desk_of_somebody_deactivated_closes_though_no_push_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis is away: the nudge is lost, the heartbeat finds out."""
    bea, dee, ada = await an_agent(), await an_agent("Dee Dunn"), await database_sync_to_async(make.admin)()
    async with desk(bea.user) as line, desk(dee.user) as other:
        await heard(line, "hello")
        await heard(other, "hello")
        monkeypatch.setattr(kernel_push, "send", lambda group, message: False)
        await database_sync_to_async(presence.deactivate)(bea, ada, why="left us")
        assert await closing_code(line) == 4401
        await other.send_to(text_data='{"kind": "ping"}')
        await heard(other, "pong")
        assert await other.receive_nothing(timeout=0.5), "Dee works on"


@pytest.mark.usefixtures("quick_beat")
async def test_a_desk_that_was_given_up_comes_again() -> None:
    """Its process was not heard of for a while, so the sweep took its row; a page that is there opens a new one."""
    bea = await an_agent()
    async with desk(bea.user) as line:
        hello = await heard(line, "hello")
        await database_sync_to_async(presence.disconnected)(uuid.UUID(hello["console"]))
        assert await closing_code(line) == 1012
