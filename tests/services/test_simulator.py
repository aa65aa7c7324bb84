"""The simulator against the running product: within a minute somebody writes, somebody calls, and colleagues answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from bpo.demo import models
from bpo.demo.setting_up import set_up
from bpo.demo.simulator import seeing
from bpo.demo.simulator.conductor import Conductor
from bpo.demo.visits import pass_of_simulator
from clients.models import Client, EntryPoint, Queue
from interactions.models import JournalEntry, Kind, Message
from tests.living import Product

A_MINUTE = 60
DEMO = Client.objects.filter(slug__in=seeing.BY_SLUG)


@pytest.mark.services
def test_the_floor_moves_within_a_minute_and_stops_with_the_switch(live: Product, settings: Any) -> None:
    settings.VAR = live.folder
    set_up()
    # A telephone is answered at any hour in which this test may run.
    Queue.objects.filter(client__in=DEMO).update(hours=None)
    EntryPoint.objects.filter(client__in=DEMO).update(hours=None)
    models.note(simulator_on=True)

    def moved() -> bool:
        ours = {"client__slug": "the-tech-giant", "interaction__simulated": True}
        answered = Message.objects.filter(**ours, direction="out", channel="chat").exists()
        called = JournalEntry.objects.filter(client__in=DEMO, kind=Kind.MEDIA_CONNECTED, facts__how="exchange")
        return answered and called.exists() and JournalEntry.objects.filter(**ours, kind=Kind.ACCEPTED).exists()

    async def play() -> bool:
        conductor = Conductor(settings.SITE_URL, pass_of_simulator(), next_ring=0)
        playing = asyncio.create_task(conductor.run())
        try:
            for _ in range(A_MINUTE):
                await asyncio.sleep(1)
                if await sync_to_async(moved)():
                    await sync_to_async(models.note)(simulator_on=False)
                    for _ in range(15):
                        await asyncio.sleep(1)
                        if not conductor.colleagues:
                            return True
                    return False
            return False
        finally:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)

    assert asyncio.run(play())
    assert not models.switch().simulator_on
