"""Every row and story runs with real commits, on a set clock; nothing may be broken at its end."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Rows run with real commits, so that what follows from them happens."""
    for item in items:
        if "routing" in item.path.parts and "tests" in item.path.parts:
            item.add_marker(pytest.mark.django_db(transaction=True))
