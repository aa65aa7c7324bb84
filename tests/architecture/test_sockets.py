"""Every socket by every role."""

from __future__ import annotations

from typing import Any

import pytest
from channels.testing import WebsocketCommunicator

from bpo.sockets import websockets
from clients.models import Role
from interactions.sockets import customer_websocket_urlpatterns, websocket_urlpatterns
from tests import factories
from tests.architecture.tenant_rules import ROLES
from tests.architecture.tenant_world import World

SOCKETS: dict[str, set[str]] = {
    "ws/console/": {"agent", "other agent"},
    "ws/floor/": {"supervisor", "other supervisor", "admin"},
    "ws/listen/": {"supervisor", "other supervisor", "admin"},
    "ws/call/": set(),
    "ws/chat/": set(),  # no session opens it: the token of the first message says whose window it is
}


def test_every_socket_says_who_may_open_it() -> None:
    routes = [*websocket_urlpatterns, *customer_websocket_urlpatterns]
    assert {str(route.pattern) for route in routes} == set(SOCKETS)


@pytest.mark.parametrize("path", [path for path, people in SOCKETS.items() if people])
@pytest.mark.django_db(transaction=True)
async def test_each_socket_opens_for_its_own_people_alone(world_of_sockets: World, path: str) -> None:
    for role in ROLES:
        cookie = world_of_sockets.cookies.get(role, "")
        headers = [(b"host", b"testserver"), (b"origin", b"http://testserver")]
        headers += [(b"cookie", f"sessionid={cookie}".encode())] if cookie else []
        socket = WebsocketCommunicator(websockets, f"/{path}", headers=headers)
        try:
            let_in, _code = await socket.connect(timeout=10)
            if let_in:
                first = await socket.receive_output(timeout=10)
                let_in = first["type"] == "websocket.send"
        finally:
            await socket.disconnect()
        assert let_in == (role in SOCKETS[path]), role


@pytest.fixture
def world_of_sockets(transactional_db: Any) -> World:
    """Only the people: sockets carry no objects."""
    made = World()
    acme, globex = factories.client("Acme"), factories.client("Globex")
    people = {
        "agent": factories.agent("Bea Brown", licensed=acme).user,
        "other agent": factories.agent("Cal Clay", licensed=globex).user,
        "supervisor": factories.supervisor(acme, name="Sue"),
        "other supervisor": factories.supervisor(globex, name="Sam"),
        "admin": factories.admin(),
        "viewer": factories.user("Vic"),
        "manager": factories.user("Mia"),
    }
    factories.membership(people["viewer"], acme, Role.VIEWER)
    factories.membership(people["manager"], acme, Role.MANAGER)
    for role, person in people.items():
        made.sign_in(role, person)
    return made
