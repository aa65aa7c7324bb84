"""Health addresses for machines."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_alive() -> None:
    assert Client().get("/livez").status_code == 200


def test_ready_names_every_part(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    parts = answer.json()
    assert parts["database"] == parts["redis"] == "ok"
    assert parts["worker"] == "no answer"
    assert Client().get("/readyz?all").status_code == 503


def test_numbers_are_for_this_machine_and_for_staff(admin_client: Client) -> None:
    assert Client().get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="203.0.113.5").get("/metrics").status_code == 404
    assert Client(headers={"X-Forwarded-For": "203.0.113.5"}).get("/metrics").status_code == 404
    assert admin_client.get("/metrics", REMOTE_ADDR="203.0.113.5").status_code == 200


def test_the_api_page_and_schema(admin_client: Client) -> None:
    page = admin_client.get("/api/docs/")
    assert page.status_code == 200
    assert "'unsafe-inline'" in page["Content-Security-Policy"]
    assert admin_client.get("/api/schema/").status_code == 200
    assert "'unsafe-inline'" not in Client().get("/accounts/login/")["Content-Security-Policy"]
