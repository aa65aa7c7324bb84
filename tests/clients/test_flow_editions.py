"""What is approved is what was read, no hand writes over another's, and somebody answers for every flow."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from bpo.accounts.models import User
from bpo.kernel import clock
from clients import publishing, reviews, script_checks, scripts
from clients.models import Client, Role, ScriptVersion
from tests import factories as make
from tests.clients.test_scripts import graph

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Client:
    return make.client("Acme")


@pytest.fixture
def sue(acme: Client) -> User:
    return make.supervisor(acme, name="Sue Supervisor")


@pytest.fixture
def mo(acme: Client) -> User:
    return make.supervisor(acme, name="Mo Marsh")


@pytest.fixture
def draft(acme: Client, sue: User) -> ScriptVersion:
    script = acme.scripts.create(name="Inbound", kind="inbound")
    made: ScriptVersion = script.versions.create(number=1, graph=graph(), created_by=sue)
    return made


def desk(person: User) -> Browser:
    browser = Browser()
    browser.force_login(person)
    return browser


def other_words(text: str = "Good day from {client}.") -> dict[str, Any]:
    made = graph()
    made["steps"][0]["text"] = text
    return made


def act(browser: Browser, version: ScriptVersion, name: str, **sent: Any) -> str:
    at = reverse("setup-version-move", args=[version.script.client.public_id, version.public_id, name])
    return str(browser.post(at, {"reason": "read"} | sent, follow=True).content.decode())


# --- F7: bound to what was read --------------------------------------------------------------------------------------


def test_mo_cannot_approve_on_an_old_page_what_was_rewritten_since(draft: ScriptVersion, sue: User, mo: User) -> None:
    """Bug: approved on a page of the edition before, though it was sent back, rewritten and handed in again."""
    scripts.submit(draft, sue, why="new")
    browser = desk(mo)
    page = browser.get(reverse("setup-version", args=[draft.script.client.public_id, draft.public_id]))
    assert f'name="edition" value="{draft.edition}"' in page.content.decode()
    read = draft.edition
    scripts.send_back(draft, mo, why="shorter")
    scripts.rewrite(draft, other_words("Your card number, for {client}?"), sue)
    scripts.submit(draft, sue, why="shorter now")
    for name in ("approve", "send-back"):
        assert "It was changed since you read it" in act(browser, draft, name, edition=read)
    draft.refresh_from_db()
    assert draft.state == "in_review"
    act(browser, draft, "approve", edition=draft.edition)
    draft.refresh_from_db()
    assert draft.state == "approved"
    assert "It was changed since you read it" in act(browser, draft, "publish", edition=read)
    act(browser, draft, "publish", edition=draft.edition)
    draft.refresh_from_db()
    assert draft.state == "published"


def test_the_same_over_the_api(draft: ScriptVersion, sue: User, mo: User) -> None:
    scripts.submit(draft, sue, why="new")
    at = f"/api/v1/clients/{draft.script.client.public_id}/script-versions/{draft.public_id}/approve/"
    refused = desk(mo).post(at, {"reason": "read", "edition": draft.edition + 1})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "changed_since_read")
    assert desk(mo).post(at, {"reason": "read", "edition": draft.edition}).json()["state"] == "approved"


def test_what_is_handed_in_is_checked_as_it_stands(draft: ScriptVersion, sue: User, mo: User) -> None:
    """Bug: the faults were looked for in what the page had read, an edit in between went in unchecked."""
    stale = ScriptVersion.objects.get(pk=draft.pk)
    broken = {**graph(), "start": "nowhere"}
    scripts.rewrite(draft, broken, mo)
    with pytest.raises(scripts.ScriptRefused):
        scripts.submit(stale, sue, why="new")
    draft.refresh_from_db()
    assert draft.state == "draft" and any(one.must for one in script_checks.check(draft.graph))


# --- F8: no hand writes over another's -------------------------------------------------------------------------------


def test_the_api_writes_only_over_what_it_read(draft: ScriptVersion, sue: User, mo: User) -> None:
    at = f"/api/v1/clients/{draft.script.client.public_id}/script-versions/{draft.public_id}/"
    browser = desk(sue)
    read = browser.get(at).json()["edition"]
    scripts.rewrite(draft, other_words(), mo)
    sent = {"graph": other_words("Hello, {client}.")}
    without = browser.patch(at, sent, content_type="application/json")
    assert without.status_code == 400 and "edition" in without.content.decode()
    late = browser.patch(at, sent | {"edition": read}, content_type="application/json")
    assert (late.status_code, late.json()["errors"][0]["code"]) == (409, "draft_changed")
    draft.refresh_from_db()
    assert draft.graph == other_words()
    right = browser.patch(at, sent | {"edition": draft.edition}, content_type="application/json")
    assert (right.status_code, right.json()["edition"]) == (200, draft.edition + 1)


@pytest.mark.parametrize("graph", [["greet"], "greet", {"steps": "greet"}, {"steps": [{"id": 5}]}, {"steps": [3]}])
def test_what_no_designer_could_show_is_refused(draft: ScriptVersion, sue: User, graph: Any) -> None:
    base = f"/api/v1/clients/{draft.script.client.public_id}/script-versions/"
    sent = {"graph": graph, "edition": draft.edition}
    answer = desk(sue).patch(f"{base}{draft.public_id}/", sent, content_type="application/json")
    assert answer.status_code == 400 and "graph" in answer.content.decode()
    made = desk(sue).post(
        base, {"graph": graph, "script": str(draft.script.public_id)}, content_type="application/json"
    )
    assert made.status_code == 400


def test_the_administration_writes_only_over_what_it_read(draft: ScriptVersion, mo: User) -> None:
    browser = desk(make.admin())
    at = reverse("admin:clients_scriptversion_change", args=[draft.pk])
    sent = {
        "script": str(draft.script_id), "number": "1", "language": "en", "channel": "", "approved_for_client": "",
        "graph": json.dumps(other_words("Hello, {client}.")), "read": str(draft.edition),
    }  # fmt: skip
    scripts.rewrite(draft, other_words(), mo)
    page = browser.post(at, sent)
    assert "Somebody else changed this draft meanwhile" in page.content.decode()
    draft.refresh_from_db()
    assert draft.graph == other_words()
    no_flow = browser.post(at, sent | {"graph": '["greet"]', "read": str(draft.edition)})
    assert "A call flow has “start” and a list of “steps”" in no_flow.content.decode()
    assert browser.post(at, sent | {"read": str(draft.edition)}).status_code == 302
    draft.refresh_from_db()
    assert draft.graph == other_words("Hello, {client}.")


# --- F15: rooms of a client for whom we do not work ------------------------------------------------------------------


@pytest.mark.parametrize(("state", "refused"), [("suspended", True), ("ended", True), ("setting_up", False)])
def test_a_manager_of_a_suspended_client_reads_and_changes_nothing(
    draft: ScriptVersion, state: str, refused: bool
) -> None:
    acme = draft.script.client
    max_ = make.user("Max Manager")
    make.membership(max_, acme, Role.MANAGER)
    Client.objects.filter(pk=acme.pk).update(state=state)
    at = reverse("setup-version", args=[acme.public_id, draft.public_id])
    new = reverse("setup-script-new", args=[acme.public_id])
    assert desk(max_).get(at).status_code == 200
    answer = desk(max_).post(new, {"name": "Another", "kind": "inbound"})
    assert answer.status_code == (409 if refused else 302)
    assert acme.scripts.filter(name="Another").exists() != refused
    api = f"/api/v1/clients/{acme.public_id}/script-versions/{draft.public_id}/submit/"
    assert desk(max_).post(api, {"reason": "new"}).status_code == (409 if refused else 200)
    assert desk(make.admin()).post(new, {"name": "By Ada", "kind": "inbound"}).status_code == 302


# --- F18: somebody answers for it ------------------------------------------------------------------------------------


def test_who_wrote_what_came_into_force_answers_for_it(draft: ScriptVersion, sue: User, mo: User) -> None:
    assert draft.script.owner is None
    scripts.publish(scripts.approve(scripts.submit(draft, sue, why="new"), mo, why="read"), mo, why="go")
    draft.script.refresh_from_db()
    assert draft.script.owner == sue


def test_a_flow_in_force_that_nobody_answers_for_is_listed(draft: ScriptVersion, sue: User) -> None:
    acme, at = draft.script.client, reverse("setup-reviews", args=[draft.script.client.public_id])
    assert "Nobody answers for these" not in desk(sue).get(at).content.decode()
    ScriptVersion.objects.filter(pk=draft.pk).update(state="published")
    assert list(reviews.unanswered([acme])) == [draft.script]
    assert "Nobody answers for these" in desk(sue).get(at).content.decode()
    assert "Nobody answers for these" in desk(sue).get(reverse("floor-flow-reviews")).content.decode()
    assert list(reviews.unanswered([make.client("Bolt")])) == []


def test_whoever_makes_it_over_the_api_or_in_the_administration_answers_where_that_may_be(acme: Client) -> None:
    ada = make.admin()
    browser = desk(ada)
    api = f"/api/v1/clients/{acme.public_id}/scripts/"
    assert browser.post(api, {"name": "Calls", "kind": "inbound"}, content_type="application/json").status_code == 201
    assert acme.scripts.get(name="Calls").owner is None, "an administrator edits no flow of this client by role"
    make.membership(ada, acme, Role.SUPERVISOR)
    browser.post(api, {"name": "Mails", "kind": "inbound"}, content_type="application/json")
    assert acme.scripts.get(name="Mails").owner == ada


# --- (f): since when -------------------------------------------------------------------------------------------------


def test_what_comes_back_keeps_its_first_day_and_says_since_when(acme: Client, sue: User, mo: User) -> None:
    """Bug: a roll back wrote over the day of the first publication."""
    script = acme.scripts.create(name="Inbound", kind="inbound")
    start = clock.now()

    def published(number: int, at: Any) -> ScriptVersion:
        with clock.set_to(at):
            made = script.versions.create(number=number, graph=graph(), created_by=sue)
            scripts.approve(scripts.submit(made, sue, why="new"), mo, why="read")
            return scripts.publish(made, mo, why="go")

    first = published(1, start)
    second = published(2, start + timedelta(days=1))
    back = start + timedelta(days=5)
    other = make.supervisor(acme, name="Olga Other")
    with clock.set_to(back):
        first.refresh_from_db()
        publishing.roll_back(first, other, why="the new one confuses people")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.published_at, first.published_by, first.in_force_since) == ("published", start, mo, back)
    assert (second.state, second.in_force_since, second.retired_at) == ("retired", start + timedelta(days=1), back)
    page = desk(sue).get(reverse("floor-flow", args=[script.public_id])).content.decode()
    assert f"live since {back.day} {back:%b}" in page
