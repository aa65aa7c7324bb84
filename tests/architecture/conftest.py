"""One world for all tests of a file: to build it takes longer than most of them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from bpo.kernel import clock
from tests.architecture import tenant_world
from tests.architecture.tenant_world import World


@pytest.fixture(scope="module")
def _built(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    with media, django_db_blocker.unblock(), transaction.atomic():
        yield tenant_world.build()
        transaction.set_rollback(True)


@pytest.fixture
def world(_built: World) -> Iterator[World]:
    """Acme and Globex in the moment after they were built; what a test does to them is undone."""
    with clock.set_to(_built.at), transaction.atomic():
        yield replace(_built, cookies=dict(_built.cookies), secrets=dict(_built.secrets))
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of refusals are meant; none needs a line in the log."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)
