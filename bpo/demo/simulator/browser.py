"""A browser of the simulator: cookies, CSRF token, patience with a server that restarts."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

import aiohttp

from bpo.demo.visits import HEADER

TRIES = 3
WAIT = 1.5


class SignedOut(Exception):
    """The server does not know this browser any more."""


class Browser:
    """One person's browser; posts carry the CSRF token of its cookie."""

    def __init__(self, base: str, simulator_pass: str) -> None:
        self.base = base
        self.session = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            headers={HEADER: simulator_pass, "User-Agent": "simulator"},
            timeout=aiohttp.ClientTimeout(total=20),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.session.close()

    def _token(self) -> str:
        for cookie in self.session.cookie_jar:
            if cookie.key == "csrftoken":
                return cookie.value
        return ""

    async def get(self, path: str, **more: Any) -> tuple[int, str]:
        """Status and body; a page that asks to sign in raises SignedOut."""
        return await self._call("GET", path, **more)

    async def post(self, path: str, data: dict[str, str] | None = None, **more: Any) -> tuple[int, str]:
        """The same for a form."""
        headers = {"X-CSRFToken": self._token(), "HX-Request": "true", **more.pop("headers", {})}
        return await self._call("POST", path, data=data or {}, headers=headers, **more)

    async def _call(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        for attempt in range(TRIES):
            try:
                url = path if path.startswith("http") else self.base + path
                async with self.session.request(method, url, allow_redirects=False, **more) as answer:
                    location = answer.headers.get("Location", "") + answer.headers.get("HX-Redirect", "")
                    if answer.status in (301, 302) and "/accounts/login" in location:
                        raise SignedOut
                    return answer.status, await answer.text()
            except (TimeoutError, aiohttp.ClientError):
                if attempt == TRIES - 1:
                    raise
                await asyncio.sleep(WAIT * (attempt + 1))
        raise AssertionError("unreachable")

    async def sign_in(self, key: str) -> None:
        """By the demo's door: the same session as any other, without a third of a second of password hashing."""
        await self.get("/accounts/login/")
        status, _ = await self.post(f"/demo/enter/{key}/", headers={"HX-Request": "false"})
        if status != 302 or not any(cookie.key == "sessionid" for cookie in self.session.cookie_jar):
            raise SignedOut(f"{key} could not sign in ({status})")

    async def json(self, method: str, path: str, body: dict[str, Any] | None = None, token: str = "") -> dict[str, Any]:
        """An endpoint of the chat window; an empty object when it refused."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        for attempt in range(TRIES):
            try:
                async with self.session.request(method, self.base + path, json=body, headers=headers) as answer:
                    return await answer.json() if answer.status < 300 else {}
            except (TimeoutError, aiohttp.ClientError):
                if attempt == TRIES - 1:
                    raise
                await asyncio.sleep(WAIT * (attempt + 1))
        return {}
