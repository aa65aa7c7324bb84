"""Django's own pages: nobody but an administrator passes the door of any of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from bpo.kernel.admin import ReadOnly
from tests.architecture.tenant_rules import ROLES
from tests.architecture.tenant_world import World, ask

MODELS = list(admin.site._registry)


def look(world: World, path: str, for_admin: str) -> None:
    for role in ROLES:
        got = ask(world, role, "get", path, {})
        assert got == (for_admin if role == "admin" else "admin sign-in"), (path, role)


def test_the_index_is_for_staff(world: World) -> None:
    look(world, "/admin/", "page")


@pytest.mark.parametrize("model", MODELS, ids=[model._meta.label_lower for model in MODELS])
def test_the_pages_of_a_table_are_for_staff(world: World, model: Any) -> None:
    named = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    look(world, reverse(f"{named}_changelist"), "page")
    look(world, reverse(f"{named}_add"), "403" if isinstance(admin.site._registry[model], ReadOnly) else "page")
    row = model._default_manager.first()
    if row is not None:
        look(world, reverse(f"{named}_change", args=[row.pk]), "page")
        look(world, reverse(f"{named}_history", args=[row.pk]), "page")


def test_there_are_rows_to_look_at(world: World) -> None:
    assert sum(model._default_manager.exists() for model in MODELS) > 20
