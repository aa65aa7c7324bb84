"""Refusals in words and request ids, through the real middleware."""

from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from bpo.kernel.errors import StaleState
from bpo.kernel.web import refusal


def refuse(request: HttpRequest) -> HttpResponse:
    raise StaleState("someone was first")


urlpatterns = [path("refuse/", refuse)]


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
