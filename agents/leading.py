"""Whom a supervisor leads: seeing an agent is wider than acting on her (TABLES.md 1, "t")."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agents.licences import OF_SUPERVISORS
from agents.models import Agent, Team
from bpo.accounts.models import User
from bpo.kernel.errors import DomainError
from clients.access import is_admin


class NotLed(DomainError):
    """The agent is in none of this supervisor's teams."""

    code = "not_led"
    status = 403


def led_teams(user: User) -> QuerySet[Team]:
    """The teams one leads; an administrator's are all."""
    return Team.objects.all() if is_admin(user) else Team.objects.filter(supervisors__user=user)


def require_lead(user: User, agent: Agent) -> None:
    """Refuse, in words, whoever does not lead the agent's team."""
    if not led_teams(user).filter(pk=agent.team_id).exists():
        raise NotLed(sentence=_("%s is in none of your teams.") % agent)


def require_licence_act(user: User, agent: Agent, act: str) -> None:
    """Train, certify and suspend are for who leads the team; the rest is an administrator's."""
    require_lead(user, agent)
    if act not in OF_SUPERVISORS and not is_admin(user):
        raise NotLed(sentence=_("Only an administrator takes a licence away for good."))
