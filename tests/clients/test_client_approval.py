"""Acme's contract says that Mia, Acme's own manager, approves what is said in Acme's name: nobody passes her by."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from bpo.accounts.models import User
from bpo.kernel.errors import StaleState
from clients import scripts
from clients.models import Client, Contract, Role, ScriptVersion, VersionState
from tests import factories
from tests.clients.test_scripts import graph

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Client:
    made = factories.client("Acme")
    Contract.objects.create(
        client=made, valid_from=timezone.now().date() - timedelta(days=9), client_approves_scripts=True
    )
    return made


@pytest.fixture
def sue(acme: Client) -> User:
    return factories.supervisor(acme, name="Sue Supervisor")


@pytest.fixture
def mia(acme: Client) -> User:
    person = factories.user("Mia Manager")
    factories.membership(person, acme, Role.MANAGER)
    return person


@pytest.fixture
def version(acme: Client, sue: User) -> ScriptVersion:
    made = acme.scripts.create(name="Calls", kind="inbound").versions.create(number=1, graph=graph(), created_by=sue)
    return scripts.submit(made, sue, why="the first")


def browser_of(person: User) -> Browser:
    browser = Browser()
    browser.force_login(person)
    return browser


def move(browser: Browser, version: ScriptVersion, act: str, why: str = "read and tried") -> Any:
    at = reverse("setup-version-move", args=[version.script.client.public_id, version.public_id, act])
    return browser.post(at, {"reason": why}, follow=True)


def page(browser: Browser, version: ScriptVersion) -> Any:
    return browser.get(reverse("setup-version", args=[version.script.client.public_id, version.public_id]))


def said(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def state(version: ScriptVersion) -> str:
    version.refresh_from_db()
    return version.state


def test_no_supervisor_and_no_administrator_approves_in_her_place(version: ScriptVersion, acme: Client) -> None:
    sam, ada = factories.supervisor(acme, name="Sam Second"), factories.admin()
    for person in (sam, ada):
        desk = browser_of(person)
        assert "the company's own manager approves" in page(desk, version).content.decode().replace("&#x27;", "'")
        assert b"/approve/" not in page(desk, version).content, "no button asks for it"
        assert "Nobody else can" in said(move(desk, version, "approve"))
        assert state(version) == VersionState.IN_REVIEW
    api = f"/api/v1/clients/{acme.public_id}/script-versions/{version.public_id}/approve/"
    assert browser_of(sam).post(api, {"reason": "x"}).status_code == 409


def test_mia_reads_approves_and_then_a_supervisor_publishes(version: ScriptVersion, mia: User, acme: Client) -> None:
    room, desk = browser_of(mia), browser_of(factories.supervisor(acme, name="Sam Second"))
    waiting = room.get(reverse("portal-scripts", args=[acme.public_id]))
    assert "Calls" in said(waiting) and "Sue Supervisor" in said(waiting)
    for name in ("setup-version", "setup-design", "setup-walk"):
        assert room.get(reverse(name, args=[acme.public_id, version.public_id])).status_code == 200
    assert "needs your approval" in said(page(room, version))
    move(room, version, "approve", "It says what we say.")
    assert state(version) == VersionState.APPROVED and (version.approved_by, version.approved_for_client) == (mia, True)
    assert "Nothing waits for you" in said(room.get(reverse("portal-scripts", args=[acme.public_id])))
    assert "Approved for the company by Mia Manager" in said(page(desk, version))
    assert "It says what we say." in said(page(desk, version)), "her words are kept with what happened"
    assert (
        room.post(
            reverse("setup-version-move", args=[acme.public_id, version.public_id, "publish"]), {"reason": "go"}
        ).status_code
        == 403
    )
    move(desk, version, "publish", "go")
    assert state(version) == VersionState.PUBLISHED


def test_she_sends_it_back_with_words_that_the_author_reads(version: ScriptVersion, mia: User, sue: User) -> None:
    room = browser_of(mia)
    move(room, version, "send-back", "   ")
    assert state(version) == VersionState.IN_REVIEW, "not without words"
    move(room, version, "send-back", "Never say sorry twice.")
    assert state(version) == VersionState.DRAFT
    assert "Never say sorry twice." in said(page(browser_of(sue), version))


def test_she_does_not_approve_what_she_wrote_herself(version: ScriptVersion, mia: User) -> None:
    version.writers.add(mia)
    room = browser_of(mia)
    assert "you wrote it" in said(move(room, version, "approve")) and state(version) == VersionState.IN_REVIEW
    mia.is_superuser = mia.is_staff = True
    mia.save()
    with pytest.raises(scripts.OwnDraft):
        scripts.approve(version, mia, why="mine")


def test_the_manager_of_another_client_finds_nothing(version: ScriptVersion) -> None:
    globex = factories.client("Globex")
    cal = factories.user("Cal Other")
    factories.membership(cal, globex, Role.MANAGER)
    assert page(browser_of(cal), version).status_code == 404
    assert move(browser_of(cal), version, "approve").status_code == 404
    with pytest.raises(scripts.ClientApproves):
        scripts.approve(version, cal, why="for them")


def test_an_approval_from_before_the_contract_is_not_enough(version: ScriptVersion, acme: Client, mia: User) -> None:
    sam = factories.supervisor(acme, name="Sam Second")
    acme.contracts.update(client_approves_scripts=False)
    scripts.approve(version, sam, why="among us")
    acme.contracts.update(client_approves_scripts=True)
    desk, room = browser_of(sam), browser_of(mia)
    assert "waiting for that" in said(move(desk, version, "publish")) and state(version) == VersionState.APPROVED
    move(room, version, "approve")
    assert state(version) == VersionState.APPROVED and version.approved_for_client
    with pytest.raises(StaleState):
        scripts.approve(version, mia, why="twice")
    move(desk, version, "publish")
    assert state(version) == VersionState.PUBLISHED


def test_only_the_contract_in_force_counts(acme: Client) -> None:
    day = acme.day_at(timezone.now())
    assert scripts.client_approves(acme)
    acme.contracts.update(valid_until=day)
    assert scripts.client_approves(acme), "its last day"
    acme.contracts.update(valid_until=day - timedelta(days=1))
    assert not scripts.client_approves(acme)
    Contract.objects.create(client=acme, valid_from=day + timedelta(days=1), client_approves_scripts=True)
    assert not scripts.client_approves(acme), "not yet"


def test_a_viewer_is_told_that_it_is_not_hers(acme: Client) -> None:
    viewer = factories.user("Vera Viewer")
    factories.membership(viewer, acme, Role.VIEWER)
    room = browser_of(viewer)
    assert room.get(reverse("portal-scripts", args=[acme.public_id])).status_code == 403
    assert "call-flows" not in room.get(reverse("portal", args=[acme.public_id])).content.decode()
