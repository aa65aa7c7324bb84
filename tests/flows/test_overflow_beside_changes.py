"""Steps of lines that nobody staffs, beside whoever publishes rules, and beside lines that are staffed."""

import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection, transaction

from agents import presence
from agents.models import StepAction
from bpo.kernel import clock
from clients.models import Channel, Queue
from interactions import eligibility
from interactions.models import Interaction
from interactions.routing import overflowing
from tests import factories as make
from tests.flows.test_overflow import step


def fresh(queue: Queue) -> Queue:
    """The line as it is now."""
    return Queue.objects.get(pk=queue.pk)


@pytest.mark.django_db(transaction=True)
def test_a_step_is_skipped_while_ada_publishes() -> None:
    spanish = make.skill("es")
    line = make.queue(make.client("Acme"), "Help", wants={"es": 3})
    step(line, 600, StepAction.DROP_SKILL, skill=spanish)
    eligibility.queue_changed(fresh(line))
    waiting = make.waiting(fresh(line), Channel.VOICE)
    held, looked, errors = threading.Event(), threading.Event(), []

    def publish() -> None:
        with transaction.atomic():
            eligibility._change_rules([line.client_id])
            held.set()
            looked.wait(2)  # the sweep is at the contact, or waits for the rules
            eligibility.queue_changed(Queue.objects.select_for_update(no_key=True).get(pk=line.pk))

    def sweep() -> None:
        held.wait(10)
        one = Interaction.objects.select_related("lane", "queue__client").get(pk=waiting.pk)
        overflowing._skip(one, clock.now())
        looked.set()

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            errors.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in (publish, sweep)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    lane = Interaction.objects.select_related("lane").get(pk=waiting.pk).lane
    assert lane is not None
    assert lane.queue_version == fresh(line).version


def test_a_line_that_nobody_staffs_is_found_behind_many_that_are(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overflowing, "BATCH", 2)
    acme, spanish, french = make.client("Acme"), make.skill("es"), make.skill("fr")
    busy = make.queue(acme, "Busy", wants={"es": 1}, skip_empty_steps=True)
    empty = make.queue(acme, "Empty", wants={"fr": 1})
    step(busy, 100, StepAction.DROP_SKILL, skill=spanish)
    step(empty, 200, StepAction.DROP_SKILL, skill=french)
    bea = make.agent("Bea", licensed=acme, skills={"es": 1}, available=True)
    presence.connected(bea, uuid4(), "web")
    for line in (busy, empty):
        eligibility.queue_changed(fresh(line))
    for _each in range(4):
        make.waiting(fresh(busy), Channel.VOICE)
    last = make.waiting(fresh(empty), Channel.VOICE)
    Queue.objects.filter(pk=empty.pk).update(skip_empty_steps=True)
    assert overflowing.steps_due(clock.now()) == 1
    last.refresh_from_db()
    assert last.lane is not None
    assert last.lane.step == 1
