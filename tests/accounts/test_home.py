"""After signing in everybody comes to the own room."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from clients.models import Role
from tests import factories

pytestmark = pytest.mark.django_db


def test_everybody_comes_to_the_own_room() -> None:
    acme = factories.client()
    viewer = factories.user("Vic")
    factories.membership(viewer, acme, Role.VIEWER)
    rooms = {
        "/console/": factories.agent(licensed=acme).user,
        "/floor/": factories.supervisor(acme),
        "/portal/": viewer,
        "/setup/": factories.admin(),
        "/accounts/profile/": factories.user("Nell New"),
    }
    for room, person in rooms.items():
        browser = Browser()
        browser.force_login(person)
        answer = browser.get("/home/")
        assert (answer.status_code, answer["Location"]) == (302, room)


def test_nobody_is_asked_to_sign_in_and_then_comes_home() -> None:
    browser = Browser()
    assert (
        "/accounts/login/" in browser.get("/home/")["Location"] or browser.get("/home/")["Location"] == "account_login"
    )
    sue = factories.user("Sue", password="correct horse 7")
    answer = browser.post("/accounts/login/", {"login": sue.email, "password": "correct horse 7"})
    assert answer["Location"] == "/home/"
