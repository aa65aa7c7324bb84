"""Whatever goes wrong on a customer's page is said in the customer's language and names nobody."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client as Browser
from django.urls import reverse

from clients.models import EntryPoint
from interactions.views.customer import widget
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def spanish(settings: Any) -> EntryPoint:
    """A door of a client whose customers speak Spanish alone."""
    settings.OPERATOR_NAME = "Megadesk Outsourcing"
    return make.door(make.client("Acme", languages=["es"], default_language="es"))


@pytest.fixture
def browser() -> Browser:
    return Browser(raise_request_exception=False)


def chat(of: EntryPoint) -> str:
    return reverse("customer-chat", args=[of.public_id])


@pytest.mark.parametrize("path", ["/c/nothing/", "/c/survey/abc/", "/c/callback/x/", f"/c/{uuid.UUID(int=7)}/chat/"])
@pytest.mark.parametrize(("browsers", "words"), [("es-MX,es", "no existe"), ("de", "is not here")])
def test_what_is_not_there_is_said_in_the_browsers_language(
    browser: Browser, path: str, browsers: str, words: str
) -> None:
    answer = browser.get(path, HTTP_ACCEPT_LANGUAGE=browsers)
    page = answer.content.decode()
    assert answer.status_code == 404 and words in page
    assert f'lang="{browsers[:2] if browsers != "de" else "en"}"' in page


def test_a_closed_door_speaks_its_clients_language(browser: Browser, spanish: EntryPoint) -> None:
    EntryPoint.objects.filter(pk=spanish.pk).update(published=False)
    answer = browser.get(chat(spanish), HTTP_ACCEPT_LANGUAGE="en")
    assert (
        answer.status_code == 404 and "no existe" in answer.content.decode() and 'lang="es"' in answer.content.decode()
    )


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [(OperationalError("away"), 503, "Un momento"), (ZeroDivisionError(), 500, "Algo ha fallado")],
)
def test_broken_or_away_is_said_in_the_doors_language(
    browser: Browser, spanish: EntryPoint, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, words: str
) -> None:
    def breaks(*args: Any, **kwargs: Any) -> None:
        raise error

    monkeypatch.setattr(widget.outlet, "page", breaks)
    answer = browser.get(chat(spanish), HTTP_ACCEPT_LANGUAGE="en")
    page = answer.content.decode()
    assert answer.status_code == status and words in page
    assert "Megadesk" not in page and not answer.cookies
    assert answer.get("Retry-After") == ("5" if status == 503 else None)


@pytest.mark.usefixtures("fresh_window")
def test_too_much_at_once(browser: Browser, spanish: EntryPoint) -> None:
    address = reverse("customer-callback-form", args=[spanish.public_id])
    answers = [browser.post(address, {}, HTTP_ACCEPT_LANGUAGE="en") for _each in range(21)]
    assert answers[-1].status_code == 429
    page = answers[-1].content.decode()
    assert "Demasiado a la vez" in page and "Megadesk" not in page


def test_the_window_hears_refusals_in_its_language(browser: Browser, spanish: EntryPoint) -> None:
    address = reverse("customer-chat-start", args=[spanish.public_id])
    answer = browser.post(address, "nonsense", content_type="application/json", HTTP_ACCEPT_LANGUAGE="en")
    assert answer.status_code == 400 and "Recargue la página" in answer.json()["detail"]


def test_the_houses_own_pages_stay_as_they_are(browser: Browser) -> None:
    answer = browser.get("/console/nothing/", HTTP_ACCEPT_LANGUAGE="en")
    assert answer.status_code == 404 and "not here" in answer.content.decode()
