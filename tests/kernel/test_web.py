"""Refusals in words and request ids, through the real middleware."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from bpo.kernel.errors import StaleState
from bpo.kernel.web import refusal, server_error


def refuse(request: HttpRequest) -> HttpResponse:
    raise StaleState("someone was first")


def broken(request: HttpRequest, error: str) -> HttpResponse:
    raise OperationalError("the server closed the connection") if error == "away" else ZeroDivisionError


handler500 = server_error
urlpatterns = [path("refuse/", refuse), path("broken/<str:error>/", broken)]


@pytest.fixture
def client(settings) -> Iterator[Client]:
    settings.ROOT_URLCONF = "tests.kernel.test_web"
    yield Client()


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"HX-Request": "true"}, "text/html"),
        ({"Accept": "text/html"}, "text/html"),
        ({"Accept": "application/json"}, "application/json"),
    ],
)
def test_a_refusal_is_409_in_words(client: Client, headers: dict[str, str], kind: str) -> None:
    answer = client.get("/refuse/", headers=headers)
    assert answer.status_code == 409
    assert answer["Content-Type"].startswith(kind)
    assert "Someone else was faster" in answer.content.decode()
    assert answer["X-Request-ID"]
    assert refusal


def test_a_proxys_request_id_is_kept_and_a_strange_one_is_not(client: Client) -> None:
    assert client.get("/refuse/", headers={"X-Request-ID": "abcd1234-5"})["X-Request-ID"] == "abcd1234-5"
    assert client.get("/refuse/", headers={"X-Request-ID": "a b\n"})["X-Request-ID"] != "a b\n"


@pytest.mark.parametrize(("error", "status", "words"), [("away", 503, "One moment"), ("fault", 500, "on our side")])
def test_with_the_database_away_pages_say_one_moment(client: Client, error: str, status: int, words: str) -> None:
    client.raise_request_exception = False
    answer = client.get(f"/broken/{error}/")
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert answer.get("Retry-After") == ("5" if error == "away" else None)
    assert settings.OPERATOR_NAME not in answer.content.decode()
