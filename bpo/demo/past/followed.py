"""What is still open after past contacts: tasks asked from wrap-up, what Alex said he would come back to, and the other
matter of the tour's customer."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from agents.models import Agent
from bpo.kernel import clock
from clients.models import Client
from interactions import cases
from interactions.acts import tasks
from interactions.models import Case, ClientTask, Interaction, Leg, LegRole, LegState

SLUG, AGENT = "the-tech-giant", "alex@contact-center.example"
ASKED = (
    ("Send a second charger with the replacement", "The first one gets hot, she says.", 3),
    ("Confirm the address of the depot in writing", "", 1),
)
# What, and how long after the demo began; the last one is tomorrow's.
FOLLOWED = (("Has the replacement arrived?", 2), ("Did the update help?", 5), ("Ask about the second invoice", 22))

# Beside the order that never came, which the tour is about.
DANA, OTHER, WHY = "dana.whitfield@mail.example", "The dock gets hot under load", "She sends a photograph of its label."


def write_follow_ups(at: datetime) -> None:
    """Once; by the product's own operations."""
    client, alex = Client.objects.get(slug=SLUG), Agent.objects.get(user__email=AGENT)
    if ClientTask.objects.filter(client=client, title=ASKED[0][0]).exists():
        return
    legs = list(_done(client, alex)[: len(ASKED) + len(FOLLOWED)])
    for leg, (title, details, days) in zip(legs, ASKED, strict=False):
        due = client.day_at(clock.now()) + timedelta(days=days)
        tasks.ask(leg, title=title, details=details, due_on=due, by=alex, at=leg.ended_at)
    for leg, (subject, hours) in zip(legs[len(ASKED) :], FOLLOWED, strict=False):
        contact = leg.interaction
        case: Case = cases.open_case(
            client, contact.customer, subject=subject, queue=contact.queue, follows=contact.case, owner=alex,
            at=leg.ended_at,
        )  # fmt: skip
        until = (at + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
        cases.set_pending(case, by=alex, until=until, at=leg.ended_at)
    _write_second_case(client, alex, at - timedelta(hours=20))


def _write_second_case(client: Client, alex: Agent, at: datetime) -> None:
    """Whoever serves Dana sees that another matter of hers waits for her."""
    hers = Interaction.objects.filter(client=client, customer__addresses__address=DANA, case__isnull=False)
    before = hers.filter(arrived_at__lt=at).select_related("customer", "queue", "case").order_by("-arrived_at").first()
    if before is None:
        return
    case = cases.open_case(
        client, before.customer, subject=OTHER, queue=before.queue, follows=before.case, owner=alex, at=at
    )
    cases.add_note(case, by=alex, text=WHY, at=at)
    cases.set_pending(case, by=alex, for_customer=True, at=at)


def _done(client: Client, agent: Agent) -> QuerySet[Leg]:
    """His contacts with somebody known, the latest first."""
    legs = Leg.objects.filter(client=client, agent=agent, role=LegRole.PRIMARY, state=LegState.COMPLETED)
    legs = legs.filter(interaction__customer__isnull=False, ended_at__isnull=False)
    return legs.select_related("client", "interaction__client", "interaction__case").order_by("-ended_at", "-pk")
