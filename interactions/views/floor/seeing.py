"""What a supervisor sees: clients of supervising memberships, agents of own teams and of those clients."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from agents import leading
from agents.gates import SupervisorRequest
from agents.models import Agent, TeamSupervisor
from bpo.accounts.models import User
from bpo.kernel.composed import composed, first
from clients.access import is_admin, memberships
from clients.models import CallList, Client, DoNotCall, Queue, Role
from interactions.models import Callback, Interaction, Leg, LegRole, LegState, Prospect
from interactions.reports.people import agents_of

Row = TypeVar("Row", bound=Model)
LIVE = (LegState.OFFERED, LegState.HANDLING)


@dataclass(frozen=True, slots=True)
class Sight:
    """The clients and teams of one supervisor; an administrator's are all."""

    clients: list[Client]
    teams: frozenset[int]

    def agents(self) -> QuerySet[Agent]:
        """Agents of own teams, and those licensed for the clients."""
        return agents_of(self.teams, self.clients)

    def leads(self, agent: Agent) -> bool:
        """Whether the agent is in a team of this supervisor: seeing is wider than acting."""
        return agent.team_id in self.teams

    def reaches(self) -> Any:
        """A condition on contacts: nobody has it yet, or somebody whom this supervisor leads."""
        had = Leg.objects.filter(interaction=OuterRef("pk"), role=LegRole.PRIMARY, state__in=LIVE)
        return ~Exists(had.exclude(agent__team__in=self.teams))


@composed
def _clients(user: Any, *, every: bool) -> QuerySet[Client]:
    clients = Client.objects.all() if every else Client.objects.all().seen_in_role(user, Role.SUPERVISOR)
    return clients.select_related("brand", "policy").order_by("name")


def sight_of(request: SupervisorRequest) -> Sight:
    """Clients with brand and policy, and teams (two queries)."""
    return _sight(request.user)


def _sight(user: User) -> Sight:
    clients = _clients(user.pk, every=is_admin(user))
    teams = leading.led_teams(user).values_list("pk", flat=True)
    return Sight(clients, frozenset(teams))


@composed
def _supervised(users: Any) -> QuerySet[Any, tuple[int, int]]:
    return memberships(Role.SUPERVISOR, user__among=users).values_list("user_id", "client_id")


@composed
def _led(users: Any) -> QuerySet[TeamSupervisor, tuple[int, int]]:
    return TeamSupervisor.objects.filter(user__among=users).values_list("user_id", "team_id")


@composed
def _these(clients: Any) -> QuerySet[Client]:
    return Client.objects.filter(pk__among=clients).select_related("brand", "policy").order_by("name")


def sights_of(users: Sequence[User]) -> dict[int, Sight]:
    """`sight_of` for many at once, however many (three queries, five with an administrator among them).

    Who supervises nothing any more, or was deactivated, has none.
    """
    here = [user for user in users if user.is_active]
    keys = [user.pk for user in here]
    clients_of, teams_of = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    for user, client in _supervised(keys):
        clients_of[user].add(client)
    for user, team in _led(keys):
        teams_of[user].add(team)
    known = _these(list(set().union(*clients_of.values())))
    sights = {
        pk: Sight([client for client in known if client.pk in clients_of[pk]], frozenset(teams_of[pk]))
        for pk in {*clients_of, *teams_of}
    }
    admins = [user for user in here if is_admin(user)]
    if admins:
        sights |= dict.fromkeys((admin.pk for admin in admins), _sight(admins[0]))
    return sights


def one_of(rows: Any, request: SupervisorRequest, public_id: UUID) -> Any:
    """The row: 404 when unseen, 403 when seen in another role (an agent's licence, say)."""
    found = rows.visible_to_role(request.user, Role.SUPERVISOR).filter(public_id=public_id).first()
    if found is not None:
        return found
    if rows.visible_to(request.user).filter(public_id=public_id).exists():
        raise PermissionDenied(_("You do not supervise this client."))
    raise Http404


@composed
def _contacts(public_id: Any, user: Any, *, of_every_client: bool) -> QuerySet[Interaction]:
    rows = Interaction.objects.filter(public_id=public_id)
    return (rows if of_every_client else rows.seen_in_role(user, Role.SUPERVISOR)).select_related(
        "client__brand", "client__policy", "queue", "lane", "customer", "case", "reason", "product", "envelope"
    )


def contact_of(request: SupervisorRequest, public_id: UUID) -> Interaction:
    """A contact of a supervised client."""
    found = first(_contacts(public_id, request.user.pk, of_every_client=is_admin(request.user)))
    return found or one_of(Interaction.objects.all(), request, public_id)


def queue_of(request: SupervisorRequest, public_id: UUID) -> Queue:
    """A line of a supervised client."""
    return one_of(Queue.objects.select_related("client", "client__brand", "client__policy"), request, public_id)


def callback_of(request: SupervisorRequest, public_id: UUID) -> Callback:
    """A promise of a supervised client."""
    rows = Callback.objects.select_related("client__brand", "client__policy", "customer", "replaces")
    return one_of(rows.select_related("queue__client", "queue__hours__client"), request, public_id)


def agent_seen(sight: Sight, public_id: UUID) -> Agent:
    """An agent of the sight, else 404."""
    found = sight.agents().select_related("team", "profile", "user").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def call_list_of(request: SupervisorRequest, public_id: UUID) -> CallList:
    """A call list of a client one supervises."""
    found: CallList = one_of(CallList.objects.select_related("client__brand", "queue", "script"), request, public_id)
    return found


def prospect_of(request: SupervisorRequest, public_id: UUID) -> Prospect:
    """Somebody on such a list."""
    rows = Prospect.objects.select_related("client__brand", "call_list__queue", "call_list__client", "interaction")
    found: Prospect = one_of(rows.select_related("taken_by"), request, public_id)
    return found


def blocked_of(request: SupervisorRequest, public_id: UUID) -> DoNotCall:
    """A number that such a client never calls."""
    found: DoNotCall = one_of(DoNotCall.objects.select_related("client__brand"), request, public_id)
    return found
