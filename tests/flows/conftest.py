"""Every story: a day that is moved by hand, the house of Acme, and nothing broken at the end."""

from collections.abc import Iterator

import pytest

from bpo.kernel import clock
from tests.flows.floor import WEDNESDAY, Day, House
from tests.invariants import broken_invariants, told_otherwise


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stories run with real commits, so that what follows from them happens."""
    for item in items:
        if "flows" in item.path.parts:
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture
def day() -> Iterator[Day]:
    """Wednesday at ten; at the end of the story nothing may be broken, and the journal tells every figure of it."""
    with clock.set_to(WEDNESDAY):
        yield Day()
        assert broken_invariants() == []
        assert told_otherwise() == []


@pytest.fixture
def house(day: Day) -> House:
    """The house with its usual rules."""
    return House()
