"""What follows for an agent from a change of the account, in the same transaction."""

from __future__ import annotations

from typing import Any

from agents import presence, signals
from agents.models import Agent
from bpo.accounts.models import User
from bpo.accounts.signals import activated, deactivated


def person_left(sender: Any, user: User, **kwargs: Any) -> None:
    """Her account was deactivated, and so is she. Once."""
    agent = Agent.objects.filter(user=user, deactivated_at=None).first()
    if agent is not None:
        presence.deactivate(agent, None, why="account deactivated")


def person_back(sender: Any, user: User, **kwargs: Any) -> None:
    """Her account is active again. She starts signed out, with the licences and skills that she had."""
    agent = Agent.objects.filter(user=user, deactivated_at__isnull=False).first()
    if agent is not None:
        agent.deactivated_at = None
        agent.save(update_fields=["deactivated_at"])
        signals.eligibility_changed.send(sender=Agent, agent_id=agent.pk, why="active again")


def connect() -> None:
    """Called once when the app is ready."""
    deactivated.connect(person_left, dispatch_uid="agents.person_left")
    activated.connect(person_back, dispatch_uid="agents.person_back")
