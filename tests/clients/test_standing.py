"""Acme goes live, is suspended, resumed and ended; each step once, with a reason, told after commit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bpo.kernel.errors import IllegalMove
from clients import standing
from clients.models import Client, ClientState
from clients.signals import standing_changed
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> Iterator[list[dict[str, Any]]]:
    """What was told of standings."""
    heard: list[dict[str, Any]] = []

    def hear(sender: Any, **facts: Any) -> None:
        heard.append(facts)

    standing_changed.connect(hear)
    yield heard
    standing_changed.disconnect(hear)


def test_suspended_resumed_ended(told: list[dict[str, Any]], django_capture_on_commit_callbacks: Any):
    acme, sue = factories.client("Acme"), factories.admin("Sue Smith")
    with django_capture_on_commit_callbacks(execute=True):
        standing.suspend(acme, by=sue, reason="not paid")
        standing.resume(acme, by=sue, reason="paid")
        standing.end(acme, by=sue, reason="contract over")
    acme.refresh_from_db()
    assert acme.state == ClientState.ENDED
    assert [(step["before"], step["reason"]) for step in told] == [
        ("live", "not paid"),
        ("suspended", "paid"),
        ("live", "contract over"),
    ]
    assert told[0]["by"] == sue


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (ClientState.SETTING_UP, standing.suspend),
        (ClientState.SETTING_UP, standing.end),
        (ClientState.LIVE, standing.resume),
        (ClientState.ENDED, standing.resume),
        (ClientState.ENDED, standing.suspend),
        (ClientState.SUSPENDED, standing.suspend),
    ],
)
def test_moves_the_table_does_not_have_change_nothing(state: ClientState, step: Any):
    acme = factories.client("Acme", state=state)
    with pytest.raises(IllegalMove):
        step(acme, reason="because")
    assert Client.objects.get().state == state


def test_no_step_without_a_reason():
    with pytest.raises(standing.ReasonMissing):
        standing.suspend(factories.client(), reason="  ")


def test_going_live_twice_or_from_suspended_is_refused():
    for state in (ClientState.LIVE, ClientState.SUSPENDED, ClientState.ENDED):
        with pytest.raises(IllegalMove):
            standing.go_live(factories.client(state=state))


def test_what_is_missing_keeps_the_doors_shut():
    new = factories.client("New", state=ClientState.SETTING_UP)
    with pytest.raises(standing.NotReady) as refused:
        standing.go_live(new)
    assert {item.item for item in refused.value.missing} >= {"queues", "doors", "script", "licences"}
    assert "more" in str(refused.value.sentence)
    new.refresh_from_db()
    assert new.state == ClientState.SETTING_UP
