"""The ways through the demo's call flows."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime

import pytest

from bpo.demo.content import scripts_tech_giant as giant
from bpo.demo.content.tech_giant import TECH_GIANT
from bpo.demo.past.walking import OrderFact, Walk
from clients.script_graph import parse

LATE_ORDER = OrderFact("TG-1", "at_depot", date(2026, 11, 20))
KINDS = {reason.code: reason.kind for reason in TECH_GIANT.reasons}
TYPES = {product.code: product.type for product in TECH_GIANT.products}
FACTS = {"name": "Dana Whitfield", "postal_code": "43215"}


def ways(reason: str, product: str = "slate-14") -> list[str]:
    """The steps entered for this reason by a customer whose order is late."""
    subs = {"": parse(giant.ORDERS_EN), "care": parse(giant.TECH_EN)}
    at = datetime(2026, 11, 28, 12, tzinfo=UTC)
    orders = (LATE_ORDER,)
    draw = random.Random(1)
    walk = Walk(parse(giant.SERVICE_EN), subs, FACTS, orders, reason, product, KINDS, TYPES, draw, at)
    walk.begin()
    while walk.go_on(10):
        pass
    return [visit.step for visit in walk.visits]


@pytest.mark.parametrize(
    ("reason", "entered", "passed_by"),
    [
        ("late-delivery", "explain", "ask"),
        ("confirmation", "ask", "explain"),
        ("invoice", "bill", "find"),
    ],
)
def test_the_reason_comes_before_the_late_order(reason: str, entered: str, passed_by: str) -> None:
    walked = ways(reason)
    assert entered in walked
    assert passed_by not in walked


def test_a_bill_is_explained_whatever_the_product_and_read_back() -> None:
    walked = ways("invoice", product="giant-care")
    assert walked[-3:] == ["bill", "read_back", "close"]
    assert "product" not in walked


def test_a_product_is_chosen_before_it_is_worked_on() -> None:
    for graph in (giant.SERVICE_EN, giant.SERVICE_ES):
        assert parse(graph)["product"].required
