"""Who goes first by name: the agent a door asks for, else who last served the customer, for the seconds of the line."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from agents.models import Agent, Licence, LicenceState
from clients.models import Customer, Queue
from interactions import journal
from interactions.models import HEARD, Interaction, Kind, Leg, LegRole

REMEMBERED = timedelta(days=90)
USUAL_SECONDS = 30


def kept_for(
    queue: Queue,
    customer: Customer | None,
    *,
    preferred: Agent | None = None,
    seconds: int | None = None,
    at: datetime,
) -> dict[str, Any]:
    """The changes that keep a new contact for one agent; none where nobody is asked for.

    Whether she is there is seen at each look: who is away holds nobody back.
    """
    if preferred is not None:
        lasting = USUAL_SECONDS if seconds is None else seconds
        return {"prefer_agent": preferred, "prefer_until": at + timedelta(seconds=lasting)} if lasting else {}
    if not queue.last_agent_seconds or customer is None:
        return {}
    served = Leg.objects.filter(
        HEARD,
        interaction__customer=customer, client=queue.client_id, role=LegRole.PRIMARY,
        accepted_at__gt=at - REMEMBERED, agent__deactivated_at=None,
    )  # fmt: skip
    last = served.select_related("agent").order_by("-accepted_at").first()
    licensed = last and Licence.objects.filter(
        agent=last.agent_id, client=queue.client_id, state__in=[LicenceState.CERTIFIED, LicenceState.TRAINING]
    )
    if last is None or not licensed or not licensed.exists():
        return {}
    return {"prefer_agent": last.agent, "prefer_until": at + timedelta(seconds=queue.last_agent_seconds)}


def told(interaction: Interaction, *, at: datetime) -> None:
    """Journal whom it is kept for."""
    if interaction.prefer_agent is not None and interaction.prefer_until is not None:
        agent, until = str(interaction.prefer_agent.public_id), interaction.prefer_until.isoformat()
        journal.record(interaction, Kind.PREFERRED, at=at, agent=agent, until=until)
