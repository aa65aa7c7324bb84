"""Sets the whole demo up in the order in which one would by hand; again, it only mends what is missing."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from bpo.demo import calling, filling, models, reviewing, seeding, staffing
from bpo.demo.content import CLIENTS, call_list
from bpo.demo.password import demo_password
from bpo.kernel import clock
from clients import standing
from clients.models import ClientState

HIRED = timedelta(days=200)


@transaction.atomic
def set_up() -> None:
    """Clients, people, customers; the doors open at the end."""
    now = clock.now()
    secret = staffing.hashed(demo_password())
    staff = staffing.write_staff(secret)
    staffing.write_vocabulary(staff)
    clients = [
        (content, seeding.write_client(content, author=staff["priya"], approver=staff["tom"], today=now.date()))
        for content in CLIENTS
    ]
    staffing.write_memberships(clients, staff, secret)
    staffing.write_agents(clients, by=staff["tom"], secret=secret, at=now - HIRED)
    for content, client in clients:
        filling.write_customers(content, client, today=now.date())
        if client.state == ClientState.SETTING_UP:
            standing.go_live(client, by=staff["tom"], at=now)
        if content.slug == call_list.CLIENT:
            calling.write_call_list(client, by=staff["priya"], at=now)
    for content, client in clients:
        reviewing.write_reviews(client, by=staff["priya"], at=now)
        if content is CLIENTS[0]:
            reviewing.write_change(client, by=staff["priya"], at=now)
        if content is CLIENTS[1]:
            reviewing.write_time(client, by=staff["priya"], approver=staff["tom"], at=now)
    if models.switch().seeded_at is None:
        models.note(seeded_at=now)
