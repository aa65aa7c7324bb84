"""Calls that no page of ours carries: the agent's own telephone, and an exchange that is reached over HTTP.

The demo's simulated telephone is such an exchange. Both sides sign what they post (Standard Webhooks, symmetric).
"""

from __future__ import annotations

import http.client
import io
import json
import re
import socket
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from bpo.kernel import clock
from bpo.kernel.push import Breaker
from clients import webhooks
from interactions.adapters.voice import Changed, Event, ExchangeError, Happened, NotUnderstood, Order, Place

E164 = re.compile(r"\+[1-9][0-9]{5,14}")
SECONDS = 2.0  # for all of one operation; an exchange stands in the same house, or near it
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
        if status >= 500:  # overloaded, or it cannot: the others' calls need not wait for it either
            breaker.trip(http.client.HTTPException(f"it answered {status}"))
        if status in GONE:
            raise ExchangeError("it knows no such call", gone=True)
        if status >= 300:
            raise ExchangeError(f"it answered {status}")

    def _breaker(self, address: str) -> Breaker:
        with self._lock:
            return self._breakers.setdefault(address, Breaker(what=f"the exchange at {address}"))


class _Deadline:
    """What is left of the time for one operation."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds; TimeoutError when there are none."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("no whole answer in time")
        return left

    def connect(self, address: tuple[str, int], *_given: Any) -> socket.socket:
        """As `socket.create_connection`, whose timeout is for each of a name's addresses."""
        failed: OSError | None = None
        for family, kind, protocol, _name, where in socket.getaddrinfo(*address, type=socket.SOCK_STREAM):
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(self.left())
                connection.connect(where)
                return connection
            except OSError as error:
                connection.close()
                failed = error
        raise failed or OSError("no such host")


class _Read(io.RawIOBase):
    """What a socket says until the deadline; its own timeout begins anew with every byte."""

    def __init__(self, connection: socket.socket, deadline: _Deadline, holds: io.BufferedIOBase) -> None:
        self._socket, self._deadline = connection, deadline
        self._holds = holds  # as long as this is open the connection is not really closed

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        self._socket.settimeout(self._deadline.left())
        return self._socket.recv_into(into)

    def close(self) -> None:
        super().close()
        self._holds.close()


class _Answer(http.client.HTTPResponse):
    """Read until the deadline."""

    def __init__(self, connection: socket.socket, *args: Any, deadline: _Deadline, **kwargs: Any) -> None:
        super().__init__(connection, *args, **kwargs)
        self.fp = io.BufferedReader(_Read(connection, deadline, self.fp))


def _post(order: Order, place: Place) -> int:
    parts = urlsplit(place.address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("no address of an exchange")
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    deadline = _Deadline(SECONDS)
    connection = make(parts.hostname, parts.port)
    connection._create_connection = deadline.connect  # type: ignore[attr-defined]
    connection.response_class = partial(_Answer, deadline=deadline)  # type: ignore[assignment]
    # Call and operation too, for the signature covers the body alone: not a word of it may serve for another call.
    body = json.dumps({"call": place.call, "operation": order.operation, **asdict(order)}).encode()
    try:
        path = f"{parts.path.rstrip('/')}/calls/{quote(place.call, safe='')}/{order.operation}"
        signed = webhooks.headers(place.secret, uuid.uuid4().hex, int(clock.now().timestamp()), body)
        headers = {"Content-Type": "application/json", **signed}
        connection.connect()
        connection.sock.settimeout(deadline.left())
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read(MOST_ANSWER)
        return answer.status
    finally:
        connection.close()
