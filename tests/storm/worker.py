"""One process of the storm: acts at random as agents, customers and supervisors, through the real operations.

Started by test_many_routers with the name of the database, a seed and the seconds to run; tells what it did as JSON.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bpo.settings.test")

import django
from django.conf import settings

ENOUGH = 150


class Storm:
    """The dice and the acts they choose from."""

    def __init__(self, seed: int) -> None:
        from agents.models import Agent
        from bpo.accounts.models import User
        from clients.models import Queue

        self.dice = random.Random(seed)
        self.agents = list(Agent.objects.select_related("user", "profile"))
        self.queues = list(Queue.objects.select_related("client"))
        self.boss = User.objects.get(email="ada@bpo.example")
        self.did: Counter[str] = Counter()
        self.acts: list[tuple[int, Callable[[], object]]] = [
            (30, self.arrive),
            (40, self.accept),
            (8, self.decline),
            (35, self.finish),
            (6, self.away),
            (12, self.come),
            (4, self.leave),
            (2, self.suspend),
            (3, self.certify),
            (3, self.change_skill),
            (2, self.take_back),
            (2, self.force),
            (2, self.requeue),
            (2, self.console),
        ]

    def run(self, seconds: float) -> None:
        """Act until the time is over, and on a slow machine until enough was done (four times as long at most)."""
        from bpo.kernel.errors import DomainError

        weights = [weight for weight, _act in self.acts]
        began = time.monotonic()
        while (spent := time.monotonic() - began) < seconds or (self.did.total() < ENOUGH and spent < 4 * seconds):
            act = self.dice.choices(self.acts, weights)[0][1]
            try:
                self.did[act.__name__] += act() is not None
                if self.did.total() == 1:
                    print(json.dumps(self.did), flush=True)  # whoever waits to kill us knows that we are at work
            except DomainError as refused:
                self.did[f"refused {refused.code}"] += 1
            except Exception as error:
                self.did[f"FAILED {act.__name__}: {type(error).__name__}: {str(error)[:300]}"] += 1

    def leg(self, *states: str):
        from interactions.models import Leg

        # Any of the newest: two processes shall often choose the same one.
        legs = list(Leg.objects.filter(state__in=states).select_related("agent", "interaction").order_by("-pk")[:15])
        return self.dice.choice(legs) if legs else None

    def arrive(self):
        from interactions import queueing
        from interactions.models import Interaction, State
        from tests import factories as make

        if Interaction.objects.filter(state=State.QUEUED).count() > 60:
            return None
        queue = self.dice.choice(self.queues)
        contact = make.arrived(queue, self.dice.choice(queue.channels))
        return queueing.enter_queue(contact, queue, priority=self.dice.choice([0, 0, 0, 3]))

    def accept(self):
        from interactions import offers

        leg = self.leg("offered")
        return leg and offers.accept(leg, by=leg.agent)

    def decline(self):
        from interactions import offers

        leg = self.leg("offered")
        return leg and offers.decline(leg, by=leg.agent, reason="not mine")

    def finish(self):
        from interactions import handling, wrap_up
        from interactions.models import EndedBy

        leg = self.leg("handling", "wrapping")
        if leg is None:
            return None
        if leg.state == "wrapping":
            return wrap_up.finish(leg, by=leg.agent, disposition=None)
        if self.dice.random() < 0.3:
            return handling.customer_left(leg.interaction, where="talk") or None
        return handling.end_work(leg, by=leg.agent, ended_by=EndedBy.AGENT)

    def away(self):
        from agents import presence

        return presence.take_break(self.dice.choice(self.agents), "Break")

    def come(self):
        from agents import presence

        return presence.go_available(self.dice.choice(self.agents))

    def leave(self):
        from agents import presence

        return presence.sign_out(self.dice.choice(self.agents), after_this=self.dice.random() < 0.5)

    def suspend(self):
        from agents import licences
        from agents.models import Licence

        found = Licence.objects.filter(state="certified").select_related("agent").order_by("?").first()
        if found is None:
            return None
        licences.suspend(found, by=self.boss, reason="audit")
        return found

    def certify(self):
        from agents import licences
        from agents.models import Licence

        found = Licence.objects.filter(state="suspended").select_related("agent").order_by("?").first()
        if found is None:
            return None
        licences.certify(found, by=self.boss, why="audit over")
        return found

    def change_skill(self):
        from agents import skills
        from clients.models import Skill

        skill = Skill.objects.order_by("?").first()
        return skills.set_level(self.dice.choice(self.agents), skill, self.dice.randint(1, 5), by=self.boss)

    def take_back(self):
        from interactions import supervision

        leg = self.leg("offered", "handling")
        return leg and supervision.take_back(leg.interaction, by=self.boss, reason="storm")

    def force(self):
        from agents import presence

        return presence.force(self.dice.choice(self.agents), "break", "Meeting", by=self.boss, why="storm")

    def requeue(self):
        from interactions import transfers

        leg = self.leg("handling")
        if leg is None:
            return None
        others = [queue for queue in self.queues if queue.client_id == leg.client_id]
        return transfers.to_queue(leg, self.dice.choice(others), by=leg.agent)

    def console(self):
        import uuid

        from agents import presence
        from agents.models import ConsoleSession

        key = ConsoleSession.objects.order_by("?").values_list("key", flat=True).first()
        if key and self.dice.random() < 0.5:
            return presence.disconnected(key) or None
        return presence.connected(self.dice.choice(self.agents), uuid.uuid4(), "storm")


def main(database: str, seed: str, seconds: str) -> None:
    """Run one storm and print what it did."""
    settings.DATABASES["default"]["NAME"] = database
    settings.DATABASES["default"]["CONN_MAX_AGE"] = None
    django.setup()
    storm = Storm(int(seed))
    storm.run(float(seconds))
    print(json.dumps(storm.did))


def main_sweep(database: str) -> None:
    """The sweep on that database."""
    settings.DATABASES["default"]["NAME"] = database
    settings.DATABASES["default"]["CONN_MAX_AGE"] = None
    django.setup()
    from django.core.management import call_command

    call_command("sweep")


if __name__ == "__main__":
    if sys.argv[1] == "sweep":
        main_sweep(sys.argv[2])
    else:
        main(*sys.argv[1:])
