"""Whose words an agent may read: of the contacts she worked on, and of a whole case while she holds it.

Administrators read everything; that they did is written down.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from agents.models import Agent
from bpo.accounts.models import User
from bpo.kernel import clock
from clients.access import is_admin
from interactions import journal
from interactions.models import Case, Interaction, Kind, Leg, LegRole, LegState, Message, MessageDirection

IN_HAND = (LegState.HANDLING, LegState.WRAPPING)
TOLD_AGAIN_AFTER = timedelta(hours=1)


def holds(agent: Agent, case: Case) -> bool:
    """Whether the case is in her hands: it is hers, or she works on one of its contacts now."""
    legs = Leg.objects.filter(agent=agent, interaction__case=case).exclude(role=LegRole.MONITOR)
    return case.owner_id == agent.pk or legs.filter(state__in=IN_HAND).exists()


def may_read(agent: Agent, contact: Interaction) -> bool:
    """Whether she may read what was said in this contact."""
    own = Leg.objects.filter(agent=agent, interaction=contact, accepted_at__isnull=False)
    return own.exists() or (contact.case is not None and holds(agent, contact.case))


def contacts_on(case: Case) -> list[int]:
    """The keys of a case's contacts."""
    return list(Interaction.objects.filter(case=case).values_list("pk", flat=True))


def said_on(case: Any, contacts: Any, agent: Any, *, whole: bool) -> QuerySet[Message]:
    """What was said on the case and in these contacts: the whole, for who holds it, else what the agent worked on.

    All by their keys, or places for keys: a condition across two tables would read all messages there are.
    """
    said = Message.objects.filter(Q(case=case) | Q(interaction__among=contacts))
    said = said.exclude(direction=MessageDirection.SYSTEM)
    own = Leg.objects.filter(agent=agent, interaction=OuterRef("interaction"), accepted_at__isnull=False)
    return said if whole else said.filter(Exists(own))


def opened(contact: Interaction, by: User | AnonymousUser, *, at: datetime | None = None) -> None:
    """An administrator opened what was said: journalled once an hour for each contact and person."""
    if not is_admin(by) or not isinstance(by, User):
        return
    at = at or clock.now()
    told = contact.journal.filter(kind=Kind.ACCOUNT_OPENED, actor=by, at__gt=at - TOLD_AGAIN_AFTER)
    if not told.exists():
        journal.record(contact, Kind.ACCOUNT_OPENED, by=by, at=at)
