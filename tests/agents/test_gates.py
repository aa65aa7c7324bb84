"""Pages of agents and of supervisors: who gets in, who is asked to sign in, who is told no."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from agents.gates import for_agents, for_supervisors
from bpo.kernel import clock
from clients.models import Role
from tests import factories as make

pytestmark = pytest.mark.django_db


@for_agents
def console(request) -> HttpResponse:
    return HttpResponse(request.agent.name)


@for_supervisors
def floor(request) -> HttpResponse:
    return HttpResponse("floor")


def asked_by(user) -> HttpRequest:
    request = RequestFactory().get("/console/")
    request.user = user
    return request


@pytest.mark.parametrize("view", [console, floor])
def test_a_stranger_is_asked_to_sign_in(view) -> None:
    response = view(asked_by(AnonymousUser()))
    assert response.status_code == 302
    assert response["Location"].endswith("next=/console/")


def test_an_agent_finds_herself_in_the_request() -> None:
    bea = make.agent("Bea")
    assert console(asked_by(bea.user)).content == b"Bea"


def test_somebody_else_is_told_no_in_words() -> None:
    with pytest.raises(PermissionDenied, match="for agents"):
        console(asked_by(make.user()))


def test_a_deactivated_agent_is_none() -> None:
    bea = make.agent("Bea")
    bea.deactivated_at = clock.now()
    bea.save()
    with pytest.raises(PermissionDenied):
        console(asked_by(bea.user))


def test_supervisors_are_by_client_by_team_or_admins() -> None:
    acme = make.client("Acme")
    of_client = make.supervisor(acme)
    of_team = make.supervisor(teams=[make.team()])
    for person in (of_client, of_team, make.admin()):
        assert floor(asked_by(person)).status_code == 200


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MANAGER])
def test_the_clients_own_people_do_not_see_the_floor(role: str) -> None:
    person = make.user()
    make.membership(person, make.client(), role)
    with pytest.raises(PermissionDenied, match="for supervisors"):
        floor(asked_by(person))
    with pytest.raises(PermissionDenied):
        floor(asked_by(make.agent().user))
