"""Who may open pages of agents and of supervisors: decorators readable beside the route."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from agents.models import Agent, TeamSupervisor
from bpo.accounts.models import User
from bpo.kernel.composed import composed, first
from clients.access import is_admin
from clients.models import Membership, Role


class AgentRequest(HttpRequest):
    """A request of a signed-in agent."""

    user: User
    agent: Agent


class SupervisorRequest(HttpRequest):
    """A request of somebody who supervises clients or leads teams."""

    user: User


AgentView = Callable[..., HttpResponseBase]


@composed
def _agents(user: Any) -> QuerySet[Agent]:
    return Agent.objects.select_related("team", "profile", "desk").filter(user=user, deactivated_at=None)


def agent_of(user: Any) -> Agent | None:
    """The agent this user is, unless deactivated."""
    if not getattr(user, "is_authenticated", False):
        return None
    agent = first(_agents(user.pk))
    if agent is not None:
        agent.user = user  # known already: not fetched twice
    return agent


def is_supervisor(user: Any) -> bool:
    """Supervises a client, leads a team, or is an administrator."""
    if not getattr(user, "is_authenticated", False):
        return False
    return (
        is_admin(user)
        or Membership.objects.filter(user=user, role=Role.SUPERVISOR).exists()
        or TeamSupervisor.objects.filter(user=user).exists()
    )


def for_agents(view: AgentView) -> AgentView:
    """Agents only; the view finds herself in request.agent."""

    @wraps(view)
    def gate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        agent = agent_of(request.user)
        if agent is None:
            raise PermissionDenied(_("This page is for agents, and you are not one of them."))
        as_agent = cast(AgentRequest, request)
        as_agent.agent = agent
        return view(as_agent, *args, **kwargs)

    return gate


def for_supervisors(view: AgentView) -> AgentView:
    """Supervisors and administrators only."""

    @wraps(view)
    def gate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not is_supervisor(request.user):
            raise PermissionDenied(_("This page is for supervisors, and you are not one of them."))
        return view(request, *args, **kwargs)

    return gate
