"""The simulated exchange does what is signed for this call and this operation, and nothing else."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest

from bpo.demo.simulator.telephones import Exchange, Number, Telephone
from clients import webhooks

NUMBER = Number("door", webhooks.new_secret())


def posted(*requests: tuple[str, str, dict[str, Any]], age: int = 0, secret: str = NUMBER.secret) -> Any:
    """What it answers to these (call and operation of the address, body), each with the same id; what was done."""

    async def post() -> tuple[list[int], list[str]]:
        async with Exchange("http://localhost:1") as exchange:
            anns, bobs = Telephone(NUMBER, id="ann"), Telephone(NUMBER, id="bob")
            exchange.calls = {"ann": anns, "bob": bobs}
            found = []
            for call, operation, facts in requests:
                body = json.dumps(facts).encode()
                headers = webhooks.headers(secret, "evt", int(time.time()) - age, body)
                async with exchange.session.post(
                    f"{exchange.url}/calls/{call}/{operation}", data=body, headers=headers
                ) as answer:
                    found.append(answer.status)
            return found, anns.operations + bobs.operations

    return asyncio.run(post())


HANG_UP = {"call": "ann", "operation": "hang_up"}


def test_what_is_signed_is_done_once() -> None:
    assert posted(("ann", "hang_up", HANG_UP), ("ann", "hang_up", HANG_UP)) == ([204, 204], ["hang_up"])


@pytest.mark.parametrize(("call", "operation"), [("bob", "hang_up"), ("ann", "answer")])
def test_what_is_signed_for_one_call_and_operation_serves_no_other(call: str, operation: str) -> None:
    assert posted((call, operation, HANG_UP)) == ([401], [])


def test_what_is_old_or_signed_by_others_is_refused() -> None:
    assert posted(("ann", "hang_up", HANG_UP), age=301) == ([401], [])
    assert posted(("ann", "hang_up", HANG_UP), secret=webhooks.new_secret()) == ([401], [])
