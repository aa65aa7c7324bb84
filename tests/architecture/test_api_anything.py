"""Whatever is sent to the API in the shapes its own description names gets an answer that the description names."""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
import schemathesis
from django.db import transaction
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.architecture.tenant_world import World, browser_of, path_of
from tests.architecture.test_tenants import ALL

PARTS = 4  # so that they run side by side
CALLERS = ("key", "agent", "admin")
BLANK = {
    "client": UUID(int=1),
    "public_id": UUID(int=1),
    "queue": UUID(int=1),
    "person": UUID(int=1),
    "action": UUID(int=1),
    "code": "x",
    "side": "agent",
}


@cache
def operations() -> list[Any]:
    """Everything the description of the API offers."""
    told = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(told)))
    return [found.ok() for found in schema.get_all_operations()]


def about_acme(world: World, body: Any) -> Any:
    """The body with Acme's own things where it names some, so that it reaches further than “not found”."""
    if not isinstance(body, dict):
        return body
    ids = {key: getattr(world.things.get(key), "public_id", None) for key in body}
    return {key: str(ids[key]) if ids[key] else about_acme(world, value) for key, value in body.items()}


def answer_to(world: World, caller: str, method: str, path: str, body: Any) -> int:
    """The status the caller gets; nothing it did stays."""
    browser, headers = browser_of(world, caller)
    sent = "" if body is None else json.dumps(body)
    with transaction.atomic():
        answer = browser.generic(method, path, sent, content_type="application/json", headers=headers)
        transaction.set_rollback(True)
    return answer.status_code


def tried(world: World, operation: Any) -> dict[str, str]:
    """What the operation answered that it does not name, each with what was sent."""
    name = resolve(operation.path.format_map(BLANK)).url_name
    path = path_of(world, name, ALL[name])
    problems: dict[str, str] = {}

    @given(case=operation.as_strategy(), caller=st.sampled_from(CALLERS), ours=st.booleans())
    @settings(
        max_examples=4, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def try_it(case: Any, caller: str, ours: bool) -> None:
        body = case.body if isinstance(case.body, dict | list) else None
        body = about_acme(world, body) if ours else body
        asked = f"{path}?{urlencode(case.query or {}, doseq=True)}"
        status = answer_to(world, caller, case.method, asked, body)
        if status >= 500 or str(status) not in operation.definition.raw["responses"]:
            problems.setdefault(f"{operation.label}: {status}", f"{caller}, {asked}, {body}"[:600])

    try_it()
    return problems


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_is_sent_gets_an_answer_the_description_names(world: World, part: int) -> None:
    problems: dict[str, str] = {}
    for operation in operations()[part::PARTS]:
        problems |= tried(world, operation)
    if problems:
        pytest.fail("\n".join(f"{what} to {sent}" for what, sent in problems.items()), pytrace=False)


def test_the_whole_api_is_described() -> None:
    described = {resolve(found.path.format_map(BLANK)).url_name for found in operations()}
    assert {name for name in ALL if name.startswith("api-")} - described == set()
