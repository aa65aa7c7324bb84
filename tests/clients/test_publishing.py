"""Tom sets the hour at which a call flow changes, thinks better of it, and brings the former one back."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from bpo.accounts.models import User
from bpo.kernel.errors import IllegalMove, StaleState
from bpo.kernel.history import changes_of
from clients import publishing, scripts
from clients.models import Client, Contract, Role, ScriptVersion, VersionState
from interactions.routing import sweep
from tests import factories
from tests.clients.test_scripts import graph

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def acme() -> Client:
    return factories.client("Acme")


@pytest.fixture
def sue(acme: Client) -> User:
    return factories.supervisor(acme, name="Sue Supervisor")


@pytest.fixture
def tom(acme: Client) -> User:
    return factories.supervisor(acme, name="Tom Teller")


@pytest.fixture
def first(acme: Client, sue: User, tom: User) -> ScriptVersion:
    made = acme.scripts.create(name="Calls", kind="inbound").versions.create(number=1, graph=graph(), created_by=sue)
    return scripts.publish(approved(made, sue, tom), tom, why="the first")


@pytest.fixture
def second(first: ScriptVersion, sue: User, tom: User) -> ScriptVersion:
    return approved(first.script.versions.create(number=2, graph=graph(), created_by=sue), sue, tom)


def approved(version: ScriptVersion, author: User, other: User) -> ScriptVersion:
    scripts.submit(version, author, why="ready")
    return scripts.approve(version, other, why="read")


def states(*versions: ScriptVersion) -> list[str]:
    for version in versions:
        version.refresh_from_db()
    return [version.state for version in versions]


def browser_of(person: User) -> Browser:
    browser = Browser()
    browser.force_login(person)
    return browser


def act(browser: Browser, version: ScriptVersion, name: str, **fields: Any) -> Any:
    at = reverse("setup-version-move", args=[version.script.client.public_id, version.public_id, name])
    return browser.post(at, {"reason": "as agreed"} | fields, follow=True)


def said(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def told_of(version: ScriptVersion) -> list[tuple[str, str]]:
    return [(change.why, change.who) for change in changes_of(version)]


def typed(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def test_it_comes_into_force_at_its_time_and_not_before(first: ScriptVersion, second: ScriptVersion, tom: User) -> None:
    desk, at = browser_of(tom), timezone.now() + 5 * HOUR
    answer = act(desk, second, "schedule", publish_at=typed(at))
    assert "It will be published on" in said(answer) and "It is published on" in said(answer)
    assert "as Tom Teller has set" in said(answer)
    assert publishing.publish_due in [step for _seconds, step in sweep.SLOW_STEPS]
    assert publishing.publish_due(at - HOUR) == 0 and states(first, second) == ["published", "approved"]
    assert publishing.publish_due(at) == 1 and states(first, second) == ["retired", "published"]
    assert publishing.publish_due(at + HOUR) == 0, "once"
    assert second.publish_at is None and second.published_by == tom
    assert ("At the time that was set.", "Tom Teller") in told_of(second)


def test_a_time_that_is_over_is_refused_and_nothing_typed_is_lost(second: ScriptVersion, tom: User) -> None:
    answer = act(browser_of(tom), second, "schedule", publish_at=typed(timezone.now() - HOUR), reason="new prices")
    assert answer.status_code == 422 and "still to come" in said(answer)
    assert 'value="new prices"' in answer.content.decode()
    assert act(browser_of(tom), second, "schedule", publish_at="soon").status_code == 422
    second.refresh_from_db()
    assert second.publish_at is None


def test_the_time_is_taken_back(first: ScriptVersion, second: ScriptVersion, tom: User) -> None:
    at = timezone.now() + HOUR
    publishing.schedule(second, tom, why="new prices", at=at)
    stale = ScriptVersion.objects.get(pk=second.pk)
    assert "Approved" in said(act(browser_of(tom), second, "take-back"))
    assert publishing.publish_due(at) == 0 and states(first, second) == ["published", "approved"]
    with pytest.raises(StaleState):
        publishing.take_back(stale, tom, why="again")
    publishing.schedule(second, tom, why="now it is", at=at)
    scripts.publish(second, tom, why="at once after all")
    assert publishing.publish_due(at) == 0 and states(first, second) == ["retired", "published"]


def test_nothing_happens_in_the_name_of_who_may_no_longer(
    first: ScriptVersion, second: ScriptVersion, tom: User, acme: Client
) -> None:
    at = timezone.now() + HOUR
    publishing.schedule(second, tom, why="new prices", at=at)
    tom.memberships.filter(client=acme, role=Role.SUPERVISOR).delete()
    assert publishing.publish_due(at) == 1 and states(first, second) == ["published", "approved"]
    assert second.publish_at is None and publishing.publish_due(at) == 0, "never tried twice"
    page = browser_of(factories.admin()).get(reverse("setup-version", args=[acme.public_id, second.public_id]))
    assert "Not published at its time: Whoever set the time may no longer publish" in said(page)


def test_the_contract_asked_for_more_meanwhile(
    first: ScriptVersion, second: ScriptVersion, tom: User, acme: Client
) -> None:
    at = timezone.now() + HOUR
    publishing.schedule(second, tom, why="new prices", at=at)
    day = timezone.now().date() - timedelta(days=9)
    Contract.objects.create(client=acme, valid_from=day, client_approves_scripts=True)
    publishing.publish_due(at)
    assert states(first, second) == ["published", "approved"] and second.publish_at is None


def test_a_former_version_is_brought_back_with_a_reason(
    first: ScriptVersion, second: ScriptVersion, tom: User, sue: User
) -> None:
    desk = browser_of(tom)
    assert "was in force once" in said(act(desk, first, "roll-back")), "it is in force"
    scripts.publish(second, tom, why="new prices")
    with pytest.raises(IllegalMove):
        scripts.publish(first, tom, why="the same by another door")
    assert "eason" in said(act(desk, first, "roll-back", reason=" ")) and states(first) == ["retired"]
    act(browser_of(sue), first, "roll-back")
    assert states(first, second) == ["retired", "published"], "she wrote it"
    act(desk, first, "roll-back", reason="the new prices are wrong")
    assert states(first, second) == ["published", "retired"]
    assert first.retired_at is None and first.published_by == tom
    assert ("the new prices are wrong", "Tom Teller") in told_of(first)
    act(desk, first, "roll-back")
    assert states(first, second) == ["published", "retired"], "twice is once"


def test_only_supervisors_set_a_time_and_only_of_what_is_approved(
    first: ScriptVersion, second: ScriptVersion, sue: User, acme: Client
) -> None:
    at = timezone.now() + HOUR
    mia = factories.user("Mia Manager")
    factories.membership(mia, acme, Role.MANAGER)
    assert act(browser_of(mia), second, "schedule", publish_at=typed(at)).status_code == 403
    assert "you wrote it" in said(act(browser_of(sue), second, "schedule", publish_at=typed(at)))
    with pytest.raises(StaleState):
        publishing.schedule(first, factories.admin(), why="it is in force", at=at)
    with transaction.atomic(), pytest.raises(IntegrityError, match="approved_before_its_time"):
        ScriptVersion.objects.filter(state=VersionState.PUBLISHED).update(publish_at=at)
