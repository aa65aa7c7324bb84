"""Calls that no page of ours carries: the agent's own telephone, and an exchange that is reached over HTTP.

The demo's simulated telephone is such an exchange. Both sides sign what they post (Standard Webhooks, symmetric).
"""

from __future__ import annotations

import http.client
import json
import re
import threading
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import quote, urlsplit

from bpo.kernel import clock
from bpo.kernel.push import Breaker
from clients import webhooks
from interactions.adapters.voice import Changed, Event, ExchangeError, Happened, NotUnderstood, Order, Place

E164 = re.compile(r"\+[1-9][0-9]{5,14}")
SECONDS = 2.0  # for each step of asking it; an exchange stands in the same house, or near it
MOST_ANSWER = 10_000
GONE = frozenset({404, 410})
LONGEST = {"call": 200, "leg": 36, "side": 8, "number": 32, "name": 120, "language": 5, "key": 1, "why": 200}
LONGEST_WHERE = 500
# Without its leg a late one would be about whoever has the call by now.
OF_A_LEG = frozenset({Happened.RINGING, Happened.CONNECTED, Happened.FAILED})
SIDES = ("", "customer", "agent")


class TelLink:
    """The agent's own telephone, by a `tel:` link; she reports the result. So are calls that the API brings in."""

    name = "telephone"
    live = True
    says_heard = False
    in_pages = False

    def dial_link(self, number: str) -> str:
        """A link for a number in E.164; anything else is not put into a link."""
        return f"tel:{number}" if E164.fullmatch(number) else ""

    def parse(self, raw: Mapping[str, Any]) -> Event:
        """A telephone on a desk tells nothing."""
        raise NotUnderstood("nobody tells of these calls")

    def changed(self, call: Changed) -> bool:
        """It follows nothing."""
        return False


class HttpExchange:
    """`POST <address>/calls/<call>/<operation>` tells it what to do; what happens there comes in at the door."""

    name = "exchange"
    live = True
    says_heard = True
    in_pages = False

    def __init__(self) -> None:
        self._breakers: dict[str, Breaker] = {}
        self._lock = threading.Lock()

    def dial_link(self, number: str) -> str:
        """It calls nobody yet."""
        return ""

    def parse(self, raw: Mapping[str, Any]) -> Event:
        """`{"event": …, "call": …}` and what belongs to it; unknown names are passed over."""
        try:
            kind = Happened(str(raw.get("event")))
        except ValueError as error:
            raise NotUnderstood(f"`event` is one of {', '.join(Happened)}") from error
        found: dict[str, Any] = {}
        for name, most in {**LONGEST, "where": LONGEST_WHERE}.items():
            value = raw.get(name, "")
            if not isinstance(value, str) or len(value) > most:
                raise NotUnderstood(f"`{name}` is a word of {most} characters at most")
            found[name] = value
        if not found["call"]:
            raise NotUnderstood("`call` is the call's id on the exchange")
        if kind in OF_A_LEG and not found["leg"]:
            raise NotUnderstood(f"`{kind}` names its `leg`, as `ring` did")
        if found["side"] not in SIDES:
            raise NotUnderstood("`side` is customer or agent")
        return Event(kind, simulated=raw.get("simulated") is True, **found)

    def changed(self, call: Changed) -> bool:
        """It has to be told, operation by operation."""
        return True

    def do(self, order: Order, place: Place) -> None:
        """Post it; one that does not answer is left alone for a second, whoever asks."""
        breaker = self._breaker(place.address)
        if not breaker.open():
            raise ExchangeError("it did not answer a moment ago")
        try:
            status = _post(order, place)
        except (OSError, http.client.HTTPException, ValueError) as error:
            breaker.trip(error)
            raise ExchangeError(f"{type(error).__name__}: {error}") from error
        if status in GONE:
            raise ExchangeError("it knows no such call", gone=True)
        if status >= 300:
            raise ExchangeError(f"it answered {status}")

    def _breaker(self, address: str) -> Breaker:
        with self._lock:
            return self._breakers.setdefault(address, Breaker(what=f"the exchange at {address}"))


def _post(order: Order, place: Place) -> int:
    parts = urlsplit(place.address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("no address of an exchange")
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = make(parts.hostname, parts.port, timeout=SECONDS)
    # Call and operation too, for the signature covers the body alone: not a word of it may serve for another call.
    body = json.dumps({"call": place.call, "operation": order.operation, **asdict(order)}).encode()
    try:
        path = f"{parts.path.rstrip('/')}/calls/{quote(place.call, safe='')}/{order.operation}"
        signed = webhooks.headers(place.secret, uuid.uuid4().hex, int(clock.now().timestamp()), body)
        headers = {"Content-Type": "application/json", **signed}
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read(MOST_ANSWER)
        return answer.status
    finally:
        connection.close()
