"""Who calls and by which scheme: what trusted proxies forward is believed, what anybody else says changes nothing."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from structlog.contextvars import get_contextvars

from bpo.kernel.throttle import caller, throttled
from bpo.management.commands.up import web_arguments
from bpo.settings import env

PROXY, INNER, ANN, MALLORY = "10.0.0.7", "10.1.0.20", "203.0.113.5", "198.51.100.9"


def who(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"caller": caller(request), "scheme": request.scheme, "logged": get_contextvars()["address"]})


@throttled("proxied door", "2/h", methods=("GET",))
def door(request: HttpRequest) -> HttpResponse:
    return HttpResponse("in")


urlpatterns = [path("who/", who), path("door/", door)]


@pytest.fixture
def application(settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    # The entry asks for a pool in its own process's environment; processes that tests start must not inherit that.
    monkeypatch.setenv("DATABASE_POOL", "0")
    from bpo import asgi

    settings.ROOT_URLCONF = "tests.kernel.test_proxies"
    settings.TRUSTED_PROXIES = [PROXY, "10.1.0.0/24"]
    yield importlib.reload(asgi).application
    settings.TRUSTED_PROXIES = []
    importlib.reload(asgi)


async def call(application: Any, peer: str, page: str = "/who/", **headers: str) -> tuple[int, bytes]:
    sent: list[dict[str, Any]] = []
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": page,
        "raw_path": page.encode(), "query_string": b"", "scheme": "http", "client": (peer, 50000),
        "server": ("testserver", 80), "headers": [(b"host", b"testserver"), *pairs],
    }  # fmt: skip
    given = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        for message in given:
            return message
        import asyncio

        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    return sent[0]["status"], b"".join(part.get("body", b"") for part in sent[1:])


@pytest.mark.parametrize(
    ("peer", "forwarded", "proto", "told"),
    [
        (ANN, "", "", (ANN, "http")),
        (ANN, MALLORY, "https", (ANN, "http")),
        ("127.0.0.1", MALLORY, "https", ("127.0.0.1", "http")),
        (PROXY, ANN, "https", (ANN, "https")),
        (PROXY, f"{MALLORY}, {ANN}", "https", (ANN, "https")),
        (PROXY, f"{MALLORY}, {ANN}, {INNER}", "http", (ANN, "http")),
        (PROXY, f"{PROXY}, {ANN}", "https", (ANN, "https")),
        (INNER, f"{ANN}:41000", "https", (ANN, "https")),
        (PROXY, "[2001:db8::5]:41000", "https", ("2001:db8::5", "https")),
        (PROXY, "", "gopher", (PROXY, "http")),
    ],
)
async def test_the_right_most_hop_that_is_not_ours(application, peer, forwarded, proto, told) -> None:
    headers = {"x_forwarded_for": forwarded} if forwarded else {}
    headers |= {"x_forwarded_proto": proto} if proto else {}
    status, body = await call(application, peer, **headers)
    shown = HttpResponse(body).content.decode()
    assert status == 200
    assert f'"caller": "{told[0]}"' in shown and f'"scheme": "{told[1]}"' in shown
    assert f'"logged": "{told[0]}"' in shown


@pytest.mark.usefixtures("fresh_window")
async def test_a_forged_header_does_not_open_a_limit_and_one_caller_does_not_shut_another_out(application) -> None:
    statuses = [(await call(application, MALLORY, "/door/", x_forwarded_for=f"192.0.2.{n}"))[0] for n in range(4)]
    assert statuses == [200, 200, 429, 429]
    behind = [(await call(application, PROXY, "/door/", x_forwarded_for=one))[0] for one in (ANN, ANN, ANN, INNER)]
    assert behind == [200, 200, 429, 200]


def test_the_server_itself_believes_nobody() -> None:
    """Uvicorn would trust 127.0.0.1 of its own accord, and whoever FORWARDED_ALLOW_IPS names."""
    assert "--no-proxy-headers" in web_arguments("127.0.0.1", 8000)
    command = (Path(__file__).parents[2] / "docs/operating.md").read_text().split("uvicorn bpo.asgi", 1)[1][:200]
    assert "--no-proxy-headers" in command


@pytest.mark.parametrize("given", ["*", "0.0.0.0/0", "::/0", "proxy.example", "10.0.0.7, 10.0.0"])
def test_a_list_that_trusts_everybody_or_nobody_known_stops_the_start(monkeypatch, given: str) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", given)
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES"):
        env.networks("TRUSTED_PROXIES")
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.7, 10.1.0.0/24,2001:db8::/32")
    assert env.networks("TRUSTED_PROXIES") == ["10.0.0.7", "10.1.0.0/24", "2001:db8::/32"]
