"""Every address by every role, on one's own and on another client's things: DESIGN.md 8."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from clients import api_keys
from clients.models import ApiKey
from tests.architecture.tenant_rules import LACKING, ROLES, RULES, Outcomes, scope_of
from tests.architecture.tenant_world import World, ask, body_of, path_of


def names(
    patterns: list[URLPattern | URLResolver], space: str = "", above: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every address of the configuration with its arguments; the administration is Django's own."""
    for pattern in patterns:
        arguments = (*above, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            if pattern.namespace == "admin":
                continue
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from names(pattern.url_patterns, inner, arguments)
        else:
            yield f"{space}{pattern.name or pattern.pattern}", arguments


ALL = dict(names(get_resolver().url_patterns))


def test_every_address_says_who_may_see_it() -> None:
    """Whoever adds an address writes down in tenant_rules who may see it; whoever drops one takes it out."""
    assert set(ALL) - set(RULES) == set()
    assert set(RULES) - set(ALL) == set()


def fits(expected: str, got: str, lacking: str) -> bool:
    """`lacking` is how an address answers a POST without its fields, or one that fits no more, to who is let in."""
    if expected == "any":
        return not got.startswith(("fault", "sent away"))
    return got == expected or (expected == "page" and got in lacking.split())


@pytest.mark.parametrize("name", [name for name in RULES if name in ALL])
def test_every_role_gets_what_the_rules_say(world: World, name: str) -> None:
    """Reading and writing by all roles; everything that is wrong is told at once."""
    rule = RULES[name]
    path, body = path_of(world, name, ALL[name]), body_of(world, name)
    table: list[tuple[str, Outcomes | None]] = [("get", rule.get), (rule.method, rule.post)]
    problems = []
    for method, outcomes in table:
        lacking = "" if method == "get" else LACKING.get(name, "")
        for role in ROLES if outcomes else ():
            assert outcomes is not None
            got = ask(world, role, method, path, body)
            if not fits(outcomes[role], got, lacking):
                problems.append(f"{method.upper()} {name} as {role}: {got} instead of {outcomes[role]}")
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@pytest.mark.parametrize("scope", ApiKey.SCOPES)
def test_a_key_of_one_scope_opens_what_that_scope_opens(world: World, scope: str) -> None:
    acme, ada = world.things["client"], world.things["admin"]
    _key, world.secrets["key"] = api_keys.make(acme, name=scope, scopes=[scope], by=ada)
    problems = []
    for name, rule in RULES.items():
        if not name.startswith("api-") or name == "api-my-presence":
            continue
        for method, outcomes in (("get", rule.get), (rule.method, rule.post)):
            if outcomes is None or outcomes["key"] != "page":
                continue
            got = ask(world, "key", method, path_of(world, name, ALL[name]), body_of(world, name))
            opens = scope_of(name, method) == scope
            lacking = "" if method == "get" else LACKING.get(name, "")
            if not fits("page" if opens else "403", got, lacking):
                problems.append(f"{method.upper()} {name} with scope {scope} alone: {got}")
    assert problems == []
