"""Contracts through the API and the administration: the formula is known, and what has begun is not rewritten."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from bpo.kernel import clock
from clients.models import Client, Promise
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Client:
    return factories.client("Acme", zone="UTC")


@pytest.fixture
def ada(client: Browser) -> Browser:
    client.force_login(factories.admin())
    return client


def signed(acme: Client, ada: Browser, day: date, *promises: dict[str, Any], **more: Any) -> Any:
    address = reverse("api-setup-contract-list", args=[acme.public_id])
    data = {"valid_from": str(day), "promises": promises, **more}
    return ada.post(address, data, content_type="application/json")


CALLS = {"channel": "voice", "formula": "service_level_answered.v1", "threshold_seconds": 20}


@pytest.mark.parametrize(
    ("promise", "words"),
    [
        ({"formula": "service_level.v7"}, "There is no such formula."),
        ({"formula": "asa.v1"}, "There is no such formula."),
        ({"channel": "email", "formula": "given_up_rate.v1"}, "This formula says nothing of mails."),
        ({"formula": "callbacks_kept.v1"}, "Callbacks have no channel."),
        ({"channel": ""}, "Choose a channel."),
        ({"target_percent": 70, "limit_percent": 80}, "This cannot be above the target."),
    ],
)
def test_the_api_refuses_a_promise_that_says_nothing(
    acme: Client, ada: Browser, promise: dict[str, Any], words: str
) -> None:
    refused = signed(acme, ada, acme.day_at(clock.now()), {**CALLS, **promise})
    assert refused.status_code == 400 and words in refused.content.decode()
    assert not acme.contracts.exists()


def test_the_api_ends_the_contract_before_and_rewrites_none(acme: Client, ada: Browser) -> None:
    today = acme.day_at(clock.now())
    assert signed(acme, ada, today, CALLS).status_code == 201
    twice = signed(acme, ada, today + timedelta(days=1), CALLS, CALLS)
    assert twice.status_code == 400 and "The same promise is there twice." in twice.content.decode()
    back = signed(acme, ada, today - timedelta(days=3), CALLS)
    assert back.status_code == 400 and "A contract is in force." in back.content.decode()
    assert acme.contracts.get().valid_until is None
    assert signed(acme, ada, today + timedelta(days=3), CALLS).status_code == 201
    assert [c.valid_until for c in acme.contracts.order_by("valid_from")] == [today + timedelta(days=2), None]
    over = signed(acme, ada, today - timedelta(days=9), CALLS, valid_until=str(today))
    assert over.status_code == 400 and acme.contracts.count() == 2


def test_the_administration_reads_the_promises_of_a_contract_that_has_begun(acme: Client, ada: Browser) -> None:
    today = acme.day_at(clock.now())
    running = acme.contracts.create(valid_from=today)
    coming = acme.contracts.create(valid_from=today + timedelta(days=9))
    running.valid_until = today + timedelta(days=8)
    running.save()
    for contract in (running, coming):
        Promise.objects.create(contract=contract, channel="voice", threshold_seconds=20)

    def change(contract: Any, **more: Any) -> Any:
        promise = contract.promises.get()
        data = {
            "valid_from": str(contract.valid_from), "valid_until": "", "promises-TOTAL_FORMS": "1",
            "promises-INITIAL_FORMS": "1", "promises-0-id": promise.pk, "promises-0-contract": contract.pk,
            "promises-0-channel": "voice", "promises-0-formula": "service_level.v1",
            "promises-0-threshold_seconds": "600", "promises-0-target_percent": "80",
            "promises-0-limit_percent": "75", **more,
        }  # fmt: skip
        return ada.post(reverse("admin:clients_contract_change", args=[contract.pk]), data)

    kept = str(today + timedelta(days=8))
    assert change(running, valid_from="2020-01-01", valid_until=kept).status_code == 302
    running.refresh_from_db()
    assert (running.valid_from, running.promises.get().threshold_seconds) == (today, 20)
    gone = change(running, valid_until=str(today - timedelta(days=1)))
    assert gone.status_code == 200 and running.promises.get().threshold_seconds == 20
    typo = change(coming, **{"promises-0-formula": "service_level.v7"})
    assert typo.status_code == 200 and "There is no such formula." in typo.content.decode()
    assert change(coming).status_code == 302
    assert coming.promises.get().threshold_seconds == 600
