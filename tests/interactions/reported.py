"""Contacts as they lie in the tables after a day of work, for the tests of reports: rows, not operations."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from agents.models import Agent, CapacityProfile, Seat, Team
from bpo.kernel import clock
from clients.models import Client, Contract, Promise, Queue
from interactions.models import (
    Callback,
    Case,
    Envelope,
    Interaction,
    Lane,
    Leg,
    LegState,
    Message,
    Outcome,
    State,
    Visit,
)
from tests import factories


def agent(
    name: str = "Bea Brown", *licensed: Client, team: Team | None = None, presence: str = "available", **seat: Any
) -> Agent:
    """An agent as a row with seat and licences; nothing is routed in these tests, so no lanes are compiled."""
    made = Agent.objects.create(
        user=factories.user(name),
        name=name,
        employee_number=f"F{Agent.objects.count():05d}",
        team=team or Team.objects.get_or_create(name="Everybody")[0],
        profile=CapacityProfile.objects.get_or_create(name="Standard")[0],
    )
    at = seat.pop("since", None) or clock.now()
    Seat.objects.create(
        **{"agent": made, "presence": presence, "connected": True, "since": at, "idle_since": at, **seat}
    )
    for each in licensed:
        factories.licence(made, each, at=at)
    return made


def promise(of: Client, channel: str, seconds: int, *, start: str = "2020-01-01", **fields: Any) -> Promise:
    """A service level promised from a day on."""
    contract, _ = Contract.objects.get_or_create(client=of, valid_from=date.fromisoformat(start))
    return Promise.objects.create(contract=contract, channel=channel, threshold_seconds=seconds, **fields)


def lane(of: Queue, channel: str) -> Lane:
    """A lane of the queue without wants."""
    found, _ = Lane.objects.get_or_create(
        queue=of,
        queue_version=of.version,
        step=0,
        channel=channel,
        wants=[],
        defaults={"client": of.client, "strategy": "idle", "offer_seconds": 20},
    )
    return found


def contact(
    queue: Queue,
    channel: str = "voice",
    *,
    at: datetime,
    waited: float | None = None,
    how: str = "answered",
    who: str = "Ann Archer",
    **fields: Any,
) -> Interaction:
    """A contact with its first visit: closed after `waited` seconds of waiting, or still in line without."""
    outcome = Outcome.HANDLED if how == "answered" else how
    left = None if waited is None else at + timedelta(seconds=waited)
    ends: dict[str, Any] = (
        {"state": State.QUEUED, "lane": lane(queue, channel), "enqueued_at": at, "order_key": at}
        if left is None
        else {"state": State.CLOSED, "outcome": outcome, "closed_at": left}
    )
    made = Interaction.objects.create(
        **{
            "client": queue.client,
            "queue": queue,
            "customer": factories.customer(queue.client, who),
            "channel": channel,
            "origin": factories.ORIGINS[channel],
            "arrived_at": at,
            "state_since": left or at,
            **ends,
            **fields,
        }
    )
    Envelope.objects.create(interaction=made, from_name=who, opening="Where is my order?")
    Visit.objects.create(
        interaction=made, client=queue.client, queue=queue, entered_at=at, left_at=left, how="" if left is None else how
    )
    return made


def worked(
    on: Interaction, by: Agent, *, start: datetime, talk: int = 300, hold: int = 0, wrap: int = 30, **fields: Any
) -> Leg:
    """A finished stretch of work on the contact."""
    over = start + timedelta(seconds=talk + hold)
    return Leg.objects.create(
        **{
            "interaction": on,
            "client": on.client,
            "agent": by,
            "channel": on.channel,
            "state": LegState.COMPLETED,
            "offered_at": start - timedelta(seconds=3),
            "expires_at": start + timedelta(seconds=17),
            "accepted_at": start,
            "work_ended_at": over,
            "ended_at": over + timedelta(seconds=wrap),
            "ended_by": "agent",
            "hold_seconds": hold,
            **fields,
        }
    )


def working(on: Interaction, by: Agent, *, start: datetime, state: str = LegState.HANDLING, **fields: Any) -> Leg:
    """A live stretch of work; the contact is active."""
    Visit.objects.filter(interaction=on, left_at=None).update(left_at=start, how="answered")
    Interaction.objects.filter(pk=on.pk).update(state=State.ACTIVE, state_since=start)
    return Leg.objects.create(
        interaction=on, client=on.client, agent=by, channel=on.channel, state=state, offered_at=start,
        expires_at=start, accepted_at=start, **fields,
    )  # fmt: skip


def wrote(on: Interaction, text: str, *, at: datetime, by: Agent | None = None, name: str = "Ann") -> Message:
    """A message of the customer, or of the agent under her public name."""
    return Message.objects.create(
        client=on.client, interaction=on, channel=on.channel, direction="out" if by else "in", agent=by,
        author_name=name, at=at, text=text, state="sent", due_at=at,
    )  # fmt: skip


def callback(queue: Queue, state: str, *, at: datetime, hours: float = 2, **fields: Any) -> Callback:
    """A promise made at the time, with a window of two hours from then."""
    return Callback.objects.create(
        **{
            "client": queue.client,
            "reference": f"CB-{Callback.objects.count():06d}",
            "queue": queue,
            "customer": factories.customer(queue.client),
            "origin": "agent",
            "state": state,
            "number": "+16145550100",
            "promised_at": at,
            "due_from": at,
            "due_until": at + timedelta(hours=hours),
            **fields,
        }
    )


def case(of: Client, on: Interaction, **fields: Any) -> Case:
    """The case of a contact."""
    made = Case.objects.create(
        client=of, reference=f"C-{Case.objects.count():06d}", customer=on.customer, opened_at=on.arrived_at, **fields
    )
    Interaction.objects.filter(pk=on.pk).update(case=made)
    on.case = made
    return made
