"""The simulated exchange against the running product: it rings, hears answer, hold and end, and hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction

from agents import presence
from agents.models import Agent
from bpo.demo.simulator.telephones import Exchange, Number
from clients import webhooks
from clients.models import Channel, Client, EntryKind, EntryPoint, Queue
from interactions import handling, offers, wrap_up
from interactions.models import EndedBy, ExchangeCall, Interaction, Leg, LegState, Outcome, State
from tests import factories as make
from tests.living import Product, eventually

NODE = "telephones"


@pytest.fixture
def line(live: Product) -> Queue:
    """A company of its own, with a line for calls."""
    town = uuid4().hex[:6]
    letters = "".join("ABCDEFGHJKLMNPQRSTUVWXYZ"[int(digit, 16)] for digit in town[:4])
    acme = make.client(f"Acme {town}", slug=f"acme-{town}", reference_prefix=letters)
    return make.queue(acme, "Calls", channels=[Channel.VOICE])


def number_of(line: Queue, exchange: Exchange) -> Number:
    """A number of the line, carried by this exchange."""
    door = make.door(
        line.client, EntryKind.PHONE, into=line, exchange="http", exchange_url=exchange.url,
        webhook_secret=webhooks.new_secret(),
    )  # fmt: skip
    return Number(str(door.public_id), door.webhook_secret)


def here(client: Client) -> tuple[Agent, UUID]:
    """Bea comes to her desk."""
    bea, console = make.agent("Bea Brown", licensed=client), uuid4()
    presence.connected(bea, console, NODE)
    presence.go_available(bea, by=bea)
    return bea, console


def soon(check: Callable[[], Any]) -> Any:
    """It comes true; her desk goes on beating meanwhile."""

    def beats() -> Any:
        presence.seen(NODE)
        return check()

    return eventually(beats, within=20)


def played(story: Callable[[Exchange], Any], live: Product) -> None:
    async def play() -> None:
        async with Exchange(live.url) as exchange:
            await asyncio.wait_for(story(exchange), 90)

    asyncio.run(play())


def test_a_telephone_is_answered_held_and_hung_up(live: Product, line: Queue) -> None:
    async def story(exchange: Exchange) -> None:
        number = await sync_to_async(number_of)(line, exchange)
        bea, console = await sync_to_async(here)(line.client)
        async with exchange.dials(number, number="+12125550133", name="Ann Archer") as phone:
            leg = await sync_to_async(soon)(lambda: Leg.objects.filter(agent=bea, shown_at__isnull=False).first())
            assert not phone.talks, "it rings"
            await sync_to_async(offers.accept)(leg, by=bea)
            await sync_to_async(soon)(lambda: phone.talks)
            await sync_to_async(soon)(lambda: leg.journal.filter(kind="media_connected").exists())
            await sync_to_async(handling.hold)(leg, by=bea)
            await sync_to_async(soon)(lambda: phone.on_hold and not phone.hears)
            await sync_to_async(handling.resume)(leg, by=bea)
            await sync_to_async(soon)(lambda: phone.talks)
            await sync_to_async(handling.end_work)(leg, by=bea, ended_by=EndedBy.AGENT)
            await sync_to_async(soon)(lambda: phone.over)
            assert phone.operations == [
                "ring", "answer", "bridge", "bridge", "hold", "bridge", "hold", "hang_up",
            ]  # fmt: skip
        await sync_to_async(_gone)(bea, console, leg)

    played(story, live)


def test_hanging_up_while_it_rings_and_in_talk(live: Product, line: Queue) -> None:
    async def story(exchange: Exchange) -> None:
        number = await sync_to_async(number_of)(line, exchange)
        bea, console = await sync_to_async(here)(line.client)
        async with exchange.dials(number, number="+12125550133"):
            leg = await sync_to_async(soon)(lambda: Leg.objects.filter(agent=bea, shown_at__isnull=False).first())
        closed = await sync_to_async(Interaction.objects.get)(pk=leg.interaction_id)
        assert (closed.state, closed.outcome) == (State.CLOSED, Outcome.ABANDONED)
        async with exchange.dials(number, number="+12125550144") as phone:
            offered = Leg.objects.filter(agent=bea, state=LegState.OFFERED)
            leg = await sync_to_async(soon)(offered.first)
            await sync_to_async(offers.accept)(leg, by=bea)
            await sync_to_async(soon)(lambda: leg.journal.filter(kind="media_connected").exists())
            assert phone.talks
        await sync_to_async(leg.refresh_from_db)()
        assert (leg.state, leg.ended_by) == (LegState.WRAPPING, EndedBy.CUSTOMER)
        calls = ExchangeCall.objects.filter(interaction__client=line.client, over_at__isnull=True)
        assert not await sync_to_async(calls.exists)()
        await sync_to_async(_gone)(bea, console, leg)

    played(story, live)


@transaction.atomic
def _gone(bea: Agent, console: UUID, leg: Leg) -> None:
    """She goes home; nothing is left for other stories."""
    leg.refresh_from_db()
    wrap_up.complete(leg, disposition=None, note="", in_time=False, by=None, at=leg.work_ended_at)
    presence.disconnected(console)
    EntryPoint.objects.filter(client=leg.client_id).update(published=False)
